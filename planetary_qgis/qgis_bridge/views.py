"""What a map view shows of a body, however its projection bends and ends."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsPointXY,
    QgsRectangle,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import transform_between

Extent = tuple[float, float, float, float]
"""West, south, east, north in degrees; west > east crosses the antimeridian."""

_FORWARD = Qgis.TransformDirection.Forward
_BACKWARD = Qgis.TransformDirection.Reverse
_POINTS_A_SIDE = 25
_LEAST_GAP = 27.0
"""Degrees of longitude; a narrower gap between sampled points is taken as seen."""
_SAME_PLACE = 1e-6
"""Of a view's size: how far a point may come back from where it was."""
_WORLD = QgsRectangle(-180.0, -90.0, 180.0, 90.0)


def extent_of_view(
    view: QgsRectangle, crs: QgsCoordinateReferenceSystem, degrees: QgsCoordinateReferenceSystem
) -> Extent:
    """The longitudes and latitudes that a view shows.

    Args:
        crs: The view's.
        degrees: A geographic CRS of the same body.

    Raises:
        PlanetaryError: The view lies on another body, or beside this one.
    """
    transform = transform_between(crs, degrees)
    if crs.isGeographic():
        return _of_degrees(view, degrees)
    points = _sampled(view, transform)
    if not len(points):
        raise nothing_of(degrees)
    west, east = _longitudes(points[:, 0])
    south, north = float(points[:, 1].min()), float(points[:, 1].max())
    for latitude in (-90.0, 90.0):
        if _shows_pole(view, transform, latitude):
            west, east = -180.0, 180.0
            south, north = min(south, latitude), max(north, latitude)
    return west, south, east, north


def rows_of_the_map(transform: QgsCoordinateTransform) -> tuple[float, float] | None:
    """The lowest and the highest y of the whole body; None where it has no end."""
    try:
        bounds = transform.transformBoundingBox(_WORLD, _BACKWARD)
    except QgsCsException:
        return None
    rows = bounds.yMinimum(), bounds.yMaximum()
    return rows if all(map(math.isfinite, rows)) else None


def is_one_to_one(view: QgsRectangle, transform: QgsCoordinateTransform) -> bool:
    """Whether every place of the view is a place of its own on the body.

    Around a disc there is nothing, and beside a plate carrée the same once more.
    """
    xs = np.linspace(view.xMinimum(), view.xMaximum(), _POINTS_A_SIDE)
    ys = np.linspace(view.yMinimum(), view.yMaximum(), _POINTS_A_SIDE)
    edges = [(x, y) for x in xs for y in (ys[0], ys[-1])]
    edges += [(x, y) for x in (xs[0], xs[-1]) for y in ys]
    nearness = _SAME_PLACE * max(view.width(), view.height())
    return all(_comes_back(QgsPointXY(x, y), transform, nearness) for x, y in edges)


def nothing_of(degrees: QgsCoordinateReferenceSystem) -> PlanetaryError:
    """What to raise where a view shows nothing of the body."""
    return PlanetaryError(
        f"The map view shows no part of {degrees.celestialBodyName()}.",
        hint="Zoom to a layer, or search the whole body.",
    )


def _of_degrees(view: QgsRectangle, degrees: QgsCoordinateReferenceSystem) -> Extent:
    south, north = max(view.yMinimum(), -90.0), min(view.yMaximum(), 90.0)
    if south >= north:
        raise nothing_of(degrees)
    if view.width() >= 360.0:
        return -180.0, south, 180.0, north
    return _wrapped(view.xMinimum()), south, _wrapped(view.xMaximum()), north


def _wrapped(longitude: float) -> float:
    """The same longitude within −180..180."""
    inside = -180.0 <= longitude <= 180.0
    return longitude if inside else (longitude + 180.0) % 360.0 - 180.0


def _sampled(view: QgsRectangle, transform: QgsCoordinateTransform) -> NDArray[np.float64]:
    """(n, 2) longitude and latitude of points all over the view, as far as the body goes."""
    xs = np.linspace(view.xMinimum(), view.xMaximum(), _POINTS_A_SIDE)
    ys = np.linspace(view.yMinimum(), view.yMaximum(), _POINTS_A_SIDE)
    seen = (_place(transform, QgsPointXY(x, y)) for x in xs for y in ys)
    # PROJ takes the rows above a plate carrée for latitudes beyond the pole.
    return np.array([(p.x(), p.y()) for p in seen if p is not None and abs(p.y()) <= 90.0])


def _place(
    transform: QgsCoordinateTransform,
    point: QgsPointXY,
    direction: Qgis.TransformDirection = _FORWARD,
) -> QgsPointXY | None:
    """Where a point goes; None where the projection does not reach."""
    try:
        place = transform.transform(point, direction)
    except QgsCsException:
        return None
    return place if math.isfinite(place.x()) and math.isfinite(place.y()) else None


def _longitudes(sampled: NDArray[np.float64]) -> tuple[float, float]:
    """West and east of the narrowest span that holds all longitudes."""
    lon = np.unique(np.round((sampled + 180.0) % 360.0 - 180.0, 9))
    gaps = np.append(np.diff(lon), lon[0] + 360.0 - lon[-1])
    widest = int(np.argmax(gaps))
    if gaps[widest] < _LEAST_GAP:
        return -180.0, 180.0
    return float(lon[(widest + 1) % len(lon)]), float(lon[widest])


def _shows_pole(view: QgsRectangle, transform: QgsCoordinateTransform, latitude: float) -> bool:
    """Whether the pole lies in the view, from wherever one comes to it."""
    poles = (QgsPointXY(longitude, latitude) for longitude in (0.0, 90.0, 180.0, -90.0))
    places = [_place(transform, pole, _BACKWARD) for pole in poles]
    return any(place is not None for place in places) and all(
        place is None or view.contains(place) for place in places
    )


def _comes_back(point: QgsPointXY, transform: QgsCoordinateTransform, nearness: float) -> bool:
    place = _place(transform, point)
    back = None if place is None else _place(transform, place, _BACKWARD)
    return back is not None and back.distance(point) <= nearness
