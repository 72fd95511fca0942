"""Longitude and latitude conventions: the only place where they change.

Inside the project longitudes are east-positive in [-180, 180) and latitudes planetocentric.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core.bodies import Body

Direction = Literal["east", "west"]
LatitudeKind = Literal["ocentric", "ographic"]
LongitudeStyle = Literal["east 180", "east 360", "west 360"]
"""How longitudes are shown: east-positive in [-180, 180) or [0, 360), or west-positive."""
FloatArray = NDArray[np.float64]


def wrap_180(lon_e: ArrayLike) -> FloatArray:
    """Longitudes in [-180, 180)."""
    lon = np.asarray(lon_e, dtype=float)
    wrapped = wrap_360(lon + 180.0) - 180.0
    # What already lies in the range keeps every digit.
    return np.where((lon >= -180.0) & (lon < 180.0), lon, wrapped)


def wrap_360(lon_e: ArrayLike) -> FloatArray:
    """Longitudes in [0, 360)."""
    wrapped = np.asarray(lon_e, dtype=float) % 360.0
    # The remainder of the tiniest negative numbers rounds up to 360 itself.
    return np.where(wrapped == 360.0, 0.0, wrapped)


def east_from_west(lon_w: ArrayLike) -> FloatArray:
    """West-positive longitudes as east-positive ones in [-180, 180)."""
    return wrap_180(-np.asarray(lon_w, dtype=float))


def in_style(lon_e: ArrayLike, style: LongitudeStyle) -> FloatArray:
    """East-positive longitudes as a style shows them."""
    if style == "west 360":
        return wrap_360(-np.asarray(lon_e, dtype=float))
    return wrap_360(lon_e) if style == "east 360" else wrap_180(lon_e)


def usual_style(naif_id: int) -> LongitudeStyle:
    """How maps of a body usually show longitudes.

    Planetographic ones count against the body's turning, so west around Jupiter, Saturn and
    Neptune; Mercury, Venus, Mars, Uranus's moons, Triton and all small bodies count east, the Moon
    and the Earth to both sides. Source: IAU WGCCRE (Archinal et al. 2018) and the USGS's maps.
    """
    if naif_id in (10, 301, 399):
        return "east 180"
    system = naif_id // 100
    if system in (5, 6) or naif_id in (401, 402) or (system == 8 and naif_id != 801):
        return "west 360"
    return "east 360"


def ocentric_from_ographic(
    lat_ographic: ArrayLike, *, equatorial: float, polar: float
) -> FloatArray:
    """Planetocentric latitudes, in degrees, of planetographic ones on an oblate spheroid.

    Source: Snyder, Map Projections: A Working Manual (USGS PP 1395), eq. 3-28.
    """
    lat = np.radians(np.asarray(lat_ographic, dtype=float))
    return np.asarray(np.degrees(np.arctan2(polar**2 * np.sin(lat), equatorial**2 * np.cos(lat))))


def ographic_from_ocentric(
    lat_ocentric: ArrayLike, *, equatorial: float, polar: float
) -> FloatArray:
    """Planetographic latitudes, in degrees, of planetocentric ones on an oblate spheroid."""
    return ocentric_from_ographic(lat_ocentric, equatorial=polar, polar=equatorial)


def to_house_convention(
    lon: ArrayLike,
    lat: ArrayLike,
    *,
    direction: Direction,
    latitude_kind: LatitudeKind,
    body: Body,
) -> tuple[FloatArray, FloatArray]:
    """East-positive [-180, 180) longitudes and planetocentric latitudes, in degrees."""
    lon_e = east_from_west(lon) if direction == "west" else wrap_180(lon)
    if latitude_kind == "ocentric":
        return lon_e, np.asarray(lat, dtype=float)
    equatorial, _, polar = body.radii_km
    return lon_e, ocentric_from_ographic(lat, equatorial=equatorial, polar=polar)
