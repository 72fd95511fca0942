"""The tab Units: from drawn lines to polygons, and what a mapper reads and clicks there."""

from __future__ import annotations

import pytest
from gui_kit import delete_deferred, find, settle, wait_until
from qgis.core import QgsRectangle
from qgis.PyQt.QtCore import QItemSelectionModel, Qt
from qgis.PyQt.QtWidgets import QApplication
from units_kit import add, describe, fields_map, state, unit_at

from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.gui.mapping.units.tab import UnitsController

WIDTH = 330


@pytest.fixture
def desk(toolbox, interface):
    bar = JobBar("mapping", interface.mainWindow())
    return MapDesk(toolbox, bar)


@pytest.fixture
def tab(desk):
    made = UnitsController(desk)
    made.view.resize(WIDTH, 640)
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
def session(tab, desk, project, tmp_path):
    made = fields_map(tmp_path / "Kärte.gpkg", project)
    wait_until(lambda: desk.session is not None)
    return made


def build(tab, desk):
    assert tab.view.build.isEnabled(), tab.view.build.toolTip()
    tab.view.build.click()
    wait_until(lambda: not desk.jobs.busy)
    settle(400)


def shown(tab):
    model = tab.view.table.model()
    return [
        [model.index(row, column).data() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def problems(tab):
    model = tab.view.problems.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_without_a_map_it_says_so_and_offers_nothing(tab):
    assert "no geologic map" in tab.view.state.text()
    assert not tab.view.build.isEnabled()
    assert not tab.view.live.isEnabled()
    assert tab.view.describe.isHidden()


def test_a_build_is_told_and_summed_up(tab, desk, session):
    describe(session, "u00", UnitName="Plains", UnitLabel="p₁", RGB="200,10,10", StratOrder=2)
    describe(session, "u11", UnitName="Crater", UnitLabel="c", RGB="10,200,10", StratOrder=1)
    build(tab, desk)
    assert tab.view.result.text().startswith("4 units of 4 kinds, no problems.")
    assert problems(tab) == []
    rows = shown(tab)
    assert [row[0] for row in rows] == ["c", "p₁", "u01", "u10"]
    assert rows[0][1] == "Crater"
    # A field of 2° × 2° on Mars's sphere: R² · Δlon · (sin lat₂ − sin lat₁) is 14,045 km² or so.
    assert [row[2] for row in rows] == ["1"] * 4
    assert all(13_900 < float(row[3].replace(",", "")) < 14_100 for row in rows)
    assert rows[1][4] == "25.0"


def test_the_units_wait_to_be_saved_and_can_be_undone(tab, desk, session):
    units = session.layer("geologic_units")
    build(tab, desk)
    assert "not saved yet" in tab.view.unsaved.text()
    units.undoStack().undo()
    settle(400)
    assert shown(tab) == []
    units.undoStack().redo()
    settle(400)
    tab.view.save.click()
    settle(400)
    assert tab.view.unsaved.isHidden()
    assert tab.view.save.isHidden()
    assert units.isEditable()
    assert len(state(units)) == 4


def test_edits_by_hand_get_a_word_before_a_build(tab, desk, session):
    units = session.layer("geologic_units")
    units.startEditing()
    add(units, "MultiPolygon(((0 0,1 0,1 1,0 0)))", Unit="mine")
    settle(400)
    assert "edits of yours" in tab.view.unsaved.text()


def test_problems_are_listed_and_shown_on_the_map(tab, desk, session, toolbox):
    points, contacts = session.layer("unit_points"), session.layer("geologic_contacts")
    points.startEditing()
    add(points, "Point(0.5 0.5)", Unit="other")
    contacts.startEditing()
    add(contacts, "LineString(3 3,3.5 3.5)")
    toolbox.canvas.setDestinationCrs(contacts.crs())
    toolbox.canvas.setExtent(QgsRectangle(-100, -80, 100, 80))
    build(tab, desk)
    listed = problems(tab)
    assert any("u00" in each and "other" in each for each in listed)
    index = tab.view.problems.model().index(0, 0)
    assert not index.data(Qt.ItemDataRole.DecorationRole).isNull()
    tab.view.problems.clicked.emit(index)
    assert toolbox.canvas.extent().width() < 20


def test_an_edit_makes_the_result_old(tab, desk, session):
    build(tab, desk)
    assert tab.view.state.isHidden()
    contacts = session.layer("geologic_contacts")
    contacts.startEditing()
    add(contacts, "LineString(0 1,2 1)")
    settle(400)
    assert "edited since" in tab.view.state.text()
    build(tab, desk)
    assert tab.view.state.isHidden()
    assert len(state(session.layer("geologic_units"))) == 5


def test_missing_units_are_described(tab, desk, session):
    describe(session, "u00", UnitName="Plains", RGB="200,10,10")
    settle(400)
    assert "3 Missing Units" in tab.view.describe.text()
    build(tab, desk)
    tab.view.describe.click()
    wait_until(lambda: not desk.jobs.busy)
    settle(400)
    description, units = session.layer("description_of_map_units"), session.layer("geologic_units")
    assert {each["Unit"] for each in description.getFeatures()} == {"u00", "u01", "u10", "u11"}
    assert description.undoStack().count() == 1
    assert len({each["RGB"] for each in description.getFeatures()}) == 4
    assert tab.view.describe.isHidden()
    assert unit_at(units, 1, 3)["RGB"] != ""
    assert {each["RGB"] for each in units.getFeatures()} == {
        each["RGB"] for each in description.getFeatures()
    }


def test_rows_select_polygons(tab, desk, session):
    build(tab, desk)
    units, table = session.layer("geologic_units"), tab.view.table
    flags = (
        QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
    )
    table.selectionModel().select(table.model().index(1, 0), flags)
    assert units.selectedFeatureIds() == [unit_at(units, 1, 3).id()]
    assert table.chosen() == ["u01"]


def test_a_map_that_goes_while_units_are_built_is_no_trouble(tab, desk, session, project):
    tab.view.build.click()
    project.clear()
    wait_until(lambda: not desk.jobs.busy)
    settle(50)
    assert desk.session is None
    assert "no geologic map" in tab.view.state.text()
    assert shown(tab) == []


def test_a_units_layer_that_is_removed_gets_a_word(tab, desk, session, project, messages):
    build(tab, desk)
    project.removeMapLayer(session.layer("geologic_units").id())
    settle(50)
    assert shown(tab) == []
    tab.view.build.click()
    assert "no layer" in messages()


def test_a_file_that_is_gone_is_told_or_built_from_what_is_open(tab, desk, session, messages):
    session.geopackage.unlink()
    tab.view.build.click()
    wait_until(lambda: not desk.jobs.busy)
    settle(400)
    assert tab.view.result.text() or messages()
    assert tab.view.build.isEnabled() or "no geologic map" in tab.view.state.text()


def test_nothing_is_cut_off_in_a_narrow_dock(tab, desk, session):
    points = session.layer("unit_points")
    points.startEditing()
    add(points, "Point(0.5 0.5)", Unit="a unit with quite a long name indeed")
    build(tab, desk)
    tab.view.resize(300, 500)
    settle(50)
    assert tab.view.minimumSizeHint().width() <= 300
    for name in ("unitsBuild", "unitsLive", "unitsDescribe", "unitsProblems", "unitsTable"):
        widget = find(tab.view, name)
        assert widget.mapTo(tab.view, widget.rect().topRight()).x() <= 300
    QApplication.processEvents()


def go_live(tab, desk):
    tab.view.live.setChecked(True)
    wait_until(lambda: not desk.jobs.busy)
    settle(300)
    assert tab.view.live.isChecked()


def test_live_mode_follows_edits_until_it_is_switched_off(tab, desk, session):
    units, contacts = session.layer("geologic_units"), session.layer("geologic_contacts")
    go_live(tab, desk)
    assert tab.view.result.text().startswith("4 units of 4 kinds, no problems.")
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    settle(1000)
    assert tab.view.result.text().startswith("5 units of 4 kinds, 1 problem")
    assert len(problems(tab)) == 1
    assert tab.view.state.isHidden()
    tab.view.build.click()
    wait_until(lambda: not desk.jobs.busy)
    settle(300)
    assert tab.view.live.isChecked()
    tab.view.live.setChecked(False)
    add(contacts, "LineString(0 3,2 3)")
    settle(1000)
    assert len(state(units)) == 5
    assert "edited since" in tab.view.state.text()


def test_live_mode_ends_with_the_map_and_says_so(tab, desk, session, project, messages):
    go_live(tab, desk)
    project.clear()
    settle(50)
    assert not tab.view.live.isChecked()
    assert not tab.view.live.isEnabled()
    assert "ive" in messages()


def test_unloading_in_live_mode_leaves_the_layers_alone(desk, session, tab):
    contacts, units = session.layer("geologic_contacts"), session.layer("geologic_units")
    go_live(tab, desk)
    tab.unload()
    contacts.startEditing()
    add(contacts, "LineString(0 1.5,2 1.5)")
    settle(600)
    assert len(state(units)) == 4
    tab.load()


def test_a_live_build_that_is_cancelled_is_off_again(tab, desk, session):
    tab.view.live.setChecked(True)
    desk.jobs.cancel()
    wait_until(lambda: not desk.jobs.busy)
    settle(50)
    built = len(state(session.layer("geologic_units")))
    assert tab.view.live.isChecked() == (built == 4)


def test_a_mappers_own_style_is_kept(tab, desk, session):
    units = session.layer("geologic_units")
    describe(session, "u00", UnitName="Plains", RGB="200,10,10")
    build(tab, desk)
    colours = [category.symbol().color().name() for category in units.renderer().categories()]
    assert "#c80a0a" in colours
    description = session.layer("description_of_map_units")
    description.startEditing()
    (fid,) = description.allFeatureIds()
    rgb = description.fields().lookupField("RGB")
    description.changeAttributeValue(fid, rgb, "10,10,200")
    build(tab, desk)
    colours = [category.symbol().color().name() for category in units.renderer().categories()]
    assert "#0a0ac8" in colours
    description.changeAttributeValue(fid, rgb, "10,200,10")
    settle(500)
    colours = [category.symbol().color().name() for category in units.renderer().categories()]
    assert "#0ac80a" in colours
    own = units.renderer().clone()
    own.updateCategoryLabel(0, "My own words")
    units.setRenderer(own)
    description.changeAttributeValue(fid, rgb, "200,10,10")
    build(tab, desk)
    assert units.renderer().categories()[0].label() == "My own words"
