"""What stands behind the Kernels tab."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from qgis.PyQt.QtCore import QObject, pyqtSignal

from planetary_qgis.gui import kernel_reading, kernel_recent
from planetary_qgis.gui.coverage_rows import Row
from planetary_qgis.gui.coverage_sentences import span_texts
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.kernel_check import KernelCheck
from planetary_qgis.gui.kernel_reading import Question, Reading, Verdict
from planetary_qgis.gui.kernels_group import KernelsGroup
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge import settings

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernels.coverage import Timeline
    from planetary_qgis.core.spice.kernels.kernel_files import FolderOfKernels
    from planetary_qgis.core.spice.kernels.kernel_sets import KernelSummary
    from planetary_qgis.gui.kernel_search import KernelSearch

_US = 1e6


class KernelController(QObject):
    """Reads kernels and folders of them, shows what they cover, and says what is missing.

    `found` tells a KernelSummary, `judged` a Verdict or None, `span_chosen` UTC texts.
    """

    found = pyqtSignal(object)
    judged = pyqtSignal(object)
    span_chosen = pyqtSignal(str, str)

    def __init__(
        self,
        view: KernelsGroup,
        toolbox: Toolbox,
        jobs: Jobs,
        question: Callable[[], Question | None],
    ) -> None:
        super().__init__(view)
        self._view, self._tools, self._jobs = view, toolbox, jobs
        self._question = question
        self._check = KernelCheck(self)
        self._search: KernelSearch | None = None
        self._ids: dict[str, int] = {}
        self._verdict: Verdict | None = None
        self._shown: tuple[Path, ...] = ()

    def load(self) -> None:
        for signal, slot in self._connections():
            signal.connect(slot)
        self._view.set_kernels(settings.load().kernels)

    def unload(self) -> None:
        self._check.close()
        if self._search is not None:
            self._search.close()
        for signal, slot in self._connections():
            signal.disconnect(slot)

    def read(self) -> None:
        """Read the kernels in a task and show what they are and know."""
        kernels = self._view.kernels()
        if kernels:
            self._jobs.start(
                self.tr("Reading kernels"),
                lambda _feedback: kernel_reading.read_kernels(kernels),
                lambda reading: self._show(reading, kernels),
            )

    def look(self, *, again: bool = False) -> None:
        """See, once the user has stopped typing, what is missing for the observation."""
        self._check.ask(self._question(), again=again)

    def search(self) -> None:
        """Open the window that finds kernels, on the observation's spacecraft and times."""
        from planetary_qgis.core.times import utc_text
        from planetary_qgis.gui.kernel_search import KernelSearch

        if self._search is None:
            self._search = KernelSearch(self._view, self._tools.reporter)
            self._search.downloaded.connect(lambda metakernel: self._view.take([metakernel]))
        asked = self._question()
        observer = asked.observer if asked is not None else ""
        times = self._verdict.times if self._verdict is not None else ()
        texts = [utc_text(time) for time in times]
        self._search.show(
            self._id_of(observer), texts[0] if texts else "", texts[-1] if texts else ""
        )

    def _connections(self) -> tuple[tuple, ...]:
        return (
            (self._view.read_requested, self.read),
            (self._view.changed, self._tell_stale),
            (self._view.folders_given, self._add_folders),
            (self._view.chart.span_chosen, self._take_span),
            (self._view.buttons.search_wanted, self.search),
            (self._view.missing.search_wanted, self.search),
            (self._check.answered, self._show_verdict),
        )

    def _show(self, reading: Reading, kernels: tuple[Path, ...]) -> None:
        settings.remember(kernels=kernels)
        self._shown = kernels
        self._view.show_reading(reading)
        summary = reading.summary
        self._view.chart.show_rows(self._rows(summary.coverage.lines) if summary else ())
        self._view.tell_coverage(self._coverage(summary) if summary else "")
        if summary is not None:
            kernel_recent.remember(kernels)
            self._ids = {known.name: known.naif_id for known in summary.observers}
            self.found.emit(summary)
        self.look(again=True)
        self._tell_problems(reading)

    def _tell_stale(self) -> None:
        """Say that the chart is about other kernels than those in the list."""
        if self._shown and self._view.kernels() != self._shown:
            text = self.tr("The list has changed; read the kernels to see what it covers now.")
            self._view.tell_coverage(text)

    def _tell_problems(self, reading: Reading) -> None:
        if reading.problems:
            text = self.tr("Not all kernels can be used. {first}")
            self._tools.reporter.warn(
                text.format(first=reading.problems[0]), "\n".join(reading.problems)
            )

    def _coverage(self, summary: KernelSummary) -> str:
        if summary.start is None or summary.stop is None:
            return self.tr("The kernels hold no positions of a spacecraft.")
        text = self.tr("Positions from {start} to {stop}")
        return text.format(start=summary.start, stop=summary.stop)

    def _rows(self, lines: Sequence[Timeline]) -> list[Row]:
        titles = {
            "positions": self.tr("Positions"),
            "attitude": self.tr("Attitude"),
            "orientation": self.tr("Orientation"),
            "shape": self.tr("Shape"),
        }
        return [
            Row(
                title=line.name,
                naif_id=line.naif_id,
                group=titles[line.what],
                intervals=line.intervals.astype("datetime64[us]").astype(np.int64) / _US,
                leads=line.naif_id < 0,
            )
            for line in lines
        ]

    def _id_of(self, observer: str) -> int | None:
        """The NAIF id of a name or number, as far as the kernels that were read tell."""
        try:
            return int(observer)
        except ValueError:
            return self._ids.get(observer)

    def _show_verdict(self, verdict: Verdict | None) -> None:
        self._verdict = verdict
        self._view.missing.show_verdict(verdict)
        times = verdict.times if verdict is not None else ()
        self._view.chart.mark(*(_seconds(time) for time in times))
        self.judged.emit(verdict)

    def _take_span(self, start: float, stop: float) -> None:
        self.span_chosen.emit(*span_texts(start, stop))

    def _add_folders(self, folders: Sequence[Path]) -> None:
        self._jobs.start(
            self.tr("Looking for kernels"),
            lambda _feedback: _kernels_of(folders),
            self._add_found,
        )

    def _add_found(self, found: Sequence[FolderOfKernels]) -> None:
        for folder in found:
            self._view.add_kernels(folder.kernels)
            self._tools.reporter.note(folder.sentence)
        self.read()


def _kernels_of(folders: Sequence[Path]) -> list[FolderOfKernels]:
    from planetary_qgis.core.spice.kernels.kernel_files import folder_of_kernels

    return [folder_of_kernels(folder) for folder in folders]


def _seconds(time: np.datetime64) -> float:
    return float(time.astype("datetime64[us]").astype(np.int64)) / _US
