"""Where to part a range of values into classes that read well."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

MOST_CLASSES = 9
_ROUND_STEPS = (1.0, 2.0, 5.0)
_WIDE = 20.0
"""Highest over lowest value from which classes that grow tell more than even ones."""
_SECONDS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400)
_DAYS = (2, 5, 10, 30, 60, 180, 365, 730, 1825, 3650)


def even_breaks(low: float, high: float) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten around all values, in at most nine classes."""
    width = high - low
    if not width > 0.0:
        return [low, high]
    exponent = math.floor(math.log10(width / MOST_CLASSES))
    steps = (base * 10.0**power for power in (exponent, exponent + 1) for base in _ROUND_STEPS)
    return next(found for step in steps if len(found := _multiples(low, high, step)) <= 10)


def growing_breaks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10, … or, over many decades, their powers of ten; even ones for a narrow range."""
    if not (low > 0.0 and high / low > _WIDE):
        return even_breaks(low, high)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    decades = range(first - 1, last + 2)
    fine = [_rounded(base * 10.0**power) for power in decades for base in _ROUND_STEPS]
    begin = max(index for index, value in enumerate(fine) if value <= low)
    end = min(index for index, value in enumerate(fine) if value >= high)
    if end - begin <= MOST_CLASSES:
        return fine[begin : end + 1]
    every = math.ceil((last - first) / MOST_CLASSES)
    return [_rounded(10.0**power) for power in range(first, last + every, every)]


def time_breaks(first: np.datetime64, last: np.datetime64) -> NDArray[np.datetime64]:
    """Round moments around a span of times, seconds to decades apart."""
    begin, end = first.astype("datetime64[s]"), last.astype("datetime64[s]")
    begin_s, end_s = int(begin.astype(np.int64)), int(end.astype(np.int64)) + 1
    steps = [*_SECONDS, *(86400 * days for days in _DAYS)]
    fitting = (step for step in steps if -(-end_s // step) - begin_s // step <= MOST_CLASSES)
    step = next(fitting, -(-(end_s - begin_s) // (MOST_CLASSES - 2)))
    moments = np.arange(begin_s // step * step, -(-end_s // step) * step + 1, step)
    return moments.astype("datetime64[s]")


def _multiples(low: float, high: float, step: float) -> list[float]:
    """All multiples of a step from just below `low` to just above `high`."""
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [_rounded(step * number) for number in range(first, last + 1)]


def _rounded(value: float) -> float:
    """Without the last digits that multiplying by a power of ten leaves behind."""
    return float(f"{value:.12g}")
