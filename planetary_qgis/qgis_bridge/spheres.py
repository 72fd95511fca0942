"""Lengths, directions and areas on a body's sphere, whatever CRS the coordinates are in."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from osgeo import osr
from qgis.core import (
    QgsAbstractGeometry,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsEllipsoidUtils,
    QgsGeometry,
    QgsPointXY,
    QgsUnitTypes,
    QgsWkbTypes,
)

from planetary_qgis.core import sphere_measures
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.longitudes import ocentric_from_ographic
from planetary_qgis.core.sphere_measures import Edges, ring_moment
from planetary_qgis.qgis_bridge.crs import body_of, crs_of, is_hollow, same_body

FloatArray = NDArray[np.float64]

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
_HEADER_OF_A_LINE = struct.Struct("<BII")
_LINE_IN_WKB = 2
_WKB_HEADER_OF_A_LINE = _HEADER_OF_A_LINE.size
_WKB_HEADER_OF_A_POINT = 5
_STEP_OF_DRAWN_EDGES_DEG = 0.1
_MOST_STEPS = 100_000


@dataclass(frozen=True)
class Sphere:
    """A body's sphere, and the way to it from a CRS.

    Attributes:
        crs: Longitudes and latitudes on it: east-positive, planetocentric.
        radius_m: Of the body, also where the CRS is on another sphere of it.
        is_in_degrees: Whether the CRS is longitudes and latitudes itself.
        flattening_axes_m: Equatorial and polar radius where the CRS has planetographic latitudes.
    """

    crs: QgsCoordinateReferenceSystem
    radius_m: float
    to_sphere: QgsCoordinateTransform
    is_in_degrees: bool
    flattening_axes_m: tuple[float, float] | None

    def lon_lat(self, x: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Coordinates of the CRS as east-positive longitudes and planetocentric latitudes.

        Raises:
            PlanetaryError: One of them is nowhere on the body.
        """
        places = np.column_stack([np.asarray(x, dtype="<f8"), np.asarray(y, dtype="<f8")])
        line = QgsGeometry()
        # Well-known binary: making each vertex in Python takes twenty times as long.
        line.fromWkb(_HEADER_OF_A_LINE.pack(1, _LINE_IN_WKB, len(places)) + places.tobytes())
        return next(self._vertices(line))

    def ocentric(self, lat: FloatArray) -> FloatArray:
        """Latitudes that PROJ gave for the CRS as planetocentric ones."""
        if self.flattening_axes_m is None:
            return lat
        equatorial, polar = self.flattening_axes_m
        return ocentric_from_ographic(lat, equatorial=equatorial, polar=polar)

    def area(self, geometry: QgsGeometry, edges: Edges = "great circles") -> float:
        """Square metres of polygons, without their holes; 0 for others.

        Edges "drawn" straight in a projected CRS are followed within a millionth of the area.
        """
        if edges == "drawn" and not self.is_in_degrees:
            geometry, edges = self._densified(geometry), "great circles"
        return self.radius_m**2 * sum(
            sphere_measures.ring_area(lon, lat, edges) * (1.0 if is_outer else -1.0)
            for is_outer, (lon, lat) in self._rings(geometry)
        )

    def perimeter(self, geometry: QgsGeometry) -> float:
        """Metres around polygons and their holes, without what was cut at the antimeridian."""
        rings = [ring for _, ring in self._rings(geometry)]
        seams = {side for lon, _ in rings for side in (-180.0, 180.0) if np.any(lon == side)}
        return self.radius_m * sum(
            sphere_measures.outline_length(lon, lat, seam_counts=len(seams) < 2)
            for lon, lat in rings
        )

    def length(self, geometry: QgsGeometry) -> float:
        """Metres along lines; 0 for others."""
        if geometry.type() != QgsWkbTypes.GeometryType.LineGeometry:
            return 0.0
        return self.radius_m * sum(
            float(sphere_measures.running_lengths(lon, lat)[-1])
            for lon, lat in self._vertices(geometry)
            if len(lon)
        )

    def middle(self, geometry: QgsGeometry) -> tuple[float, float] | None:
        """East-positive longitude and latitude that a geometry lies around; None where nowhere."""
        if geometry.type() == QgsWkbTypes.GeometryType.PolygonGeometry:
            moments = [
                ring_moment(lon, lat) * (1.0 if is_outer else -1.0)
                for is_outer, (lon, lat) in self._rings(geometry)
            ]
        else:
            moments = [unit_vectors(*line).sum(axis=0) for line in self._vertices(geometry)]
        x, y, z = np.sum(moments, axis=0) if moments else np.zeros(3)
        if not np.hypot(np.hypot(x, y), z) > 0.0:
            return None
        return float(np.degrees(np.arctan2(y, x))), float(np.degrees(np.arctan2(z, np.hypot(x, y))))

    def distance(self, a: QgsPointXY, b: QgsPointXY) -> float:
        """Metres between two points of the CRS."""
        (lon_a, lon_b), (lat_a, lat_b) = self._two(a, b)
        return self.radius_m * float(sphere_measures.distances(lon_a, lat_a, lon_b, lat_b))

    def azimuth(self, a: QgsPointXY, b: QgsPointXY) -> float:
        """Degrees clockwise from north at a, in [0, 360), of the great circle to b."""
        (lon_a, lon_b), (lat_a, lat_b) = self._two(a, b)
        return float(sphere_measures.azimuths(lon_a, lat_a, lon_b, lat_b))

    def _two(self, a: QgsPointXY, b: QgsPointXY) -> tuple[FloatArray, FloatArray]:
        return self.lon_lat(np.array([a.x(), b.x()]), np.array([a.y(), b.y()]))

    def _rings(self, geometry: QgsGeometry) -> Iterator[tuple[bool, tuple[FloatArray, FloatArray]]]:
        """Whether each ring of polygons is an outer one, and its vertices."""
        if geometry.type() != QgsWkbTypes.GeometryType.PolygonGeometry:
            return
        moved = self._moved(geometry)  # its parts do not keep it alive
        for part in moved.constParts():
            yield True, self._line(part.exteriorRing())
            for hole in range(part.numInteriorRings()):
                yield False, self._line(part.interiorRing(hole))

    def _vertices(self, geometry: QgsGeometry) -> Iterator[tuple[FloatArray, FloatArray]]:
        moved = self._moved(geometry)
        for part in moved.constParts():
            yield self._line(part)

    def _densified(self, geometry: QgsGeometry) -> QgsGeometry:
        steps = math.radians(_STEP_OF_DRAWN_EDGES_DEG) * self.radius_m
        return geometry.densifyByDistance(max(steps, geometry.length() / _MOST_STEPS))

    def _moved(self, geometry: QgsGeometry) -> QgsGeometry:
        curved = geometry.constGet().hasCurvedSegments()
        moved = QgsGeometry(geometry.constGet().segmentize()) if curved else QgsGeometry(geometry)
        try:
            moved.transform(self.to_sphere)
        except QgsCsException as error:
            raise PlanetaryError(
                "A geometry reaches beyond what its coordinate reference system shows of the body.",
                details=str(error),
                hint="Cut it to the area of the projection.",
            ) from error
        return moved

    def _line(self, line: QgsAbstractGeometry) -> tuple[FloatArray, FloatArray]:
        dimensions = QgsWkbTypes.coordDimensions(line.wkbType())
        is_point = QgsWkbTypes.flatType(line.wkbType()) == QgsWkbTypes.Type.Point
        header = _WKB_HEADER_OF_A_POINT if is_point else _WKB_HEADER_OF_A_LINE
        data = np.frombuffer(bytes(line.asWkb()), offset=header)
        lon, lat = data.reshape(-1, dimensions)[:, :2].T
        return lon, self.ocentric(lat)


def sphere_of(crs: QgsCoordinateReferenceSystem) -> Sphere:
    """The sphere of a CRS's body.

    Raises:
        PlanetaryError: The CRS is none, or on no body that can be measured.
    """
    authid = crs.authid()
    is_own = not authid or authid.startswith("USER:")
    definition = crs.toWkt(_WKT2) if is_own else authid
    found = _sphere_of(definition)
    if is_hollow(found.crs):  # made in a thread that is gone
        _sphere_of.cache_clear()
        found = _sphere_of(definition)
    return found


@lru_cache(maxsize=64)
def _sphere_of(definition: str) -> Sphere:
    crs = QgsCoordinateReferenceSystem(definition)
    if not crs.isValid():
        crs = QgsCoordinateReferenceSystem.fromWkt(definition)
    if not crs.isValid():
        raise PlanetaryError(
            "Nothing can be measured without a coordinate reference system.",
            hint="Give the layer or the project the coordinate reference system of its body.",
        )
    body = body_of(crs)
    sphere = _base_of(crs) if body is None else crs_of(body)
    if not same_body(crs, sphere):
        sphere = _base_of(crs)
    return Sphere(
        sphere,
        axes_m(sphere.ellipsoidAcronym())[0],
        QgsCoordinateTransform(crs, sphere, QgsCoordinateTransformContext()),
        # isGeographic() is False of CRSs without a code before QGIS 3.28.
        crs.mapUnits() == QgsUnitTypes.DistanceUnit.DistanceDegrees,
        _flattening_axes(crs),
    )


def axes_m(ellipsoid: str) -> tuple[float, float]:
    """Semi-axes in metres of an ellipsoid by its name; zeros where QGIS does not know it."""
    found = QgsEllipsoidUtils.ellipsoidParameters(ellipsoid)
    if not found.valid:
        return 0.0, 0.0
    return found.semiMajor, found.semiMinor if found.semiMinor > 0 else found.semiMajor


def _flattening_axes(crs: QgsCoordinateReferenceSystem) -> tuple[float, float] | None:
    """The axes of a CRS's ellipsoid where its latitudes are planetographic.

    PROJ hands them over to the sphere as they are: no datum says how they belong together.
    """
    major, minor = axes_m(crs.ellipsoidAcronym())
    is_ocentric = "ocentric" in crs.toWkt(_WKT2).lower()
    return None if major == minor or is_ocentric else (major, minor)


def _base_of(crs: QgsCoordinateReferenceSystem) -> QgsCoordinateReferenceSystem:
    """The geographic CRS that a projected one stands on; of others the same."""
    if crs.isGeographic():
        return crs
    whole = osr.SpatialReference()
    whole.ImportFromWkt(crs.toWkt(_WKT2))
    base = whole.CloneGeogCS()
    return QgsCoordinateReferenceSystem.fromWkt(base.ExportToWkt(["FORMAT=WKT2_2019"]))
