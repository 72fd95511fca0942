"""Times of single lines that images of scanners carry beside their pixels: Mars Express HRSC's."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.rasters.labels.isis_cubes import group_in
from planetary_qgis.core.rasters.labels.words import Words, words_of_pvl
from planetary_qgis.core.rasters.raster_labels import RasterLabel

FloatArray = NDArray[np.float64]
LineTimes = tuple[FloatArray, FloatArray]
"""Ephemeris seconds when lines began, and their exposures in seconds."""

_PREFIX = np.dtype([("et", "<f8"), ("ms", "<f4")])
_MOST_LINES = 10_000_000
_RECORD = np.dtype([("et", "<f8"), ("exposure", "<f8"), ("line", "<i4")])


def times_before_lines(label: RasterLabel, lines: int) -> LineTimes | None:
    """Ephemeris seconds and exposures of lines; None where they are not there.

    Source: USGS ISIS, hrsc2isis: a double and a float of milliseconds, low byte first whatever the
    image's order is.
    """
    image = next(iter(label.objects), None)
    file = label.file_of(image) if image is not None else None
    before = label.words.whole("LINE_PREFIX_BYTES") or 0
    if image is None or image.strides is None or file is None or before < _PREFIX.itemsize:
        return None
    begin, step = image.strides.image - before, image.strides.line
    if file.stat().st_size < begin + (lines - 1) * step + before:
        return None
    held = np.memmap(file, dtype=np.uint8, mode="r", offset=begin)
    prefixes: NDArray[Any] = np.ndarray((lines,), _PREFIX, buffer=held, strides=(step,))
    return _checked(prefixes["et"].astype(float), prefixes["ms"].astype(float) / 1000.0)


def times_in_cube(label: RasterLabel, lines: int) -> LineTimes | None:
    """The same of an ISIS cube. Source: USGS ISIS, HrscCamera: table LineScanTimes."""
    table = group_in(label.root, "Table")
    words = words_of_pvl(table) if table is not None else Words([])
    records, begin = words.whole("Records") or 0, (words.whole("StartByte") or 1) - 1
    length = records * _RECORD.itemsize
    if not records or words.whole("Bytes") != length or not label.path.is_file():
        return None
    if label.path.stat().st_size < begin + length or lines > _MOST_LINES:
        return None
    with label.path.open("rb") as file:
        file.seek(begin)
        content = file.read(length)
    swapped = words.word("ByteOrder") == "MSB"
    changes = np.frombuffer(content, _RECORD.newbyteorder(">") if swapped else _RECORD)
    number = np.arange(1, lines + 1)
    row = np.searchsorted(changes["line"], number, side="right") - 1
    if row[0] < 0:
        return None
    exposures = changes["exposure"][row].astype(float)
    return _checked(changes["et"][row] + (number - changes["line"][row]) * exposures, exposures)


def _checked(times: FloatArray, exposures: FloatArray) -> LineTimes | None:
    are_finite = np.isfinite(times).all() and np.isfinite(exposures).all()
    are_times = are_finite and (np.diff(times) > 0.0).all() and (exposures > 0.0).all()
    return (times, exposures) if are_times else None
