"""USGS's STAC API: recorded items, and a server that reads what it is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from answer_kit import all_of, ids_of, only
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_transport import RecordedTransport

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.matching import matching
from planetary_qgis.core.archives.services import stac
from planetary_qgis.core.archives.services.asking import ask
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.http import NetworkError, Request
from planetary_qgis.core.products import Answer
from planetary_qgis.core.query import Query, Range

CTX = Served(
    key="stac.mars.mro.ctx.dtm",
    title="MRO CTX DTMs",
    archive="USGS Astrogeology",
    mission="MARS RECONNAISSANCE ORBITER",
    instrument="CTX",
    body="MARS",
    service="stac",
    url="https://stac.example/api",
    verified="",
    parameters={"collection": "ctx_dtms"},
)
Item = dict[str, Any]


def item(name: str = "F21_044106_1800_XN_DEM", /, **more: Any) -> Item:
    """As the catalogue writes it; `properties` adds to the usual ones."""
    usual = {
        "datetime": "2021-08-16T00:00:00Z",
        "gsd": 20,
        "missions": ["Mars Reconnaissance Orbiter"],
        "instruments": ["Context Camera (CTX)"],
        "ssys:targets": ["Mars"],
        "proj:epsg": None,
    }
    known = {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": "ctx_dtms",
        "bbox": [139.5, -1.25, 140.5, 1.5],
        "geometry": box(139.5, -1.25, 140.5, 1.5),
        "links": [{"rel": "self", "href": f"https://stac.example/ctx/{name}.json"}],
        "assets": {
            "dem": {
                "href": f"https://stac.example/ctx/{name}.tif",
                "type": "image/tiff; application=geotiff; profile=cloud-optimized",
                "roles": ["data"],
            }
        },
    }
    return {**known, **more, "properties": {**usual, **more.get("properties", {})}}


def box(west: float, south: float, east: float, north: float) -> Item:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


class Catalogue:
    """Answers searches as stac-server does, `limit` items at a time."""

    def __init__(self, items: Sequence[Item], *, merge: bool = False) -> None:
        self._items = items
        self._merge = merge

    def __call__(self, request: Request) -> bytes:
        assert (request.method, request.url) == ("POST", "https://stac.example/api/search")
        assert request.headers["Content-Type"] == "application/json"
        asked = json.loads(request.body)
        found = [each for each in self._items if _matches(each, asked)]
        first, limit = int(asked.get("next", 0)), asked["limit"]
        links: list[Item] = [{"rel": "self", "href": request.url}]
        if first + limit < len(found):
            token = {"next": str(first + limit)}
            body = token if self._merge else {**asked, **token}
            link = {"rel": "next", "href": request.url, "method": "POST", "body": body}
            links.append({**link, "merge": True} if self._merge else link)
        page = found[first : first + limit]
        return json.dumps(
            {
                "type": "FeatureCollection",
                "features": page,
                "links": links,
                "numberMatched": len(found),
            }
        ).encode()


def _matches(each: Item, asked: Mapping[str, Any]) -> bool:
    if each["collection"] not in asked["collections"]:
        return False
    if "ids" in asked and each["id"] not in asked["ids"]:
        return False
    if "bbox" in asked:
        west, south, east, north = asked["bbox"]
        assert -180.0 <= west < east <= 180.0
        assert -90.0 <= south < north <= 90.0
        drawn = shapely.from_geojson(json.dumps(each["geometry"]))
        if not shapely.intersects(drawn, shapely.box(west, south, east, north)):
            return False
    if "datetime" in asked:
        start, stop = asked["datetime"].split("/")
        said = each["properties"]
        begin = said.get("start_datetime") or said.get("datetime")
        end = said.get("end_datetime") or begin
        if begin is None or (start != ".." and end < start) or (stop != ".." and begin > stop):
            return False
    return True


def answer_to(query: Query, items: Sequence[Item], served: Served = CTX) -> Answer:
    return ask(served, query, RecordedTransport(Catalogue(items)))


def ids_found(query: Query, items: Sequence[Item]) -> list[str]:
    return ids_of(answer_to(query, items))


def recorded(real_data: Path, name: str, collection: str) -> Item:
    text = (real_data / "services" / "stac" / name).read_text(encoding="utf-8")
    return {**json.loads(text), "collection": collection}


@pytest.mark.real_data
def test_a_recorded_terrain_model_becomes_a_product(real_data: Path) -> None:
    one = recorded(real_data, "ctx_dtm_item_F21_044106.json", "ctx_dtms")
    answer = answer_to(Query(body="MARS"), [one])
    product, shape = only(answer)
    # All read by hand from the item.
    name = "F21_044106_1800_XN_00N220W__K01_053679_1800_XI_00N220W"
    folder = f"https://asc-mars.s3-us-west-2.amazonaws.com/ctx_dtms/{name}"
    assert product["product_id"] == f"{name}_DEM"
    assert product["target"] == "MARS"
    assert product["instrument_host"] == "Mars Reconnaissance Orbiter"
    assert product["instrument_id"] == "Context Camera (CTX)"
    assert product["start_time"] == pd.Timestamp("2021-08-16")
    assert product["resolution"] == 20.0
    assert product["product_url"] == f"{folder}/{name}_DEM.tif"
    assert product["label_url"] == f"{folder}/{name}_DEM.json"
    assert product["assets"] == "dem"
    assert product[["browse_url", "incidence_angle", "stop_time"]].isna().all()
    assert product["geometry_source"] == "service"
    west, south, east, north = (
        139.589401851736,
        -1.27908762568909,
        140.360088687498,
        1.44342047421533,
    )
    assert shape.bounds == (west, south, east, north)
    assert not answer.report


@pytest.mark.real_data
def test_a_recorded_mosaic_becomes_a_product(real_data: Path) -> None:
    europa = replace(CTX, body="EUROPA", parameters={"collection": "galileo"})
    one = recorded(real_data, "item.json", "galileo")
    product, shape = only(answer_to(Query(body="EUROPA"), [one], europa))
    folder = "https://asc-jupiter.s3-us-west-2.amazonaws.com/europa/galileo_voyager"
    stem = f"{folder}/controlled_images/s0349875139.equi.photr-cog"
    assert product["product_url"] == f"{stem}.tif"
    assert product["browse_url"] == f"{stem}.jpeg"
    assert product["label_url"] == f"{stem}.tif.aux.xml"
    assert product["resolution"] == 1570.0
    assert product["instrument_host"] == "Voyager 1,Voyager 2,Galileo"
    assert product["assets"] == "thumbnail, image, fgdc_metadata, pds_label"
    assert shape.geom_type == "Polygon"
    assert shape.bounds == pytest.approx(one["bbox"])
    assert shapely.get_num_coordinates(shape) == 109


def test_light_is_told_in_planetary_terms() -> None:
    # STAC's incidence angle is the viewing one.
    said = {
        "view:incidence_angle": 12.0,
        "view:off_nadir": 10.0,
        "view:sun_elevation": 30.0,
        "view:sun_azimuth": 275.0,
    }
    product, _ = only(answer_to(Query(), [item(properties=said)]))
    assert product["emission_angle"] == 12.0
    assert product["incidence_angle"] == 60.0
    assert product["subsolar_azimuth"] == 275.0
    assert product["view:incidence_angle"] == 12.0


def test_an_incidence_angle_alone_is_kept_and_not_interpreted() -> None:
    answer = answer_to(Query(), [item(properties={"view:incidence_angle": 60.0})])
    product, _ = only(answer)
    assert product[["incidence_angle", "emission_angle"]].isna().all()
    assert product["view:incidence_angle"] == 60.0
    assert not answer.report


def test_times_of_an_interval_come_before_the_nominal_one() -> None:
    said = {"start_datetime": "2007-01-01T00:00:00Z", "end_datetime": "2007-01-02T00:00:00.5Z"}
    product, _ = only(answer_to(Query(), [item(properties=said)]))
    assert product["start_time"] == pd.Timestamp("2007-01-01")
    assert product["stop_time"] == pd.Timestamp("2007-01-02T00:00:00.5")


ASSETS = {
    "thumbnail": {"href": "./t.png", "type": "image/png", "roles": ["thumbnail"]},
    "text": {"href": "/notes.txt", "type": "text/plain", "roles": ["metadata"]},
    "points": {"href": "p.copc.laz", "type": "application/vnd.laszip+copc", "roles": ["data"]},
    "raster": {"href": "r.tif", "type": "image/tiff; application=geotiff", "roles": ["data"]},
    "broken": "no asset",
}


@pytest.mark.parametrize(
    ("removed", "expected"),
    [
        ((), ("ctx/r.tif", "ctx/t.png", "notes.txt")),
        (("raster",), ("ctx/p.copc.laz", "ctx/t.png", "notes.txt")),
        (("raster", "points", "thumbnail", "text"), (None, None, "ctx/X.json")),
    ],
)
def test_assets_are_told_apart_by_their_roles(
    removed: tuple[str, ...], expected: tuple[str | None, ...]
) -> None:
    assets = {key: asset for key, asset in ASSETS.items() if key not in removed}
    product, _ = only(answer_to(Query(), [item("X", assets=assets)]))
    urls = [product[name] for name in ("product_url", "browse_url", "label_url")]
    root = "https://stac.example/"
    assert urls == [None if url is None else root + url for url in expected]


def test_addresses_that_are_none_of_the_web_are_left_out() -> None:
    assets = {"image": {"href": "s3://bucket/x.tif", "type": "image/tiff", "roles": ["data"]}}
    product, _ = only(answer_to(Query(), [item(assets=assets)]))
    assert product["product_url"] is None


WORLD = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
AROUND_POLE = [[lon, 80] for lon in (-170, -90, 0, 90, 170, -170)]
WITH_POLE = [[-180, 80], [0, 80], [180, 80], [180, 90], [-180, 90], [-180, 80]]
DOUBLING_BACK = [
    *([170, 0], [180, 0], [-180, 0], [-170, 0]),
    *([-170, 10], [-180, 10], [180, 10], [170, 10], [170, 0]),
]


@pytest.mark.parametrize(
    ("ring", "bbox", "area"),
    [
        ([[10, 0], [20, 0], [20, 10], [10, 10], [10, 0]], None, 100.0),
        ([[350, 0], [355, 0], [355, 10], [350, 10], [350, 0]], None, 50.0),
        ([[170, 0], [190, 0], [190, 10], [170, 10], [170, 0]], None, 200.0),
        ([[-190, 0], [-170, 0], [-170, 10], [-190, 10], [-190, 0]], None, 200.0),
        ([[175, 0], [-175, 1], [-175, 11], [175, 10], [175, 0]], None, 100.0),
        ([[-120, 0], [120, 0], [120, 10], [-120, 10], [-120, 0]], [-120, 0, 120, 10], 2400.0),
        ([[120, 0], [-120, 0], [-120, 10], [120, 10], [120, 0]], [120, 0, -120, 10], 1200.0),
        (WORLD, None, 64800.0),
        (WITH_POLE, None, 3600.0),
        (AROUND_POLE, None, 3600.0),
        (DOUBLING_BACK, None, 200.0),
    ],
)
def test_footprints_lie_where_they_are_meant(
    ring: list[list[float]], bbox: list[float] | None, area: float
) -> None:
    one = item(geometry={"type": "Polygon", "coordinates": [ring]}, bbox=bbox)
    product, shape = only(answer_to(Query(), [one]))
    assert shape.is_valid
    assert shape.area == pytest.approx(area)
    west, _, east, _ = shape.bounds
    assert west >= -180.0
    assert east <= 180.0
    assert product["geometry_source"] == "service"


def test_a_footprint_cut_at_the_seam_is_taken_as_it_is() -> None:
    halves = [box(175, 0, 180, 5)["coordinates"], box(-180, 0, -175, 5)["coordinates"]]
    one = item(geometry={"type": "MultiPolygon", "coordinates": halves})
    _, shape = only(answer_to(Query(), [one]))
    assert sorted(part.bounds for part in shape.geoms) == [
        (-180.0, 0.0, -175.0, 5.0),
        (175.0, 0.0, 180.0, 5.0),
    ]


def test_a_hole_stays_a_hole() -> None:
    rings = [box(0, 0, 10, 10)["coordinates"][0], box(4, 4, 6, 6)["coordinates"][0][::-1]]
    _, shape = only(answer_to(Query(), [item(geometry={"type": "Polygon", "coordinates": rings})]))
    assert shape.area == 96.0


METRES = box(-2_000_000.0, 100_000.0, -1_900_000.0, 200_000.0)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (METRES, "no longitudes and latitudes"),
        ({"type": "Polygon", "coordinates": "?"}, "cannot be read as GeoJSON"),
        ({"type": "Polygon"}, "cannot be read as GeoJSON"),
        (["Polygon"], "cannot be read as GeoJSON"),
        ({"type": "Point", "coordinates": [1, 2]}, "hold no polygon"),
        (box(0, 0, 0, 1), "enclose no area"),
        (box(0, 0, 1, 95), "no longitudes and latitudes"),
    ],
)
def test_a_broken_footprint_gives_way_to_the_box_and_is_named(geometry: Any, said: str) -> None:
    answer = answer_to(Query(), [item("A", geometry=geometry), item("B")])
    assert list(all_of(answer)["geometry_source"]) == ["service bounds", "service"]
    (sentence,) = answer.report.sentences()
    assert said in sentence
    assert sentence.endswith("for example A.")


@pytest.mark.parametrize(
    ("bbox", "said"),
    [
        ([-2e6, 1e5, -1.9e6, 2e5], "no longitudes and latitudes"),
        ([0, 0, 1], "not four or six numbers"),
        ([0, 0, 1, "x"], "not four or six numbers"),
        ([5, 5, 5, 5], "no area"),
    ],
)
def test_a_broken_box_is_named(bbox: list[Any], said: str) -> None:
    answer = answer_to(Query(), [item(geometry=None, bbox=bbox)])
    product, shape = only(answer)
    assert shape is None
    assert product["geometry_source"] is None
    assert said in answer.report.sentences()[0]


@pytest.mark.parametrize("bbox", [[350, 0, 10, 5], [170, 0, -170, 5], [-10, 0, -99.0, 10, 5, 3.0]])
def test_boxes_go_through_the_seam_and_may_have_heights(bbox: list[float]) -> None:
    product, shape = only(answer_to(Query(), [item(geometry=None, bbox=bbox)]))
    assert shape.area == pytest.approx(100.0)
    assert product["geometry_source"] == "service bounds"


@pytest.mark.parametrize(
    ("targets", "target", "elsewhere"),
    [
        (["Mars"], "MARS", False),
        (["Phobos", "mars"], "MARS", False),
        (["Phobos"], "PHOBOS", True),
        (None, None, False),
    ],
)
def test_items_of_another_body_lie_nowhere_on_this_one(
    targets: list[str] | None, target: str | None, elsewhere: bool
) -> None:
    product, shape = only(answer_to(Query(), [item(properties={"ssys:targets": targets})]))
    assert product["target"] == target
    assert (shape is None) == elsewhere


@pytest.mark.parametrize("merge", [False, True])
def test_pages_are_read_to_the_end(monkeypatch: pytest.MonkeyPatch, merge: bool) -> None:
    monkeypatch.setattr(stac, "ITEMS_OF_A_PAGE", 3)
    transport = RecordedTransport(Catalogue([item(f"I{n}") for n in range(7)], merge=merge))
    query = Query(area="POLYGON((139 0,141 0,141 1,139 1,139 0))")
    assert len(all_of(ask(CTX, query, transport))) == 7
    assert len(transport.requests) == 3
    bodies = [json.loads(request.body) for request in transport.requests]
    assert all(body["bbox"] == bodies[0]["bbox"] for body in bodies)
    assert all(body["collections"] == ["ctx_dtms"] for body in bodies)


def test_a_plain_link_to_the_next_page_is_followed() -> None:
    pages = {
        "https://stac.example/api/search": ("A", "search?token=2"),
        "https://stac.example/api/search?token=2": ("B", None),
    }

    def answering(request: Request) -> bytes:
        name, following = pages[request.url]
        links = [{"rel": "next", "href": following}] if following else []
        return json.dumps({"features": [item(name)], "links": links}).encode()

    transport = RecordedTransport(answering)
    assert list(all_of(ask(CTX, Query(), transport))["product_id"]) == ["A", "B"]
    assert [request.method for request in transport.requests] == ["POST", "GET"]


def test_links_that_lead_nowhere_or_back_end_the_search() -> None:
    for link in (
        {"rel": "next", "href": "ftp://stac.example/x"},
        {"rel": "next", "href": "https://stac.example/api/search", "method": "POST"},
    ):
        body = json.dumps({"features": [item("A")], "links": [link]}).encode()
        transport = RecordedTransport(lambda _, body=body: body)
        assert len(all_of(ask(CTX, Query(), transport))) == 1
        assert len(transport.requests) == 1


def test_items_in_two_boxes_come_once() -> None:
    wide = item("W", geometry=box(-180, -10, 180, 10))
    halves = "MULTIPOLYGON(((170 0,180 0,180 5,170 0)),((-180 0,-170 0,-180 5,-180 0)))"
    transport = RecordedTransport(Catalogue([wide]))
    assert list(all_of(ask(CTX, Query(area=halves), transport))["product_id"]) == ["W"]
    assert len(transport.requests) == 2


def test_whole_ids_are_asked_for_and_found_whatever_their_case() -> None:
    items = [item(f"I{n}_Dem") for n in range(5)]
    transport = RecordedTransport(Catalogue(items))
    assert list(all_of(ask(CTX, Query(product_id="I1_Dem I3_Dem"), transport))["product_id"]) == [
        "I1_Dem",
        "I3_Dem",
    ]
    assert len(transport.requests) == 1
    area = "MULTIPOLYGON(((1 0,2 0,2 1,1 0)),((139 0,141 0,140 1,139 0)))"
    query = Query(product_id="i1_dem, I3_Dem", area=area, start="2021-01-01")
    assert ids_found(query, items) == ["I1_Dem", "I3_Dem"]


@st.composite
def items_of_catalogue(draw: st.DrawFn) -> list[Item]:
    items = []
    for number in range(draw(st.integers(0, 6))):
        west = draw(st.sampled_from([-180.0, -179.0, -10.0, 0.0, 150.0, 179.0]))
        south = draw(st.sampled_from([-90.0, -10.0, 0.0, 80.0]))
        width = draw(st.sampled_from([1.0, 30.0]))
        geometry = box(west, south, min(west + width, 180.0), south + 10.0)
        times = ["2006-12-05T12:00:00Z", "2006-12-06T00:00:00Z", "2007-01-01T00:00:00Z"]
        start, end = sorted((draw(st.sampled_from(times)), draw(st.sampled_from(times))))
        properties: Item = {"datetime": start, "view:sun_elevation": draw(st.floats(0, 90))}
        if draw(st.booleans()):
            properties = {"datetime": None, "start_datetime": start, "end_datetime": end}
        name = draw(st.sampled_from(["A", "a", "B_1", 'q"']))
        items.append(item(f"{name}{number}", geometry=geometry, properties=properties))
    return items


@st.composite
def queries(draw: st.DrawFn) -> Query:
    west, east = sorted(draw(st.tuples(st.floats(-180, 180), st.floats(-180, 180))))
    south, north = sorted(draw(st.tuples(st.floats(-90, 90), st.floats(-90, 90))))
    area = ""
    if draw(st.booleans()) and west + 0.1 < east and south + 0.1 < north:
        area = shapely.box(west, south, east, north).wkt
    times = ["", "2006-12-05T12:00:00", "2006-12-06", "2006-365T23:59:59.999"]
    ranges = {"incidence_angle": Range(30.0, 60.0)} if draw(st.integers(0, 3)) == 0 else {}
    return Query(
        area=area,
        start=draw(st.sampled_from(times)),
        stop=draw(st.sampled_from(times)),
        ranges=ranges,
        product_id=draw(st.sampled_from(["", "a*", 'Q"0', "A0 b_11", "?1"])),
    )


@settings(max_examples=50)
@given(items_of_catalogue(), queries())
def test_asking_the_catalogue_finds_what_asking_for_everything_would(
    items: list[Item], query: Query
) -> None:
    wanted: list[str] = []
    for chunk in answer_to(Query(), items).chunks:
        wanted += matching(chunk, query).table["product_id"].tolist()
    assert ids_found(query, items) == sorted(wanted)


@pytest.mark.parametrize("parameters", [{}, {"collection": ""}, {"collection": "a", "b": "c"}])
def test_entries_that_cannot_be_asked_say_so(parameters: dict[str, str]) -> None:
    with pytest.raises(PlanetaryError, match="collection"):
        list(answer_to(Query(), [], replace(CTX, parameters=parameters)).chunks)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>Bad gateway</body></html>", "a web page where JSON was expected"),
        (b'{"code": 400, "description": "Invalid bbox"}', "not a collection of items"),
        (b"[]", "not a collection of items"),
        (b'{"features": null}', "not a collection of items"),
    ],
)
def test_what_is_no_collection_of_items_is_told(body: bytes, said: str) -> None:
    with pytest.raises(NetworkError, match=r"stac\.example") as caught:
        list(ask(CTX, Query(), RecordedTransport(lambda _: body)).chunks)
    assert said in caught.value.message
    assert caught.value.hint


def test_entries_that_are_no_items_are_lost_alone() -> None:
    features = [None, 3, {"id": "A"}, {"id": "B", "properties": None, "assets": [], "links": "?"}]
    body = json.dumps({"features": features}).encode()
    answer = ask(CTX, Query(), RecordedTransport(lambda _: body))
    assert list(all_of(answer)["product_id"]) == ["A", "B"]
    assert answer.report.sentences() == ["2 entries of the answer are no items and were left out."]
