"""The dock's sources: downloaded, brought up to date, removed, added; and searches repeated."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from archive_server import ArchiveServer, answer, archive_server
from gui_kit import click_and_wait, find, wait_until
from played_ode import OWN_CATALOG, own_product, play_ode
from qgis.core import QgsProject
from qgis.PyQt.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QToolButton
from search_kit import close, import_label, opened_dock

from planetary_qgis.core.archives import catalog
from planetary_qgis.gui.own_index_dialog import OwnIndexDialog
from planetary_qgis.qgis_bridge import settings, store
from planetary_qgis.qgis_bridge.layers import facts_of, recorded_search
from planetary_qgis.qgis_bridge.places import places_in_use

INDEX, SERVICE = "synthetic.orbiter", "ode.mars.mro.ctx.edr"
ROWS = 237


@pytest.fixture
def archive() -> Iterator[ArchiveServer]:
    with archive_server() as server:
        yield server


@pytest.fixture
def published(archive: ArchiveServer, sample: Path) -> str:
    """The address under which the server publishes the sample's index."""
    archive.put("/index/index.tab", (sample / "index.tab").read_bytes())
    return archive.put("/index/index.lbl", (sample / "index.lbl").read_bytes())


@pytest.fixture
def own_catalog(tmp_path: Path, monkeypatch, archive: ArchiveServer, published: str) -> Iterator:
    """A user's catalogue: the published index, and ODE as the server plays it."""
    path = tmp_path / "catalog.toml"
    products = [own_product("ONLY_ODE_1", "10 10, 14 10, 14 14, 10 14, 10 10", archive)]
    text = OWN_CATALOG.format(url=play_ode(archive, products))
    text += f'\n[datasets."{INDEX}"]\nlabel_url = "{published}"\n'
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr(settings, "own_catalog_path", lambda: path)
    yield path
    catalog.use_own(None)


@pytest.fixture
def dock(toolbox, store_path, own_catalog):
    controller = opened_dock(toolbox)
    yield controller.view
    close(controller)


def ask_for(dock, name: str) -> None:
    """Press a button of the tree and wait for its job."""
    button = find(dock, name)
    assert button.isEnabled(), button.toolTip()
    button.click()
    wait_until(lambda: dock.job_bar.isHidden())


def test_an_index_is_downloaded_imported_and_checked(dock, store_path, messages):
    dock.sources.set_current(INDEX)
    ask_for(dock, "pdsDownloadButton")
    assert f"{ROWS} products" in messages()
    assert dock.sources.checked() == [INDEX]
    click_and_wait(dock, "pdsSearchButton")
    (layer,) = QgsProject.instance().mapLayers().values()
    assert layer.featureCount() == ROWS
    facts = facts_of(layer)
    assert facts["Table URL"].endswith("/index/index.tab")
    assert facts["Fetched"].startswith("20")
    assert "bytes" in facts["Table size"]
    assert len(facts["Table SHA-256"]) == 64
    assert recorded_search(layer).sources == (INDEX,)


def test_an_update_imports_only_what_has_changed(dock, archive, sample, store_path, messages):
    dock.sources.set_current(INDEX)
    ask_for(dock, "pdsDownloadButton")
    before = store_path.stat().st_mtime_ns
    ask_for(dock, "pdsDownloadButton")
    assert "has not changed" in messages()
    assert store_path.stat().st_mtime_ns == before
    rows = (sample / "index.tab").read_bytes().splitlines(keepends=True)
    archive.put("/index/index.tab", b"".join(rows[:100]), etag='"v2"')
    label = (sample / "index.lbl").read_text(encoding="ascii").replace("= 237", "= 100")
    archive.put("/index/index.lbl", label.encode(), etag='"v2"')
    ask_for(dock, "pdsDownloadButton")
    assert "100 products" in messages()
    assert len(store.table_names(store_path)) == 1


def test_a_download_that_fails_leaves_what_was_there(dock, archive, store_path, messages):
    dock.sources.set_current(INDEX)
    ask_for(dock, "pdsDownloadButton")
    files = sorted(file.name for file in places_in_use().cache.rglob("*"))
    archive.put("/index/index.lbl", b"changed", etag='"v2"')
    archive.behave("/index/index.lbl", answer(500))
    ask_for(dock, "pdsDownloadButton")
    assert "an error of its own" in messages()
    assert sorted(file.name for file in places_in_use().cache.rglob("*")) == files
    click_and_wait(dock, "pdsSearchButton")
    assert next(iter(QgsProject.instance().mapLayers().values())).featureCount() == ROWS


def test_removing_an_index_frees_table_and_cache(dock, store_path, monkeypatch):
    yes = QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QMessageBox, "question", lambda *_args: yes)
    dock.sources.set_current(INDEX)
    ask_for(dock, "pdsDownloadButton")
    ask_for(dock, "pdsRemoveButton")
    assert store.table_names(store_path) == []
    assert [file for file in places_in_use().cache.rglob("*") if file.suffix == ".tab"] == []
    assert dock.sources.checked() == []


def test_an_index_about_several_bodies_asks_whose_footprints(
    dock, own_catalog, toolbox, monkeypatch, store_path, published
):
    own_catalog.write_text(
        f'[datasets."my.bodies"]\ntitle = "Several"\narchive = "Mine"\nmission = "M"\n'
        f'instrument = "I"\nusual_body = "MARS"\nverified = "By me."\nlabel_url = "{published}"\n',
        encoding="utf-8",
    )
    asked = []

    def choose(_parent, _title, text, bodies, first, **_options):
        asked.append((text, bodies[first]))
        return "Phobos", True

    monkeypatch.setattr(QInputDialog, "getItem", choose)
    again = opened_dock(toolbox)
    again.view.sources.set_current("my.bodies")
    ask_for(again.view, "pdsDownloadButton")
    assert "several bodies" in asked[0][0]
    (table,) = store.table_names(store_path)
    assert table.endswith("Phobos")
    assert store.open_table(store_path, table).crs().celestialBodyName() == "Phobos"
    close(again)


def test_an_index_of_ones_own_comes_from_a_dialog(dock, own_catalog, monkeypatch, sample):
    def fill(dialog) -> int:
        find(dialog, "pdsOwnTitle").setText("Camera")
        find(dialog, "pdsOwnMission").setText("ORBITER")
        find(dialog, "pdsOwnInstrument").setText("CAMERA")
        dialog._label.setFilePath(str(sample / "index.lbl"))
        dialog.accept()
        return dialog.result()

    monkeypatch.setattr(OwnIndexDialog, "exec", fill)
    find(dock, "pdsAddOwnButton").click()
    assert catalog.find("my.camera").title == "Camera"
    assert "my.camera" in own_catalog.read_text(encoding="utf-8")
    # The label that was named is ready to be imported as that index.
    assert find(dock, "pdsLabelFile").filePath() == str(sample / "index.lbl")
    assert find(dock, "pdsDataSet").currentData() == "my.camera"
    click_and_wait(dock, "pdsImportButton")
    assert dock.sources.checked() == ["my.camera"]


def test_a_catalogue_that_is_broken_is_told_and_the_rest_works(
    own_catalog, toolbox, store_path, messages
):
    own_catalog.write_text("[datasets.x]\nbody = 3\n", encoding="utf-8")
    controller = opened_dock(toolbox)
    assert "catalog.toml" in messages()
    assert find(controller.view, "pdsDataSet").count() > 10
    close(controller)


def test_services_and_indexes_are_searched_together(dock, sample, messages):
    import_label(dock, sample / "index.lbl")
    dock.sources.set_checked([INDEX, SERVICE])
    click_and_wait(dock, "pdsSearchButton")
    (layer,) = QgsProject.instance().mapLayers().values()
    assert layer.featureCount() == ROWS + 1
    assert "238 products found in 2 sources" in messages()
    assert dock.results.table.model().rowCount() == ROWS + 1


def test_a_search_is_repeated_as_it_was_set(dock, sample, interface):
    import_label(dock, sample / "index.lbl")
    dock.sources.set_checked([INDEX, SERVICE])
    find(dock, "pdsArea").setCurrentText("Box")
    for name, degrees in (("West", 160), ("East", -160), ("South", -40), ("North", 40)):
        find(dock, f"pds{name}").setValue(degrees)
    find(dock, "pdsProductId").setText("S*")
    find(dock, "pdsFilter").setText('"incidence_angle" < 60')
    find(dock, "pdsRange_emission_angleOn").setChecked(True)
    find(dock, "pdsRange_emission_angleTo").setValue(30)
    terms = dock.search.terms()
    click_and_wait(dock, "pdsSearchButton")
    (layer,) = QgsProject.instance().mapLayers().values()
    count = layer.featureCount()
    assert 0 < count < ROWS
    dock.sources.set_checked([])
    find(dock, "pdsArea").setCurrentText("Whole body")
    for name in ("pdsProductId", "pdsFilter"):
        find(dock, name).clear()
    find(dock, "pdsRange_emission_angleOn").setChecked(False)
    interface.setActiveLayer(layer)
    find(dock, "pdsRepeatButton").click()
    assert sorted(dock.sources.checked()) == sorted([INDEX, SERVICE])
    assert dock.search.terms() == terms
    click_and_wait(dock, "pdsSearchButton")
    again = interface.mapCanvas().currentLayer()
    assert again is not layer
    assert again.featureCount() == count


def test_only_layers_of_searches_can_be_repeated(dock, interface, layer_on):
    button = dock.findChild(QToolButton, "pdsRepeatButton")
    assert not button.isEnabled()
    layer = layer_on("IAU_2015:49900")
    QgsProject.instance().addMapLayer(layer)
    interface.setActiveLayer(layer)
    assert not button.isEnabled()
    assert "does not come from a search" in button.toolTip()


def test_products_are_downloaded_into_a_folder(dock, archive, tmp_path, monkeypatch, messages):
    folder = tmp_path / "products"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(folder))
    dock.sources.set_checked([SERVICE])
    click_and_wait(dock, "pdsSearchButton")
    find(dock, "resultsDownload").click()
    wait_until(lambda: (folder / "ONLY_ODE_1.IMG").is_file() and dock.job_bar.isHidden())
    assert "1 of 1 products" in messages()


def test_what_gdal_cannot_open_is_told_in_its_own_words(dock, messages):
    dock.sources.set_checked([SERVICE])
    click_and_wait(dock, "pdsSearchButton")
    before = set(QgsProject.instance().mapLayers())
    find(dock, "resultsLoadRaster").click()
    wait_until(lambda: dock.job_bar.isHidden())
    assert "ONLY_ODE_1.IMG" in messages()
    assert set(QgsProject.instance().mapLayers()) == before
