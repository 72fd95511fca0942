"""QGIS's own measuring on other bodies: whether it is right, and how to make it so.

QGIS measures on the ellipsoid that the project names. Before 4.2 it measures NaN on a sphere named
by its code; on one named by its axes some versions measure right in every CRS of the body, others
in geographic ones only. `spheres` measures right everywhere.
"""

from __future__ import annotations

import math

from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsDistanceArea,
    QgsPointXY,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import body_of, measuring_ellipsoid
from planetary_qgis.qgis_bridge.spheres import axes_m, sphere_of

PLANIMETRIC = "NONE"
"""What QGIS calls measuring in the plane of the map."""

_TRIAL_PLACES = ((10.0, 20.0), (10.0, 70.0), (10.0, -70.0), (100.0, 20.0), (-170.0, 20.0))
_TRIAL_SIDE_DEG = 0.01
_TRIAL_TOLERANCE = 1e-6
_SAME_BODY_TOLERANCE = 0.02


def ellipsoid_for(crs: QgsCoordinateReferenceSystem) -> str:
    """The ellipsoid for a project in this CRS: the CRS's own, or NONE where QGIS fails on it."""
    names = (measuring_ellipsoid(crs), crs.ellipsoidAcronym())
    return next((name for name in names if measures_right(crs, name)), PLANIMETRIC)


def measures_right(crs: QgsCoordinateReferenceSystem, ellipsoid: str) -> bool:
    """Whether QGIS, in a project of this CRS and ellipsoid, measures on the CRS's body.

    Tried, not looked up: a small square is measured and held against the closed formula. NONE
    measures in the plane of the map, which is nobody's surface.
    """
    axes = axes_m(ellipsoid)
    if not crs.isValid() or not axes[0] > 0.0 or not _is_of_body(axes, crs):
        return False
    for lon, lat in _TRIAL_PLACES:
        corners = _square_in(crs, lon, lat)
        if corners is not None:
            return _agrees(_measured(crs, ellipsoid, corners), _small_square(axes, lat))
    return False


def _square_in(crs: QgsCoordinateReferenceSystem, lon: float, lat: float) -> list | None:
    """Corners of a small square; None where the CRS does not reach."""
    side = _TRIAL_SIDE_DEG
    try:
        back = sphere_of(crs).to_sphere
        outwards = Qgis.TransformDirection.Reverse
        corners = [
            back.transform(QgsPointXY(*each), outwards)
            for each in ((lon, lat), (lon + side, lat), (lon + side, lat + side), (lon, lat + side))
        ]
        again = back.transform(corners[0])
    except (QgsCsException, PlanetaryError):
        return None
    return corners if math.hypot(again.x() - lon, again.y() - lat) < side / 1000.0 else None


def _measured(
    crs: QgsCoordinateReferenceSystem, ellipsoid: str, corners: list[QgsPointXY]
) -> tuple[float, float, float]:
    """Its southern and eastern side and its area as QGIS measures them."""
    measuring = QgsDistanceArea()
    measuring.setSourceCrs(crs, QgsCoordinateTransformContext())
    measuring.setEllipsoid(ellipsoid)
    return (
        measuring.measureLine(corners[0], corners[1]),
        measuring.measureLine(corners[1], corners[2]),
        measuring.measurePolygon([*corners, corners[0]]),
    )


def _small_square(axes: tuple[float, float], lat: float) -> tuple[float, float, float]:
    """The same by the radii of curvature, within a millionth."""
    major, minor = axes
    squared = 1.0 - (minor / major) ** 2
    side = math.radians(_TRIAL_SIDE_DEG)

    def across(at: float) -> float:
        bend = math.sqrt(1.0 - squared * math.sin(math.radians(at)) ** 2)
        return side * major / bend * math.cos(math.radians(at))

    middle = lat + _TRIAL_SIDE_DEG / 2.0
    bend = math.sqrt(1.0 - squared * math.sin(math.radians(middle)) ** 2)
    along = side * major * (1.0 - squared) / bend**3
    return across(lat), along, across(middle) * along


def _agrees(found: tuple[float, ...], truth: tuple[float, ...]) -> bool:
    return all(
        math.isfinite(one) and abs(one - other) <= _TRIAL_TOLERANCE * other
        for one, other in zip(found, truth)
    )


def _is_of_body(axes: tuple[float, float], crs: QgsCoordinateReferenceSystem) -> bool:
    """Whether axes are those of the CRS's body, or of its own ellipsoid."""
    body = body_of(crs)
    known = [*axes_m(crs.ellipsoidAcronym())]
    if body is not None:
        known += [radius * 1000.0 for radius in body.radii_km]
    low, high = min(known), max(known)
    return all(
        low * (1.0 - _SAME_BODY_TOLERANCE) <= axis <= high * (1.0 + _SAME_BODY_TOLERANCE)
        for axis in axes
    )
