"""How lines run through and on each other."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.lines import Indices, Lines, epsilon_of
from planetary_qgis.core.mapping.units.meetings import Meetings

_ON_IT = 8.0
"""Times the epsilon: a stretch whose middle is that near runs on the other line."""


@dataclass(frozen=True)
class Runs:
    """Lines, and where they meet each other."""

    lines: Lines
    meetings: Meetings

    @cached_property
    def own(self) -> Indices:
        """(m,) the line that each meeting is on."""
        return np.asarray(self.lines.line[self.meetings.at])

    @cached_property
    def position(self) -> FloatArray:
        """(m,) where on it: the vertex, plus the share of the way to the next."""
        return np.asarray(self.meetings.at + self.meetings.share)

    @cached_property
    def shapes(self) -> Shapes:
        """(k,) LineStrings."""
        return np.asarray(shapely.linestrings(self.lines.xy, indices=self.lines.line))

    @cached_property
    def sameness(self) -> Indices:
        """(k,) a number a line; the same for those with the same vertices, in any direction."""
        numbers: dict[bytes, int] = {}
        keys = shapely.to_wkb(shapely.normalize(self.shapes))
        found = [numbers.setdefault(key, len(numbers)) for key in keys]
        return np.array(found, dtype=np.int64)

    @cached_property
    def crossings(self) -> list[tuple[FloatArray, int, int]]:
        """Places where two lines, or two stretches of one, go on to both sides; and which lines.

        Lines that share a stretch are left out.
        """
        ends = np.concatenate([self.lines.first[:-1], self.lines.first[1:] - 1])
        found: dict[tuple[float, float, int, int], set[tuple[int, float]]] = {}
        for row in np.flatnonzero(~np.isin(self.position, ends)):
            own, other = int(self.own[row]), int(self.meetings.other[row])
            pair = (min(own, other), max(own, other))
            if pair in self.shared:
                continue
            x, y = self.meetings.xy[row].tolist()
            found.setdefault((x, y, *pair), set()).add((own, float(self.position[row])))
        return [
            (np.array([x, y]), a, b)
            for (x, y, a, b), there in found.items()
            if len(there if a == b else {own for own, _ in there}) > 1
        ]

    @cached_property
    def shared(self) -> dict[tuple[int, int], shapely.Geometry]:
        """The stretches that two lines share, by both lines, the earlier first."""
        rows = np.flatnonzero(self.own < self.meetings.other)
        order = np.lexsort((self.position[rows], self.meetings.other[rows], self.own[rows]))
        rows = rows[order]
        before, after = self._neighbours(rows)
        stretches = np.stack([self.meetings.xy[before], self.meetings.xy[after]], axis=1)
        middles = shapely.points(stretches.mean(axis=1))
        away = shapely.distance(middles, self.shapes[self.meetings.other[before]])
        on_it = np.flatnonzero(away <= _ON_IT * epsilon_of(self.lines.xy))
        pieces: dict[tuple[int, int], list[FloatArray]] = {}
        for each in on_it:
            pair = (int(self.own[before[each]]), int(self.meetings.other[before[each]]))
            pieces.setdefault(pair, []).append(stretches[each])
        return {
            pair: shapely.line_merge(shapely.multilinestrings(parts))
            for pair, parts in pieces.items()
        }

    def _neighbours(self, rows: Indices) -> tuple[Indices, Indices]:
        """Meetings of the same two lines, one after the other on the same segment."""
        before, after = rows[:-1], rows[1:]
        same = self.own[before] == self.own[after]
        same &= self.meetings.other[before] == self.meetings.other[after]
        step = self.position[after] - np.floor(self.position[before])
        same &= (self.position[after] > self.position[before]) & (step <= 1.0)
        return before[same], after[same]
