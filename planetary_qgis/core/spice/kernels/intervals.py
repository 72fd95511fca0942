"""Sets of time: (n, 2) arrays of starts and stops, sorted and apart from each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Intervals = NDArray[np.float64]
ALWAYS: Intervals = np.array([[-np.inf, np.inf]])
NEVER: Intervals = np.empty((0, 2))


def union(*parts: Intervals) -> Intervals:
    """All times that are in some of the parts, which may be unsorted and overlap."""
    whole = np.concatenate(
        [NEVER, *(np.asarray(part, dtype=float).reshape(-1, 2) for part in parts)]
    )
    whole = whole[np.argsort(whole[:, 0], kind="stable")]
    if not len(whole):
        return NEVER
    reached = np.maximum.accumulate(whole[:, 1])
    begins = np.flatnonzero(np.concatenate([[True], whole[1:, 0] > reached[:-1]]))
    ends = np.concatenate([begins[1:], [len(whole)]]) - 1
    return np.column_stack([whole[begins, 0], reached[ends]])


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """All times that are in both."""
    first = np.searchsorted(other[:, 1], one[:, 0], side="left")
    behind = np.searchsorted(other[:, 0], one[:, 1], side="right")
    counts = np.maximum(behind - first, 0)
    ours = np.repeat(np.arange(len(one)), counts)
    nth = np.arange(len(ours)) - np.repeat(np.cumsum(counts) - counts, counts)
    theirs = first[ours] + nth
    starts = np.maximum(one[ours, 0], other[theirs, 0])
    stops = np.minimum(one[ours, 1], other[theirs, 1])
    return np.column_stack([starts, stops])


def gaps_in(known: Intervals, start: float, stop: float) -> Intervals:
    """The times between start and stop that are not known; of an instant, the instant."""
    asked = np.array([[start, stop]])
    inside = intersection(asked, known)
    if not len(inside):
        return asked
    begins = np.concatenate([[start], inside[:, 1]])
    ends = np.concatenate([inside[:, 0], [stop]])
    return np.column_stack([begins, ends])[ends > begins]


def without_tiny_holes(known: Intervals, share: float) -> Intervals:
    """The same times, holes filled that are shorter than this share of the whole."""
    if len(known) < 2 or share <= 0.0:
        return known
    least = share * (known[-1, 1] - known[0, 0])
    wide = np.flatnonzero(known[1:, 0] - known[:-1, 1] >= least)
    starts = np.concatenate([known[:1, 0], known[wide + 1, 0]])
    stops = np.concatenate([known[wide, 1], known[-1:, 1]])
    return np.column_stack([starts, stops])
