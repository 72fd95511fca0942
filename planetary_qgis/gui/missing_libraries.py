"""What a dock shows while a library that it stands on is missing."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from planetary_qgis.gui import forms

_LINES_SHOWN = 4


class MissingLibrariesPanel(QWidget):
    """What is missing, what to type, and buttons that copy it and look again."""

    check_requested = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._what = forms.sentence("missingLibraries", self)
        self._command = QPlainTextEdit(self)
        self._command.setObjectName("missingCommand")
        self._command.setReadOnly(True)
        lines = _LINES_SHOWN * self._command.fontMetrics().lineSpacing()
        self._command.setFixedHeight(lines + 2 * round(self._command.document().documentMargin()))
        copy = forms.button("missingCopyButton", self.tr("Copy"), self)
        again = forms.button("missingCheckButton", self.tr("Check Again"), self)
        copy.clicked.connect(self._copy)
        again.clicked.connect(self.check_requested)
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addWidget(again)
        layout = QVBoxLayout(self)
        layout.addWidget(self._what)
        layout.addWidget(self._command)
        layout.addLayout(buttons)
        layout.addStretch(1)

    def tell(self, sentence: str, command: str) -> None:
        forms.tell(self._what, sentence)
        self._command.setPlainText(command)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._command.toPlainText())
