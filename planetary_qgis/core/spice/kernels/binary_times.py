"""When single binary kernels know positions, attitudes, orientations and shapes; in TDB."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.kernels.daf import segments_of
from planetary_qgis.core.spice.kernels.intervals import Intervals, union
from planetary_qgis.core.spice.session import short_message

_MOST_INTERVALS = 2_000_000


@dataclass(frozen=True)
class Links:
    """Which body's positions are given relative to which, and when: a chain of SPK segments.

    Attributes:
        by_pair: TDB intervals by (body, centre).
    """

    by_pair: dict[tuple[int, int], Intervals] = field(default_factory=dict)

    def centres(self, body: int) -> list[int]:
        return [centre for each, centre in self.by_pair if each == body]


def links_of(spks: Iterable[Path]) -> Links:
    """What the positions in SPKs are relative to, and when; needs no loaded kernel."""
    found: dict[tuple[int, int], list[Intervals]] = {}
    for path in spks:
        segments = segments_of(path)
        pairs, which = np.unique(segments.ids[:, :2], axis=0, return_inverse=True)
        for number, (body, centre) in enumerate(pairs.tolist()):
            times = segments.times[which.ravel() == number]
            found.setdefault((body, centre), []).append(times)
    return Links({pair: union(*parts) for pair, parts in found.items()})


def attitudes_in(ck: Path, structure: int) -> Intervals:
    """TDB intervals at which a CK knows a structure's attitude.

    Raises:
        KernelError: No clock kernel for it is loaded.
    """
    # CSPICE inserts each interval among all the others: quick within a file, where they are sorted.
    cell = spiceypy.cell_double(min(2 * _MOST_INTERVALS, max(1000, ck.stat().st_size // 4)))
    try:
        spiceypy.ckcov(str(ck), structure, False, "INTERVAL", 0.0, "TDB", cell)
    except SpiceyError as error:
        raise KernelError(
            f"The times in {ck.name} cannot be read.",
            details=short_message(error),
            hint=f"Add the spacecraft clock kernel (.tsc) for {structure} before it.",
        ) from error
    count = 2 * spiceypy.wncard(cell)
    if not count:
        return np.empty((0, 2))
    numbers = ctypes.cast(cell.data, ctypes.POINTER(ctypes.c_double))
    return np.ctypeslib.as_array(numbers, (count,)).reshape(-1, 2).copy()


def times_by_id(path: Path, place: int) -> list[tuple[int, Intervals]]:
    """Times of a kernel's segments by one of their ids."""
    segments = segments_of(path)
    ids = segments.ids[:, place]
    return [(i, segments.times[ids == i]) for i in np.unique(ids).tolist()]


def shapes_in(dsk: Path) -> list[tuple[int, Intervals]]:
    """Times at which a DSK knows the shapes of bodies."""
    handle = spiceypy.dasopr(str(dsk))
    found: list[tuple[int, Intervals]] = []
    try:
        segment = spiceypy.dlabfs(handle)
        while True:
            told = spiceypy.dskgd(handle, segment)
            found.append((int(told.center), np.array([[told.start, told.stop]])))
            segment = spiceypy.dlafns(handle, segment)
    except SpiceyError:  # no further segment (older spiceypy raises where CSPICE says not found)
        return found
    finally:
        spiceypy.dascls(handle)
