"""Where a drawn line meets lines of the map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.drawing.vertices import same_place

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Meeting:
    """One place where a drawn line meets a line.

    Attributes:
        along_drawn: How far along the drawn line, in map units.
        place: (2,) where they cross; for an end of the drawn line the nearest place on the line.
    """

    along_drawn: float
    place: FloatArray


def meetings(drawn: Any, line: Any, reach: float = 0.0) -> list[Meeting]:
    """Where they meet, in the drawn line's direction.

    Ends of the drawn line that nearly touch the line do meet it: those that were snapped to a
    segment lie beside it by a rounding error.

    Args:
        line: One line, or several in one geometry.
        reach: How near an end must be, in map units; at least as near as `same_place`.
    """
    same = same_place(drawn, line)
    ends = shapely.get_coordinates(drawn)[[0, -1]]
    near = [end for end in ends if line.distance(shapely.Point(end)) <= max(reach, same)]
    at_ends = [Meeting(_along(drawn, end), _on(line, end, same)) for end in near]
    crossings = shapely.get_coordinates(shapely.intersection(drawn, line))
    elsewhere = [
        Meeting(_along(drawn, crossing), crossing)
        for crossing in crossings
        if all(np.hypot(*(crossing - met.place)) > same for met in at_ends)
    ]
    return sorted(at_ends + elsewhere, key=lambda meeting: meeting.along_drawn)


def between(drawn: Any, met: list[Meeting]) -> FloatArray:
    """(n, 2) the drawn line's vertices from the first to the last of its meetings.

    Each of the meetings is a vertex.
    """
    points = shapely.get_coordinates(drawn)
    same = same_place(drawn)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    places = np.array([meeting.along_drawn for meeting in met])
    free = np.abs(along[:, None] - places).min(axis=1) > same
    inner = free & (along > places[0]) & (along < places[-1])
    order = np.argsort(np.concatenate([places, along[inner]]), kind="stable")
    every = np.vstack([[meeting.place for meeting in met], points[inner]])[order]
    moves = np.hypot(*np.diff(every, axis=0).T) > same
    return np.asarray(every[np.concatenate([[True], moves])])


def _along(drawn: Any, place: FloatArray) -> float:
    return float(shapely.line_locate_point(drawn, shapely.Point(place)))


def _on(line: Any, place: FloatArray, same: float) -> FloatArray:
    """The place itself, or the line's nearest where it is not on the line."""
    nearest = shapely.get_coordinates(shapely.shortest_line(line, shapely.Point(place)))[0]
    return place if np.hypot(*(nearest - place)) <= same else nearest
