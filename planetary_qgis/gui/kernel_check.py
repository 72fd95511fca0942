"""Looks, off the GUI thread, whether the kernels suffice for what is asked."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.kernel_reading import Question, Verdict, judge
from planetary_qgis.qgis_bridge import tasks

_TYPING_MS = 500


class KernelCheck(QObject):
    """One look at a time; of the questions that come meanwhile only the newest is kept.

    `answered` tells a Verdict, or None where there is no question.
    """

    answered = pyqtSignal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: Question | None = None
        self._asked: Question | None = None
        self._runs, self._open = False, True
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_TYPING_MS)
        self._pause.timeout.connect(self._start)

    def ask(self, question: Question | None, *, again: bool = False) -> None:
        """Look soon; not again at what was looked at last, unless files may have changed."""
        if question == self._asked and not again:
            self._waiting = None
            return
        self._waiting = question
        self._asked = question
        if question is None:
            self._pause.stop()
            self.answered.emit(None)
        else:
            self._pause.start()

    def close(self) -> None:
        """Look at nothing any more, and let no answer come."""
        self._open = False
        self._pause.stop()

    def _start(self) -> None:
        question = self._waiting
        if question is None or self._runs or not self._open:
            return
        self._waiting, self._runs = None, True
        tasks.run_in_task(
            self.tr("Looking at the kernels"),
            lambda _feedback: judge(question),
            on_done=self._tell,
            on_error=lambda error: self._tell(Verdict(question, error=error)),
            on_cancelled=lambda: self._tell(_cancelled(question)),
        )

    def _tell(self, verdict: Verdict) -> None:
        if not self._open:
            return
        self._runs = False
        if verdict.question == self._asked and self._waiting is None:
            self.answered.emit(verdict)
        self._start()


def _cancelled(question: Question) -> Verdict:
    error = PlanetaryError("The look at the kernels was cancelled.", hint="Read the kernels again.")
    return Verdict(question, error=error)
