"""One job at a time, shown while it runs, stopped when asked."""

from __future__ import annotations

import threading

import pytest
from gui_kit import find, settle, wait_until
from qgis.PyQt.QtWidgets import QProgressBar

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.jobs import Jobs


@pytest.fixture
def bar(interface):
    made = JobBar("test", interface.mainWindow())
    yield made
    made.deleteLater()


@pytest.fixture
def jobs(bar, toolbox):
    made = Jobs(bar, toolbox.reporter)
    yield made
    made.close()


class Gate:
    """Work that waits until it is let through or cancelled."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.started = threading.Event()
        self.was_cancelled = False

    def __call__(self, feedback) -> str:
        feedback.setProgress(40.0)
        self.started.set()
        while not self.opened.wait(0.01):
            if feedback.isCanceled():
                self.was_cancelled = True
                return ""
        return "done"


def test_a_job_works_elsewhere_and_answers_here(jobs):
    threads: list[threading.Thread] = []
    answers: list[tuple[str, threading.Thread]] = []

    def work(_feedback) -> str:
        threads.append(threading.current_thread())
        return "42"

    jobs.start("Counting", work, lambda it: answers.append((it, threading.current_thread())))
    wait_until(lambda: bool(answers))
    assert answers == [("42", threading.main_thread())]
    assert threads[0] is not threading.main_thread()


def test_the_bar_shows_progress_while_a_job_runs(jobs, bar):
    gate, busy = Gate(), []
    jobs.busy_changed.connect(busy.append)
    assert bar.isHidden()
    jobs.start("Counting", gate, lambda _it: None)
    assert not bar.isHidden()
    progress = bar.findChild(QProgressBar, "testProgress")
    wait_until(lambda: progress.value() == 40)
    gate.opened.set()
    wait_until(bar.isHidden)
    assert busy == [True, False]


def test_a_second_job_has_to_wait(jobs, bar):
    gate, answers = Gate(), []
    jobs.start("First", gate, answers.append)
    jobs.start("Second", lambda _feedback: "second", answers.append)
    gate.opened.set()
    wait_until(bar.isHidden)
    assert answers == ["done"]


def test_cancel_stops_the_work_and_says_so(jobs, bar, messages):
    gate, answers = Gate(), []
    jobs.start("Counting", gate, answers.append)
    wait_until(gate.started.is_set)
    find(bar, "testCancel").click()
    wait_until(bar.isHidden)
    assert gate.was_cancelled
    assert answers == []
    assert "Cancelled: Counting" in messages()


def test_an_error_is_reported_and_ends_the_job(jobs, bar, messages):
    def work(_feedback) -> None:
        raise PlanetaryError("The kernel is missing.", hint="Fetch it.")

    jobs.start("Reading", work, lambda _it: None)
    wait_until(bar.isHidden)
    assert "The kernel is missing. Fetch it." in messages()
    assert not jobs.busy


def test_an_error_while_showing_the_answer_is_reported(jobs, bar, messages):
    def show(_answer) -> None:
        raise PlanetaryError("The table cannot be opened.")

    jobs.start("Reading", lambda _feedback: None, show)
    wait_until(bar.isHidden)
    assert "The table cannot be opened." in messages()


def test_nothing_reaches_a_closed_dock(jobs):
    gate, answers = Gate(), []
    jobs.start("Counting", gate, answers.append)
    wait_until(gate.started.is_set)
    jobs.close()
    gate.opened.set()
    settle(200)
    assert answers == []
