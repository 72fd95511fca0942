"""What happened, told in QGIS's message bar and message log."""

from __future__ import annotations

from collections.abc import Sequence

from qgis.core import Qgis, QgsMessageLog
from qgis.gui import QgsMessageBar, QgsMessageBarItem, QgsMessageViewer
from qgis.PyQt.QtCore import QObject, QTimer
from qgis.PyQt.QtWidgets import QPushButton, QWidget

from planetary_qgis.core.errors import PlanetaryError

LOG_TAG = "Planetary QGIS"
_SECONDS_SHOWN = 10
_UNTIL_CLOSED = 0
_SETTLING_MS = 1000
"""QGIS heaps up warnings of its own while a project turns to another body; come after them."""


class Reporter(QObject):
    """Tells the user what happened: a sentence at once, the rest on demand.

    Args:
        message_bar: Where sentences appear.
        window: Parent of the window that shows details.
    """

    def __init__(self, message_bar: QgsMessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._bar = message_bar
        self._window = window
        self._items: list[QgsMessageBarItem] = []
        self._waiting: list[tuple[str, str, Qgis.MessageLevel]] = []
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLING_MS)
        self._settled.timeout.connect(self._show_waiting)
        self._bar.widgetRemoved.connect(self._forget)

    def close(self) -> None:
        """Take back every message that is still shown."""
        self._settled.stop()
        self._bar.widgetRemoved.disconnect(self._forget)
        for item in self._items:
            self._bar.popWidget(item)
        self._items.clear()

    def succeeded(self, sentence: str, problems: Sequence[str] = ()) -> None:
        """Say that a job is done, and with which items it had problems."""
        if problems:
            text = self.tr("{sentence} Some of it needs a look.").format(sentence=sentence)
            self._tell(text, "\n".join(problems), Qgis.MessageLevel.Warning)
        else:
            self._tell(sentence, "", Qgis.MessageLevel.Success)

    def note(self, sentence: str) -> None:
        self._tell(sentence, "", Qgis.MessageLevel.Info)

    def warn(self, sentence: str, details: str = "") -> None:
        self._tell(sentence, details, Qgis.MessageLevel.Warning)

    def failed(self, error: PlanetaryError) -> None:
        """Say what went wrong and what to do; the details stay behind a button."""
        self._log(str(error), error.details, Qgis.MessageLevel.Critical)
        self._show(str(error), error.details, Qgis.MessageLevel.Critical)

    def _tell(self, sentence: str, details: str, level: Qgis.MessageLevel) -> None:
        self._log(sentence, details, level)
        self._waiting.append((sentence, details, level))
        self._settled.start()

    def _log(self, sentence: str, details: str, level: Qgis.MessageLevel) -> None:
        text = f"{sentence}\n{details}" if details else sentence
        QgsMessageLog.logMessage(text, LOG_TAG, level, notifyUser=False)

    def _show_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for sentence, details, level in waiting:
            self._show(sentence, details, level)

    def _show(self, sentence: str, details: str, level: Qgis.MessageLevel) -> None:
        item = QgsMessageBar.createMessage(LOG_TAG, sentence)
        if details:
            item.layout().addWidget(self._details_button(item, sentence, details))
        passing = level in (Qgis.MessageLevel.Success, Qgis.MessageLevel.Info)
        self._items.append(item)
        self._bar.pushWidget(item, level, _SECONDS_SHOWN if passing else _UNTIL_CLOSED)

    def _details_button(self, parent: QWidget, sentence: str, details: str) -> QPushButton:
        button = QPushButton(self.tr("Details…"), parent)
        button.setObjectName("planetaryDetailsButton")
        button.clicked.connect(lambda: self._show_details(f"{sentence}\n\n{details}"))
        return button

    def _show_details(self, text: str) -> None:
        viewer = QgsMessageViewer(self._window)
        viewer.setTitle(LOG_TAG)
        viewer.setMessageAsPlainText(text)
        viewer.showMessage(False)

    def _forget(self, item: QgsMessageBarItem) -> None:
        if item in self._items:
            self._items.remove(item)
