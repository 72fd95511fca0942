"""Unprojected images as maps: GeoTIFFs that hold what the image held, where it looked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback, QgsRectangle

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.projecting.inverting import (
    ImageNodes,
    Inverse,
    MapGrid,
    inverse_of,
)
from planetary_qgis.qgis_bridge.rasters.projecting.map_grids import (
    grid_of,
    nodes_on_map,
    reference_system,
)
from planetary_qgis.qgis_bridge.rasters.projecting.warping import blocks_of, warp
from planetary_qgis.qgis_bridge.store import RunCancelledError

if TYPE_CHECKING:
    from planetary_qgis.core.spice.images.geolocation import Geolocation

RESAMPLINGS = ("nearest", "bilinear", "cubic", "cubicspline", "lanczos", "average", "mode")
LEFT_OUT = "Photometry is left out: brightness is as in the image."
_OPTIONS = (
    "TILED=YES",
    "COMPRESS=LZW",
    "BIGTIFF=IF_SAFER",
    "SPARSE_OK=TRUE",
    "NUM_THREADS=ALL_CPUS",
)
_OVERVIEWS_FROM = 2048
_SMALLEST_OVERVIEW = 256


@dataclass(frozen=True)
class Projected:
    """A map that was made of an image.

    Attributes:
        resolution: Of its pixels, in units of the CRS.
        notes: Sentences on what to know of it.
    """

    path: Path
    columns: int
    rows: int
    resolution: float
    notes: tuple[str, ...]


def project_image(
    source: str | gdal.Dataset,
    geolocation: Geolocation,
    destination: Path,
    crs: QgsCoordinateReferenceSystem,
    *,
    resolution_m: float | None = None,
    extent: QgsRectangle | None = None,
    resampling: str = "bilinear",
    facts: Mapping[str, str] | None = None,
    feedback: QgsFeedback | None = None,
) -> Projected:
    """A GeoTIFF of the image on the ground, in place of an older one; nothing half-written stays.

    Args:
        source: The image, or what GDAL calls it.
        resolution_m: Metres a pixel; None for the image's own.
        extent: Of the map, in units of the CRS; None for all of the image.
        facts: What the file's metadata are to say besides the geolocation's provenance.

    Raises:
        PlanetaryError: The image cannot be read, or lies where the map has no place for it.
        RunCancelledError: The feedback was cancelled.
    """
    nodes = nodes_on_map(geolocation, crs)
    system = reference_system(crs)
    grid = grid_of(nodes, system, resolution_m, extent)
    notes = (*geolocation.notes, LEFT_OUT)
    image = _opened(source)
    part = destination.with_name(f"{destination.stem}.part{destination.suffix or '.tif'}")
    try:
        with gdal_told(
            f"{destination.name} cannot be made of the image.",
            "Check that the image is whole, and that the disk has room.",
        ):
            made = _created(part, image, grid, system.ExportToWkt())
            _say(made, {**geolocation.provenance, **(facts or {}), "Note": " ".join(notes)})
            _fill(made, image, nodes, grid, resampling, feedback)
            _finish(made)
            made = None
        put_in_place(part, destination)
    except PlanetaryError:
        if feedback is not None and feedback.isCanceled():
            raise RunCancelledError from None
        raise
    finally:
        made = image = None
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return Projected(destination, grid.columns, grid.rows, grid.resolution, notes)


def _opened(source: str | gdal.Dataset) -> gdal.Dataset:
    """The image without any place of its own, which GDAL would otherwise go by."""
    with gdal_told(
        "The image cannot be read.", "Check that its file is whole and beside its label."
    ):
        dataset = source if isinstance(source, gdal.Dataset) else gdal.OpenEx(source)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        return dataset


def _created(part: Path, image: gdal.Dataset, grid: MapGrid, wkt: str) -> gdal.Dataset:
    """An empty GeoTIFF whose bands are like the image's."""
    part.parent.mkdir(parents=True, exist_ok=True)
    like = image.GetRasterBand(1)
    count, needs_alpha = image.RasterCount, _needs_alpha(image)
    signed = like.GetMetadataItem("PIXELTYPE", "IMAGE_STRUCTURE")
    options = [*_OPTIONS, *([f"PIXELTYPE={signed}"] if signed else [])]
    options += ["ALPHA=YES"] if needs_alpha else []
    made = gdal.GetDriverByName("GTiff").Create(
        str(part), grid.columns, grid.rows, count + needs_alpha, like.DataType, options
    )
    if made is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    made.SetProjection(wkt)
    made.SetGeoTransform(grid.geotransform)
    for number in range(1, count + 1):
        _dress_like(made.GetRasterBand(number), image.GetRasterBand(number), needs_alpha)
    return made


def _needs_alpha(image: gdal.Dataset) -> bool:
    """Whether every number may be a pixel's, so that none can stand for none."""
    band = image.GetRasterBand(1)
    return band.GetNoDataValue() is None and not _is_real(band)


def _is_real(band: gdal.Band) -> bool:
    return band.DataType in (gdal.GDT_Float32, gdal.GDT_Float64)


def _dress_like(band: gdal.Band, model: gdal.Band, has_alpha: bool) -> None:
    """Give a band no-data, scaling, unit, name and wavelength of another."""
    no_data = model.GetNoDataValue()
    if no_data is not None or not has_alpha:
        band.SetNoDataValue(float("nan") if no_data is None else no_data)
    band.SetDescription(model.GetDescription())
    band.SetUnitType(model.GetUnitType())
    band.SetMetadata(model.GetMetadata())
    if model.GetScale() not in (None, 1.0) or model.GetOffset() not in (None, 0.0):
        band.SetScale(model.GetScale() or 1.0)
        band.SetOffset(model.GetOffset() or 0.0)


def _say(made: gdal.Dataset, facts: Mapping[str, str]) -> None:
    made.SetMetadata({name: str(value) for name, value in facts.items() if value})


def _fill(
    made: gdal.Dataset,
    image: gdal.Dataset,
    nodes: ImageNodes,
    grid: MapGrid,
    resampling: str,
    feedback: QgsFeedback | None,
) -> None:
    parts = nodes.parts()
    for number, part in enumerate(parts):
        first, last = (int(line) for line in (np.floor(part.line[0]), np.ceil(part.line[-1])))
        piece = image if len(parts) == 1 else _lines_of(image, first, last)
        first = 0 if len(parts) == 1 else first
        inverse = inverse_of(part.from_line(first), grid)
        warp(piece, made, inverse, resampling, _watched(feedback, number, len(parts)))
        _hide(made, inverse, piece.RasterXSize, piece.RasterYSize)


def _lines_of(image: gdal.Dataset, first: int, last: int) -> gdal.Dataset:
    piece = gdal.Translate(
        "", image, format="VRT", srcWin=[0, first, image.RasterXSize, last - first]
    )
    if piece is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    return piece


def _watched(
    feedback: QgsFeedback | None, part: int, parts: int
) -> Callable[[float, str, object], int] | None:
    """What GDAL calls as it goes on; it stops where that gives 0."""
    if feedback is None:
        return None

    def watch(share: float, _text: str, _data: object) -> int:
        feedback.setProgress(100.0 * (part + share) / parts)
        return 0 if feedback.isCanceled() else 1

    return watch


def _hide(made: gdal.Dataset, inverse: Inverse, samples: int, lines: int) -> None:
    """Empty the pixels that the inverse does not know, as those beyond the limb."""
    cells = inverse.hidden_cells(samples, lines)
    step = inverse.step
    for rows, columns in blocks_of(cells, step):
        hidden = cells[rows, columns].repeat(step, axis=0).repeat(step, axis=1)
        left, top = columns.start * step, rows.start * step
        hidden = hidden[: made.RasterYSize - top, : made.RasterXSize - left]
        for number in range(1, made.RasterCount + 1):
            band = made.GetRasterBand(number)
            values = band.ReadAsArray(left, top, hidden.shape[1], hidden.shape[0])
            values[hidden] = band.GetNoDataValue() or 0
            band.WriteArray(values, left, top)


def _finish(made: gdal.Dataset) -> None:
    """Write what is still in memory, and overviews of large maps."""
    side = max(made.RasterXSize, made.RasterYSize)
    if side >= _OVERVIEWS_FROM:
        factors = 2 ** np.arange(1, max(2, int(np.log2(side / _SMALLEST_OVERVIEW)) + 1))
        made.BuildOverviews("AVERAGE", [int(factor) for factor in factors])
    made.FlushCache()


def put_in_place(part: Path, destination: Path) -> None:
    """Give a whole map its final name.

    Raises:
        PlanetaryError: The system does not let it, as where QGIS shows the older one.
    """
    try:
        os.replace(part, destination)
        destination.with_name(destination.name + ".aux.xml").unlink(missing_ok=True)
    except OSError as error:
        raise PlanetaryError(
            f"The map is made, but cannot be put in the place of {destination}.",
            details=str(error),
            hint="Take the older one out of the project, or choose another name.",
        ) from error
