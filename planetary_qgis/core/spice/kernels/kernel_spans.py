"""From when to when single kernel files know something, by their lists of segments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.kernels.daf import segments_of
from planetary_qgis.core.spice.kernels.kernel_files import KernelFile, kernel_file
from planetary_qgis.core.spice.vectorised import utc_from_et

Span = tuple[np.datetime64, np.datetime64]
_WITH_TIMES = ("SPK", "CK", "PCK")


def spans_of(files: Sequence[Path]) -> dict[Path, Span]:
    """UTC from the first to the last moment of each binary kernel.

    Kernels without times, or whose clock is unknown, are left out.

    Args:
        files: Furnished already: UTC needs leap seconds, CKs their clock.
    """
    found = {}
    for file in map(kernel_file, files):
        times = _times_of(file)
        if times is not None:
            first, last = utc_from_et(times)
            found[file.path] = (first, last)
    return found


def _times_of(file: KernelFile) -> NDArray[np.float64] | None:
    """(2,) TDB of the first begin and the last end."""
    if not file.is_binary or file.kind not in _WITH_TIMES:
        return None
    try:
        segments = segments_of(file.path)
        if not len(segments.times):
            return None
        if file.kind == "CK":
            return _et_of_ticks(segments.ids[:, 0], segments.times)
    except (KernelError, SpiceyError):  # who reads the kernel itself says so
        return None
    return np.array([segments.times[:, 0].min(), segments.times[:, 1].max()])


def _et_of_ticks(structures: NDArray[np.int64], ticks: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2,) TDB of the earliest and the latest reading, each structure's by its own clock."""
    moments = []
    for structure in np.unique(structures).tolist():
        clock = spiceypy.ckmeta(structure, "SCLK")
        own = ticks[structures == structure]
        moments += [spiceypy.sct2e(clock, t) for t in (own[:, 0].min(), own[:, 1].max())]
    return np.array([min(moments), max(moments)])
