"""The tab Check: checking in a task, going from finding to finding, mending, ignoring, saving."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from checked_maps import ACROSS, CONTACTS, CROSSES, DANGLE, HOSTILE, draw, held, map_with
from gui_kit import click_and_wait, delete_deferred, find, settle, wait_until
from qgis.core import QgsCoordinateReferenceSystem, QgsProject, QgsRectangle, QgsSettings
from qgis.gui import QgsMapCanvasItem
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtTest import QAbstractItemModelTester, QTest
from qgis.PyQt.QtWidgets import QFileDialog, QInputDialog, QMessageBox
from shapely.geometry import LineString, MultiLineString, Point

from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.mapping.check.marks import FindingMarks
from planetary_qgis.gui.mapping.check.model import FindingsModel
from planetary_qgis.gui.mapping.check.tab import CheckController
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.qgis_bridge.mapping.checks import checking
from planetary_qgis.qgis_bridge.mapping.checks.ignored_findings import ignored_in

OFF = "planetary_qgis/map_checks_off"
_DISPLAY, _TIP = Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole


@pytest.fixture(autouse=True)
def all_checks_on() -> Iterator[None]:
    QgsSettings().remove(OFF)
    yield
    QgsSettings().remove(OFF)


@pytest.fixture
def desk(toolbox, interface) -> Iterator[MapDesk]:
    bar = JobBar("mapping", interface.mainWindow())
    made = MapDesk(toolbox, bar)
    made.load()
    yield made
    made.unload()


@pytest.fixture
def tab(desk: MapDesk) -> Iterator[CheckController]:
    made = CheckController(desk)
    made.view.job_bar = desk.parent()
    made.view.resize(330, 600)
    made.view.show()
    made.load()
    yield made
    if made.marks is not None:
        made.unload()
    made.view.close()
    made.view.deleteLater()
    delete_deferred()


@pytest.fixture
def checked(tab, project, geopackage) -> CheckController:
    """A map with a dangle and two crossings, checked."""
    map_with(geopackage, project, [ACROSS, DANGLE, *CROSSES])
    check(tab)
    return tab


def check(tab: CheckController) -> None:
    settle()
    click_and_wait(tab.view, "checkRun")


def finish(tab: CheckController) -> None:
    wait_until(lambda: not tab.desk.jobs.busy)
    settle()


def titles(tab: CheckController) -> list[str]:
    model = tab.view.tree.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def messages(tab: CheckController) -> list[str]:
    return [each.finding.message for each in tab.view.tree.findings.shown()]


def go_to(tab: CheckController, key: str) -> None:
    """Make the first finding of a check the current one."""
    shown = tab.view.tree.findings.shown()
    tab.view.tree.go_to(next(each for each in shown if each.finding.check == key))


def state(tab: CheckController) -> str:
    label = find(tab.view, "checkState")
    return label.text() if label.isVisibleTo(tab.view) else ""


def is_stale(tab: CheckController) -> bool:
    return find(tab.view, "checkStale").isVisibleTo(tab.view)


def marks_on(canvas) -> list[QgsMapCanvasItem]:
    return [item for item in canvas.scene().items() if isinstance(item, FindingMarks)]


def say_yes(monkeypatch) -> list[str]:
    asked: list[str] = []

    def answer(_parent, _title, question):
        asked.append(question)
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", answer)
    return asked


def give(monkeypatch, reason: str, *, ok: bool = True) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (reason, ok))


def showing(monkeypatch, tab: CheckController, findings: list[Finding]) -> None:
    """Let the next check find these."""
    monkeypatch.setattr(checking, "check_map", lambda *_, **__: list(findings))
    check(tab)


# --- checking


def test_without_a_map_it_says_what_to_do(tab):
    assert "holds no geologic map" in state(tab)
    button = find(tab.view, "checkRun")
    assert not button.isEnabled()
    assert "no geologic map" in button.toolTip()


def test_findings_are_listed_by_check_the_errors_first(checked):
    assert any(title == "Dangling contacts (1)" for title in titles(checked))
    severities = [each.finding.severity for each in checked.view.tree.findings.shown()]
    assert severities == sorted(severities, key=list(Severity).index)
    assert state(checked) == ""
    errors = severities.count(Severity.ERROR)
    assert find(checked.view, "checkShowError").text() == str(errors)


def test_what_is_not_saved_is_checked(checked):
    contacts = checked.desk.session.layer(CONTACTS)
    contacts.startEditing()
    fid = draw(contacts, "LineString(0.5 1,0.7 1.3)")
    check(checked)
    assert any(fid in each.finding.features for each in checked.view.tree.findings.all())
    assert contacts.isEditable()


def test_a_map_without_problems_is_told_so(tab, project, geopackage, monkeypatch):
    map_with(geopackage, project)
    showing(monkeypatch, tab, [])
    assert "No problems found in" in state(tab)
    assert not tab.view.tree.isVisibleTo(tab.view)


def test_only_chosen_checks_run_and_the_choice_is_remembered(tab, project, geopackage):
    map_with(geopackage, project)
    tab.view.choice.actions()[1].trigger()
    settle()
    assert "No check is chosen" in find(tab.view, "checkRun").toolTip()
    boxes = tab.view.choice._boxes
    boxes["dangle"].trigger()
    check(tab)
    assert {each.finding.check for each in tab.view.tree.findings.all()} == {"dangle"}
    again = CheckController(tab.desk)
    assert again.view.choice.chosen() == {"dangle"}
    assert find(tab.view, "checkChoose").text().startswith("1 of ")
    again.view.deleteLater()


def test_steps_go_round_and_show_each_in_full(checked):
    tree = checked.view.tree
    tree.setFocus()
    shown = tree.findings.shown()
    for found in (*shown, shown[0]):
        QTest.keyClick(tree, Qt.Key.Key_N)
        assert tree.current().finding is found.finding
        assert find(checked.view, "checkMessage").text() == found.finding.message[:600]
    QTest.keyClick(tree, Qt.Key.Key_P)
    assert tree.current().finding is shown[-1].finding


def test_a_finding_is_gone_to_at_the_maps_scale_on_the_ground(checked, toolbox):
    canvas = toolbox.canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    canvas.setExtent(QgsRectangle(-90, -90, 90, 90))
    go_to(checked, "dangle")
    checked._go_to_current()
    place = checked.view.tree.current().finding.place
    assert canvas.extent().contains(place.x, place.y)
    settings = canvas.mapSettings()
    # At 1:250,000, a quarter of the map's scale; a degree of Mars's sphere is 59,274.7 m.
    metres = settings.outputSize().width() / settings.outputDpi() * 0.0254 * 250_000
    assert canvas.extent().width() * 59_274.7 == pytest.approx(metres, rel=0.02)
    before = canvas.extent()
    checked._go_to_current()
    assert canvas.extent() == before


def test_a_canvas_in_another_projection_of_the_body_is_moved_too(checked, toolbox):
    canvas = toolbox.canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:49910"))
    canvas.setExtent(QgsRectangle(5e6, 1e6, 6e6, 2e6))
    go_to(checked, "dangle")
    checked._go_to_current()
    place = checked.view.tree.current().finding.place
    middle = canvas.extent().center()
    assert middle.x() / 59_274.7 == pytest.approx(place.x, abs=0.01)
    assert middle.y() / 59_274.7 == pytest.approx(place.y, abs=0.01)


def test_a_canvas_on_another_body_stays_where_it_is(checked, toolbox):
    canvas = toolbox.canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:30100"))
    canvas.setExtent(QgsRectangle(50, 50, 60, 60))
    before = canvas.extent()
    go_to(checked, "dangle")
    checked._go_to_current()
    assert canvas.extent() == before


def test_a_place_on_both_sides_of_the_antimeridian_is_not_the_whole_world(
    tab, project, geopackage, toolbox, monkeypatch
):
    area = "MultiPolygon(((176 0,180 0,180 4,176 4,176 0)),((-180 0,-176 0,-176 4,-180 4,-180 0)))"
    map_with(geopackage, project, ["LineString(176 2,180 2)"], area=area)
    place = MultiLineString([[(179, 2), (180, 2)], [(-180, 2), (-179.5, 2)]])
    there = Finding("overlapping-line", Severity.ERROR, CONTACTS, (1,), place, "Across")
    at_edge = Finding("dangle", Severity.ERROR, CONTACTS, (1,), Point(-180, 2), "Edge")
    showing(monkeypatch, tab, [there, at_edge])
    canvas = toolbox.canvas
    canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    canvas.setExtent(QgsRectangle(-90, -90, 90, 90))
    for found in tab.view.tree.findings.shown():
        tab.view.tree.go_to(found)
        tab._go_to_current()
        assert canvas.extent().width() < 4.0


def test_severities_can_be_hidden(checked):
    shown = len(messages(checked))
    errors = int(find(checked.view, "checkShowError").text())
    go_to(checked, "crossing")
    current = checked.view.tree.current()
    find(checked.view, "checkShowError").click()
    assert len(messages(checked)) == shown - errors
    assert checked.view.tree.current() is current
    for name in ("checkShowWarning", "checkShowNote"):
        find(checked.view, name).click()
    assert "hide all" in state(checked)


def test_what_mappers_wrote_is_never_markup(tab, project, geopackage, monkeypatch):
    map_with(geopackage, project)
    finding = Finding("bad-code", Severity.ERROR, CONTACTS, (1,), None, HOSTILE, HOSTILE)
    showing(monkeypatch, tab, [finding])
    tab.view.tree.step(1)
    tip = tab.view.tree.currentIndex().data(_TIP)
    assert "<b>" not in tip
    assert "&lt;b&gt;bold" in tip
    label = find(tab.view, "checkMessage")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert "\n" not in tab.view.tree.currentIndex().data(_DISPLAY)


def test_a_huge_attribute_does_not_blow_up_the_tab(tab, project, geopackage, monkeypatch):
    map_with(geopackage, project)
    finding = Finding("bad-code", Severity.ERROR, CONTACTS, (1,), None, "x " * 5_000_000)
    showing(monkeypatch, tab, [finding])
    tab.view.tree.step(1)
    assert len(tab.view.tree.currentIndex().data(_TIP)) < 10_000
    assert tab.view.sizeHint().height() < 2_000


def test_many_thousands_are_a_model_without_widgets(tab, project, geopackage, monkeypatch):
    map_with(geopackage, project)
    many = [
        Finding("short-line", Severity.WARNING, CONTACTS, (n,), Point(n % 97, n % 89), f"No. {n}")
        for n in range(20_000)
    ]
    showing(monkeypatch, tab, many)
    before = len(tab.view.tree.findChildren(object))
    tab.view.tree.expandAll()
    settle()
    assert titles(tab) == ["Short lines (20,000)"]
    tab.view.tree.step(-1)
    assert tab.view.tree.current().finding is many[-1]
    assert len(tab.view.tree.findChildren(object)) <= before + 5


def test_the_model_keeps_qts_rules(qgis_app):
    model = FindingsModel()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Fatal, model
    )
    line = LineString([(0, 0), (1, 1)])
    findings = [
        Finding("dangle", Severity.ERROR, CONTACTS, (n,), line, f"No. {n}", size=n * 10.0)
        for n in range(5)
    ] + [Finding("gap", Severity.NOTE, "", (), None, "Gap", size=3e6)]
    model.show(findings, {})
    model.remove(findings[:2])
    model.mark(model.all()[0].key, "because")
    model.filter([Severity.ERROR], ignored=True)
    model.filter([], ignored=False)
    assert model.rowCount() == 0
    model.filter(list(Severity), ignored=False)
    gap = model.index_of(model.all()[-1])
    assert gap.siblingAtColumn(1).data() == "3 km²"
    assert tester is not None


# --- mending


def test_a_fix_takes_its_finding_off_the_list_and_undo_tells_of_change(checked):
    contacts = checked.desk.session.layer(CONTACTS)
    before, listed = held(contacts), len(messages(checked))
    go_to(checked, "crossing")
    fixed = checked.view.tree.current().finding
    click_and_wait(checked.view, "checkFix")
    assert len(messages(checked)) == listed - 1
    assert fixed not in [each.finding for each in checked.view.tree.findings.all()]
    assert contacts.isEditable()
    assert len(held(contacts)) == len(before) + 2
    assert not is_stale(checked)
    assert checked.view.tree.current() is not None
    contacts.undoStack().undo()
    assert held(contacts) == before
    assert is_stale(checked)
    check(checked)
    assert len(messages(checked)) == listed
    assert not is_stale(checked)


def test_all_of_a_kind_are_fixed_in_one_step_after_a_question(checked, monkeypatch):
    asked = say_yes(monkeypatch)
    contacts = checked.desk.session.layer(CONTACTS)
    before = held(contacts)
    go_to(checked, "crossing")
    click_and_wait(checked.view, "checkFixAll")
    assert "2 findings" in asked[0]
    assert not any(each.finding.check == "crossing" for each in checked.view.tree.findings.all())
    assert contacts.undoStack().count() == 1
    check(checked)
    assert not any("crossing" in title.lower() for title in titles(checked))
    contacts.undoStack().undo()
    assert held(contacts) == before


def test_what_no_fix_is_safe_for_says_so(checked):
    go_to(checked, "dangle")
    button = find(checked.view, "checkFix")
    assert not button.isEnabled()
    assert "mapper must decide" in button.toolTip()


def test_a_map_that_changes_meanwhile_is_not_fixed(checked, messages_shown):
    contacts = checked.desk.session.layer(CONTACTS)
    contacts.startEditing()
    go_to(checked, "crossing")
    find(checked.view, "checkFix").click()
    draw(contacts, "LineString(0 3.5,4 3.5)")
    before = held(contacts)
    finish(checked)
    assert held(contacts) == before
    assert "changed while" in messages_shown()


@pytest.fixture
def messages_shown(messages) -> Callable[[], str]:
    return messages


def test_a_fix_that_is_not_needed_any_more_is_told(checked, messages_shown):
    contacts = checked.desk.session.layer(CONTACTS)
    contacts.startEditing()
    contacts.deleteFeatures([3, 4])
    assert is_stale(checked)
    before = held(contacts)
    go_to(checked, "crossing")
    click_and_wait(checked.view, "checkFix")
    assert held(contacts) == before
    assert "Check it again" in messages_shown()


# --- ignoring


def test_an_ignored_finding_goes_and_comes_back(checked, monkeypatch, geopackage):
    give(monkeypatch, HOSTILE)
    listed = len(messages(checked))
    go_to(checked, "dangle")
    message = checked.view.tree.current().finding.message
    click_and_wait(checked.view, "checkIgnore")
    assert list(ignored_in(geopackage).values()) == [HOSTILE.strip()]
    assert message not in messages(checked)
    check(checked)
    assert message not in messages(checked)
    assert find(checked.view, "checkShowIgnored").text() == "1"
    find(checked.view, "checkShowIgnored").click()
    assert len(messages(checked)) == listed
    go_to(checked, "dangle")
    index = checked.view.tree.currentIndex()
    assert index.data(Qt.ItemDataRole.FontRole).strikeOut()
    assert HOSTILE[:20] in find(checked.view, "checkReason").text()
    assert find(checked.view, "checkIgnore").text() == "Count Again"
    click_and_wait(checked.view, "checkIgnore")
    assert ignored_in(geopackage) == {}
    assert find(checked.view, "checkShowIgnored").text() == "0"


@pytest.mark.parametrize(("reason", "ok"), [("  ", True), ("why", False)])
def test_without_a_reason_nothing_is_ignored(checked, monkeypatch, geopackage, reason, ok):
    give(monkeypatch, reason, ok=ok)
    listed = messages(checked)
    go_to(checked, "dangle")
    find(checked.view, "checkIgnore").click()
    finish(checked)
    assert ignored_in(geopackage) == {}
    assert messages(checked) == listed


def test_all_ignored_is_a_success(tab, project, geopackage, monkeypatch):
    map_with(geopackage, project)
    one = Finding("dangle", Severity.ERROR, CONTACTS, (1,), Point(1, 1), "One")
    showing(monkeypatch, tab, [one])
    give(monkeypatch, "meant")
    tab.view.tree.step(1)
    click_and_wait(tab.view, "checkIgnore")
    assert "No problems found" in state(tab)
    assert "Ignored with a reason: 1." in state(tab)


# --- the map changes, goes, or is saved


def test_edits_make_results_stale_until_checked_again(checked):
    contacts = checked.desk.session.layer(CONTACTS)
    contacts.startEditing()
    assert not is_stale(checked)
    draw(contacts, "LineString(0 3.5,4 3.5)")
    assert is_stale(checked)
    click_and_wait(checked.view, "checkAgain")
    assert not is_stale(checked)
    contacts.rollBack()
    assert is_stale(checked)


def test_a_layer_that_goes_makes_results_stale(checked):
    session = checked.desk.session
    checked.desk.toolbox.project.removeMapLayer(session.layer("unit_points").id())
    settle()
    assert is_stale(checked)
    assert titles(checked)


def test_results_go_with_the_map(checked, toolbox):
    toolbox.canvas.setDestinationCrs(QgsCoordinateReferenceSystem("IAU_2015:49900"))
    go_to(checked, "dangle")
    checked._go_to_current()
    assert checked.marks.isVisible()
    QgsProject.instance().clear()
    settle()
    assert "holds no geologic map" in state(checked)
    assert not titles(checked)
    assert not checked.marks.isVisible()
    assert not find(checked.view, "checkReport").isEnabled()


def test_a_map_that_goes_while_it_is_checked_leaves_nothing(tab, project, geopackage):
    map_with(geopackage, project)
    settle()
    find(tab.view, "checkRun").click()
    project.clear()
    finish(tab)
    assert not titles(tab)


def test_unloading_takes_everything_off_the_map(checked, toolbox):
    contacts = checked.desk.session.layer(CONTACTS)
    assert len(marks_on(toolbox.canvas)) == 1
    checked.unload()
    assert not marks_on(toolbox.canvas)
    contacts.startEditing()
    draw(contacts, DANGLE)
    assert not checked.desk.jobs.busy


def test_unloading_while_a_check_runs(tab, desk, project, geopackage):
    map_with(geopackage, project)
    settle()
    find(tab.view, "checkRun").click()
    tab.unload()
    wait_until(lambda: not desk.jobs.busy)
    assert not titles(tab)


def test_the_report_is_saved_and_opened(checked, monkeypatch, tmp_path):
    path, opened = tmp_path / "report.html", []
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    find(checked.view, "checkReport").click()
    assert [url.toLocalFile() for url in opened] == [str(path)]
    assert "Dangling contacts" in path.read_text(encoding="utf-8")


def test_findings_become_a_layer_beside_what_a_file_holds_already(checked, monkeypatch, tmp_path):
    path = tmp_path / "findings.gpkg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    for _ in range(2):
        find(checked.view, "checkSave").click()
    layers = [
        layer
        for layer in checked.desk.toolbox.project.mapLayers().values()
        if "findings.gpkg" in layer.source()
    ]
    assert sorted(layer.source().rpartition("=")[2] for layer in layers) == [
        "findings",
        "findings 2",
    ]
    for layer in layers:
        assert layer.featureCount() == len(messages(checked))
        assert layer.crs().authid() == "IAU_2015:49900"
        assert layer.renderer().type() == "categorizedSymbol"


def test_a_file_that_cannot_be_written_is_told(checked, monkeypatch, tmp_path, messages_shown):
    path = tmp_path / "nowhere" / "findings.gpkg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    find(checked.view, "checkSave").click()
    assert "cannot be" in messages_shown()


def test_it_fits_a_narrow_dock(checked):
    go_to(checked, "dangle")
    assert checked.view.minimumSizeHint().width() <= 330
