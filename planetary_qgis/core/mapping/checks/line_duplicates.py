"""Lines that are drawn twice, or nearly."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import LINE_LAYERS, CheckContext
from planetary_qgis.core.mapping.checks.drawn import DrawnLines, Indices
from planetary_qgis.core.mapping.checks.same_rows import say_the_same
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.wording import length_text

_LONG = 4.0
"""Times the closing distance: what is shorter lies near every line that it touches."""


def duplicate_lines(context: CheckContext) -> Iterator[Finding]:
    """Lines with the same vertices as an earlier one, in either direction."""
    for lines in map(context.lines, LINE_LAYERS):
        first = first_of_same(lines)
        for each in np.flatnonzero(first < np.arange(len(first))):
            ids = lines.ids[[first[each], each]]
            if ids[0] == ids[1] or lines.lengths_m[each] < context.limits.nothing_m:
                continue
            yield finding(
                "duplicate-line",
                lines.layer,
                ids,
                shapely.line_interpolate_point(lines.parts[each], 0.5, normalized=True),
                f"{named(lines.layer, ids)} are the same line.",
                "Delete one of them.",
                fix="merge-lines" if _is_safe(context, lines, first[each], each) else "",
                size=lines.lengths_m[each],
            )


def _is_safe(context: CheckContext, lines: DrawnLines, first: int, later: int) -> bool:
    """Whether nothing is lost with the later one: both say the same, and are no part of more."""
    rows = lines.row[[first, later]]
    single = (np.bincount(lines.row, minlength=rows.max() + 1)[rows] == 1).all()
    return bool(single) and say_the_same(context.layer(lines.layer), int(rows[0]), int(rows[1]))


def near_duplicate_lines(context: CheckContext) -> Iterator[Finding]:
    """Lines that run along another for their whole length, closer than the scale shows."""
    for lines in map(context.lines, LINE_LAYERS):
        pairs = _candidates(context, lines)
        reach = _farthest_m(context, lines, *pairs)
        told: set[tuple[int, int]] = set()
        for one, other, metres in zip(*pairs, reach):
            pair = (min(one, other), max(one, other))
            if metres > context.limits.closing_m or pair in told:
                continue
            told.add(pair)
            ids = lines.ids[[one, other]]
            yield finding(
                "near-duplicate-line",
                lines.layer,
                ids,
                lines.parts[one],
                f"{named(lines.layer, [ids[0]])} runs along {named(lines.layer, [ids[1]])} for its"
                f" whole length, never farther than {length_text(metres)}.",
                "Delete one of them.",
                size=lines.lengths_m[one],
            )


def first_of_same(lines: DrawnLines) -> Indices:
    """(m,) the first line with the same vertices as each."""
    first: dict[bytes, int] = {}
    keys = shapely.to_wkb(shapely.normalize(lines.parts))
    return np.array([first.setdefault(key, place) for place, key in enumerate(keys)], np.intp)


def _candidates(context: CheckContext, lines: DrawnLines) -> tuple[Indices, Indices]:
    """Pairs of lines, the first of which has both ends and its middle near the second."""
    long = np.flatnonzero(lines.lengths_m > _LONG * context.limits.closing_m)
    middles = lines.middles()[long]
    reach = _reach(context, middles)
    found, other = lines.tree.query(middles, predicate="dwithin", distance=reach)
    one = long[found].astype(np.intp)
    same = first_of_same(lines)
    fits = (lines.ids[one] != lines.ids[other]) & (same[one] != same[other])
    for end in (0, 1):
        places = shapely.points(lines.ends[one, end])
        fits &= shapely.distance(places, lines.parts[other]) <= _reach(context, places)
    return one[fits], other[fits]


def _reach(context: CheckContext, places: Shapes) -> FloatArray:
    """The closing distance in map units, there."""
    x, y = shapely.get_x(places), shapely.get_y(places)
    return context.limits.closing_m * context.ground.units_per_metre(x, y)


def _farthest_m(
    context: CheckContext, lines: DrawnLines, one: Indices, other: Indices
) -> FloatArray:
    """(p,) metres from each first line to the second; infinite where it lies on it.

    That is another check's.
    """
    if not len(one):
        return np.zeros(0)
    step = _LONG * _reach(context, lines.middles()[one])
    dense = shapely.segmentize(lines.parts[one], step)
    points, pair = shapely.get_coordinates(dense, return_index=True)
    links = shapely.shortest_line(shapely.points(points), lines.parts[other][pair])
    ends: FloatArray = shapely.get_coordinates(links).reshape(-1, 4)
    farthest = np.zeros(len(one))
    away = np.nan_to_num(context.ground.distances(*ends.T), nan=np.inf)
    np.maximum.at(farthest, pair, away)
    return np.where(farthest < context.limits.nothing_m, np.inf, farthest)
