"""Where places of a CRS lie on its body, and the other way around, many at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsLineString,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import ocentric_from_ographic, ographic_from_ocentric
from planetary_qgis.qgis_bridge.crs import body_of, transform_between
from planetary_qgis.qgis_bridge.spheres import Sphere, sphere_of

_WKB_LINE_HEADER = 9
_SAME_STEP = 1e-6
_ANY_BODY = "Non-Earth body"
"""What PROJ calls every body that it does not know."""
_PROBE_LON, _PROBE_LAT = 10.0, 40.0
_FULL_CIRCLE_DEG = 360.0


@dataclass(frozen=True)
class Placing:
    """How places of a CRS and degrees on its body belong together; any thread may use it.

    Attributes:
        ographic_axes: Equatorial and polar axis where the CRS's latitudes are planetographic.
        period: How far it is around the body in x; None where a parallel is no line of the map.
        middle_lon_e: The longitude in the middle of the map; its seam is on the other side.
    """

    to_body: QgsCoordinateTransform
    from_body: QgsCoordinateTransform
    ographic_axes: tuple[float, float] | None
    period: float | None
    middle_lon_e: float

    @property
    def is_in_degrees(self) -> bool:
        """Whether places are longitudes and latitudes on the body already."""
        return self.to_body.isShortCircuited() and self.ographic_axes is None

    def degrees(self, places: np.ndarray) -> np.ndarray:
        """(n, 2) longitudes and planetocentric latitudes, NaN beside the body."""
        degrees = moved(self.to_body, places)
        if self.ographic_axes is not None:
            equatorial, polar = self.ographic_axes
            degrees[:, 1] = ocentric_from_ographic(
                degrees[:, 1], equatorial=equatorial, polar=polar
            )
        return degrees

    def places(self, degrees: np.ndarray) -> np.ndarray:
        """(n, 2) places in the CRS, NaN where it shows none."""
        if self.ographic_axes is not None:
            equatorial, polar = self.ographic_axes
            lat = ographic_from_ocentric(degrees[:, 1], equatorial=equatorial, polar=polar)
            degrees = np.stack([degrees[:, 0], lat], axis=1)
        return moved(self.from_body, degrees)


def placing(crs: QgsCoordinateReferenceSystem, sphere: Sphere) -> Placing:
    """How a CRS lies on a body's sphere; for the main thread.

    Raises:
        PlanetaryError: It lies on another body, or its axes are not what QGIS takes them for.
    """
    to_body = transform_between(crs, sphere.crs)
    from_body = transform_between(sphere.crs, crs)
    axes = sphere_of(crs).flattening_axes_m
    if crs.isGeographic():
        _check_axes(crs, to_body)
        return Placing(to_body, from_body, axes, _FULL_CIRCLE_DEG, 0.0)
    return Placing(to_body, from_body, axes, _period(from_body), _middle(crs))


def title_of(crs: QgsCoordinateReferenceSystem) -> str:
    """The name of the body that a CRS lies on, for people."""
    body = body_of(crs)
    if body is not None:
        return body.title
    name = crs.celestialBodyName()
    return name if name and name != _ANY_BODY else crs.description()


def moved(transform: QgsCoordinateTransform, places: np.ndarray) -> np.ndarray:
    """(n, 2) places in the transform's other CRS; NaN where there is none."""
    if not len(places):
        return np.empty((0, 2))
    line = QgsLineString(places[:, 0].tolist(), places[:, 1].tolist())
    try:
        line.transform(transform)
    except QgsCsException:
        if len(places) == 1:
            return np.full((1, 2), np.nan)
        # One place that cannot be had must not take the others with it.
        half = len(places) // 2
        return np.concatenate([moved(transform, part) for part in (places[:half], places[half:])])
    found = np.frombuffer(bytes(line.asWkb()), dtype="<f8", offset=_WKB_LINE_HEADER)
    found = found.reshape(-1, 2).copy()
    found[~np.isfinite(found).all(axis=1)] = np.nan
    return found


def _check_axes(crs: QgsCoordinateReferenceSystem, to_body: QgsCoordinateTransform) -> None:
    """PROJ before 9.6 at least turns the axes of IAU_2015's …01 and …02 codes around."""
    ((lon, lat),) = moved(to_body, np.array([[_PROBE_LON, _PROBE_LAT]]))
    if abs(lon - _PROBE_LON) > 1.0 or abs(lat - _PROBE_LAT) > 1.0:
        raise PlanetaryError(
            f"QGIS takes the axes of “{crs.description()}” for others than they are.",
            hint="Give the layer the body's spherical CRS, as Check CRS does.",
        )


def _period(from_body: QgsCoordinateTransform) -> float | None:
    """How far apart the two ends of a parallel are, where all parallels are level and even."""
    lon = np.arange(-175.0, 180.0, 10.0)
    rows = [
        moved(from_body, np.stack([lon, np.full(len(lon), lat)], axis=1)) for lat in (0.0, 40.0)
    ]
    steps = [np.diff(row[:, 0]) for row in rows]
    step = float(np.median(steps[0]))
    if not np.isfinite(step) or step == 0.0:
        return None
    even = [np.abs(each - step) < _SAME_STEP * abs(step) for each in steps]
    level = [np.ptp(row[:, 1]) < _SAME_STEP * abs(step) for row in rows]
    # One step of each parallel may lead over the seam.
    if all(level) and all(np.count_nonzero(~each) <= 1 for each in even):
        return abs(step) * _FULL_CIRCLE_DEG / 10.0
    return None


def _middle(crs: QgsCoordinateReferenceSystem) -> float:
    """The central meridian, 0 where the projection has none."""
    for word in crs.toProj().split():
        name, _, value = word.partition("=")
        if name in ("+lon_0", "+lonc"):
            return float(value)
    return 0.0
