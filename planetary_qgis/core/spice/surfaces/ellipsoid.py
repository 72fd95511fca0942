"""Rays, limbs and angles on a triaxial ellipsoid: numpy alone, all rays at once.

Everything is body-fixed and in kilometres. "Scaled" space divides each axis by its radius, so that
the ellipsoid becomes the unit sphere and lines stay lines.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def intercept(origins: FloatArray, rays: FloatArray, radii: FloatArray) -> FloatArray:
    """Nearest points where rays meet the ellipsoid; NaN where a ray misses.

    Args:
        origins: (…, 3) km; from inside the ellipsoid no ray meets it.
        rays: (…, 3) directions of any length; broadcast against the origins.
        radii: (3,) km.

    Source: NAIF SURFPT required reading, solved in scaled space.
    """
    # Axis by axis: (…, 3) arrays whose axes lie apart in memory (see `axes_apart`) are read fast.
    start = [origins[..., axis] / radii[axis] for axis in range(3)]
    along = [rays[..., axis] / radii[axis] for axis in range(3)]
    squared_length = along[0] * along[0] + along[1] * along[1] + along[2] * along[2]
    with np.errstate(invalid="ignore"):  # a ray of no length leads nowhere: NaN
        approach = (
            start[0] * along[0] + start[1] * along[1] + start[2] * along[2]
        ) / squared_length
    # Distance of the line from the centre by its closest point, not by b² - ac: from far away that
    # difference cancels all digits of what matters.
    closest = [origin - approach * ray for origin, ray in zip(start, along)]
    half_chord_squared = 1.0 - (closest[0] ** 2 + closest[1] ** 2 + closest[2] ** 2)
    inside = start[0] ** 2 + start[1] ** 2 + start[2] ** 2 <= 1.0
    meets = (half_chord_squared >= 0.0) & (approach < 0.0) & ~inside
    half_chord = np.sqrt(np.where(meets, half_chord_squared, np.nan) / squared_length)
    points = axes_apart(half_chord.shape)
    for axis in range(3):
        points[..., axis] = (closest[axis] - half_chord * along[axis]) * radii[axis]
    return points


def axes_apart(shape: tuple[int, ...]) -> FloatArray:
    """An empty (*shape, 3) array of vectors, in memory first all x, then all y, then all z."""
    return np.moveaxis(np.empty((3, *shape)), 0, -1)


def limb_point_beside(origins: FloatArray, rays: FloatArray, radii: FloatArray) -> FloatArray:
    """The limb point in whose half-plane through the centre each ray runs, in scaled space.

    For rays that pass the limb closely this is the point that they miss by least.

    Args:
        origins: (…, 3) km, outside the ellipsoid.
        rays: (…, 3) directions; broadcast against the origins.
        radii: (3,) km.
    """
    start, direction = origins / radii, rays / radii
    distance = np.linalg.norm(start, axis=-1, keepdims=True)
    up = start / distance
    sideways = direction - (direction * up).sum(axis=-1, keepdims=True) * up
    sideways /= np.linalg.norm(sideways, axis=-1, keepdims=True)
    # Tangent points x of the unit sphere as seen from s satisfy x·s = 1.
    return np.asarray((up / distance + np.sqrt(1.0 - 1.0 / distance**2) * sideways) * radii)


def outward_normals(points: FloatArray, radii: FloatArray) -> FloatArray:
    """(…, 3) unit normals of the ellipsoid at points on it."""
    gradient = points / radii**2
    return np.asarray(gradient / np.linalg.norm(gradient, axis=-1, keepdims=True))


def lon_lat(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """East-positive longitudes in (-180, 180] and planetocentric latitudes, in degrees."""
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def angle_between(first: FloatArray, second: FloatArray) -> FloatArray:
    """Angles in degrees, exact for small and for flat ones.

    Source: Kahan, "How Futile are Mindless Assessments of Roundoff", 2006, section 12.
    """
    one = first / np.linalg.norm(first, axis=-1, keepdims=True)
    two = second / np.linalg.norm(second, axis=-1, keepdims=True)
    difference = np.linalg.norm(one - two, axis=-1)
    total = np.linalg.norm(one + two, axis=-1)
    return np.asarray(np.degrees(2.0 * np.arctan2(difference, total)))


def azimuth(
    lon_e: FloatArray, lat: FloatArray, to_lon_e: FloatArray, to_lat: FloatArray
) -> FloatArray:
    """Initial bearings of great circles, degrees clockwise from north in [0, 360)."""
    across = np.radians(to_lon_e - lon_e)
    start, end = np.radians(lat), np.radians(to_lat)
    east = np.sin(across) * np.cos(end)
    north = np.cos(start) * np.sin(end) - np.sin(start) * np.cos(end) * np.cos(across)
    return np.asarray(np.degrees(np.arctan2(east, north)) % 360.0)
