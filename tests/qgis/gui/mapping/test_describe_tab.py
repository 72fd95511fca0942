"""The tab Describe: a description typed, ordered, undone, saved, and the map kept in step."""

from __future__ import annotations

import pytest
from gui_kit import delete_deferred, settle, wait_until
from qgis.core import NULL
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor
from qgis.PyQt.QtTest import QTest
from qgis.PyQt.QtWidgets import QMessageBox, QWidget
from units_kit import HOSTILE, add, fields_map

from planetary_qgis.core.mapping.map_layers import DESCRIPTION, UNIT_POINTS, UNITS
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.mapping.describe.tab import DescribeController
from planetary_qgis.gui.mapping.describe.view import LONGEST_TEXT
from planetary_qgis.gui.mapping.desk import MapDesk

WIDTH = 330


@pytest.fixture
def desk(toolbox, interface):
    return MapDesk(toolbox, JobBar("mapping", interface.mainWindow()))


@pytest.fixture
def tab(desk):
    made = DescribeController(desk)
    made.view.resize(WIDTH, 900)
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


def names(tab):
    units = tab.view.units
    return [units.item(row).text() for row in range(units.count())]


def values(session, column, name=DESCRIPTION):
    return [feature[column] for feature in session.layer(name).getFeatures()]


def describe_all(tab):
    tab.view.missing.click()
    settle(200)


def choose(tab, row):
    tab.view.units.setCurrentRow(row)


def type_into(tab, column, text):
    form = tab.view.form
    if column in form.texts:
        form.texts[column].setPlainText(text)
    elif column in form.lines:
        form.lines[column].setText(text)
    else:
        form.combos[column].setEditText(text)
    form.finish()


def test_without_a_map_it_says_so_and_offers_nothing(tab):
    assert "no geologic map" in tab.view.state.text()
    assert not tab.view.add.isEnabled()
    assert not tab.view.form.isEnabled()


def test_units_of_the_map_get_rows(tab, session):
    assert "(4)" in tab.view.missing.text()
    describe_all(tab)
    assert sorted(values(session, "Unit")) == ["u00", "u01", "u10", "u11"]
    assert not tab.view.missing.isVisible()
    assert len(set(values(session, "RGB"))) == 4


def test_what_is_typed_is_one_undo_step(tab, session):
    describe_all(tab)
    choose(tab, 0)
    fid = tab.view.units.fid
    layer, form = session.layer(DESCRIPTION), tab.view.form
    for column in form.columns[1:]:
        before, steps = layer.getFeature(fid)[column], layer.undoStack().index()
        type_into(tab, column, "Smooth plains")
        assert layer.getFeature(fid)[column] == "Smooth plains"
        assert layer.undoStack().index() == steps + 1
        layer.undoStack().undo()
        assert layer.getFeature(fid)[column] == before
        settle(200)
        widget = form.lines.get(column) or form.combos.get(column) or form.texts[column]
        text = getattr(widget, "toPlainText", getattr(widget, "currentText", None)) or widget.text
        assert text() == ("" if before == NULL else before)


def test_hostile_texts_arrive_and_leave_unharmed(tab, session):
    describe_all(tab)
    choose(tab, 1)
    type_into(tab, "Description", HOSTILE)
    layer = session.layer(DESCRIPTION)
    tab.view.save.click()
    assert HOSTILE in values(session, "Description")
    steps = layer.undoStack().count()
    for row in range(4):
        choose(tab, row)
    tab.view.form.finish()
    assert layer.undoStack().count() == steps


def test_looking_at_texts_of_other_systems_changes_nothing(tab, session):
    layer = session.layer(DESCRIPTION)
    layer.startEditing()
    add(layer, "", Unit="a", UnitName="one\r\ntwo\tthree", Description="x\r\ny\r z")
    add(layer, "", Unit="b", Description="long " * LONGEST_TEXT)
    settle(300)
    steps = layer.undoStack().count()
    for row in (0, 1, 0):
        choose(tab, row)
    tab.view.form.finish()
    assert layer.undoStack().count() == steps
    choose(tab, [tab.view.units.item(row).text() for row in range(2)].index("b"))
    assert tab.view.form.texts["Description"].isReadOnly()


def test_dragging_writes_the_order(tab, session):
    describe_all(tab)
    before = names(tab)
    units = tab.view.units
    fids = [units.item(row).data(Qt.ItemDataRole.UserRole) for row in range(4)]
    units.reordered.emit([fids[2], fids[0], fids[1], fids[3]])
    assert names(tab) == [before[2], before[0], before[1], before[3]]
    order = {f.id(): f["StratOrder"] for f in session.layer(DESCRIPTION).getFeatures()}
    assert [order[fids[n]] for n in (2, 0, 1, 3)] == [1, 2, 3, 4]
    steps = session.layer(DESCRIPTION).undoStack().count()
    units.reordered.emit([fids[2], fids[0], fids[1], fids[3]])
    assert session.layer(DESCRIPTION).undoStack().count() == steps


def test_a_renamed_unit_is_renamed_on_the_map(tab, session):
    describe_all(tab)
    choose(tab, 0)
    type_into(tab, "Unit", "Hp")
    assert "Hp" in values(session, "Unit", UNIT_POINTS)
    assert "u00" not in values(session, "Unit", UNIT_POINTS)


def test_a_symbol_taken_is_refused_and_the_old_one_shown(tab, session, toolbox, monkeypatch):
    told = []
    monkeypatch.setattr(toolbox.reporter, "failed", told.append)
    describe_all(tab)
    choose(tab, 0)
    type_into(tab, "Unit", "u11")
    assert len(told) == 1
    assert "u11" in str(told[0])
    assert tab.view.form.lines["Unit"].text() == "u00"
    assert sorted(values(session, "Unit")) == ["u00", "u01", "u10", "u11"]


def test_saving_keeps_the_chosen_unit_though_its_id_changes(tab, session):
    describe_all(tab)
    choose(tab, 2)
    name = tab.view.form.lines["Unit"].text()
    assert tab.view.save.isVisible()
    tab.view.save.click()
    settle(300)
    assert tab.view.units.fid > 0
    assert tab.view.form.lines["Unit"].text() == name
    assert not tab.view.save.isVisible()


def test_a_unit_in_use_is_not_removed_unasked(tab, session, monkeypatch):
    describe_all(tab)
    choose(tab, 0)
    asked = []

    def no(_parent, _title, text):
        asked.append(text)
        return QMessageBox.StandardButton.No

    monkeypatch.setattr(QMessageBox, "question", no)
    tab.view.remove.click()
    assert "u00" in values(session, "Unit")
    assert "1" in asked[0]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    tab.view.remove.click()
    assert "u00" not in values(session, "Unit")


def test_added_units_have_symbols_and_colours_of_their_own(tab, session):
    for _ in range(3):
        tab.view.add.click()
    assert len(set(values(session, "Unit"))) == 3
    assert len(set(values(session, "RGB"))) == 3
    assert sorted(values(session, "StratOrder")) == [1, 2, 3]


def test_the_map_follows_the_description_when_told(tab, session):
    describe_all(tab)
    units = session.layer(UNITS)
    units.startEditing()
    add(units, "MultiPolygon(((0 0,1 0,1 1,0 0)))", Unit="u00", Notes="mine")
    add(units, "MultiPolygon(((1 1,2 1,2 2,1 1)))", Unit="other", UnitName="kept")
    choose(tab, 0)
    type_into(tab, "UnitName", "Ridged plains")
    tab.view.form.colour.setColor(QColor(10, 20, 30))
    settle(300)
    assert tab.view.apply.isVisible()
    assert "1" in tab.view.behind.text()
    steps = units.undoStack().count()
    tab.view.apply.click()
    found = {f["Unit"]: f for f in units.getFeatures()}
    assert (found["u00"]["UnitName"], found["u00"]["RGB"]) == ("Ridged plains", "10,20,30")
    assert (found["u00"]["Notes"], found["other"]["UnitName"]) == ("mine", "kept")
    assert units.undoStack().count() == steps + 1
    assert not tab.view.apply.isVisible()


def test_a_suggested_colour_is_none_of_the_others(tab, session):
    describe_all(tab)
    choose(tab, 3)
    type_into(tab, "UnitName", "Crater ejecta")
    tab.view.form.suggest.click()
    assert len(set(values(session, "RGB"))) == 4


def test_ages_are_those_of_the_body_and_may_be_queried(tab, session):
    describe_all(tab)
    choose(tab, 0)
    box = tab.view.form.combos["AgeOldest"]
    assert box.findText("Late Hesperian") > 0
    assert box.findText("Late Imbrian") < 0
    type_into(tab, "AgeOldest", "Late Hesperian?")
    assert "Late Hesperian?" in values(session, "AgeOldest")


def test_leaving_a_long_text_writes_it(tab, session):
    describe_all(tab)
    choose(tab, 0)
    text = tab.view.form.texts["Interpretation"]
    text.setFocus()
    QTest.keyClicks(text, "Lava")
    text.left.emit()
    assert "Lava" in values(session, "Interpretation")


def test_the_map_may_go_at_any_time(tab, session, project):
    describe_all(tab)
    choose(tab, 0)
    tab.view.form.texts["Description"].setPlainText("half typed")
    project.clear()
    settle(100)
    assert tab.view.units.count() == 0
    assert not tab.view.form.isEnabled()


def test_nothing_is_cut_off_in_a_narrow_dock(tab, session):
    describe_all(tab)
    choose(tab, 0)
    settle(50)
    assert tab.view.minimumSizeHint().width() <= WIDTH
    for widget in tab.view.findChildren(QWidget):
        if widget.isVisible() and widget.parentWidget() is tab.view:
            assert widget.geometry().right() <= tab.view.width()


def test_what_is_typed_stays_with_its_unit_when_another_is_chosen_at_once(tab, session):
    describe_all(tab)
    units = tab.view.units
    units.setCurrentRow(0)
    settle()
    first, second = (units.item(row).data(Qt.ItemDataRole.UserRole) for row in (0, 1))
    tab.view.form.texts["Description"].setPlainText("of the first")
    units.setCurrentRow(1)
    settle()
    assert units.fid == second
    by_id = {each.id(): each["Description"] for each in session.layer(DESCRIPTION).getFeatures()}
    assert by_id[first] == "of the first"
    assert by_id[second] == NULL
