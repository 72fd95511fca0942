"""A stretch of a line that takes a new course, in every shape that runs along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.drawing.meetings import between, meetings
from planetary_qgis.core.mapping.drawing.vertices import same_place, with_vertex

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """A stretch of a line, and what replaces it.

    Attributes:
        old, new: (n, 2) and (m, 2) vertices; both run from the same place to the same place.
    """

    old: FloatArray
    new: FloatArray

    @property
    def stretch(self) -> Any:
        """The old course as a line."""
        return shapely.LineString(self.old)


def course_of(line: Any, drawn: Any) -> Course | None:
    """What a drawn line makes of a line that it meets twice; None where it does not.

    Of a closed line, the shorter of the two ways around is replaced.
    """
    met = meetings(drawn, line)
    if len(met) < 2:
        return None
    start, end = met[0], met[-1]
    ways = _ways(shapely.get_coordinates(line), start.place, end.place, same_place(line, drawn))
    if not ways:
        return None
    return Course(min(ways, key=_length), between(drawn, [start, end]))


def with_course(shape: Any, course: Course) -> Any | None:
    """A line or polygon with the new course; None where it does not run along all of the old one.

    Vertices off the stretch stay as they are, bit for bit.
    """
    if shapely.get_type_id(shape) in _MULTI:
        parts = [with_course(part, course) for part in shapely.get_parts(shape)]
        if all(part is None for part in parts):
            return None
        kept = [new or old for new, old in zip(parts, shapely.get_parts(shape))]
        return type(shape)(kept)
    if shapely.get_dimensions(shape) == 1:
        changed = _changed(shapely.get_coordinates(shape), course)
        return None if changed is None else shapely.LineString(changed)
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shape)]
    changed_rings = [_changed(ring, course) for ring in rings]
    if all(ring is None for ring in changed_rings):
        return None
    outer, *holes = [old if new is None else new for new, old in zip(changed_rings, rings)]
    return shapely.Polygon(outer, holes)


_MULTI = (5, 6)
"""shapely's numbers of MultiLineString and MultiPolygon."""


def _changed(points: FloatArray, course: Course) -> FloatArray | None:
    """Vertices of a line or closed ring with the new course in place of the old."""
    line, same = shapely.LineString(points), same_place(shapely.LineString(points), course.stretch)
    if shapely.distance(line, shapely.points(course.old)).max() > same:
        return None
    closed = _is_closed(points)
    for start, end, new in (
        (course.old[0], course.old[-1], course.new),
        (course.old[-1], course.old[0], course.new[::-1]),
    ):
        whole, first, last = _with_both(points, start, end, same)
        stretch = _run(whole, first, last, closed=closed)
        if stretch is None or not _runs_along(stretch, course.old, same):
            continue
        if not closed:
            return np.vstack([whole[:first], new, whole[last + 1 :]])
        rest = _around(whole, last, first)
        return np.vstack([new, rest[1:]])
    return None


def _ways(points: FloatArray, start: FloatArray, end: FloatArray, same: float) -> list[FloatArray]:
    """The stretches of a line from one place to another: two where it is closed."""
    whole, first, last = _with_both(points, start, end, same)
    if first == last:
        return []
    closed = _is_closed(points)
    forwards = _run(whole, first, last, closed=closed)
    backwards = _run(whole, last, first, closed=closed)
    ways = [forwards] if forwards is not None else []
    return ways + ([backwards[::-1]] if backwards is not None else [])


def _with_both(
    points: FloatArray, start: FloatArray, end: FloatArray, same: float
) -> tuple[FloatArray, int, int]:
    """The vertices with two that are at these places, and their numbers."""
    with_start, first = with_vertex(points, start, same)
    whole, last = with_vertex(with_start, end, same)
    moved = len(whole) > len(with_start) and last <= first
    return whole, first + 1 if moved else first, last


def _run(points: FloatArray, first: int, last: int, *, closed: bool) -> FloatArray | None:
    """The vertices from one to another, around the end where the line is closed."""
    if first < last:
        return points[first : last + 1]
    return _around(points, first, last) if closed else None


def _around(points: FloatArray, first: int, last: int) -> FloatArray:
    """The vertices of a closed line from one to another, over its end where need be."""
    if first < last:
        return points[first : last + 1]
    return np.vstack([points[first:-1], points[: last + 1]])


def _runs_along(stretch: FloatArray, old: FloatArray, same: float) -> bool:
    """Whether two stretches between the same places are the same way."""
    if len(stretch) < 2:
        return False
    there = shapely.distance(shapely.LineString(stretch), shapely.points(old)).max()
    back = shapely.distance(shapely.LineString(old), shapely.points(stretch)).max()
    return bool(max(there, back) <= same)


def _is_closed(points: FloatArray) -> bool:
    return len(points) > 3 and bool((points[0] == points[-1]).all())


def _length(points: FloatArray) -> float:
    return float(np.hypot(*np.diff(points, axis=0).T).sum())
