"""The correlation of map units as a drawing."""

from __future__ import annotations

from dataclasses import dataclass

from planetary_qgis.core.mapping.correlation import Box, Chart, Division
from planetary_qgis.core.mapping.sheet.drawing import BLACK, GREY, WHITE, Drawing, ink_on
from planetary_qgis.core.mapping.sheet.flow import Piece
from planetary_qgis.core.mapping.sheet.options import Look
from planetary_qgis.core.mapping.sheet.text import LINE, wrapped
from planetary_qgis.core.mapping.sheet.units import draw_label
from planetary_qgis.core.mapping.unit_colours import Rgb, rgb_of

_LANE, _NARROWEST_LANE = 4.4, 3.0
_ROW = 3.6
_ROOM = 0.5
"""Around a box. All of these in heights of the text."""
_DASHES = "0.8 0.5"


@dataclass(frozen=True)
class _Frame:
    """Where on the page lanes and rows are."""

    lefts: tuple[float, ...]
    widths: tuple[float, ...]
    lane: float
    axis: tuple[float, ...]
    titles: float
    row: float

    @property
    def width(self) -> float:
        return self.lefts[-1] + self.widths[-1]


def chart_piece(chart: Chart, widest: float, look: Look) -> Piece | None:
    """The chart, no wider than that; None where it would be too narrow to be read."""
    for lane in (_LANE, (_LANE + _NARROWEST_LANE) / 2.0, _NARROWEST_LANE):
        frame = _frame(chart, lane * look.size, look)
        if frame.width <= widest:
            return _piece(chart, frame, look, max(frame.width, min(widest, look.column)))
    return None


def squeezed_chart(chart: Chart, width: float, look: Look) -> Piece:
    """The chart with lanes as narrow as the width asks for."""
    lane = _NARROWEST_LANE * look.size
    while _frame(chart, lane, look).width > width and lane > 0.5:
        lane *= 0.9
    return _piece(chart, _frame(chart, lane, look), look, width)


def _piece(chart: Chart, frame: _Frame, look: Look, width: float) -> Piece:
    words = ", ".join(unit.sign for unit in chart.undated)
    note = wrapped(f"Age not given: {words}", width, look.size, look.sizes) if words else []
    height = frame.titles + chart.height * frame.row
    whole = height + (0.8 + LINE * len(note)) * look.size * bool(note)

    def draw(drawing: Drawing, x: float, y: float) -> None:
        for division in chart.axis:
            _draw_division(drawing, x, y, division, chart, frame, look)
        for column, left, wide in zip(chart.columns, frame.lefts, frame.widths):
            _draw_title(drawing, column.title, x + left, y, wide, frame, look)
        for box in chart.boxes:
            _draw_box(drawing, x, y, box, chart, frame, look)
        for number, line in enumerate(note):
            baseline = y + height + (1.8 + LINE * number) * look.size
            drawing.text(line, x, baseline, look.size)

    return Piece(whole, draw, before=look.size * 0.5)


def _frame(chart: Chart, lane: float, look: Look) -> _Frame:
    axis = _axis_lefts(chart, look)
    lefts, widths, left = [], [], axis[-1] + look.size * 0.6
    for column in chart.columns:
        words = column.title.split() or [""]
        longest = max(look.sizes.width(word, look.size, italic=True) for word in words)
        width = max(column.width * lane, min(longest * 1.05, look.size * 14.0)) + look.size * 0.5
        lefts.append(left)
        widths.append(width)
        left += width
    lines = max(
        len(_title_lines(column.title, width, look)) for column, width in zip(chart.columns, widths)
    )
    titles = (LINE * lines + 0.6) * look.size
    return _Frame(tuple(lefts), tuple(widths), lane, axis, titles, _ROW * look.size)


def _axis_lefts(chart: Chart, look: Look) -> tuple[float, ...]:
    """Left edges of the time scale's levels, and the right edge of the last."""
    coarse = [look.size * 1.9 * level for level in range(chart.levels)]
    leaves = [each for each in chart.axis if _is_leaf(each, chart)]
    words = [word for each in leaves for word in each.label.split()]
    widest = max(look.sizes.width(word, look.size) for word in words)
    return (*coarse, coarse[-1] + widest * 1.05 + look.size)


def _is_leaf(division: Division, chart: Chart) -> bool:
    return not any(
        each.level == division.level + 1
        and each.top >= division.top
        and each.bottom <= division.bottom
        for each in chart.axis
    )


def _draw_division(
    drawing: Drawing,
    x: float,
    y: float,
    division: Division,
    chart: Chart,
    frame: _Frame,
    look: Look,
) -> None:
    leaf = _is_leaf(division, chart)
    left = x + frame.axis[division.level]
    width = (x + frame.axis[-1] if leaf else x + frame.axis[division.level + 1]) - left
    top = y + frame.titles + division.top * frame.row
    height = (division.bottom - division.top) * frame.row
    drawing.box(left, top, width, height, fill=rgb_of(division.colour), line=0.12)
    right = x + frame.width
    drawing.lines([(left, top + height), (right, top + height)], stroke=GREY, line=0.08)
    if division.top == 0.0:
        drawing.lines([(left, top), (right, top)], stroke=GREY, line=0.08)
    if leaf:
        words = (left + look.size * 0.4, top, width, height)
        _draw_words(drawing, division.label, words, look, ink_on(rgb_of(division.colour)))
    else:
        size = min(
            look.size, look.size * 0.92 * height / look.sizes.width(division.label, look.size)
        )
        drawing.text(
            division.label,
            left + width / 2.0 + size * 0.36,
            top + height / 2.0,
            size,
            anchor="middle",
            turned=-90.0,
            colour=ink_on(rgb_of(division.colour)),
        )


def _draw_words(
    drawing: Drawing,
    text: str,
    box: tuple[float, float, float, float],
    look: Look,
    ink: Rgb,
) -> None:
    left, top, width, height = box
    lines = wrapped(text, width - look.size * 0.8, look.size, look.sizes)
    first = top + height / 2.0 - LINE * look.size * (len(lines) - 1) / 2.0 + look.size * 0.36
    for number, line in enumerate(lines):
        drawing.text(line, left, first + LINE * look.size * number, look.size, colour=ink)


def _draw_title(
    drawing: Drawing, title: str, left: float, y: float, width: float, frame: _Frame, look: Look
) -> None:
    lines = _title_lines(title, width, look)
    for number, line in enumerate(lines):
        baseline = y + frame.titles - look.size * (0.7 + LINE * (len(lines) - 1 - number))
        middle = left + width / 2.0
        drawing.text(line, middle, baseline, look.size, anchor="middle", italic=True)


def _title_lines(title: str, width: float, look: Look) -> list[str]:
    return wrapped(title, width - look.size * 0.2, look.size, look.sizes, italic=True)


def _draw_box(
    drawing: Drawing, x: float, y: float, box: Box, chart: Chart, frame: _Frame, look: Look
) -> None:
    number = next(
        n
        for n, column in enumerate(chart.columns)
        if column.left <= box.left < column.left + column.width
    )
    column = chart.columns[number]
    spare = frame.widths[number] - column.width * frame.lane
    room = _ROOM * look.size * frame.lane / (_LANE * look.size)
    left = x + frame.lefts[number] + spare / 2.0 + (box.left - column.left) * frame.lane + room / 2
    top = y + frame.titles + box.top * frame.row + look.size * 0.3
    width, height = frame.lane - room, (box.bottom - box.top) * frame.row - look.size * 0.6
    drawing.box(left, top, width, height, fill=box.unit.rgb, stroke=None)
    _draw_edges(drawing, left, top, width, height, box, look)
    draw_label(drawing, box.unit.sign, (left, top, width, height), look, box.unit.rgb)


def _draw_edges(
    drawing: Drawing, left: float, top: float, width: float, height: float, box: Box, look: Look
) -> None:
    """Sides solid; ends dashed, with a question mark, where an age is not certain."""
    right, bottom = left + width, top + height
    for side in (left, right):
        drawing.lines([(side, top), (side, bottom)], line=0.15)
    for edge, queried in ((top, box.top_queried), (bottom, box.bottom_queried)):
        dashes = _DASHES if queried else ""
        drawing.lines([(left, edge), (right, edge)], stroke=BLACK, line=0.15, dashes=dashes)
        if queried:
            size = look.size * 0.8
            middle = left + width / 2.0
            paper = (middle - size * 0.35, edge - size * 0.5, size * 0.7, size)
            drawing.box(*paper, fill=WHITE, stroke=None)
            drawing.text("?", middle, edge + size * 0.36, size, anchor="middle")
