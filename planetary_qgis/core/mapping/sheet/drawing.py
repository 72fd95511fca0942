"""Drawings of a map sheet, in millimetres, as SVG that Qt draws too."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal, Protocol

from planetary_qgis.core.mapping.unit_colours import Rgb

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

BLACK: Rgb = (0, 0, 0)
GREY: Rgb = (110, 110, 110)
WHITE: Rgb = (255, 255, 255)
_LIGHT_TEXT_BELOW = 105.0
_NOT_IN_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


class TextSizes(Protocol):
    """How wide texts are."""

    def width(self, text: str, size: float, *, bold: bool = False, italic: bool = False) -> float:
        """Millimetres of a text, its font `size` millimetres high."""


class Drawing:
    """What was drawn so far; y grows downwards."""

    def __init__(self, width: float, height: float, family: str) -> None:
        self.width, self.height = width, height
        self._family = family
        self._parts: list[str] = []

    @property
    def is_empty(self) -> bool:
        return not self._parts

    def box(
        self,
        left: float,
        top: float,
        width: float,
        height: float,
        *,
        fill: Rgb | None = None,
        stroke: Rgb | None = BLACK,
        line: float = 0.15,
        dashes: str = "",
    ) -> None:
        """A rectangle."""
        self._parts.append(
            f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" '
            f"{_paint(fill, stroke, line, dashes)}/>"
        )

    def lines(
        self,
        points: Sequence[Point],
        *,
        fill: Rgb | None = None,
        stroke: Rgb | None = BLACK,
        line: float = 0.15,
        dashes: str = "",
    ) -> None:
        """Straight lines from point to point; closed where they are filled."""
        path = " L".join(f"{_n(x)} {_n(y)}" for x, y in points)
        end = "Z" if fill is not None else ""
        self._parts.append(f'<path d="M{path}{end}" {_paint(fill, stroke, line, dashes)}/>')

    def circle(
        self,
        x: float,
        y: float,
        radius: float,
        *,
        fill: Rgb | None = None,
        stroke: Rgb | None = BLACK,
        line: float = 0.15,
    ) -> None:
        self._parts.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" {_paint(fill, stroke, line, "")}/>'
        )

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        anchor: Anchor = "start",
        bold: bool = False,
        italic: bool = False,
        colour: Rgb = BLACK,
        turned: float = 0.0,
    ) -> None:
        """One line of text on the baseline y; turned by degrees clockwise around its anchor."""
        styles = ' font-weight="bold"' * bold + ' font-style="italic"' * italic
        turn = f' transform="rotate({_n(turned)} {_n(x)} {_n(y)})"' if turned else ""
        common = (
            f'x="{_n(x)}" y="{_n(y)}" font-family="{escape(self._family)}" '
            f'font-size="{_n(size)}" text-anchor="{anchor}"{styles}{turn} xml:space="preserve"'
        )
        content = escape(text.translate(_NOT_IN_XML), quote=False)
        self._parts.append(f'<text {common} fill="{_hex(colour)}">{content}</text>')

    def svg(self) -> str:
        """The whole drawing."""
        size = f"{_n(self.width)} {_n(self.height)}"
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}mm" '
            f'height="{_n(self.height)}mm" viewBox="0 0 {size}">\n'
            + "\n".join(self._parts)
            + "\n</svg>\n"
        )


def ink_on(fill: Rgb | None) -> Rgb:
    """Black, or white on dark colours."""
    if fill is None:
        return BLACK
    red, green, blue = fill
    brightness = 0.299 * red + 0.587 * green + 0.114 * blue
    return WHITE if brightness < _LIGHT_TEXT_BELOW else BLACK


def _paint(fill: Rgb | None, stroke: Rgb | None, line: float, dashes: str) -> str:
    parts = [f'fill="{_hex(fill)}"']
    if stroke is None:
        parts.append('stroke="none"')
    else:
        parts.append(f'stroke="{_hex(stroke)}" stroke-width="{_n(line)}"')
    if dashes:
        parts.append(f'stroke-dasharray="{dashes}"')
    return " ".join(parts)


def _hex(colour: Rgb | None) -> str:
    return "none" if colour is None else "#{:02x}{:02x}{:02x}".format(*colour)


def _n(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
