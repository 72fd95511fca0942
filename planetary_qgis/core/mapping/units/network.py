"""Contacts and the map's boundary as a network of edges and nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY
from planetary_qgis.core.mapping.units.bounding import Bounding, every_contact
from planetary_qgis.core.mapping.units.closing import (
    LooseEnds,
    closings_of,
    loose_ends,
    with_overhangs,
)
from planetary_qgis.core.mapping.units.edges import Edges, cut
from planetary_qgis.core.mapping.units.lines import Indices, Lines, Source, epsilon_of, lines_of
from planetary_qgis.core.mapping.units.meetings import (
    Meetings,
    SegmentTree,
    all_meetings,
    meetings_with,
)

LAYER_OF = {int(Source.CONTACT): CONTACTS, int(Source.BOUNDARY): MAP_BOUNDARY}


@dataclass(frozen=True)
class LooseEnd:
    """An end of a line that meets no other line.

    Attributes:
        place: A shapely Point.
        layer, line: Of the template, and the feature's id there.
        gap_m: Metres to the nearest line; infinite where none is near.
        overhang_m: Metres back along the line to where it meets another; infinite where nowhere.
        foot: The nearest Point of that line.
    """

    place: Any
    layer: str
    line: int
    gap_m: float
    overhang_m: float
    foot: Any


@dataclass(frozen=True)
class Crossing:
    """Where two lines cross and neither has a vertex.

    Attributes:
        place: A shapely Point.
        layers, lines: Of both lines; the same twice where a line crosses itself.
    """

    place: Any
    layers: tuple[str, str]
    lines: tuple[int, int]


@dataclass(frozen=True)
class Network:
    """Lines cut where they meet, with what joins ends that nearly meet.

    Attributes:
        lines: As drawn, and after them the closings.
        meetings: Of all of these.
        edges: These cut.
        ends: Loose ends as drawn, with what closings make of their overhangs.
        closed: (c,) which of these have a closing, in the order of the closings.
    """

    lines: Lines
    meetings: Meetings
    edges: Edges
    ends: LooseEnds
    closed: Indices
    closing_m: float

    @cached_property
    def edge_shapes(self) -> Shapes:
        """(e,) LineStrings."""
        return self.edges.shapes(np.arange(len(self.edges.start)))

    @property
    def nodes(self) -> FloatArray:
        """(m, 2) where edges end."""
        return self.edges.nodes

    @property
    def degrees(self) -> Indices:
        """(m,) how many edges end there."""
        return self.edges.degree

    @cached_property
    def closings(self) -> Shapes:
        """(c,) LineStrings."""
        pairs = np.stack([self.ends.xy[self.closed], self.ends.foot[self.closed]], axis=1)
        return np.asarray(shapely.linestrings(pairs))

    @cached_property
    def undershoots(self) -> tuple[LooseEnd, ...]:
        """Loose ends that are closed, as the closings are ordered."""
        return self._told(self.closed)

    @cached_property
    def overshoots(self) -> tuple[LooseEnd, ...]:
        """Loose ends that have passed another line by less than the closing distance."""
        return self._told(np.flatnonzero(self._still_loose & self._is_over))

    @cached_property
    def dangles(self) -> tuple[LooseEnd, ...]:
        """All other loose ends."""
        return self._told(np.flatnonzero(self._still_loose & ~self._is_over))

    @cached_property
    def crossings(self) -> tuple[Crossing, ...]:
        """Where lines as they are drawn cross without a vertex."""
        drawn = self.lines.source != Source.CLOSING
        rows = np.flatnonzero(self.meetings.is_new)
        own, other = self.lines.line[self.meetings.at[rows]], self.meetings.other[rows]
        rows = rows[drawn[own] & drawn[other]]
        # Rows come in pairs, one for each line; the first half is that of the earlier segment.
        seen: dict[tuple[float, float], Crossing] = {}
        for row in rows:
            place = self.meetings.xy[row]
            pair = (int(self.lines.line[self.meetings.at[row]]), int(self.meetings.other[row]))
            seen.setdefault((place[0], place[1]), self._crossing(place, pair))
        return tuple(seen.values())

    def _crossing(self, place: FloatArray, pair: tuple[int, int]) -> Crossing:
        first, second = (LAYER_OF[int(self.lines.source[each])] for each in pair)
        a, b = (int(self.lines.feature[each]) for each in pair)
        return Crossing(shapely.Point(place), (first, second), (a, b))

    @cached_property
    def _still_loose(self) -> NDArray[np.bool_]:
        """(d,) which ends nothing leads to, closings neither."""
        flat = np.ascontiguousarray(self.edges.nodes).view(np.complex128).ravel()
        places = np.ascontiguousarray(self.ends.xy).view(np.complex128).ravel()
        found = np.searchsorted(flat, places)
        found = np.minimum(found, max(len(flat) - 1, 0))
        return np.asarray(self.edges.degree[found] == 1) if len(flat) else np.zeros(0, dtype=bool)

    @property
    def _is_over(self) -> NDArray[np.bool_]:
        """(d,) which ends overshoot, be it past a closing that leads to their line."""
        return np.asarray(self.ends.overhang_m <= self.closing_m)

    def _told(self, which: Indices) -> tuple[LooseEnd, ...]:
        ends = self.ends.only(which)
        line = self.lines.line[ends.vertex]
        layers = [LAYER_OF[source] for source in self.lines.source[line].tolist()]
        columns = (
            shapely.points(ends.xy),
            layers,
            self.lines.feature[line].tolist(),
            ends.gap_m.tolist(),
            ends.overhang_m.tolist(),
            shapely.points(ends.foot),
        )
        return tuple(LooseEnd(*row) for row in zip(*columns))


def network_of(
    contacts: LayerContent,
    boundary: LayerContent,
    ground: Ground,
    closing_distance_m: float,
    *,
    bounding: Bounding = every_contact,
) -> Network:
    """The network of lines of any quality; those that bound no unit do not take part."""
    lines = lines_of(contacts, boundary, bounding(contacts))
    return networked(lines, ground, closing_distance_m)


def networked(lines: Lines, ground: Ground, closing_m: float) -> Network:
    """The same of lines."""
    epsilon = epsilon_of(lines.xy)
    tree = SegmentTree.of(lines, epsilon)
    meetings = all_meetings(lines, tree, epsilon)
    edges = cut(lines, meetings, epsilon)
    ends = loose_ends(lines, edges, ground, closing_m, tree)
    closed = closings_of(lines, ends, closing_m)
    if len(closed) == 0:
        return Network(lines, meetings, edges, ends, closed, closing_m)
    everything = Lines.joined([lines, closing_lines(lines, ends, closed)])
    is_closing = everything.source == Source.CLOSING
    added = meetings_with(everything, is_closing, epsilon, tree)
    all_of_them = Meetings.joined([meetings, added])
    cut_again = cut(everything, all_of_them, epsilon)
    hanging = with_overhangs(ends, cut_again, ground)
    return Network(everything, all_of_them, cut_again, hanging, closed, closing_m)


def closing_lines(lines: Lines, ends: LooseEnds, closed: Indices) -> Lines:
    """From ends to feet, each under the id of the feature that it prolongs."""
    pairs = np.stack([ends.xy[closed], ends.foot[closed]], axis=1)
    count = len(closed)
    return Lines(
        pairs.reshape(-1, 2),
        np.repeat(np.arange(count), 2),
        lines.feature[lines.line[ends.vertex[closed]]],
        np.full(count, int(Source.CLOSING), np.int64),
    )
