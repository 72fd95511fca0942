"""PSA, played by SQLite: it reads the question, so that what it finds says what was asked."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from answer_kit import all_of, only
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_transport import RecordedTransport

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.matching import matching
from planetary_qgis.core.archives.services import psa
from planetary_qgis.core.archives.services.asking import ask
from planetary_qgis.core.archives.services.julian import julian_day, time_of
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.http import NetworkError, Request
from planetary_qgis.core.products import Answer, Products
from planetary_qgis.core.query import Query, Range

HRSC = Served(
    key="psa.mars.mex.hrsc",
    title="Mars Express HRSC",
    archive="ESA PSA",
    mission="MARS EXPRESS",
    instrument="HRSC",
    body="MARS",
    service="psa",
    url="https://psa.example/psa-tap/tap/sync",
    verified="",
    parameters={"instrument_host_name": "Mars Express", "instrument_name": "HRSC"},
)
TEXTS = (
    *("granule_uid", "granule_gid", "obs_id", "dataproduct_type", "target_name", "s_region"),
    *("spatial_frame_type", "instrument_host_name", "instrument_name", "processing_level"),
    *("access_url", "access_format", "label_url", "thumbnail_url"),
)
REALS = (
    *("time_min", "time_max", "c1min", "c1max", "c2min", "c2max", "access_estsize"),
    *("incidence_min", "incidence_max", "emergence_min", "emergence_max"),
    *("phase_min", "phase_max"),
)


def row(uid: str = "H0068_0000_ND3", **more: Any) -> dict[str, Any]:
    known: dict[str, Any] = {
        "granule_uid": f"MEX-M-HRSC-3-RDR-V4.0:DATA:{uid}::1.0",
        "target_name": "Mars",
        "instrument_host_name": "Mars Express",
        "instrument_name": "HRSC",
        "dataproduct_type": "im",
        "processing_level": "3",
        "spatial_frame_type": "body",
        "time_min": 2453038.5,
        "time_max": 2453038.51,
        "c1min": 10.0,
        "c1max": 12.0,
        "c2min": -5.0,
        "c2max": 5.0,
        "access_url": "https://psa.example/psa-tap/data?id=1",
    }
    return {**dict.fromkeys((*TEXTS, *REALS)), **known, **more}


class Archive:
    """A table psa.epn_core that answers ADQL; its answers have JSON's form of TAP."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        self._database = sqlite3.connect(":memory:")
        self._database.execute("ATTACH ':memory:' AS psa")
        columns = [f"{name} TEXT" for name in TEXTS] + [f"{name} REAL" for name in REALS]
        self._database.execute(f"CREATE TABLE psa.epn_core ({', '.join(columns)})")
        marks = ", ".join("?" * len(columns))
        values = [[each[name] for name in (*TEXTS, *REALS)] for each in rows]
        self._database.executemany(
            " ".join(("INSERT INTO psa.epn_core VALUES (", marks, ")")), values
        )

    def __call__(self, request: Request) -> bytes:
        asked = parse_qs(urlsplit(request.url).query, strict_parsing=True)
        assert asked["REQUEST"] == ["doQuery"]
        assert asked["LANG"] == ["ADQL"]
        assert asked["FORMAT"] == ["json"]
        select, _, rest = asked["QUERY"][0].partition(" * ")
        most = select.removeprefix("SELECT TOP ")
        cursor = self._database.execute(" ".join(("SELECT *", rest, "LIMIT", most)))
        names = [{"name": column[0]} for column in cursor.description]
        return json.dumps({"metadata": names, "data": cursor.fetchall()}).encode()


def answer_to(query: Query, rows: Sequence[Mapping[str, Any]], served: Served = HRSC) -> Answer:
    return ask(served, query, RecordedTransport(Archive(rows)))


def ids_found(query: Query, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    table = all_of(answer_to(query, rows))
    return list(table["product_id"]) if len(table) else []


def test_a_row_becomes_a_product() -> None:
    given_row = row(
        thumbnail_url="https://psa.example/browse/h0068.png",
        label_url="https://archives.example/psa/ftp/H0068_0000_ND3.IMG",
        incidence_min=40.0,
        incidence_max=50.0,
        phase_min=30.0,
        phase_max=30.0,
        emergence_max=12.0,
        access_estsize=1234.0,
    )
    product, shape = only(answer_to(Query(body="MARS"), [given_row]))
    assert product["product_id"] == "H0068_0000_ND3"
    assert product["granule_uid"] == "MEX-M-HRSC-3-RDR-V4.0:DATA:H0068_0000_ND3::1.0"
    assert product["target"] == "MARS"
    assert (product["instrument_host"], product["instrument_id"]) == ("Mars Express", "HRSC")
    # Julian day 2453038.5 is 2004-02-03T00:00 (USNO's converter).
    assert product["start_time"] == pd.Timestamp("2004-02-03T00:00:00")
    assert product["stop_time"] == pd.Timestamp("2004-02-03T00:14:24")
    assert product["label_url"].endswith(".IMG")
    assert product["product_url"] == "https://psa.example/psa-tap/data?id=1"
    assert product["browse_url"] == "https://psa.example/browse/h0068.png"
    assert product["incidence_angle"] == 45.0
    assert (product["incidence_min"], product["incidence_max"]) == (40.0, 50.0)
    assert product["phase_angle"] == 30.0
    assert product["emission_angle"] == 12.0
    assert product["access_estsize"] == 1234.0
    assert product["geometry_source"] == "service bounds"
    assert product["source"] == "ESA PSA, Mars Express HRSC"
    assert shape.bounds == (10.0, -5.0, 12.0, 5.0)


def test_pds4_identifiers_end_in_the_product() -> None:
    uid = "urn:esa:psa:em16_tgo_cas:data_raw:cas_raw_sc_20180401t100000::2.0"
    product, _ = only(answer_to(Query(), [row(granule_uid=uid)]))
    assert product["product_id"] == "cas_raw_sc_20180401t100000"


def test_what_a_row_lacks_is_unknown() -> None:
    lacking = dict.fromkeys((*TEXTS, *REALS))
    kept = ("granule_uid", "instrument_host_name", "instrument_name")
    product, shape = only(
        answer_to(Query(body="MARS"), [{**lacking, **{name: row()[name] for name in kept}}])
    )
    assert shape is None
    unknown = product.drop(
        ["product_id", "instrument_host", "instrument_id", "source", "granule_uid"]
    )
    assert unknown.isna().all(), unknown.dropna()


@pytest.mark.parametrize(
    "region",
    [
        "POLYGON ICRS 10 0 20 0 20 10 10 10",
        "Polygon UNKNOWNFrame 10.0 0.0 20.0 0.0 20.0 10.0 10.0 10.0 10.0 0.0",
        "polygon J2000 GEOCENTER SPHERICAL2 10 0 2.0e1 0 20 1e1 10 10",
        "POLYGON ((10 0, 20 0, 20 10, 10 10, 10 0))",
        "POLYGON((370 0,380 0,380 10,370 10,370 0))",
    ],
)
def test_footprints_are_read_in_all_their_spellings(region: str) -> None:
    product, shape = only(answer_to(Query(), [row(s_region=region)]))
    assert product["geometry_source"] == "service"
    corners = {(10.0, 0.0), (20.0, 0.0), (20.0, 10.0), (10.0, 10.0)}
    assert corners <= {tuple(vertex) for vertex in shapely.get_coordinates(shape)}
    # Along the great circle from (10, 10) to (20, 10), the middle lies at
    # atan(tan 10° / cos 5°) = 10.037…°
    assert shape.bounds[3] == pytest.approx(10.0375, abs=1e-3)


def test_footprints_of_several_polygons_are_one_shape() -> None:
    region = "UNION ICRS (POLYGON 0 0 1 0 1 1 0 1 POLYGON 5 0 6 0 6 1 5 1)"
    _, shape = only(answer_to(Query(), [row(s_region=region)]))
    assert shape.geom_type == "MultiPolygon"
    assert shape.area == pytest.approx(2.0, rel=1e-3)


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("CIRCLE ICRS 10 0 3", "no polygons"),
        ("POLYGON ICRS 10 0 20", "no polygons"),
        ("POLYGON ICRS 10 0 20 0", "less than three corners"),
        ("POLYGON ICRS 10 0 20 0 20 95", "no longitudes and latitudes"),
        ("POLYGON ICRS 10 0 20 0 30 0", "no area"),
        ("POLYGON ((10 0, 20", "no polygons"),
    ],
)
def test_a_broken_footprint_gives_way_to_the_bounds_and_is_named(region: str, said: str) -> None:
    answer = answer_to(Query(), [row("H1", s_region=region), row("H2")])
    table = all_of(answer)
    assert list(table["geometry_source"]) == ["service bounds", "service bounds"]
    (sentence,) = answer.report.sentences()
    assert said in sentence
    assert ":H1::" in sentence
    assert sentence.startswith("1 ")


def test_a_footprint_around_a_pole_reaches_it() -> None:
    region = "POLYGON ICRS " + " ".join(f"{lon} 80" for lon in range(-180, 180, 20))
    _, shape = only(answer_to(Query(), [row(s_region=region)]))
    assert shape.contains(shapely.Point(0.0, 89.9))
    assert shape.covers(shapely.Point(-180.0, 90.0))


def test_a_footprint_over_the_antimeridian_is_cut_there() -> None:
    _, shape = only(answer_to(Query(), [row(s_region="POLYGON ICRS 175 0 -175 0 -175 5 175 5")]))
    assert shape.bounds[0] == -180.0
    assert shape.bounds[2] == 180.0
    assert shape.area == pytest.approx(50.0, rel=0.01)


@pytest.mark.parametrize(
    ("bounds", "area"),
    [
        ({"c1min": 175.0, "c1max": -175.0, "c2min": 0.0, "c2max": 2.0}, 20.0),
        ({"c1min": 350.0, "c1max": 355.0, "c2min": 0.0, "c2max": 2.0}, 10.0),
        ({"c1min": -180.0, "c1max": 180.0, "c2min": 85.0, "c2max": 90.0}, 1800.0),
        ({"c1min": 0.0, "c1max": 360.0, "c2min": -90.0, "c2max": -80.0}, 3600.0),
    ],
)
def test_bounds_in_either_count_become_boxes(bounds: dict[str, float], area: float) -> None:
    _, shape = only(answer_to(Query(), [row(**bounds)]))
    assert shape.area == pytest.approx(area)
    west, south, east, north = shape.bounds
    assert west >= -180.0
    assert east <= 180.0
    assert (south, north) == (bounds["c2min"], bounds["c2max"])


def test_bounds_that_are_no_positions_or_have_no_area_are_named() -> None:
    rows = [row("H1", c2max=123.0), row("H2", c1max=10.0), row("H3")]
    answer = answer_to(Query(), rows)
    assert list(all_of(answer)["geometry_source"]) == [None, None, "service bounds"]
    sentences = " ".join(answer.report.sentences())
    assert "1 rows have bounds that are no positions, for example" in sentences
    assert "1 rows have bounds that enclose no area" in sentences


def test_right_ascensions_are_no_longitudes() -> None:
    answer = answer_to(Query(), [row(spatial_frame_type="celestial")])
    product, shape = only(answer)
    assert shape is None
    assert product["geometry_source"] is None
    assert "celestial frame" in answer.report.sentences()[0]


def test_a_row_about_another_body_lies_nowhere_on_this_one() -> None:
    rows = [row("H1", target_name="Phobos"), row("H2", target_name="Phobos#Mars")]
    table = all_of(answer_to(Query(), rows))
    assert list(table["target"]) == ["PHOBOS", "MARS"]
    assert list(table["geometry_source"]) == [None, "service bounds"]
    assert ids_found(Query(body="MARS"), rows) == ["H2"]


def test_times_that_are_fill_values_are_unknown_and_counted() -> None:
    answer = answer_to(Query(), [row(time_min=0.0)])
    product, _ = only(answer)
    assert pd.isna(product["start_time"])
    assert "start_time" in answer.report.sentences()[0]


@given(st.integers(-(10**13), 3 * 10**13))
def test_julian_days_are_exact_to_the_millisecond(milliseconds: int) -> None:
    time = np.datetime64(milliseconds, "ms")
    assert time_of(julian_day(time)) == time


def test_julian_days_are_those_of_the_almanac() -> None:
    assert julian_day(np.datetime64("2000-01-01T12:00:00")) == 2451545.0
    assert julian_day(np.datetime64("1858-11-17T00:00:00")) == 2400000.5


def test_the_data_set_alone_is_asked_for() -> None:
    rows = [row("H1"), row("H2", instrument_name="OMEGA"), row("H3", processing_level="2")]
    served = replace(HRSC, parameters={**HRSC.parameters, "processing_level": "3"})
    assert list(all_of(answer_to(Query(), rows, served))["product_id"]) == ["H1"]


@pytest.mark.parametrize("parameters", [{}, {"granule_uid": "x"}, {"1=1 --": "x"}])
def test_entries_that_cannot_be_asked_say_so(parameters: dict[str, str]) -> None:
    served = replace(HRSC, parameters=parameters)
    with pytest.raises(PlanetaryError, match=r"psa\.mars\.mex\.hrsc"):
        list(ask(served, Query(), RecordedTransport(Archive([]))).chunks)


def test_pages_are_read_to_the_end_and_no_row_comes_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psa, "ROWS_OF_A_PAGE", 3)
    names = [f"H{number:02}'é" for number in range(7)]
    transport = RecordedTransport(Archive([row(name) for name in names]))
    table = all_of(ask(HRSC, Query(), transport))
    assert sorted(table["product_id"]) == names
    assert len(transport.requests) == 3


def test_long_lists_of_names_are_asked_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psa, "ROWS_OF_A_PAGE", 4)
    names = [f"H{number:04}" for number in range(60)]
    transport = RecordedTransport(Archive([row(name) for name in names]))
    query = Query(product_id=" ".join([*(name.lower() for name in names[:55]), "H000?"]))
    table = all_of(ask(HRSC, query, transport))
    assert sorted(table["product_id"]) == names[:55]
    assert all(len(request.url) < 6000 for request in transport.requests)


def test_a_server_that_answers_the_same_page_for_ever_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(psa, "ROWS_OF_A_PAGE", 1)
    first = Archive([row("H1")])(psa.requests(HRSC, Query())[0])
    transport = RecordedTransport(lambda _: first)
    assert list(all_of(ask(HRSC, Query(), transport))["product_id"]) == ["H1"]
    assert len(transport.requests) == 2


LONGITUDES = st.sampled_from([-180.0, -179.5, -100.0, -1.0, 0.0, 1.0, 45.0, 100.0, 179.5, 180.0])
LATITUDES = st.sampled_from([-90.0, -85.0, -30.0, -1.0, 0.0, 1.0, 30.0, 85.0, 90.0])
ANGLES = st.one_of(st.none(), st.sampled_from([0.0, 10.0, 20.0, 45.0, 90.0]))
DAYS = st.one_of(st.none(), st.sampled_from([2453000.5, 2453001.0, 2453001.5, 2453002.25]))


@st.composite
def regions(draw: st.DrawFn) -> str | None:
    lon, lat = draw(LONGITUDES), draw(st.sampled_from([-60.0, 0.0, 50.0, 75.0]))
    width, height = draw(st.sampled_from([None, 1.0, 30.0, 120.0])), 8.0
    if width is None:
        return None
    corners = [(lon, lat), (lon + width, lat), (lon + width, lat + height), (lon, lat + height)]
    return "POLYGON ICRS " + " ".join(f"{(x + 180.0) % 360.0 - 180.0} {y}" for x, y in corners)


def bounds_of_region(region: str) -> dict[str, float]:
    numbers = [float(word) for word in region.split()[2:]]
    lon, lat = numbers[0::2], numbers[1::2]
    crosses = lon[1] < lon[0]
    west, east = (lon[0], lon[1]) if crosses else (min(lon), max(lon))
    return {"c1min": west, "c1max": east, "c2min": min(lat), "c2max": max(lat)}


@st.composite
def rows_of_archive(draw: st.DrawFn) -> list[dict[str, Any]]:
    rows = []
    for number in range(draw(st.integers(0, 6))):
        south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
        bounds: dict[str, Any] = {
            "c1min": draw(LONGITUDES),
            "c1max": draw(LONGITUDES),
            "c2min": south,
            "c2max": north,
        }
        region = draw(regions())
        if region is not None:
            bounds = bounds_of_region(region)
            if draw(st.booleans()):
                bounds = dict.fromkeys(bounds)
        elif draw(st.booleans()):  # the same longitudes, counted to 360
            bounds["c1min"], bounds["c1max"] = bounds["c1min"] % 360.0, bounds["c1max"] % 360.0
        angles = {f"{name}_{end}": draw(ANGLES) for name in ("incidence", "phase") for end in ENDS}
        times = {"time_min": draw(DAYS), "time_max": draw(DAYS)}
        name = draw(st.sampled_from(["H12", "h1_3", "X'9", "50%", "a\\b"]))
        target = draw(st.sampled_from(["Mars", "MARS", None, "Phobos", "Mars#Sun"]))
        rows.append(
            row(
                f"{name}-{number}",
                s_region=region,
                target_name=target,
                **{**bounds, **angles, **times},
            )
        )
    return rows


ENDS = ("min", "max")


@st.composite
def queries(draw: st.DrawFn) -> Query:
    west, east = sorted((draw(LONGITUDES), draw(LONGITUDES)))
    south, north = sorted((draw(LATITUDES), draw(LATITUDES)))
    area = ""
    if draw(st.booleans()) and west < east and south < north:
        area = shapely.box(west, south, east, north).wkt
    low, high = sorted((draw(st.floats(0, 90)), draw(st.floats(0, 90))))
    ranges = {
        name: Range(draw(st.sampled_from([None, low])), draw(st.sampled_from([None, high])))
        for name in draw(st.sets(st.sampled_from(["incidence_angle", "phase_angle"])))
    }
    times = ["", "2003-12-26T23:59:59", "2003-12-27T12:00:00", "2003-12-28T18:00:00"]
    return Query(
        body=draw(st.sampled_from(["", "MARS"])),
        area=area,
        start=draw(st.sampled_from(times)),
        stop=draw(st.sampled_from(times)),
        ranges=ranges,
        product_id=draw(st.sampled_from(["", "h1*", "*'*", "?0%*", "a\\b*, H12-?", "_"])),
    )


@settings(max_examples=50)
@given(rows_of_archive(), queries())
def test_asking_the_archive_finds_what_asking_for_everything_would(
    rows: list[dict[str, Any]], query: Query
) -> None:
    wanted: list[str] = []
    for chunk in answer_to(Query(), rows).chunks:
        wanted += matching(chunk, query).table["granule_uid"].tolist()
    table = all_of(answer_to(query, rows))
    assert (sorted(table["granule_uid"]) if len(table) else []) == sorted(wanted)


SMALL_AREA = "POLYGON((19.5 62.5,20.5 62.5,20.5 63,19.5 63,19.5 62.5))"
NEAR_DATE_LINE = "POLYGON((-179 0,-178 0,-178 1,-179 1,-179 0))"


@pytest.mark.parametrize(
    ("query", "more"),
    [
        # The northern edge is a great circle: half-way it is at atan(tan 62° / cos 20°) = 63.45°.
        (
            Query(area=SMALL_AREA),
            {
                "s_region": "POLYGON ICRS 0 60 40 60 40 62 0 62",
                "c1min": 0.0,
                "c1max": 40.0,
                "c2min": 60.0,
                "c2max": 62.0,
            },
        ),
        (Query(area=NEAR_DATE_LINE), {"c1min": 170.0, "c1max": -170.0}),
        (Query(area=NEAR_DATE_LINE), {"c1min": 175.0, "c1max": 185.0}),
        (Query(area=NEAR_DATE_LINE), {"c1min": 181.5, "c1max": 181.75}),
        (Query(area=NEAR_DATE_LINE), {"c1min": 0.0, "c1max": 360.0}),
        (
            Query(area=NEAR_DATE_LINE),
            {
                "s_region": "POLYGON ICRS 178 -1 -177 -1 -177 2 178 2",
                **dict.fromkeys(("c1min", "c1max", "c2min", "c2max")),
            },
        ),
        (Query(start="2004-02-03T00:00:00"), {"time_max": None}),
        (Query(start="2004-02-03T00:14:24.0"), {}),
        (Query(stop="2004-02-03T00:00:00"), {}),
        (Query(body="MARS"), {"target_name": None}),
        (
            Query(ranges={"incidence_angle": Range(45.0, 45.0)}),
            {"incidence_min": 30.0, "incidence_max": 60.0},
        ),
        (Query(ranges={"phase_angle": Range(40.0, None)}), {"phase_min": 42.0}),
        (Query(ranges={"emission_angle": Range(None, 10.0)}), {"emergence_max": 8.0}),
        (Query(product_id="?0068_0000_nd*"), {}),
    ],
)
def test_what_answers_a_question_is_fetched(query: Query, more: dict[str, Any]) -> None:
    assert ids_found(query, [row(**more)]) == ["H0068_0000_ND3"]


@pytest.mark.parametrize(
    "query",
    [
        Query(area="POLYGON((13 0,14 0,14 1,13 1,13 0))"),
        Query(start="2004-02-03T00:14:24.1"),
        Query(stop="2004-02-02T23:59:59.9"),
        Query(body="MARS", ranges={"incidence_angle": Range(61.0, None)}),
        Query(ranges={"phase_angle": Range(0.0, 180.0)}),
        Query(product_id="H0069*"),
    ],
)
def test_what_cannot_answer_a_question_is_not_fetched(query: Query) -> None:
    archive = Archive([row(incidence_min=30.0, incidence_max=60.0)])
    (request,) = psa.requests(HRSC, query)
    assert json.loads(archive(request))["data"] == []


def test_little_is_fetched_for_a_small_area() -> None:
    rows = [row(f"H{lon}_{lat}", **box) for lon, lat, box in a_world_of_boxes()]
    transport = RecordedTransport(Archive(rows))
    answer = ask(HRSC, Query(area="POLYGON((31 31,32 31,32 32,31 32,31 31))"), transport)
    assert list(all_of(answer)["product_id"]) == ["H30_30"]
    fetched = json.loads(transport.answering(transport.requests[0]))["data"]
    assert len(fetched) <= 4


def a_world_of_boxes() -> list[tuple[int, int, dict[str, float]]]:
    return [
        (lon, lat, {"c1min": lon, "c1max": lon + 10, "c2min": lat, "c2max": lat + 10})
        for lon in range(-180, 180, 10)
        for lat in range(-90, 90, 10)
    ]


@pytest.mark.real_data
def test_only_columns_that_every_table_of_the_standard_has_are_asked_about(
    real_data: Path,
) -> None:
    record = (real_data / "services" / "epntap" / "example-record.xml").read_text(encoding="utf-8")
    columns = set(re.findall(r"<column>\s*<name>(\w+)</name>", record))
    names = ("incidence_angle", "emission_angle", "phase_angle")
    query = Query(
        body="MARS",
        area=SMALL_AREA,
        start="2004-01-01",
        stop="2005-01-01",
        ranges={name: Range(0.0, 90.0) for name in names},
        product_id="H*",
    )
    parameters = {**HRSC.parameters, "processing_level": "3", "dataproduct_type": "im"}
    (request,) = psa.requests(replace(HRSC, parameters=parameters), query)
    asked = parse_qs(urlsplit(request.url).query)["QUERY"][0]
    conditions = re.sub(r"'[^']*'", "", asked.partition(" WHERE ")[2])
    words = set(re.findall(r"[a-z]\w+", conditions)) - {"e"}
    assert len(words) > 15
    assert words <= columns


HTML = b"<!DOCTYPE html><html><body>Please log in</body></html>"
VOTABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">
<RESOURCE type="results">
<INFO name="QUERY_STATUS" value="ERROR">Cannot parse query: column
  "c1min" is unknown</INFO></RESOURCE></VOTABLE>"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (HTML, "a web page where JSON was expected"),
        (VOTABLE, 'could not answer: Cannot parse query: column "c1min" is unknown'),
        (b"granule_uid,obs_id\n1,2\n", "where JSON was expected"),
        (b"[]", "not a table"),
        (b'{"error": "too many"}', "not a table"),
        (b'{"metadata": [1], "data": []}', "not a table"),
        (b'{"metadata": [{"name": "x"}], "data": null}', "not a table"),
    ],
)
def test_what_is_no_table_is_told(body: bytes, said: str) -> None:
    answer = ask(HRSC, Query(), RecordedTransport(lambda _: body))
    with pytest.raises(NetworkError, match=r"psa\.example") as caught:
        list(answer.chunks)
    assert said in caught.value.message
    assert caught.value.hint


def test_a_line_of_another_length_is_lost_alone() -> None:
    whole = json.loads(Archive([row("H1"), row("H2")])(psa.requests(HRSC, Query())[0]))
    whole["data"][0] = whole["data"][0][:3]
    whole["data"].append("?")
    answer = ask(HRSC, Query(), RecordedTransport(lambda _: json.dumps(whole).encode()))
    assert list(all_of(answer)["product_id"]) == ["H2"]
    assert answer.report.sentences()[0].startswith("2 rows do not have the columns")


def test_the_columns_of_the_schema_are_the_columns_of_the_answer() -> None:
    answer = answer_to(Query(), [row()])
    chunk: Products = next(answer.chunks)
    assert list(chunk.table.columns) == list(answer.schema.columns)
    assert answer.schema.body.name == "MARS"
