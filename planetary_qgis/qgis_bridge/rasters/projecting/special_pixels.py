"""Special pixels (saturated, missing, …) kept from what is interpolated between pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from osgeo import gdal

from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts

_PIXELS_AT_ONCE = 4_000_000


def special_as_null(image: gdal.Dataset, bands: Sequence[BandFacts], spare: Path) -> gdal.Dataset:
    """The image with all its special pixels as no-data; itself where it has none.

    GDAL knows one number for no-data, and would mix the others with values.

    Args:
        spare: A file for the cleaned copy, for who calls to remove.

    Raises:
        RuntimeError: GDAL cannot read or write it; the words are its own.
    """
    cleaned = [band for band in bands if band.null is not None and _others(band)]
    if not any(_has_special(image, band) for band in cleaned):
        return image
    copy = gdal.GetDriverByName("GTiff").CreateCopy(
        str(spare), image, options=["TILED=YES", "BIGTIFF=IF_SAFER"]
    )
    if copy is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    for facts in cleaned:
        band = copy.GetRasterBand(facts.number)
        band.SetNoDataValue(facts.null)
        for top, values in _strips(copy, facts.number):
            special = _special(values, facts)
            if special.any():
                values[special] = facts.null
                band.WriteArray(values, 0, top)
    return copy


def _others(facts: BandFacts) -> list[tuple[float, float]]:
    """Ranges of numbers that are no values, besides the one that is GDAL's no-data."""
    return [each for each in facts.no_data if each != (facts.null, facts.null)]


def _has_special(image: gdal.Dataset, facts: BandFacts) -> bool:
    return any(_special(values, facts).any() for _, values in _strips(image, facts.number))


def _special(values: np.ndarray, facts: BandFacts) -> np.ndarray:
    """Which numbers are special, and not the null itself."""
    found = np.zeros(values.shape, dtype=bool)
    for low, high in _others(facts):
        found |= (values >= low) & (values <= high)
    return found & (values != values.dtype.type(facts.null))


def _strips(image: gdal.Dataset, number: int) -> Iterator[tuple[int, np.ndarray]]:
    """First line and values of one strip after the other."""
    band, width, height = image.GetRasterBand(number), image.RasterXSize, image.RasterYSize
    rows = max(1, _PIXELS_AT_ONCE // width)
    for top in range(0, height, rows):
        values = band.ReadAsArray(0, top, width, min(rows, height - top))
        if values is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        yield top, values
