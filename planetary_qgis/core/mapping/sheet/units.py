"""The legend and the description of map units as pieces that flow over columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from planetary_qgis.core.mapping.description import MapUnit, UnitGroup
from planetary_qgis.core.mapping.sheet.drawing import BLACK, GREY, Drawing, ink_on
from planetary_qgis.core.mapping.sheet.flow import Piece
from planetary_qgis.core.mapping.sheet.options import Look
from planetary_qgis.core.mapping.sheet.text import LINE, wrapped
from planetary_qgis.core.mapping.unit_colours import Rgb

LONGEST_TEXT = 20_000
"""Letters of a description that are printed; the rest stays in the map's file."""
_BOX_WIDTH, _BOX_HEIGHT = 4.6, 2.2
"""Of a unit's box, in heights of the text."""
_SMALLEST_LABEL = 0.45


def heading_pieces(title: str, look: Look) -> list[Piece]:
    """A heading over what follows."""
    lines = wrapped(title, look.column, look.heading, look.sizes, bold=True)
    return [
        Piece(
            look.heading * LINE * len(lines) + look.size * 0.3,
            partial(_draw_lines, lines=lines, size=look.heading, bold=True),
            before=look.size * 1.6,
            with_next=True,
        )
    ]


def legend_pieces(groups: Sequence[UnitGroup], look: Look) -> list[Piece]:
    """A box with its label and a name for each unit."""
    pieces: list[Piece] = []
    for group in groups:
        pieces.extend(_group_pieces(group, look))
        pieces.extend(_legend_row(unit, look) for unit in group.units)
    return pieces


def description_pieces(groups: Sequence[UnitGroup], look: Look) -> list[Piece]:
    """Name, description, interpretation and type area of each unit, line by line."""
    pieces: list[Piece] = []
    for group in groups:
        pieces.extend(_group_pieces(group, look))
        for unit in group.units:
            pieces.extend(_unit_pieces(unit, look))
    return pieces


def draw_label(
    drawing: Drawing,
    text: str,
    box: tuple[float, float, float, float],
    look: Look,
    fill: Rgb | None = None,
) -> None:
    """A unit's label in the middle of its box, as small as it must be."""
    left, top, width, height = box
    natural = look.sizes.width(text, look.size)
    size = look.size * min(1.0, 0.9 * width / natural) if natural > 0.0 else look.size
    shown = text
    while size < look.size * _SMALLEST_LABEL and len(shown) > 1:
        shown = shown[: len(shown) * 2 // 3]
        size = look.size * min(1.0, 0.9 * width / look.sizes.width(shown + "…", look.size))
    shown = shown if shown == text else shown + "…"
    size = min(size, height * 0.8)
    drawing.text(
        shown,
        left + width / 2.0,
        top + height / 2.0 + size * 0.36,
        size,
        anchor="middle",
        colour=ink_on(fill),
    )


def _group_pieces(group: UnitGroup, look: Look) -> list[Piece]:
    if not group.title:
        return []
    lines = wrapped(group.title, look.column, look.size, look.sizes, bold=True)
    return [
        Piece(
            look.size * LINE * len(lines),
            partial(_draw_lines, lines=lines, size=look.size, bold=True),
            before=look.size * 0.9,
            with_next=True,
        )
    ]


def _legend_row(unit: MapUnit, look: Look) -> Piece:
    width = look.column - _indent(look)
    lines = wrapped(unit.title, width, look.size, look.sizes)
    height = max(_BOX_HEIGHT * look.size, look.size * LINE * len(lines))

    def draw(drawing: Drawing, x: float, y: float) -> None:
        _draw_box(drawing, x, y, unit, look)
        middle = max(0.0, (height - look.size * LINE * len(lines)) / 2.0)
        _draw_lines(drawing, x + _indent(look), y + middle, lines=lines, size=look.size)

    return Piece(height, draw, before=look.size * 0.45)


def _unit_pieces(unit: MapUnit, look: Look) -> list[Piece]:
    indent, size = _indent(look), look.size
    width = look.column - indent
    names = wrapped(unit.title, width, size, look.sizes, bold=True)
    height = max(_BOX_HEIGHT * size, size * (LINE * len(names) + 0.3))

    def draw_head(drawing: Drawing, x: float, y: float) -> None:
        _draw_box(drawing, x, y, unit, look)
        _draw_lines(drawing, x + indent, y + size * 0.3, lines=names, size=size, bold=True)

    body = [
        Piece(size * LINE, partial(_draw_line, line=line, lead=lead, indent=indent, look=look))
        for title, text in _paragraphs(unit)
        for line, lead in _lines_of(title, text, width, look)
    ]
    return [Piece(height, draw_head, before=size * 0.9, with_next=bool(body)), *body]


def _paragraphs(unit: MapUnit) -> list[tuple[str, str]]:
    """What is said of a unit, with what it is called where that must be said."""
    parts = (
        ("", unit.description),
        ("Interpretation: ", unit.interpretation),
        ("Type area: ", unit.type_area),
    )
    return [(title, _shortened(text)) for title, text in parts if text]


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT].rstrip() + "…"


def _lines_of(title: str, text: str, width: float, look: Look) -> list[tuple[str, str]]:
    """Lines, the first with its title in italics before it."""
    taken = look.sizes.width(title, look.size, italic=True) if title else 0.0
    lines = wrapped(text, width, look.size, look.sizes, first=taken)
    return [(line, title if number == 0 else "") for number, line in enumerate(lines)]


def _draw_line(
    drawing: Drawing, x: float, y: float, *, line: str, lead: str, indent: float, look: Look
) -> None:
    baseline = y + look.size
    left = x + indent
    if lead:
        drawing.text(lead, left, baseline, look.size, italic=True)
        left += look.sizes.width(lead, look.size, italic=True)
    drawing.text(line, left, baseline, look.size)


def _draw_lines(
    drawing: Drawing,
    x: float,
    y: float,
    *,
    lines: Sequence[str],
    size: float,
    bold: bool = False,
    italic: bool = False,
) -> None:
    for number, line in enumerate(lines):
        drawing.text(line, x, y + size * (1.0 + LINE * number), size, bold=bold, italic=italic)


def _draw_box(drawing: Drawing, x: float, y: float, unit: MapUnit, look: Look) -> None:
    width, height = _BOX_WIDTH * look.size, _BOX_HEIGHT * look.size
    drawing.box(x, y, width, height, fill=unit.rgb, stroke=BLACK, line=0.15)
    if unit.rgb is None:
        drawing.lines([(x, y + height), (x + width, y)], stroke=GREY, line=0.1)
    draw_label(drawing, unit.sign, (x, y, width, height), look, unit.rgb)


def _indent(look: Look) -> float:
    return (_BOX_WIDTH + 0.9) * look.size
