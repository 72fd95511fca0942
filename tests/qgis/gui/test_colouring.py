"""Layers coloured from the dock's buttons and from the menu of layers."""

from __future__ import annotations

import pytest
from gui_kit import click_and_wait, find, settle, wait_until
from qgis.core import (
    QgsApplication,
    QgsGraduatedSymbolRenderer,
    QgsProject,
    QgsSingleSymbolRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtWidgets import QAction

from planetary_qgis.gui.colouring import Colourer, ColourMenu
from planetary_qgis.gui.footprints_controller import FootprintsController
from planetary_qgis.gui.spice_work import RunOfTimes
from planetary_qgis.qgis_bridge import store, styles


@pytest.fixture
def dock(toolbox, store_path, sample, tmp_path):
    """The dock with the footprints of an hour just computed."""
    controller = FootprintsController(toolbox)
    view = controller.view
    view.resize(330, 700)
    view.show()
    controller.load()
    view.kernels.set_kernels([sample / "synthetic.tm"])
    view.observation.choose(
        target="MARS", observer="SYNTHETIC_ORBITER", instrument="SYNTH_FRAME_CAM"
    )
    view.times.set_run(RunOfTimes("2019-09-01T00:10:00", "2019-09-01T01:10:00", 60.0))
    find(view, "spiceOutput").setFilePath(str(tmp_path / "out.gpkg"))
    click_and_wait(view, "spiceComputeButton")
    yield view
    controller.unload()
    view.close()
    view.deleteLater()
    settle()


def footprints() -> QgsVectorLayer:
    (layer,) = [
        layer
        for layer in QgsProject.instance().mapLayers().values()
        if layer.providerType() == "ogr"
    ]
    return layer


def no_task_runs() -> bool:
    return QgsApplication.taskManager().countActiveTasks() == 0


def test_buttons_colour_what_was_computed_and_its_table_keeps_it(dock):
    find(dock, "colourBy_incidence_angle").click()
    layer = footprints()
    assert isinstance(layer.renderer(), QgsGraduatedSymbolRenderer)
    assert "incidence_angle" in layer.renderer().classAttribute()
    wait_until(no_task_runs)
    path, table = styles.table_of_style(layer)
    again = store.open_table(path, table)
    assert "incidence_angle" in again.renderer().classAttribute()


def test_more_ways_and_plain_are_in_the_menu(dock):
    menu = find(dock, "colourBy_more").menu()
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles == [
        "Incidence",
        "Emission",
        "Phase",
        "Resolution",
        "Local time",
        "Solar longitude",
        "Time",
        "Plain",
    ]
    assert all(action.isEnabled() for action in menu.actions())
    for action in menu.actions():
        if not action.isSeparator():
            action.trigger()
            graduated = isinstance(footprints().renderer(), QgsGraduatedSymbolRenderer)
            assert graduated == (action.text() != "Plain")
    wait_until(no_task_runs)


def test_buttons_go_with_the_layer(dock):
    row = find(dock, "colourBy_resolution").parent()
    assert row.isVisible()
    QgsProject.instance().removeMapLayer(footprints().id())
    assert not row.isVisible()


def test_the_menu_offers_what_a_layer_has(toolbox, messages):
    layer = QgsVectorLayer("Polygon?crs=IAU_2015:49900&field=resolution:double", "bare", "memory")
    colourer = Colourer(toolbox.reporter, toolbox.reporter)
    shown = [layer]
    menu = ColourMenu(lambda: shown[0], colourer.colour)
    menu.aboutToShow.emit()
    enabled = [a.text() for a in menu.actions() if a.isEnabled() and not a.isSeparator()]
    assert enabled == ["Resolution", "Plain"]
    menu.findChild(QAction, "colour_resolution").trigger()
    assert "no resolution" in messages()
    assert isinstance(layer.renderer(), QgsSingleSymbolRenderer)
    shown[0] = None
    menu.aboutToShow.emit()
    assert not any(a.isEnabled() for a in menu.actions() if not a.isSeparator())
    menu.findChild(QAction, "colour_plain").trigger()  # no layer, no error
    menu.deleteLater()


def test_a_file_that_cannot_be_written_is_told(dock, messages, monkeypatch, tmp_path):
    before = styles.keep_in_file
    gone = tmp_path / "gone" / "out.gpkg"
    monkeypatch.setattr(styles, "keep_in_file", lambda _p, table, qml: before(gone, table, qml))
    find(dock, "colourBy_resolution").click()
    wait_until(lambda: "gone" in messages())
    assert isinstance(footprints().renderer(), QgsGraduatedSymbolRenderer)
