"""Lines that a moving point draws on a target, as densely sampled as their bends need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.lines import gathered, lines_along
from planetary_qgis.core.spice.surfaces import ellipsoid

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

PointsAt = Callable[[FloatArray], FloatArray]
"""From (m,) epochs to (m, 3) km body-fixed; NaN where there is no point."""

TOLERANCE_RAD = 5e-6
"""How far great circles from sample to sample may run from the point's way: 17 m on Mars."""
_FEWEST_PARTS, _MOST_PARTS = 4, 1024
_DEEPEST = 3
"""How often a span that turns out to have holes is taken apart."""
_EDGE_S = 1e-6
"""How near lines come to where a point vanishes. Nearer, rounding decides whether a line of sight
still meets a limb; at a limb of Mars a microsecond is some 80 m on the ground."""


def traced(points_at: PointsAt, start: FloatArray, stop: FloatArray) -> NDArray[np.object_]:
    """(n,) lines that the point draws from start to stop, None where there is none.

    Where the point vanishes (over the limb, in a gap of the kernels) the line ends at that moment;
    it goes on when the point comes back.

    Args:
        start, stop: (n,) epochs.
    """
    owners, begins, lines = [np.empty(0, np.intp)], [np.empty(0)], [np.empty(0, dtype=object)]
    pending = [_Spans(np.arange(len(start)), start, stop)]
    while pending:
        spans = pending.pop()
        epochs = spans.epochs()
        points = np.asarray(points_at(epochs.ravel())).reshape(*epochs.shape, 3)
        known = np.isfinite(points[..., 0])
        holed = ~known.all(axis=1) & (spans.depth < _DEEPEST)
        bent = ~holed & (_bend(points) > TOLERANCE_RAD) & (spans.parts < _MOST_PARTS)
        done = ~holed & ~bent
        owners.append(spans.owner[done])
        begins.append(spans.start[done])
        lines.append(lines_along(*ellipsoid.lon_lat(points[done])))
        if bent.any():
            pending.append(spans.finer(bent))
        if holed.any():
            pending.append(_known_pieces(points_at, spans, epochs, known, np.flatnonzero(holed)))
    owner = np.concatenate(owners)
    order = np.lexsort((np.concatenate(begins), owner))
    return gathered(np.concatenate(lines)[order], owner[order], len(start))


@dataclass(frozen=True)
class _Spans:
    """Spans of time, each a piece of some line, and into how many parts to cut each."""

    owner: IntArray
    start: FloatArray
    stop: FloatArray
    parts: int = _FEWEST_PARTS
    depth: int = 0

    def epochs(self) -> FloatArray:
        """(n, parts + 1) from start to stop, both exactly."""
        shares = np.linspace(0.0, 1.0, self.parts + 1)
        return np.asarray(self.start[:, None] * (1.0 - shares) + self.stop[:, None] * shares)

    def finer(self, rows: BoolArray) -> _Spans:
        """Some of the spans, to be cut into twice as many parts."""
        return _Spans(
            self.owner[rows], self.start[rows], self.stop[rows], 2 * self.parts, self.depth
        )


def _known_pieces(
    points_at: PointsAt, spans: _Spans, epochs: FloatArray, known: BoolArray, rows: IntArray
) -> _Spans:
    """The pieces of spans with holes throughout which there is a point, to their very ends."""
    epochs, known = epochs[rows], known[rows]
    padded = np.pad(known, ((0, 0), (1, 1)))
    piece, first = np.nonzero(padded[:, 1:-1] & ~padded[:, :-2])
    _, last = np.nonzero(padded[:, 1:-1] & ~padded[:, 2:])
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, epochs.shape[1] - 1)
    start = _edges(points_at, epochs[piece, first], epochs[piece, before])
    stop = _edges(points_at, epochs[piece, last], epochs[piece, after])
    return _Spans(spans.owner[rows[piece]], start, stop, depth=spans.depth + 1)


def _edges(points_at: PointsAt, seen: FloatArray, unseen: FloatArray) -> FloatArray:
    """(m,) the last moments that still have a point, from epochs with one to those without."""
    seen, unseen = seen.copy(), unseen.copy()
    while len(apart := np.flatnonzero(np.abs(unseen - seen) > _EDGE_S)):
        middle = (seen[apart] + unseen[apart]) / 2.0
        there = np.isfinite(points_at(middle)[:, 0])
        seen[apart[there]] = middle[there]
        unseen[apart[~there]] = middle[~there]
    return seen


def _bend(points: FloatArray) -> FloatArray:
    """(n,) radians by which the line leaves the point's way where that bends most; 0 if unknown.

    A sample's distance from the great circle between its neighbours is four times that.
    """
    directions = points / np.linalg.norm(points, axis=-1, keepdims=True)
    off = _distance_to_arc(directions[:, 1:-1], directions[:, :-2], directions[:, 2:])
    return np.asarray(np.where(np.isfinite(off), off, 0.0).max(axis=1) / 4.0)


def _distance_to_arc(point: FloatArray, begin: FloatArray, end: FloatArray) -> FloatArray:
    """Radians, nearly, from unit vectors to the arcs between others; NaN where one is unknown."""
    normal = np.cross(begin, end)
    length = np.linalg.norm(normal, axis=-1, keepdims=True)
    normal = normal / np.maximum(length, 1e-300)
    across = np.abs(np.einsum("...i,...i->...", point, normal))
    past_begin = np.einsum("...i,...i->...", np.cross(begin, point), normal) >= 0.0
    before_end = np.einsum("...i,...i->...", np.cross(point, end), normal) >= 0.0
    to_ends = np.minimum(
        np.linalg.norm(point - begin, axis=-1), np.linalg.norm(point - end, axis=-1)
    )
    beside = past_begin & before_end & (length[..., 0] > 1e-12)
    return np.where(beside, across, to_ends)
