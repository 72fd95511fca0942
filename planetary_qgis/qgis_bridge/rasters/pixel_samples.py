"""Pixels from all over a raster, read in a second however large it is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal

SECONDS = 1.0
"""No block is begun later."""
_MOST_BLOCKS = 256
_MOST_PIXELS = 4_000_000
_PIXELS_OF_A_BLOCK = 1_000_000
"""Of larger blocks only so much is read at once: memory stays bounded."""
_VALUES_OF_A_BLOCK = 16_384
_OVERVIEW_PIXELS = 250_000
"""The smallest overview with so many is as good as the whole."""
_ACROSS, _DOWN = 0.7548776662466927, 0.5698402909980532
"""Multiples of these fill a square evenly, wherever one stops (Roberts 2018)."""

Window = tuple[int, int, int, int]


@dataclass(frozen=True)
class PixelSample:
    """Numbers, as stored, from all over a raster.

    Attributes:
        numbers: (n,) a band, by the band's number; only finite ones.
        blocks: How many were asked for.
        failed: How many of them could not be read.
        words: What GDAL said of the last of those.
    """

    numbers: dict[int, np.ndarray]
    blocks: int
    failed: int
    words: str = ""


def sample_of(
    dataset: gdal.Dataset,
    bands: Sequence[int],
    *,
    seconds: float = SECONDS,
    feedback: QgsFeedback | None = None,
) -> PixelSample:
    """Numbers of some bands from blocks scattered over the raster, or from an overview.

    Blocks as they lie in the file are read, be they lines, strips or tiles; never GDAL's own
    statistics, for which it reads every line, and which it writes beside the file.
    """
    found: dict[int, list[np.ndarray]] = {number: [] for number in bands}
    blocks, failed, words, pixels = 0, 0, "", 0
    until = time.monotonic() + seconds
    for window in _windows(_reduced(dataset.GetRasterBand(bands[0]))):
        enough = pixels >= _MOST_PIXELS or time.monotonic() > until
        if blocks and (enough or (feedback is not None and feedback.isCanceled())):
            break
        blocks += 1
        pixels += window[2] * window[3] * len(bands)
        for number in bands:
            numbers, said = _read(_reduced(dataset.GetRasterBand(number)), window)
            if numbers is None:
                failed, words = failed + 1, said
                break
            found[number].append(numbers)
    return PixelSample({each: _joined(found[each]) for each in bands}, blocks, failed, words)


def _reduced(band: gdal.Band) -> gdal.Band:
    """The band, or the smallest of its overviews that shows all there is to see."""
    overviews = [band.GetOverview(level) for level in range(band.GetOverviewCount())]
    large_enough = [
        each for each in overviews if each is not None and _pixels(each) >= _OVERVIEW_PIXELS
    ]
    return min((band, *large_enough), key=_pixels)


def _pixels(band: gdal.Band) -> int:
    return band.XSize * band.YSize


def _windows(band: gdal.Band) -> Iterator[Window]:
    """Windows (left, top, width, height) on blocks, evenly scattered however soon one stops."""
    width, height = (max(1, side) for side in band.GetBlockSize())
    columns, rows = -(-band.XSize // width), -(-band.YSize // height)
    for column, row in _scattered(columns, rows):
        left, top = column * width, row * height
        yield _middle(left, top, min(width, band.XSize - left), min(height, band.YSize - top))


def _scattered(columns: int, rows: int) -> list[tuple[int, int]]:
    """Some of the places in a lattice, or all where they are few, in an order that spreads."""
    numbers = np.arange(1, 8 * _MOST_BLOCKS + 1)
    across = np.floor((0.5 + _ACROSS * numbers) % 1.0 * columns).astype(int)
    down = np.floor((0.5 + _DOWN * numbers) % 1.0 * rows).astype(int)
    spread = list(dict.fromkeys(zip(across.tolist(), down.tolist())))
    if columns * rows <= _MOST_BLOCKS:
        every = [(column, row) for row in range(rows) for column in range(columns)]
        return list(dict.fromkeys((*spread, *every)))
    return spread[:_MOST_BLOCKS]


def _middle(left: int, top: int, width: int, height: int) -> Window:
    """The middle of a block that is too large to be read whole."""
    columns = min(width, _PIXELS_OF_A_BLOCK)
    rows = max(1, min(height, _PIXELS_OF_A_BLOCK // columns))
    return (left + (width - columns) // 2, top + (height - rows) // 2, columns, rows)


def _read(band: gdal.Band, window: Window) -> tuple[np.ndarray | None, str]:
    """Some of the numbers in a window, or what GDAL said of it."""
    with quiet_gdal():
        try:
            block = band.ReadAsArray(*window)
        except RuntimeError as error:  # where another plugin switched GDAL's exceptions on
            return None, str(error)
        if block is None:
            return None, gdal.GetLastErrorMsg()
    numbers = (np.abs(block) if np.iscomplexobj(block) else block).ravel()
    return numbers[:: max(1, -(-numbers.size // _VALUES_OF_A_BLOCK))], ""


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    numbers = np.concatenate(parts) if parts else np.empty(0)
    return numbers[np.isfinite(numbers)]
