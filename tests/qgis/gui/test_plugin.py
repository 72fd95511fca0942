"""The plugin comes and goes without leaving anything behind."""

from __future__ import annotations

from collections import Counter

import pytest
from gui_kit import delete_deferred, find, settle, wait_until
from qgis.core import QgsApplication, QgsProject
from qgis.gui import QgisInterface
from qgis.PyQt.QtWidgets import QAction, QDockWidget, QMenu, QToolBar, QWidget

import planetary_qgis

DOCKS = {
    "planetaryPdsSearchDock": "Archive Search",
    "planetarySpiceFootprintsDock": "SPICE Footprints",
    "planetaryGeologicMappingDock": "Geologic Mapping",
    "planetaryTerrainProfileDock": "Terrain Profile",
}
ACTIONS = (
    "planetaryPdsSearchAction",
    "planetarySpiceFootprintsAction",
    "planetaryGeologicMappingAction",
    "planetaryOpenSampleAction",
)


@pytest.fixture
def plugin(interface, project, store_path):
    made = planetary_qgis.classFactory(interface)
    made.initGui()
    yield made
    made.unload()


def test_stand_in_has_only_what_qgis_has(interface):
    names = [name for name in dir(type(interface)) if not name.startswith("_")]
    assert [name for name in names if not hasattr(QgisInterface, name)] == []


def test_ten_lives_leave_nothing(interface, project, store_path):
    before = census(interface)
    for _ in range(3):
        live_once(interface)
    after_three = census(interface)
    for _ in range(7):
        live_once(interface)
    # Qt keeps a few tab bars of docks for the next ones; there must not be ever more of them.
    assert census(interface) == after_three
    assert {**after_three, "widgets": before["widgets"]} == before


def live_once(interface) -> None:
    plugin = planetary_qgis.classFactory(interface)
    plugin.initGui()
    for name in ACTIONS[:3]:
        interface.mainWindow().findChild(QAction, name).trigger()
        settle()
    assert set(DOCKS) <= set(census(interface)["docks"])
    plugin.unload()
    delete_deferred()


def test_docks_are_hidden_and_empty_until_asked_for(plugin, interface):
    for name in DOCKS:
        dock = find(interface.mainWindow(), name)
        assert not dock.isVisible()
        assert dock.widget().count() == 0


@pytest.mark.parametrize("name", DOCKS)
def test_an_action_shows_its_dock_and_hides_it_again(plugin, interface, name):
    action = interface.mainWindow().findChild(QAction, name.replace("Dock", "Action"))
    dock = find(interface.mainWindow(), name)
    assert dock.windowTitle() == action.text() == DOCKS[name]
    assert not action.icon().isNull()
    action.trigger()
    settle()
    assert dock.isVisible()
    assert action.isChecked()
    assert dock.widget().count() == 1
    action.trigger()
    settle()
    assert not dock.isVisible()
    assert not action.isChecked()


def test_docks_share_one_place(plugin, interface):
    window = interface.mainWindow()
    first, *others = (find(window, name) for name in DOCKS)
    for dock in (first, *others):
        dock.show()
    assert set(window.tabifiedDockWidgets(first)) == set(others)


def test_algorithms_come_without_windows(qgis_app):
    plugin = planetary_qgis.classFactory(None)
    plugin.initProcessing()
    provider = QgsApplication.processingRegistry().providerById("planetary")
    assert {each.name() for each in provider.algorithms()} >= {
        "importpdsindex",
        "searchindex",
        "spicefootprints",
        "groundtrack",
    }
    plugin.unload()
    assert QgsApplication.processingRegistry().providerById("planetary") is None


def test_sample_opens_on_mars_and_fills_the_docks(plugin, interface, project, sample):
    window = interface.mainWindow()
    window.findChild(QAction, "planetaryOpenSampleAction").trigger()
    (raster,) = project.mapLayers().values()
    assert raster.source() == str(sample / "synthetic_mars_shade.tif")
    assert project.crs().authid() == "IAU_2015:49900"
    assert find(window, "pdsLabelFile").filePath() == str(sample / "index.lbl")
    wait_until(lambda: find(window, "spiceCoverage").text() != "")
    assert find(window, "spiceInstrument").currentText() == "SYNTH_FRAME_CAM (-999001)"
    assert find(window, "pdsImportButton").isEnabled()
    assert find(window, "spiceComputeButton").isEnabled()
    assert find(window, "spiceTrackButton").isEnabled()


def test_sample_starts_a_new_project_where_this_one_is_on_another_body(
    plugin, interface, project, layer_on
):
    project.addMapLayer(layer_on("EPSG:4326"))
    interface.mainWindow().findChild(QAction, "planetaryOpenSampleAction").trigger()
    assert interface.projects_made == 1
    assert [layer.name() for layer in project.mapLayers().values()] == ["Synthetic sample of Mars"]
    wait_until(lambda: find(interface.mainWindow(), "spiceCoverage").text() != "")


def census(interface) -> dict[str, Counter]:
    """How many of each thing that a plugin can leave behind are there."""
    window = interface.mainWindow()
    return {
        "docks": Counter(each.objectName() for each in window.findChildren(QDockWidget)),
        "toolbars": Counter(each.objectName() for each in window.findChildren(QToolBar)),
        "actions": Counter(each.objectName() for each in window.findChildren(QAction)),
        "menus": Counter(each.title() for each in window.findChildren(QMenu)),
        "widgets": Counter(type(each).__name__ for each in window.findChildren(QWidget)),
        "providers": Counter(each.id() for each in QgsApplication.processingRegistry().providers()),
        "tasks": Counter(each.description() for each in QgsApplication.taskManager().activeTasks()),
        "layers": Counter(QgsProject.instance().mapLayers()),
    }
