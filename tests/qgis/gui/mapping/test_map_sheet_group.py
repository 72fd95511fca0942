"""The group Map sheet of the tab Deliver."""

from __future__ import annotations

import pytest
from gui_kit import delete_deferred, wait_until
from qgis.PyQt.QtWidgets import QFileDialog, QMessageBox
from units_kit import fields_map

from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.sheet import group as sheet_group
from planetary_qgis.gui.mapping.sheet.group import SheetController
from planetary_qgis.qgis_bridge.mapping.sheet import find_sheet

WIDTH = 330


@pytest.fixture
def group(toolbox, interface):
    desk = MapDesk(toolbox, JobBar("mapping", interface.mainWindow()))
    made = SheetController(desk)
    made.view.resize(WIDTH, 400)
    made.view.show()
    made.load()
    desk.load()
    yield made
    made.unload()
    desk.unload()
    made.view.close()
    made.view.deleteLater()
    delete_deferred()


def test_without_a_map_there_is_nothing_to_make(group):
    assert not group.view.make.isEnabled()
    assert "no geologic map" in group.view.make.toolTip()
    assert group.view.minimumSizeHint().width() <= WIDTH


def test_make_asks_before_it_replaces_and_export_writes(group, project, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr(sheet_group, "_open_window", opened.append)
    session = fields_map(tmp_path / "Kärte.gpkg", project)
    wait_until(group.view.make.isEnabled)
    assert "1:1,000,000" in group.view.scale.itemText(0)
    group.view.parts["description"].setChecked(False)
    group.view.page.setCurrentIndex(group.view.page.findData("A2"))
    group.view.make.click()
    first = find_sheet(session)
    assert opened == [first]
    assert first.name() in group.view.state.text()
    assert first.pageCollection().page(0).pageSize().height() in (420.0, 594.0)

    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    group.view.make.click()
    assert find_sheet(session) is first
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    group.view.make.click()
    assert len(opened) == 2
    assert len(project.layoutManager().layouts()) == 1

    path = tmp_path / "sheet"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    group.view.export.click()
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")


def test_a_page_too_small_is_told_and_nothing_made(group, project, tmp_path, monkeypatch):
    told = []
    monkeypatch.setattr(group._desk.toolbox.reporter, "failed", told.append)
    session = fields_map(tmp_path / "map.gpkg", project, side=2, size=10.0)
    wait_until(group.view.make.isEnabled)
    group.view.page.setCurrentIndex(group.view.page.findData("A4"))
    group.view.make.click()
    assert len(told) == 1
    assert "does not fit on A4" in str(told[0])
    assert find_sheet(session) is None
