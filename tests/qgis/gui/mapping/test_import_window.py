"""The window that imports maps: what is guessed is shown, changed, saved and used."""

from __future__ import annotations

import json

import pytest
from gui_kit import find, settle
from map_kit import MARS, map_session, wkts
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeature,
    QgsGeometry,
    QgsVectorFileWriter,
    QgsVectorLayer,
)
from qgis.PyQt.QtWidgets import QComboBox, QFileDialog, QTableWidget

from planetary_qgis.core.mapping.map_layers import CONTACTS, LINEAR_FEATURES
from planetary_qgis.gui.mapping.importing.controller import open_import
from planetary_qgis.gui.mapping.map_watcher import MapWatcher


@pytest.fixture
def watcher(toolbox, project, tmp_path):
    map_session(project, tmp_path)
    made = MapWatcher(toolbox, toolbox.reporter)
    made.load()
    yield made
    made.unload()


@pytest.fixture
def usgs(tmp_path):
    layer = QgsVectorLayer("LineString?field=TYPE:string&field=Author:string", "c", "memory")
    layer.setCrs(QgsCoordinateReferenceSystem(MARS))
    for wkt, kind in (("LINESTRING(0 0, 1 1)", "Certain"), ("LINESTRING(2 0, 3 1)", "sort of")):
        feature = QgsFeature(layer.fields())
        feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes([kind, "someone"])
        layer.dataProvider().addFeature(feature)
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.layerName = "GPKG", "GeoContacts"
    path = tmp_path / "usgs.gpkg"
    QgsVectorFileWriter.writeAsVectorFormatV3(
        layer, str(path), QgsCoordinateTransformContext(), options
    )
    return path


@pytest.fixture
def window(watcher, usgs, interface):
    controller = open_import(watcher)
    controller.read(usgs)
    made = controller.parent()
    settle()
    yield made
    made.close()
    settle()


def rows(window, name):
    table = find(window, name)
    last = table.columnCount() - 1
    return {
        table.item(row, 0).text(): table.cellWidget(row, last).currentData()
        for row in range(table.rowCount())
    }


def choose(window, name, text, value):
    table: QTableWidget = find(window, name)
    for row in range(table.rowCount()):
        if table.item(row, 0).text() == text:
            table.setCurrentCell(row, 0)
            box: QComboBox = table.cellWidget(row, table.columnCount() - 1)
            box.setCurrentIndex(box.findData(value))
            box.activated.emit(box.currentIndex())
    settle()


def test_what_is_guessed_is_shown(window):
    assert rows(window, "importLayers") == {"GeoContacts": "geologic_contacts"}
    assert rows(window, "importColumns") == {
        "Kind of contact": "",
        "Certainty": "TYPE",
        "Notes": "",
    }
    find(window, "importColumns").setCurrentCell(1, 0)
    assert rows(window, "importWords") == {"Certain": "certain", "sort of": ""}


def test_what_is_changed_is_imported(window, watcher):
    find(window, "importColumns").setCurrentCell(1, 0)
    choose(window, "importWords", "sort of", "inferred")
    choose(window, "importColumns", "Notes", "Author")
    find(window, "importImport").click()
    layer = watcher.session.layer(CONTACTS)
    assert sorted((each["TYPE"], each["Notes"]) for each in layer.getFeatures()) == [
        ("certain", "someone"),
        ("inferred", "someone"),
    ]
    assert not window.isVisible()


def test_another_target_is_guessed_anew(window, watcher):
    choose(window, "importLayers", "GeoContacts", "linear_features")
    find(window, "importImport").click()
    assert watcher.session.layer(LINEAR_FEATURES).featureCount() == 2
    assert watcher.session.layer(CONTACTS).featureCount() == 0


def test_nothing_to_import_cannot_be_imported(window):
    choose(window, "importLayers", "GeoContacts", "")
    assert not find(window, "importImport").isEnabled()
    assert rows(window, "importColumns") == {}


def test_mappings_are_saved_and_loaded(window, tmp_path, monkeypatch):
    path = tmp_path / "mapping.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    find(window, "importSave").click()
    said = json.loads(path.read_text(encoding="utf-8"))
    said["layers"]["GeoContacts"]["target"] = "linear_features"
    path.write_text(json.dumps(said), encoding="utf-8")
    find(window, "importLoad").click()
    assert rows(window, "importLayers") == {"GeoContacts": "linear_features"}


def test_errors_are_told_in_the_window_and_nothing_is_imported(window, watcher, tmp_path):
    (tmp_path / "broken.gpkg").write_text("nothing")
    watcher_session = watcher.session
    window.findChild(QTableWidget, "importLayers")
    controller = next(each for each in window.children() if hasattr(each, "read"))
    controller.read(tmp_path / "broken.gpkg")
    assert "holds no layers" in find(window, "importNote").text()
    assert wkts(watcher_session.layer(CONTACTS)) == []
