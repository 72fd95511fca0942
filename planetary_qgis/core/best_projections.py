"""The projection that suits an area, by latitude, extent and purpose."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from planetary_qgis.core.map_areas import MapArea
from planetary_qgis.core.map_projections import (
    AlbersEqualArea,
    CylindricalEqualArea,
    Equirectangular,
    LambertAzimuthalEqualArea,
    LambertConformalConic,
    Mercator,
    PolarStereographic,
    Projection,
    Sinusoidal,
)

Purpose = Literal["usual", "conformal", "equal area"]

_POLAR_FROM_DEG = 65.0
"""Where the map series of USGS and the archives' image products turn polar stereographic."""
_CYLINDER_UP_TO_DEG = 30.0
"""Up to where Mars's and Venus's quadrangles are Mercator maps."""
_NEARLY_ALL_DEG = 120.0
"""Maps of nearly the whole body are true at the equator."""
_WORTH_A_CHANGE = 0.01
_WORTH_A_CHANGE_DEG = 1.0
_TILTED_ENOUGH_DEG = 1.0
_STEPS_DEG = (1.0, 0.1, 0.01, 0.001)
_STEPS_WITHIN = 20.0


def best_projection(area: MapArea, purpose: Purpose = "usual") -> Projection:
    """The projection for an area.

    Usual maps are equirectangular, true at the parallel that suits the area best, and polar
    stereographic from 65°. Of conformal ones the one with the truest lengths is taken, of those of
    equal area the one that turns directions least; but what maps of such latitudes usually have,
    where it is only a hundredth, or a degree, worse.
    """
    if purpose == "usual":
        return _usual(area)
    if purpose == "conformal":
        return _least(
            area,
            _conformal(area),
            lambda each: each.distortion(area.lon, area.lat).length,
            _WORTH_A_CHANGE,
        )
    return _least(
        area,
        _equal_area(area),
        lambda each: each.distortion(area.lon, area.lat).angle_deg,
        _WORTH_A_CHANGE_DEG,
    )


def _usual(area: MapArea) -> Projection:
    if _is_polar(area):
        return _polar(area)
    if area.goes_all_around or area.farthest_lat > 85.0:
        return Equirectangular(_meridian(area), 0.0)
    return Equirectangular(_meridian(area), _true_parallel(area))


def _conformal(area: MapArea) -> list[Projection]:
    """Candidates, the usual one of these latitudes first."""
    mercator = [] if area.farthest_lat > 89.0 else [Mercator(_meridian(area), _true_parallel(area))]
    conic = [LambertConformalConic(_meridian(area), *_parallels(area))] if _fits_cone(area) else []
    if _is_polar(area):
        return [_polar(area), *conic]
    low = abs(area.middle_lat) < _CYLINDER_UP_TO_DEG
    ordered = [*mercator, *conic] if low else [*conic, *mercator]
    return [*ordered, _polar(area)]


def _equal_area(area: MapArea) -> list[Projection]:
    lon, lat = area.center
    azimuthal = LambertAzimuthalEqualArea(_rounded(lon, area), _rounded(lat, area))
    cone = [AlbersEqualArea(_meridian(area), *_parallels(area))] if _fits_cone(area) else []
    cylinder: list[Projection] = []
    if area.farthest_lat <= 89.0:
        cylinder = [CylindricalEqualArea(_meridian(area), _true_parallel(area))]
    return [azimuthal, *cone, *cylinder, Sinusoidal(_meridian(area))]


def _least(
    area: MapArea,
    candidates: list[Projection],
    cost: Callable[[Projection], float],
    margin: float,
) -> Projection:
    """The first candidate that costs hardly more than the cheapest; NaN is never cheap."""
    costs = [value if math.isfinite(value) else math.inf for value in map(cost, candidates)]
    limit = min(costs) + margin
    if math.isinf(limit):  # poles that no such map can show
        return Mercator(_meridian(area), 0.0)
    return next(each for each, value in zip(candidates, costs) if value <= limit)


def _is_polar(area: MapArea) -> bool:
    crosses_equator = area.nearest_lat == 0.0 and area.south < 0.0 < area.north
    return area.farthest_lat >= _POLAR_FROM_DEG and not crosses_equator and _is_nearer_pole(area)


def _is_nearer_pole(area: MapArea) -> bool:
    return area.farthest_lat == 90.0 or abs(area.middle_lat) >= _POLAR_FROM_DEG


def _polar(area: MapArea) -> PolarStereographic:
    return PolarStereographic(_meridian(area), 90.0 if area.middle_lat >= 0.0 else -90.0)


def _fits_cone(area: MapArea) -> bool:
    first, second = _parallels(area)
    return area.farthest_lat <= 89.0 and abs(first + second) > 2.0 * _TILTED_ENOUGH_DEG


def _parallels(area: MapArea) -> tuple[float, float]:
    """A sixth of the height from the northern and southern edge (Snyder, p. 99)."""
    sixth = area.height / 6.0
    return _rounded(area.south + sixth, area), _rounded(area.north - sixth, area)


def _true_parallel(area: MapArea) -> float:
    """Where a cylinder must be true to be as much too long at one edge as too short at another."""
    if area.goes_all_around and area.height >= _NEARLY_ALL_DEG:
        return 0.0
    nearest, farthest = math.radians(area.nearest_lat), math.radians(area.farthest_lat)
    balanced = math.degrees(math.acos(math.sqrt(math.cos(nearest) * math.cos(farthest))))
    return _rounded(math.copysign(balanced, area.middle_lat), area)


def _meridian(area: MapArea) -> float:
    return 0.0 if area.goes_all_around else _rounded(area.middle_lon, area)


def _rounded(degrees: float, area: MapArea) -> float:
    """Rounded as far as it makes no difference for an area of this size."""
    size = min(area.height, area.width)
    step = next((step for step in _STEPS_DEG if step * _STEPS_WITHIN <= size), 1e-4)
    return round(round(degrees / step) * step, 6) + 0.0
