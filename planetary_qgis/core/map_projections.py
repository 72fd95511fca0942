"""Map projections of a sphere: their parameters, and how they distort.

Longitudes are east-positive, latitudes planetocentric, both in degrees.
Source of all formulas: Snyder, Map Projections: A Working Manual (USGS PP 1395).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.projection_wkt import (
    EASTING,
    EASTING_AT,
    FIRST,
    LAT_FALSE,
    LAT_ORIGIN,
    LON_FALSE,
    LON_ORIGIN,
    NORTHING,
    NORTHING_AT,
    SCALE,
    SECOND,
    Parameter,
    conversion_wkt,
    latitude_text,
    longitude_text,
    projected_wkt,
)
from planetary_qgis.core.sphere_measures import distances

FloatArray = NDArray[np.float64]
Scales = tuple[FloatArray, FloatArray]
"""(n,) scale in two directions at right angles to each other, the largest and the smallest."""


@dataclass(frozen=True)
class Distortion:
    """How far a map is off where it is off most.

    Attributes:
        length: Share by which a length is too long or too short; 0 is true.
        area: The same of areas.
        angle_deg: By how much two directions are turned against each other.
    """

    length: float
    area: float
    angle_deg: float

    @staticmethod
    def of(scales: Scales) -> Distortion:
        one, other = scales
        large, small = np.maximum(one, other), np.minimum(one, other)
        with np.errstate(divide="ignore", invalid="ignore"):
            length = max(float(np.max(large)), float(np.max(1.0 / small)))
            area = max(float(np.max(large * small)), float(np.max(1.0 / (large * small))))
            turned = 2.0 * np.degrees(np.arcsin(np.minimum((large - small) / (large + small), 1.0)))
        return Distortion(length - 1.0, area - 1.0, float(np.max(turned)))


@dataclass(frozen=True)
class Projection:
    """A projection of a sphere, without false easting or northing."""

    @property
    def title(self) -> str:
        """Its name with what it is centred on: Mercator, true at 20°, centre 137° E."""
        raise NotImplementedError

    @property
    def plain_title(self) -> str:
        """The same in ASCII, as files and PROJ keep it: Mercator, true at 20 N, centre 137 E."""
        return self.title.replace("°", "")

    @property
    def method(self) -> tuple[str, int | None]:
        """WKT's name of the method, and its EPSG code where it has one."""
        raise NotImplementedError

    @property
    def parameters(self) -> dict[Parameter, float]:
        raise NotImplementedError

    def scales(self, lon_e: FloatArray, lat: FloatArray) -> Scales:
        raise NotImplementedError

    def distortion(self, lon_e: FloatArray, lat: FloatArray) -> Distortion:
        """The worst over these places."""
        return Distortion.of(self.scales(np.asarray(lon_e), np.asarray(lat)))

    def wkt(self, *, body: str, base: str, radius_m: float) -> str:
        """WKT 2 of it on a body's sphere; base is what the sphere's geographic CRS is called."""
        conversion = conversion_wkt(self.plain_title, self.method, self.parameters)
        name = f"{body} / {self.plain_title}"
        return projected_wkt(name, conversion, base=base, radius_m=radius_m)


@dataclass(frozen=True)
class _OnMeridian(Projection):
    """A projection around a central meridian."""

    lon_0: float = 0.0

    @property
    def _centre(self) -> str:
        return f"centre {longitude_text(self.lon_0)}"


@dataclass(frozen=True)
class _Cylindrical(_OnMeridian):
    """A cylinder that is true at a parallel, and at the other one as far from the equator."""

    lat_ts: float = 0.0
    name = ""

    @property
    def title(self) -> str:
        return f"{self.name}, true at {latitude_text(self.lat_ts)}, {self._centre}"

    @property
    def parameters(self) -> dict[Parameter, float]:
        return {FIRST: self.lat_ts, LON_ORIGIN: self.lon_0, EASTING: 0.0, NORTHING: 0.0}

    def _across(self, lat: FloatArray) -> FloatArray:
        return np.asarray(np.cos(np.radians(self.lat_ts)) / np.cos(np.radians(lat)))


@dataclass(frozen=True)
class Equirectangular(_Cylindrical):
    """Meridians and parallels evenly spaced, lengths true along meridians."""

    name = "Equirectangular"
    method = ("Equidistant Cylindrical", 1028)

    def scales(self, _lon_e: FloatArray, lat: FloatArray) -> Scales:
        across = self._across(lat)
        return across, np.ones_like(across)


@dataclass(frozen=True)
class Mercator(_Cylindrical):
    """Conformal; the poles are infinitely far away."""

    name = "Mercator"
    method = ("Mercator (variant B)", 9805)

    def scales(self, _lon_e: FloatArray, lat: FloatArray) -> Scales:
        across = self._across(lat)
        return across, across


@dataclass(frozen=True)
class CylindricalEqualArea(_Cylindrical):
    """Lambert's, or Behrmann's, or another's, by the standard parallel."""

    name = "Cylindrical equal area"
    method = ("Lambert Cylindrical Equal Area (Spherical)", 9834)

    def scales(self, _lon_e: FloatArray, lat: FloatArray) -> Scales:
        across = self._across(lat)
        return across, 1.0 / across


@dataclass(frozen=True)
class Sinusoidal(_OnMeridian):
    """Equal area; parallels true, meridians slanting away from the middle one."""

    method = ("Sinusoidal", None)

    @property
    def title(self) -> str:
        return f"Sinusoidal, {self._centre}"

    @property
    def parameters(self) -> dict[Parameter, float]:
        return {LON_ORIGIN: self.lon_0, EASTING: 0.0, NORTHING: 0.0}

    def scales(self, lon_e: FloatArray, lat: FloatArray) -> Scales:
        half = np.abs(np.radians(wrap_180(lon_e - self.lon_0)) * np.sin(np.radians(lat))) / 2.0
        large = np.sqrt(1.0 + half**2) + half
        return large, 1.0 / large


@dataclass(frozen=True)
class PolarStereographic(_OnMeridian):
    """Conformal, seen from the other pole; true at its own."""

    pole: float = 90.0
    method = ("Polar Stereographic (variant A)", 9810)

    @property
    def title(self) -> str:
        side = "north" if self.pole > 0 else "south"
        return f"Polar stereographic, {side}, {self._centre}"

    @property
    def parameters(self) -> dict[Parameter, float]:
        return {
            LAT_ORIGIN: self.pole,
            LON_ORIGIN: self.lon_0,
            SCALE: 1.0,
            EASTING: 0.0,
            NORTHING: 0.0,
        }

    def scales(self, _lon_e: FloatArray, lat: FloatArray) -> Scales:
        towards = np.sin(np.radians(lat)) * np.sign(self.pole)
        with np.errstate(divide="ignore"):
            everywhere = 2.0 / (1.0 + towards)
        return everywhere, everywhere


@dataclass(frozen=True)
class LambertAzimuthalEqualArea(_OnMeridian):
    """Equal area around any centre."""

    lat_0: float = 0.0
    method = ("Lambert Azimuthal Equal Area", 9820)

    @property
    def title(self) -> str:
        return (
            f"Lambert azimuthal equal-area, centre {latitude_text(self.lat_0)}, "
            f"{longitude_text(self.lon_0)}"
        )

    @property
    def parameters(self) -> dict[Parameter, float]:
        return {LAT_ORIGIN: self.lat_0, LON_ORIGIN: self.lon_0, EASTING: 0.0, NORTHING: 0.0}

    def scales(self, lon_e: FloatArray, lat: FloatArray) -> Scales:
        away = distances(self.lon_0, self.lat_0, lon_e, lat)
        around = 1.0 / np.maximum(np.cos(away / 2.0), 1e-300)
        return around, 1.0 / around


@dataclass(frozen=True)
class _Conic(_OnMeridian):
    """A cone through two parallels on one side of the equator, or nearly so."""

    lat_1: float = 0.0
    lat_2: float = 0.0
    name = ""

    @property
    def title(self) -> str:
        parallels = f"{latitude_text(self.lat_1)} and {latitude_text(self.lat_2)}"
        return f"{self.name}, true at {parallels}, {self._centre}"

    @property
    def parameters(self) -> dict[Parameter, float]:
        return {
            LAT_FALSE: (self.lat_1 + self.lat_2) / 2.0,
            LON_FALSE: self.lon_0,
            FIRST: self.lat_1,
            SECOND: self.lat_2,
            EASTING_AT: 0.0,
            NORTHING_AT: 0.0,
        }


@dataclass(frozen=True)
class LambertConformalConic(_Conic):
    """Conformal; one pole is the tip of the cone, the other infinitely far away."""

    name = "Lambert conformal conic"
    method = ("Lambert Conic Conformal (2SP)", 9802)

    def scales(self, _lon_e: FloatArray, lat: FloatArray) -> Scales:
        first, second, at = np.radians(self.lat_1), np.radians(self.lat_2), np.radians(lat)
        cone = np.sin(first)
        if abs(first - second) > 1e-9:
            stretch = np.log(np.cos(first) / np.cos(second))
            cone = stretch / np.log(_polar_distance(first) / _polar_distance(second))
        with np.errstate(divide="ignore", invalid="ignore"):
            shape = (_polar_distance(at) / _polar_distance(first)) ** cone
            everywhere = np.cos(first) / np.cos(at) * shape
        return everywhere, everywhere


@dataclass(frozen=True)
class AlbersEqualArea(_Conic):
    """Equal area on a cone."""

    name = "Albers equal-area conic"
    method = ("Albers Equal Area", 9822)

    def scales(self, _lon_e: FloatArray, lat: FloatArray) -> Scales:
        first, second = np.radians(self.lat_1), np.radians(self.lat_2)
        cone = (np.sin(first) + np.sin(second)) / 2.0
        whole = np.cos(first) ** 2 + 2.0 * cone * np.sin(first)
        radius = np.sqrt(np.maximum(whole - 2.0 * cone * np.sin(np.radians(lat)), 1e-300))
        across = radius / np.maximum(np.cos(np.radians(lat)), 1e-300)
        return across, 1.0 / across


def _polar_distance(lat_rad: FloatArray | float) -> FloatArray:
    """tan of half the angle to the north pole."""
    return np.asarray(np.tan(np.pi / 4.0 - np.asarray(lat_rad) / 2.0))
