"""What a map is to show, as places on the sphere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.longitudes import wrap_180, wrap_360

FloatArray = NDArray[np.float64]

SAMPLES_A_SIDE = 33
_OPEN_ENOUGH_DEG = 15.0
"""Samples that leave no wider gap are all around the body."""


@dataclass(frozen=True)
class MapArea:
    """An area on a sphere: its bounds, and places all over it.

    Attributes:
        west_e, east_e: Degrees; west in [-180, 180), east at most 360 further.
        south, north: Degrees, planetocentric.
        lon, lat: (n,) places in it, corners and edges among them.
    """

    west_e: float
    east_e: float
    south: float
    north: float
    lon: FloatArray
    lat: FloatArray

    @property
    def width(self) -> float:
        return self.east_e - self.west_e

    @property
    def height(self) -> float:
        return self.north - self.south

    @property
    def goes_all_around(self) -> bool:
        return self.width >= 360.0

    @property
    def middle_lon(self) -> float:
        """The meridian in the middle; 0 where the area goes all around."""
        middle = (self.west_e + self.east_e) / 2.0
        return 0.0 if self.goes_all_around else float(wrap_180(middle))

    @property
    def middle_lat(self) -> float:
        return (self.south + self.north) / 2.0

    @property
    def nearest_lat(self) -> float:
        """How far, in degrees, the equator is: 0 where it is crossed."""
        return max(0.0, self.south, -self.north)

    @property
    def farthest_lat(self) -> float:
        return max(abs(self.south), abs(self.north))

    @property
    def center(self) -> tuple[float, float]:
        """Longitude and latitude that the area lies around."""
        weights = np.cos(np.radians(self.lat)) + 1e-9 if self._is_box else np.ones_like(self.lat)
        x, y, z = (unit_vectors(self.lon, self.lat) * weights[:, None]).sum(axis=0)
        if np.hypot(np.hypot(x, y), z) < 1e-6 * len(self.lon):
            return self.middle_lon, self.middle_lat
        return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))

    @property
    def _is_box(self) -> bool:
        """Whether places lie evenly in longitude and latitude, so more densely at the poles."""
        return len(np.unique(self.lat)) == SAMPLES_A_SIDE == len(np.unique(self.lon))


def area_of_box(west_e: float, east_e: float, south: float, north: float) -> MapArea:
    """The area between meridians and parallels, from west eastward to east.

    Raises:
        PlanetaryError: It holds nothing.
    """
    low, high = max(-90.0, min(south, north)), min(90.0, max(south, north))
    width = 360.0 if east_e - west_e >= 360.0 else float(wrap_360(east_e - west_e))
    if not (np.isfinite(width) and high > low and width > 0.0):
        raise _empty()
    west = -180.0 if width == 360.0 else float(wrap_180(west_e))
    lon, lat = np.meshgrid(
        np.linspace(west, west + width, SAMPLES_A_SIDE), np.linspace(low, high, SAMPLES_A_SIDE)
    )
    return MapArea(west, west + width, low, high, lon.ravel(), lat.ravel())


def area_of_places(
    lon_e: FloatArray, lat: FloatArray, *, holds_north: bool = False, holds_south: bool = False
) -> MapArea:
    """The area that places are spread over; NaN where one is not on the body.

    Args:
        holds_north, holds_south: Whether a pole lies inside.

    Raises:
        PlanetaryError: There are none.
    """
    known = np.isfinite(lon_e) & np.isfinite(lat)
    lon, height = np.asarray(wrap_180(lon_e[known])), lat[known]
    for pole, is_held in ((90.0, holds_north), (-90.0, holds_south)):
        if is_held:
            lon, height = np.append(lon, 0.0), np.append(height, pole)
    if len(lon) < 2 or np.ptp(height) == 0.0 == np.ptp(lon):
        raise _empty()
    south, north = float(height.min()), float(height.max())
    west, width = (-180.0, 360.0) if holds_north or holds_south else _narrowest(lon)
    return MapArea(west, west + width, south, north, west + wrap_360(lon - west), height)


def _narrowest(lon: FloatArray) -> tuple[float, float]:
    """Western meridian and width of the narrowest stripe that holds all longitudes."""
    ordered = np.sort(lon)
    gaps = np.diff(ordered, append=ordered[0] + 360.0)
    widest = int(np.argmax(gaps))
    if gaps[widest] < _OPEN_ENOUGH_DEG:
        return -180.0, 360.0
    return float(ordered[(widest + 1) % len(ordered)]), float(360.0 - gaps[widest])


def _empty() -> PlanetaryError:
    return PlanetaryError(
        "The area holds no part of the body.",
        hint="Give an extent with a width and a height that lies on the map.",
    )
