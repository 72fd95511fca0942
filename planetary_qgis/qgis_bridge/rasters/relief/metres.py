"""Heights of whatever unit and kind as a file of plain metres."""

from __future__ import annotations

from pathlib import Path

from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.qgis_bridge.rasters.new_rasters import (
    RasterForm,
    new_geotiff,
    stop_if_cancelled,
)
from planetary_qgis.qgis_bridge.rasters.relief.heights import Heights

_UNKNOWN = -1e30


def write_metres(heights: Heights, copy: Path, feedback: QgsFeedback) -> None:
    """Write all of them into a new GeoTIFF, radii as heights above the figure.

    Raises:
        PlanetaryError: The DEM cannot be read, or the file not be written.
        RunCancelledError: The feedback was cancelled; nothing is left.
    """
    form = RasterForm(
        heights.width,
        heights.height,
        1,
        gdal.GDT_Float32,
        _UNKNOWN,
        heights.ground.transform,
        heights.projection,
    )
    with new_geotiff(copy, form) as made:
        for patch in heights.patches():
            stop_if_cancelled(feedback)
            values = heights.with_rim(patch)[1:-1, 1:-1] - heights.zero
            made.write(values, patch.left, patch.top)
