"""Heights as colours in a file, for programs that have no renderers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from osgeo import gdal
from qgis.core import QgsColorRamp, QgsFeedback

from planetary_qgis.about import about
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.new_rasters import (
    RasterForm,
    new_geotiff,
    stop_if_cancelled,
)
from planetary_qgis.qgis_bridge.rasters.relief.contours import HeightRange, height_range
from planetary_qgis.qgis_bridge.rasters.relief.heights import open_heights
from planetary_qgis.qgis_bridge.terrain import DemSource

_STEPS = 1024


def write_colour_relief(
    dem: DemSource,
    path: Path,
    ramp: QgsColorRamp,
    feedback: QgsFeedback,
    *,
    low: float | None = None,
    high: float | None = None,
    band: int = 1,
) -> HeightRange:
    """Write red, green, blue and opacity into a new GeoTIFF; gives the heights of the ramp's ends.

    Args:
        low, high: Metres; None for the DEM's own, but for its oddest pixels.

    Raises:
        PlanetaryError: The DEM cannot be read, or the file not be written.
        RunCancelledError: The feedback was cancelled; nothing is left.
    """
    heights = open_heights(dem, band)
    own = height_range(heights)
    ends = HeightRange(own.low if low is None else low, own.high if high is None else high)
    if not ends.low <= ends.high:
        raise PlanetaryError(
            f"Colours from {ends.low:g} m up to {ends.high:g} m make no sense.",
            hint="Let the highest height be above the lowest.",
        )
    form = RasterForm(
        heights.width,
        heights.height,
        4,
        gdal.GDT_Byte,
        None,
        heights.ground.transform,
        heights.projection,
        titles=("Red", "Green", "Blue", "Opacity"),
        facts={
            "DERIVED_FROM": dem.name,
            "HEIGHTS": f"{ends.low:g} to {ends.high:g} m",
            "MADE_BY": f"{about().name} {about().version}",
        },
    )
    table, patches = _table(ramp), list(heights.patches())
    with new_geotiff(path, form) as made:
        for number, patch in enumerate(patches):
            stop_if_cancelled(feedback)
            metres = heights.with_rim(patch)[1:-1, 1:-1] - heights.zero
            for place, values in enumerate(_colours(metres, ends, table)):
                made.write(values, patch.left, patch.top, band=place + 1)
            feedback.setProgress(100.0 * (number + 1) / len(patches))
    return ends


def _table(ramp: QgsColorRamp) -> np.ndarray:
    """(steps + 1, 4); the last is nothing at all."""
    colours = [ramp.color(share).getRgb() for share in np.linspace(0.0, 1.0, _STEPS)]
    return np.array([*colours, (0, 0, 0, 0)], dtype=np.uint8)


def _colours(metres: np.ndarray, ends: HeightRange, table: np.ndarray) -> np.ndarray:
    """(4, rows, columns)"""
    width = ends.high - ends.low
    share = np.clip((metres - ends.low) / width, 0.0, 1.0) if width > 0.0 else np.zeros_like(metres)
    known = np.isfinite(metres)
    step = np.where(known, np.rint(np.where(known, share, 0.0) * (_STEPS - 1)), _STEPS)
    return np.moveaxis(table[step.astype(np.intp)], -1, 0)
