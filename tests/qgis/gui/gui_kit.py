"""What tests of docks do again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QEvent, QEventLoop, QTimer
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.gui.footprints_controller import FootprintsController

POLL_MS = 10
LONGEST_WAIT_MS = 120_000


def settle(milliseconds: int = 0) -> None:
    """Let Qt work on for a while, deleting what is to be deleted."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool]) -> None:
    """Let Qt work until the condition holds; fails the test if it never does."""
    loop, poll = QEventLoop(), QTimer()
    poll.timeout.connect(lambda: loop.quit() if condition() else None)
    poll.start(POLL_MS)
    QTimer.singleShot(LONGEST_WAIT_MS, loop.quit)
    if not condition():
        loop.exec()
    poll.stop()
    if not condition():
        pytest.fail("what the test waits for did not happen")


def find(parent: QWidget, name: str) -> QWidget:
    """The one widget of that name."""
    (found,) = parent.findChildren(QWidget, name)
    return found


def click_and_wait(view: QWidget, name: str) -> None:
    """Click a button that starts a job, and wait until the job is over."""
    button = find(view, name)
    if not button.isEnabled():
        pytest.fail(f"{name} is disabled: {button.toolTip()}")
    button.click()
    wait_until(lambda: view.job_bar.isHidden())


def delete_deferred() -> None:
    """Do every deleteLater()."""
    settle()
    deferred = QEvent.Type.DeferredDelete
    QgsApplication.sendPostedEvents(None, getattr(deferred, "value", deferred))
    settle()


@contextmanager
def spice_dock(toolbox, width: int, height: int) -> Iterator[FootprintsController]:
    """The SPICE Footprints dock's controller, loaded and shown at this size."""
    made = FootprintsController(toolbox)
    made.view.resize(width, height)
    made.view.show()
    made.load()
    yield made
    made.unload()
    made.view.close()
    made.view.deleteLater()
