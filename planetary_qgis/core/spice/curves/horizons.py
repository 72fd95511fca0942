"""Limbs as observers see them and terminators as the Sun makes them, and their shapes on the map.

What asks CSPICE here is called inside `session.furnished`.
"""

from __future__ import annotations

import numpy as np
import spiceypy
from numpy.typing import NDArray

from planetary_qgis.core.lines import lines_along
from planetary_qgis.core.polygons import polygons_from_rings
from planetary_qgis.core.spice.curves import curves
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import LIGHT_SPEED_KM_S, Gaps, apparent_positions
from planetary_qgis.core.spice.views import Views

FloatArray = NDArray[np.float64]

POINTS = 720
"""Around each curve: straight between them, it is 12 m off at worst on Mars."""
_SUN = 10
_NOMINAL_SUN_KM = 695700.0
"""IAU 2015 resolution B3."""


def limb_points(views: Views, count: int = POINTS) -> FloatArray:
    """(n, count, 3) km on the limb, counter-clockwise as the observer sees it; NaN from inside."""
    angles = _angles(count)
    points = curves.limb(views.origins, angles, views.radii)
    if not views.corrects_light_time:
        return points
    ranges = np.linalg.norm(points - views.origins[:, None, :], axis=-1, keepdims=True)
    later = ranges / LIGHT_SPEED_KM_S - views.light_time[:, None, None]
    origins = views.origins[:, None, :] + later * views.origin_rate[:, None, :]
    return curves.limb(origins, angles, views.radii)


def terminator_points(
    views: Views, sun: FloatArray, kind: curves.Terminator = "central", count: int = POINTS
) -> FloatArray:
    """(n, count, 3) km on the terminator, counter-clockwise around the subsolar point.

    Args:
        sun: (n, 3), as `sun_seen` gives it.
    """
    return curves.terminator(sun, _angles(count), views.radii, _sun_radius(), kind)


def sun_seen(scene: Scene, views: Views, gaps: Gaps) -> FloatArray:
    """(n, 3) km body-fixed: the Sun as the target sees it when the light leaves the target."""
    epochs = views.et - views.light_time
    inertial = apparent_positions("SUN", epochs, scene.abcorr, scene.target_id, gaps)
    return np.asarray(np.einsum("nij,nj->ni", views.to_fixed, inertial))


def polygons_around(points: FloatArray) -> NDArray[np.object_]:
    """(n,) polygons of (n, k, 3) points around their insides, counter-clockwise from above."""
    lon, lat = ellipsoid.lon_lat(points)
    return polygons_from_rings(lon, lat, interior_on_left=True)


def lines_around(points: FloatArray) -> NDArray[np.object_]:
    """(n,) closed lines through (n, k, 3) points."""
    lon, lat = ellipsoid.lon_lat(points)
    return lines_along(lon, lat, closed=True)


def _angles(count: int) -> FloatArray:
    return np.arange(count) * (2.0 * np.pi / count)


def _sun_radius() -> float:
    """Km, by the loaded kernels where they say."""
    if spiceypy.bodfnd(_SUN, "RADII"):
        return float(spiceypy.bodvcd(_SUN, "RADII", 3)[1][0])
    return _NOMINAL_SUN_KM
