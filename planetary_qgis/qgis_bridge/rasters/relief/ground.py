"""Where a raster's pixels lie on their body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from osgeo import gdal, osr

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.dem_files import Datum, datum_of, proj_terms
from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal

_SAME_SPHERE = 1e-4
_SAME_PLACE = 0.05
"""Of a pixel; archives' global maps are off by some hundredths of one."""

ToDegrees = Callable[[np.ndarray, np.ndarray], "tuple[np.ndarray, np.ndarray]"]


@dataclass(frozen=True)
class Ground:
    """The ground under a raster, whose first pixel's outer corner is at column and row 0.

    Attributes:
        transform: GDAL's geotransform.
        to_degrees: Longitudes and latitudes of map coordinates, inf outside of the map.
        figure: The ellipsoid that the pixels lie on.
    """

    transform: tuple[float, ...]
    to_degrees: ToDegrees
    figure: Datum

    def map_places(self, columns: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Map coordinates of places in the raster."""
        left, x_column, x_row, top, y_column, y_row = self.transform
        return left + x_column * columns + x_row * rows, top + y_column * columns + y_row * rows

    def positions(self, columns: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Body-fixed metres, (3, …); NaN outside of the map."""
        columns, rows = np.broadcast_arrays(np.asarray(columns, float), np.asarray(rows, float))
        lon, lat = self.to_degrees(*self.map_places(columns, rows))
        outside = ~(np.isfinite(lon) & np.isfinite(lat))
        lon, lat = (np.radians(np.where(outside, np.nan, each)) for each in (lon, lat))
        a, b = self.figure.equatorial, self.figure.polar
        cos, sin = np.cos(lat), np.sin(lat)
        if self.figure.ocentric:
            length = a * b / np.hypot(b * cos, a * sin)
            across, up = length * cos, length * sin
        else:
            length = np.hypot(a * cos, b * sin)
            across, up = a**2 * cos / length, b**2 * sin / length
        return np.stack([across * np.cos(lon), across * np.sin(lon), up])

    def right_of_the_map(self) -> tuple[float, float]:
        """Columns and rows that lead to the right on the map as it is drawn."""
        _, x_column, x_row, _, y_column, y_row = self.transform
        area = x_column * y_row - x_row * y_column
        return y_row / area, -y_column / area

    def closes_around(self, width: int, height: int) -> bool:
        """Whether the column behind the last one is the first again."""
        rows = np.linspace(0.5, height - 0.5, 5)
        return self._are_the_same((np.full(5, float(width)), rows), (np.zeros(5), rows))

    def goes_over_a_pole(self, width: int, edge: float, inside: float) -> bool:
        """Whether the row beyond an edge is the one inside of it, half around.

        Args:
            edge: The row at which the raster ends.
            inside: The middle of the outermost row.
        """
        columns = np.linspace(0.0, width / 2.0, 5)
        beyond = (columns, np.full(5, 2.0 * edge - inside))
        return width % 2 == 0 and self._are_the_same(
            beyond, (columns + width / 2.0, np.full(5, inside))
        )

    def _are_the_same(
        self, places: tuple[np.ndarray, np.ndarray], others: tuple[np.ndarray, np.ndarray]
    ) -> bool:
        here, there = self.positions(*places), self.positions(*others)
        pixel = np.linalg.norm(self.positions(others[0], others[1] + 1.0) - there, axis=0)
        return bool((np.linalg.norm(here - there, axis=0) < _SAME_PLACE * pixel).all())


def ground_of(dataset: gdal.Dataset, srs: osr.SpatialReference, body: Body | None) -> Ground:
    """The ground under a raster of that CRS.

    An oblate body that is mapped on a sphere still is oblate: metres count on its own figure.

    Raises:
        RuntimeError: PROJ cannot tell where map coordinates lie.
    """
    figure = datum_of(srs)
    if body is not None and figure.equatorial == figure.polar:
        a, b, c = (1000.0 * radius for radius in body.radii_km)
        if a == b and abs(figure.equatorial - a) < _SAME_SPHERE * a:
            figure = Datum(a, c, ocentric=True)
    return Ground(tuple(dataset.GetGeoTransform()), degrees_of(srs), figure)


def degrees_of(srs: osr.SpatialReference) -> ToDegrees:
    """Longitudes and latitudes, on the CRS's own figure, of its map coordinates.

    Raises:
        RuntimeError: PROJ cannot tell.
    """
    if proj_terms(srs).get("proj") == "longlat":
        return lambda x, y: (x, y)
    source, target, datum = osr.SpatialReference(), osr.SpatialReference(), datum_of(srs)
    text = srs.ExportToProj4()
    if not text or source.ImportFromProj4(text) != 0:
        raise RuntimeError(f"PROJ does not know its map projection: {srs.ExportToWkt()}")
    target.ImportFromProj4(f"+proj=longlat +a={datum.equatorial!r} +b={datum.polar!r} +no_defs")
    for system in (source, target):
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    transformation = osr.CoordinateTransformation(source, target)

    def to_degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        x, y = np.broadcast_arrays(x, y)
        with quiet_gdal():  # some pixels may lie outside of the map's domain
            found = np.array(transformation.TransformPoints(np.c_[x.ravel(), y.ravel()]))
        return found[:, 0].reshape(x.shape), found[:, 1].reshape(x.shape)

    return to_degrees
