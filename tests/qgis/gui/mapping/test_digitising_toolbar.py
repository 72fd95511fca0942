"""The toolbar for drawing maps: its tools on the map, its keys, and when it is there."""

from __future__ import annotations

import numpy as np
import pytest
from gui_kit import find, settle
from map_kit import MARS, add, map_session, two_units, wkts
from osgeo import gdal, osr
from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer, QgsRectangle
from qgis.PyQt.QtCore import QPoint, Qt
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QToolBar

from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACTS,
    SURFACE_FEATURES,
    UNIT,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.gui.mapping.digitising.fitting import MappingToolbar

SIZE = 400


@pytest.fixture
def fitting(interface, toolbox):
    made = MappingToolbar()
    made.install(interface, toolbox)
    yield made
    made.remove()
    settle()


@pytest.fixture
def session(project, tmp_path, fitting, interface):
    made = two_units(map_session(project, tmp_path))
    canvas = interface.mapCanvas()
    canvas.setFixedSize(SIZE, SIZE)
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem(MARS))
    canvas.setLayers([made.layer(name) for name in (CONTACTS, UNITS)])
    canvas.setExtent(QgsRectangle(-1, -1, 11, 11))
    settle(50)
    return made


@pytest.fixture
def bar(interface, session):
    return find(interface.mainWindow(), "planetaryMappingToolBar")


@pytest.fixture
def draw(interface):
    """Clicks at places of the map, the last with the right button."""
    canvas = interface.mapCanvas()

    def clicks(*places, ended=True):
        for place in places:
            where = canvas.getCoordinateTransform().transform(*place)
            pixel = QPoint(round(where.x()), round(where.y()))
            QTest.mouseMove(canvas.viewport(), pixel)
            QTest.mouseClick(
                canvas.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, pixel
            )
        if ended:
            QTest.mouseClick(
                canvas.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, pixel
            )
        settle()

    return clicks


def areas(layer):
    return sorted(round(each.geometry().area()) for each in layer.getFeatures())


def test_it_comes_and_goes_with_the_map(interface, project, fitting, tmp_path):
    assert interface.mainWindow().findChildren(QToolBar, "planetaryMappingToolBar") == []
    map_session(project, tmp_path)
    settle(50)
    bar = find(interface.mainWindow(), "planetaryMappingToolBar")
    assert bar.isVisible()
    project.clear()
    settle(50)
    assert not bar.isVisible()
    assert not any(action.isEnabled() for action in interface.window_actions)


def test_removing_it_leaves_nothing(interface, toolbox, project, tmp_path):
    made = MappingToolbar()
    made.install(interface, toolbox)
    map_session(project, tmp_path)
    settle(50)
    made.remove()
    settle(50)
    assert interface.window_actions == []
    assert interface.mainWindow().findChildren(QToolBar, "planetaryMappingToolBar") == []


def test_units_are_split_with_the_mouse(bar, session, draw):
    bar.split.trigger()
    assert bar.split.isChecked()
    draw((-0.5, 5), (5.5, 5))
    assert areas(session.layer(UNITS)) == [25, 25, 50]
    assert session.layer(CONTACTS).featureCount() == 2
    assert session.layer(UNITS).selectedFeatureCount() == 1


def test_the_new_piece_takes_the_unit_that_is_typed(bar, session, draw):
    bar.split.trigger()
    draw((-0.5, 5), (5.5, 5))
    bar.ask_for_unit()
    edit = find(bar, "mappingNextUnit").lineEdit()
    edit.selectAll()
    QTest.keyClicks(edit, "c")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    settle()
    assert sorted(each[UNIT] for each in session.layer(UNITS).getFeatures()) == ["a", "b", "c"]
    assert "c" in {each[UNIT] for each in session.layer(UNIT_POINTS).getFeatures()}


def test_a_contact_is_reshaped_with_the_mouse(bar, session, draw):
    bar.reshape.trigger()
    draw((4.5, 3), (7, 5), (4.5, 8))
    assert areas(session.layer(UNITS)) != [50, 50]
    assert sum(areas(session.layer(UNITS))) == 100


def test_loose_ends_are_selected_and_told(bar, session, draw, messages):
    loose = add(session.layer(CONTACTS), "LINESTRING(5 5, 0 5)")
    bar.reshape.trigger()
    draw((4.5, 3), (7, 5), (4.5, 8))
    assert session.layer(CONTACTS).selectedFeatureIds() == [loose.id()]
    assert "ended on the old course" in messages()


def test_what_cannot_be_done_is_told_and_changes_nothing(bar, session, draw, messages):
    bar.split.trigger()
    draw((1, 5), (2, 5))
    assert "cuts no unit in two" in messages()
    assert not session.layer(CONTACTS).isModified()


def test_surface_features_are_closed_where_their_layer_is_active(bar, session, draw, interface):
    interface.setActiveLayer(session.layer(SURFACE_FEATURES))
    bar.close_polygon.trigger()
    draw((4.9, 2), (7, 5), (4.9, 8))
    assert session.layer(SURFACE_FEATURES).featureCount() == 1
    assert session.layer(CONTACTS).featureCount() == 1


def test_a_clicked_line_turns_around(bar, session, draw):
    bar.flip.trigger()
    draw((5, 5), ended=False)
    assert wkts(session.layer(CONTACTS)) == ["LineString (5 10, 5 3, 5 0)"]


def test_keys_set_the_certainty_of_selected_lines(bar, session, interface):
    session.layer(CONTACTS).selectAll()
    second = next(a for a in interface.window_actions if a.shortcut().toString() == "Alt+2")
    second.trigger()
    (line,) = session.layer(CONTACTS).getFeatures()
    assert line[CONTACT_CERTAINTY] == "approximate"
    assert find(bar, "mappingNextCertainty").currentData() == "approximate"


@pytest.fixture
def dark_disc(tmp_path):
    """A dark disc of three degrees around 5° E, 5° N on bright ground."""
    pytest.importorskip("skimage")
    side = 240
    places = -1.0 + (np.arange(side) + 0.5) * 12.0 / side
    x, y = np.meshgrid(places, places[::-1])
    path = str(tmp_path / "disc.tif")
    made = gdal.GetDriverByName("GTiff").Create(path, side, side, 1, gdal.GDT_Float32)
    made.SetGeoTransform((-1.0, 12.0 / side, 0.0, 11.0, 0.0, -12.0 / side))
    reference = osr.SpatialReference()
    reference.SetFromUserInput(MARS)
    made.SetProjection(reference.ExportToWkt())
    made.GetRasterBand(1).WriteArray(np.where(np.hypot(x - 5.0, y - 5.0) < 3.0, 20.0, 200.0))
    made = None
    return QgsRasterLayer(path, "disc")


def test_an_edge_is_traced_from_click_to_click(bar, session, draw, interface, dark_disc):
    interface.mapCanvas().setLayers([dark_disc])
    bar.trace.trigger()
    draw((8, 5), (5, 8), (2, 5))
    (line,) = (each for each in session.layer(CONTACTS).getFeatures() if each.id() < 0)
    radii = [np.hypot(p.x() - 5.0, p.y() - 5.0) for p in line.geometry().vertices()]
    assert len(radii) > 10
    assert max(abs(radius - 3.0) for radius in radii) < 0.1


def test_tracing_without_a_raster_says_what_to_do(bar, session, draw, messages):
    bar.trace.trigger()
    draw((8, 5), (5, 8))
    assert "no raster to trace" in messages()


@pytest.mark.parametrize("known", ["Hp1", "hp"])
def test_what_is_typed_is_meant_and_told_once(bar, session, known):
    add(session.layer(UNIT_POINTS), "POINT(1 1)", {UNIT: known})
    bar.set_units([(known, "")])
    told = []
    bar.unit_chosen.connect(told.append)
    bar.ask_for_unit()
    edit = find(bar, "mappingNextUnit").lineEdit()
    edit.selectAll()
    QTest.keyClicks(edit, "Hp")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    settle()
    assert told == ["Hp"]


def test_what_comes_next_is_shown_again_when_the_map_is_opened_again(
    session, interface, toolbox, bar
):
    bar.certainty_chosen.emit("concealed")
    bar.unit_chosen.emit("Hv")
    other = MappingToolbar()
    other.install(interface, toolbox)
    settle()
    again = next(
        each
        for each in interface.mainWindow().findChildren(QToolBar, "planetaryMappingToolBar")
        if each is not bar
    )
    assert find(again, "mappingNextCertainty").currentData() == "concealed"
    assert again.unit() == "Hv"
    other.remove()
