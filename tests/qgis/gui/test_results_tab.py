"""The tab of results: rows, their order, their selection, and what can be done with them."""

from __future__ import annotations

import numpy as np
import pytest
from gui_kit import find, settle, wait_until
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRectangle, QgsSettings
from qgis.gui import QgsRubberBand
from qgis.PyQt.QtCore import QEvent, QItemSelectionModel, QPointF, Qt
from qgis.PyQt.QtGui import QDesktopServices, QGuiApplication, QMouseEvent
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QAction, QFileDialog, QMessageBox

from planetary_qgis.core.bodies import body
from planetary_qgis.core.products import Answer, Products, Schema, table_of
from planetary_qgis.gui import results_columns, results_model, selection_link
from planetary_qgis.gui.results_controller import ResultsController
from planetary_qgis.gui.results_tab import ResultsTab
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.found_rows import rows_found

URL = "https://example.org/data"


@pytest.fixture(autouse=True)
def default_columns():
    """No choice of columns lasts longer than its test."""
    yield
    QgsSettings().remove("planetary_qgis/results_columns")


@pytest.fixture
def tab(toolbox):
    """A narrow tab and its controller, before any search."""
    toolbox.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    view = ResultsTab()
    view.controller = ResultsController(toolbox, view)
    view.controller.load()
    view.resize(320, 700)
    view.show()
    yield view
    view.controller.unload()
    view.close()
    view.deleteLater()


def put(tab, path, table="index"):
    """Show a whole table; gives its layer, which is in the project."""
    layer = store.open_table(path, table)
    QgsProject.instance().addMapLayer(layer)
    tab.controller.show(rows_found(path, table), layer)
    return layer


@pytest.fixture
def found_layer(tab, footprints, geopackage):
    """The layer of the handful of products, all of which the tab shows."""
    store.write_table(geopackage, "index", footprints.answer(), title="Index")
    layer = put(tab, geopackage)
    yield layer
    QgsProject.instance().clear()


@pytest.fixture
def many_layer(tab, tmp_path):
    """5,000 products with labels and files, on the map and in the tab."""
    layer = put(tab, write_many(tmp_path / "many.gpkg", 5000))
    yield layer
    QgsProject.instance().clear()


def write_many(path, count):
    """A table of products without geometry: incidence falls from row to row."""
    names = [f"P{number:06d}" for number in range(count)]
    values = {
        "product_id": names,
        "incidence_angle": np.linspace(90, 0, count),
        "label_url": [f"{URL}/{name}.LBL" for name in names],
        "product_url": [f"{URL}/{name}.IMG" for name in names],
    }
    schema = Schema(body("MARS"), "polygon", {})
    products = Products(table_of(schema, values, count), np.full(count, None, dtype=object))
    store.write_table(path, "index", Answer(schema, iter([products])))
    return path


def cells(tab, column) -> list[str]:
    """What a column shows, from top to bottom."""
    rows = tab.table.rows
    section = [each.name for each in rows.columns].index(column)
    return [rows.index(row, section).data() for row in range(rows.rowCount())]


def count(tab) -> str:
    return find(tab, "resultsCount").text()


def action(tab, name) -> QAction:
    return tab.product_actions.findChild(QAction, name)


def trigger(tab, name) -> None:
    """Do an action, and wait until its job is over."""
    if not action(tab, name).isEnabled():
        pytest.fail(f"{name} is disabled: {action(tab, name).toolTip()}")
    action(tab, name).trigger()
    wait_until(lambda: tab.job_bar.isHidden())


def sort(tab, column, *, clicks=1) -> None:
    section = [each.name for each in tab.table.rows.columns].index(column)
    for _ in range(clicks):
        tab.table.horizontalHeader().sectionClicked.emit(section)
        wait_until(lambda: tab.job_bar.isHidden())


def select_rows(tab, *rows) -> None:
    flags = QItemSelectionModel.SelectionFlag
    tab.table.clearSelection()
    for row in rows:
        index = tab.table.rows.index(row, 0)
        tab.table.selectionModel().select(index, flags.Select | flags.Rows)
    settle(100)


def hover(tab, row) -> None:
    """Move the mouse over a row; -1 lets it leave."""
    viewport = tab.table.viewport()
    if row < 0:
        QGuiApplication.sendEvent(viewport, QEvent(QEvent.Type.Leave))
        return
    place = QPointF(tab.table.visualRect(tab.table.rows.index(row, 0)).center())
    none = Qt.MouseButton.NoButton
    plain = Qt.KeyboardModifier.NoModifier
    QGuiApplication.sendEvent(
        viewport, QMouseEvent(QEvent.Type.MouseMove, place, none, none, plain)
    )


def band(toolbox) -> QgsRubberBand:
    (found,) = [each for each in toolbox.canvas.scene().items() if isinstance(each, QgsRubberBand)]
    return found


def test_before_a_search_it_says_so_and_offers_nothing(tab):
    assert count(tab)
    assert tab.table.rows.rowCount() == 0
    for each in tab.product_actions.all():
        assert not each.isEnabled()
        assert "Search first" in each.toolTip()


def test_rows_come_in_the_order_of_the_file(tab, found_layer, footprints):
    assert cells(tab, "product_id") == list(footprints.ids)
    assert count(tab) == "6 products"


def test_values_are_shown_as_people_write_them(tab, found_layer):
    assert cells(tab, "start_time")[0] == "2010-01-01 00:00:00"
    assert cells(tab, "start_time")[5] == ""
    assert cells(tab, "incidence_angle") == ["10.0", "20.0", "", "40.0", "50.0", "60.0"]


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("resolution", 0.2534, "0.2534"),
        ("resolution", 25.0, "25"),
        ("resolution", 123456.7, "123457"),
        ("center_lat", -0.00004, "-0.000"),
        ("SLANT_DISTANCE", 253123.4567891, "253123.5"),
        ("TINY", 1.5e-7, "1.5e-07"),
        ("ZERO", 0.0, "0"),
        ("TEXT_IN_IT", "N/A", "N/A"),
    ],
)
def test_numbers_have_as_many_digits_as_mean_something(name, value, text):
    (column,) = results_columns.columns_of({name: "real"})
    assert results_columns.text_of(column, value) == text


def test_numbers_stand_to_the_right(tab, found_layer):
    names = [each.name for each in tab.table.rows.columns]
    role = Qt.ItemDataRole.TextAlignmentRole
    sides = [tab.table.rows.index(0, section).data(role) for section in range(len(names))]
    numbers = {name for name, side in zip(names, sides) if side == sides[2]}
    assert int(sides[2]) & int(Qt.AlignmentFlag.AlignRight)
    assert {"incidence_angle", "resolution", "local_time"} <= numbers
    assert not {"product_id", "start_time", "target"} & numbers


def test_headers_tell_the_tables_own_names_and_units(tab, found_layer):
    tips = [
        tab.table.rows.headerData(section, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        for section in range(tab.table.rows.columnCount())
    ]
    assert any("incidence_angle" in tip and "degrees" in tip for tip in tips)


def test_only_pages_that_are_looked_at_are_read(tab, many_layer, monkeypatch):
    read = []
    rows = type(tab.table.rows._found).rows
    monkeypatch.setattr(
        type(tab.table.rows._found),
        "rows",
        lambda self, ids, columns: read.append(len(ids)) or rows(self, ids, columns),
    )
    model = tab.table.rows
    for row in (4999, 4998, 0, 1, 4999):
        model.index(row, 0).data()
    assert sum(read) <= 2 * results_model.PAGE_ROWS
    assert cells(tab, "product_id") == [f"P{number:06d}" for number in range(5000)]


def test_a_click_on_a_header_sorts_and_the_next_one_turns_round(tab, found_layer):
    sort(tab, "incidence_angle")
    assert cells(tab, "incidence_angle") == ["10.0", "20.0", "40.0", "50.0", "60.0", ""]
    sort(tab, "incidence_angle")
    assert cells(tab, "incidence_angle") == ["60.0", "50.0", "40.0", "20.0", "10.0", ""]
    header = tab.table.horizontalHeader()
    assert header.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
    sort(tab, "product_id")
    assert cells(tab, "product_id") == sorted(cells(tab, "product_id"))


def test_rows_stay_selected_while_they_are_sorted(tab, found_layer):
    select_rows(tab, 0, 3)
    sort(tab, "incidence_angle", clicks=2)
    assert sorted(tab.table.selected_ids().tolist()) == [1, 4]
    assert sorted(found_layer.selectedFeatureIds()) == [1, 4]
    assert tab.table.selected_runs() == [(2, 2), (4, 4)]


def test_selecting_rows_selects_on_the_map(tab, found_layer):
    select_rows(tab, 1, 4)
    assert sorted(found_layer.selectedFeatureIds()) == [2, 5]
    assert count(tab) == "6 products · 2 selected"
    select_rows(tab)
    assert found_layer.selectedFeatureIds() == []
    assert count(tab) == "6 products"


def test_selecting_on_the_map_selects_rows_and_goes_there(tab, many_layer):
    many_layer.selectByIds([4001, 4002, 4500])
    assert tab.table.selected_runs() == [(4000, 4001), (4499, 4499)]
    assert tab.table.currentIndex().row() == 4000
    top, bottom = tab.table.rowAt(0), tab.table.rowAt(tab.table.viewport().height() - 1)
    assert top <= 4000 <= bottom
    settle(100)
    assert sorted(many_layer.selectedFeatureIds()) == [4001, 4002, 4500]
    many_layer.removeSelection()
    assert tab.table.selected_runs() == []


def test_the_selection_does_not_go_round_in_circles(tab, found_layer):
    told = []
    found_layer.selectionChanged.connect(lambda *_: told.append("layer"))
    select_rows(tab, 2)
    found_layer.selectByIds([1, 2])
    settle(200)
    assert told == ["layer", "layer"]


def test_what_is_selected_in_very_many_places_comes_to_the_top(tab, many_layer, monkeypatch):
    monkeypatch.setattr(selection_link, "_RUNS_AT_MOST", 100)
    many_layer.selectByIds(list(range(2, 5001, 2)))
    assert tab.table.selected_runs() == [(0, 2499)]
    assert tab.table.selected_ids().tolist() == list(range(2, 5001, 2))
    assert sorted(tab.table.rows.order.tolist()) == list(range(1, 5001))
    assert tab.table.rows.positions(np.array([2, 1])).tolist() == [0, 2500]
    settle(100)
    assert len(many_layer.selectedFeatureIds()) == 2500
    sort(tab, "incidence_angle")
    assert tab.table.selected_ids().tolist() == list(range(5000, 0, -2))


def test_a_selection_made_before_is_taken_over(tab, footprints, geopackage):
    store.write_table(geopackage, "index", footprints.answer())
    layer = store.open_table(geopackage, "index")
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([3])
    tab.controller.show(rows_found(geopackage, "index"), layer)
    assert tab.table.selected_ids().tolist() == [3]
    QgsProject.instance().clear()


def test_ids_that_are_not_in_the_table_are_left_alone(tab, found_layer):
    some = rows_found(tab.table.rows._found.path, "index", "fid IN (2, 5)")
    tab.controller.show(some, found_layer)
    found_layer.selectByIds([1, 5, 6])
    assert tab.table.selected_ids().tolist() == [5]


def test_the_footprint_shows_while_the_mouse_is_on_its_row(tab, found_layer, toolbox):
    hover(tab, 0)
    assert band(toolbox).asGeometry().boundingBox() == QgsRectangle(0, 0, 10, 10)
    hover(tab, 3)
    assert band(toolbox).numberOfVertices() == 0
    hover(tab, 1)
    assert band(toolbox).numberOfVertices() > 0
    hover(tab, -1)
    assert band(toolbox).numberOfVertices() == 0


def test_the_footprint_shows_in_the_projection_of_the_map(tab, found_layer, toolbox):
    toolbox.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:49910"))
    hover(tab, 0)
    width = band(toolbox).asGeometry().boundingBox().width()
    assert width == pytest.approx(3396190 * 3.14159265 / 18, rel=1e-6)


def test_on_another_body_no_footprint_shows(tab, found_layer, toolbox, messages):
    toolbox.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:30100"))
    hover(tab, 0)
    assert band(toolbox).numberOfVertices() == 0
    before = toolbox.canvas.extent()
    tab.table.row_zoomed.emit(0)
    assert toolbox.canvas.extent() == before
    assert "no footprint" in messages()


def test_a_double_click_zooms_to_the_footprint(tab, found_layer, toolbox):
    place = tab.table.visualRect(tab.table.rows.index(0, 0)).center()
    buttons, plain = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(tab.table.viewport(), buttons, plain, place)
    QTest.mouseDClick(tab.table.viewport(), buttons, plain, place)
    seen = toolbox.canvas.extent()
    assert seen.contains(QgsRectangle(0, 0, 10, 10))
    assert seen.height() < 30


def test_enter_zooms_to_the_current_footprint(tab, found_layer, toolbox):
    tab.table.go_to(4)
    QTest.keyClick(tab.table, Qt.Key.Key_Return)
    assert toolbox.canvas.extent().contains(QgsRectangle(20, 0, 30, 10))


def test_a_zoom_over_the_antimeridian_does_not_show_the_world(tab, found_layer, toolbox):
    tab.table.row_zoomed.emit(1)
    seen = toolbox.canvas.extent()
    assert seen.width() < 60
    assert seen.contains(QgsRectangle(170, 0, 180, 10)) or seen.contains(
        QgsRectangle(-180, 0, -170, 10)
    )


def test_the_table_outlives_its_layer(tab, found_layer, toolbox, footprints):
    found_layer.selectByIds([1])
    QgsProject.instance().removeMapLayer(found_layer)
    assert cells(tab, "product_id") == list(footprints.ids)
    select_rows(tab, 1, 2)
    assert count(tab) == "6 products · 2 selected"
    hover(tab, 0)
    assert band(toolbox).numberOfVertices() > 0
    trigger(tab, "resultsAddLayer")
    (layer,) = QgsProject.instance().mapLayers().values()
    assert layer.featureCount() == 2
    assert layer.temporalProperties().isActive()


def test_a_table_that_has_gone_is_told_once(tab, found_layer, geopackage, messages):
    path = tab.table.rows._found.path
    QgsProject.instance().clear()
    store.remove_table(path, "index")
    tab.table.rows.show_columns(tab.table.rows.columns)
    assert cells(tab, "product_id") == [""] * 6
    assert messages().count("cannot be read") == 1


def test_clearing_leaves_nothing_behind(tab, found_layer, toolbox):
    select_rows(tab, 1)
    hover(tab, 1)
    tab.controller.clear()
    assert tab.table.rows.rowCount() == 0
    assert band(toolbox).numberOfVertices() == 0
    assert not action(tab, "resultsCopyIds").isEnabled()
    assert find(tab, "resultsFacts").toPlainText() == ""


def test_unloading_takes_the_footprint_off_the_map(toolbox, footprints, geopackage):
    store.write_table(geopackage, "index", footprints.answer())
    view = ResultsTab()
    controller = ResultsController(toolbox, view)
    controller.load()
    view.controller = controller
    layer = put(view, geopackage)
    controller.unload()
    bands = [each for each in toolbox.canvas.scene().items() if isinstance(each, QgsRubberBand)]
    assert bands == []
    layer.selectByIds([1])
    assert view.table.selected_runs() == []
    QgsProject.instance().clear()
    view.deleteLater()


def test_every_column_can_be_shown_and_that_is_remembered(tab, found_layer, footprints):
    shown = [each.name for each in tab.table.rows.columns]
    assert "NOTE" not in shown
    menu = tab.table.column_menu()
    listed = {each.toolTip().splitlines()[-1]: each for each in menu.actions()}
    assert {"NOTE", "Bahnhöhe", "geometry_source", *shown} <= set(listed)
    listed["NOTE"].trigger()
    assert cells(tab, "NOTE")[0] == "naïve"
    listed["phase_angle"].trigger()
    tab.controller.show(tab.table.rows._found, found_layer)
    shown = [each.name for each in tab.table.rows.columns]
    assert "NOTE" in shown
    assert "phase_angle" not in shown


def test_the_last_column_stays(tab, found_layer):
    for each in tab.table.rows.columns[1:]:
        tab.table.column_toggled.emit(each.name, False)
    (column,) = tab.table.rows.columns
    checked = [each for each in tab.table.column_menu().actions() if each.isChecked()]
    assert [each.isEnabled() for each in checked] == [False]
    assert column.name == "product_id"


def test_facts_of_the_current_product_are_shown(tab, found_layer):
    tab.table.go_to(0)
    facts = find(tab, "resultsFacts").toPlainText()
    assert "equator" in facts
    assert "2010-01-01 00:00:00 UTC" in facts
    assert "Incidence 10.0°" in facts
    assert "Phase" not in facts
    assert find(tab, "resultsThumbnail").text() == "No browse image"


def test_actions_say_which_products_they_take(tab, found_layer):
    assert "all products" in action(tab, "resultsCopyIds").text()
    select_rows(tab, 0, 1)
    assert "2 selected products" in action(tab, "resultsCopyIds").text()
    assert "2 selected products" in action(tab, "resultsCopyIds").toolTip()


def test_ids_go_to_the_clipboard(tab, found_layer):
    select_rows(tab, 4, 0)
    trigger(tab, "resultsCopyIds")
    assert QGuiApplication.clipboard().text() == "equator\ninstant\n"


def test_many_ids_are_read_in_a_task_and_keep_their_order(tab, many_layer):
    sort(tab, "incidence_angle")
    trigger(tab, "resultsCopyIds")
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == [f"P{number:06d}" for number in range(4999, -1, -1)]


def test_what_the_table_does_not_name_cannot_be_opened(tab, found_layer):
    for name in ("resultsOpenLabel", "resultsDownload", "resultsLoadRaster"):
        assert not action(tab, name).isEnabled()
        assert "names no" in action(tab, name).toolTip()


def test_downloads_and_rasters_are_handed_on(tab, many_layer):
    wanted = {"download": [], "raster": []}
    tab.controller.download_requested.connect(wanted["download"].extend)
    tab.controller.raster_requested.connect(wanted["raster"].extend)
    select_rows(tab, 7, 9)
    trigger(tab, "resultsDownload")
    trigger(tab, "resultsLoadRaster")
    assert wanted["download"] == [(f"P00000{n}", f"{URL}/P00000{n}.IMG") for n in (7, 9)]
    files = [(f"{URL}/P00000{n}.IMG", f"{URL}/P00000{n}.LBL") for n in (7, 9)]
    assert wanted["raster"] == files


@pytest.mark.parametrize(("rows", "answer", "opened"), [(2, None, 2), (6, "No", 0), (6, "Yes", 6)])
def test_labels_are_opened_many_only_after_a_question(
    tab, many_layer, monkeypatch, rows, answer, opened
):
    urls = []
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: urls.append(url.toString()) or True
    )

    def ask(*_args):
        return getattr(QMessageBox.StandardButton, answer)

    monkeypatch.setattr(QMessageBox, "question", ask)
    select_rows(tab, *range(rows))
    trigger(tab, "resultsOpenLabel")
    assert urls == [f"{URL}/P{n:06d}.LBL" for n in range(opened)]


@pytest.mark.parametrize(
    ("kind", "name", "text"),
    [
        ("Product ids", "ids", "P000003\nP000004\n"),
        ("wget", "urls.txt", f"{URL}/P000003.IMG\n{URL}/P000004.IMG\n"),
        ("ISIS", "images", "P000003.IMG\nP000004.IMG\n"),
    ],
)
def test_lists_are_written(tab, many_layer, monkeypatch, tmp_path, messages, kind, name, text):
    def choose(_parent, _title, _folder, filters):
        return str(tmp_path / name), next(each for each in filters.split(";;") if kind in each)

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    select_rows(tab, 3, 4)
    trigger(tab, "resultsWriteList")
    (written,) = [each for each in tmp_path.iterdir() if each.stem == name.partition(".")[0]]
    assert written.suffix == (".lis" if kind == "ISIS" else ".txt")
    assert written.read_bytes() == text.encode()
    assert "2 lines written" in messages()


def test_a_list_that_cannot_be_written_is_told(tab, many_layer, monkeypatch, tmp_path, messages):
    nowhere = str(tmp_path / "none" / "list.txt")
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *args: (nowhere, args[3].split(";;")[0])
    )
    trigger(tab, "resultsWriteList")
    assert nowhere in messages()


def test_selected_products_become_a_layer_of_their_own(tab, found_layer, messages):
    select_rows(tab, 0, 1)
    trigger(tab, "resultsAddLayer")
    (copy,) = [each for each in QgsProject.instance().mapLayers().values() if each != found_layer]
    assert {feature["product_id"] for feature in copy.getFeatures()} == {"equator", "antimeridian"}
    assert copy.renderer().symbol().color() == found_layer.renderer().symbol().color()
    assert "2 products" in messages()


def test_a_copy_is_of_the_search_that_it_was_asked_of(tab, found_layer, tmp_path):
    action(tab, "resultsAddLayer").trigger()
    put(tab, write_many(tmp_path / "newer.gpkg", 3))
    wait_until(lambda: tab.job_bar.isHidden())
    (copy,) = [
        each
        for each in QgsProject.instance().mapLayers().values()
        if each.providerType() == "memory"
    ]
    assert "Index" in copy.name()
    assert "Bahnhöhe" in copy.fields().names()
    assert copy.featureCount() == 6
    del copy


def test_selected_products_go_into_a_layer_from_the_menu(tab, found_layer, layer_on, messages):
    select_rows(tab, 0, 1)
    trigger(tab, "resultsAddLayer")
    points = layer_on("IAU_2015:49900")
    QgsProject.instance().addMapLayer(points)
    select_rows(tab, 1, 2)
    menu = action(tab, "resultsAddTo").menu()
    menu.aboutToShow.emit()
    (choice,) = menu.actions()
    choice.trigger()
    wait_until(lambda: tab.job_bar.isHidden())
    (copy,) = [
        each
        for each in QgsProject.instance().mapLayers().values()
        if each not in (found_layer, points)
    ]
    names = [feature["product_id"] for feature in copy.getFeatures()]
    assert sorted(names) == ["antimeridian", "equator", "south pole"]
    assert "1 products added" in messages()
    assert "1 were there already" in messages()


def test_without_a_fitting_layer_the_menu_says_so(tab, found_layer):
    menu = action(tab, "resultsAddTo").menu()
    menu.aboutToShow.emit()
    (only,) = menu.actions()
    assert not only.isEnabled()
    assert "Mars" in only.text()


def test_nothing_is_cut_off_in_a_narrow_dock(tab, many_layer):
    select_rows(tab, 1)
    assert tab.minimumSizeHint().width() <= 320
    for name in ("resultsTable", "resultsCount", "resultsThumbnail", "resultsFacts"):
        widget = find(tab, name)
        assert widget.mapTo(tab, widget.rect().topRight()).x() <= 320
    for each in tab.product_actions.all():
        button = find(tab, each.objectName())
        assert button.isVisible()
        assert button.mapTo(tab, button.rect().topRight()).x() <= 320


def test_a_disabled_action_says_why_when_the_mouse_rests_on_it(tab):
    button = find(tab, "resultsCopyIds")
    assert button.toolTip() == action(tab, "resultsCopyIds").toolTip() == "Search first."
