"""The font of map sheets, and how wide texts are in it."""

from __future__ import annotations

from functools import lru_cache

from qgis.core import QgsLayoutItemLabel, QgsLegendStyle, QgsUnitTypes
from qgis.PyQt.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetricsF

_WANTED = ("Open Sans", "Noto Sans", "Source Sans Pro", "DejaVu Sans", "Arial", "Helvetica")
_PIXELS = 200
"""Measured this large, texts have the widths of print: no pixel grid rounds them."""


@lru_cache(maxsize=1)
def sheet_family() -> str:
    """The first font of those wanted that there is; else what the system has instead."""
    # Qt 6 has no QFontDatabase to make: its functions are the class's own.
    known = set(QFontDatabase().families() if _is_made() else QFontDatabase.families())
    return next((each for each in _WANTED if each in known), QFontInfo(QFont()).family())


def sheet_font(points: float, *, bold: bool = False, italic: bool = False) -> QFont:
    font = QFont(sheet_family())
    font.setPointSizeF(points)
    font.setBold(bold)
    font.setItalic(italic)
    return font


def write_in_sheet_font(
    what: QgsLayoutItemLabel | QgsLegendStyle, points: float, *, bold: bool = False
) -> None:
    """Give a label or a part of a legend the sheet's font."""
    font = sheet_font(points, bold=bold)
    if not hasattr(what, "setTextFormat"):  # QGIS before 3.24, for legends before 3.30
        what.setFont(font)
        return
    look = what.textFormat()
    look.setFont(font)
    look.setSize(points)
    look.setSizeUnit(QgsUnitTypes.RenderUnit.RenderPoints)
    what.setTextFormat(look)


class FontSizes:
    """Widths of texts in the sheet's font."""

    def __init__(self) -> None:
        self._metrics: dict[tuple[bool, bool], QFontMetricsF] = {}

    def width(self, text: str, size: float, *, bold: bool = False, italic: bool = False) -> float:
        """Millimetres of a text, its font `size` millimetres high."""
        metrics = self._metrics.get((bold, italic)) or self._measured(bold, italic)
        return metrics.horizontalAdvance(text) * size / _PIXELS

    def _measured(self, bold: bool, italic: bool) -> QFontMetricsF:
        font = sheet_font(10.0, bold=bold, italic=italic)
        font.setPixelSize(_PIXELS)
        return self._metrics.setdefault((bold, italic), QFontMetricsF(font))


def _is_made() -> bool:
    try:
        QFontDatabase()
    except TypeError:
        return False
    return True
