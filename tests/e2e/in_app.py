"""What the steps of an end-to-end test can do inside QGIS. Imported by QGIS's own Python only."""

from __future__ import annotations

import faulthandler
import json
import os
import runpy
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from traceback import format_exc, format_exception
from typing import Any

import qgis.utils
from qgis.core import Qgis, QgsApplication, QgsProject
from qgis.PyQt.QtCore import QEvent, QEventLoop, QObject, QTimer
from qgis.PyQt.QtWidgets import (
    QAbstractButton,
    QAction,
    QDockWidget,
    QMainWindow,
    QMenu,
    QTabBar,
    QToolBar,
    QWidget,
)

PLUGIN = "planetary_qgis"
POLL_MS = 20
WINDOW_SIZE = (1400, 900)
PYTHON_ERROR = "Python error"
"""The tag under which QGIS logs every exception that nobody caught."""


class Application:
    """The running QGIS, as steps see it.

    Attributes:
        iface: QGIS's own QgisInterface.
        messages: The message log since the start, as {"tag", "level", "text"}.
        problems: Tracebacks of uncaught exceptions seen so far; where any are left, the test fails.
    """

    def __init__(self) -> None:
        self.iface = qgis.utils.iface
        self.messages: list[dict[str, str]] = []
        self.problems: list[str] = []
        log = QgsApplication.messageLog()
        log.messageReceived[str, str, Qgis.MessageLevel].connect(self._on_message)
        threading.excepthook = lambda args: self._note("".join(format_exception(*args[:3])))
        # Its dialog would wait for a click that never comes.
        qgis.utils.open_stack_dialog = lambda *_, **__: None

    @property
    def plugin(self) -> Any:
        """The plugin's object, as classFactory made it."""
        return qgis.utils.plugins[PLUGIN]

    def load_plugin(self) -> None:
        """Load and start the plugin as QGIS's plugin manager does."""
        if not (qgis.utils.loadPlugin(PLUGIN) and qgis.utils.startPlugin(PLUGIN)):
            raise RuntimeError(f"QGIS could not start {PLUGIN}; see the problems")

    def unload_plugin(self) -> None:
        """Unload the plugin as the plugin manager does, and let Qt delete what is to go."""
        if not qgis.utils.unloadPlugin(PLUGIN):
            raise RuntimeError(f"QGIS could not unload {PLUGIN}; see the problems")
        self.wait(0.1)
        _delete_what_is_to_go()

    def find(self, object_name: str, kind: type[QObject] = QWidget) -> Any:
        """The one object of this name in the main window; LookupError unless there is just one."""
        found = self.iface.mainWindow().findChildren(kind, object_name)
        if len(found) != 1:
            raise LookupError(f"{len(found)} objects named {object_name!r} ({kind.__name__})")
        return found[0]

    def wait(self, seconds: float) -> None:
        """Let QGIS work on for a while."""
        loop = QEventLoop()
        QTimer.singleShot(int(seconds * 1000), loop.quit)
        loop.exec()

    def wait_until(
        self, condition: Callable[[], bool], seconds: float = 60, *, what: str = "condition"
    ) -> None:
        """Let QGIS work until the condition holds; TimeoutError after that many seconds."""
        if condition():
            return
        loop, poll, end = QEventLoop(), QTimer(), QTimer()
        failures: list[BaseException] = []
        poll.timeout.connect(lambda: _quit_when(condition, loop, failures))
        end.setSingleShot(True)
        end.timeout.connect(loop.quit)
        poll.start(POLL_MS)
        end.start(int(seconds * 1000))
        loop.exec()
        poll.stop()
        if failures:
            raise failures[0]
        if not condition():
            raise TimeoutError(f"not within {seconds} seconds: {what}")

    def wait_for_tasks(self, seconds: float = 60) -> None:
        """Let QGIS work until no task is active."""
        tasks = QgsApplication.taskManager()
        self.wait_until(lambda: tasks.countActiveTasks() == 0, seconds, what="no active task")

    def settle(self) -> None:
        """Let QGIS work until tasks are done, their results delivered, and the map drawn."""
        self.wait(0.3)
        self.wait_for_tasks(120)
        self.wait(0.5)
        canvas = self.iface.mapCanvas()
        self.wait_until(lambda: not canvas.isDrawing(), 60, what="the map is drawn")

    def click(self, object_name: str) -> None:
        """Press a button, which must be enabled, and wait for what it starts."""
        button = self.find(object_name, QAbstractButton)
        if not button.isEnabled():
            raise RuntimeError(f"{object_name} is disabled: {button.toolTip()}")
        button.click()
        self.settle()

    def grab(self, name: str, widget: QWidget | None = None) -> str:
        """The path of a new screenshot, build/e2e/<name>.png, of the main window or a widget."""
        file = Path(os.environ["PLANETARY_QGIS_E2E_SCREENSHOTS"]) / f"{name}.png"
        if not (widget or self.iface.mainWindow()).grab().save(str(file)):
            raise OSError(f"no screenshot could be written to {file}")
        return str(file)

    def layers(self) -> list[Any]:
        """The project's layers, by name."""
        return sorted(QgsProject.instance().mapLayers().values(), key=lambda each: each.name())

    def message_bar(self) -> list[str]:
        """What the message bar shows now, newest last."""
        return [f"{item.title()}: {item.text()}" for item in self.iface.messageBar().items()]

    def census(self) -> dict[str, dict[str, int]]:
        """How many of each thing a plugin can leave behind are there now."""
        window = self.iface.mainWindow()
        registry = QgsApplication.processingRegistry()
        return {
            "docks": _count(window.findChildren(QDockWidget)),
            "toolbars": _count(window.findChildren(QToolBar)),
            "actions": _count(each for each in window.findChildren(QAction) if not _is_husk(each)),
            "widgets": _count(each for each in window.findChildren(QWidget) if not _is_husk(each)),
            "providers": dict(Counter(each.id() for each in registry.providers())),
            "algorithms": dict(Counter(each.id() for each in registry.algorithms())),
            "tasks": dict(
                Counter(t.description() for t in QgsApplication.taskManager().activeTasks())
            ),
            "layers": dict(Counter(each.name() for each in self.layers())),
            "python threads": dict(Counter(each.name for each in threading.enumerate())),
        }

    def _on_message(self, text: str, tag: str, level: int) -> None:
        name = _level_name(level)
        self.messages.append({"tag": tag, "level": name, "text": text})
        if tag == PYTHON_ERROR:
            self._note(text)

    def _note(self, problem: str) -> None:
        """Keep a problem, and print it at once: QGIS may hang or crash before the end."""
        self.problems.append(problem)
        print(problem, file=sys.stderr, flush=True)


def main() -> None:
    """Run the steps once QGIS's event loop runs, write what came of it, and leave at once."""
    seconds_left = float(os.environ["PLANETARY_QGIS_E2E_DEADLINE"]) - time.time()
    faulthandler.dump_traceback_later(max(seconds_left, 1))
    app = Application()
    QTimer.singleShot(0, lambda: _run_and_leave(app))


def _run_and_leave(app: Application) -> None:
    results: dict[str, Any] = {}
    app.iface.mainWindow().setGeometry(0, 0, *WINDOW_SIZE)
    try:
        run = runpy.run_path(os.environ["PLANETARY_QGIS_E2E_STEPS"])["run"]
        results = run(app) or {}
    except BaseException:  # noqa: BLE001 - whatever the steps raise belongs in the report
        app.problems.append(format_exc())
    outcome = {"results": results, "problems": app.problems, "messages": app.messages}
    Path(os.environ["PLANETARY_QGIS_E2E_RESULTS"]).write_text(json.dumps(outcome), "utf-8")
    # QGIS would ask whether to save the project, and there is nobody to answer.
    os._exit(1 if app.problems else 0)


def _quit_when(
    condition: Callable[[], bool], loop: QEventLoop, failures: list[BaseException]
) -> None:
    try:
        holds = condition()
    except BaseException as error:  # noqa: BLE001 - raised again by wait_until, outside the slot
        failures.append(error)
        holds = True
    if holds:
        loop.quit()


def _delete_what_is_to_go() -> None:
    """Do every deleteLater(): the loop in wait() leaves what was called outside of it."""
    deferred = QEvent.Type.DeferredDelete
    QgsApplication.sendPostedEvents(None, getattr(deferred, "value", deferred))


def _is_husk(thing: QObject) -> bool:
    """Whether it is something that QGIS or Qt keeps out of sight once a plugin has left.

    Empty menus and actions that their menu no longer shows stay after QGIS's removePluginMenu();
    a main window keeps the tab bars of docks, with their buttons, for the next time.
    """
    parent = thing.parent()
    if isinstance(thing, QMenu):
        return thing.isEmpty()
    if isinstance(thing, QAction):
        return isinstance(parent, QMenu) and thing not in parent.actions()
    return any(
        isinstance(each, QTabBar) and isinstance(each.parent(), QMainWindow)
        for each in (thing, parent)
    )


def _count(objects: Iterable[QObject]) -> dict[str, int]:
    return dict(Counter(f"{type(each).__name__} {each.objectName()}" for each in objects))


def _level_name(level: int) -> str:
    for name in ("Info", "Warning", "Critical", "Success"):
        if level == getattr(Qgis.MessageLevel, name):
            return name
    return str(level)
