"""What stands behind the tab Check."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QObject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.checks.catalogue import CHECKS
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.gui.mapping.check.changes import MapChanges
from planetary_qgis.gui.mapping.check.ignoring import FindingIgnoring
from planetary_qgis.gui.mapping.check.marks import FindingMarks
from planetary_qgis.gui.mapping.check.mending import FindingMending
from planetary_qgis.gui.mapping.check.saving import FindingSaving
from planetary_qgis.gui.mapping.check.view import CheckView
from planetary_qgis.gui.mapping.desk import MapDesk
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.checks.checking import CheckedMap


class CheckController(QObject):
    """Checks the map in a task, lists what is found, goes there, and lets it be mended."""

    def __init__(self, desk: MapDesk) -> None:
        self.view = CheckView()
        super().__init__(self.view)
        self.desk = desk
        self.checked: CheckedMap | None = None
        self.session: MapSession | None = None
        self.changes = MapChanges(desk.toolbox.project, self)
        self.marks: FindingMarks | None = None
        self._mending = FindingMending(self)
        self._ignoring = FindingIgnoring(self)
        self._saving = FindingSaving(self)
        self._parts = (self._mending, self._ignoring, self._saving)

    def load(self) -> None:
        self.marks = FindingMarks(self.desk.toolbox.canvas)
        for signal, slot in self._connections():
            signal.connect(slot)
        self._tell_chosen()
        self._follow()

    def unload(self) -> None:
        for signal, slot in self._connections():
            signal.disconnect(slot)
        self.changes.follow(None)
        self.marks.close()
        self.marks = self.checked = self.session = None

    def check(self) -> None:
        """Check the map as it is now, unsaved edits included."""
        from planetary_qgis.qgis_bridge.mapping.checks import checking

        session = self.desk.session
        if session is None or self.desk.jobs.busy or not self.view.choice.chosen():
            return
        try:
            subject = checking.session_to_check(session)
        except PlanetaryError as error:
            self.desk.toolbox.reporter.failed(error)
            return
        keys, before = self.view.choice.chosen(), self.changes.count
        self.desk.jobs.start(
            self.tr("Checking the map…"),
            lambda feedback: checking.check(subject, keys=keys, feedback=feedback),
            partial(self._take, session, before),
        )

    def refresh(self) -> None:
        """Show what the list holds by now, on the map too."""
        view, findings = self.view, self.view.tree.findings
        view.show_counts({each: findings.count(each) for each in (*Severity, None)})
        there = self.checked is not None and bool(findings.all())
        view.show_list(there)
        view.tell_state(self._state())
        if self.checked is not None:
            self.marks.show_found(findings.shown(), self.checked.crs)
        else:
            self.marks.clear()
        self._show_current()

    def forget(self) -> None:
        """Show no results any more."""
        self.checked = None
        self.view.tree.findings.show((), {})
        self.view.tell_stale(False)
        self.refresh()

    def allow(self) -> None:
        """Enable what can be done now; say of the rest why not."""
        busy = self.tr("Another job is running.") if self.desk.jobs.busy else ""
        no_map = "" if self.desk.session else self.tr("The project holds no geologic map.")
        none = "" if self.view.choice.chosen() else self.tr("No check is chosen.")
        nothing = "" if self.checked else self.tr("Check the map first.")
        self.view.allow(check=no_map or busy or none, results=nothing or busy)
        found, shown = self.view.tree.current(), self.view.tree.findings.shown()
        choose = self.tr("Choose a finding in the list.")
        self.view.details.allow(
            step="" if shown else self.tr("No finding is listed."),
            fix=busy or (self._mending.reason_against(found) if found else choose),
            fix_all=busy or self._mending.reason_against_all(self.view.tree.current_check()),
            ignore=busy or ("" if found else choose),
        )
        self._mending.tell_kind()

    def _connections(self) -> tuple[tuple, ...]:
        desk, view = self.desk, self.view
        own = (
            (desk.session_changed, self._follow),
            (desk.jobs.busy_changed, self._on_busy),
            (desk.toolbox.canvas.destinationCrsChanged, self._on_canvas_crs),
            (self.changes.changed, self._on_changed),
            (view.check_wanted, self.check),
            (view.filter_changed, self._filter),
            (view.choice.changed, self._tell_chosen),
            (view.tree.current_changed, self._show_current),
            (view.tree.place_wanted, self._go_to_current),
            (view.details.step_wanted, view.tree.step),
        )
        return (*own, *(each for part in self._parts for each in part.connections()))

    def _follow(self) -> None:
        """Results are of one map; they go with it."""
        self.changes.follow(self.desk.session)
        if self.session is not None and self.session != self.desk.session:
            self.session = None
            self.forget()
        else:
            self.refresh()

    def _take(self, session: MapSession, before: int, checked: CheckedMap) -> None:
        if session != self.desk.session or self.marks is None:
            return
        self.checked, self.session = checked, session
        self.marks.ring(None)
        self._filter_quietly()
        self.view.tree.findings.show(checked.findings, checked.ignored)
        self.view.tree.unfold()
        self.view.tell_stale(self.changes.count != before)
        self.refresh()

    def _state(self) -> str:
        if self.desk.session is None:
            return self.tr("The project holds no geologic map. Make or open one in the tab Map.")
        if self.checked is None:
            return self.tr(
                "Checks look for what is wrong on the map: lines that dangle or cross, gaps and "
                "overlaps, the same unit on both sides of a contact, wrong codes, units that are "
                "not described. Unsaved edits are looked at, too."
            )
        findings = self.view.tree.findings
        if findings.count(None) == len(findings.all()):
            return self._success(findings.count(None))
        return "" if findings.shown() else self.tr("The buttons above hide all findings.")

    def _success(self, ignored: int) -> str:
        checks = len(self.checked.checks)
        text = self.tr("✔ No problems found in {count} checks.").format(count=checks)
        if ignored:
            more = self.tr("Ignored with a reason: {count}.")
            text = f"{text} {more.format(count=f'{ignored:,}')}"
        return text

    def _show_current(self) -> None:
        self.view.details.show_found(self.view.tree.current())
        self.allow()

    def _go_to_current(self) -> None:
        from planetary_qgis.gui.mapping.check.places import show_place

        found = self.view.tree.current()
        if found is None or self.checked is None:
            return
        scale = self.checked.settings.digitising_scale
        canvas = self.desk.toolbox.canvas
        self.marks.ring(show_place(found.finding.place, self.checked.crs, canvas, scale))

    def _filter(self) -> None:
        before, folded = self.view.tree.current(), self.view.tree.folded()
        self._filter_quietly()
        self.view.tree.fold(folded)
        self.view.tree.go_to(before)
        self.refresh()

    def _filter_quietly(self) -> None:
        self.view.tree.findings.filter(self.view.severities(), ignored=self.view.shows_ignored())

    def _tell_chosen(self) -> None:
        self.view.tell_chosen(len(self.view.choice.chosen()), len(CHECKS))
        self.allow()

    def _on_changed(self) -> None:
        if self.checked is not None:
            self.view.tell_stale(True)

    def _on_busy(self, _busy: bool) -> None:
        self.allow()

    def _on_canvas_crs(self) -> None:
        self.marks.ring(None)
        if self.checked is not None:
            self.marks.show_found(self.view.tree.findings.shown(), self.checked.crs)
