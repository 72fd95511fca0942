"""The one job that a dock may run at a time, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.core import QgsFeedback, QgsTask
from qgis.PyQt.QtCore import QObject, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.reporter import Reporter
from planetary_qgis.qgis_bridge import tasks

Work = Callable[[QgsFeedback], Any]


class Jobs(QObject):
    """Runs a dock's jobs one after the other, shows them in its job bar, reports their errors."""

    busy_changed = pyqtSignal(bool)

    def __init__(self, bar: JobBar, reporter: Reporter) -> None:
        super().__init__(bar)
        self._bar = bar
        self._reporter = reporter
        self._task: QgsTask | None = None
        self._open = True
        self._bar.cancel_requested.connect(self.cancel)

    @property
    def busy(self) -> bool:
        return self._task is not None

    def start(self, description: str, work: Work, on_done: Callable[[Any], None]) -> None:
        """Run `work` in a task; `on_done` gets its result on the main thread."""
        if self.busy:
            return
        self._bar.begin(description)
        self._task = tasks.run_in_task(
            description,
            work,
            on_done=lambda result: self._finish(on_done, result),
            on_error=lambda error: self._finish(self._reporter.failed, error),
            on_cancelled=lambda: self._finish(self._say_cancelled, description),
            on_told=self._bar.tell,
        )
        self._task.progressChanged.connect(self._bar.set_progress)
        self.busy_changed.emit(True)

    def cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def close(self) -> None:
        """Cancel what runs and let nothing of it reach the dock any more."""
        self._open = False
        self.cancel()
        self._task = None

    def _finish(self, tell: Callable[[Any], None], what: Any) -> None:
        if not self._open:
            return
        self._task = None
        self._bar.end()
        self.busy_changed.emit(False)
        try:
            tell(what)
        except PlanetaryError as error:
            self._reporter.failed(error)

    def _say_cancelled(self, description: str) -> None:
        self._reporter.note(self.tr("Cancelled: {job}").format(job=description))
