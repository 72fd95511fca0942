"""Fixes of findings, worked out in a task and done on the map."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QMessageBox

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.checks.catalogue import check_named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.gui.mapping.check.model import Found

if TYPE_CHECKING:
    from planetary_qgis.gui.mapping.check.tab import CheckController
    from planetary_qgis.qgis_bridge.mapping.checks.fix_plans import FixPlan
    from planetary_qgis.qgis_bridge.mapping.map_session import MapSession


class FindingMending(QObject):
    """The buttons Fix and Fix All."""

    def __init__(self, tab: CheckController) -> None:
        super().__init__(tab)
        self._tab = tab

    def connections(self) -> tuple[tuple, ...]:
        details = self._tab.view.details
        return (
            (details.fix_wanted, self._fix_current),
            (details.fix_all_wanted, self._fix_all),
        )

    def reason_against(self, found: Found) -> str:
        """Why a finding cannot be fixed with a button; "" where it can."""
        if found.reason is not None:
            return self.tr("It is ignored: let it count again first.")
        if not found.finding.fix:
            return self.tr("No fix is safe here: a mapper must decide.")
        return ""

    def reason_against_all(self, check: str) -> str:
        """The same for all findings of a check."""
        if not check:
            return self.tr("Choose a finding in the list.")
        return "" if self._of_kind(check) else self.tr("No fix is safe for findings of this kind.")

    def tell_kind(self) -> None:
        check = self._tab.view.tree.current_check()
        count, title = len(self._of_kind(check)), _title(check)
        text = self.tr("Fix all {count} of this kind: {title}").format(count=count, title=title)
        self._tab.view.details.tell_kind(text)

    def _fix_current(self) -> None:
        found = self._tab.view.tree.current()
        if found is not None and not self.reason_against(found):
            self._plan([found.finding], "")

    def _fix_all(self) -> None:
        check = self._tab.view.tree.current_check()
        findings = self._of_kind(check)
        question = self.tr(
            "Fix {count} findings of “{title}”?\n\n"
            "Each layer that changes gets one undo step for all of them; nothing is saved yet."
        ).format(count=f"{len(findings):,}", title=_title(check))
        title = self.tr("Fix All of This Kind")
        answer = QMessageBox.question(self._tab.view, title, question)
        if findings and answer == QMessageBox.StandardButton.Yes:
            undo = self.tr("Fix: {title} ({count})")
            self._plan(findings, undo.format(title=_title(check), count=f"{len(findings):,}"))

    def _of_kind(self, check: str) -> list[Finding]:
        """What can be fixed of what the list shows."""
        return [
            each.finding
            for each in self._tab.view.tree.findings.shown()
            if each.finding.check == check and not self.reason_against(each)
        ]

    def _plan(self, findings: Sequence[Finding], title: str) -> None:
        from planetary_qgis.qgis_bridge.mapping.checks.fix_plans import plan_fixes
        from planetary_qgis.qgis_bridge.mapping.map_reading import snapshot_of

        tab, session = self._tab, self._tab.session
        if session is None or tab.desk.jobs.busy:
            return
        try:
            snapshot = snapshot_of(session)
        except PlanetaryError as error:
            tab.desk.toolbox.reporter.failed(error)
            return
        tab.desk.jobs.start(
            self.tr("Working out what to change…"),
            lambda feedback: plan_fixes(snapshot.read(), findings, feedback),
            partial(self._do, session, tab.changes.count, title),
        )

    def _do(self, session: MapSession, before: int, title: str, plan: FixPlan) -> None:
        from planetary_qgis.qgis_bridge.mapping.checks.fixing import apply_plan

        tab = self._tab
        if session != tab.session:
            return
        if tab.changes.count != before:
            raise PlanetaryError(
                self.tr("The map changed while the fix was worked out: nothing was done."),
                hint=self.tr("Try it again."),
            )
        if plan.edits:
            with tab.changes.unsaid():
                apply_plan(session, plan, title)
        self._drop(plan.fixed)
        self._tell(plan)

    def _drop(self, fixed: Sequence[Finding]) -> None:
        tree = self._tab.view.tree
        following, folded = tree.after(fixed), tree.folded()
        tree.findings.remove(fixed)
        tree.fold(folded)
        tree.go_to(following)
        self._tab.marks.ring(None)
        self._tab.refresh()

    def _tell(self, plan: FixPlan) -> None:
        reporter = self._tab.desk.toolbox.reporter
        if plan.left and not plan.fixed:
            reporter.warn(
                self.tr("There is no safe fix, or the map has changed since. Check it again.")
            )
        elif plan.left:
            text = self.tr("{fixed} fixed; {left} are left. Check the map again.")
            reporter.note(text.format(fixed=len(plan.fixed), left=len(plan.left)))
        elif len(plan.fixed) > 1:
            text = self.tr("{fixed} findings fixed. Save the layers to keep it, or undo it.")
            reporter.succeeded(text.format(fixed=f"{len(plan.fixed):,}"))


def _title(check: str) -> str:
    known = check_named(check)
    return known.title if known else check
