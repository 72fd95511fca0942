"""Limbs and terminators of ellipsoids: numpy alone, all epochs at once, body-fixed, kilometres.

Scaled space (see ellipsoid.py) makes the ellipsoid the unit sphere; around the direction to the
observer or to the Sun both curves are then found angle by angle.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

Terminator = Literal["umbral", "central", "penumbral"]
_SIDES: dict[Terminator, float] = {"umbral": -1.0, "central": 0.0, "penumbral": 1.0}
_ROUNDS = 12
"""Each makes the error smaller by the Sun's radius over its distance: 1/65 at Mercury."""


def limb(origins: FloatArray, angles: FloatArray, radii: FloatArray) -> FloatArray:
    """(n, k, 3) points where lines of sight touch the ellipsoid, counter-clockwise from above.

    Args:
        origins: (n, 3) the observer, outside; or (n, k, 3), one for each point.
        angles: (k,) radians around the direction to the observer.
        radii: (3,).
    """
    return _around(origins / radii, angles, _tangents(origins / radii)) * radii


def terminator(
    sun: FloatArray,
    angles: FloatArray,
    radii: FloatArray,
    sun_radius: float,
    kind: Terminator,
) -> FloatArray:
    """(n, k, 3) points where light and shadow meet, counter-clockwise around the subsolar point.

    Of the horizons' planes there, those of the penumbral terminator have all of the Sun's disc
    above them, those of the umbral one all below; the central one halves it.

    Args:
        sun: (n, 3) the Sun's centre.
        angles: (k,) radians around the direction to the Sun.
        radii: (3,).
    """
    scaled = sun / radii
    distance = np.linalg.norm(scaled, axis=-1)[:, None]
    offset = _SIDES[kind] * sun_radius
    points = _around(scaled, angles, _tangents(scaled))
    for _ in range(_ROUNDS if offset else 0):
        # Plane x·n = p of the horizon at u·r, with n = (u/r)/|u/r|: sun·n - p = offset.
        slope = np.linalg.norm(points / radii, axis=-1)
        cosine = np.clip((1.0 + offset * slope) / distance, -1.0, 1.0)
        points = _around(scaled, angles, cosine)
    return points * radii


def _tangents(scaled: FloatArray) -> FloatArray:
    """Cosines of the angles at the centre between a point outside and what its tangents touch."""
    distance = np.linalg.norm(scaled, axis=-1)
    cosine = 1.0 / np.where(distance > 1.0, distance, np.nan)
    return cosine if cosine.ndim > 1 else cosine[:, None]


def _around(centres: FloatArray, angles: FloatArray, cosine: FloatArray) -> FloatArray:
    """(n, k, 3) unit vectors at these cosines from the directions to some centres."""
    if centres.ndim == 2:
        centres = centres[:, None, :]
    distance = np.linalg.norm(centres, axis=-1, keepdims=True)
    up = centres / np.where(distance > 0.0, distance, np.nan)
    # One for all points of a curve, as angles count from it.
    helper = np.where(np.abs(up[:, :1, 2:]) < 0.9, [0.0, 0.0, 1.0], [1.0, 0.0, 0.0])
    east = np.cross(helper, up)
    east /= np.linalg.norm(east, axis=-1, keepdims=True)
    north = np.cross(up, east)
    sine = np.sqrt(1.0 - cosine**2)[..., None]
    sideways = np.cos(angles)[:, None] * east + np.sin(angles)[:, None] * north
    return np.asarray(cosine[..., None] * up + sine * sideways)
