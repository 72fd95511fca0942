"""What the kernels told while opportunities were searched for, and what not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.gaps import nothing_covered
from planetary_qgis.core.spice.kernels.coverage import coverage_of
from planetary_qgis.core.spice.kernels.intervals import gaps_in, intersection
from planetary_qgis.core.spice.opportunities.time_search import Windows, joined_windows
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.vectorised import Gaps, utc_from_et
from planetary_qgis.core.times import utc_text

JOINED_S = 1e-3
"""Windows that are no farther apart are one."""


class Knowledge:
    """Gathers the times of which the kernels do not tell something."""

    def __init__(self, scene: Scene, files: Sequence[Path]) -> None:
        self._scene = scene
        self._files = files
        self._untold: dict[str, list[Windows]] = {}
        self._words: dict[str, str] = {}
        self._searched: dict[str, float] = {}

    def covered(self, asked: Windows) -> Windows:
        """What of the times the SPKs cover, if they say; CSPICE need not be asked of the rest."""
        listed = coverage_of(self._files).positions.get(self._scene.observer_id)
        if listed is None or not len(listed):
            return asked
        known = np.asarray(listed, dtype=float).reshape(-1, 2)
        start, stop = asked[0].tolist()
        holes = gaps_in(known, start, stop)
        holes = holes[holes[:, 1] - holes[:, 0] > JOINED_S]
        if len(holes):
            what = f"the position of {self._scene.observer_name}"
            self._untold[what], self._searched[what] = [holes], _length(asked)
        inside = intersection(asked, known)
        return inside[inside[:, 1] > inside[:, 0]]

    def note(self, searched: Windows, unknown: Windows, gaps: Gaps) -> None:
        """Take in what a step of the search met: the first thing that it lacked stands for all."""
        self._words.update(gaps.words)
        for what in list(gaps.epochs)[:1] if len(unknown) else ():
            self._untold.setdefault(what, []).append(unknown)
            self._searched[what] = self._searched.get(what, 0.0) + _length(searched)

    def tell(self, asked: Windows, report: Report, *, nothing_found: bool) -> None:
        """Say what the kernels do not tell, from when to when.

        Raises:
            CoverageError: Nothing was found, and of something they told nothing at all.
        """
        for what, parts in self._untold.items():
            windows = joined_windows(np.concatenate(parts), JOINED_S)
            if nothing_found and _length(windows) > 0.999 * self._searched[what]:
                gaps = Gaps({what: [float(asked[0, 0])]}, self._words)
                span = utc_from_et(asked[0])
                raise nothing_covered(self._scene, self._files, span[:1], span[1:], gaps)
            for begin, end in utc_from_et(windows.ravel()).reshape(-1, 2):
                span_text = f"{utc_text(begin)} to {utc_text(end)}"
                report.add(f"The kernels do not tell {what}", span_text)


def _length(windows: Windows) -> float:
    return float((windows[:, 1] - windows[:, 0]).sum())
