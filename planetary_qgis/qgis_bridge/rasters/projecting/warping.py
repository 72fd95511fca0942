"""GDAL's warp of an unprojected image by the inverse of where it looks.

Given as the geolocation array of the destination, the inverse needs no inverting any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import uuid4

import numpy as np
from osgeo import gdal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.projecting.inverting import Inverse

_ARRAYS_SINCE = 3_050_200
"""GDAL's version that has the transformer option DST_GEOLOC_ARRAY."""


def warp(
    source: gdal.Dataset,
    destination: gdal.Dataset,
    inverse: Inverse,
    resampling: str,
    progress: Callable[..., int] | None = None,
) -> None:
    """Fill the map with the image; pixels that it does not reach stay as they are.

    Raises:
        PlanetaryError: This GDAL knows no geolocation arrays of destinations.
        RuntimeError: GDAL does not do it; the words are its own.
    """
    if int(gdal.VersionInfo()) < _ARRAYS_SINCE:
        raise PlanetaryError(
            f"This QGIS comes with GDAL {gdal.VersionInfo('RELEASE_NAME')}, which cannot warp by "
            "the map's own geolocation array.",
            hint="Update QGIS to one with GDAL 3.5.2 or newer.",
        )
    name = f"/vsimem/planetary_qgis_{uuid4().hex}.tif"
    try:
        _write_geolocation(name, inverse)
        done = gdal.Warp(
            destination,
            source,
            resampleAlg=resampling,
            # Between nodes the inverse has kinks, which an approximation would pass over.
            errorThreshold=0.0,
            multithread=True,
            transformerOptions=[
                "SRC_METHOD=NO_GEOTRANSFORM",
                "DST_METHOD=GEOLOC_ARRAY",
                f"DST_GEOLOC_ARRAY={name}",
            ],
            warpOptions=["SAMPLE_GRID=YES", "SOURCE_EXTRA=16"],
            callback=progress,
        )
    finally:
        gdal.Unlink(name)
    if not done:
        raise RuntimeError(gdal.GetLastErrorMsg())


def blocks_of(cells: np.ndarray, step: int, side: int = 1024) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of pixels, blocks of them, in which some of the cells are set."""
    cells_a_side = max(1, side // step)
    for top in range(0, cells.shape[0], cells_a_side):
        for left in range(0, cells.shape[1], cells_a_side):
            if cells[top : top + cells_a_side, left : left + cells_a_side].any():
                yield (slice(top, top + cells_a_side), slice(left, left + cells_a_side))


def _write_geolocation(name: str, inverse: Inverse) -> None:
    rows, columns = inverse.pixel.shape
    array = gdal.GetDriverByName("GTiff").Create(name, columns, rows, 2, gdal.GDT_Float64)
    if array is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    array.GetRasterBand(1).WriteArray(inverse.pixel)
    array.GetRasterBand(2).WriteArray(inverse.line)
    array.SetMetadata(
        {
            "X_DATASET": name,
            "X_BAND": "1",
            "Y_DATASET": name,
            "Y_BAND": "2",
            "PIXEL_OFFSET": "0",
            "LINE_OFFSET": "0",
            "PIXEL_STEP": str(inverse.step),
            "LINE_STEP": str(inverse.step),
            "GEOREFERENCING_CONVENTION": "TOP_LEFT_CORNER",
        },
        "GEOLOCATION",
    )
