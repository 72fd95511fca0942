"""Rasters that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.store import RunCancelledError

_LARGE = 4096
"""Pixels on a side from which maps draw too slowly without overviews."""
_LEAST_OVERVIEW = 256
_HINT = "Check that its folder is there, is writable and has room, and that no program uses it."


@dataclass(frozen=True)
class RasterForm:
    """What a new raster looks like.

    Attributes:
        bands: How many.
        gdal_type: Such as gdal.GDT_Float32.
        projection: WKT.
        titles: Of the bands; may be fewer.
        unit: Of all bands.
        facts: What the file says of itself.
    """

    width: int
    height: int
    bands: int
    gdal_type: int
    no_data: float | None
    transform: Sequence[float]
    projection: str
    titles: tuple[str, ...] = ()
    unit: str = ""
    facts: dict[str, str] = field(default_factory=dict)


@contextmanager
def unfinished(path: Path) -> Iterator[Path]:
    """A name beside a file's under which it may be written; it gets its own once all is well.

    Raises:
        PlanetaryError: The system does not let it.
    """
    part = path.with_name(f"{path.stem}.part{path.suffix}")
    try:
        yield part
        os.replace(part, path)
        _forget_sidecars(path)
    except OSError as error:
        raise PlanetaryError(
            f"{path} cannot be written.", details=str(error), hint=_HINT
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()


class NewRaster:
    """A raster that is being filled."""

    def __init__(self, dataset: gdal.Dataset) -> None:
        self._dataset: gdal.Dataset | None = dataset

    def write(self, values: np.ndarray, left: int, top: int, band: int = 1) -> None:
        """Write (rows, columns) values; unknown ones become the band's no-data value.

        Raises:
            RuntimeError: GDAL cannot.
        """
        target = self._dataset.GetRasterBand(band)
        no_data = target.GetNoDataValue()
        filled = values if no_data is None else np.where(np.isnan(values), no_data, values)
        if target.DataType == gdal.GDT_Byte:
            filled = np.rint(filled).astype(np.uint8)
        _check(target.WriteArray(filled, left, top))

    def finish(self, overviews: str) -> None:
        """Write the rest, and overviews where maps would draw too slowly without."""
        size = max(self._dataset.RasterXSize, self._dataset.RasterYSize)
        _check(self._dataset.FlushCache())
        if size > _LARGE:
            _check(self._dataset.BuildOverviews(overviews, _levels(size)))

    def close(self) -> None:
        self._dataset = None


@contextmanager
def new_geotiff(path: Path, form: RasterForm, *, smooth: bool = True) -> Iterator[NewRaster]:
    """A GeoTIFF to fill; there at the end with overviews if it is large, or not there at all.

    Args:
        smooth: Whether overviews may average pixels.

    Raises:
        PlanetaryError: It cannot be written.
    """
    check_is_geotiff(path)
    with unfinished(path) as part, gdal_told(f"{path} cannot be written.", _HINT):
        made = NewRaster(_created(part, form))
        try:
            yield made
            made.finish("AVERAGE" if smooth else "NEAREST")
        finally:
            made.close()


def check_is_geotiff(path: Path) -> None:
    """Return where a path may name a GeoTIFF.

    Raises:
        PlanetaryError: It ends otherwise.
    """
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise PlanetaryError(
            f"{path} cannot be written: rasters are written as GeoTIFF.",
            hint="Let its name end with .tif, and convert it afterwards where another is wanted.",
        )


def progress_of(feedback: QgsFeedback, share: float = 1.0, done: float = 0.0) -> Callable[..., int]:
    """A callback for GDAL that tells progress and ends what is cancelled."""

    def told(complete: float, _message: str, _data: Any) -> int:
        feedback.setProgress(100.0 * (done + share * complete))
        return 0 if feedback.isCanceled() else 1

    return told


def stop_if_cancelled(feedback: QgsFeedback) -> None:
    """Return where work is to go on.

    Raises:
        RunCancelledError: It is not.
    """
    if feedback.isCanceled():
        raise RunCancelledError


def _created(part: Path, form: RasterForm) -> gdal.Dataset:
    whole_numbers = form.gdal_type in (gdal.GDT_Byte, gdal.GDT_Int16, gdal.GDT_UInt16)
    options = ["TILED=YES", "COMPRESS=DEFLATE", "ZLEVEL=3", "BIGTIFF=IF_SAFER", "NUM_THREADS=2"]
    options.append(f"PREDICTOR={2 if whole_numbers else 3}")
    driver = gdal.GetDriverByName("GTiff")
    dataset = driver.Create(
        str(part), form.width, form.height, form.bands, form.gdal_type, options=options
    )
    if dataset is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    dataset.SetGeoTransform(form.transform)
    dataset.SetProjection(form.projection)
    dataset.SetMetadata(form.facts)
    for number in range(1, form.bands + 1):
        band = dataset.GetRasterBand(number)
        if form.no_data is not None:
            band.SetNoDataValue(form.no_data)
        if form.unit:
            band.SetUnitType(form.unit)
        if number <= len(form.titles):
            band.SetDescription(form.titles[number - 1])
    return dataset


def _levels(size: int) -> list[int]:
    return [2**power for power in range(1, 30) if size / 2**power > _LEAST_OVERVIEW]


def _check(failed: int | None) -> None:
    if failed:
        raise RuntimeError(gdal.GetLastErrorMsg())


def _forget_sidecars(path: Path) -> None:
    """Statistics and overviews of a file that was replaced tell of the old one."""
    for suffix in (".aux.xml", ".ovr", ".msk"):
        with suppress(OSError):
            path.with_name(path.name + suffix).unlink()
