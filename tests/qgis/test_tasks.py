"""Work in the background: how it ends is told on the main thread, once."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_qgis.utils import wait_until
from qgis.core import QgsApplication, QgsFeedback, QgsSettings
from qgis.PyQt.QtCore import QRunnable, QThreadPool

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import settings, tasks

WAIT_MS = 10_000


class Ending:
    """Keeps what was told, and on which thread."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.threads: set[threading.Thread] = set()

    def run(self, work) -> Any:
        return tasks.run_in_task(
            "work",
            work,
            on_done=lambda result: self._tell("done", result),
            on_error=lambda error: self._tell("error", error),
            on_cancelled=lambda: self._tell("cancelled", None),
        )

    def wait(self) -> tuple[str, Any]:
        wait_until(lambda: bool(self.told), timeout_milliseconds=WAIT_MS)
        (told,) = self.told
        assert self.threads == {threading.main_thread()}
        return told

    def _tell(self, what: str, value: Any) -> None:
        self.told.append((what, value))
        self.threads.add(threading.current_thread())


@pytest.fixture
def ending() -> Ending:
    return Ending()


def test_a_result_arrives_although_nobody_keeps_the_task(ending) -> None:
    worked_on = []

    def work(feedback: QgsFeedback) -> int:
        worked_on.append(threading.current_thread())
        feedback.setProgress(50)
        return 42

    ending.run(work)
    gc.collect()
    assert ending.wait() == ("done", 42)
    assert worked_on != [threading.main_thread()]


def test_an_error_arrives_as_it_is(ending) -> None:
    error = PlanetaryError("No kernel.", hint="Choose one.")

    def work(_feedback: QgsFeedback) -> None:
        raise error

    ending.run(work)
    assert ending.wait() == ("error", error)


def test_a_bug_arrives_with_its_traceback(ending) -> None:
    def work(_feedback: QgsFeedback) -> float:
        return 1 / 0

    ending.run(work)
    what, error = ending.wait()
    assert what == "error"
    assert "division by zero" in error.message
    assert "ZeroDivisionError" in error.details
    assert "1 / 0" in error.details


def test_cancelling_reaches_the_work(ending) -> None:
    started = threading.Event()

    def work(feedback: QgsFeedback) -> None:
        started.set()
        while not feedback.isCanceled():
            threading.Event().wait(0.01)
        raise PlanetaryError("Cancelled in the middle.")

    task = ending.run(work)
    assert started.wait(WAIT_MS / 1000)
    task.cancel()
    assert ending.wait() == ("cancelled", None)


def test_progress_reaches_the_task(ending) -> None:
    seen = []

    def work(feedback: QgsFeedback) -> None:
        for percent in (25, 75):
            feedback.setProgress(percent)
            threading.Event().wait(0.05)

    task = ending.run(work)
    task.progressChanged.connect(seen.append)
    ending.wait()
    assert 75 in seen


def test_after_cancel_all_nothing_calls_back(ending) -> None:
    def work(feedback: QgsFeedback) -> None:
        while not feedback.isCanceled():
            threading.Event().wait(0.01)

    for _ in range(3):
        ending.run(work)
    tasks.cancel_all()
    wait_until(lambda: not QgsApplication.taskManager().activeTasks(), timeout_milliseconds=WAIT_MS)
    assert ending.told == []


class _Busy(QRunnable):
    """Keeps a thread of the pool busy for a moment, as drawing a map does."""

    def run(self) -> None:
        time.sleep(0.01)


@pytest.fixture
def pool() -> Iterator[QThreadPool]:
    """QGIS's threads, which are but one."""
    pool = QThreadPool.globalInstance()
    threads = pool.maxThreadCount()
    pool.setMaxThreadCount(1)
    yield pool
    pool.setMaxThreadCount(threads)


def test_tasks_started_by_callbacks_run_though_all_threads_are_busy(pool) -> None:
    """QGIS loses such tasks where it can mistake them for the one that has just finished."""
    done = []

    def start(number: int) -> None:
        tasks.run_in_task(
            "chain", lambda _feedback: number, on_done=proceed, on_error=done.append, unseen=True
        )
        pool.start(_Busy())

    def proceed(number: int) -> None:
        done.append(number)
        if number < 60:
            start(number + 1)

    start(0)
    wait_until(lambda: len(done) == 61, timeout_milliseconds=6 * WAIT_MS)
    assert done == list(range(61))


def test_a_task_cancelled_before_it_could_start_says_so() -> None:
    told = []

    def proceed(_nothing: object) -> None:
        task = tasks.run_in_task(
            "never",
            lambda _feedback: told.append("run"),
            on_done=told.append,
            on_error=told.append,
            on_cancelled=lambda: told.append("cancelled"),
        )
        task.cancel()

    tasks.run_in_task("first", lambda _feedback: None, on_done=proceed, on_error=told.append)
    wait_until(lambda: bool(told), timeout_milliseconds=WAIT_MS)
    assert told == ["cancelled"]


@pytest.fixture
def clean_settings() -> None:
    QgsSettings().remove("planetary_qgis")
    yield
    QgsSettings().remove("planetary_qgis")


@pytest.mark.usefixtures("clean_settings")
def test_settings_have_defaults_in_the_profile() -> None:
    loaded = settings.load()
    assert loaded.store_path.name == "indexes.gpkg"
    assert str(loaded.store_path).startswith(str(Path(QgsApplication.qgisSettingsDirPath())))
    assert loaded.kernels == ()
    assert loaded.label is None


@pytest.mark.usefixtures("clean_settings")
@pytest.mark.parametrize("kernels", [(), (Path("/k/ä.tm"),), (Path("/k/ä.tm"), Path("/k/b, c.bc"))])
def test_settings_come_back_as_they_were(kernels) -> None:
    saved = settings.Settings(Path("/Ärchiv/∅.gpkg"), kernels, Path("/índex/CUMINDEX.LBL"))
    settings.save(saved)
    QgsSettings().sync()
    assert settings.load() == saved
    assert settings.remember(label=None).label is None
    assert settings.load().kernels == kernels
