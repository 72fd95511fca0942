"""What kernels cover, as bars on a time axis that mouse and keyboard explore."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from qgis.PyQt.QtCore import QEvent, QPointF, QSize, Qt, pyqtSignal
from qgis.PyQt.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from qgis.PyQt.QtWidgets import QAbstractScrollArea, QSizePolicy, QToolTip, QWidget

from planetary_qgis.gui.coverage_axis import Axis, axis_over
from planetary_qgis.gui.coverage_picture import Brush, Picture
from planetary_qgis.gui.coverage_rows import Row, leading_extent, whole_extent
from planetary_qgis.gui.coverage_sentences import gap_sentence, interval_sentence, row_sentence

_SLACK_PIXELS = 4
_NOTCH = 120
_ZOOM_A_NOTCH = 0.8
_ROOM_AROUND = 8
_ROWS_SHOWN = 7
_FEWEST_ROWS = 3
_NARROWEST = 160
_NONE = (-1, -1)


class CoverageChart(QAbstractScrollArea):
    """A row an object, a bar an interval; gaps stay empty.

    The wheel zooms, dragging moves; a double click or Enter takes an interval's span. Arrow keys go
    from row to row and from interval to interval, + and - zoom, Page keys move, Home shows all.

    `span_chosen` tells begin and end of an interval in seconds of UTC since 1970; `pointed` a
    sentence about what mouse or keyboard point at.
    """

    span_chosen = pyqtSignal(float, float)
    pointed = pyqtSignal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = ()
        self._axis: Axis | None = None
        self._limits: Axis | None = None
        self._marks: tuple[float, ...] = ()
        self._current = _NONE
        self._grabbed: float | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.viewport().setMouseTracking(True)
        self.setAccessibleName(self.tr("Coverage of the kernels"))
        self.setAccessibleDescription(self._invitation())

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these objects, on the times of those that lead."""
        self._rows, self._current = tuple(rows), _NONE
        extent = whole_extent(rows)
        self._limits = axis_over(extent) if extent else None
        self.show_all()
        self._fit_scroll_bar()
        said = "\n".join(row_sentence(row) for row in rows)
        self.setAccessibleDescription(said or self._invitation())

    def show_all(self) -> None:
        """Turn to the times of the rows that lead."""
        extent = leading_extent(self._rows)
        self._axis = axis_over(extent) if extent else None
        self.viewport().update()

    def mark(self, *times: float) -> None:
        """Mark moments by vertical lines, what is between the first and the last by a band."""
        self._marks = times
        self.viewport().update()

    def picture(self) -> Picture:
        """Where everything is now, in the viewport."""
        scrolled = float(self.verticalScrollBar().value())
        return Picture(self._rows, self._axis, self.viewport().size(), scrolled, self.font())

    def sentence_at(self, place: QPointF) -> str:
        """What is under a place of the viewport: an interval, a gap, or the object itself."""
        number, index = self._found_at(place)
        if number < 0:
            return ""
        row, picture = self._rows[number], self.picture()
        if index >= 0:
            return interval_sentence(row, index)
        gap = row.gap_at(picture.time_at(place.x())) if picture.plot.contains(place) else None
        return gap_sentence(row, gap) if gap else row_sentence(row)

    def sizeHint(self) -> QSize:
        return self._size_of(_ROWS_SHOWN, 2 * _NARROWEST)

    def minimumSizeHint(self) -> QSize:
        return self._size_of(_FEWEST_ROWS, _NARROWEST)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        brush = Brush(painter, self.picture(), self.palette())
        if self._axis is None:
            brush.say(self._invitation())
        else:
            brush.paint(self._marks, self._current if self.hasFocus() else _NONE)
        painter.end()

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        self._fit_scroll_bar()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_scroll_bar()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:
        self.viewport().update()

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        place, picture = QPointF(event.position()), self.picture()
        if self._axis is None or not picture.plot.contains(place):
            super().wheelEvent(event)
            return
        notches = event.angleDelta().y() / _NOTCH
        self._zoom(_ZOOM_A_NOTCH**notches, picture.share_at(place.x()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._axis is None:
            return
        place = QPointF(event.pos())
        self._current = self._found_at(place)
        self._grabbed = place.x() if self.picture().plot.contains(place) else None
        self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed is None:
            self.pointed.emit(self.sentence_at(QPointF(event.pos())))
            return
        self._move((self._grabbed - event.pos().x()) / self.picture().plot.width())
        self._grabbed = float(event.pos().x())
        self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._grabbed = None
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._take(self._found_at(QPointF(event.pos())))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.sentence_at(QPointF(event.pos())), self)
            return True
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit("")
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = self._keys().get(event.key())
        if act is None or self._axis is None:
            super().keyPressEvent(event)
            return
        act()

    def _keys(self) -> dict[int, Callable[[], None]]:
        key = Qt.Key
        return {
            key.Key_Up: lambda: self._step_row(-1),
            key.Key_Down: lambda: self._step_row(1),
            key.Key_Left: lambda: self._step_interval(-1),
            key.Key_Right: lambda: self._step_interval(1),
            key.Key_PageUp: lambda: self._move(-0.5),
            key.Key_PageDown: lambda: self._move(0.5),
            key.Key_Plus: lambda: self._zoom(0.5, self._share_of_current()),
            key.Key_Minus: lambda: self._zoom(2.0, self._share_of_current()),
            key.Key_Home: self.show_all,
            key.Key_Return: lambda: self._take(self._current),
            key.Key_Enter: lambda: self._take(self._current),
        }

    def _found_at(self, place: QPointF) -> tuple[int, int]:
        """Row and interval at a place; -1 for none."""
        picture = self.picture()
        number = picture.row_at(place.y()) if self._axis is not None else -1
        if number < 0 or not picture.plot.contains(place):
            return number, -1
        slack = _SLACK_PIXELS / picture.plot.width() * self._axis.length
        index = self._rows[number].index_at(picture.time_at(place.x()), slack)
        return number, -1 if index is None else index

    def _take(self, found: tuple[int, int]) -> None:
        if found[1] >= 0:
            self.span_chosen.emit(*self._rows[found[0]].span(found[1]))

    def _zoom(self, factor: float, share: float) -> None:
        self._axis = self._axis.zoomed(factor, share, self._limits)
        self.viewport().update()

    def _move(self, share: float) -> None:
        self._axis = self._axis.moved(share, self._limits)
        self.viewport().update()

    def _step_row(self, by: int) -> None:
        number = self._current[0] + by if self._current[0] >= 0 else 0
        self._go_to(min(max(number, 0), len(self._rows) - 1), -1)

    def _step_interval(self, by: int) -> None:
        """The next interval of the row; from nowhere, the next one from the middle of the axis."""
        number, index = max(self._current[0], 0), self._current[1]
        row = self._rows[number]
        if index < 0:
            after = int(np.searchsorted(row.intervals[:, 0], self._axis.time_at(0.5)))
            index = after - 1 if by > 0 else after
        self._go_to(number, min(max(index + by, 0), len(row) - 1))

    def _go_to(self, number: int, index: int) -> None:
        """Make a row and an interval of it current, bring them into sight, say what they are."""
        self._current, row, picture = (number, index), self._rows[number], self.picture()
        rect, bar = picture.row_rect(number), self.verticalScrollBar()
        above, below = rect.top() - picture.plot.top(), rect.bottom() - picture.plot.bottom()
        bar.setValue(bar.value() + round(min(above, 0.0) or max(below, 0.0)))
        if index >= 0:
            self._axis = self._axis.showing(row.span(index), self._limits)
        said = interval_sentence(row, index) if index >= 0 else row_sentence(row)
        self.setAccessibleDescription(said)
        self.pointed.emit(said)
        self.viewport().update()

    def _share_of_current(self) -> float:
        """Where the current interval's middle is; the axis's own where there is none in sight."""
        number, index = self._current
        if index < 0:
            return 0.5
        share = self._axis.share_of(sum(self._rows[number].span(index)) / 2)
        return share if 0 <= share <= 1 else 0.5

    def _fit_scroll_bar(self) -> None:
        picture, bar = self.picture(), self.verticalScrollBar()
        bar.setRange(0, round(picture.hidden_height))
        bar.setSingleStep(round(picture.line_height))
        bar.setPageStep(max(round(picture.plot.height()), 1))

    def _size_of(self, rows: int, width: int) -> QSize:
        picture = self.picture()
        height = picture.axis_height + rows * picture.line_height + _ROOM_AROUND
        return QSize(width, round(height))

    def _invitation(self) -> str:
        return self.tr("Read the kernels to see when they know what.")
