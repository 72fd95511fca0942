"""Light, angles and distances at one point of each footprint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import wrap_360
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.smooth import smoothly
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps, apparent_positions, solar_longitudes
from planetary_qgis.core.spice.views import Views, look, sub_spacecraft_points

FloatArray = NDArray[np.float64]

_SUN_TOLERANCE_KM = 1e-3
_SEASON_TOLERANCE = 1e-11


@dataclass(frozen=True)
class Conditions:
    """(n,) values at one surface point of each view; NaN where unknown. Degrees, hours, kilometres.

    Longitudes are east-positive, latitudes planetocentric, azimuths clockwise from north.
    """

    lon_e: FloatArray
    lat: FloatArray
    incidence_angle: FloatArray
    emission_angle: FloatArray
    phase_angle: FloatArray
    range_km: FloatArray
    solar_longitude: FloatArray
    local_time: FloatArray
    subsolar_lon_e: FloatArray
    subsolar_lat: FloatArray
    subsolar_azimuth: FloatArray
    sub_spacecraft_lon_e: FloatArray
    sub_spacecraft_lat: FloatArray
    subspacecraft_azimuth: FloatArray


def conditions_at_boresight(
    scene: Scene, views: Views, boresight: FloatArray, elsewhere: FloatArray, gaps: Gaps
) -> Conditions:
    """The conditions where the boresight meets the target.

    Args:
        boresight: (3,) unit vector in the instrument's frame.
        elsewhere: (n, 3) km, points to take where the boresight misses; may be NaN.
    """
    looks = look(views, boresight[None])
    hit = looks.hit[:, 0]
    points = np.where(hit[:, None], looks.points[:, 0], elsewhere)
    apparent = views.turns @ boresight
    seen_along = np.where(hit[:, None], apparent, points - views.origins)
    below, _ = sub_spacecraft_points(views)
    return _conditions(scene, views, points, looks.origins[:, 0], seen_along, below, gaps)


def conditions_along(scene: Scene, views: Views, rays: FloatArray, gaps: Gaps) -> Conditions:
    """(n * k,) the conditions where rays meet the target, view after view; NaN where they miss.

    Args:
        rays: (k, 3) or (n, k, 3) unit vectors in the instrument's frame.
    """
    looks = look(views, rays)
    apparent = np.broadcast_to(rays @ views.turns.transpose(0, 2, 1), looks.points.shape)
    below, _ = sub_spacecraft_points(views)
    row = np.repeat(np.arange(len(views)), looks.points.shape[1])
    return _at_points(
        views[row],
        looks.points.reshape(-1, 3),
        looks.origins.reshape(-1, 3),
        apparent.reshape(-1, 3),
        below[row],
        _Sky.over(scene, views, gaps).of(row),
    )


def conditions_below(scene: Scene, views: Views, gaps: Gaps) -> Conditions:
    """The conditions at the sub-spacecraft points."""
    below, origins = sub_spacecraft_points(views)
    return _conditions(scene, views, below, origins, below - origins, below, gaps)


def _conditions(
    scene: Scene,
    views: Views,
    points: FloatArray,
    origins: FloatArray,
    seen_along: FloatArray,
    below: FloatArray,
    gaps: Gaps,
) -> Conditions:
    sky = _Sky.over(scene, views, gaps)
    return _at_points(views, points, origins, seen_along, below, sky)


def _at_points(
    views: Views,
    points: FloatArray,
    origins: FloatArray,
    seen_along: FloatArray,
    below: FloatArray,
    sky: _Sky,
) -> Conditions:
    """Conditions at these points, `below` being the sub-spacecraft points.

    Source: NAIF ILUMIN: emission and phase by the apparent direction to the observer, incidence by
    the Sun as the target sees it at the light's departure.
    """
    to_sun, to_observer = sky.sun - points, -seen_along
    normals = views.surface.outward_normals(points, views.emitted)
    lon_e, lat = ellipsoid.lon_lat(points)
    sun_lon_e, sun_lat = ellipsoid.lon_lat(sky.sun)
    below_lon_e, below_lat = ellipsoid.lon_lat(below)
    return Conditions(
        lon_e=lon_e,
        lat=lat,
        incidence_angle=ellipsoid.angle_between(normals, to_sun),
        emission_angle=ellipsoid.angle_between(normals, to_observer),
        phase_angle=ellipsoid.angle_between(to_sun, to_observer),
        range_km=np.linalg.norm(points - origins, axis=1),
        solar_longitude=sky.solar_longitude,
        local_time=_local_time(lon_e, sun_lon_e, views.spin),
        subsolar_lon_e=sun_lon_e,
        subsolar_lat=sun_lat,
        subsolar_azimuth=ellipsoid.azimuth(lon_e, lat, sun_lon_e, sun_lat),
        sub_spacecraft_lon_e=below_lon_e,
        sub_spacecraft_lat=below_lat,
        subspacecraft_azimuth=ellipsoid.azimuth(lon_e, lat, below_lon_e, below_lat),
    )


@dataclass(frozen=True)
class _Sky:
    """The Sun as the target sees it when the light leaves the target.

    Attributes:
        sun: (n, 3) km, body-fixed.
        solar_longitude: (n,) degrees.
    """

    sun: FloatArray
    solar_longitude: FloatArray

    @staticmethod
    def over(scene: Scene, views: Views, gaps: Gaps) -> _Sky:
        return _Sky(_sun(scene, views, gaps), _solar_longitudes(scene, views.et, gaps))

    def of(self, rows: NDArray[np.intp]) -> _Sky:
        return _Sky(self.sun[rows], self.solar_longitude[rows])


def _sun(scene: Scene, views: Views, gaps: Gaps) -> FloatArray:
    """(n, 3) km body-fixed: the Sun as the target sees it when the light leaves the target."""

    def ask(epochs: FloatArray, gaps: Gaps) -> FloatArray:
        return apparent_positions("SUN", epochs, scene.abcorr, scene.target_id, gaps)

    inertial = smoothly(ask, views.emitted, _SUN_TOLERANCE_KM, gaps)
    return np.asarray(np.einsum("nij,nj->ni", views.to_fixed, inertial))


def _solar_longitudes(scene: Scene, et: FloatArray, gaps: Gaps) -> FloatArray:
    """(n,) degrees, in [0, 360)."""

    def ask(epochs: FloatArray, gaps: Gaps) -> FloatArray:
        angle = np.radians(solar_longitudes(scene.target_id, epochs, scene.abcorr, gaps))
        return np.stack([np.cos(angle), np.sin(angle)], axis=1)

    cosine, sine = smoothly(ask, et, _SEASON_TOLERANCE, gaps).T
    return wrap_360(np.degrees(np.arctan2(sine, cosine)))


def _local_time(lon_e: FloatArray, sun_lon_e: FloatArray, spin: FloatArray) -> FloatArray:
    """True solar hours in [0, 24); on bodies that turn backwards the Sun rises in the west.

    Source: NAIF ET2LST.
    """
    sense = -1.0 if spin[2] < 0.0 else 1.0
    return np.asarray((12.0 + sense * (lon_e - sun_lon_e) / 15.0) % 24.0)
