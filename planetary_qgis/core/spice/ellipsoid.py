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
        origins: (…, 3) km, outside the ellipsoid.
        rays: (…, 3) directions of any length; broadcast against the origins.
        radii: (3,) km.

    Source: NAIF SURFPT required reading, solved in scaled space.
    """
    start, direction = origins / radii, rays / radii
    # Einstein sums read each array once; (a * b).sum() would write a temporary for each.
    squared_length = np.einsum("...i,...i->...", direction, direction)
    approach = np.einsum("...i,...i->...", start, direction)
    # Distance of the line from the centre by its closest point, not by b² - ac: from far away that
    # difference cancels all digits of what matters.
    closest = start - (approach / squared_length)[..., None] * direction
    half_chord_squared = 1.0 - np.einsum("...i,...i->...", closest, closest)
    meets = (half_chord_squared >= 0.0) & (approach < 0.0)
    half_chord = np.sqrt(np.where(meets, half_chord_squared, np.nan) / squared_length)
    return np.asarray((closest - half_chord[..., None] * direction) * radii)


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
