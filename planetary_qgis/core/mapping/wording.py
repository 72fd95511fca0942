"""Measures and features as mappers read them."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

_DIGITS = 3
_KILOMETRES_FROM_M = 1000.0
_SQUARE_KILOMETRES_FROM_M2 = 1e5
_IDS_SHOWN = 5


def length_text(metres: float) -> str:
    """12.3 m, 1.23 km, 456 km."""
    if abs(metres) >= _KILOMETRES_FROM_M:
        return f"{_rounded(metres / 1000.0)} km"
    return f"{_rounded(metres)} m"


def area_text(square_metres: float) -> str:
    """123 m², 0.123 km², 4,560 km²."""
    if abs(square_metres) >= _SQUARE_KILOMETRES_FROM_M2:
        return f"{_rounded(square_metres / 1e6)} km²"
    return f"{_rounded(square_metres)} m²"


def features_text(noun: str, ids: Collection[int]) -> str:
    """“line 4”, “lines 4 and 5”, “lines 1, 2, 3, 4, 5 and 7 more”; the noun is a plural with s."""
    listed = [_id_text(each) for each in ids]
    if len(listed) == 1:
        return f"{noun[:-1]} {listed[0]}"
    return f"{noun} {list_text(listed)}"


def paper_text(millimetres: float, unit: str = "mm") -> str:
    """“0.12 mm”, “240 mm”: how large it is on the published map."""
    return f"{_rounded(millimetres)} {unit}"


def list_text(words: Sequence[str]) -> str:
    """“a”, “a and b”, “a, b and c”; the first five of many."""
    if len(words) <= 1:
        return "".join(words)
    if len(words) > _IDS_SHOWN + 1:
        return f"{', '.join(words[:_IDS_SHOWN])} and {len(words) - _IDS_SHOWN:,} more"
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _id_text(fid: int) -> str:
    """QGIS counts features that are not saved yet downwards from -2; to mappers they have no id."""
    return str(fid) if fid >= 0 else f"{fid} (not saved)"


def _rounded(value: float) -> str:
    """Three digits, and all of those before the point, with thousands told apart."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
