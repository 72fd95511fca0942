"""Julian days of UTC, as IVOA's tables give times, and what they stand for.

A Julian day of our time, kept in double precision, is good to 0.04 milliseconds.
"""

from __future__ import annotations

import numpy as np

_OF_1970 = 2440587.5
_MILLISECONDS_A_DAY = 86_400_000
_FIRST, _LAST = 2305447.5, 2816787.5
"""1600 and 3000: days outside of them are fill values."""


def julian_day(time: np.datetime64) -> float:
    microseconds = time.astype("datetime64[us]").astype(np.int64)
    return float(microseconds / (1000 * _MILLISECONDS_A_DAY) + _OF_1970)


def time_of(day: float) -> np.datetime64 | None:
    """UTC to the millisecond, or None where the day is none that anything was observed on."""
    if not _FIRST <= day <= _LAST:
        return None
    milliseconds = round((day - _OF_1970) * _MILLISECONDS_A_DAY)
    return np.datetime64(milliseconds, "ms")
