"""Contours of DEMs, in metres whatever their pixels count in."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from osgeo import gdal, ogr, osr
from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import repair_geopackage
from planetary_qgis.qgis_bridge.dem_files import metres_a_unit, metres_of
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.new_rasters import (
    progress_of,
    stop_if_cancelled,
    unfinished,
)
from planetary_qgis.qgis_bridge.rasters.relief.heights import Heights, open_heights
from planetary_qgis.qgis_bridge.rasters.relief.metres import write_metres
from planetary_qgis.qgis_bridge.terrain import DemSource

T = TypeVar("T")

TABLE, HEIGHT = "contours", "height_m"
_ABOUT_SO_MANY = 20
_MOST_LEVELS = 1000
_SAMPLED = 1024
_UNUSUAL = 0.5
"""Per cent of the highest and of the lowest pixels that do not count for a range."""


@dataclass(frozen=True)
class HeightRange:
    """From about the lowest to about the highest height, in metres."""

    low: float
    high: float

    @property
    def interval(self) -> float:
        """1, 2 or 5 times a power of ten, for some twenty contours; 0 of level ground."""
        wanted = (self.high - self.low) / _ABOUT_SO_MANY
        if not wanted > 0.0:
            return 0.0
        power = 10.0 ** math.floor(math.log10(wanted))
        return max(step * power for step in (1.0, 2.0, 5.0) if step * power <= wanted)


def height_range(heights: Heights) -> HeightRange:
    """The range of a sample of a DEM's pixels, without the oddest.

    Raises:
        PlanetaryError: There is no height in it.
    """
    size = min(heights.width, _SAMPLED), min(heights.height, _SAMPLED)
    with gdal_told(f"The heights of {heights.name} cannot be read.", "Check that it draws."):
        options = {"buf_xsize": size[0], "buf_ysize": size[1]}
        raw = heights.band.ReadAsArray(**options, buf_type=gdal.GDT_Float64)
        masked = heights.band.GetMaskBand().ReadAsArray(**options)
        if raw is None or masked is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
    metres = metres_of(heights.band, raw, masked == 0) - heights.zero
    known = metres[np.isfinite(metres)]
    if not len(known):
        raise PlanetaryError(
            f"The DEM {heights.name} knows no height: every pixel is “no data”.",
            hint="Choose a DEM with heights, or the band that holds them.",
        )
    low, high = np.percentile(known, (_UNUSUAL, 100.0 - _UNUSUAL))
    return HeightRange(float(low), float(high))


def write_contours(
    dem: DemSource,
    path: Path,
    feedback: QgsFeedback,
    *,
    interval: float = 0.0,
    base: float = 0.0,
    band: int = 1,
) -> float:
    """Write contours into a new GeoPackage, in the DEM's CRS; gives their interval.

    Args:
        interval: Metres; 0 for one that suits the DEM.
        base: Metres; one of the contours, or one that would be.

    Raises:
        PlanetaryError: The DEM cannot be read, or the file not be written.
        RunCancelledError: The feedback was cancelled; nothing is left.
    """
    heights = open_heights(dem, band)
    found = height_range(heights)
    interval = interval or found.interval
    _check_interval(heights, found, interval)
    with unfinished(path) as part, _in_metres(heights, path, feedback) as raster:
        with gdal_told(f"The contours of {dem.name} cannot be made.", "Check the folder's room."):
            _follow(raster, part, dem.crs, (interval, base), feedback)
        repair_geopackage(part)
    return interval


def _check_interval(heights: Heights, found: HeightRange, interval: float) -> None:
    if not interval > 0.0:
        raise PlanetaryError(
            f"The DEM {heights.name} is level: there are no contours.",
            hint="Choose an interval to have them all the same.",
        )
    if (found.high - found.low) / interval > _MOST_LEVELS:
        raise PlanetaryError(
            f"An interval of {interval:g} m makes more than {_MOST_LEVELS} contours of the heights "
            f"from {found.low:.0f} to {found.high:.0f} m in {heights.name}.",
            hint=f"Choose a larger one, such as {found.interval:g} m.",
        )


@contextmanager
def _in_metres(heights: Heights, path: Path, feedback: QgsFeedback) -> Iterator[gdal.Band]:
    """A band that GDAL can follow contours on: metres, with no other mark of no data than one."""
    if _is_plain(heights.band) and not heights.radii:
        yield heights.band
        return
    copy, dataset = path.with_name(f"{path.stem}.metres.tif"), None
    try:
        write_metres(heights, copy, feedback)
        dataset = gdal.OpenEx(str(copy), gdal.OF_RASTER)
        yield dataset.GetRasterBand(1)
    finally:
        dataset = None
        copy.unlink(missing_ok=True)


def _is_plain(band: gdal.Band) -> bool:
    """Whether there is nothing about a band that GDAL's contours do not know."""
    whole_numbers = band.DataType not in (gdal.GDT_Float32, gdal.GDT_Float64)
    as_it_is = band.GetScale() in (None, 1.0) and not band.GetOffset()
    masked = band.GetMaskFlags() not in (gdal.GMF_ALL_VALID, gdal.GMF_NODATA)
    return whole_numbers and as_it_is and metres_a_unit(band) == 1.0 and not masked


def _follow(
    band: gdal.Band, path: Path, crs: str, levels: tuple[float, float], feedback: QgsFeedback
) -> None:
    """Write the contours of a band, of an interval and a base, into a new table."""
    srs = osr.SpatialReference()
    srs.ImportFromWkt(crs)
    source = _whole(ogr.GetDriverByName("GPKG").CreateDataSource(str(path)))
    layer = _whole(source.CreateLayer(TABLE, srs, ogr.wkbLineString, ["GEOMETRY_NAME=geom"]))
    layer.CreateField(ogr.FieldDefn("id", ogr.OFTInteger))
    layer.CreateField(ogr.FieldDefn(HEIGHT, ogr.OFTReal))
    no_data = band.GetNoDataValue()
    layer.StartTransaction()
    failed = gdal.ContourGenerate(
        band,
        *levels,
        [],
        int(no_data is not None),
        no_data or 0.0,
        layer,
        0,
        1,
        callback=progress_of(feedback),
    )
    stop_if_cancelled(feedback)
    if failed or layer.CommitTransaction() != ogr.OGRERR_NONE:
        raise RuntimeError(gdal.GetLastErrorMsg())


def _whole(made: T | None) -> T:
    if made is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    return made
