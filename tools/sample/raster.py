"""The relief as a GeoTIFF that QGIS and GDAL know to lie on Mars."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from osgeo import gdal, osr

from sample import constants as c

CRS = "IAU_2015:49900"
OPTIONS = ("TILED=YES", "COMPRESS=DEFLATE", "PREDICTOR=2", "ZLEVEL=9")


def write_raster(path: Path, grey: np.ndarray) -> None:
    """Writes a global simple cylindrical map, -180 to 180 degrees."""
    gdal.UseExceptions()
    osr.UseExceptions()
    rows, columns = grey.shape
    file = gdal.GetDriverByName("GTiff").Create(
        str(path), columns, rows, 1, gdal.GDT_Byte, list(OPTIONS)
    )
    file.SetGeoTransform((-180.0, 360.0 / columns, 0.0, 90.0, 0.0, -180.0 / rows))
    file.SetProjection(_mars_sphere().ExportToWkt())
    words = f"{c.NOTICE}: shaded relief of a planet that does not exist, on the sphere of Mars"
    file.SetMetadata({"TIFFTAG_IMAGEDESCRIPTION": words, "TIFFTAG_SOFTWARE": c.NOTICE})
    band = file.GetRasterBand(1)
    band.WriteArray(grey)
    band.SetColorInterpretation(gdal.GCI_GrayIndex)
    # What QGIS needs for its stretch is in the file, so that it leaves no .aux.xml beside it.
    band.SetStatistics(
        *(float(value) for value in (grey.min(), grey.max(), grey.mean(), grey.std()))
    )
    file.FlushCache()


def _mars_sphere() -> osr.SpatialReference:
    crs = osr.SpatialReference()
    crs.SetFromUserInput(CRS)
    return crs
