"""The projection that suits an area of a body, as a CRS on that body."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsPointXY,
    QgsRectangle,
)

from planetary_qgis.core import best_projections
from planetary_qgis.core.best_projections import Purpose
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.map_areas import SAMPLES_A_SIDE, MapArea, area_of_box, area_of_places
from planetary_qgis.core.map_projections import Distortion, Projection
from planetary_qgis.qgis_bridge.crs import body_name
from planetary_qgis.qgis_bridge.spheres import Sphere, sphere_of

FloatArray = NDArray[np.float64]
_POLES = (90.0, -90.0)
_MOST_CLOSER_LOOKS = 5
_SAME_PLACE = 1e-6
"""Of the radius."""


@dataclass(frozen=True)
class BestProjection:
    """A projection for an area.

    Attributes:
        crs: On the body's sphere, metres east and north.
        title: Its name, without the body's.
        distortion: How far it is off where it is off most within the area.
    """

    crs: QgsCoordinateReferenceSystem
    title: str
    distortion: Distortion

    @property
    def sentence(self) -> str:
        """How far lengths, areas and angles are off within the area."""
        lengths, areas = _share(self.distortion.length), _share(self.distortion.area)
        angles = (
            f"up to {self.distortion.angle_deg:.1f}°" if self.distortion.angle_deg > 0.05 else "0°"
        )
        return (
            f"Within the area lengths are off by {lengths}, areas by {areas}, angles by {angles}."
        )


def best_projection(
    extent: QgsRectangle, crs: QgsCoordinateReferenceSystem, purpose: Purpose = "usual"
) -> BestProjection:
    """The projection that suits an extent in a CRS, on the sphere of that CRS's body.

    Raises:
        PlanetaryError: The extent holds nothing of the body, or the CRS is on none.
    """
    area = area_of_extent(extent, crs)
    projection = best_projections.best_projection(area, purpose)
    return BestProjection(
        projected_crs(projection, sphere_of(crs)),
        projection.title,
        projection.distortion(area.lon, area.lat),
    )


def area_of_extent(extent: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> MapArea:
    """What an extent shows of the body; over the antimeridian and poles, too.

    Raises:
        PlanetaryError: Nothing.
    """
    sphere = sphere_of(crs)
    if crs.isGeographic():
        lon, lat = _clipped(extent)
        return area_of_box(lon[0], lon[1], *sphere.ocentric(lat))
    lon, lat = _places_in(extent, sphere)
    held = [_holds(extent, sphere, pole) for pole in _POLES]
    return area_of_places(lon, sphere.ocentric(lat), holds_north=held[0], holds_south=held[1])


def projected_crs(projection: Projection, sphere: Sphere) -> QgsCoordinateReferenceSystem:
    """A projection as a CRS on a body's sphere.

    Raises:
        PlanetaryError: PROJ cannot make it.
    """
    wkt = projection.wkt(
        body=body_name(sphere.crs),
        base=sphere.crs.description(),
        radius_m=sphere.radius_m,
    )
    crs = QgsCoordinateReferenceSystem.fromWkt(wkt)
    if not crs.isValid():
        raise PlanetaryError(
            f"PROJ cannot make the projection “{projection.title}”.",
            details=wkt,
            hint="Choose another purpose, or a projection from the IAU_2015 list.",
        )
    return crs


def _clipped(extent: QgsRectangle) -> tuple[FloatArray, FloatArray]:
    """Bounds in longitude and latitude; what lies above the poles is nowhere."""
    lat = np.clip([extent.yMinimum(), extent.yMaximum()], -90.0, 90.0)
    return np.array([extent.xMinimum(), extent.xMaximum()]), lat


def _places_in(extent: QgsRectangle, sphere: Sphere) -> tuple[FloatArray, FloatArray]:
    """Longitudes and latitudes all over an extent; NaN where it is not on the body.

    Where the body fills but a part of it, only that part counts.
    """
    for _ in range(_MOST_CLOSER_LOOKS):
        xs = np.linspace(extent.xMinimum(), extent.xMaximum(), SAMPLES_A_SIDE)
        ys = np.linspace(extent.yMinimum(), extent.yMaximum(), SAMPLES_A_SIDE)
        places = np.array([[_place(sphere, x, y) for x in xs] for y in ys])
        seen = np.isfinite(places[..., 0])
        columns, rows = np.flatnonzero(seen.any(axis=0)), np.flatnonzero(seen.any(axis=1))
        fill = min(len(columns), len(rows))
        if not 0 < fill < SAMPLES_A_SIDE // 2:
            break
        x_step, y_step = xs[1] - xs[0], ys[1] - ys[0]
        extent = QgsRectangle(
            xs[columns[0]] - x_step,
            ys[rows[0]] - y_step,
            xs[columns[-1]] + x_step,
            ys[rows[-1]] + y_step,
        )
    return places[..., 0].ravel(), places[..., 1].ravel()


def _place(sphere: Sphere, x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude; NaN beyond the map's edge, where it would begin anew, too."""
    point = QgsPointXY(x, y)
    try:
        found = sphere.to_sphere.transform(point)
        again = sphere.to_sphere.transform(found, Qgis.TransformDirection.Reverse)
    except QgsCsException:
        return math.nan, math.nan
    if not again.distance(point) < _SAME_PLACE * sphere.radius_m or abs(found.y()) > 90.0:
        return math.nan, math.nan
    return found.x(), found.y()


def _holds(extent: QgsRectangle, sphere: Sphere, pole: float) -> bool:
    """Whether a pole is a point of the map, and one in the extent."""
    try:
        one, other = (
            sphere.to_sphere.transform(QgsPointXY(lon, pole), Qgis.TransformDirection.Reverse)
            for lon in (0.0, 90.0)
        )
    except QgsCsException:
        return False
    return one.distance(other) < _SAME_PLACE * sphere.radius_m and extent.contains(one)


def _share(share: float) -> str:
    if not math.isfinite(share) or share >= 10.0:
        return "more than tenfold"
    if share < 5e-5:
        return "0 %"
    return f"up to {share * 100.0:.{2 if share < 0.01 else 0}f} %"
