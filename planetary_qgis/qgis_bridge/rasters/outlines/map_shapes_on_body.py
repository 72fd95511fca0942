"""Shapes in a raster's map coordinates as valid shapes in longitudes and latitudes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from osgeo import osr

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import ocentric_from_ographic, wrap_180
from planetary_qgis.core.polygons import polygons_from_joined_rings, united
from planetary_qgis.core.seams import within_180
from planetary_qgis.qgis_bridge.dem_files import Datum, datum_of, proj_terms
from planetary_qgis.qgis_bridge.rasters.relief.ground import ToDegrees, degrees_of

Shapes = NDArray[np.object_]

_EVEN_IN_LONGITUDE = ("longlat", "eqc", "merc", "cea", "mill", "gall")
_STRAIGHT_PARALLELS = ("sinu", "moll", "robin", "eck1", "eck2", "eck3", "eck4", "eck5", "eck6",
                       "natearth", "eqearth", "goode", "wink1")  # fmt: skip
_PIECES_A_SIDE = 128
_AWAY = 90.0


@dataclass(frozen=True)
class MapOfBody:
    """A map projection, and how to come back from it.

    Attributes:
        kind: PROJ's name.
        lon_0, x_0, y_0: Of its middle.
    """

    kind: str
    lon_0: float
    x_0: float
    y_0: float
    datum: Datum
    to_degrees: ToDegrees

    @classmethod
    def of(cls, srs: osr.SpatialReference) -> MapOfBody:
        """The map of a CRS.

        Raises:
            RuntimeError: PROJ cannot come back from it.
        """
        terms = proj_terms(srs)
        lon_0, x_0, y_0 = (float(terms.get(name, 0.0)) for name in ("lon_0", "x_0", "y_0"))
        return cls(terms.get("proj", ""), lon_0, x_0, y_0, datum_of(srs), degrees_of(srs))

    def shape_on_body(self, shapes: Shapes, longest: float) -> shapely.Geometry | None:
        """One valid lon/lat shape of polygons in map coordinates; None where they are off the map.

        Args:
            longest: Map units that an edge may be long where it bends on the body.
        """
        if self.kind in _EVEN_IN_LONGITUDE:
            return _flat(shapely.transform(shapes, self._rolled_off))
        pieces = shapely.segmentize(shapes, longest)
        if self.kind in _STRAIGHT_PARALLELS:
            return _flat(shapely.transform(pieces, self._flattened))
        return self._round(pieces)

    def _rolled_off(self, places: np.ndarray) -> np.ndarray:
        """Longitudes that run on past ±180° and latitudes, where both go evenly with x and y."""
        x, y = places.T
        if self.kind == "longlat":
            lon, lat = x, y
        else:
            probe = self.to_degrees(self.x_0 + np.array([0.0, 1000.0]), np.full(2, self.y_0))[0]
            lon = self.lon_0 + (x - self.x_0) * wrap_180(probe[1] - probe[0]) / 1000.0
            lat = self._latitudes(y)
        return np.c_[lon, self._ocentric(lat)]

    def _flattened(self, places: np.ndarray) -> np.ndarray:
        """The same where parallels are straight; what is beyond the map's rim lies on it."""
        x, y = places.T
        side = np.where(x >= self.x_0, 1.0, -1.0)
        lon, _ = self.to_degrees(x, y)
        away = np.where(
            np.isfinite(lon),
            wrap_180(np.where(np.isfinite(lon), lon, 0.0) - self.lon_0),
            180.0 * side,
        )
        # PROJ brings what is beyond the rim back from the other side.
        away = np.where((away * side < 0.0) & (np.abs(away) > _AWAY), 180.0 * side, away)
        return np.c_[self.lon_0 + away, self._ocentric(self._latitudes(y))]

    def _latitudes(self, y: np.ndarray) -> np.ndarray:
        """Along the middle of the map; beyond its ends lie the poles."""
        lat = self.to_degrees(np.full(len(y), self.x_0), y)[1]
        lat = np.where(np.isfinite(lat), lat, np.where(y >= self.y_0, 90.0, -90.0))
        return np.clip(lat, -90.0, 90.0)

    def _round(self, shapes: Shapes) -> shapely.Geometry | None:
        """The shape of polygons on any other map, by rings on the sphere."""
        rings, owner = shapely.get_rings(shapes, return_index=True)
        if not len(rings):
            return None
        outer = np.diff(owner, prepend=-1) > 0
        on_body = self._rings_on_body(rings)
        whole = united(list(on_body[outer]))
        holes = united(list(on_body[~outer]))
        return whole if whole is None or holes is None else shapely.difference(whole, holes)

    def _rings_on_body(self, rings: Shapes) -> Shapes:
        clockwise = ~shapely.is_ccw(rings)
        rings = np.where(clockwise, shapely.reverse(rings), rings)
        places, owner = shapely.get_coordinates(rings, return_index=True)
        lon, lat = self.to_degrees(*places.T)
        known = np.isfinite(lon) & np.isfinite(lat)
        return polygons_from_joined_rings(
            wrap_180(lon[known]),
            self._ocentric(lat[known]),
            np.bincount(owner[known], minlength=len(rings)),
            interior_on_left=True,
        )

    def _ocentric(self, lat: np.ndarray) -> np.ndarray:
        lat = np.clip(lat, -90.0, 90.0)
        if self.datum.ocentric or self.datum.equatorial == self.datum.polar:
            return lat
        return ocentric_from_ographic(lat, equatorial=self.datum.equatorial, polar=self.datum.polar)


def longest_piece(width: float, height: float) -> float:
    """How long edges of a raster of that size may be, so that they bend as pixels do."""
    return max(width, height) / _PIECES_A_SIDE


def _flat(shapes: Shapes) -> shapely.Geometry | None:
    """One shape of polygons whose longitudes run on past ±180°, none of them twice."""
    if not len(shapes):
        return None
    west = float(np.nanmin(shapely.bounds(shapes)[:, 0]))
    once = shapely.intersection(shapes, shapely.box(west, -90.0, west + 360.0, 90.0))
    parts = shapely.get_parts(shapely.get_parts(once))
    polygons = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return united(list(within_180(polygons))) if len(polygons) else None
