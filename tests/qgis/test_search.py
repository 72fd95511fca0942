"""Searches of a table by area, time and expression."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from qgis.core import QgsProject, QgsRectangle
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.search import boxes_of_extent


@pytest.fixture
def find(footprints, geopackage):
    store.write_table(geopackage, "index", footprints.answer())

    def find(**question) -> list[str]:
        layer = store.search_layer(geopackage, "index", **question)
        found = [feature["product_id"] for feature in layer.getFeatures()]
        assert layer.featureCount() == len(found)
        return found

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
    assert find(start=start, stop=stop) == found


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
    assert find(start=start, stop=start) == ["no geometry"]


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


def test_all_at_once(find) -> None:
    question = {"extent": (-5, -5, 60, 5), "start": "2010-01-01", "stop": "2010-01-02"}
    assert find(**question, expression='"ORBIT" = 1') == ["equator"]
    assert find(**question, expression='"ORBIT" = 2') == []


def test_a_search_survives_the_project(find, geopackage, tmp_path) -> None:
    layer = store.search_layer(
        geopackage, "index", extent=(170, 0, -170, 5), expression='"ORBIT" = 2'
    )
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
        store.search_layer(geopackage, "nothing")


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
