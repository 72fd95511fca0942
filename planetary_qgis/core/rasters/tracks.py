"""Lines on a sphere, walked along great circles in even steps.

Longitudes are east-positive, latitudes planetocentric, both in degrees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.sphere_measures import distances, points_along

FloatArray = NDArray[np.float64]
Placer = Callable[[FloatArray], FloatArray]
"""(n, 2) places in a plane -> (n, 2) east longitudes and latitudes, NaN beside the body."""

_SAME_PLACE_RAD = 1e-9
_OPPOSITE_RAD = 1e-9
_LONGEST_STEP_RAD = 0.1
"""Of an edge drawn in a plane: over the equator one half may swing left, the other right."""
_MOST_HALVINGS = 24
_MOST_VERTICES = 200_000
_WHOLE_STEPS = 1e-9


class Track(NamedTuple):
    """Places along a line, or along several one after the other.

    Attributes:
        lon_e, lat: (n,)
        distance_m: (n,) along the lines from the first place; not counted from line to line.
        part: (n,) 0, 0, …, 1, 1, … the number of the line.
    """

    lon_e: FloatArray
    lat: FloatArray
    distance_m: FloatArray
    part: NDArray[np.intp]


def track_along(
    lines: Sequence[FloatArray], *, radius_m: float, spacing_m: float, most: int
) -> Track:
    """Places in even steps along lines whose edges are great circles, both ends included.

    Args:
        lines: (k, 2) longitudes and latitudes of each line's vertices.
        spacing_m: A step is at most as long; longer where that makes too many places.
        most: How many places there may be; at least two a line are made all the same.

    Raises:
        PlanetaryError: A line has no length, or two neighbouring vertices lie opposite each other.
    """
    lengths = [_length(line) for line in lines]
    room = max(most - len(lines), len(lines))
    step_rad = max(spacing_m / radius_m, sum(lengths) / room)
    pieces, begin = [], 0.0
    for number, (line, length) in enumerate(zip(lines, lengths)):
        steps = max(math.ceil(length / step_rad - _WHOLE_STEPS), 1)
        along = np.linspace(0.0, length, steps + 1)
        lon_e, lat = points_along(line[:, 0], line[:, 1], along)
        pieces.append(Track(lon_e, lat, (begin + along) * radius_m, np.full(steps + 1, number)))
        begin += length
    return Track(*(np.concatenate(column) for column in zip(*pieces)))


def length_m(lines: Sequence[FloatArray], radius_m: float) -> float:
    """How long lines are together whose edges are great circles."""
    return sum(map(_length, lines)) * radius_m


def joined(lines: Sequence[FloatArray]) -> list[FloatArray]:
    """The lines, those as one that begin where the one before ends.

    So do the parts of a line that was split at the antimeridian.
    """
    chains: list[FloatArray] = []
    for line in lines:
        if chains and _goes_on(chains[-1], line):
            chains[-1] = np.concatenate([chains[-1], line[1:]])
        else:
            chains.append(line)
    return chains


def followed(vertices: FloatArray, place: Placer, tolerance_rad: float) -> FloatArray:
    """Degrees of a line whose edges are straight in a plane: great circles between them follow it.

    Args:
        vertices: (k, 2) in the plane.
        tolerance_rad: How far on the sphere the great circles may run from the line.

    Raises:
        PlanetaryError: The line leaves the body, as on a map that does not show all of it.
    """
    plane, placed = vertices, placed_on_body(vertices, place)
    for _ in range(_MOST_HALVINGS):
        middle = (plane[:-1] + plane[1:]) / 2.0
        placed_middle = placed_on_body(middle, place)
        bent = np.flatnonzero(_leaves(placed, placed_middle, tolerance_rad)) + 1
        if not len(bent) or len(plane) > _MOST_VERTICES:
            break
        plane = np.insert(plane, bent, middle[bent - 1], axis=0)
        placed = np.insert(placed, bent, placed_middle[bent - 1], axis=0)
    return placed


def placed_on_body(vertices: FloatArray, place: Placer) -> FloatArray:
    """Degrees of places in a plane.

    Raises:
        PlanetaryError: Some of them lie beside the body.
    """
    placed = place(vertices)
    beside = ~np.isfinite(placed).all(axis=1) | (np.abs(placed[:, 1]) > 90.0 + _WHOLE_STEPS)
    if beside.any():
        x, y = vertices[beside][0]
        raise PlanetaryError(
            f"The line reaches beyond the body, at {x:.10g}, {y:.10g} on its map.",
            hint="Keep the line within what the map shows of the body.",
        )
    return placed


def _length(line: FloatArray) -> float:
    """Radians along a line of great circles."""
    steps = _steps(line)
    if (steps > np.pi - _OPPOSITE_RAD).any():
        raise PlanetaryError(
            "Two vertices of the line lie on opposite sides of the body: every way between them is "
            "as short as any other.",
            hint="Put another vertex between them.",
        )
    length = float(steps.sum())
    if not length > 0.0:
        raise PlanetaryError("The line has no length.", hint="Draw it through at least two places.")
    return length


def _steps(line: FloatArray) -> FloatArray:
    """Radians from vertex to vertex."""
    lon_e, lat = line.T
    return distances(lon_e[:-1], lat[:-1], lon_e[1:], lat[1:])


def _goes_on(line: FloatArray, following: FloatArray) -> bool:
    return bool(_steps(np.stack([line[-1], following[0]]))[0] < _SAME_PLACE_RAD)


def _on_sphere(line: FloatArray) -> FloatArray:
    return unit_vectors(line[:, 0], line[:, 1])


def _leaves(placed: FloatArray, middle: FloatArray, tolerance_rad: float) -> NDArray[np.bool_]:
    """Which edges run elsewhere half way than the great circle between their ends."""
    start, end = _on_sphere(placed[:-1]), _on_sphere(placed[1:])
    sums = start + end
    half_way = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-300)
    off = np.linalg.norm(half_way - _on_sphere(middle), axis=1)
    return np.asarray((off > tolerance_rad) | (_steps(placed) > _LONGEST_STEP_RAD))
