"""What a coverage chart says of an object, an interval, a gap."""

from __future__ import annotations

import math

import numpy as np
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.gui.coverage_rows import Row

_ROUNDING_S = 1e-6
_UNITS = (("d", 86_400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0))


def interval_sentence(row: Row, index: int) -> str:
    start, stop = row.span(index)
    text = _tr("{title}, {group}: {start} to {stop} ({length})")
    return _filled(text, row, start, stop)


def gap_sentence(row: Row, gap: tuple[float, float]) -> str:
    text = _tr("{title}, {group}: nothing from {start} to {stop} ({length})")
    return _filled(text, row, *gap)


def row_sentence(row: Row) -> str:
    """From when to when something is known of an object, and how often not in between."""
    if not len(row):
        return _tr("{title}, {group}: nothing").format(title=row.full_title, group=row.group)
    start, stop, gaps = float(row.intervals[0, 0]), float(row.intervals[-1, 1]), len(row) - 1
    if not gaps:
        return interval_sentence(row, 0)
    text = _tr("{title}, {group}: {start} to {stop}; gaps: {gaps}")
    return _filled(text, row, start, stop).replace("{gaps}", f"{gaps:,}")


def span_texts(start: float, stop: float) -> tuple[str, str]:
    """UTC texts of milliseconds within a span; at its very ends kernels often know nothing.

    Of what is shorter than that, the nearest millisecond.
    """
    first = math.ceil((start + _ROUNDING_S) * 1000)
    last = math.floor((stop - _ROUNDING_S) * 1000)
    if last < first:
        first = last = round(start * 1000)
    return _utc(first), _utc(last)


def length_text(seconds: float) -> str:
    """A length in its two largest units."""
    if seconds < 1:
        return f"{seconds:.3f} s"
    for place, (unit, size) in enumerate(_UNITS[:-1]):
        if seconds >= size:
            smaller, smaller_size = _UNITS[place + 1]
            whole, rest = divmod(round(seconds / smaller_size), round(size / smaller_size))
            return f"{whole:,} {unit} {rest} {smaller}" if rest else f"{whole:,} {unit}"
    return f"{seconds:.4g} s"


def _filled(text: str, row: Row, start: float, stop: float) -> str:
    return text.format(
        title=row.full_title,
        group=row.group,
        start=_readable(start),
        stop=_readable(stop),
        length=length_text(stop - start),
        gaps="{gaps}",
    )


def _readable(time: float) -> str:
    """A time without its trailing noughts."""
    return _utc(round(time * 1000)).rstrip("Z").removesuffix(".000").replace("T", " ")


def _utc(milliseconds: int) -> str:
    from planetary_qgis.core.times import utc_text

    return utc_text(np.datetime64(milliseconds, "ms"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("CoverageSentences", text)
