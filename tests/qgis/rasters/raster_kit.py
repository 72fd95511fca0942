"""Rasters whose every pixel follows a formula of longitude and latitude, in any CRS of a body."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsRasterLayer

Formula = Callable[[np.ndarray, np.ndarray], np.ndarray]


def write_raster(
    path: Path,
    crs: str,
    bounds: tuple[float, float, float, float],
    shape: tuple[int, int],
    formula: Formula,
    *,
    data_type: int = gdal.GDT_Float64,
    unit: str = "",
    scale: float = 1.0,
    offset: float = 0.0,
    no_data: float | None = None,
    blank: np.ndarray | None = None,
    options: tuple[str, ...] = (),
) -> QgsRasterLayer:
    """A GeoTIFF and its layer; the formula gets degrees of the middles of the pixels.

    Args:
        crs: Code or WKT.
        bounds: West, south, east, north in the CRS.
        shape: Rows and columns.
        blank: (rows, columns) where there is no data.
    """
    rows, columns = shape
    west, south, east, north = bounds
    right, down = (east - west) / columns, (north - south) / rows
    srs = osr.SpatialReference()
    assert srs.SetFromUserInput(crs) == 0
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    x, y = np.meshgrid(
        west + right * (np.arange(columns) + 0.5), north - down * (np.arange(rows) + 0.5)
    )
    lon, lat = degrees_of(srs, x, y)
    values = (formula(lon, lat) - offset) / scale
    if blank is not None:
        values[blank] = no_data
    driver = gdal.GetDriverByName("GTiff")
    dataset = driver.Create(str(path), columns, rows, 1, data_type, options=list(options))
    dataset.SetGeoTransform((west, right, 0.0, north, 0.0, -down))
    dataset.SetProjection(srs.ExportToWkt())
    band = dataset.GetRasterBand(1)
    if no_data is not None:
        band.SetNoDataValue(no_data)
    if (scale, offset) != (1.0, 0.0):
        band.SetScale(scale)
        band.SetOffset(offset)
    if unit:
        band.SetUnitType(unit)
    band.WriteArray(values)
    band = None
    dataset = None
    layer = QgsRasterLayer(str(path), path.stem)
    assert layer.isValid()
    return layer


def degrees_of(
    srs: osr.SpatialReference, x: np.ndarray, y: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of places in a CRS, NaN beside the body."""
    if srs.IsGeographic():
        return x, y
    degrees = srs.CloneGeogCS()
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    to_degrees = osr.CoordinateTransformation(srs, degrees)
    places = np.array(to_degrees.TransformPoints(np.c_[x.ravel(), y.ravel()]))
    places[~np.isfinite(places)] = np.nan
    return places[:, 0].reshape(x.shape), places[:, 1].reshape(x.shape)
