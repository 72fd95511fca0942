"""Ends of lines that nearly meet another line, and what joins them to it.

An end is joined to the nearest place of all lines within the closing distance, along the shortest
way and not straight on: that changes areas least, cannot cross another line, and is what the
distance in the report says. Vertices stay; the line that is met gets a new one. An end that has
passed another line by less than the closing distance is an overshoot, and stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.edges import Edges
from planetary_qgis.core.mapping.units.hanging import (
    LEAST_DETOUR,
    Hanging,
    chain_leads_there,
    hanging_ends,
)
from planetary_qgis.core.mapping.units.lines import Indices, Lines, Mask
from planetary_qgis.core.mapping.units.meetings import SegmentTree

_GAP_DIGITS = 9
_LOOK_FARTHER = 20.0
"""Times the closing distance: up to where the nearest line of a dangle is looked for."""
_ENDS_AT_ONCE = 64
"""So that distances of up to all of the map ask for no more memory than there is."""


@dataclass(frozen=True)
class LooseEnds:
    """Ends of lines that meet nothing, and what is nearest to each.

    Attributes:
        vertex: (d,) of Lines.
        xy: (d, 2).
        overhang_m: (d,) metres along the line to where it meets another, or ends.
        gap_m: (d,) metres to the nearest line; infinite where none is near.
        foot: (d, 2) the nearest place there.
        at: (d,) the vertex of Lines that the foot is, or comes after; -1 where none is near.
        share: (d,) of the way to the next vertex.
        around: (d, 2, 2) corners of the box in which lines were looked for.
    """

    vertex: Indices
    xy: FloatArray
    overhang_m: FloatArray
    gap_m: FloatArray
    foot: FloatArray
    at: Indices
    share: FloatArray
    around: FloatArray

    def only(self, wanted: Mask | Indices) -> LooseEnds:
        return LooseEnds(*(getattr(self, each.name)[wanted] for each in fields(self)))

    @classmethod
    def alone(cls, lines: Lines, hanging: Hanging) -> LooseEnds:
        """Ends near to which nothing has been found yet."""
        xy, count = lines.xy[hanging.vertex], len(hanging.vertex)
        return cls(
            hanging.vertex,
            xy,
            hanging.length_m,
            np.full(count, np.inf),
            xy.copy(),
            np.full(count, -1, np.int64),
            np.zeros(count),
            np.zeros((count, 2, 2)),
        )

    @classmethod
    def joined(cls, first: LooseEnds, second: LooseEnds) -> LooseEnds:
        pairs = ((getattr(first, each.name), getattr(second, each.name)) for each in fields(cls))
        return cls(*(np.concatenate(pair) for pair in pairs))


def loose_ends(
    lines: Lines,
    edges: Edges,
    ground: Ground,
    closing_m: float,
    tree: SegmentTree | None = None,
    known: LooseEnds | None = None,
) -> LooseEnds:
    """All ends of edges that no other edge meets.

    Args:
        tree: Of all lines; by default segments around the ends are looked for.
        known: Ends of which the nearest lines are known already.
    """
    hanging = hanging_ends(edges, ground)
    if known is None:
        return _with_nearest(lines, hanging, ground, closing_m, tree)
    old = known.only(np.isin(known.vertex, hanging.vertex))
    new = _with_nearest(lines, hanging.without(old.vertex), ground, closing_m, tree)
    both = LooseEnds.joined(old, new)
    return replace(both.only(np.argsort(both.vertex)), overhang_m=hanging.length_m)


def with_overhangs(ends: LooseEnds, edges: Edges, ground: Ground) -> LooseEnds:
    """The same ends, with overhangs that are those of other edges where they are still loose."""
    hanging = hanging_ends(edges, ground)
    if len(ends.vertex) == 0 or len(hanging.vertex) == 0:
        return ends
    found = np.searchsorted(hanging.vertex, ends.vertex)
    found = np.minimum(found, len(hanging.vertex) - 1)
    same = hanging.vertex[found] == ends.vertex
    return replace(ends, overhang_m=np.where(same, hanging.length_m[found], ends.overhang_m))


def closings_of(lines: Lines, ends: LooseEnds, closing_m: float) -> Indices:
    """Which ends are joined to what is nearest to them, the shortest first.

    What another closing has already led to, or has met within the closing distance of its end, is
    no longer loose.
    """
    near = (ends.gap_m <= closing_m) & (ends.overhang_m > closing_m)
    order = np.flatnonzero(near)
    # Ends that face each other are as far apart from both sides, but for roundings.
    gap = np.round(ends.gap_m[order] / closing_m, _GAP_DIGITS)
    order = order[np.lexsort((ends.xy[order, 1], ends.xy[order, 0], gap))]
    met: dict[int, list[float]] = {}
    chosen = []
    for each in order:
        line = int(lines.line[ends.vertex[each]])
        own = _running(lines, ends.vertex[each], 0.0)
        reach = _units(ends, each) * closing_m
        if any(abs(own - foot) <= reach for foot in met.get(line, ())):
            continue
        chosen.append(each)
        target = int(lines.line[ends.at[each]])
        met.setdefault(target, []).append(_running(lines, ends.at[each], ends.share[each]))
    return np.array(chosen, dtype=np.int64)


def _running(lines: Lines, at: int, share: float) -> float:
    after = min(at + 1, len(lines.running) - 1)
    return float(lines.running[at] + share * (lines.running[after] - lines.running[at]))


def _units(ends: LooseEnds, each: int) -> float:
    """Map units a metre in the direction of the gap; nothing where there is no gap to tell."""
    gap = float(np.hypot(*(ends.foot[each] - ends.xy[each])))
    return gap / float(ends.gap_m[each]) if ends.gap_m[each] > 0.0 else 0.0


def _with_nearest(
    lines: Lines, hanging: Hanging, ground: Ground, closing_m: float, tree: SegmentTree | None
) -> LooseEnds:
    ends = LooseEnds.alone(lines, hanging)
    if len(ends.vertex) == 0:
        return ends
    metrics = ground.metrics(ends.xy[:, 0], ends.xy[:, 1])
    ends.around[:] = _boxes(ends.xy, metrics, _LOOK_FARTHER * closing_m)
    tree = _tree_around(lines, ends.around) if tree is None else tree
    for reach_m in (closing_m, _LOOK_FARTHER * closing_m):
        without = np.flatnonzero(np.isinf(ends.gap_m))
        for rows in np.array_split(without, max(1, len(without) // _ENDS_AT_ONCE)):
            _look(lines, ends, rows, hanging.chain, metrics[rows], ground, reach_m, tree)
    return ends


def _look(
    lines: Lines,
    ends: LooseEnds,
    rows: Indices,
    chain: Shapes,
    metrics: FloatArray,
    ground: Ground,
    reach_m: float,
    tree: SegmentTree,
) -> None:
    """Write down what is nearest to some ends within a distance."""
    xy = ends.xy[rows]
    end, segment = tree.near(np.asarray(shapely.linestrings(_boxes(xy, metrics, reach_m))))
    gap, share, foot = _feet(lines, xy[end], segment, metrics[end])
    fits = (gap > 0.0) & ~_leads_there(lines, ends.vertex[rows[end]], segment, share, foot)
    line = lines.line[segment]
    # The last keys tell apart lines that share the foot, whatever order they are in.
    told_apart = (lines.feature[line], lines.source[line], foot[:, 1], foot[:, 0])
    order = np.lexsort((*told_apart, gap, end))
    order = _nearest(end, order[fits[order]], foot, xy, chain[rows])
    from_xy, to_xy = xy[end[order]], foot[order]
    gap_m = ground.distances(from_xy[:, 0], from_xy[:, 1], to_xy[:, 0], to_xy[:, 1])
    # Boxes hold some lines that are farther, and lack others that are as far.
    is_near = gap_m <= reach_m
    order, which = order[is_near], rows[end[order[is_near]]]
    ends.gap_m[which], ends.foot[which] = gap_m[is_near], foot[order]
    ends.at[which], ends.share[which] = segment[order], share[order]


def _boxes(xy: FloatArray, metrics: FloatArray, reach_m: float) -> FloatArray:
    """(n, 2, 2) corners of boxes that hold all that is so near to places on the ground."""
    known = np.isfinite(metrics).all(axis=(1, 2))
    safe = np.where(known[:, None, None], metrics, np.eye(2))
    half = reach_m * np.sqrt(np.diagonal(np.linalg.inv(safe), axis1=1, axis2=2))
    half = np.where(known[:, None], half, 0.0)
    return np.stack([xy - half, xy + half], axis=1)


def _nearest(
    end: Indices, order: Indices, foot: FloatArray, xy: FloatArray, chain: Shapes
) -> Indices:
    """Of candidates in order, the first of each end to which its own chain does not lead."""
    while True:
        first = order[np.unique(end[order], return_index=True)[1]]
        leads = chain_leads_there(chain[end[first]], xy[end[first]], foot[first])
        if not leads.any():
            return first
        order = order[~np.isin(order, first[leads])]


def _tree_around(lines: Lines, corners: FloatArray) -> SegmentTree:
    """The segments in the box around all boxes."""
    start, end = lines.xy[lines.segments], lines.xy[lines.segments + 1]
    low, high = corners[:, 0].min(axis=0), corners[:, 1].max(axis=0)
    around = ((np.minimum(start, end) <= high) & (np.maximum(start, end) >= low)).all(axis=1)
    return SegmentTree(lines, lines.segments[around], 0.0)


def _feet(
    lines: Lines, xy: FloatArray, segment: Indices, metrics: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Squared metres from each place to its segment, the share along it, and the place there."""
    start = lines.xy[segment]
    along, away = lines.xy[segment + 1] - start, xy - start
    squared = np.einsum("ni,nij,nj->n", along, metrics, along)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.einsum("ni,nij,nj->n", away, metrics, along) / squared
    share = np.clip(np.nan_to_num(share), 0.0, 1.0)
    foot = np.where((share == 1.0)[:, None], lines.xy[segment + 1], start + share[:, None] * along)
    rest = xy - foot
    return np.einsum("ni,nij,nj->n", rest, metrics, rest), share, foot


def _leads_there(
    lines: Lines, vertex: Indices, segment: Indices, share: FloatArray, foot: FloatArray
) -> Mask:
    """Whether the end's own line leads to the foot, with no detour that would be closed."""
    own = lines.line[vertex] == lines.line[segment]
    step = lines.running[segment + 1] - lines.running[segment]
    way = np.abs(lines.running[segment] + share * step - lines.running[vertex])
    gap = np.hypot(*(foot - lines.xy[vertex]).T)
    return np.asarray(own & (way <= LEAST_DETOUR * gap))
