"""What a dock shows while its job runs: what, how far, and a way to stop it."""

from __future__ import annotations

from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

_PER_CENT = 100


class JobBar(QWidget):
    """A line of text, a progress bar and a Cancel button; hidden while nothing runs.

    Args:
        name: Stem of the widgets' object names.
    """

    cancel_requested = pyqtSignal()

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = QLabel(self)
        self._text.setWordWrap(True)
        self._progress = QProgressBar(self)
        self._progress.setObjectName(f"{name}Progress")
        self._cancel = QPushButton(self.tr("Cancel"), self)
        self._cancel.setObjectName(f"{name}Cancel")
        self._cancel.clicked.connect(self._ask_to_cancel)
        layout = QGridLayout(self)
        layout.addWidget(self._text, 0, 0, 1, 2)
        layout.addWidget(self._progress, 1, 0)
        layout.addWidget(self._cancel, 1, 1)
        self.hide()

    def begin(self, text: str) -> None:
        self._text.setText(text)
        self._cancel.setEnabled(True)
        # Zero to zero makes the bar move to and fro until the first figure comes.
        self._progress.setRange(0, 0)
        self.show()

    def tell(self, text: str) -> None:
        """What the job is at; while it is being cancelled, that stays what is said."""
        if self._cancel.isEnabled():
            self._text.setText(text)

    def set_progress(self, per_cent: float) -> None:
        if per_cent > 0:
            self._progress.setRange(0, _PER_CENT)
            self._progress.setValue(round(per_cent))

    def end(self) -> None:
        self.hide()

    def _ask_to_cancel(self) -> None:
        self._cancel.setEnabled(False)
        self._text.setText(self.tr("Cancelling…"))
        self.cancel_requested.emit()
