"""Unprojected images: which pixels of a detector they hold, and when those were exposed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.times import TimeArray

FloatArray = NDArray[np.float64]

_MICROSECONDS = 1e6


@dataclass(frozen=True, eq=False)
class RawImage:
    """An unprojected image: its pixels on the detector, and when they were exposed.

    Attributes:
        samples, lines: Of the image.
        start: UTC, when the exposure began; that of the first line for a scanner, of the first
            framelet for a push frame camera.
        exposure_s: Of the frame, of one line, or of one framelet.
        line_s: From line to line of a scanner's image; None for a frame.
        line_starts: (lines,) datetime64 UTC, where a scanner's lines began each on their own.
        first_sample, first_line: The first detector pixel under the image's first one; the
            detector's first is 1. A scanner whose detector has one line needs no first_line.
        sample_summing, line_summing: Detector pixels in one of the image.
        framelet_lines: Lines of each framelet that a push frame camera stacked in the image.
        interframe_s: From framelet to framelet.
        mirrored: Whether the image's samples run against the detector's.
        flipped: Whether the lines of a frame, or of each framelet, run against the detector's.
        temperature_c: Of the focal plane, where the focal length depends on it.
    """

    samples: int
    lines: int
    start: np.datetime64
    exposure_s: float
    line_s: float | None = None
    line_starts: TimeArray | None = None
    first_sample: float = 1.0
    first_line: float = 1.0
    sample_summing: float = 1.0
    line_summing: float = 1.0
    framelet_lines: int | None = None
    interframe_s: float | None = None
    mirrored: bool = False
    flipped: bool = False
    temperature_c: float | None = None

    def __post_init__(self) -> None:
        wrong = self._wrong()
        if wrong:
            raise PlanetaryError(
                f"An image cannot have {wrong}.",
                hint="Check what its label says, or give the values yourself.",
            )

    @property
    def is_scan(self) -> bool:
        """Whether each line has a time of its own."""
        return self.line_s is not None or self.line_starts is not None

    @property
    def framelets(self) -> int:
        """How many framelets are stacked in it, the last maybe cut short; 1 for any other image."""
        return math.ceil(self.lines / self.framelet_lines) if self.framelet_lines else 1

    @property
    def stop(self) -> np.datetime64:
        """UTC, when the last of it had been exposed."""
        begun = self.start
        if self.line_starts is not None:
            begun = self.line_starts[-1]
        elif self.line_s is not None:
            begun = begun + _duration(self.line_s * (self.lines - 1))
        elif self.interframe_s is not None:
            begun = begun + _duration(self.interframe_s * (self.framelets - 1))
        return np.datetime64(begun, "us") + _duration(self.exposure_s)

    def seconds_of_rows(self, rows: FloatArray) -> FloatArray:
        """(n,) s from the start to the middle of the exposure of a scanner's rows.

        Args:
            rows: In GDAL's coordinates: the middle of the first line is 0.5.
        """
        number = rows - 0.5
        evenly = self.line_starts is None
        begun = number * (self.line_s or 0.0) if evenly else self._begun(number)
        return np.asarray(begun + self.exposure_s / 2.0)

    def detector_samples(self, columns: FloatArray) -> FloatArray:
        """(n,) samples of the detector, where the image's columns are in GDAL's coordinates."""
        across = self.samples - columns if self.mirrored else columns
        return np.asarray(self.first_sample - 0.5 + across * self.sample_summing)

    def detector_lines(self, rows: FloatArray) -> FloatArray:
        """(n,) lines of the detector for rows of a frame or within a framelet."""
        height = min(self.framelet_lines or self.lines, self.lines)
        along = height - rows if self.flipped else rows
        return np.asarray(self.first_line - 0.5 + along * self.line_summing)

    def _begun(self, number: FloatArray) -> FloatArray:
        """(n,) s from the start when lines began; beyond the ends as fast as at them."""
        starts = (np.asarray(self.line_starts) - self.start) / np.timedelta64(1, "us")
        seconds = starts / _MICROSECONDS
        if len(seconds) == 1:
            return np.asarray(seconds[0] + number * (self.line_s or self.exposure_s))
        left = np.clip(np.floor(number).astype(np.intp), 0, len(seconds) - 2)
        return np.asarray(seconds[left] + (number - left) * (seconds[left + 1] - seconds[left]))

    def _wrong(self) -> str:
        """What cannot be, in words; "" where all can."""
        if min(self.samples, self.lines) < 1:
            return f"{self.samples} samples and {self.lines} lines"
        if np.isnat(self.start):
            return "no start time"
        if not 0.0 <= self.exposure_s < math.inf:
            return f"an exposure of {self.exposure_s:g} s"
        if not min(self.sample_summing, self.line_summing) > 0.0:
            return f"a summing of {self.sample_summing:g} by {self.line_summing:g}"
        if not np.isfinite([self.first_sample, self.first_line]).all():
            return "no place on the detector"
        return self._wrong_times()

    def _wrong_times(self) -> str:
        if self.line_s is not None and not 0.0 < self.line_s < math.inf:
            return f"{self.line_s:g} s from line to line"
        if self.line_starts is not None and len(self.line_starts) != self.lines:
            return f"start times of {len(self.line_starts)} of its {self.lines} lines"
        if self.line_starts is not None and np.isnat(self.line_starts).any():
            return "lines without a start time"
        if self.framelet_lines is None:
            return ""
        if self.framelet_lines < 1:
            return f"framelets of {self.framelet_lines} lines"
        if self.framelets > 1 and not (self.interframe_s and self.interframe_s > 0.0):
            return "framelets without the time from one to the next"
        return ""


def _duration(seconds: float) -> np.timedelta64:
    return np.timedelta64(round(seconds * _MICROSECONDS), "us")
