"""The PDS4 Registry, played by a reader of its language (NASA-PDS/registry-api, Search.g4)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest
from answer_kit import all_of, ids_of, only
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_transport import RecordedTransport

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.matching import matching
from planetary_qgis.core.archives.services import registry
from planetary_qgis.core.archives.services.asking import ask
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.http import NetworkError, Request
from planetary_qgis.core.products import Answer
from planetary_qgis.core.query import Query, Range

MARS = "urn:nasa:pds:context:target:planet.mars"
BOUNDING = "cart:Bounding_Coordinates.cart:{}_bounding_coordinate"
DIRECTION = "cart:Geodetic_Model.cart:longitude_direction"
LATITUDE_TYPE = "cart:Geodetic_Model.cart:latitude_type"
START = "pds:Time_Coordinates.pds:start_date_time"
STOP = "pds:Time_Coordinates.pds:stop_date_time"
SERVED = Served(
    key="registry.mars.mro.sharad",
    title="MRO SHARAD",
    archive="PDS Registry",
    mission="MARS RECONNAISSANCE ORBITER",
    instrument="SHARAD",
    body="MARS",
    service="registry",
    url="https://pds.example/api/search/1/products",
    verified="",
    parameters={"target": MARS, "instrument": "urn:nasa:pds:context:instrument:sharad.mro"},
)
Properties = dict[str, Any]


def properties(name: str = "s_00168901_rgram", **more: Any) -> Properties:
    lid = f"urn:nasa:pds:mro_sharad:data:{name}"
    files = f"https://pds.example/mro/{name}"
    known: Properties = {
        "lid": [lid],
        "lidvid": [f"{lid}::1.0"],
        "title": ["SHARAD radargram"],
        "product_class": ["Product_Observational"],
        "ref_lid_target": [MARS],
        "ref_lid_instrument": ["urn:nasa:pds:context:instrument:sharad.mro"],
        "ref_lid_instrument_host": ["urn:nasa:pds:context:instrument_host:spacecraft.mro"],
        "pds:Observing_System_Component.pds:name": ["MRO", "SHARAD"],
        "pds:Observing_System_Component.pds:type": ["Host", "Instrument"],
        START: ["2006-12-06T02:22:01.000Z"],
        STOP: ["2006-12-06T02:30:11.000Z"],
        "ops:Data_File_Info.ops:file_ref": [f"{files}.img", f"{files}.jpg"],
        "ops:Label_File_Info.ops:file_ref": [f"{files}.xml"],
        DIRECTION: ["Positive East"],
        LATITUDE_TYPE: ["Planetocentric"],
        **bounds(10.0, 12.0, -5.0, 5.0),
    }
    return {key: value for key, value in {**known, **more}.items() if value is not None}


def bounds(west: float, east: float, south: float, north: float) -> Properties:
    sides = {"west": west, "east": east, "south": south, "north": north}
    return {BOUNDING.format(side): [str(value)] for side, value in sides.items()}


NO_BOUNDS = {BOUNDING.format(side): None for side in ("west", "east", "south", "north")}

TOKEN = re.compile(
    r'\s*(?:(?P<paren>[()])|(?P<text>"[^"\r\n]*")|(?P<number>-?[0-9]+(?:\.[0-9]*)?)(?![\w.])'
    r"|(?P<word>[A-Za-z_*][A-Za-z0-9_.:/*]*))"
)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, asked: value == asked,
    "ge": lambda value, asked: value >= asked,
    "gt": lambda value, asked: value > asked,
    "le": lambda value, asked: value <= asked,
    "lt": lambda value, asked: value < asked,
}
Condition = Callable[[Properties], bool]


class Question:
    """A recursive-descent reader of `group : NOT? ( expression )`; `or` is no word of ours."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            found = TOKEN.match(text, position)
            assert found, f"not a token: {text[position:]}"
            self._tokens.append(found.group().strip())
            position = found.end()
        assert self._tokens[0] == "(", "the API demands parentheses around all"
        self.holds = self._term()
        assert not self._tokens, f"left over: {self._tokens}"

    def _take(self) -> str:
        return self._tokens.pop(0)

    def _term(self) -> Condition:
        first = self._take()
        if first == "not":
            inner = self._term()
            return lambda said: not inner(said)
        if first == "(":
            terms = [self._term()]
            while self._tokens[0] == "and":
                self._take()
                terms.append(self._term())
            assert self._take() == ")"
            return lambda said: all(term(said) for term in terms)
        return self._comparison(first, COMPARISONS[self._take()], self._take())

    @staticmethod
    def _comparison(name: str, compare: Callable[[Any, Any], bool], asked: str) -> Condition:
        if asked.startswith('"'):
            return lambda said: any(compare(value, asked[1:-1]) for value in said.get(name, []))
        return lambda said: any(compare(float(v), float(asked)) for v in said.get(name, []))


class Registry:
    """Products in the order of their identifiers, page by page."""

    def __init__(self, products: Sequence[Properties]) -> None:
        self._products = sorted(products, key=lambda said: said["lidvid"][0])

    def __call__(self, request: Request) -> bytes:
        asked = {
            name: values[0]
            for name, values in parse_qs(urlsplit(request.url).query, strict_parsing=True).items()
        }
        assert asked["sort"] == "lidvid"
        question = Question(asked["q"])
        hits = [said for said in self._products if question.holds(said)]
        after = asked.get("search-after", "")
        rest = [said for said in hits if said["lidvid"][0] > after][: int(asked["limit"])]
        fields = asked["fields"].split(",")
        data = [
            {
                "id": said["lidvid"][0],
                "title": said.get("title", [None])[0],
                "properties": {name: said[name] for name in fields if name in said},
            }
            for said in rest
        ]
        return json.dumps({"summary": {"hits": len(hits)}, "data": data}).encode()


def answer_to(query: Query, products: Sequence[Properties], served: Served = SERVED) -> Answer:
    return ask(served, query, RecordedTransport(Registry(products)))


def ids_found(query: Query, products: Sequence[Properties]) -> list[str]:
    return ids_of(answer_to(query, products))


def test_a_product_of_the_registry_becomes_one_of_ours() -> None:
    product, shape = only(answer_to(Query(body="MARS"), [properties()]))
    assert product["product_id"] == "s_00168901_rgram"
    assert product["lidvid"] == "urn:nasa:pds:mro_sharad:data:s_00168901_rgram::1.0"
    assert product["target"] == "MARS"
    assert (product["instrument_host"], product["instrument_id"]) == ("MRO", "SHARAD")
    assert product["start_time"] == pd.Timestamp("2006-12-06T02:22:01")
    assert product["stop_time"] == pd.Timestamp("2006-12-06T02:30:11")
    assert product["label_url"] == "https://pds.example/mro/s_00168901_rgram.xml"
    assert product["product_url"] == "https://pds.example/mro/s_00168901_rgram.img"
    assert product["browse_url"] == "https://pds.example/mro/s_00168901_rgram.jpg"
    assert product["geometry_source"] == "service bounds"
    assert shape.bounds == pytest.approx((10.0, -5.0, 12.0, 5.0))


def test_what_the_registry_does_not_know_is_unknown() -> None:
    said = properties(
        **NO_BOUNDS,
        **{
            START: ["1965-01-01T00:00:00.000Z"],
            STOP: ["3000-01-01T00:00:00.000Z"],
            "title": ["null"],
            "ops:Data_File_Info.ops:file_ref": ["null"],
            "ops:Label_File_Info.ops:file_ref": None,
            "pds:Observing_System_Component.pds:type": None,
        },
    )
    answer = answer_to(Query(), [said])
    product, shape = only(answer)
    assert shape is None
    names = ["start_time", "stop_time", "label_url", "product_url", "browse_url"]
    assert product[[*names, "geometry_source", "data_urls"]].isna().all()
    assert (product["instrument_host"], product["instrument_id"]) == (
        "spacecraft.mro",
        "sharad.mro",
    )
    assert not answer.report


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        (bounds(350.0, 10.0, 0.0, 1.0), (20.0, -10.0, 10.0)),
        (bounds(170.0, 190.0, 0.0, 1.0), (20.0, -180.0, 180.0)),
        (bounds(-180.0, 180.0, 0.0, 1.0), (360.0, -180.0, 180.0)),
        (bounds(0.0, 360.0, 0.0, 1.0), (360.0, -180.0, 180.0)),
        # West-positive: from 30° W, the western edge, eastward to 10° W.
        (
            {**bounds(30.0, 10.0, 0.0, 1.0), DIRECTION: ["Positive West"]},
            (20.0, -30.0, -10.0),
        ),
    ],
)
def test_bounds_follow_the_compass(more: Properties, expected: tuple[float, ...]) -> None:
    _, shape = only(answer_to(Query(), [properties(**more)]))
    assert (shape.area, shape.bounds[0], shape.bounds[2]) == pytest.approx(expected)


def test_planetographic_bounds_become_planetocentric() -> None:
    # tan(ocentric) = (b/a)² tan(ographic), with a = 3396.19 and b = 3376.2: 45° is 44.6617°.
    said = properties(**bounds(0.0, 1.0, -45.0, 45.0), **{LATITUDE_TYPE: ["Planetographic"]})
    _, shape = only(answer_to(Query(), [said]))
    assert shape.bounds[3] == pytest.approx(44.6617, abs=1e-4)
    assert shape.bounds[1] == pytest.approx(-44.6617, abs=1e-4)


def test_bounds_that_cannot_be_are_named_and_cost_the_shape_alone() -> None:
    products = [
        properties("a", **bounds(0.0, 1.0, 0.0, 95.0)),
        properties("b", **bounds(5.0, 5.0, 0.0, 1.0)),
        properties("c", **{DIRECTION: None, LATITUDE_TYPE: None}),
        properties("d"),
    ]
    answer = answer_to(Query(), products)
    assert list(all_of(answer)["geometry_source"].isna()) == [True, True, False, False]
    sentences = " ".join(answer.report.sentences())
    assert "bounds that are no positions, for example urn:nasa:pds:mro_sharad:data:a" in sentences
    assert "bounds that enclose no area" in sentences
    assert "which way their longitudes count; east was taken" in sentences
    assert "planetocentric was taken" in sentences


@pytest.mark.parametrize(
    ("lids", "names", "target"),
    [
        ([MARS], None, "MARS"),
        (["urn:nasa:pds:context:target:satellite.mars.phobos"], None, "PHOBOS"),
        (["urn:nasa:pds:context:target:asteroid.4_vesta"], None, "VESTA"),
        ([MARS.replace("mars", "earth"), MARS], None, "MARS"),
        (None, ["Mars"], "MARS"),
        (None, None, None),
    ],
)
def test_targets_have_their_naif_names(
    lids: list[str] | None, names: list[str] | None, target: str | None
) -> None:
    more = {"ref_lid_target": lids, "pds:Target_Identification.pds:name": names}
    served = replace(SERVED, parameters={"instrument": SERVED.parameters["instrument"]})
    product, shape = only(answer_to(Query(), [properties(**more)], served))
    assert (product["target"] if target else None) == target
    assert (shape is None) == (target not in ("MARS", None))


def test_the_data_set_alone_is_asked_for() -> None:
    products = [
        properties("a"),
        properties("b", ref_lid_target=["urn:nasa:pds:context:target:planet.venus"]),
        properties("c", product_class=["Product_Collection"]),
        properties("d", ref_lid_instrument=["urn:nasa:pds:context:instrument:ctx.mro"]),
    ]
    assert ids_found(Query(), products) == ["a"]


@pytest.mark.parametrize(
    "parameters", [{}, {"q": "x"}, {"target": 'x" or lid eq "y'}, {"target": "a\nb"}]
)
def test_entries_that_cannot_be_asked_say_so(parameters: dict[str, str]) -> None:
    with pytest.raises(PlanetaryError, match="cannot be asked"):
        list(answer_to(Query(), [], replace(SERVED, parameters=parameters)).chunks)


def test_pages_are_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "ROWS_OF_A_PAGE", 3)
    transport = RecordedTransport(Registry([properties(f"p{n}") for n in range(7)]))
    answer = ask(SERVED, Query(), transport)
    assert sorted(all_of(answer)["product_id"]) == [f"p{n}" for n in range(7)]
    assert len(transport.requests) == 3


def test_a_server_that_answers_the_same_page_for_ever_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registry, "ROWS_OF_A_PAGE", 1)
    body = Registry([properties("a")])(registry.requests(SERVED, Query())[0])
    transport = RecordedTransport(lambda _: body)
    assert len(all_of(ask(SERVED, Query(), transport))) == 1
    assert len(transport.requests) == 2


TIMES = [None, "1965-01-01T00:00:00.000Z", "2006-12-06T00:00:00.000Z", "2007-01-01T12:00:00Z"]


@st.composite
def products_of_registry(draw: st.DrawFn) -> list[Properties]:
    products = []
    for number in range(draw(st.integers(0, 6))):
        lon, lat = (
            st.sampled_from([-180.0, -10.0, 0.0, 45.0, 350.0]),
            st.sampled_from([-90.0, -44.9, 0.0, 44.9, 45.2, 90.0]),
        )
        box = bounds(draw(lon), draw(lon), *sorted((draw(lat), draw(lat))))
        more: Mapping[str, Any] = {
            **(box if draw(st.integers(0, 3)) else NO_BOUNDS),
            START: none_or_list(draw(st.sampled_from(TIMES))),
            STOP: none_or_list(draw(st.sampled_from([*TIMES, "3000-01-01T00:00:00.000Z"]))),
            LATITUDE_TYPE: [draw(st.sampled_from(["Planetocentric", "Planetographic"]))],
            DIRECTION: [draw(st.sampled_from(["Positive East", "Positive West"]))],
        }
        products.append(properties(f"{draw(st.sampled_from(['a', 'b_1']))}{number}", **more))
    return products


def none_or_list(value: str | None) -> list[str] | None:
    return None if value is None else [value]


@st.composite
def queries(draw: st.DrawFn) -> Query:
    west, east = sorted(draw(st.tuples(st.floats(-180, 180), st.floats(-180, 180))))
    lat = st.sampled_from([-90.0, -45.0, -44.8, -1e-7, 0.0, 1e-7, 44.7, 45.0, 90.0])
    south, north = sorted((draw(lat), draw(lat)))
    area = ""
    if draw(st.booleans()) and west + 0.1 < east and south < north:
        area = shapely.box(west, south, east, north).wkt
    times = ["", "2006-12-05", "2006-12-06T00:00:00", "2007-001T13:00:00"]
    return Query(
        area=area,
        start=draw(st.sampled_from(times)),
        stop=draw(st.sampled_from(times)),
        product_id=draw(st.sampled_from(["", "A*", 'b"1', "?_1*"])),
        ranges={"resolution": Range(1.0, None)} if draw(st.integers(0, 5)) == 0 else {},
    )


def test_planetographic_bounds_are_asked_wider() -> None:
    # 45.2° on Mars's spheroid are 44.8617° from its centre.
    said = properties(**bounds(0.0, 1.0, 45.2, 46.0), **{LATITUDE_TYPE: ["Planetographic"]})
    north = properties("north", **bounds(0.0, 1.0, 45.5, 46.0))
    query = Query(area="POLYGON((0 44,1 44,1 44.9,0 44.9,0 44))")
    assert ids_found(query, [said, north]) == ["s_00168901_rgram"]


def test_products_without_an_end_are_instants() -> None:
    products = [properties(**{STOP: None})]
    assert ids_found(Query(start="2006-12-06T02:22:01"), products) == ["s_00168901_rgram"]
    assert ids_found(Query(start="2006-12-06T02:22:02"), products) == []


@settings(max_examples=50)
@given(products_of_registry(), queries())
def test_asking_the_registry_finds_what_asking_for_everything_would(
    products: list[Properties], query: Query
) -> None:
    wanted: list[str] = []
    for chunk in answer_to(Query(), products).chunks:
        wanted += matching(chunk, query).table["product_id"].tolist()
    assert ids_found(query, products) == sorted(wanted)


def test_latitudes_and_times_are_asked_of_the_server() -> None:
    products = [
        properties("here"),
        properties("north", **bounds(10.0, 12.0, 60.0, 70.0)),
        properties("nowhere", **NO_BOUNDS),
        properties("before", **{START: ["2005-01-01T00:00:00Z"], STOP: ["2005-01-02T00:00:00Z"]}),
        properties("after", **{START: ["2015-01-01T00:00:00Z"], STOP: ["2015-01-02T00:00:00Z"]}),
    ]
    query = Query(area="POLYGON((11 0,12 0,12 1,11 0))", start="2006-01-01", stop="2007-01-01")
    (request,) = registry.requests(SERVED, query)
    fetched = json.loads(Registry(products)(request))["data"]
    assert [each["id"].split(":")[5] for each in fetched] == ["here"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>504</html>", "a web page where JSON was expected"),
        (b"[1]", "not a list of products"),
        (b'{"message": "bad request"}', "not a list of products"),
        (b'{"data": {"id": "x"}}', "not a list of products"),
    ],
)
def test_what_is_no_list_of_products_is_told(body: bytes, said: str) -> None:
    with pytest.raises(NetworkError, match=r"pds\.example") as caught:
        list(ask(SERVED, Query(), RecordedTransport(lambda _: body)).chunks)
    assert said in caught.value.message
    assert caught.value.hint


def test_entries_that_are_no_products_are_lost_alone() -> None:
    data = [None, "x", {"id": "urn:nasa:pds:b:c:d::1.0"}, {"properties": ["?"], "title": "T"}]
    body = json.dumps({"data": data}).encode()
    answer = ask(SERVED, Query(), RecordedTransport(lambda _: body))
    assert list(all_of(answer)["product_id"]) == ["d", "T"]
    assert answer.report.sentences() == [
        "2 entries of the answer are no products and were left out."
    ]
