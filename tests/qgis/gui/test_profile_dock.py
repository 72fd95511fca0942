"""The Terrain Profile dock; truth: the heights that the test wrote, and closed formulas."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from gui_kit import delete_deferred, find, settle, wait_until
from osgeo import gdal
from qgis.core import (
    QgsApplication,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRasterLayer,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapMouseEvent
from qgis.PyQt.QtCore import QEvent, QPoint, QPointF, Qt
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtWidgets import QFileDialog, QListWidget

from planetary_qgis.core import dependencies
from planetary_qgis.core.bodies import body
from planetary_qgis.gui.profile_controller import ProfileController
from planetary_qgis.qgis_bridge.crs import crs_of

MARS = 3_396_190.0


def write_ramp(path: Path, unit: str = "m", a_degree: float = 100.0) -> QgsRasterLayer:
    """Heights that grow with the longitude, on all of Mars."""
    columns, rows = 720, 360
    dataset = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, 1, gdal.GDT_Float32)
    dataset.SetGeoTransform((-180.0, 0.5, 0.0, 90.0, 0.0, -0.5))
    dataset.SetProjection(crs_of(body("MARS")).toWkt())
    lon = -180.0 + 0.5 * (np.arange(columns) + 0.5)
    dataset.GetRasterBand(1).WriteArray(np.tile(a_degree * lon, (rows, 1)))
    dataset.GetRasterBand(1).SetUnitType(unit)
    dataset.FlushCache()
    return QgsRasterLayer(str(path), path.stem)


@pytest.fixture
def ramp(tmp_path) -> QgsRasterLayer:
    return write_ramp(tmp_path / "ramp.tif")


@pytest.fixture
def controller(toolbox, ramp):
    toolbox.project.setCrs(crs_of(body("MARS")))
    toolbox.canvas.setDestinationCrs(toolbox.project.crs())
    toolbox.canvas.setExtent(QgsRectangle(-60, -30, 60, 30))
    toolbox.project.addMapLayer(ramp)
    made = ProfileController(toolbox)
    made.view.resize(360, 700)
    made.view.show()
    made.load()
    yield made
    made.unload()
    made.view.close()
    made.view.deleteLater()
    delete_deferred()


def draw(controller, canvas, *places: tuple[float, float]) -> None:
    """Draw a line by clicks, and wait for its profile."""
    find(controller.view, "profileDraw").click()
    tool = canvas.mapTool()
    for button, (lon, lat) in [
        *((Qt.MouseButton.LeftButton, p) for p in places),
        (Qt.MouseButton.RightButton, places[-1]),
    ]:
        at = canvas.getCoordinateTransform().transform(QgsPointXY(lon, lat))
        kind = QEvent.Type.MouseButtonRelease
        where = QPoint(round(at.x()), round(at.y()))
        tool.canvasReleaseEvent(QgsMapMouseEvent(canvas, kind, where, button))
    wait_until(lambda: profile_of(controller) is not None and controller.view.job_bar.isHidden())


def take(controller, toolbox, wkt: str, authid: str = "IAU_2015:49900") -> None:
    """Take a selected line, and wait for its profile."""
    layer = QgsVectorLayer(f"LineString?crs={authid}", "lines", "memory")
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(wkt))
    layer.dataProvider().addFeatures([feature])
    toolbox.project.addMapLayer(layer)
    layer.selectAll()
    toolbox.canvas.setCurrentLayer(layer)
    find(controller.view, "profileTakeSelected").click()
    wait_until(lambda: controller.view.job_bar.isHidden())


def profile_of(controller):
    return controller._exports.profile


def test_a_drawn_line_is_read_and_shown(controller, toolbox):
    assert find(controller.view, "profileRasters").count() == 1
    draw(controller, toolbox.canvas, (-20.0, 0.0), (30.0, 0.0))
    profile = profile_of(controller)
    assert profile.length_m == pytest.approx(np.radians(50.0) * MARS, rel=0.02)  # a pixel's click
    (curve,) = profile.curves
    assert curve.unit == "m"
    assert curve.values == pytest.approx(100.0 * profile.track.lon_e, abs=0.01)
    assert "great circles" in find(controller.view, "profileSummary").text()
    assert "ramp: " in find(controller.view, "profileSummary").text()
    assert not controller._marks._band.asGeometry().isEmpty()
    assert find(controller.view, "profilePlot").figure.axes[0].lines


def test_the_cursor_reads_values_and_marks_the_map(controller, toolbox):
    take(controller, toolbox, "LINESTRING (0 0, 40 0)")
    plot = find(controller.view, "profilePlot")
    settle(100)
    box = plot.figure.axes[0].get_window_extent()
    ratio = plot.devicePixelRatioF()
    at = QPointF((box.x0 + box.x1) / 2 / ratio, plot.height() - box.y0 / ratio - 20)
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        *(at, QPointF(plot.mapToGlobal(at.toPoint()))),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QgsApplication.sendEvent(plot, move)
    text = find(controller.view, "profileReading").text()
    lon = float(text.split("·")[1].partition("°")[0])
    assert lon == pytest.approx(20.0, abs=0.6)
    assert f"ramp: {100 * lon:,.0f}"[:8] in text
    mark = controller._marks._mark
    assert mark.isVisible()
    assert mark.center().x() == pytest.approx(20.0, abs=0.6)
    key = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
    QgsApplication.sendEvent(plot, key)
    assert find(controller.view, "profileReading").text() != text


def test_vertical_exaggeration_is_what_the_axes_say(controller, toolbox):
    take(controller, toolbox, "LINESTRING (0 0, 40 0)")
    plot = find(controller.view, "profilePlot")
    settle(200)
    axes = plot.figure.axes[0]
    box, (low, high) = axes.get_window_extent(), axes.get_ylim()
    kilometres = np.ptp(axes.get_xlim())
    expected = (box.height / (high - low)) / (box.width / (kilometres * 1000.0))
    (text,) = [each.get_text() for each in axes.texts]
    assert text.startswith("Vertical exaggeration ")
    said = float(text.split()[-1].rstrip("×").replace(",", ""))
    assert said == pytest.approx(expected, rel=0.02)


def test_two_units_have_two_axes_and_a_third_is_told(controller, toolbox, tmp_path):
    for name, unit in (("kilometres", "km"), ("gravity", "mGal")):
        layer = write_ramp(tmp_path / f"{name}.tif", unit)
        toolbox.project.addMapLayer(layer)
        controller.view.rasters.tick(layer.id())
    take(controller, toolbox, "LINESTRING (0 0, 10 0)")
    plot = find(controller.view, "profilePlot")
    assert len(plot.figure.axes) == 2
    assert len(profile_of(controller).curves) == 3
    assert "two units" in find(controller.view, "profileUndrawn").text()


def test_zooming_keeps_within_the_line(controller, toolbox):
    take(controller, toolbox, "LINESTRING (0 0, 40 0)")
    plot = find(controller.view, "profilePlot")
    whole = plot.figure.axes[0].get_xlim()
    plot.show_span(whole[0] - 100.0, whole[1] / 2 - 100.0)
    assert plot.figure.axes[0].get_xlim() == pytest.approx((0.0, whole[1] / 2))
    low, high = plot.figure.axes[0].get_ylim()
    assert low < 0.0 < 2000.0 < high < 2500.0
    plot.show_all()
    assert plot.figure.axes[0].get_xlim() == whole


def test_exports_hold_the_numbers(controller, toolbox, tmp_path, monkeypatch):
    take(controller, toolbox, "LINESTRING (170 10, -170 10)")
    profile = profile_of(controller)
    for kind, name in (("csv", "p.csv"), ("picture", "p.png"), ("picture", "p.svg")):
        answer = (str(tmp_path / name), "")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, answer=answer: answer)
        controller.view.export_requested.emit(kind)
    rows = list(csv.DictReader((tmp_path / "p.csv").open(encoding="utf-8")))
    assert list(rows[0]) == ["distance_m", "lon_e", "lat", "ramp"]
    assert len(rows) == len(profile.track.lat)
    assert float(rows[-1]["distance_m"]) == pytest.approx(profile.length_m, abs=1e-3)
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (tmp_path / "p.svg").read_text(encoding="utf-8")
    assert not list(tmp_path.glob("*.part"))
    controller.view.export_requested.emit("table")
    assert QgsApplication.clipboard().text().startswith("distance_m\tlon_e\tlat\tramp\n")


def test_exports_as_layers_lie_on_the_body(controller, toolbox):
    take(controller, toolbox, "LINESTRING (170 10, -170 10)")
    profile = profile_of(controller)
    controller.view.export_requested.emit("points")
    controller.view.export_requested.emit("lines")
    layers = {each.name(): each for each in QgsProject.instance().mapLayers().values()}
    points = layers["Profile of ramp (points)"]
    assert points.featureCount() == len(profile.track.lat)
    assert points.crs().authid() == "IAU_2015:49900"
    assert points.fields().names() == [
        "part",
        "distance_m",
        "lon_e",
        "lat",
        "ramp",
        "ramp slope_deg",
    ]
    assert "great circles" in " ".join(points.metadata().history())
    (line,) = layers["Profile of ramp (lines)"].getFeatures()
    shape = line.geometry()
    box = shape.boundingBox()
    assert (box.xMinimum(), box.xMaximum()) == (-180.0, 180.0)
    assert shape.constGet().is3D()
    parts = [[vertex.z() for vertex in part.vertices()] for part in shape.constParts()]
    assert len(parts) == 2
    assert parts[0][0] == pytest.approx(17_000.0, abs=1.0)
    assert parts[1][-1] == pytest.approx(-17_000.0, abs=1.0)


def test_straight_on_the_map_is_another_line(controller, toolbox):
    take(controller, toolbox, "LINESTRING (-50 60, 50 60)")
    circle = profile_of(controller)
    assert circle.track.lat.max() > 65.0
    find(controller.view, "profileEdges").setCurrentIndex(1)
    wait_until(lambda: profile_of(controller) is not circle)
    drawn = profile_of(controller)
    assert drawn.track.lat == pytest.approx(60.0, abs=1e-5)
    parallel = np.radians(100.0) * np.cos(np.radians(60.0)) * MARS
    assert drawn.length_m == pytest.approx(parallel, rel=1e-6)
    assert "straight on the map" in find(controller.view, "profileSummary").text()


def test_changes_while_reading_are_taken_up(controller, toolbox):
    take(controller, toolbox, "LINESTRING (0 0, 40 0)")
    find(controller.view, "profileSpacing").setValue(50_000.0)
    wait_until(lambda: len(profile_of(controller).track.lat) < 60)
    assert profile_of(controller).spacing_m <= 50_000.0


def test_another_body_is_refused_in_a_sentence(controller, toolbox, messages):
    take(controller, toolbox, "LINESTRING (0 0, 40 0)", "IAU_2015:30100")
    assert "Moon" in messages()
    assert "Mars" in messages()
    assert profile_of(controller) is None


def test_without_matplotlib_numbers_remain(controller, toolbox, monkeypatch):
    lacking = [each for each in dependencies.REQUIREMENTS if each.name == "matplotlib"]
    monkeypatch.setattr(dependencies, "missing", lambda _feature: lacking)
    made = ProfileController(toolbox)
    made.load()
    try:
        text = find(made.view, "profileNoPlot").text()
        assert "matplotlib" in text
        take(made, toolbox, "LINESTRING (0 0, 40 0)")
        assert "ramp: " in find(made.view, "profileSummary").text()
        assert not made.view._export_actions["picture"].isEnabled()
    finally:
        made.unload()
        made.view.deleteLater()


def test_the_map_is_left_as_it_was(toolbox, ramp, project):
    toolbox.project.addMapLayer(ramp)
    before = len(toolbox.canvas.scene().items())
    made = ProfileController(toolbox)
    made.load()
    made.unload()
    made.view.deleteLater()
    delete_deferred()
    assert len(toolbox.canvas.scene().items()) == before


def test_rasters_come_and_go_with_the_project(controller, toolbox, tmp_path):
    listed: QListWidget = find(controller.view, "profileRasters")
    other = write_ramp(tmp_path / "other.tif")
    toolbox.project.addMapLayer(other)
    assert listed.count() == 2
    assert controller.view.rasters.ticked() != [other.id()]
    toolbox.project.removeMapLayer(other.id())
    assert listed.count() == 1
    assert len(controller.view.rasters.ticked()) == 1


@pytest.mark.parametrize(("width", "height"), [(330, 620), (400, 800), (1100, 260)])
def test_nothing_is_cut_off(controller, toolbox, width, height):
    controller.view.resize(width, height)
    take(controller, toolbox, "LINESTRING (-20 10, 40 0)")
    settle(100)
    assert controller.view.width() == width
    plot = find(controller.view, "profilePlot")
    assert plot.width() > 180
    assert plot.height() > 120
