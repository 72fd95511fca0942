"""Durations of labels, in seconds."""

from __future__ import annotations

from typing import Any

from planetary_qgis.core.rasters.labels.words import listed, number_in, unit_of

_SECONDS = {
    "s": 1.0,
    "sec": 1.0,
    "second": 1.0,
    "ms": 1e-3,
    "msec": 1e-3,
    "millisec": 1e-3,
    "millisecond": 1e-3,
    "us": 1e-6,
    "usec": 1e-6,
    "microsec": 1e-6,
    "microsecond": 1e-6,
    "min": 60.0,
    "minute": 60.0,
}


def seconds_in(value: Any, unit: str) -> float | None:
    """Seconds of a value, the first of several; None where it is no duration.

    Args:
        unit: Of values that name none.
    """
    number = next((n for n in map(number_in, listed(value)) if n is not None), None)
    said = unit_of(value).lower()
    factor = _SECONDS.get(said, _SECONDS.get(said.rstrip("s"), None if said else _SECONDS[unit]))
    return None if number is None or factor is None or number < 0.0 else number * factor
