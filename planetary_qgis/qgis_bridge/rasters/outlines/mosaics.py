"""Many rasters of a body as one virtual raster."""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from osgeo import gdal, osr
from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.new_rasters import (
    progress_of,
    stop_if_cancelled,
    unfinished,
)
from planetary_qgis.qgis_bridge.rasters.outlines.outlines import Outline, PlacedRaster, placed_file
from planetary_qgis.qgis_bridge.rasters.vrt_files import say_crs

_NOT_IN_NAMES = re.compile(r"[^\w.-]+")
_HINT = "Check that the folder is writable, and that the rasters are where they were."
_FLOATS = ("Float32", "Float64")


@dataclass(frozen=True)
class Mosaic:
    """What became of rasters.

    Attributes:
        count: How many are in it.
        warped: How many of them were in another CRS.
    """

    path: Path
    count: int
    warped: int


def rasters_in(folder: Path, patterns: Sequence[str], *, deep: bool) -> list[Path]:
    """Files of a folder whose names match one of some patterns, such as *.tif, in any case.

    Raises:
        PlanetaryError: There are none.
    """
    wanted = [re.compile(_expression(each), re.IGNORECASE) for each in patterns if each.strip()]
    every = folder.rglob("*") if deep else folder.glob("*")
    found = sorted(
        path for path in every if path.is_file() and any(w.fullmatch(path.name) for w in wanted)
    )
    if not found:
        raise PlanetaryError(
            f"No file of {folder} matches {'; '.join(patterns)}.",
            hint="Choose another folder or pattern.",
        )
    return found


def placed_files(
    paths: Sequence[Path], feedback: QgsFeedback, report: Report
) -> list[PlacedRaster]:
    """Those of some files that are rasters on a body; why others are not is told.

    Raises:
        RunCancelledError: The feedback was cancelled.
    """
    found = []
    for path in paths:
        stop_if_cancelled(feedback)
        try:
            found.append(placed_file(str(path)))
        except PlanetaryError as error:
            report.add(f"{error} {error.details}".strip())
    return found


def write_mosaic(
    outlines: Sequence[Outline],
    path: Path,
    feedback: QgsFeedback,
    report: Report,
    crs: str = "",
) -> Mosaic:
    """Write a VRT in which the last of some rasters lies on top.

    Rasters of another CRS are warped on the fly, by VRTs in a folder beside. Those with other bands
    than most cannot be part of it, and are told.

    Args:
        crs: WKT of the mosaic's; by default what most rasters are in.

    Raises:
        PlanetaryError: GDAL cannot make it.
        RunCancelledError: The feedback was cancelled; nothing is left.
    """
    chosen = _of_one_kind(outlines, report)
    target = crs or Counter(each.raster.crs for each in chosen).most_common(1)[0][0]
    folder = path.with_name(f"{path.stem}_warped")
    made: list[Path] = []
    try:
        with gdal_told(f"{path} cannot be written.", _HINT), unfinished(path) as part:
            sources = [_source(each, target, folder, made, feedback) for each in chosen]
            _build(part, sources, target, feedback)
            say_crs(part, _wkt_2(target))
    except PlanetaryError:
        _remove(made, folder)
        raise
    return Mosaic(path, len(chosen), len(made))


def _of_one_kind(outlines: Sequence[Outline], report: Report) -> list[Outline]:
    """Those with as many bands, of one type, as most have."""
    kinds = Counter((each.bands, each.data_type) for each in outlines)
    kind = kinds.most_common(1)[0][0]
    for each in outlines:
        if (each.bands, each.data_type) != kind:
            report.add(
                f"Not in the mosaic, as most have {kind[0]} band(s) of type {kind[1]}",
                each.raster.name,
            )
    return [each for each in outlines if (each.bands, each.data_type) == kind]


def _source(
    outline: Outline, target: str, folder: Path, made: list[Path], feedback: QgsFeedback
) -> str:
    """What GDAL calls a raster in the mosaic's CRS."""
    stop_if_cancelled(feedback)
    if _is_same(outline.raster.crs, target):
        return outline.raster.source
    folder.mkdir(exist_ok=True)
    name = _NOT_IN_NAMES.sub("_", Path(outline.raster.name).stem)
    path = folder / f"{len(made) + 1:04d}_{name}.vrt"
    made.append(path)
    dataset = gdal.OpenEx(outline.raster.source, gdal.OF_RASTER)
    if dataset is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    warped = gdal.Warp(
        str(path),
        dataset,
        format="VRT",
        srcSRS=outline.raster.crs,
        dstSRS=target,
        resampleAlg="bilinear" if outline.data_type in _FLOATS else "near",
        dstNodata=_no_data(dataset.GetRasterBand(1)),
    )
    if warped is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    warped.FlushCache()
    return str(path)


def _build(part: Path, sources: list[str], target: str, feedback: QgsFeedback) -> None:
    virtual = gdal.BuildVRT(
        str(part),
        sources,
        resolution="highest",
        outputSRS=target,
        allowProjectionDifference=True,
        callback=progress_of(feedback),
    )
    stop_if_cancelled(feedback)
    if virtual is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    virtual.FlushCache()


def _is_same(wkt: str, other: str) -> bool:
    first, second = osr.SpatialReference(), osr.SpatialReference()
    first.ImportFromWkt(wkt)
    second.ImportFromWkt(other)
    return wkt == other or bool(first.IsSame(second))


def _wkt_2(wkt: str) -> str:
    reference = osr.SpatialReference()
    reference.ImportFromWkt(wkt)
    return reference.ExportToWkt(["FORMAT=WKT2_2019"])


def _no_data(band: gdal.Band) -> float | str:
    no_data = band.GetNoDataValue()
    if no_data is not None:
        return no_data
    return "nan" if band.DataType in (gdal.GDT_Float32, gdal.GDT_Float64) else 0.0


def _remove(made: list[Path], folder: Path) -> None:
    for path in made:
        path.unlink(missing_ok=True)
    if made and not any(folder.iterdir()):
        folder.rmdir()


def _expression(pattern: str) -> str:
    return fnmatch.translate(pattern.strip())
