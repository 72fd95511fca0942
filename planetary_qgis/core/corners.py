"""Four corners, in the order of a ring. Longitudes and latitudes in degrees."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.great_circles import unit_vectors

FloatArray = NDArray[np.float64]


def corners_in_ring_order(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Rings of four corners in an order in which no two sides cross."""
    a, b, c, d = np.moveaxis(unit_vectors(lon, lat), 1, 0)
    order = np.tile(np.arange(4), (len(lon), 1))
    abc, abd, acd, bcd = _side(a, b, c), _side(a, b, d), _side(a, c, d), _side(b, c, d)
    # Great-circle arcs cross where each parts the other's ends, on the same half of the sphere.
    order[(abc * abd < 0) & (acd * bcd < 0) & (_dot(a + b, c + d) > 0.0)] = [0, 2, 1, 3]
    order[(bcd * abc < 0) & (abd * acd < 0) & (_dot(b + c, d + a) > 0.0)] = [0, 1, 3, 2]
    return np.take_along_axis(lon, order, axis=1), np.take_along_axis(lat, order, axis=1)


def _side(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """On which side of the great circle from a to b the point c lies: the sign of a x b . c."""
    return _dot(np.cross(a, b), c)


def _dot(a: FloatArray, b: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,ij->i", a, b))
