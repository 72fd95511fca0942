"""The choice of area: boxes, the map's view, drawn polygons and selected features."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import shapely
from gui_kit import delete_deferred, find, settle
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.gui import QgsMapToolPan, QgsRubberBand
from qgis.PyQt.QtCore import QEvent, QPoint, Qt
from qgis.PyQt.QtGui import QKeyEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.area_group import AreaGroup, AreaKind, Box
from planetary_qgis.gui.area_tools import AreaTools
from planetary_qgis.qgis_bridge.crs import crs_of


@pytest.fixture
def window(interface) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(320, 300)
    made.show()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def group(window) -> AreaGroup:
    made = AreaGroup(window)
    made.show()
    return made


@pytest.fixture
def mars(qgis_app) -> QgsCoordinateReferenceSystem:
    return crs_of(body("MARS"))


@pytest.fixture
def canvas(toolbox, mars):
    toolbox.project.setCrs(mars)
    toolbox.canvas.setDestinationCrs(mars)
    toolbox.canvas.setExtent(QgsRectangle(-10, -10, 10, 10))
    settle()
    return toolbox.canvas


@pytest.fixture
def tools(group, toolbox, canvas) -> Iterator[AreaTools]:
    made = AreaTools(group, toolbox)
    made.load()
    yield made
    made.unload()


def pixel(canvas, lon: float, lat: float) -> QPoint:
    place = canvas.getCoordinateTransform().transform(QgsPointXY(lon, lat))
    return QPoint(round(place.x()), round(place.y()))


def click(canvas, lon: float, lat: float, button=Qt.MouseButton.LeftButton) -> None:
    nothing_held = Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(canvas.viewport(), button, nothing_held, pixel(canvas, lon, lat))


def press(canvas, key: Qt.Key) -> None:
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        canvas.event(QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier))


def draw_triangle(group, canvas) -> None:
    group.set_kind(AreaKind.DRAWN)
    find(group, "pdsDraw").click()
    for corner in ((-5, -5), (5, -5), (0, 5)):
        click(canvas, *corner)


def bands(canvas) -> list[QgsGeometry]:
    """What outlines on the map show."""
    items = (item for item in canvas.scene().items() if isinstance(item, QgsRubberBand))
    shown = (item.asGeometry() for item in items if item.numberOfVertices() and item.isVisible())
    return [geometry for geometry in shown if not geometry.isEmpty()]


def features(authid: str, *wkts: str, kind: str = "Polygon") -> QgsVectorLayer:
    layer = QgsVectorLayer(f"{kind}?crs={authid}", "contacts", "memory")
    made = []
    for wkt in wkts:
        feature = QgsFeature()
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        made.append(feature)
    assert layer.dataProvider().addFeatures(made)[0]
    QgsProject.instance().addMapLayer(layer)
    return layer


def test_each_kind_shows_what_it_needs_and_nothing_else(group):
    needs = {
        AreaKind.WHOLE_BODY: None,
        AreaKind.MAP_VIEW: None,
        AreaKind.BOX: "pdsWest",
        AreaKind.DRAWN: "pdsDraw",
        AreaKind.SELECTED: "pdsTakeSelection",
    }
    for kind, name in needs.items():
        group.set_kind(kind)
        assert group.kind() is kind
        for each in filter(None, needs.values()):
            assert find(group, each).isVisible() == (each == name)


def test_a_box_is_asked_as_typed(tools, group, mars):
    group.set_kind(AreaKind.BOX)
    group.set_box(Box(170, -20, -170, 30))
    area = shapely.from_wkt(tools.area(mars))
    expected = [shapely.box(170, -20, 180, 30), shapely.box(-180, -20, -170, 30)]
    assert area.equals(shapely.union_all(expected))
    group.set_kind(AreaKind.WHOLE_BODY)
    assert tools.area(mars) == ""


def test_the_map_view_is_asked_as_it_is_shown(tools, group, canvas, mars):
    group.set_kind(AreaKind.MAP_VIEW)
    seen = canvas.extent()
    bounds = (seen.xMinimum(), seen.yMinimum(), seen.xMaximum(), seen.yMaximum())
    area = shapely.from_wkt(tools.area(mars))
    assert area.symmetric_difference(shapely.box(*bounds)).area < 1e-9


def test_a_polygon_is_drawn_by_clicks_and_the_tool_before_comes_back(tools, group, canvas, mars):
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    draw_triangle(group, canvas)
    assert find(group, "pdsDraw").isChecked()
    assert "right click" in find(group, "pdsDrawn").text()
    click(canvas, 0, 5, Qt.MouseButton.RightButton)
    assert canvas.mapTool() is pan
    assert not find(group, "pdsDraw").isChecked()
    assert "3 vertices" in find(group, "pdsDrawn").text()
    area = shapely.from_wkt(tools.area(mars))
    drawn = shapely.Polygon([(-5, -5), (5, -5), (0, 5)])
    a_pixel = canvas.mapUnitsPerPixel()
    assert shapely.hausdorff_distance(area, drawn) < 2 * a_pixel
    (shown,) = bands(canvas)
    assert shapely.hausdorff_distance(shapely.from_wkt(shown.asWkt()), drawn) < 2 * a_pixel
    canvas.unsetMapTool(pan)


def test_enter_ends_a_drawing_and_backspace_takes_a_corner_back(tools, group, canvas, mars):
    draw_triangle(group, canvas)
    press(canvas, Qt.Key.Key_Backspace)
    click(canvas, 5, 5)
    press(canvas, Qt.Key.Key_Return)
    area = shapely.from_wkt(tools.area(mars))
    expected = shapely.Polygon([(-5, -5), (5, -5), (5, 5)])
    assert shapely.hausdorff_distance(area, expected) < 2 * canvas.mapUnitsPerPixel()


def test_escape_cancels_and_too_few_corners_are_no_polygon(tools, group, canvas, mars):
    draw_triangle(group, canvas)
    press(canvas, Qt.Key.Key_Escape)
    assert not find(group, "pdsDraw").isChecked()
    assert bands(canvas) == []
    find(group, "pdsDraw").click()
    click(canvas, 0, 0)
    click(canvas, 0, 0)
    click(canvas, 1, 1)
    click(canvas, 1, 1, Qt.MouseButton.RightButton)
    assert group.outline() is None
    with pytest.raises(PlanetaryError, match="No polygon is drawn"):
        tools.area(mars)


def test_a_tool_that_is_gone_meanwhile_is_no_trap(tools, group, canvas):
    pan = QgsMapToolPan(canvas)
    canvas.setMapTool(pan)
    draw_triangle(group, canvas)
    pan.deleteLater()
    del pan
    delete_deferred()
    press(canvas, Qt.Key.Key_Return)
    assert group.outline() is not None


def test_another_tool_or_another_kind_ends_the_drawing(tools, group, canvas):
    pan = QgsMapToolPan(canvas)
    draw_triangle(group, canvas)
    canvas.setMapTool(pan)
    assert not find(group, "pdsDraw").isChecked()
    assert bands(canvas) == []
    draw_triangle(group, canvas)
    group.set_kind(AreaKind.BOX)
    assert canvas.mapTool() is pan
    canvas.unsetMapTool(pan)


def test_the_outline_is_there_while_its_kind_is_chosen(tools, group, canvas):
    draw_triangle(group, canvas)
    press(canvas, Qt.Key.Key_Return)
    assert len(bands(canvas)) == 1
    group.set_kind(AreaKind.MAP_VIEW)
    assert bands(canvas) == []
    group.set_kind(AreaKind.DRAWN)
    assert len(bands(canvas)) == 1
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:30100"))
    assert bands(canvas) == []


def test_selected_features_are_taken_from_the_active_or_a_chosen_layer(
    tools, group, canvas, mars, messages
):
    squares = [f"POLYGON(({x} 0,{x + 1} 0,{x + 1} 1,{x} 1,{x} 0))" for x in (0, 5, 170)]
    layer = features("IAU_2015:49900", *squares)
    group.set_kind(AreaKind.SELECTED)
    assert group.layer() is None
    canvas.setCurrentLayer(layer)
    layer.selectByIds([1, 3])
    find(group, "pdsTakeSelection").click()
    assert "2 selected features of contacts" in find(group, "pdsSelected").text()
    layer.removeSelection()
    area = shapely.from_wkt(tools.area(mars))
    expected = shapely.union_all([shapely.box(0, 0, 1, 1), shapely.box(170, 0, 171, 1)])
    assert area.symmetric_difference(expected).area < 1e-9
    (shown,) = bands(canvas)
    assert shown.boundingBox().width() == pytest.approx(171)
    points = features("IAU_2015:49900", "POINT(3 4)", kind="Point")
    points.selectAll()
    group.set_layer(points)
    find(group, "pdsTakeSelection").click()
    assert "1 selected feature of contacts" in find(group, "pdsSelected").text()
    assert shapely.from_wkt(tools.area(mars)).equals(shapely.Point(3, 4))


def test_no_selection_is_told(tools, group, canvas, mars, messages):
    group.set_kind(AreaKind.SELECTED)
    with pytest.raises(PlanetaryError, match="No features are taken"):
        tools.area(mars)
    find(group, "pdsTakeSelection").click()
    group.set_layer(features("IAU_2015:49900", "POLYGON((0 0,1 0,1 1,0 0))"))
    find(group, "pdsTakeSelection").click()
    assert "no layer" in messages()
    assert "contacts" in messages()


def test_features_of_another_body_are_refused_in_a_sentence(tools, group, canvas, mars):
    layer = features("IAU_2015:30100", "POLYGON((0 0,1 0,1 1,0 0))")
    layer.selectAll()
    group.set_kind(AreaKind.SELECTED)
    group.set_layer(layer)
    find(group, "pdsTakeSelection").click()
    with pytest.raises(PlanetaryError, match=r"Moon.*Mars"):
        tools.area(mars)
    assert bands(canvas) == []


@pytest.mark.parametrize(
    ("wkt", "kind"),
    [
        ("", AreaKind.WHOLE_BODY),
        ("POLYGON((1 2, 3.5 2, 3.5 4, 1 4, 1 2))", AreaKind.BOX),
        (
            "MULTIPOLYGON(((170 2,180 2,180 4,170 4,170 2)),"
            "((-180 2,-160 2,-160 4,-180 4,-180 2)))",
            AreaKind.BOX,
        ),
        ("POLYGON((-180 60, 180 60, 180 90, -180 90, -180 60))", AreaKind.BOX),
        ("POLYGON((1 2, 3.5 2, 3.5 4, 1 2))", AreaKind.DRAWN),
        ("POLYGON((1.23456789 2, 3.5 2, 3.5 4, 1.23456789 4, 1.23456789 2))", AreaKind.DRAWN),
        ("LINESTRING(1 2, 3 4)", AreaKind.DRAWN),
        ("POINT(1 2)", AreaKind.DRAWN),
        ("MULTIPOLYGON(((0 0,1 0,1 1,0 1,0 0)),((5 0,6 0,6 1,5 1,5 0)))", AreaKind.DRAWN),
    ],
)
def test_an_area_asked_before_is_shown_and_asked_again(tools, group, mars, wkt, kind):
    tools.set_area(wkt, mars)
    assert group.kind() is kind
    again = tools.area(mars)
    if not wkt:
        assert again == ""
    else:
        before, after = shapely.from_wkt(wkt), shapely.from_wkt(again)
        assert shapely.hausdorff_distance(before, after) < 1e-9
        assert before.area == pytest.approx(after.area)


def test_unloading_leaves_nothing_on_the_map(group, toolbox, canvas):
    tools = AreaTools(group, toolbox)
    before = len(canvas.scene().items())
    tools.load()
    draw_triangle(group, canvas)
    tools.unload()
    assert canvas.mapTool() is None
    assert bands(canvas) == []
    assert len(canvas.scene().items()) < before
    find(group, "pdsDraw").click()
    assert canvas.mapTool() is None
