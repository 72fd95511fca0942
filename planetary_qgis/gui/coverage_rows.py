"""What a coverage chart shows: each object's intervals, found and summed up fast however many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
FULL = 4
"""The level of a piece without any hole."""
_ROUNDING_S = 1e-6


@dataclass(frozen=True)
class Row:
    """An object of the chart.

    Attributes:
        title: Its name.
        naif_id: Of the body, or of what a frame's attitude is known by.
        group: What is known of it; rows of one group stand together.
        intervals: (n, 2) seconds of UTC since 1970, in order, none overlapping.
        leads: Whether the chart opens on its times; planets are known for centuries.
    """

    title: str
    naif_id: int
    group: str
    intervals: FloatArray = field(repr=False)
    leads: bool = True

    @property
    def full_title(self) -> str:
        """Name and id."""
        return f"{self.title} ({self.naif_id})"

    def __len__(self) -> int:
        return len(self.intervals)

    def index_at(self, time: float, slack: float = 0.0) -> int | None:
        """The interval that holds a time, else the nearest one not farther off than the slack."""
        if not len(self):
            return None
        after = int(np.searchsorted(self.intervals[:, 0], time, side="right"))
        near = [index for index in (after - 1, after) if 0 <= index < len(self)]
        distance, index = min((self._distance(index, time), index) for index in near)
        return index if distance <= slack else None

    def gap_at(self, time: float) -> tuple[float, float] | None:
        """The gap between two intervals that holds a time."""
        after = int(np.searchsorted(self.intervals[:, 0], time, side="right"))
        if after in (0, len(self)) or self.intervals[after - 1, 1] >= time:
            return None
        return float(self.intervals[after - 1, 1]), float(self.intervals[after, 0])

    def span(self, index: int) -> tuple[float, float]:
        start, stop = self.intervals[index]
        return float(start), float(stop)

    def pieces(self, edges: FloatArray) -> list[tuple[int, int, int]]:
        """What to paint: first column, column after the last, and a level from 1 to FULL.

        Args:
            edges: (columns + 1,) times, rising evenly.
        """
        if not len(self):
            return []
        times, covered = self._summed
        shares = np.diff(np.interp(edges, times, covered)) / (edges[1] - edges[0])
        begun = np.diff(np.searchsorted(self.intervals[:, 0], edges)) > 0
        levels = np.clip(np.ceil(shares * (FULL - 1)), begun.astype(float), FULL - 1)
        levels[shares > 1 - _ROUNDING_S] = FULL
        levels[(shares < _ROUNDING_S) & ~begun] = 0
        turns = np.flatnonzero(np.diff(levels, prepend=0.0, append=0.0))
        runs = zip(turns[:-1].tolist(), turns[1:].tolist())
        return [(first, after, int(levels[first])) for first, after in runs if levels[first]]

    @cached_property
    def _summed(self) -> tuple[FloatArray, FloatArray]:
        """Where intervals begin and end, and how many seconds are covered until then."""
        lengths = self.intervals[:, 1] - self.intervals[:, 0]
        until_stop = np.cumsum(lengths)
        return self.intervals.ravel(), np.column_stack([until_stop - lengths, until_stop]).ravel()

    def _distance(self, index: int, time: float) -> float:
        start, stop = self.span(index)
        return max(start - time, time - stop, 0.0)


def whole_extent(rows: Sequence[Row]) -> tuple[float, float] | None:
    """From the first beginning to the last end of all that these rows know."""
    known = [row.intervals for row in rows if len(row)]
    if not known:
        return None
    return min(float(each[0, 0]) for each in known), max(float(each[:, 1].max()) for each in known)


def leading_extent(rows: Sequence[Row]) -> tuple[float, float] | None:
    """The extent of the rows that lead, of all where none does."""
    return whole_extent([row for row in rows if row.leads]) or whole_extent(rows)
