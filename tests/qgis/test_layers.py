"""What a layer says of itself after it was opened from its file."""

from __future__ import annotations

import time

import pytest
from qgis.core import (
    QgsDateTimeRange,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeatureRequest,
    QgsProject,
    QgsVectorLayer,
    QgsVectorLayerTemporalContext,
)
from qgis.PyQt.QtCore import QDate, QDateTime, Qt, QTime

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import layers, projects, store
from planetary_qgis.qgis_bridge.crs import measuring_ellipsoid


@pytest.fixture
def stored_layer(footprints, geopackage) -> QgsVectorLayer:
    answer = footprints.answer()
    answer.report.add("The table ends early", "row 7")
    store.write_table(geopackage, "index", answer, title="Index of Ü")
    return store.open_table(geopackage, "index")


@pytest.fixture
def all_timed_layer(footprints, geopackage) -> QgsVectorLayer:
    """Products that all have a stop time."""
    answer = footprints.answer()
    answer.chunks = iter([footprints.chunk(slice(0, 4), answer.schema)])
    store.write_table(geopackage, "timed", answer)
    return store.open_table(geopackage, "timed")


def utc(day: int, hour: int = 0) -> QDateTime:
    return QDateTime(QDate(2010, 1, day), QTime(hour, 0), Qt.TimeSpec.UTC)


def shown(layer: QgsVectorLayer, begin: QDateTime, end: QDateTime) -> set[str]:
    """What the temporal controller would draw in a frame."""
    context = QgsVectorLayerTemporalContext()
    context.setLayer(layer)
    frame = QgsDateTimeRange(begin, end)
    properties = layer.temporalProperties()
    assert properties.isVisibleInTemporalRange(frame)
    request = QgsFeatureRequest()
    request.setFilterExpression(properties.createFilterString(context, frame))
    return {feature["product_id"] for feature in layer.getFeatures(request)}


@pytest.fixture(params=["UTC", "America/New_York", "Asia/Kolkata"])
def zone(request, monkeypatch) -> None:
    """The computer's time zone, which must make no difference."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_file_dresses_the_layer(stored_layer) -> None:
    assert stored_layer.name() == "Index of Ü"
    assert stored_layer.displayExpression() == '"product_id"'
    symbol = stored_layer.renderer().symbol()
    assert 0 < symbol.symbolLayer(0).color().alpha() < 128
    assert symbol.symbolLayer(0).strokeColor().alpha() == 255
    index = stored_layer.fields().indexOf("incidence_angle")
    assert stored_layer.attributeAlias(index) == "Incidence angle (°)"


def test_the_file_tells_where_it_came_from(stored_layer) -> None:
    metadata = stored_layer.metadata()
    assert "Label: https://example.org/index.lbl" in metadata.history()
    assert any("The table ends early (1: row 7)" in line for line in metadata.history())
    assert [link.url for link in metadata.links()] == ["https://example.org/index.lbl"]
    assert metadata.crs().authid() == "IAU_2015:49900"
    (times,) = metadata.extent().temporalExtents()
    assert times.begin() == utc(1)
    assert times.end() == utc(5)  # QGIS keeps whole seconds
    (space,) = metadata.extent().spatialExtents()
    assert space.bounds.xMinimum() == -180


@pytest.mark.usefixtures("zone")
def test_the_temporal_controller_plays_it(stored_layer) -> None:
    assert stored_layer.temporalProperties().isActive()
    assert shown(stored_layer, utc(1), utc(1, 12)) - {"no time"} == {"equator"}
    assert shown(stored_layer, utc(2), utc(3, 12)) - {"no time"} == {"antimeridian", "south pole"}
    # An instant shows in its own frame and not for ever after.
    assert shown(stored_layer, utc(5), utc(5, 1)) - {"no time"} == {"instant"}
    assert shown(stored_layer, utc(6), utc(7)) - {"no time"} == set()


@pytest.mark.usefixtures("zone")
def test_it_plays_by_fields_where_all_have_a_stop(all_timed_layer) -> None:
    assert all_timed_layer.temporalProperties().endField() == "stop_time"
    assert shown(all_timed_layer, utc(1), utc(1, 12)) == {"equator"}
    assert shown(all_timed_layer, utc(2, 1), utc(2, 2)) == {"antimeridian"}
    assert shown(all_timed_layer, utc(2, 2), utc(2, 3)) == set()


def test_the_map_tip_shows_what_is_known(stored_layer) -> None:
    context = QgsExpressionContext()
    context.appendScopes(QgsExpressionContextUtils.globalProjectLayerScopes(stored_layer))
    tips = {}
    for feature in stored_layer.getFeatures():
        context.setFeature(feature)
        tip = QgsExpression.replaceExpressionText(stored_layer.mapTipTemplate(), context)
        tips[feature["product_id"]] = tip
    assert "<b>equator</b>" in tips["equator"]
    assert "2010-01-01 00:00:00 – 2010-01-01 01:00:00 UTC" in tips["equator"]
    assert "Incidence (°)</td><td>10" in tips["equator"]
    assert "Incidence" not in tips["south pole"]
    assert "2010-01-05 00:00:00 UTC" in tips["instant"]
    assert "UTC" not in tips["no time"]
    assert not any("[%" in tip for tip in tips.values())


def test_a_project_opens_with_everything_set(stored_layer, tmp_path) -> None:
    path = tmp_path / "projekt ü.qgz"
    projects.new_project(path, body("MARS"), [stored_layer], title="Mars")
    project = QgsProject()
    assert project.read(str(path))
    assert project.crs().authid() == "IAU_2015:49900"
    assert project.ellipsoid() == measuring_ellipsoid(project.crs())
    (reopened,) = project.mapLayers().values()
    assert reopened.isValid()
    assert reopened.temporalProperties().isActive()
    assert [node.name() for node in project.layerTreeRoot().findLayers()] == ["Index of Ü"]
    times = project.timeSettings().temporalRange()
    assert times.begin() == utc(1)
    assert project.timeSettings().timeStep() > 0
    assert project.viewSettings().defaultViewExtent().contains(reopened.extent())
    del reopened


def test_a_project_moves_with_its_data(stored_layer, geopackage, tmp_path) -> None:
    projects.new_project(tmp_path / "mars.qgz", body("MARS"), [stored_layer])
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in ("mars.qgz", geopackage.name):
        (moved / name).write_bytes((tmp_path / name).read_bytes())
    project = QgsProject()
    assert project.read(str(moved / "mars.qgz"))
    (reopened,) = project.mapLayers().values()
    assert reopened.source().startswith(str(moved))
    del reopened


def test_a_project_takes_no_layer_of_another_body(stored_layer, tmp_path) -> None:
    with pytest.raises(PlanetaryError, match="does not lie on Moon"):
        projects.new_project(tmp_path / "moon.qgz", body("MOON"), [stored_layer])
    assert not (tmp_path / "moon.qgz").exists()


def test_a_new_dress_replaces_the_old_one_without_asking(stored_layer, geopackage) -> None:
    layers.keep_dress(geopackage, "index", layers.Dress("New title", {"Version": "2"}))
    reopened_layer = layers.open_table(geopackage, "index")
    assert reopened_layer.name() == "New title"
    assert reopened_layer.metadata().history() == ["Version: 2"]
