"""Background work of which only the newest request matters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qgis.PyQt.QtCore import QObject

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import tasks


class Newest(QObject):
    """Does one piece of work at a time; of what is asked meanwhile only the last is done next.

    Args:
        on_done: Gets each result on the main thread.
        on_error: Gets each error.
    """

    def __init__(
        self,
        description: str,
        on_done: Callable[[Any], None],
        on_error: Callable[[PlanetaryError], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._description = description
        self._on_done, self._on_error = on_done, on_error
        self._running = False
        self._waiting: Callable[[], Any] | None = None
        self._generation = 0

    @property
    def busy(self) -> bool:
        return self._running

    def ask(self, work: Callable[[], Any]) -> None:
        """Do this next, in a task; it must ask for no CRS and touch no widget."""
        self._waiting = work
        if not self._running:
            self._start_waiting()

    def forget(self) -> None:
        """Drop what waits, and what comes of the work that runs."""
        self._waiting = None
        self._generation += 1

    def _start_waiting(self) -> None:
        work, self._waiting = self._waiting, None
        if work is None:
            return
        self._running = True
        generation = self._generation
        tasks.run_in_task(
            self._description,
            lambda _feedback: work(),
            on_done=lambda result: self._finish(generation, self._on_done, result),
            on_error=lambda error: self._finish(generation, self._on_error, error),
            on_cancelled=lambda: self._finish(generation, _ignore, None),
            unseen=True,
        )

    def _finish(self, generation: int, tell: Callable[[Any], None], what: Any) -> None:
        self._running = False
        if generation == self._generation:
            tell(what)
        if not self._running:
            self._start_waiting()


def _ignore(_what: object) -> None:
    return None
