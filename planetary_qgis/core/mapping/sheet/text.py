"""Texts broken into lines."""

from __future__ import annotations

import re
from collections.abc import Callable

from planetary_qgis.core.mapping.sheet.drawing import TextSizes

_BREATH = 1.005
"""Texts may be drawn a little wider than they were measured."""
_SPACES = re.compile(r"[ \t]+")
"""Not those that keep words together."""
LINE = 1.3
"""Of the font's size: from baseline to baseline."""


def wrapped(
    text: str,
    width: float,
    size: float,
    sizes: TextSizes,
    *,
    bold: bool = False,
    italic: bool = False,
    first: float = 0.0,
) -> list[str]:
    """Lines no wider than `width` millimetres; words that are wider on their own are broken.

    Args:
        first: Millimetres that are taken already at the beginning of the first line.
    """

    def wide(piece: str) -> float:
        return sizes.width(piece, size, bold=bold, italic=italic) * _BREATH

    space = wide(" ")
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line, used = "", first if not lines else 0.0
        for word in _SPACES.split(paragraph.strip()):
            needed = wide(word)
            gap = space if line else 0.0
            if (line or used) and used + gap + needed > width:
                lines.append(line)
                line, used, gap = "", 0.0, 0.0
            while needed > width - used and len(word) > 1:
                fits = _letters_that_fit(word, width - used, wide)
                lines.append(word[:fits])
                word, used = word[fits:], 0.0
                needed = wide(word)
            line = f"{line} {word}" if line else word
            used += gap + needed
        lines.append(line)
    return lines


def _letters_that_fit(word: str, width: float, wide: Callable[[str], float]) -> int:
    low, high = 1, len(word)
    while low < high:
        middle = (low + high + 1) // 2
        if wide(word[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low
