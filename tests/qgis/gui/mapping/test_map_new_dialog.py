"""The window of a new map, and the tab Map, through their widgets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import qgis.utils
from gui_kit import find, settle, wait_until
from qgis.core import QgsGeometry, QgsProject, QgsSettings, QgsVectorLayer, QgsVectorLayerUtils
from qgis.gui import QgsFileWidget
from qgis.PyQt.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.settings_table import settings_in
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.new_map.area import MapAreaGroup
from planetary_qgis.gui.mapping.overview import tab as map_tab
from planetary_qgis.gui.mapping.overview.opening import open_map
from planetary_qgis.gui.mapping.overview.tab import MapTabController
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.mapping.new_maps.new_map import NewMap, new_map_project

SETTINGS = MapSettings("Jezero", "MARS", 1_000_000.0, "A. Author")


@pytest.fixture(scope="module")
def jezero(tmp_path_factory, qgis_app) -> NewMap:
    """A map that tests copy."""
    area = QgsGeometry.fromWkt("Polygon ((70 10, 80 10, 80 20, 70 20, 70 10))")
    crs = crs_of(body("MARS"))
    return new_map_project(tmp_path_factory.mktemp("map"), "jezero", SETTINGS, crs, area)


@pytest.fixture
def copied(jezero: NewMap, tmp_path: Path) -> NewMap:
    for path in (jezero.geopackage, jezero.project_file):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return NewMap(tmp_path / "jezero.gpkg", tmp_path / "jezero.qgz")


@pytest.fixture
def tab(toolbox: Toolbox, monkeypatch) -> Iterator[MapTabController]:
    """The tab, listening, in a window without QGIS's own menus."""
    monkeypatch.setattr(qgis.utils, "iface", None)
    desk = MapDesk(toolbox, JobBar("mapping", toolbox.canvas.window()))
    made = MapTabController(desk)
    made.load()
    desk.load()
    made.view.resize(330, 640)
    made.view.show()
    yield made
    made.unload()
    desk.unload()
    made.view.close()
    made.view.deleteLater()


@pytest.fixture
def dialog(tab: MapTabController, tmp_path: Path) -> Iterator[QDialog]:
    """The window that the tab's button opens, for a folder of the test's own."""
    QgsSettings().remove("planetary_qgis/map_folder")
    find(tab.view, "mapTabNew").click()
    made = window("planetaryNewMap")
    find(made, "newMapFolder").setFilePath(str(tmp_path))
    yield made
    for left in QApplication.topLevelWidgets():
        if left.objectName() == "planetaryNewMap":
            left.close()


def window(name: str) -> QDialog:
    (found,) = [each for each in QApplication.topLevelWidgets() if each.objectName() == name]
    return found


def texts(view: QWidget) -> str:
    settle(50)
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


def problem(dialog: QDialog) -> str:
    return find(dialog, "newMapProblem").text()


def test_without_a_map_the_tab_says_how_to_get_one(tab):
    assert "No geologic map is open" in texts(tab.view)
    assert not find(tab.view, "mapTabTitle").isVisible()


def test_a_map_is_made_and_opened(tab, dialog, tmp_path, messages):
    find(dialog, "newMapTitle").setText("Jezero & “Nili”")
    sides = {"West": 70.0, "East": 80.0, "South": 10.0, "North": 20.0}
    for side, value in sides.items():
        find(dialog, f"newMap{side}").setValue(value)
    assert find(dialog, "newMapName").text() == "jezero_nili"
    assert find(dialog, "newMapScale").scale() == 1_000_000.0
    assert "lengths are off" in find(dialog, "newMapDistortion").text()
    assert "1:250,000" in find(dialog, "newMapGuide").text()
    dialog.make_wanted.emit()
    wait_until(lambda: find(tab.view, "mapTabTitle").isVisible())
    assert Path(QgsProject.instance().fileName()) == tmp_path / "jezero_nili.qgz"
    # Square kilometres between these meridians and parallels.
    wait_until(lambda: "338,94" in texts(tab.view))
    assert "Jezero & “Nili”" in texts(tab.view)
    assert "The map is made" in messages()


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("newMapTitle", "", "no title"),
        ("newMapFolder", "/there/is/none", "no folder"),
        ("newMapFolder", "", "no folder yet"),
        ("newMapName", "a/b", "no name for files"),
        ("newMapName", "taken", "already"),
        ("newMapNorth", "10", "no part of the body"),
    ],
)
def test_what_is_wrong_is_said_inside_and_nothing_is_written(dialog, tmp_path, name, text, words):
    (tmp_path / "taken.qgz").write_text("mine")
    find(dialog, "newMapTitle").setText("Jezero")
    for side, value in {"West": 70.0, "East": 80.0, "South": 10.0, "North": 20.0}.items():
        find(dialog, f"newMap{side}").setValue(value)
    widget = find(dialog, name)
    if isinstance(widget, QgsFileWidget):
        widget.setFilePath(text)
    elif isinstance(widget, QLineEdit):
        widget.setText(text)
    else:
        widget.setValue(float(text))
    dialog.make_wanted.emit()
    assert words in problem(dialog)
    assert dialog.isVisible()
    assert [path.name for path in tmp_path.iterdir()] == ["taken.qgz"]
    assert (tmp_path / "taken.qgz").read_text() == "mine"


def test_another_body_brings_its_own_projections(dialog):
    find(dialog, "newMapBody").setCurrentText("Moon")
    projection = find(dialog, "newMapProjection")
    keys = [projection.itemData(row) for row in range(projection.count())]
    assert "IAU_2015:30110" in keys
    assert "IAU_2015:49910" not in keys
    projection.setCurrentIndex(keys.index("IAU_2015:30110"))
    assert find(dialog, "newMapCrs").crs().authid() == "IAU_2015:30110"


def test_a_scale_that_was_chosen_stays_when_the_area_changes(dialog):
    scale = find(dialog, "newMapScale")
    before = scale.scale()
    find(dialog, "newMapEast").setValue(100.0)
    assert scale.scale() > before
    scale.setScale(123_456.0)
    find(dialog, "newMapEast").setValue(20.0)
    assert round(scale.scale()) == 123_456


def test_the_area_is_taken_from_a_layer_over_the_antimeridian(tab, toolbox, tmp_path):
    moved = QgsVectorLayer("Polygon", "there", "memory")
    moved.setCrs(crs_of(body("MARS")))
    feature = QgsVectorLayerUtils.createFeature(
        moved, QgsGeometry.fromWkt("Polygon ((170 5, 190 5, 190 15, 170 15, 170 5))")
    )
    moved.dataProvider().addFeature(feature)
    moved.updateExtents()
    toolbox.project.addMapLayer(moved)
    find(tab.view, "mapTabNew").click()
    dialog = window("planetaryNewMap")
    find(dialog, "newMapLayer").setLayer(moved)
    find(dialog, "newMapFromLayer").click()
    sides = [find(dialog, f"newMap{side}").value() for side in ("West", "South", "East", "North")]
    assert sides == [170.0, 5.0, -170.0, 15.0]
    dialog.close()


@pytest.mark.filterwarnings("error:Qgs.* is deprecated:DeprecationWarning")
def test_the_area_comes_from_layers_with_an_extent_only(toolbox):
    rows = QgsVectorLayer("None?field=a:string", "rows", "memory")
    shapes = QgsVectorLayer("Polygon?crs=IAU_2015:49900", "shapes", "memory")
    QgsProject.instance().addMapLayers([rows, shapes])
    box = find(MapAreaGroup(toolbox.canvas.window()), "newMapLayer")
    assert [box.layer(place) for place in range(box.count())] == [shapes]


def test_counts_follow_edits_and_unsaved_ones_are_mentioned(tab, toolbox, copied, monkeypatch):
    assert open_map(toolbox, copied.project_file)
    wait_until(lambda: find(tab.view, "mapTabTitle").isVisible())
    contacts = tab._desk.session.layer("geologic_contacts")
    contacts.startEditing()
    line = QgsGeometry.fromWkt("LineString (71 11, 72 12)")
    contacts.addFeature(
        QgsVectorLayerUtils.createFeature(contacts, line, {}, contacts.createExpressionContext())
    )
    tab.show()
    assert "Geologic contacts\n1" in texts(tab.view)
    assert not find(tab.view, "mapTabUnsaved").isVisible()
    monkeypatch.setattr(map_tab, "_REMIND_AFTER_S", 0.0)
    tab.remind()
    assert "Geologic contacts" in find(tab.view, "mapTabReminder").text()
    find(tab.view, "mapTabSave").click()
    assert contacts.isEditable()
    assert not contacts.isModified()
    assert not find(tab.view, "mapTabUnsaved").isVisible()
    on_disk = QgsVectorLayer(f"{copied.geopackage}|layername=geologic_contacts", "", "ogr")
    assert on_disk.featureCount() == 1
    contacts.rollBack()


def test_settings_are_written_back_to_the_file(tab, toolbox, copied):
    open_map(toolbox, copied.project_file)
    wait_until(lambda: find(tab.view, "mapTabTitle").isVisible())
    find(tab.view, "mapTabSettings").click()
    dialog = window("mapSettings")
    find(dialog, "mapSettingsTitle").setText(" ")
    dialog.save_wanted.emit()
    assert "no title" in find(dialog, "mapSettingsProblem").text()
    find(dialog, "mapSettingsTitle").setText("Jezero, 2nd edition")
    find(dialog, "mapSettingsScale").setScale(200_000.0)
    find(dialog, "mapSettingsTolerance").setValue(12.5)
    dialog.save_wanted.emit()
    assert settings_in(copied.geopackage) == MapSettings(
        "Jezero, 2nd edition", "MARS", 200_000.0, "A. Author", 12.5
    )
    assert "Jezero, 2nd edition" in texts(tab.view)
    assert "1:50,000 or closer" in texts(tab.view)


def test_streaming_is_spaced_as_the_view_asks_and_given_back(tab, toolbox, copied):
    store, key = QgsSettings(), "qgis/digitizing/stream_tolerance"
    store.setValue(key, 33)
    open_map(toolbox, copied.project_file)
    wait_until(lambda: find(tab.view, "mapTabTitle").isVisible())
    toolbox.canvas.setDestinationCrs(toolbox.project.crs())
    find(tab.view, "mapTabScale").click()
    find(tab.view, "mapTabStream").click()
    # 0.25 mm at 1:1,000,000 are 1 mm at 1:250,000, whatever the screen.
    millimetre = toolbox.canvas.mapSettings().outputDpi() / 25.4
    assert store.value(key, type=int) == round(millimetre)
    toolbox.canvas.zoomByFactor(4.0)
    assert store.value(key, type=int) == max(1, round(millimetre / 4.0))
    find(tab.view, "mapTabStream").click()
    assert store.value(key, type=int) == 33
    store.remove(key)


def test_a_geopackage_without_its_project_is_opened_beside_what_is_there(tab, toolbox, copied):
    assert open_map(toolbox, copied.geopackage)
    wait_until(lambda: find(tab.view, "mapTabTitle").isVisible())
    assert toolbox.project.crs() == crs_of(body("MARS"))
    assert toolbox.project.snappingConfig().enabled()


def test_what_is_no_map_is_said_so_and_not_left_behind(toolbox, tmp_path, monkeypatch):
    monkeypatch.setattr(qgis.utils, "iface", None)
    (tmp_path / "text.gpkg").write_text("nothing of that kind")
    with pytest.raises(PlanetaryError):
        open_map(toolbox, tmp_path / "text.gpkg")
    with pytest.raises(PlanetaryError, match="cannot be opened"):
        open_map(toolbox, tmp_path / "gone.qgz")
    assert not toolbox.project.mapLayers()


def test_closing_the_project_leaves_the_tab_in_order(tab, toolbox, copied):
    open_map(toolbox, copied.project_file)
    wait_until(lambda: find(tab.view, "mapTabTitle").isVisible())
    toolbox.project.clear()
    wait_until(lambda: "No geologic map is open" in texts(tab.view))
