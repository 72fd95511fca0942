"""The window of basemaps, against a loopback server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from archive_server import ArchiveServer, archive_server
from gui_kit import find, settle, wait_until
from qgis.PyQt.QtCore import Qt
from tiles import painted

from planetary_qgis.core.bodies import body
from planetary_qgis.core.rasters.basemaps import basemap, basemaps
from planetary_qgis.gui.basemap_controller import BasemapController
from planetary_qgis.gui.basemap_dialog import BasemapDialog
from planetary_qgis.qgis_bridge.project_body import set_project_body


@pytest.fixture
def server() -> Iterator[ArchiveServer]:
    with archive_server() as running:
        yield running


@pytest.fixture
def dialog(qgis_new_project) -> Iterator[BasemapDialog]:
    made = BasemapDialog()
    made.show()
    yield made
    made.close()
    made.deleteLater()
    settle()


def titles_shown(dialog: BasemapDialog) -> list[str]:
    tree = find(dialog, "basemapTree")
    tops = [tree.topLevelItem(row) for row in range(tree.topLevelItemCount())]
    return [
        each.text(0)
        for top in tops
        for each in (top.child(row) for row in range(top.childCount()))
        if not each.isHidden() and not top.isHidden() and top.isExpanded()
    ]


def test_it_opens_on_the_projects_body(dialog, toolbox):
    set_project_body(toolbox.project, body("MOON"))
    BasemapController(dialog, toolbox)
    assert titles_shown(dialog) == [each.title for each in basemaps() if each.body == "MOON"]
    assert dialog.current().body == "MOON"


def test_the_filter_finds_words_in_any_order(dialog):
    dialog.show_basemaps(basemaps())
    find(dialog, "basemapFilter").setText("usgs europa")
    assert titles_shown(dialog) == [
        each.title for each in basemaps() if each.body == "EUROPA" and "USGS" in each.provider
    ]


def test_a_basemap_comes_onto_the_map_below_the_rest(dialog, toolbox, server):
    for z in range(3):
        for x in range(2 * 2**z):
            for y in range(2**z):
                server.put(f"/t/{z}/{x}/{y}.png", painted(128, 128, 128))
    known = replace(basemap("moon-trek-wac"), url=server.url("/t/") + "{z}/{x}/{y}.png", levels=2)
    BasemapController(dialog, toolbox)
    dialog.show_basemaps([known])
    dialog.open_body("Moon")
    find(dialog, "basemapAdd").click()
    wait_until(lambda: toolbox.project.mapLayers() and dialog.job_bar.isHidden())
    (layer,) = toolbox.project.mapLayers().values()
    assert layer.name() == known.name
    assert toolbox.project.crs().celestialBodyName() == "Moon"


def test_offline_is_said_and_nothing_comes(dialog, toolbox, server, messages):
    known = replace(basemap("moon-trek-wac"), url=server.url("/t/") + "{z}/{x}/{y}.png")
    server.stop()
    BasemapController(dialog, toolbox)
    dialog.show_basemaps([known])
    dialog.open_body("Moon")
    find(dialog, "basemapAdd").click()
    wait_until(lambda: dialog.job_bar.isHidden() and find(dialog, "basemapAdd").isEnabled())
    assert not toolbox.project.mapLayers()
    assert "cannot be reached" in messages()


def test_add_says_what_it_waits_for(dialog, toolbox):
    BasemapController(dialog, toolbox)
    find(dialog, "basemapTree").setCurrentItem(None)
    add = find(dialog, "basemapAdd")
    assert not add.isEnabled()
    assert "Choose a basemap" in add.toolTip()


def test_nothing_is_cut_off(dialog):
    dialog.show_basemaps(basemaps())
    dialog.open_body("Mars")
    tree = find(dialog, "basemapTree")
    assert tree.horizontalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAsNeeded
    settle()
    assert not tree.horizontalScrollBar().isVisible()
