"""Single values of services' answers, which spell nearly everything as text."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from planetary_qgis.core.archives.tally import Tally

_RANGES = {
    "incidence_angle": (0.0, 180.0),
    "emission_angle": (0.0, 180.0),
    "phase_angle": (0.0, 180.0),
    "resolution": (1e-9, 1e9),
    "solar_longitude": (0.0, 360.0),
    "local_time": (0.0, 24.0),
}


def text_of(record: Mapping[str, Any], name: str) -> str | None:
    """The value as text, None where there is none or it is no single value."""
    value = record.get(name)
    if value is None or isinstance(value, (Mapping, list)):
        return None
    return str(value).strip() or None


def number_of(record: Mapping[str, Any], name: str) -> float:
    """The value as a finite number, NaN where it is none."""
    try:
        number = float(text_of(record, name) or "nan")
    except ValueError:
        return math.nan
    return number if math.isfinite(number) else math.nan


def url_of(record: Mapping[str, Any], name: str) -> str | None:
    """The value where it is an address of the web."""
    text = text_of(record, name)
    return text if text and text.lower().startswith(("http://", "https://")) else None


def list_of(value: Any) -> list[Any]:
    """What JSON made from XML holds: many as a list, one as itself, none as nothing."""
    if value is None or value == "":
        return []
    return value if isinstance(value, list) else [value]


def without_impossible(record: dict[str, Any], tally: Tally) -> dict[str, Any]:
    """The record, its shared columns unknown where their numbers cannot be."""
    for name, (low, high) in _RANGES.items():
        number = number_of(record, name)
        if number < low or number > high:
            what = name.replace("_", " ")
            tally.add(f"values cannot be a {what} and were read as unknown", 1, [number])
            record[name] = None
    return record
