"""Where segments of lines meet.

No vertex is ever moved. What lies within a rounding of a segment lies on it: the segment gets that
vertex too, so that only segments bend, by less than any computer could draw. Since every vertex
that close becomes one of both lines, bent segments do not meet anew, and one pass is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.lines import Indices, Lines, Mask

_SAME_CROSSING = 4.0
"""Times the epsilon: crossings of three lines in one point are that close together."""


@dataclass(frozen=True)
class Meetings:
    """Places on lines where others meet them.

    Attributes:
        at: (m,) the vertex that is met, or after which a line is met.
        share: (m,) of the way to the next vertex, below 1; 0 where the vertex itself is met.
        xy: (m, 2) the place.
        other: (m,) the line that is met there.
        is_new: (m,) whether lines cross there, so that neither has a vertex.
    """

    at: Indices
    share: FloatArray
    xy: FloatArray
    other: Indices
    is_new: Mask

    @classmethod
    def joined(cls, parts: Sequence[Meetings]) -> Meetings:
        """All of several."""
        return cls(
            np.concatenate([each.at for each in parts]),
            np.concatenate([each.share for each in parts]),
            np.concatenate([each.xy for each in parts]),
            np.concatenate([each.other for each in parts]),
            np.concatenate([each.is_new for each in parts]),
        )

    def only(self, wanted: Mask) -> Meetings:
        return Meetings(
            self.at[wanted],
            self.share[wanted],
            self.xy[wanted],
            self.other[wanted],
            self.is_new[wanted],
        )


class SegmentTree:
    """The segments of lines, to be found by boxes that are a little larger than they are."""

    def __init__(self, lines: Lines, segments: Indices, epsilon: float) -> None:
        self._segments = segments
        self.boxes = _boxes(lines, segments, epsilon)
        self._tree = shapely.STRtree(self.boxes)

    @classmethod
    def of(cls, lines: Lines, epsilon: float) -> SegmentTree:
        """All of them."""
        return cls(lines, lines.segments, epsilon)

    def near(self, boxes: Shapes) -> tuple[Indices, Indices]:
        """Pairs of boxes and segments that may meet."""
        box, found = self._tree.query(boxes)
        return box.astype(np.int64), self._segments[found]


def all_meetings(lines: Lines, tree: SegmentTree, epsilon: float) -> Meetings:
    """Those of all lines, of each with itself too."""
    first, second = tree.near(tree.boxes)
    return _meet(lines, lines.segments[first], second, epsilon)


def meetings_with(
    lines: Lines, new: Mask, epsilon: float, others: SegmentTree | None = None
) -> Meetings:
    """Those of the (k,) new lines with each other, themselves and all others.

    Args:
        others: The segments of lines that are not new; by default those around are looked for.
    """
    is_new = new[lines.line[lines.segments]]
    fresh = lines.segments[is_new]
    tree = SegmentTree(lines, fresh, epsilon)
    if others is None:
        around = _around(lines, fresh, epsilon) & ~is_new
        others = SegmentTree(lines, lines.segments[around], epsilon)
    among, beside = tree.near(tree.boxes), others.near(tree.boxes)
    a = fresh[np.concatenate([among[0][fresh[among[0]] < among[1]], beside[0]])]
    b = np.concatenate([among[1][fresh[among[0]] < among[1]], beside[1]])
    return _meet(lines, np.minimum(a, b), np.maximum(a, b), epsilon)


def _around(lines: Lines, fresh: Indices, epsilon: float) -> Mask:
    """Which segments lie in the box around all of some."""
    inside = np.ones(len(lines.segments), dtype=bool)
    if not len(fresh):
        return ~inside
    for places in lines.xy.T:  # one by one: numpy is slow along short axes
        ends = np.concatenate([places[fresh], places[fresh + 1]])
        low, high = ends.min() - 2.0 * epsilon, ends.max() + 2.0 * epsilon
        below, above = places <= high, places >= low
        for side in (below, above):
            inside &= side[lines.segments] | side[lines.segments + 1]
    return inside


def _boxes(lines: Lines, segments: Indices, epsilon: float) -> Shapes:
    """Diagonals of boxes that are a little larger than segments: a tree asks for no more."""
    start, end = lines.xy[segments], lines.xy[segments + 1]
    corners = np.stack([np.minimum(start, end) - epsilon, np.maximum(start, end) + epsilon], axis=1)
    return np.asarray(shapely.linestrings(corners))


def _meet(lines: Lines, first: Indices, second: Indices, epsilon: float) -> Meetings:
    """Meetings of pairs of segments; those with themselves and those named twice do not count."""
    once = first < second
    a, b = first[once], second[once]
    touches = [
        _touches(lines, vertex, segment, epsilon)
        for vertex, segment in ((b, a), (b + 1, a), (a, b), (a + 1, b))
    ]
    same = [
        (p, q, (lines.xy[p] == lines.xy[q]).all(axis=1) & (p != q))
        for p, q in ((a, b), (a + 1, b), (a, b + 1), (a + 1, b + 1))
    ]
    is_met = np.logical_or.reduce([each[0] for each in touches] + [each[2] for each in same])
    neighbours = (b == a + 1) & (lines.line[a] == lines.line[b])
    found = [_crossings(lines, a[~is_met & ~neighbours], b[~is_met & ~neighbours])]
    for (vertex, segment), (on_it, share) in zip(((b, a), (b + 1, a), (a, b), (a + 1, b)), touches):
        p, s = vertex[on_it], segment[on_it]
        found.append(_rows(s, share[on_it], lines.xy[p], lines.line[p]))
        found.append(_vertices(lines, p, lines.line[s]))
    for p, q, equal in same:
        found.append(_vertices(lines, p[equal], lines.line[q[equal]]))
        found.append(_vertices(lines, q[equal], lines.line[p[equal]]))
    folded = b[is_met & neighbours]  # a line that runs back on itself turns at a vertex
    found.append(_vertices(lines, folded, lines.line[folded]))
    return Meetings.joined(found)


def _touches(
    lines: Lines, vertex: Indices, segment: Indices, epsilon: float
) -> tuple[Mask, FloatArray]:
    """Which vertices lie on segments between their ends, and at which share of them."""
    x, y = lines.xy[:, 0], lines.xy[:, 1]
    x_a, y_a = x[segment], y[segment]
    across, up = x[segment + 1] - x_a, y[segment + 1] - y_a
    east, north = x[vertex] - x_a, y[vertex] - y_a
    squared = across**2 + up**2
    along = east * across + north * up
    aside = np.abs(across * north - up * east)
    on_it = (along > 0.0) & (along < squared) & (aside <= epsilon * np.sqrt(squared))
    candidates = np.flatnonzero(on_it)
    p, s = vertex[candidates], segment[candidates]
    is_end = (lines.xy[p] == lines.xy[s]).all(axis=1) | (lines.xy[p] == lines.xy[s + 1]).all(axis=1)
    on_it[candidates[is_end]] = False
    return on_it, along / squared


def _crossings(lines: Lines, a: Indices, b: Indices) -> Meetings:
    """Where segments cross between their ends, a row for each of both lines.

    The place is the same, bit for bit, whichever segment comes first and wherever they run.
    """
    p, q = lines.xy[a], lines.xy[b]
    along_a, along_b = lines.xy[a + 1] - p, lines.xy[b + 1] - q
    between = q - p
    parallel = _cross(along_a, along_b)
    with np.errstate(divide="ignore", invalid="ignore"):
        share_a = _cross(between, along_b) / parallel
        share_b = _cross(between, along_a) / parallel
    cross = (share_a > 0.0) & (share_a < 1.0) & (share_b > 0.0) & (share_b < 1.0)
    a, b, share_a, share_b = a[cross], b[cross], share_a[cross], share_b[cross]
    places = _crossing_places(lines, a, b)
    is_new = np.ones(len(a), dtype=bool)
    return Meetings.joined(
        [
            Meetings(a, share_a, places, lines.line[b], is_new),
            Meetings(b, share_b, places, lines.line[a], is_new),
        ]
    )


def _crossing_places(lines: Lines, a: Indices, b: Indices) -> FloatArray:
    """(n, 2) where segments cross, reckoned from the leftmost end of the leftmost segment."""
    x, y = lines.xy[:, 0], lines.xy[:, 1]
    a, a_end = _from_the_left(x, y, a, a + 1)
    b, b_end = _from_the_left(x, y, b, b + 1)
    first, second = _from_the_left(x, y, a, b)
    first_end = np.where(first == a, a_end, b_end)
    second_end = np.where(first == a, b_end, a_end)
    start, along = lines.xy[first], lines.xy[first_end] - lines.xy[first]
    other = lines.xy[second_end] - lines.xy[second]
    share = _cross(lines.xy[second] - start, other) / _cross(along, other)
    return np.asarray(start + share[:, None] * along)


def _from_the_left(x: FloatArray, y: FloatArray, a: Indices, b: Indices) -> tuple[Indices, Indices]:
    is_right = (x[a] > x[b]) | ((x[a] == x[b]) & (y[a] > y[b]))
    return np.where(is_right, b, a), np.where(is_right, a, b)


def merged_crossings(meetings: Meetings, epsilon: float) -> FloatArray:
    """(m, 2) places, where crossings that are one but for roundings are at one place."""
    new = np.flatnonzero(meetings.is_new)
    if len(new) == 0:
        return meetings.xy
    # What is drawn goes first: crossings move to vertices, vertices to nothing. Of crossings it is
    # the leftmost, whatever order lines are in.
    x, y = meetings.xy[:, 0], meetings.xy[:, 1]
    new = new[np.lexsort((y[new], x[new]))]
    drawn = np.flatnonzero(~meetings.is_new & (meetings.share > 0.0))
    between = np.concatenate([drawn[np.lexsort((y[drawn], x[drawn]))], new])
    places = shapely.points(meetings.xy[between])
    tree = shapely.STRtree(places)
    asked, near = tree.query(shapely.points(meetings.xy[new]), "dwithin", _SAME_CROSSING * epsilon)
    best = np.arange(len(between) - len(new), len(between))
    np.minimum.at(best, asked, near)
    xy = meetings.xy.copy()
    xy[new] = meetings.xy[between[best]]
    return xy


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _vertices(lines: Lines, vertex: Indices, other: Indices) -> Meetings:
    return _rows(vertex, np.zeros(len(vertex)), lines.xy[vertex], other)


def _rows(at: Indices, share: FloatArray, xy: FloatArray, other: Indices) -> Meetings:
    return Meetings(at, share, xy, other, np.zeros(len(at), dtype=bool))
