"""Work off the GUI thread: plain data in, plain data out, callbacks on the main thread."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsFeedback,
    QgsProcessingFeedback,
    QgsTask,
)
from qgis.PyQt.QtCore import QTimer, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.compat import flags_of_unseen

Work = Callable[[QgsFeedback], Any]

_finishing: list[_WorkTask] = []
"""Tasks whose callbacks run. A task that these add waits until they are over.

When a task has finished, QGIS (3.22 at least) takes its runnable out of the thread pool's
queue by an address that is free by then: a task added meanwhile may have got it, and never starts.
"""

_running: set[_WorkTask] = set()
"""QGIS's task manager keeps only the C++ half of a task; without these Python's half dies."""


class WorkFeedback(QgsFeedback):
    """A feedback that can also say, in a sentence, what the work is at."""

    told = pyqtSignal(str)


def tell(feedback: QgsFeedback, sentence: str) -> None:
    """Say what the work is at, to whoever shows it."""
    if isinstance(feedback, WorkFeedback):
        feedback.told.emit(sentence)
    elif isinstance(feedback, QgsProcessingFeedback):
        feedback.pushInfo(sentence)


def run_in_task(
    description: str,
    work: Work,
    *,
    on_done: Callable[[Any], None],
    on_error: Callable[[PlanetaryError], None],
    on_cancelled: Callable[[], None] = lambda: None,
    on_told: Callable[[str], None] = lambda _sentence: None,
    unseen: bool = False,
) -> QgsTask:
    """A task that does `work` in the background; one of the callbacks then runs here.

    Args:
        work: Gets a feedback to report progress to and to look for cancellation at. It must not
            touch widgets, the project, or hand over layers.
        unseen: For moments' work, done again and again: where QGIS can, it shows nothing of it.
            Such work must ask for no CRS.
    """
    task = _WorkTask(description, work, on_done, on_error, on_cancelled, unseen=unseen)
    task.feedback.told.connect(on_told)
    _running.add(task)
    if _finishing:
        QTimer.singleShot(0, lambda: _add(task))
    else:
        _add(task)
    return task


def _add(task: _WorkTask) -> None:
    if task.isCanceled():
        task.finished(False)
    else:
        QgsApplication.taskManager().addTask(task)


def cancel_all() -> None:
    """Cancel what still runs and let none of it call back, as when the plugin is unloaded."""
    for task in tuple(_running):
        task.forget_callbacks()
        task.cancel()


class _WorkTask(QgsTask):
    """Keeps what the work gave or raised until `finished` tells it on the main thread."""

    def __init__(
        self,
        description: str,
        work: Work,
        on_done: Callable[[Any], None],
        on_error: Callable[[PlanetaryError], None],
        on_cancelled: Callable[[], None],
        *,
        unseen: bool = False,
    ) -> None:
        super().__init__(description, flags_of_unseen() if unseen else QgsTask.Flag.CanCancel)
        self._unseen = unseen
        self._work: Work | None = work
        self._on_done, self._on_error, self._on_cancelled = on_done, on_error, on_cancelled
        self._result: Any = None
        self._error: PlanetaryError | None = None
        self.feedback = WorkFeedback()
        self.feedback.progressChanged.connect(self.setProgress)

    def run(self) -> bool:
        work, self._work = self._work, None
        if work is None:
            return False
        try:
            self._result = work(self.feedback)
        except PlanetaryError as error:
            self._error = error
        # An exception that leaves run() takes all of QGIS down, so none may.
        except Exception as error:  # noqa: BLE001
            self._error = unexpected(error)
        return self._error is None and not self.isCanceled()

    def cancel(self) -> None:
        self.feedback.cancel()
        super().cancel()

    def finished(self, result: bool) -> None:
        _running.discard(self)
        if not self._unseen:
            # What the work put into QGIS's cache of CRSs would die with its thread: see
            # crs.is_hollow.
            QgsCoordinateReferenceSystem.invalidateCache()
        _finishing.append(self)
        try:
            self._call_back(result)
        finally:
            _finishing.remove(self)

    def _call_back(self, result: bool) -> None:
        if self.isCanceled():
            self._on_cancelled()
        elif self._error is not None:
            self._on_error(self._error)
        elif result:
            self._on_done(self._result)

    def forget_callbacks(self) -> None:
        self._on_done, self._on_error = _ignore, _ignore
        self._on_cancelled = lambda: None


def unexpected(error: BaseException) -> PlanetaryError:
    """An error that nobody foresaw, as one that can be shown."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return PlanetaryError(
        f"Something went wrong that should not have: {error or type(error).__name__}",
        details="".join(lines),
        hint="Please report this with its details.",
    )


def _ignore(_what: object) -> None:
    return None
