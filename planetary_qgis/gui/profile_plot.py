"""The profile as a plot that mouse and keyboard explore. Imports matplotlib: import it late."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.backend_bases import MouseEvent
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from qgis.PyQt.QtCore import QEvent, Qt, pyqtSignal
from qgis.PyQt.QtGui import QFontInfo, QKeyEvent
from qgis.PyQt.QtWidgets import QSizePolicy, QWidget

from planetary_qgis.core.rasters.profiles import Curve, Profile
from planetary_qgis.gui.profile_drawing import NOWHERE, ProfileDrawing
from planetary_qgis.gui.profile_theme import PRINT, Theme, theme_of

_ZOOM_A_NOTCH = 0.8
_PICTURE_DPI = 200
_PICTURE_INCHES = (8.0, 3.6)
_PICTURE_LETTERS = 9.0
_LETTERS = 0.85
_LEAST_SIZE = (200, 150)
_LEFT_BUTTON = 1
_HAIR_PIXELS = 0.01


class ProfilePlot(FigureCanvasQTAgg):
    """Curves over the distance along the line, with a cursor.

    The wheel zooms, dragging moves, a double click or Home shows all; arrow keys move the cursor.
    `pointed` tells the number of a place, -1 for none.
    """

    pointed = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._profile: Profile | None = None
        self._drawing: ProfileDrawing | None = None
        self._drawn_once = None
        self._place = NOWHERE
        self._grabbed: float | None = None
        super().__init__(Figure(layout="constrained"))
        self.setParent(parent)
        self.setObjectName("profilePlot")
        self.setMinimumSize(*_LEAST_SIZE)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Profile"))
        for name, act in (
            ("draw_event", self._after_drawing),
            ("motion_notify_event", self._on_move),
            ("figure_leave_event", lambda _event: self.point_at(NOWHERE)),
            ("scroll_event", self._on_wheel),
            ("button_press_event", self._on_press),
            ("button_release_event", self._on_release),
        ):
            self.mpl_connect(name, act)
        self._build()

    def show_profile(self, profile: Profile | None) -> None:
        """Show this profile, all of it."""
        self._profile, self._place = profile, NOWHERE
        self._build()

    def point_at(self, place: int) -> None:
        """Move the cursor to a place; -1 takes it away."""
        if place == self._place or self._drawing is None:
            return
        self._place = place
        self.pointed.emit(place)
        if self._drawn_once is not None:
            self.restore_region(self._drawn_once)
            self._drawing.paint_cursor(place)
            self.update()

    def show_span(self, left: float, right: float) -> None:
        """Show a part of the line, as the axis counts it."""
        if self._drawing is not None:
            self._drawing.show_span(left, right)
            self.draw_idle()

    def show_all(self) -> None:
        if self._drawing is not None:
            self._drawing.show_all()
            self.draw_idle()

    def undrawn(self) -> list[Curve]:
        """Curves that are not plotted."""
        return [] if self._drawing is None else self._drawing.undrawn()

    def save(self, path: Path) -> None:
        """Write what is shown as a picture for paper, of the kind that the file's ending names.

        Raises:
            OSError, ValueError: The file cannot be written, or matplotlib does not know its kind.
        """
        figure = Figure(figsize=_PICTURE_INCHES, layout="constrained")
        drawing = _drawn(figure, self._profile, PRINT, _PICTURE_LETTERS)
        drawing.show_span(*self._drawing.span)
        figure.draw_without_rendering()
        drawing.says_exaggeration()
        picture = io.BytesIO()
        figure.savefig(picture, format=path.suffix.lstrip(".").lower() or "png", dpi=_PICTURE_DPI)
        unfinished = path.with_name(path.name + ".part")
        try:
            unfinished.write_bytes(picture.getvalue())
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise

    def resizeEvent(self, event: QEvent) -> None:
        super().resizeEvent(event)
        # Inches that come out a hair short leave a column of pixels that nobody has painted.
        inches = (self.figure.bbox.size + _HAIR_PIXELS) / self.figure.dpi
        self.figure.set_size_inches(*inches, forward=False)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange):
            span = None if self._drawing is None else self._drawing.span
            self._build(span)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() == Qt.Key.Key_Home:
            self.show_all()
        elif self._profile is not None and event.key() in steps:
            last = len(self._profile.track.lat) - 1
            self.point_at(int(np.clip(self._place + steps[event.key()], 0, last)))
        else:
            super().keyPressEvent(event)

    def _build(self, span: Sequence[float] | None = None) -> None:
        """Draw everything anew in the window's colours."""
        self.figure.clear()
        self._drawn_once, self._drawing = None, None
        theme = theme_of(self.palette())
        self.figure.set_facecolor(theme.background)
        if self._profile is not None:
            letters = QFontInfo(self.font()).pointSizeF() * _LETTERS
            self._drawing = _drawn(self.figure, self._profile, theme, letters)
            if span is not None:
                self._drawing.show_span(*span)
        self.draw_idle()

    def _after_drawing(self, _event: object) -> None:
        """Keep what is drawn, to put the cursor over it again and again."""
        self._drawn_once = self.copy_from_bbox(self.figure.bbox)
        if self._drawing is None:
            return
        if self._drawing.says_exaggeration():
            self.draw_idle()
        self._drawing.paint_cursor(self._place)

    def _on_move(self, event: MouseEvent) -> None:
        if self._drawing is None or event.inaxes is None:
            self.point_at(NOWHERE)
        elif self._grabbed is not None:
            left, right = self._drawing.span
            moved = self._grabbed - event.xdata
            self.show_span(left + moved, right + moved)
        else:
            self.point_at(self._drawing.place_at(event.xdata))

    def _on_press(self, event: MouseEvent) -> None:
        if event.dblclick:
            self.show_all()
        elif event.inaxes is not None and event.button == _LEFT_BUTTON:
            self._grabbed = event.xdata

    def _on_release(self, _event: object) -> None:
        self._grabbed = None

    def _on_wheel(self, event: MouseEvent) -> None:
        if self._drawing is None or event.inaxes is None:
            return
        factor, middle = _ZOOM_A_NOTCH**event.step, event.xdata
        left, right = self._drawing.span
        self.show_span(middle + (left - middle) * factor, middle + (right - middle) * factor)


def _drawn(figure: Figure, profile: Profile, theme: Theme, letters: float) -> ProfileDrawing:
    figure.set_facecolor(theme.background)
    return ProfileDrawing(figure, profile, theme, letters)
