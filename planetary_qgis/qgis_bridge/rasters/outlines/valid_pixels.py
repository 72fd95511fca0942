"""Which pixels of a raster hold something, and the polygons that they fill."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from osgeo import gdal, ogr
from qgis.core import QgsFeedback

from planetary_qgis.core.geos import shapely
from planetary_qgis.qgis_bridge.rasters.new_rasters import progress_of, stop_if_cancelled

Shapes = NDArray[np.object_]

_MOST_PIXELS = 400_000_000
"""A byte each; more are thinned out even where every one is asked for."""
_MOST_BANDS = 4
_STRIP_PIXELS = 8_000_000
_NO_VALUE = 1e30
"""Numbers as large are marks of archives, not values: ISIS's special pixels, PDS's constants."""


@dataclass(frozen=True)
class Detail:
    """How closely an outline follows pixels.

    Attributes:
        most_pixels: On a side; larger rasters are thinned out. 0 looks at every pixel.
        tolerance: Pixels, of those looked at, by which an outline may be simplified.
        least_pixels: Holes and islands of fewer, of those looked at, do not count.
    """

    most_pixels: int = 2000
    tolerance: float = 1.0
    least_pixels: int = 0


@dataclass(frozen=True)
class Filled:
    """Polygons of pixels.

    Attributes:
        shapes: In columns and rows of the raster.
        share: Of all pixels looked at that hold something.
        step: How many pixels a side stand for one that was looked at.
    """

    shapes: Shapes
    share: float
    step: float


def filled(
    dataset: gdal.Dataset, detail: Detail, feedback: QgsFeedback, band: int | None = None
) -> Filled:
    """The polygons of pixels that hold something, in one band or in any of them.

    Raises:
        RuntimeError: GDAL cannot read them.
        RunCancelledError: The feedback was cancelled.
    """
    width, height = dataset.RasterXSize, dataset.RasterYSize
    step = max(1.0, np.sqrt(width * height / _MOST_PIXELS))
    if detail.most_pixels:
        step = max(step, max(width, height) / detail.most_pixels)
    size = max(1, round(width / step)), max(1, round(height / step))
    mask = _mask(dataset, _bands(dataset, band), size, feedback)
    shapes = _polygons(mask, feedback)
    shapes = _without_specks(shapes, detail.least_pixels)
    if detail.tolerance > 0.0 and len(shapes):
        shapes = shapely.simplify(shapes, detail.tolerance, preserve_topology=True)
    scale = np.array([width / size[0], height / size[1]])
    shapes = shapely.transform(shapes, lambda places: places * scale)
    return Filled(shapes, float(mask.mean()), step)


def _bands(dataset: gdal.Dataset, band: int | None) -> list[gdal.Band]:
    """The band, or some of all without those that only say how opaque others are."""
    if band is not None:
        found = dataset.GetRasterBand(band)
        if found is None:
            raise RuntimeError(gdal.GetLastErrorMsg() or f"It has no band {band}.")
        return [found]
    every = [dataset.GetRasterBand(number + 1) for number in range(dataset.RasterCount)]
    shown = [each for each in every if each.GetColorInterpretation() != gdal.GCI_AlphaBand] or every
    chosen = np.unique(np.linspace(0, len(shown) - 1, min(len(shown), _MOST_BANDS)).round())
    return [shown[int(number)] for number in chosen]


def _mask(
    dataset: gdal.Dataset, bands: list[gdal.Band], size: tuple[int, int], feedback: QgsFeedback
) -> NDArray[np.bool_]:
    """(rows, columns) whether pixels hold something, strip by strip."""
    columns, rows = size
    mask = np.zeros((rows, columns), dtype=bool)
    strip = max(1, _STRIP_PIXELS // columns)
    for first in range(0, rows, strip):
        stop_if_cancelled(feedback)
        last = min(first + strip, rows)
        top, bottom = (round(row * dataset.RasterYSize / rows) for row in (first, last))
        window: dict[str, Any] = {
            "xoff": 0,
            "yoff": top,
            "win_xsize": dataset.RasterXSize,
            "win_ysize": max(1, bottom - top),
            "buf_xsize": columns,
            "buf_ysize": last - first,
        }
        for band in bands:
            mask[first:last] |= _held(band, window)
        feedback.setProgress(60.0 * last / rows)
    return mask


def _held(band: gdal.Band, window: dict[str, Any]) -> NDArray[np.bool_]:
    masked = band.GetMaskBand().ReadAsArray(**window)
    if masked is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    held = masked != 0
    if band.DataType in (gdal.GDT_Float32, gdal.GDT_Float64):
        values = band.ReadAsArray(**window)
        if values is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        held &= np.abs(values) < _NO_VALUE  # NaN is not
    return np.asarray(held)


def _polygons(mask: NDArray[np.bool_], feedback: QgsFeedback) -> Shapes:
    """Polygons in columns and rows of the mask."""
    if mask.all():
        return np.array([shapely.box(0.0, 0.0, mask.shape[1], mask.shape[0])], dtype=object)
    rows, columns = mask.shape
    raster = gdal.GetDriverByName("MEM").Create("", columns, rows, 1, gdal.GDT_Byte)
    band = raster.GetRasterBand(1)
    band.WriteArray(mask.astype(np.uint8))
    source = ogr.GetDriverByName("Memory").CreateDataSource("")
    layer = source.CreateLayer("", None, ogr.wkbPolygon)
    failed = gdal.Polygonize(band, band, layer, -1, [], callback=progress_of(feedback, 0.3, 0.6))
    stop_if_cancelled(feedback)
    if failed:
        raise RuntimeError(gdal.GetLastErrorMsg())
    wkb = [bytes(feature.GetGeometryRef().ExportToWkb()) for feature in layer]
    return np.asarray(shapely.from_wkb(np.array(wkb, dtype=object)), dtype=object)


def _without_specks(shapes: Shapes, least: int) -> Shapes:
    """The shapes without islands and holes of fewer pixels."""
    if least <= 1 or not len(shapes):
        return shapes
    large = shapes[shapely.area(shapely.polygons(shapely.get_exterior_ring(shapes))) >= least]
    holes, owner = shapely.get_rings(large, return_index=True)
    first = np.diff(owner, prepend=-1) > 0
    kept = first | (shapely.area(shapely.polygons(holes)) >= least)
    return np.array(
        [
            shapely.polygons(rings[0], holes=list(rings[1:]))
            for rings in np.split(holes[kept], np.flatnonzero(first[kept])[1:])
        ],
        dtype=object,
    )
