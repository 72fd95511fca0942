"""A network that follows edits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.units.closing import (
    LooseEnds,
    closings_of,
    loose_ends,
    with_overhangs,
)
from planetary_qgis.core.mapping.units.edges import cut
from planetary_qgis.core.mapping.units.lines import Indices, Lines, Mask, Source, epsilon_of
from planetary_qgis.core.mapping.units.meetings import Meetings, meetings_with
from planetary_qgis.core.mapping.units.network import Network, closing_lines, networked

_NO = -1


class LiveNetwork:
    """The network of lines that come and go.

    Attributes:
        network: As it is now.
        uids: (k,) a number for each of its lines that no other line ever has.
    """

    def __init__(self, lines: Lines, ground: Ground, closing_m: float) -> None:
        self._ground, self._closing_m = ground, closing_m
        self._next = 0
        self._build(lines)

    def change(self, gone: Mask, new: Lines) -> None:
        """Replace some of the drawn lines by new ones."""
        before = self.network
        is_drawn = before.lines.source != Source.CLOSING
        drawn = before.lines.only(is_drawn)
        lines = Lines.joined([drawn.only(~gone), new])
        if epsilon_of(lines.xy) != epsilon_of(drawn.xy):
            self._build(lines)
            return
        renumbered = np.where(gone, _NO, np.cumsum(~gone) - 1)
        is_new = np.arange(len(lines.feature)) >= (~gone).sum()
        ends = self._ends(lines, is_new, renumbered, _boxes(drawn.only(gone), new))
        self._close(lines, is_new, ends, renumbered)

    def _build(self, lines: Lines) -> None:
        self.network = networked(lines, self._ground, self._closing_m)
        self.uids = self._fresh(len(self.network.lines.feature))

    def _fresh(self, count: int) -> Indices:
        self._next += count
        return np.arange(self._next - count, self._next)

    def _ends(
        self, lines: Lines, is_new: Mask, renumbered: Indices, changed: FloatArray
    ) -> LooseEnds:
        """Loose ends of the drawn lines; what is near to one is looked for near changes only."""
        epsilon = epsilon_of(lines.xy)
        moved = _Moved(self.network.lines, lines, renumbered)
        kept = moved.meetings(self.network.meetings)
        meetings = Meetings.joined([kept, meetings_with(lines, is_new, epsilon)])
        edges = cut(lines, meetings, epsilon)
        known = moved.ends(self.network.ends)
        known = known.only(~_touched(known.around, changed))
        return loose_ends(lines, edges, self._ground, self._closing_m, known=known)

    def _close(self, lines: Lines, is_new: Mask, ends: LooseEnds, renumbered: Indices) -> None:
        """Close the gaps of loose ends, and let be those that are closed as before."""
        before, epsilon = self.network, epsilon_of(lines.xy)
        closed = closings_of(lines, ends, self._closing_m)
        closings = closing_lines(lines, ends, closed)
        old = before.lines.only(before.lines.source == Source.CLOSING)
        same = _same_closings(old, closings)
        everything = Lines.joined([lines, closings])
        moved_to = np.concatenate([renumbered, np.where(same == _NO, _NO, same + len(is_new))])
        moved = _Moved(before.lines, everything, moved_to)
        is_added = np.concatenate([is_new, ~np.isin(np.arange(len(closed)), same)])
        meetings = Meetings.joined(
            [moved.meetings(before.meetings), meetings_with(everything, is_added, epsilon)]
        )
        edges = cut(everything, meetings, epsilon)
        hanging = with_overhangs(ends, edges, self._ground)
        self.network = Network(everything, meetings, edges, hanging, closed, self._closing_m)
        uids = self._fresh(len(everything.feature))
        uids[moved_to[moved_to != _NO]] = self.uids[moved_to != _NO]
        self.uids = uids


class _Moved:
    """Lines under other numbers.

    Args:
        renumbered: For the first lines of those before, their index now; -1 where they are gone,
            as are all that are not named.
    """

    def __init__(self, before: Lines, now: Lines, renumbered: Indices) -> None:
        missing = np.full(len(before.feature) - len(renumbered), _NO)
        self._line = np.concatenate([renumbered, missing]).astype(np.int64)
        shift = np.where(self._line == _NO, 0, now.first[self._line] - before.first[:-1])
        self._vertex = np.where(
            self._line[before.line] == _NO, _NO, np.arange(len(before.xy)) + shift[before.line]
        )

    def meetings(self, meetings: Meetings) -> Meetings:
        """Those of lines that are still there."""
        at, other = self._vertex[meetings.at], self._line[meetings.other]
        return replace(meetings, at=at, other=other).only((at != _NO) & (other != _NO))

    def ends(self, ends: LooseEnds) -> LooseEnds:
        """Those whose line, and what is nearest to them, are still there."""
        vertex = self._vertex[ends.vertex]
        has_near = ends.at != _NO
        at = np.where(has_near, self._vertex[ends.at], _NO)
        return replace(ends, vertex=vertex, at=at).only((vertex != _NO) & ((at != _NO) == has_near))


def _boxes(*some: Lines) -> FloatArray:
    """(k, 2, 2) lower left and upper right corners of lines."""
    lows, highs = [np.zeros((0, 2))], [np.zeros((0, 2))]
    for lines in some:
        if len(lines.feature):
            lows.append(np.minimum.reduceat(lines.xy, lines.first[:-1], axis=0))
            highs.append(np.maximum.reduceat(lines.xy, lines.first[:-1], axis=0))
    return np.stack([np.concatenate(lows), np.concatenate(highs)], axis=1)


def _touched(around: FloatArray, changed: FloatArray) -> Mask:
    """Which boxes meet one of others."""
    touched = np.zeros(len(around), dtype=bool)
    tree = shapely.STRtree(shapely.linestrings(changed))
    touched[tree.query(shapely.linestrings(around))[0]] = True
    return touched


def _same_closings(old: Lines, new: Lines) -> Indices:
    """For (c,) old closings the new one with the same ends; -1 where there is none."""
    places = {row.tobytes(): index for index, row in enumerate(new.xy.reshape(-1, 4))}
    found = [places.get(row.tobytes(), _NO) for row in old.xy.reshape(-1, 4)]
    return np.array(found, dtype=np.int64)
