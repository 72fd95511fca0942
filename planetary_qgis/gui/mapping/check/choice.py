"""Which checks run: a menu that stays open while boxes are ticked, and is remembered."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsSettings
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtGui import QKeyEvent, QMouseEvent
from qgis.PyQt.QtWidgets import QMenu, QWidget

from planetary_qgis.core.mapping.checks.catalogue import CHECKS
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.gui.mapping.check.icons import finding_icon
from planetary_qgis.qgis_bridge.mapping.checks.finding_symbols import severity_titles

_OFF = "planetary_qgis/map_checks_off"
"""What is off is remembered, so that checks of later versions are on."""


class ChecksMenu(QMenu):
    """A menu of the checks by severity, each with what it looks for as its tool tip."""

    changed = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("checkChoice")
        self._boxes: dict[str, Any] = {}
        off = set(QgsSettings().value(_OFF, [], type=list))
        all_of_them = self.addAction(self.tr("All Checks"))
        all_of_them.triggered.connect(lambda: self._tick(True))
        none = self.addAction(self.tr("No Checks"))
        none.triggered.connect(lambda: self._tick(False))
        self.addSeparator()
        for severity, title in severity_titles().items():
            self._add_group(severity, title, off)

    def chosen(self) -> set[str]:
        """Keys of the checks to run."""
        return {key for key, box in self._boxes.items() if box.isChecked()}

    def _add_group(self, severity: Severity, title: str, off: set[str]) -> None:
        menu = _OpenMenu(title, self)
        menu.setIcon(finding_icon(severity))
        menu.setToolTipsVisible(True)
        for check in CHECKS:
            if check.severity is severity:
                box = menu.addAction(check.title)
                box.setCheckable(True)
                box.setChecked(check.key not in off)
                box.setToolTip(_wrapped(check.explanation))
                box.toggled.connect(self._remember)
                self._boxes[check.key] = box
        self.addMenu(menu)

    def _tick(self, on: bool) -> None:
        for box in self._boxes.values():
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        self._remember()

    def _remember(self) -> None:
        QgsSettings().setValue(_OFF, sorted(self._boxes.keys() - self.chosen()))
        self.changed.emit()


class _OpenMenu(QMenu):
    """Stays open when a box is ticked, as mostly another one follows."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.activeAction()
        if action is not None and action.isCheckable():
            action.trigger()
        else:
            super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = self.activeAction()
        if event.key() == Qt.Key.Key_Space and action is not None:
            action.trigger()
        else:
            super().keyPressEvent(event)


def _wrapped(text: str) -> str:
    """Rich text: plain tool tips are one endless line."""
    return f"<p>{text}</p>"
