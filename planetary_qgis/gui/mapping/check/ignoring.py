"""Findings that the mapper lets be, with a reason that goes with the map."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from qgis.PyQt.QtCore import QObject
from qgis.PyQt.QtWidgets import QInputDialog

from planetary_qgis.gui.mapping.check.model import Found

if TYPE_CHECKING:
    from planetary_qgis.gui.mapping.check.tab import CheckController


class FindingIgnoring(QObject):
    """The button Ignore, which takes back what it did."""

    def __init__(self, tab: CheckController) -> None:
        super().__init__(tab)
        self._tab = tab

    def connections(self) -> tuple[tuple, ...]:
        return ((self._tab.view.details.ignore_wanted, self._on_wanted),)

    def _on_wanted(self) -> None:
        found = self._tab.view.tree.current()
        if found is None or self._tab.session is None or self._tab.desk.jobs.busy:
            return
        if found.reason is not None:
            self._keep(found, None)
            return
        reason, is_given = QInputDialog.getText(
            self._tab.view,
            self.tr("Ignore Finding"),
            self.tr("Why is this as it should be? The reason goes with the map."),
        )
        if is_given and reason.strip():
            self._keep(found, reason.strip())

    def _keep(self, found: Found, reason: str | None) -> None:
        """Write it in a task: the file may be busy for a while."""
        from planetary_qgis.qgis_bridge.mapping.checks.ignored_findings import ignore, unignore

        path = self._tab.session.geopackage
        if reason is None:
            write = partial(unignore, path, found.key)
        else:
            write = partial(ignore, path, found.key, reason, found.finding.message)
        self._tab.desk.jobs.start(
            self.tr("Keeping the reason…"),
            lambda _feedback: write(),
            lambda _none: self._mark(found, reason),
        )

    def _mark(self, found: Found, reason: str | None) -> None:
        tab, tree = self._tab, self._tab.view.tree
        if tab.checked is None:
            return
        ignored = {key: why for key, why in tab.checked.ignored.items() if key != found.key}
        if reason is not None:
            ignored[found.key] = reason
        tab.checked = replace(tab.checked, ignored=ignored)
        stays = reason is None or tab.view.shows_ignored()
        following = found if stays else tree.after([found.finding])
        folded = tree.folded()
        tree.findings.mark(found.key, reason)
        tree.fold(folded)
        tree.go_to(following)
        tab.refresh()
