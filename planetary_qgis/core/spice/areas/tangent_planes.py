"""Planes that touch a sphere, in which great circles are straight (gnomonic projection)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes, polygons_from_joined_rings, united
from planetary_qgis.core.spice.surfaces import ellipsoid

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]

_WIDEST_COSINE = 0.5
"""Points within 60° of the middle lie in a plane without much distortion."""
_LEAST_AREA = 1e-16
"""Of the squared radius, a few centimetres squared on Mars: less is what rounding leaves."""


@dataclass(frozen=True)
class TangentPlanes:
    """One plane for each run of rows, touching at the middle of its points.

    Attributes:
        bases: (n, 3, 3) rows: east, north, up.
        near: (n,) where all points lie within 60° of the middle.
    """

    bases: FloatArray
    near: NDArray[np.bool_]

    def flat(self, points: FloatArray, runs: IntArray) -> FloatArray:
        """(m, k, 2) plane coordinates of (m, k, 3) unit vectors; of far ones they mean nothing."""
        turned = points @ self.bases[runs].transpose(0, 2, 1)
        height = np.maximum(turned[..., 2:], _WIDEST_COSINE / 2.0)
        return np.asarray(turned[..., :2] / height)


def planes_of(points: FloatArray, runs: IntArray) -> TangentPlanes:
    """The planes of runs of rows.

    Args:
        points: (m, k, 3) unit vectors.
        runs: (m,) 0, 0, …, 1, 1, …
    """
    begins = np.flatnonzero(np.diff(runs, prepend=-1))
    middles = np.add.reduceat(points.sum(axis=1), begins, axis=0)
    up = middles / np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-300)
    helper = np.where(np.abs(up[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    east = np.cross(helper, up)
    east /= np.maximum(np.linalg.norm(east, axis=1, keepdims=True), 1e-300)
    cosine = np.einsum("mki,mi->mk", points, up[runs]).min(axis=1)
    near = np.minimum.reduceat(cosine, begins) > _WIDEST_COSINE
    return TangentPlanes(np.stack([east, np.cross(up, east), up], axis=1), near)


def on_the_sphere(shape: shapely.Geometry, basis: FloatArray) -> shapely.Geometry | None:
    """A plane shape's polygons as one lon/lat shape, None where it has none."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = parts[shapely.area(parts) > _LEAST_AREA]
    whole = united(list(_filled(shapely.get_exterior_ring(areas), basis)))
    holes = [
        shapely.get_interior_ring(area, index)
        for area in areas
        for index in range(shapely.get_num_interior_rings(area))
    ]
    real = [hole for hole in holes if shapely.area(shapely.polygons(hole)) > _LEAST_AREA]
    cut = united(list(_filled(real, basis)))
    return whole if whole is None or cut is None else shapely.difference(whole, cut)


def _filled(rings: Sequence[shapely.LinearRing], basis: FloatArray) -> Shapes:
    """The areas inside plane rings as lon/lat shapes."""
    if not len(rings):
        return np.zeros(0, dtype=object)
    around = [shapely.get_coordinates(ring)[:-1] for ring in rings]
    around = [ring if left else ring[::-1] for ring, left in zip(around, shapely.is_ccw(rings))]
    vertices = np.concatenate(around)
    lon, lat = ellipsoid.lon_lat(np.column_stack([vertices, np.ones(len(vertices))]) @ basis)
    lengths = np.array([len(ring) for ring in around])
    return polygons_from_joined_rings(lon, lat, lengths, interior_on_left=True)
