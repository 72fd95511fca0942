"""Lengths and areas on the body of what is drawn in a map's plane."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core import sphere_measures
from planetary_qgis.core.geos import shapely

FloatArray = NDArray[np.float64]
ToSphere = Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]

_STEP = 1e-6
"""Of the coordinates' own size: how far scale is looked for."""


@dataclass(frozen=True)
class Ground:
    """The body under a map.

    Attributes:
        radius_m: Of the sphere; 1 and no `to_sphere` where the map's CRS is on no body, and one
            unit of its plane counts as a metre.
        to_sphere: Coordinates of the map to east-positive longitudes and planetocentric latitudes.
    """

    radius_m: float = 1.0
    to_sphere: ToSphere | None = None

    @property
    def is_plane(self) -> bool:
        return self.to_sphere is None

    def distances(
        self, x_a: ArrayLike, y_a: ArrayLike, x_b: ArrayLike, y_b: ArrayLike
    ) -> FloatArray:
        """Metres from points a to points b."""
        xs, ys = _floats(x_a, x_b), _floats(y_a, y_b)
        if self.to_sphere is None:
            return np.asarray(np.hypot(xs[1] - xs[0], ys[1] - ys[0]))
        lon, lat = self.to_sphere(np.concatenate(xs), np.concatenate(ys))
        half = len(lon) // 2
        return self.radius_m * sphere_measures.distances(
            lon[:half], lat[:half], lon[half:], lat[half:]
        )

    def lengths(self, shapes: NDArray[np.object_]) -> FloatArray:
        """(n,) metres along lines, or around polygons with their holes; 0 for others."""
        lines, owner = _lines_of(shapes)
        points, line = shapely.get_coordinates(lines, return_index=True)
        steps = self._steps(points)
        within = line[1:] == line[:-1]
        of_shape = owner[line[1:][within]]
        return _sums(of_shape, steps[within], len(shapes))

    def areas(self, shapes: NDArray[np.object_]) -> FloatArray:
        """(n,) square metres of polygons without their holes; 0 for others."""
        if self.to_sphere is None:
            return np.asarray(shapely.area(shapes))
        parts, owner = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        points, ring = shapely.get_coordinates(rings, return_index=True)
        lon, lat = self.to_sphere(points[:, 0], points[:, 1])
        starts = np.searchsorted(ring, np.arange(len(rings) + 1))
        sizes = np.array(
            [
                sphere_measures.ring_area(lon[a : b - 1], lat[a : b - 1])
                for a, b in zip(starts[:-1], starts[1:])
            ]
        )
        is_hole = np.concatenate([[False], part[1:] == part[:-1]]) if len(part) else part
        signed = np.where(is_hole, -sizes, sizes)
        return self.radius_m**2 * _sums(owner[part], signed, len(shapes))

    def units_per_metre(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """(n,) map units that a metre on the ground takes there, along the wider direction."""
        xs, ys = np.asarray(x, float), np.asarray(y, float)
        if self.to_sphere is None:
            return np.ones_like(xs)
        step = np.maximum(np.hypot(xs, ys), 1.0) * _STEP
        along_x = self.distances(xs - step, ys, xs + step, ys)
        along_y = self.distances(xs, ys - step, xs, ys + step)
        return np.asarray(2.0 * step / np.minimum(along_x, along_y))

    def _steps(self, points: FloatArray) -> FloatArray:
        if len(points) < 2:
            return np.zeros(0)
        if self.to_sphere is None:
            return np.asarray(np.hypot(*np.diff(points, axis=0).T))
        lon, lat = self.to_sphere(points[:, 0], points[:, 1])
        return self.radius_m * sphere_measures.distances(lon[:-1], lat[:-1], lon[1:], lat[1:])


def _lines_of(shapes: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Lines and rings of shapes, and which shape each belongs to."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    outlined = shapely.get_dimensions(parts) == 2
    rings, ring_owner = shapely.get_rings(parts[outlined], return_index=True)
    is_line = shapely.get_dimensions(parts) == 1
    return (
        np.concatenate([parts[is_line], rings]),
        np.concatenate([owner[is_line], owner[outlined][ring_owner]]).astype(np.intp),
    )


def _floats(a: ArrayLike, b: ArrayLike) -> tuple[FloatArray, FloatArray]:
    return np.atleast_1d(np.asarray(a, float)), np.atleast_1d(np.asarray(b, float))


def _sums(of_shape: NDArray[np.intp], values: FloatArray, count: int) -> FloatArray:
    return np.asarray(np.bincount(of_shape, weights=values, minlength=count), dtype=float)
