"""How bright a raster is shown, by a sample of its pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts
from planetary_qgis.qgis_bridge.rasters.pixel_samples import SECONDS, PixelSample, sample_of

PERCENTILES = (2.0, 98.0)


@dataclass(frozen=True)
class Stretch:
    """The values shown black and white."""

    low: float
    high: float


@dataclass(frozen=True)
class Stretches:
    """A stretch a band, by its number, where there are values; and the sample they come from."""

    by_band: dict[int, Stretch]
    sample: PixelSample


def stretches_of(
    dataset: gdal.Dataset,
    bands: tuple[BandFacts, ...],
    *,
    seconds: float = SECONDS,
    feedback: QgsFeedback | None = None,
) -> Stretches:
    """What to show these bands with; in bounded time, whatever the raster's size."""
    sample = sample_of(dataset, [b.number for b in bands], seconds=seconds, feedback=feedback)
    found = {band.number: _stretch(band.valid(sample.numbers[band.number])) for band in bands}
    return Stretches({n: each for n, each in found.items() if each is not None}, sample)


def _stretch(values: np.ndarray) -> Stretch | None:
    if not len(values):
        return None
    low, high = np.percentile(values, PERCENTILES)
    if low == high:  # nearly all pixels are alike: show what differs
        low, high = values.min(), values.max()
    if low == high:
        low, high = low - 0.5, high + 0.5
    return Stretch(float(low), float(high))
