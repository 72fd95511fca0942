"""A map's area: meridians and parallels, as a polygon in the map's CRS."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from qgis.core import (
    Qgis,
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsGeometry,
    QgsLineString,
    QgsPointXY,
    QgsPolygon,
    QgsRectangle,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.map_areas import MapArea, area_of_box
from planetary_qgis.qgis_bridge.spheres import Sphere, sphere_of
from planetary_qgis.qgis_bridge.views import Extent, extent_of_view

FloatArray = NDArray[np.float64]

_WKB_LINE_HEADER = 9
_MOST_STEPS = 2048
_BEND_AT_SCALE_M = 0.0001
"""A tenth of a millimetre on the sheet: what nobody sees."""
_AREA_TOLERANCE = 0.01
_WITHIN = 1e-6
"""Degrees that keep the sides of a whole map from being taken for one another."""
_FLATTEST = 0.01
"""Of the area on the ground: what a map shows smaller than that it does not show."""


def box_of_extent(extent: QgsRectangle, crs: QgsCoordinateReferenceSystem) -> Extent:
    """West, south, east, north of what an extent shows of its body; west > east over 180°.

    Raises:
        PlanetaryError: Nothing, or the CRS is on no body.
    """
    sphere = sphere_of(crs)
    west, south, east, north = extent_of_view(extent, crs, sphere.crs)
    south, north = sphere.ocentric(np.array([south, north])).tolist()
    return west, south, east, north


def longer_side_m(box: Extent, radius_m: float) -> float:
    """Metres from west to east along the longest parallel, or from south to north."""
    area = _area(box)
    across = math.radians(area.width) * math.cos(math.radians(area.nearest_lat))
    return radius_m * max(across, math.radians(area.height))


def boundary_of_box(box: Extent, crs: QgsCoordinateReferenceSystem, scale: float) -> QgsGeometry:
    """The box as polygons of a map; its sides bend as the map's meridians and parallels do.

    Args:
        box: East-positive longitudes, planetocentric latitudes; west > east crosses 180°.
        scale: The map's denominator, which says what bends can be seen.

    Raises:
        PlanetaryError: The box is empty, or the CRS cannot show it in one piece.
    """
    area, sphere = _area(box), sphere_of(crs)
    wanted = _square_metres(area, sphere.radius_m)
    for shape in _ways_to_draw(area, sphere, scale):
        if _shows(shape, sphere, wanted):
            return shape
    raise PlanetaryError(
        f"“{crs.description()}” cannot show the area in one piece.",
        details=f"west, south, east, north: {box}",
        hint="Choose the projection that suits the area, or a smaller area.",
    )


def _area(box: Extent) -> MapArea:
    west, south, east, north = box
    return area_of_box(west, east, south, north)


def _square_metres(area: MapArea, radius_m: float) -> float:
    sines = math.sin(math.radians(area.north)) - math.sin(math.radians(area.south))
    return radius_m**2 * math.radians(area.width) * sines


def _shows(shape: QgsGeometry, sphere: Sphere, square_metres: float) -> bool:
    """Whether a shape covers that much on the ground, and is not folded away on the map."""
    if not shape.isGeosValid():
        return False
    if not sphere.is_in_degrees and shape.area() < _FLATTEST * square_metres:
        return False
    with np.errstate(invalid="ignore"):
        covered = sphere.area(shape, "drawn")
    return abs(covered - square_metres) <= _AREA_TOLERANCE * square_metres


def _ways_to_draw(area: MapArea, sphere: Sphere, scale: float) -> Iterator[QgsGeometry]:
    """Which of them is right shows in its area."""
    if sphere.is_in_degrees:
        yield _in_degrees(area, sphere)
        return
    bend, seam = scale * _BEND_AT_SCALE_M, _seam(sphere)
    if area.goes_all_around:
        yield _polygon(_parallels(area, sphere, bend))
    west = seam if area.goes_all_around else area.west_e
    for at_pole in (90.0, 90.0 - _WITHIN):  # some projections have no way back from their poles
        yield _framed(west, west + area.width, area, sphere, bend, at_pole)
    cut = area.west_e + (seam - area.west_e) % 360.0
    if area.west_e < cut < area.east_e:
        sides = ((area.west_e, cut - _WITHIN), (cut + _WITHIN, area.east_e))
        yield QgsGeometry.collectGeometry(
            [_framed(*each, area, sphere, bend, 90.0) for each in sides]
        )


def _seam(sphere: Sphere) -> float:
    """The meridian opposite to the map's middle, where maps of the whole body are cut."""
    try:
        middle = sphere.to_sphere.transform(QgsPointXY(0.0, 0.0)).x()
    except QgsCsException:
        middle = 0.0
    return middle - 180.0


def _in_degrees(area: MapArea, sphere: Sphere) -> QgsGeometry:
    """Cut at 180°, as everything on a map in degrees is."""
    from planetary_qgis.core.polygons import polygons_from_boxes

    south, north = (_lat_of_crs(lat, sphere) for lat in (area.south, area.north))
    (shape,) = polygons_from_boxes([area.west_e], [area.east_e], [south], [north])
    made = QgsGeometry()
    made.fromWkb(shape.wkb)
    return made


def _framed(
    west: float, east: float, area: MapArea, sphere: Sphere, bend: float, at_pole: float
) -> QgsGeometry:
    """The polygon between two meridians and the area's parallels."""
    inwards = _WITHIN if area.goes_all_around else 0.0
    left, right = west + inwards, east - inwards
    south, north = max(area.south, -at_pole), min(area.north, at_pole)
    corners = [(left, south), (right, south), (right, north), (left, north), (left, south)]
    return _polygon([_drawn(corners, sphere, bend)])


def _parallels(area: MapArea, sphere: Sphere, bend: float) -> list[FloatArray]:
    """Both as rings, the longer one first; a pole is none."""
    rings = [
        _drawn([(west, lat) for west in (-180.0, -60.0, 60.0, 180.0)], sphere, bend)
        for lat in (area.south, area.north)
        if abs(lat) < 90.0
    ]
    for ring in rings:
        ring[-1] = ring[0]
    return sorted(rings, key=lambda ring: -float(np.ptp(ring[:, 0])))


def _drawn(corners: list[tuple[float, float]], sphere: Sphere, bend: float) -> FloatArray:
    """(n, 2) the way along the corners on the map, bent as far as can be seen."""
    sides = [_side(a, b, sphere, bend) for a, b in zip(corners, corners[1:])]
    return np.concatenate([*(side[:-1] for side in sides), sides[-1][-1:]])


def _side(
    a: tuple[float, float], b: tuple[float, float], sphere: Sphere, bend: float
) -> FloatArray:
    steps = 1
    while True:
        places = np.linspace(a, b, 2 * steps + 1)
        drawn = _on_map(places, sphere)
        with np.errstate(invalid="ignore"):
            middles = (drawn[:-2:2] + drawn[2::2]) / 2.0
            off = np.hypot(*(drawn[1::2] - middles).T).max()
        if not off > bend or steps >= _MOST_STEPS:
            return drawn[::2]
        steps *= 2


def _on_map(places: FloatArray, sphere: Sphere) -> FloatArray:
    lat = [_lat_of_crs(each, sphere) for each in places[:, 1].tolist()]
    line = QgsLineString(places[:, 0].tolist(), lat)
    try:
        line.transform(sphere.to_sphere, Qgis.TransformDirection.Reverse)
    except QgsCsException as error:
        raise PlanetaryError(
            "The area reaches beyond what the projection shows of the body.",
            details=str(error),
            hint="Choose the projection that suits the area, or a smaller area.",
        ) from error
    numbers = np.frombuffer(bytes(line.asWkb()), dtype="<f8", offset=_WKB_LINE_HEADER)
    return numbers.reshape(-1, 2).copy()


def _lat_of_crs(lat: float, sphere: Sphere) -> float:
    """A planetocentric latitude as PROJ's transform of the CRS takes it."""
    if sphere.flattening_axes_m is None:
        return lat
    from planetary_qgis.core.longitudes import ographic_from_ocentric

    equatorial, polar = sphere.flattening_axes_m
    return float(ographic_from_ocentric(lat, equatorial=equatorial, polar=polar))


def _polygon(rings: list[FloatArray]) -> QgsGeometry:
    polygon = QgsPolygon()
    for number, ring in enumerate(rings):
        line = QgsLineString(ring[:, 0].tolist(), ring[:, 1].tolist())
        if number:
            polygon.addInteriorRing(line)
        else:
            polygon.setExteriorRing(line)
    return QgsGeometry(polygon)
