"""DEMs made by formulas, on any map of any sphere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from osgeo import gdal, osr
from qgis.core import QgsRasterLayer

from planetary_qgis.qgis_bridge.terrain import DemSource, dem_source

MOON = 1_737_400.0
NAMED_MOON = (
    'GEOGCS["Moon",DATUM["D_Moon",SPHEROID["Moon",1737400,0]],'
    'PRIMEM["Reference_Meridian",0],UNIT["degree",0.0174532925199433]]'
)


def srs_of(crs: str) -> osr.SpatialReference:
    srs = osr.SpatialReference()
    assert srs.SetFromUserInput(crs) == 0
    srs.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return srs


def moon_map(projection: str) -> str:
    """WKT of a projection on a sphere that is called the Moon: PROJ strings forget their body."""
    srs = srs_of(f"{projection} +R={MOON} +units=m")
    named = osr.SpatialReference()
    named.ImportFromWkt(NAMED_MOON)
    srs.CopyGeogCSFrom(named)
    return srs.ExportToWkt()


def lon_lat(crs: str, transform, shape) -> tuple[np.ndarray, np.ndarray]:
    """(rows, columns) degrees of pixels' centres, by PROJ; inf off the map."""
    srs = srs_of(crs)
    degrees = srs.CloneGeogCS()
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    c, r = np.meshgrid(np.arange(shape[1]) + 0.5, np.arange(shape[0]) + 0.5)
    x = transform[0] + transform[1] * c + transform[2] * r
    y = transform[3] + transform[4] * c + transform[5] * r
    gdal.PushErrorHandler("CPLQuietErrorHandler")
    found = osr.CoordinateTransformation(srs, degrees).TransformPoints(np.c_[x.ravel(), y.ravel()])
    gdal.PopErrorHandler()
    return tuple(np.array(found)[:, axis].reshape(shape) for axis in (0, 1))


def write(path: Path, values, crs: str, transform, *, kind=gdal.GDT_Float64, **told) -> Path:
    """A GeoTIFF; told: no_data, scale, offset, unit."""
    bands = np.atleast_3d(values) if np.ndim(values) == 3 else np.asarray(values)[None]
    rows, columns = bands.shape[1:]
    made = gdal.GetDriverByName("GTiff").Create(str(path), columns, rows, len(bands), kind)
    made.SetGeoTransform(transform)
    made.SetProjection(srs_of(crs).ExportToWkt() if crs else "")
    for number, pixels in enumerate(bands, 1):
        band = made.GetRasterBand(number)
        if "no_data" in told:
            band.SetNoDataValue(told["no_data"])
        if "scale" in told:
            band.SetScale(told["scale"])
            band.SetOffset(told.get("offset", 0.0))
        if "unit" in told:
            band.SetUnitType(told["unit"])
        band.WriteArray(pixels)
    made.FlushCache()
    return path


def dem(path: Path) -> DemSource:
    layer = QgsRasterLayer(str(path), path.stem)
    assert layer.isValid()
    return dem_source(layer)


def read(path: Path) -> np.ndarray:
    """The first band, NaN for no-data."""
    dataset = gdal.Open(str(path))
    band = dataset.GetRasterBand(1)
    values = band.ReadAsArray().astype(float)
    values[values == band.GetNoDataValue()] = np.nan
    return values
