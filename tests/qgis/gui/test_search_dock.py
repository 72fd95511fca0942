"""The Archive Search dock: an index is imported, searched, and found products come to the map."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from gui_kit import click_and_wait, find
from played_ode import rows_of_sample
from qgis.core import QgsProject, QgsRectangle, QgsVectorLayer
from qgis.gui import QgsExpressionBuilderDialog
from qgis.PyQt.QtCore import QDateTime, Qt
from qgis.PyQt.QtWidgets import QMessageBox
from search_kit import close, import_label, opened_dock

from planetary_qgis.gui import work
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.layers import facts_of, recorded_search


@pytest.fixture
def dock(toolbox, store_path):
    controller = opened_dock(toolbox)
    yield controller.view
    close(controller)


@pytest.fixture
def imported(dock, sample):
    """The dock once the sample's index is in the store, and checked in the tree."""
    import_label(dock, sample / "index.lbl")
    return dock


@pytest.fixture
def columns(sample) -> list[dict[str, str]]:
    """The rows of the sample's table, by the names in its label; read without the plugin."""
    return rows_of_sample(sample)


def only_layer() -> QgsVectorLayer:
    (layer,) = QgsProject.instance().mapLayers().values()
    return layer


def ids(layer: QgsVectorLayer) -> set[str]:
    return {feature["product_id"] for feature in layer.getFeatures()}


def test_import_needs_a_label_and_search_an_index(dock):
    for name in ("pdsImportButton", "pdsSearchButton"):
        button = find(dock, name)
        assert not button.isEnabled()
        assert "first" in button.toolTip()


def test_data_sets_of_the_catalogue_are_offered(dock):
    combo = find(dock, "pdsDataSet")
    keys = [combo.itemData(row) for row in range(combo.count())]
    assert keys[0] is None
    assert "mro.ctx.edr" in keys


def test_an_imported_index_is_checked_and_remembered(imported, store_path, toolbox, columns):
    (table,) = store.table_names(store_path)
    assert imported.sources.checked() == ["synthetic.orbiter"]
    assert str(len(columns)) in find(imported, "pdsImported").text()
    again = opened_dock(toolbox)
    assert again.view.sources.checked() == ["synthetic.orbiter"]
    assert find(again.view, "pdsLabelFile").filePath().endswith("index.lbl")
    close(again)
    assert store.table_names(store_path) == [table]


def test_importing_again_replaces_the_index(imported, store_path):
    click_and_wait(imported, "pdsImportButton")
    assert len(store.table_names(store_path)) == 1


def test_a_search_without_terms_finds_everything(imported, columns, messages):
    click_and_wait(imported, "pdsSearchButton")
    layer = only_layer()
    assert ids(layer) == {row["PRODUCT_ID"] for row in columns}
    assert layer.crs().authid() == "IAU_2015:49900"
    assert f"{len(columns)} products found" in messages()
    assert f"{len(columns)} products found" in find(imported, "pdsFound").text()
    assert "Mars" in messages()


def test_a_filter_keeps_what_it_says(imported, columns):
    find(imported, "pdsFilter").setText('"incidence_angle" < 60')
    click_and_wait(imported, "pdsSearchButton")
    expected = {row["PRODUCT_ID"] for row in columns if 0 <= number(row["INCIDENCE_ANGLE"]) < 60}
    assert 0 < len(expected) < len(columns)
    assert ids(only_layer()) == expected


def test_what_needs_too_long_a_filter_is_copied(imported, columns, monkeypatch):
    click_and_wait(imported, "pdsSearchButton")
    everything = ids(only_layer())
    QgsProject.instance().clear()
    monkeypatch.setattr(work, "_LONGEST_SUBSET", 10)
    find(imported, "pdsFilter").setText("$id % 2 = 0")
    click_and_wait(imported, "pdsSearchButton")
    layer = only_layer()
    assert layer.subsetString() == ""
    assert layer.featureCount() == len(columns) // 2
    assert ids(layer) < everything
    assert recorded_search(layer).query.expression == "$id % 2 = 0"
    assert "Table SHA-256" in facts_of(layer)


def test_a_span_of_time_keeps_what_was_taken_in_it(imported, columns):
    find(imported, "pdsStartOn").setChecked(True)
    find(imported, "pdsStopOn").setChecked(True)
    find(imported, "pdsStart").setDateTime(QDateTime(2019, 9, 1, 2, 0, 0, 0, Qt.TimeSpec.UTC))
    find(imported, "pdsStop").setDateTime(QDateTime(2019, 9, 1, 12, 0, 0, 0, Qt.TimeSpec.UTC))
    click_and_wait(imported, "pdsSearchButton")
    expected = {
        row["PRODUCT_ID"]
        for row in columns
        if "2019-09-01T02:00:00" <= row["START_TIME"] <= "2019-09-01T12:00:00"
    }
    assert 0 < len(expected) < len(columns)
    assert ids(only_layer()) == expected


def test_a_box_over_the_antimeridian_finds_both_sides(imported, columns):
    find(imported, "pdsArea").setCurrentText("Box")
    for name, degrees in (("West", 160), ("East", -160), ("South", -40), ("North", 40)):
        find(imported, f"pds{name}").setValue(degrees)
    click_and_wait(imported, "pdsSearchButton")
    found = ids(only_layer())
    inside = {
        row["PRODUCT_ID"]
        for row in columns
        if 165 < number(row["CENTER_LONGITUDE"]) < 195 and abs(number(row["CENTER_LATITUDE"])) < 35
    }
    far = {row["PRODUCT_ID"] for row in columns if number(row["CENTER_LONGITUDE"]) < 120}
    assert inside
    assert inside <= found
    assert not far & found


def test_the_map_view_is_searched_as_it_is_shown(imported, toolbox, columns):
    click_and_wait(imported, "pdsSearchButton")
    toolbox.project.removeAllMapLayers()
    toolbox.canvas.setDestinationCrs(toolbox.project.crs())
    toolbox.canvas.setExtent(QgsRectangle(-30, 50, 60, 70))
    find(imported, "pdsArea").setCurrentText("Map view")
    click_and_wait(imported, "pdsSearchButton")
    seen = toolbox.canvas.extent()
    assert all(feature.geometry().intersects(seen) for feature in only_layer().getFeatures())
    assert 0 < only_layer().featureCount() < len(columns)


def test_a_map_view_of_another_body_is_refused_in_a_sentence(imported, toolbox, layer_on, messages):
    toolbox.results.show(layer_on("IAU_2015:30100"))
    find(imported, "pdsArea").setCurrentText("Map view")
    find(imported, "pdsSearchButton").click()
    assert "Moon" in messages()
    assert "Mars" in messages()
    assert only_layer().name() == "IAU_2015:30100"


def test_every_result_wears_the_dress_of_its_index(imported):
    for degrees in (180, 120, 60):
        find(imported, "pdsArea").setCurrentText("Box")
        find(imported, "pdsEast").setValue(degrees)
        click_and_wait(imported, "pdsSearchButton")
    layers = list(QgsProject.instance().mapLayers().values())
    assert len(layers) == 3
    assert len({layer.renderer().symbol().color().name() for layer in layers}) == 1
    assert all(layer.temporalProperties().isActive() for layer in layers)


def test_the_builder_offers_the_columns_of_the_index(imported, monkeypatch):
    built = []

    def build(dialog) -> bool:
        built.append(dialog.expressionBuilder().layer().fields().names())
        dialog.setExpressionText('"phase_angle" > 10')
        return True

    monkeypatch.setattr(QgsExpressionBuilderDialog, "exec", build)
    find(imported, "pdsFilterBuild").click()
    assert "incidence_angle" in built[0]
    assert find(imported, "pdsFilter").text() == '"phase_angle" > 10'


def test_nothing_found_is_said_and_adds_no_layer(imported, messages):
    find(imported, "pdsFilter").setText("\"product_id\" = 'none such'")
    click_and_wait(imported, "pdsSearchButton")
    assert "0 products found" in messages()
    assert QgsProject.instance().mapLayers() == {}


def test_a_filter_that_cannot_be_read_is_marked_and_refused(imported, messages):
    line = find(imported, "pdsFilter")
    line.setText('"incidence_angle" <')
    assert line.toolTip()
    click_and_wait(imported, "pdsSearchButton")
    assert "incidence_angle" in messages()
    assert QgsProject.instance().mapLayers() == {}


def test_a_label_without_its_table_is_told_and_leaves_the_store_alone(
    dock, sample, tmp_path, store_path, messages
):
    label = tmp_path / "lonely.lbl"
    label.write_text((sample / "index.lbl").read_text(encoding="ascii"), encoding="ascii")
    import_label(dock, label)
    assert "lonely.lbl" in messages()
    assert store.table_names(store_path) == []
    assert dock.sources.checked() == []


@pytest.mark.parametrize("answer", ["Yes", "No"])
def test_an_index_goes_only_once_the_user_says_so(imported, store_path, monkeypatch, answer):
    button = getattr(QMessageBox.StandardButton, answer)
    monkeypatch.setattr(QMessageBox, "question", lambda *_args: button)
    click_and_wait(imported, "pdsRemoveButton")
    assert len(store.table_names(store_path)) == (answer == "No")
    assert find(imported, "pdsSearchButton").isEnabled() == (answer == "No")


@pytest.mark.real_data
def test_the_real_ctx_index_comes_to_the_map(dock, real_data):
    label = next(Path(real_data / "indexes" / "ctx").glob("*.[lL][bB][lL]"))
    import_label(dock, label)
    click_and_wait(dock, "pdsSearchButton")
    assert only_layer().featureCount() == 20
    assert only_layer().crs().authid() == "IAU_2015:49900"


def number(text: str) -> float:
    """A cell's number, NaN where it holds none."""
    try:
        return float(text)
    except ValueError:
        return math.nan
