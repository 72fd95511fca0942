"""Lengths and areas on the body of what is drawn in a map's plane.

Areas are those of shapes as drawn, with edges straight in the plane; lengths and distances follow
great circles from vertex to vertex.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core import sphere_measures
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.mapping.drawn_areas import ToSphere, areas_in_degrees, areas_in_plane

FloatArray = NDArray[np.float64]

_STEP = 1e-6
"""Of the coordinates' own size: how far scale is looked for at first."""
_SHARE_OF_RADIUS = 3e-6
"""How far it is looked for then: some metres on a planet."""


@dataclass(frozen=True)
class Ground:
    """The body under a map.

    Attributes:
        radius_m: Of the sphere; 1 and no `to_sphere` where the map's CRS is on no body, and one
            unit of its plane counts as a metre.
        to_sphere: Coordinates of the map to east-positive longitudes and planetocentric latitudes.
        is_in_degrees: Whether the map's coordinates are longitudes and latitudes, of any kind.
    """

    radius_m: float = 1.0
    to_sphere: ToSphere | None = None
    is_in_degrees: bool = False

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
        lon, lat = self._lon_lat(np.concatenate(xs), np.concatenate(ys))
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
        """(n,) square metres of polygons without their holes, edges as drawn; 0 for others."""
        if self.to_sphere is None:
            return np.asarray(shapely.area(shapes))
        parts, owner = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        if len(rings) == 0:
            return np.zeros(len(shapes))
        points, ring = shapely.get_coordinates(rings, return_index=True)
        if self.is_in_degrees:
            sizes = areas_in_degrees(points, ring, self._lon_lat)
        else:
            sizes = areas_in_plane(points, ring, self._lon_lat, self.radius_m)
        is_hole = np.concatenate([[False], part[1:] == part[:-1]])
        signed = np.where(is_hole, -sizes, sizes)
        return self.radius_m**2 * _sums(owner[part], signed, len(shapes))

    def units_per_metre(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """(n,) map units that a metre on the ground takes there, along the widest direction."""
        metrics = self.metrics(x, y)
        mean = (metrics[:, 0, 0] + metrics[:, 1, 1]) / 2.0
        spread = np.hypot((metrics[:, 0, 0] - metrics[:, 1, 1]) / 2.0, metrics[:, 0, 1])
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(1.0 / np.sqrt(mean - spread))

    @cached_property
    def units_per_metre_in_the_middle(self) -> float:
        """The same where both coordinates are 0; NaN where that is nowhere on the body."""
        return float(self.units_per_metre([0.0], [0.0])[0])

    def metrics(self, x: ArrayLike, y: ArrayLike) -> FloatArray:
        """(n, 2, 2) G, with which d·G·d is the squared metres of a short step d of the map there.

        NaN where the CRS shows nothing of the body.
        """
        xs, ys = np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))
        if self.to_sphere is None:
            return np.broadcast_to(np.eye(2), (len(xs), 2, 2))
        rough = np.full(len(xs), max(np.hypot(xs, ys).max(initial=1.0), 1.0) * _STEP)
        metres = self.distances(xs - rough, ys, xs + rough, ys) / (2.0 * rough)
        known = metres[np.isfinite(metres) & (metres > 0.0)]
        # A step that is tiny on the body has lost the digits of its length.
        per_unit = float(np.median(known)) if len(known) else 1.0
        return self._metrics(xs, ys, self.radius_m * _SHARE_OF_RADIUS / per_unit)

    def _metrics(self, xs: FloatArray, ys: FloatArray, step: float) -> FloatArray:
        moved_x = np.concatenate([xs - step, xs + step, xs, xs])
        moved_y = np.concatenate([ys, ys, ys - step, ys + step])
        west, east, south, north = np.split(unit_vectors(*self._lon_lat(moved_x, moved_y)), 4)
        scale = self.radius_m / (2.0 * step)
        across, along = (east - west) * scale, (north - south) * scale
        jacobian = np.stack([across, along], axis=1)
        return np.asarray(jacobian @ jacobian.transpose(0, 2, 1))

    def _lon_lat(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Longitudes and latitudes; NaN where the CRS shows nothing of the body."""
        if self.to_sphere is None or len(x) == 0:
            return x, y
        try:
            return self.to_sphere(x, y)
        except PlanetaryError:
            if len(x) == 1:
                return np.full(1, np.nan), np.full(1, np.nan)
        half = len(x) // 2
        parts = [self._lon_lat(x[side], y[side]) for side in (slice(half), slice(half, None))]
        return np.concatenate([each[0] for each in parts]), np.concatenate(
            [each[1] for each in parts]
        )

    def _steps(self, points: FloatArray) -> FloatArray:
        if len(points) < 2:
            return np.zeros(0)
        if self.to_sphere is None:
            return np.asarray(np.hypot(*np.diff(points, axis=0).T))
        lon, lat = self._lon_lat(points[:, 0], points[:, 1])
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
