"""The finding that the user is at, in full, and what can be done about it."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, pyqtSignal
from qgis.PyQt.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from planetary_qgis.gui import forms
from planetary_qgis.gui.mapping.check.model import Found

_LETTERS = 600
_LINES = 7


class FindingDetails(QWidget):
    """What is wrong, what to do, and buttons: previous, next, fix, ignore."""

    step_wanted = pyqtSignal(int)
    fix_wanted = pyqtSignal()
    fix_all_wanted = pyqtSignal()
    ignore_wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._message = self._sentence("checkMessage")
        self._hint = self._sentence("checkHint")
        self._reason = self._sentence("checkReason")
        self._previous = self._arrow("checkPrevious", "mActionArrowLeft.svg", -1)
        self._previous.setToolTip(self.tr("Previous finding (P in the list)"))
        self._next = self._arrow("checkNext", "mActionArrowRight.svg", 1)
        self._next.setToolTip(self.tr("Next finding (N in the list)"))
        self._fix = self._button("checkFix", self.tr("Fix"))
        self._fix_all = self._button("checkFixAll", self.tr("Fix All…"))
        self._ignore = self._button("checkIgnore", self.tr("Ignore…"))
        self._fix.clicked.connect(self.fix_wanted)
        self._fix_all.clicked.connect(self.fix_all_wanted)
        self._ignore.clicked.connect(self.ignore_wanted)
        self._lay_out()

    def show_found(self, found: Found | None) -> None:
        """Show a finding in full; nothing of None."""
        finding = found.finding if found else None
        forms.tell(self._message, finding.message[:_LETTERS] if finding else "")
        forms.tell(self._hint, finding.hint[:_LETTERS] if finding else "")
        is_ignored = found is not None and found.reason is not None
        text = self.tr("Ignored: {reason}").format(reason=found.reason) if is_ignored else ""
        forms.tell(self._reason, text[:_LETTERS])
        self._ignore.setText(self.tr("Count Again") if is_ignored else self.tr("Ignore…"))

    def allow(self, *, step: str, fix: str, fix_all: str, ignore: str) -> None:
        """Enable the buttons, or disable them for the reasons given."""
        self._previous.setEnabled(not step)
        self._next.setEnabled(not step)
        forms.allow(self._fix, fix)
        forms.allow(self._fix_all, fix_all)
        forms.allow(self._ignore, ignore)

    def tell_kind(self, text: str) -> None:
        """Say what would be mended together, where it can be."""
        if self._fix_all.isEnabled():
            self._fix_all.setToolTip(text)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        for button in (self._previous, self._next):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self._fix, self._fix_all, self._ignore):
            row.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for label in (self._message, self._hint, self._reason):
            column.addWidget(label)
        column.addLayout(row)

    def _sentence(self, name: str) -> QLabel:
        label = forms.sentence(name, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setMaximumHeight(_LINES * label.fontMetrics().lineSpacing())
        return label

    def _arrow(self, name: str, icon: str, by: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setIcon(QgsApplication.getThemeIcon(icon))
        button.clicked.connect(lambda: self.step_wanted.emit(by))
        return button

    def _button(self, name: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        return button
