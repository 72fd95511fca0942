"""How a coverage chart looks: where its rows and times lie, and how they are painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from qgis.PyQt.QtCore import QPointF, QRectF, QSize, Qt
from qgis.PyQt.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPalette, QPen

from planetary_qgis.gui.coverage_axis import Axis
from planetary_qgis.gui.coverage_rows import FULL, Row

_PAD = 4.0
_WIDEST_NAMES = 0.4
_LEAST_OPACITY = 0.5
_BAND_OPACITY = 0.18
_GRID_OPACITY = 0.15


@dataclass(frozen=True)
class Picture:
    """The chart's geometry, in pixels of the viewport.

    Attributes:
        axis: None while there is nothing to show.
        scrolled: How far the rows are scrolled up.
    """

    rows: tuple[Row, ...]
    axis: Axis | None
    size: QSize
    scrolled: float
    font: QFont

    @cached_property
    def metrics(self) -> QFontMetricsF:
        return QFontMetricsF(self.font)

    @property
    def line_height(self) -> float:
        return self.metrics.height() + _PAD

    @property
    def axis_height(self) -> float:
        return 2 * self.metrics.height() + _PAD

    @cached_property
    def lines(self) -> tuple[int | str, ...]:
        """From top to bottom: numbers of rows, and titles of the groups above them."""
        lines: list[int | str] = []
        for number, row in enumerate(self.rows):
            if number == 0 or self.rows[number - 1].group != row.group:
                lines.append(row.group)
            lines.append(number)
        return tuple(lines)

    @property
    def hidden_height(self) -> float:
        """How far the rows can be scrolled."""
        return max(len(self.lines) * self.line_height - self.plot.height(), 0.0)

    @cached_property
    def plot(self) -> QRectF:
        """Where the bars are."""
        longest = max((self.metrics.horizontalAdvance(row.title) for row in self.rows), default=0.0)
        left = min(longest + 2 * _PAD, _WIDEST_NAMES * self.size.width())
        room = QRectF(0, 0, self.size.width() - _PAD, self.size.height())
        return room.adjusted(left, self.axis_height, 0, 0)

    def line_rect(self, line: int) -> QRectF:
        top = self.axis_height + line * self.line_height - self.scrolled
        return QRectF(0, top, self.size.width(), self.line_height)

    def row_rect(self, row: int) -> QRectF:
        return self.line_rect(self.lines.index(row))

    def row_at(self, y: float) -> int:
        """The row at a height, or -1."""
        line = int((y - self.axis_height + self.scrolled) // self.line_height)
        if y < self.axis_height or not 0 <= line < len(self.lines):
            return -1
        found = self.lines[line]
        return found if isinstance(found, int) else -1

    def x_of(self, time: float) -> float:
        return self.plot.left() + self.axis.share_of(time) * self.plot.width()

    def time_at(self, x: float) -> float:
        return self.axis.time_at(self.share_at(x))

    def share_at(self, x: float) -> float:
        return (x - self.plot.left()) / self.plot.width()


class Brush:
    """Paints a picture in a palette's colours."""

    def __init__(self, painter: QPainter, picture: Picture, palette: QPalette) -> None:
        self._painter, self._picture, self._palette = painter, picture, palette
        painter.setFont(picture.font)

    def say(self, sentence: str) -> None:
        """Write a sentence into the middle."""
        self._painter.setPen(self._color(QPalette.ColorRole.Text, 0.6))
        room = QRectF(0, 0, self._picture.size.width(), self._picture.size.height())
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        self._painter.drawText(room.adjusted(_PAD, _PAD, -_PAD, -_PAD), _flags(flags), sentence)

    def paint(self, marks: Sequence[float], current: tuple[int, int]) -> None:
        """Paint axis, rows and marks.

        Args:
            current: A row and an interval of it to point out; -1 for none.
        """
        self._paint_axis()
        self._painter.save()
        self._painter.setClipRect(self._room_of_rows())
        self._paint_band(marks)
        for line, what in enumerate(self._picture.lines):
            rect = self._picture.line_rect(line)
            if not rect.intersects(self._room_of_rows()):
                continue
            if isinstance(what, str):
                self._paint_heading(rect, what)
            else:
                self._paint_row(rect, what, current)
        self._painter.restore()
        self._paint_marks(marks)

    def _paint_axis(self) -> None:
        picture, plot = self._picture, self._picture.plot
        height = picture.metrics.height()
        label = picture.metrics.horizontalAdvance("00:00") + 4 * _PAD
        previous = plot.left() - label
        for tick in picture.axis.ticks(int(plot.width() // label)):
            x = picture.x_of(tick.time)
            self._painter.setPen(self._color(QPalette.ColorRole.Text, _GRID_OPACITY))
            self._painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))
            width = picture.metrics.horizontalAdvance(tick.text)
            left = min(max(x - width / 2, plot.left()), plot.right() - width)
            if left < previous:
                continue
            previous = left + width + _PAD
            self._painter.setPen(self._color(QPalette.ColorRole.Text))
            rect = QRectF(left, height, width + 1, height)
            self._painter.drawText(rect, _flags(Qt.AlignmentFlag.AlignLeft), tick.text)
        self._painter.setPen(self._color(QPalette.ColorRole.Text, 0.7))
        first = QRectF(plot.left(), 0, plot.width(), height)
        self._painter.drawText(first, _flags(Qt.AlignmentFlag.AlignLeft), picture.axis.date())
        self._painter.drawText(first, _flags(Qt.AlignmentFlag.AlignRight), "UTC")

    def _paint_heading(self, rect: QRectF, title: str) -> None:
        bold = QFont(self._picture.font)
        bold.setBold(True)
        self._painter.setFont(bold)
        self._painter.setPen(self._color(QPalette.ColorRole.Text))
        room = rect.adjusted(_PAD, 0, -_PAD, 0)
        self._painter.drawText(room, _flags(Qt.AlignmentFlag.AlignVCenter), title)
        self._painter.setFont(self._picture.font)

    def _paint_row(self, rect: QRectF, number: int, current: tuple[int, int]) -> None:
        picture, row = self._picture, self._picture.rows[number]
        if number == current[0]:
            fill = self._color(QPalette.ColorRole.Highlight, _BAND_OPACITY)
            self._painter.fillRect(rect, fill)
        room = QRectF(_PAD, rect.top(), picture.plot.left() - 2 * _PAD, rect.height())
        name = picture.metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, room.width())
        self._painter.setPen(self._color(QPalette.ColorRole.Text))
        self._painter.drawText(room, _flags(Qt.AlignmentFlag.AlignVCenter), name)
        self._paint_bars(rect.adjusted(0, _PAD, 0, -_PAD), row)
        if number == current[0] and current[1] >= 0:
            self._paint_frame(rect, row.span(current[1]))

    def _paint_bars(self, rect: QRectF, row: Row) -> None:
        plot, axis = self._picture.plot, self._picture.axis
        scale = self._painter.device().devicePixelRatioF()
        columns = max(int(plot.width() * scale), 1)
        edges = np.linspace(axis.start, axis.stop, columns + 1)
        for first, after, level in row.pieces(edges):
            opacity = _LEAST_OPACITY + (1 - _LEAST_OPACITY) * (level - 1) / (FULL - 1)
            bar = QRectF(
                plot.left() + first / scale, rect.top(), (after - first) / scale, rect.height()
            )
            self._painter.fillRect(bar, self._color(QPalette.ColorRole.Highlight, opacity))

    def _paint_frame(self, rect: QRectF, span: tuple[float, float]) -> None:
        picture = self._picture
        left, right = (picture.x_of(time) for time in span)
        left, right = max(left, picture.plot.left()), min(right, picture.plot.right())
        self._painter.setPen(QPen(self._color(QPalette.ColorRole.Text), 1.5))
        self._painter.drawRect(
            QRectF(left - 1, rect.top() + 2, right - left + 2, rect.height() - 4)
        )

    def _paint_band(self, marks: Sequence[float]) -> None:
        if len(marks) > 1:
            left, right = (self._held(self._picture.x_of(time)) for time in (marks[0], marks[-1]))
            plot = self._picture.plot
            fill = self._color(QPalette.ColorRole.Text, _BAND_OPACITY)
            self._painter.fillRect(QRectF(left, plot.top(), right - left, plot.height()), fill)

    def _paint_marks(self, marks: Sequence[float]) -> None:
        plot = self._picture.plot
        self._painter.setPen(QPen(self._color(QPalette.ColorRole.Text), 1.5, Qt.PenStyle.DashLine))
        for x in (self._picture.x_of(time) for time in marks):
            if plot.left() <= x <= plot.right():
                self._painter.drawLine(QPointF(x, plot.top()), QPointF(x, plot.bottom()))

    def _held(self, x: float) -> float:
        return min(max(x, self._picture.plot.left()), self._picture.plot.right())

    def _room_of_rows(self) -> QRectF:
        size, top = self._picture.size, self._picture.axis_height
        return QRectF(0, top, size.width(), size.height() - top)

    def _color(self, role: QPalette.ColorRole, opacity: float = 1.0) -> QColor:
        color = QColor(self._palette.color(role))
        color.setAlphaF(opacity)
        return color


def _flags(flags: Qt.AlignmentFlag) -> int:
    """The number that drawText() wants; PyQt6's enums are no numbers."""
    return int(getattr(flags, "value", flags))
