"""A dock is built when seen, and says what is missing instead of failing."""

from __future__ import annotations

import pytest
from gui_kit import find, settle
from qgis.PyQt.QtGui import QGuiApplication
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.core import dependencies
from planetary_qgis.core.dependencies import REQUIREMENTS, Feature
from planetary_qgis.gui.dock import ToolDock


class Controller:
    """Counts what happens to it."""

    def __init__(self) -> None:
        self.view = QWidget()
        self.calls: list[str] = []

    def load(self) -> None:
        self.calls.append("load")

    def unload(self) -> None:
        self.calls.append("unload")

    def use_sample(self) -> None:
        self.calls.append("use_sample")


@pytest.fixture
def made():
    """Every controller that the dock asked for."""
    return []


@pytest.fixture
def dock(interface, made):
    def make() -> Controller:
        made.append(Controller())
        return made[-1]

    dock = ToolDock("testDock", "Test", Feature.SPICE_FOOTPRINTS, make, interface.mainWindow())
    dock.hide()
    dock.wake_when_seen()
    yield dock
    dock.deleteLater()


@pytest.fixture
def lacking(monkeypatch):
    """The libraries that are missing; empty it, and they are there."""
    lacking = [each for each in REQUIREMENTS if each.name == "spiceypy"]
    monkeypatch.setattr(dependencies, "missing", lambda _feature: list(lacking))
    return lacking


def test_the_controller_is_made_once_and_when_first_seen(dock, made):
    assert made == []
    for _ in range(3):
        dock.show()
        settle()
        dock.hide()
        settle()
    assert len(made) == 1
    assert made[0].calls == ["load"]


def test_tear_down_undoes_build(dock, made):
    dock.show()
    settle()
    dock.tear_down()
    assert made[0].calls == ["load", "unload"]


def test_a_missing_library_is_named_with_the_command_that_gets_it(dock, made, lacking):
    dock.show()
    settle()
    assert made == []
    assert "spiceypy" in find(dock, "missingLibraries").text()
    find(dock, "missingCopyButton").click()
    copied = QGuiApplication.clipboard().text()
    assert copied == find(dock, "missingCommand").toPlainText() == dependencies.command(lacking)
    assert "spiceypy" in copied


def test_check_again_brings_the_form_without_a_restart(dock, made, lacking):
    dock.show()
    settle()
    find(dock, "missingCheckButton").click()
    assert made == []
    lacking.clear()
    find(dock, "missingCheckButton").click()
    assert made[0].calls == ["load"]
    assert dock.widget().currentWidget() is made[0].view
