"""Sentences, and the details behind them."""

from __future__ import annotations

import pytest
from gui_kit import settle, wait_until
from qgis.core import Qgis, QgsApplication
from qgis.gui import QgsMessageViewer
from qgis.PyQt.QtWidgets import QPushButton, QTextEdit

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.reporter import LOG_TAG, Reporter

ERROR = PlanetaryError(
    "The table INDEX.TAB is not there.", details="Looked in /data/ctx.", hint="Put it there."
)


@pytest.fixture
def log(qgis_app):
    lines: list[tuple[str, str, int]] = []

    def note(text, tag, level) -> None:
        lines.append((text, tag, level))

    signal = QgsApplication.messageLog().messageReceived[str, str, Qgis.MessageLevel]
    signal.connect(note)
    yield lines
    signal.disconnect(note)


def test_an_error_shows_message_and_hint_at_once(toolbox, interface):
    toolbox.reporter.failed(ERROR)
    (item,) = interface.messageBar().items()
    assert item.text() == "The table INDEX.TAB is not there. Put it there."
    assert item.level() == Qgis.MessageLevel.Critical


def test_details_wait_behind_a_button(toolbox, interface):
    toolbox.reporter.failed(ERROR)
    (item,) = interface.messageBar().items()
    item.findChild(QPushButton, "planetaryDetailsButton").click()
    (viewer,) = interface.mainWindow().findChildren(QgsMessageViewer)
    shown = viewer.findChild(QTextEdit).toPlainText()
    viewer.close()
    assert "Looked in /data/ctx." in shown
    assert "Put it there." in shown


def test_without_details_there_is_no_button(toolbox, interface):
    toolbox.reporter.failed(PlanetaryError("No."))
    (item,) = interface.messageBar().items()
    assert item.findChild(QPushButton, "planetaryDetailsButton") is None


def test_everything_goes_to_the_log_under_one_tag(toolbox, log):
    toolbox.reporter.failed(ERROR)
    toolbox.reporter.note("Cancelled.")
    ours = [(text, level) for text, tag, level in log if tag == LOG_TAG]
    assert ours == [
        (f"{ERROR}\nLooked in /data/ctx.", Qgis.MessageLevel.Critical),
        ("Cancelled.", Qgis.MessageLevel.Info),
    ]


def test_a_success_comes_last_so_that_it_is_on_top(toolbox, interface):
    toolbox.reporter.succeeded("20 products found.")
    interface.messageBar().pushWarning("QGIS", "No transform available")
    wait_until(lambda: len(interface.messageBar().items()) == 2)
    assert interface.messageBar().currentItem().text() == "20 products found."


def test_problems_turn_a_success_into_a_warning_with_details(toolbox, interface):
    toolbox.reporter.succeeded("87 rows.", ["The label says 100 rows."])
    wait_until(lambda: bool(interface.messageBar().items()))
    (item,) = interface.messageBar().items()
    assert item.level() == Qgis.MessageLevel.Warning
    assert item.findChild(QPushButton, "planetaryDetailsButton") is not None


def test_closing_takes_messages_back_and_sends_no_more(interface):
    reporter = Reporter(interface.messageBar(), interface.mainWindow())
    reporter.failed(ERROR)
    reporter.succeeded("Done.")
    reporter.close()
    settle(1200)
    assert interface.messageBar().items() == []
