"""The group Map package of the tab Deliver: what a mapper says, exports and validates there."""

from __future__ import annotations

import pytest
from gui_kit import delete_deferred, find, wait_until
from package_kit import SAID, made_map
from qgis.PyQt.QtWidgets import QApplication

from planetary_qgis.core.mapping.packages.map_metadata import metadata_in
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.package import asking
from planetary_qgis.gui.mapping.package.group import PackageController
from planetary_qgis.gui.mapping.package.metadata import MapMetadataDialog

WIDTH = 330


@pytest.fixture
def desk(toolbox, interface):
    return MapDesk(toolbox, JobBar("mapping", interface.mainWindow()))


@pytest.fixture
def group(desk):
    made = PackageController(desk)
    made.view.resize(WIDTH, 420)
    made.view.show()
    made.load()
    desk.load()
    yield made
    made.unload()
    desk.unload()
    made.view.close()
    made.view.deleteLater()
    delete_deferred()


@pytest.fixture
def session(group, desk, project, tmp_path):
    made = made_map(tmp_path / "Ärbeit")
    file = made.project.fileName()
    assert project.read(file)
    wait_until(lambda: desk.session is not None)
    return desk.session


def findings(group):
    items = group.view.found
    return [items.topLevelItem(row).text(1) for row in range(items.topLevelItemCount())]


def test_without_a_map_packages_can_only_be_validated(group):
    assert not group.view.export.isEnabled()
    assert "no geologic map" in group.view.export.toolTip()
    assert group.view.validate.isEnabled()
    assert group.view.found.isHidden()
    assert group.view.save.isHidden()


def test_all_of_it_fits_into_a_narrow_dock(group, session):
    assert group.view.minimumSizeHint().width() <= WIDTH


def test_a_map_is_exported_validated_and_the_report_saved(
    group, desk, session, tmp_path, monkeypatch
):
    place = tmp_path / "out.zip"
    monkeypatch.setattr(asking, "ask_destination", lambda *_: place)
    for box in ("packagePdf", "packageReport"):
        find(group.view, box).setChecked(False)
    group.view.export.click()
    assert desk.jobs.busy
    assert not group.view.export.isEnabled()
    wait_until(lambda: not desk.jobs.busy)
    assert place.is_file()
    assert "The package is valid" in group.view.result.text()
    assert findings(group) == ["document: The package has no PDF of the map sheet."]
    place.write_bytes(place.read_bytes()[:-200])
    monkeypatch.setattr(asking, "ask_package_file", lambda *_: place)
    group.view.validate_file.trigger()
    wait_until(lambda: not desk.jobs.busy)
    monkeypatch.setattr(asking, "ask_package_file", lambda *_: session.geopackage)
    group.view.validate_file.trigger()
    wait_until(lambda: not desk.jobs.busy)
    assert "Kärte.gpkg" in group.view.result.text()
    page = tmp_path / "page.html"
    monkeypatch.setattr(asking, "ask_report_file", lambda *_: page)
    group.view.save.click()
    assert "Map package: validation" in page.read_text(encoding="utf-8")


def test_unsaved_edits_are_asked_about_and_saved(group, desk, session, tmp_path, monkeypatch):
    units = session.layer("geologic_units")
    units.startEditing()
    units.deleteFeature(next(units.getFeatures()).id())
    asked = []
    monkeypatch.setattr(asking, "ask_destination", lambda *_: tmp_path / "out")
    monkeypatch.setattr(asking, "ask_about_unsaved", lambda _view, names: asked.append(names))
    group.view.export.click()
    assert "“Geologic units”" in asked[0]
    assert not desk.jobs.busy
    assert units.isModified()
    for box in ("packagePdf", "packageReport"):
        find(group.view, box).setChecked(False)
    monkeypatch.setattr(asking, "ask_about_unsaved", lambda *_: "save")
    group.view.export.click()
    wait_until(lambda: not desk.jobs.busy)
    assert (tmp_path / "out" / "README.txt").is_file()
    assert not units.isModified()
    assert units.isEditable()
    units.rollBack()


def test_what_is_said_of_a_map_is_kept_in_its_file(group, desk, session):
    group.view.about.click()
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MapMetadataDialog))
    assert find(window, "metadata_title").text() == SAID.title
    assert window.metadata() == SAID
    find(window, "metadata_title").setText("Neuer Titel 🪐")
    find(window, "metadata_data_sources").setPlainText("one\n\n two \n")
    find(window, "metadata_abstract").setPlainText("")
    window.accept()
    wait_until(lambda: not desk.jobs.busy)
    kept = metadata_in(session.geopackage)
    assert (kept.title, kept.data_sources) == ("Neuer Titel 🪐", ("one", "two"))
    wait_until(lambda: desk.session.settings.title == "Neuer Titel 🪐")
    assert group.view.lacking.text() == "Not said yet: abstract."
