"""Lines cut where they meet: edges between nodes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.lines import Indices, Lines, Mask, differs_from_last
from planetary_qgis.core.mapping.units.meetings import Meetings, merged_crossings


@dataclass(frozen=True)
class Edges:
    """Parts of lines between nodes; where lines run on each other there is one edge.

    Attributes:
        xy: (n, 2) vertices of all lines, those of meetings too.
        rank: (n,) the vertex of Lines that each is, plus the share of the way to the next.
        line: (e,) of Lines, that each edge is a part of.
        start, stop: (e,) its first and last vertex in `xy`.
        ends: (e, 2) the nodes there.
        nodes: (m, 2) where lines end or meet.
        degree: (m,) how many edges end there.
    """

    xy: FloatArray
    rank: FloatArray
    line: Indices
    start: Indices
    stop: Indices
    ends: Indices
    nodes: FloatArray
    degree: Indices

    def shapes(self, wanted: Indices | Mask) -> Shapes:
        """LineStrings of some of them."""
        start, count = self.start[wanted], (self.stop - self.start)[wanted] + 1
        edge = np.repeat(np.arange(len(start)), count)
        within = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
        return np.asarray(shapely.linestrings(self.xy[start[edge] + within], indices=edge))

    def at_node(self, node: int) -> Indices:
        """(k,) edges that end there, those that begin and end there twice."""
        order, first = self._by_node
        return np.asarray(order[first[node] : first[node + 1]] // 2)

    @cached_property
    def _by_node(self) -> tuple[Indices, Indices]:
        order = np.argsort(self.ends.ravel(), kind="stable")
        return order, np.concatenate([[0], np.cumsum(self.degree)])


def cut(lines: Lines, meetings: Meetings, epsilon: float) -> Edges:
    """The edges of lines."""
    xy, rank, line, is_node = _with_meetings(lines, meetings, epsilon)
    node = np.flatnonzero(is_node)
    goes_on = line[node[1:]] == line[node[:-1]]
    start, stop = node[:-1][goes_on], node[1:][goes_on]
    nodes, ends = _numbered(xy[np.concatenate([start, stop])])
    ends = ends.reshape(2, -1).T
    single = _first_of_doubles(lines, stop == start + 1, line[start], ends)
    start, stop, ends = start[single], stop[single], ends[single]
    degree = np.bincount(ends.ravel(), minlength=len(nodes))
    return Edges(xy, rank, line[start], start, stop, ends, nodes, degree)


def _with_meetings(
    lines: Lines, meetings: Meetings, epsilon: float
) -> tuple[FloatArray, FloatArray, Indices, Mask]:
    """Vertices with those of meetings between them: places, ranks, lines, whether nodes."""
    is_node = np.zeros(len(lines.xy), dtype=bool)
    is_node[meetings.at[meetings.share == 0.0]] = True
    if len(lines.xy):
        is_node[lines.first[:-1]] = True
        is_node[lines.first[1:] - 1] = True
    places = merged_crossings(meetings, epsilon)
    between = np.flatnonzero(meetings.share > 0.0)
    between = between[np.lexsort((meetings.share[between], meetings.at[between]))]
    at = meetings.at[between]
    drawn, added = _interleaved(len(lines.xy), at)
    xy = _merged(drawn, lines.xy, added, places[between])
    whole = np.arange(len(lines.xy), dtype=float)
    rank = _merged(drawn, whole, added, at + meetings.share[between])
    line = _merged(drawn, lines.line, added, lines.line[at])
    return _without_repeats(xy, rank, line, _merged(drawn, is_node, added, True))


def _interleaved(count: int, at: Indices) -> tuple[Indices, Indices]:
    """Where vertices come to lie, and what is put behind those that `at` (sorted) names."""
    added = at + 1 + np.arange(len(at))
    is_drawn = np.ones(count + len(at), dtype=bool)
    is_drawn[added] = False
    return np.flatnonzero(is_drawn), added


def _merged(drawn: Indices, old: NDArray[Any], added: Indices, new: Any) -> NDArray[Any]:
    merged = np.empty((len(drawn) + len(added), *old.shape[1:]), dtype=old.dtype)
    merged[drawn], merged[added] = old, new
    return merged


def _without_repeats(
    xy: FloatArray, rank: FloatArray, line: Indices, is_node: Mask
) -> tuple[FloatArray, FloatArray, Indices, Mask]:
    """The same, where a place that comes twice in a row is there once, and a node if one was."""
    new = np.ones(len(xy), dtype=bool)
    new[1:] = (line[1:] != line[:-1]) | differs_from_last(xy)
    if new.all():
        return xy, rank, line, is_node
    kept = np.flatnonzero(new)  # numpy takes rows by their numbers faster than by a mask
    return xy[kept], rank[kept], line[kept], np.logical_or.reduceat(is_node, kept)


def _numbered(places: FloatArray) -> tuple[FloatArray, Indices]:
    """Different places, and which of them each place is."""
    flat = np.ascontiguousarray(places).view(np.complex128).ravel()
    found, number = np.unique(flat, return_inverse=True)
    return found.view(np.float64).reshape(-1, 2), number.astype(np.int64)


def _first_of_doubles(lines: Lines, is_short: Mask, line: Indices, ends: Indices) -> Indices:
    """Which edges stay where lines run on each other: there every vertex is a node.

    It is that of the line whose feature has the least id, whatever order lines are in.
    """
    short = np.flatnonzero(is_short)
    short = short[np.lexsort((lines.feature[line[short]], lines.source[line[short]]))]
    low, high = ends[short].min(axis=1), ends[short].max(axis=1)
    _, first = np.unique(low * (ends.max(initial=0) + 1) + high, return_index=True)
    stays = ~is_short
    stays[short[first]] = True
    return np.flatnonzero(stays)
