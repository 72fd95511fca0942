"""Searches of a table by area, time and expression."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from qgis.core import QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime
from query_kit import Footprints, asked

from planetary_qgis.core.archives.matching import matching
from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.products import Answer, Products, Schema, table_of
from planetary_qgis.core.query import CIRCULAR_COLUMNS, RANGED_COLUMNS, Query, Range
from planetary_qgis.core.times import parse_utc_column
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.search import boxes_of_extent, found_ids, search, time_text


@pytest.fixture
def find(footprints, geopackage):
    store.write_table(geopackage, "index", footprints.answer())

    def find(**question) -> list[str]:
        query = asked(**question)
        layer = store.search_layer(geopackage, "index", query)
        features = {feature.id(): feature["product_id"] for feature in layer.getFeatures()}
        assert layer.featureCount() == len(features)
        assert sorted(search(geopackage, "index", query).ids) == sorted(features)
        return [features[key] for key in sorted(features)]

    return find


@pytest.mark.parametrize(
    ("extent", "found"),
    [
        ((-5, -5, 5, 5), ["equator"]),
        ((-5, -5, 25, 5), ["equator", "instant"]),
        ((175, 0, -175, 5), ["antimeridian"]),
        ((175, 0, 185, 5), ["antimeridian"]),
        ((-185, 0, -178, 5), ["antimeridian"]),
        ((-178, 0, -171, 5), ["antimeridian"]),
        # Between the two halves, within their common bounds, there is nothing.
        ((-100, 0, -90, 5), []),
        ((90, -89, 91, -88), ["south pole"]),
        ((0, -90, 360, 90), ["equator", "antimeridian", "south pole", "instant", "no time"]),
        ((-180, -90, 180, 90), ["equator", "antimeridian", "south pole", "instant", "no time"]),
        (QgsRectangle(170, 0, 190, 5), ["antimeridian"]),
        # Touching counts.
        ((10, 10, 11, 11), ["equator"]),
        ((10.001, 10.001, 11, 11), []),
    ],
)
def test_area(extent, found, find) -> None:
    assert find(extent=extent) == found


def test_everything_includes_what_has_no_geometry(find, footprints) -> None:
    assert find() == list(footprints.ids)


@pytest.mark.parametrize(
    ("start", "stop", "found"),
    [
        ("2010-01-02", "2010-01-03", ["antimeridian", "south pole"]),
        ("2010-002T00:30:00", "2010-002T00:31:00", ["antimeridian"]),
        ("2010-01-02T01:00:00", "2010-01-02T02:00:00", ["antimeridian"]),
        ("2010-01-02T01:00:00.001", "2010-01-02T02:00:00", []),
        ("2010-01-05T00:00:00.123", None, ["instant"]),
        ("2010-01-05T00:00:00.124", None, []),
        (None, "2010-01-01", ["equator"]),
        (None, "2009-12-31T23:59:59.999", []),
    ],
)
def test_time(start, stop, found, find) -> None:
    assert find(start=start or "", stop=stop or "") == found


@pytest.mark.parametrize(
    "start",
    [
        "2010-01-04T00:30:00",
        datetime(2010, 1, 4, 0, 30, tzinfo=timezone.utc),
        datetime(2010, 1, 4, 5, 30, tzinfo=timezone(timedelta(hours=5))),
        QDateTime(QDate(2010, 1, 4), QTime(0, 30), Qt.TimeSpec.UTC),
    ],
)
def test_times_in_every_dress(start, find) -> None:
    assert find(start=time_text(start), stop=time_text(start)) == ["no geometry"]


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ('"incidence_angle" < 30', ["equator", "antimeridian"]),
        ('"incidence_angle" IS NULL', ["south pole"]),
        ("\"NOTE\" ILIKE 'NA%'", ["equator"]),
        ("regexp_match(\"product_id\", '^no ')", ["no geometry", "no time"]),
        ('area($geometry) = 100 AND "ORBIT" > 1', ["instant", "no time"]),
        ("false", []),
    ],
)
def test_expression(expression, found, find) -> None:
    assert find(expression=expression) == found


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"product_id": "equator"}, ["equator"]),
        ({"product_id": "EQUATOR, no*"}, ["equator", "no geometry", "no time"]),
        ({"product_id": "?quator"}, ["equator"]),
        # Wildcards of SQL mean nothing here, and nothing gets out of its quotes.
        ({"product_id": "%"}, []),
        ({"product_id": "_quator"}, []),
        ({"product_id": "x');DROP/**/TABLE/**/index;--"}, []),
        ({"product_id": "\\,--"}, []),
        ({"product_id": "equator\\,!*,?quator!"}, []),
        ({"body": "MARS"}, list(Footprints.ids)),
        ({"body": "MOON"}, []),
        (
            {"ranges": {"incidence_angle": Range(20, 50)}},
            ["antimeridian", "no geometry", "instant"],
        ),
        ({"ranges": {"incidence_angle": Range()}}, [*Footprints.ids[:2], *Footprints.ids[3:]]),
        ({"ranges": {"phase_angle": Range(0, 180)}}, []),
    ],
)
def test_names_and_ranges(question, found, find) -> None:
    assert find(**question) == found


def test_a_limit_counts_what_the_expression_left(find) -> None:
    assert find(expression='"incidence_angle" > 10', limit=2) == ["antimeridian", "no geometry"]
    assert find(limit=1) == ["equator"]
    assert find(limit=100) == list(Footprints.ids)


def test_a_polygon_finds_less_than_its_bounds(find) -> None:
    triangle = shapely.Polygon([(12, 0), (60, 0), (60, 48)])
    assert find(area=triangle.wkt) == ["instant", "no time"]
    line = shapely.LineString([(5, 5), (25, 5)])
    assert find(area=line.wkt) == ["equator", "instant"]


def test_all_at_once(find) -> None:
    question = {"extent": (-5, -5, 60, 5), "start": "2010-01-01", "stop": "2010-01-02"}
    assert find(**question, expression='"ORBIT" = 1') == ["equator"]
    assert find(**question, expression='"ORBIT" = 2') == []


def test_a_search_survives_the_project(find, geopackage, tmp_path) -> None:
    query = asked(extent=(170, 0, -170, 5), expression='"ORBIT" = 2')
    layer = store.search_layer(geopackage, "index", query)
    project = QgsProject()
    project.addMapLayer(layer)
    assert project.write(str(tmp_path / "project.qgz"))
    reopened = QgsProject()
    assert reopened.read(str(tmp_path / "project.qgz"))
    (found,) = reopened.mapLayers().values()
    assert [feature["product_id"] for feature in found.getFeatures()] == ["antimeridian"]
    assert found.temporalProperties().isActive()
    del layer, found


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"expression": "1 +"}, "not an expression"),
        ({"expression": '"no_such_field" = 1'}, "no_such_field"),
        ({"start": "yesterday"}, "not a UTC time"),
    ],
)
def test_bad_questions(question, message, find) -> None:
    with pytest.raises(PlanetaryError, match=message):
        find(**question)


def test_a_table_that_is_not_there(find, geopackage) -> None:
    with pytest.raises(PlanetaryError, match="cannot be opened"):
        store.search_layer(geopackage, "nothing", Query())


@pytest.mark.parametrize(
    ("extent", "boxes"),
    [
        ((0, 0, 10, 10), [(0, 0, 10, 10)]),
        ((350, 0, 370, 10), [(-10, 0, 10, 10)]),
        ((170, 0, 180, 10), [(170, 0, 180, 10)]),
        ((170, 0, 190, 10), [(170, 0, 180, 10), (-180, 0, -170, 10)]),
        ((-190, 0, -170, 10), [(170, 0, 180, 10), (-180, 0, -170, 10)]),
        ((0, 0, 360, 10), [(-180, 0, 180, 10)]),
    ],
)
def test_boxes(extent, boxes) -> None:
    assert boxes_of_extent(extent) == boxes


_numbers = st.one_of(st.none(), st.sampled_from([0.0, 10.0, 90.0, 350.0, 23.5, 12.25]))
_times = st.one_of(
    st.none(), st.sampled_from(["2010-01-01", "2010-01-01T00:00:00.0005", "2010-01-02", "2011-001"])
)
_corner = st.integers(-6, 6).map(lambda tens: tens * 15.0)


@st.composite
def _shapes(draw):
    if draw(st.integers(0, 4)) == 0:
        return None
    west, south, width = draw(_corner), draw(_corner) / 2, draw(st.sampled_from([1.0, 30.0]))
    return draw(
        st.sampled_from(
            [
                shapely.box(west, south, west + width, south + width),
                shapely.Polygon([(west, south), (west + width, south), (west, south + width)]),
                shapely.MultiPolygon(
                    [shapely.box(170, south, 180, south + 5), shapely.box(-180, south, -170, 45)]
                ),
            ]
        )
    )


_rows = st.lists(
    st.fixed_dictionaries(
        {
            "product_id": st.sampled_from(["P01_1", "p!1", "P%1", "a'b", "F\\00435", None]),
            "target": st.sampled_from(["MARS", "PHOBOS", None]),
            "start_time": _times,
            "stop_time": _times,
            **dict.fromkeys(RANGED_COLUMNS, _numbers),
            "shape": _shapes(),
        }
    ),
    min_size=1,
    max_size=12,
)


@st.composite
def _queries(draw):
    names = draw(st.lists(st.sampled_from(RANGED_COLUMNS), max_size=2, unique=True))
    ranges = {}
    for name in names:
        low, high = draw(_numbers), draw(_numbers)
        if low is not None and high is not None and low > high and name not in CIRCULAR_COLUMNS:
            low, high = high, low
        ranges[name] = Range(low, high)
    area = draw(_shapes())
    return Query(
        body=draw(st.sampled_from(["", "MARS"])),
        area="" if area is None else area.wkt,
        start=draw(_times) or "",
        stop=draw(_times) or "",
        ranges=ranges,
        product_id=draw(st.sampled_from(["", "", "P01*", "p%1", "?'b", "p!?", "f\\*, P01_?, --"])),
    )


@settings(max_examples=40)
@given(rows=_rows, query=_queries())
def test_the_store_finds_what_matches(rows, query, tmp_path_factory) -> None:
    """The core's definition of what answers a query holds for the store's SQL too."""
    path = tmp_path_factory.mktemp("store") / "store.gpkg"
    schema = Schema(body("MARS"), "polygon")
    shapes = np.array([*(row["shape"] for row in rows), None], dtype=object)[:-1]
    columns = {name: [row[name] for row in rows] for name in rows[0] if name != "shape"}
    for name in ("start_time", "stop_time"):
        columns[name] = parse_utc_column(columns[name])
    columns["NUMBER"] = list(range(1, len(rows) + 1))
    schema = Schema(body("MARS"), "polygon", {"NUMBER": "integer"})
    products = Products(table_of(schema, columns, len(rows)), shapes)
    store.write_table(path, "index", Answer(schema, iter([products])))
    expected = matching(products, query).table["NUMBER"].tolist()
    assert sorted(search(path, "index", query).ids.tolist()) == expected
    batches = found_ids(path, "index", query)
    assert sorted(key for batch in batches for key in batch.tolist()) == expected
    layer = store.search_layer(path, "index", query)
    assert sorted(feature.id() for feature in layer.getFeatures()) == expected
