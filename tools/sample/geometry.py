"""Where each image lies and how it is lit, by plain CSPICE calls: truth to test the plugin by."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import spiceypy as spice

from sample import constants as c
from sample.observations import Shot

ABCORR = "LT+S"
CORNERS = ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_LEFT", "LOWER_RIGHT")


@dataclass(frozen=True)
class GroundPoint:
    """A point as the index spells it: planetographic latitude, west longitude, degrees."""

    lat_ographic: float
    lon_w: float


@dataclass(frozen=True)
class Geometry:
    """What the index says of one image; angles in degrees, None where the view misses Mars."""

    corners: dict[str, GroundPoint | None]
    center: GroundPoint | None
    incidence_angle: float | None
    emission_angle: float | None
    phase_angle: float | None
    pixel_width_m: float | None
    local_time_h: float | None
    sub_solar_azimuth: float | None
    sub_spacecraft: GroundPoint
    solar_longitude: float
    slant_distance_km: float | None


def measure(shot: Shot) -> Geometry:
    """The geometry of one image; all kernels must be loaded."""
    start, stop = spice.str2et(shot.start_utc), spice.str2et(shot.stop_utc)
    middle = 0.5 * (start + stop)
    boresight, bounds = _field_of_view(shot.camera)
    when = (middle, middle) if shot.camera == c.FRAME_CAM else (start, stop)
    corners = {
        name: _point(_look(shot.camera, et, ray)) for name, et, ray in _corner_rays(bounds, *when)
    }
    below, _, _ = spice.subpnt(
        "NEAR POINT/ELLIPSOID", "MARS", middle, "IAU_MARS", ABCORR, c.SPACECRAFT
    )
    center = _look(shot.camera, middle, boresight)
    return Geometry(
        corners=corners,
        center=_point(center),
        sub_spacecraft=_planetographic(below),
        solar_longitude=math.degrees(spice.lspcn("MARS", middle, "NONE")),
        **_view(shot.camera, middle, center),
    )


def _field_of_view(camera: str) -> tuple[np.ndarray, np.ndarray]:
    """Boresight, and (n, 3) boundary vectors, in the camera's frame."""
    _, _, boresight, _, bounds = spice.getfov(c.CAMERA_IDS[camera], 8)
    return boresight, bounds


def _corner_rays(
    bounds: np.ndarray, first: float, last: float
) -> list[tuple[str, float, np.ndarray]]:
    """Name, epoch and ray of each corner, for an image that begins and ends at those epochs.

    A frame's upper edge looks ahead (+X). A scan's upper edge is its first line: there the two
    boundary vectors of one end of the line, a pixel apart, count as one ray between them.
    """
    left, right = bounds[bounds[:, 1] < 0.0], bounds[bounds[:, 1] > 0.0]
    if first == last:
        ends = [side[side[:, 0] * ahead > 0.0][0] for ahead in (1, -1) for side in (left, right)]
    else:
        ends = [side.mean(axis=0) for side in (left, right)] * 2
    epochs = (first, first, last, last)
    return [(name, et, np.array(ray)) for name, et, ray in zip(CORNERS, epochs, ends)]


def _look(camera: str, et: float, ray: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The point that the ray sees and the way to it, both body-fixed in km, or None."""
    try:
        point, _, way = spice.sincpt(
            "ELLIPSOID", "MARS", et, "IAU_MARS", ABCORR, c.SPACECRAFT, camera, ray
        )
    except spice.NotFoundError:
        return None
    return point, way


def _view(
    camera: str, et: float, center: tuple[np.ndarray, np.ndarray] | None
) -> dict[str, float | None]:
    """What depends on where the middle of the image lies."""
    if center is None:
        names = ("incidence_angle", "emission_angle", "phase_angle", "pixel_width_m")
        names += ("local_time_h", "sub_solar_azimuth", "slant_distance_km")
        return dict.fromkeys(names)
    point, way = center
    _, _, phase, incidence, emission = spice.ilumin(
        "ELLIPSOID", "MARS", et, "IAU_MARS", ABCORR, c.SPACECRAFT, point
    )
    distance = spice.vnorm(way)
    return {
        "incidence_angle": math.degrees(incidence),
        "emission_angle": math.degrees(emission),
        "phase_angle": math.degrees(phase),
        "pixel_width_m": distance * 1000.0 * c.IFOV_RAD[camera],
        "local_time_h": _local_time(et, point),
        "sub_solar_azimuth": _sun_azimuth(et, point),
        "slant_distance_km": distance,
    }


def _local_time(et: float, point: np.ndarray) -> float:
    """Local true solar time in hours."""
    _, lon, _ = spice.reclat(point)
    hour, minute, second, _, _ = spice.et2lst(et, 499, lon, "PLANETOCENTRIC")
    return hour + minute / 60.0 + second / 3600.0


def _sun_azimuth(et: float, point: np.ndarray) -> float:
    """Azimuth of the Sun at the point, degrees clockwise from north."""
    state, _ = spice.azlcpo("ELLIPSOID", "SUN", et, ABCORR, False, True, point, "MARS", "IAU_MARS")
    return math.degrees(state[1])


def _point(seen: tuple[np.ndarray, np.ndarray] | None) -> GroundPoint | None:
    return None if seen is None else _planetographic(seen[0])


def _planetographic(point: np.ndarray) -> GroundPoint:
    a, _, b = c.MARS_RADII_KM
    lon_w, lat, _ = spice.recpgr("MARS", point, a, (a - b) / a)
    return GroundPoint(math.degrees(lat), math.degrees(lon_w))
