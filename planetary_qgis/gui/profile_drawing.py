"""A profile drawn on a figure of matplotlib: import it late."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.rasters.profiles import Curve, Profile, places_of_parts
from planetary_qgis.gui.profile_texts import axis_label, exaggeration_text
from planetary_qgis.gui.profile_theme import Theme

_KILOMETRES_FROM_M = 5000.0
_MOST_AXES = 2
_LEAST_PLACES_SHOWN = 4
_LONGEST_NAME = 28
_LEGEND_COLUMNS = 4
_WIDE_INCHES = 5.5
_FEW_COLUMNS = 2
_ROOM = 0.06
_LEAST_LETTERS = 6.0
NOWHERE = -1


class ProfileDrawing:
    """Curves over the distance along the line, those of different kinds on an axis each.

    Args:
        letters: Their size in points.
    """

    def __init__(self, figure: Figure, profile: Profile, theme: Theme, letters: float) -> None:
        self._figure = figure
        self._profile = profile
        self._theme = theme
        self._letters = max(letters, _LEAST_LETTERS)
        self._metres_a_unit = 1000.0 if profile.length_m >= _KILOMETRES_FROM_M else 1.0
        self._distances = profile.track.distance_m / self._metres_a_unit
        # Heights first: theirs is the axis whose exaggeration is told.
        kinds = sorted(dict.fromkeys(map(_kind, profile.curves)), key=lambda kind: not kind[1])
        self._kinds = kinds[:_MOST_AXES]
        self.axes = self._make_axes()
        self._lines = self._draw_curves()
        self._name_curves()
        self._said = self.axes[0].text(
            *(0.99, 0.02, ""),
            transform=self.axes[0].transAxes,
            ha="right",
            fontsize=self._letters,
            color=theme.faint,
        )
        self._upright = self.axes[0].axvline(0.0, color=theme.text, lw=0.8, animated=True)
        self._dots = self._make_dots()
        self.show_all()

    @property
    def span(self) -> tuple[float, float]:
        """What part of the line is shown, as the axis counts it."""
        return self.axes[0].get_xlim()

    def place_at(self, distance: float) -> int:
        """The number of the place nearest to a distance as the axis counts it."""
        return self._profile.nearest(distance * self._metres_a_unit)

    def undrawn(self) -> list[Curve]:
        """Curves of a third kind, for which there is no axis."""
        return [curve for curve in self._profile.curves if _kind(curve) not in self._kinds]

    def show_all(self) -> None:
        self.show_span(0.0, float(self._distances[-1]))

    def show_span(self, left: float, right: float) -> None:
        """Show this part of the line, and just the values that are there."""
        whole = float(self._distances[-1])
        least = _LEAST_PLACES_SHOWN * self._profile.spacing_m / self._metres_a_unit
        width = min(max(right - left, least), whole)
        left = float(np.clip(left, 0.0, whole - width))
        self.axes[0].set_xlim(left, left + width)
        seen = (self._distances >= left) & (self._distances <= left + width)
        for axes, kind in zip(self.axes, self._kinds):
            values = np.concatenate([curve.values[seen] for curve in self._curves_of(kind)])
            known = values[np.isfinite(values)]
            if len(known):
                low, high = float(known.min()), float(known.max())
                room = ((high - low) or max(abs(high), 1.0)) * _ROOM
                axes.set_ylim(low - room, high + room)

    def says_exaggeration(self) -> bool:
        """Whether the drawing has to be drawn again, as it says another exaggeration now."""
        text = exaggeration_text(self._exaggeration())
        if text == self._said.get_text():
            return False
        self._said.set_text(text)
        return True

    def paint_cursor(self, place: int) -> None:
        """Draw the cursor over what is drawn already."""
        if place == NOWHERE:
            return
        x = self._distances[place]
        self._upright.set_xdata([x, x])
        self.axes[0].draw_artist(self._upright)
        for curve, dot in self._dots:
            dot.set_data([x], [curve.values[place]])
            dot.axes.draw_artist(dot)

    def _curves_of(self, kind: tuple) -> list[Curve]:
        return [curve for curve in self._profile.curves if _kind(curve) == kind]

    def _drawn(self) -> list[tuple[Curve, str, Axes]]:
        """Curves that have an axis, each with its colour and axis."""
        return [
            (curve, self._colour_of(curve), self.axes[self._kinds.index(_kind(curve))])
            for curve in self._profile.curves
            if _kind(curve) in self._kinds
        ]

    def _colour_of(self, curve: Curve) -> str:
        numbers = [number for number, own in enumerate(self._profile.curves) if own is curve]
        return self._theme.curves[numbers[0] % len(self._theme.curves)]

    def _make_axes(self) -> list[Axes]:
        first = self._figure.add_subplot()
        made = [first, *([first.twinx()] if len(self._kinds) > 1 else [])]
        for axes, kind in zip(made, self._kinds):
            self._theme.apply(axes, self._letters)
            curves = self._curves_of(kind)
            name = _short(curves[0]) if len(curves) == 1 else _tr("Value")
            axes.set_ylabel(axis_label(name, curves[0].unit), fontsize=self._letters)
            if len(made) > 1 and len(curves) == 1:
                axes.yaxis.label.set_color(self._colour_of(curves[0]))
        made[-1].spines["right"].set_visible(len(made) > 1)
        unit = "km" if self._metres_a_unit > 1.0 else "m"
        first.set_xlabel(axis_label(_tr("Distance"), unit), fontsize=self._letters)
        first.grid(visible=True, color=self._theme.grid, linewidth=0.6)
        return made

    def _draw_curves(self) -> list[list[Line2D]]:
        parts = places_of_parts(self._profile.track)
        return [
            [
                axes.plot(self._distances[part], curve.values[part], color=colour, lw=1.3)[0]
                for part in parts
            ]
            for curve, colour, axes in self._drawn()
        ]

    def _name_curves(self) -> None:
        """A legend of several curves; a single one, which its axis names, is filled instead."""
        if len(self._lines) == 1:
            for line in self._lines[0]:
                x, y = line.get_data()
                low = float(np.nanmin(y)) if np.isfinite(y).any() else 0.0
                high = float(np.nanmax(y)) if np.isfinite(y).any() else 0.0
                bottom = low - (high - low) - 1.0
                self.axes[0].fill_between(x, y, bottom, color=line.get_color(), alpha=0.15, lw=0)
            return
        wide = self._figure.get_figwidth() > _WIDE_INCHES
        self.axes[0].legend(
            [lines[0] for lines in self._lines],
            [_short(curve) for curve, _, _ in self._drawn()],
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncol=_LEGEND_COLUMNS if wide else _FEW_COLUMNS,
            fontsize=self._letters,
            frameon=False,
            labelcolor=self._theme.text,
            borderaxespad=0.2,
            handlelength=1.4,
            columnspacing=1.2,
        )

    def _make_dots(self) -> list[tuple[Curve, Line2D]]:
        rim = self._theme.background
        return [
            (curve, axes.plot([], [], "o", ms=5, color=colour, mec=rim, animated=True)[0])
            for curve, colour, axes in self._drawn()
        ]

    def _exaggeration(self) -> float | None:
        """How many times heights are drawn larger than distances; None where none are heights."""
        metres = self._curves_of(self._kinds[0])[0].metres
        (left, right), (low, high) = self.axes[0].get_xlim(), self.axes[0].get_ylim()
        box = self.axes[0].get_window_extent()
        if metres is None or not (box.width > 0 and box.height > 0 and high > low):
            return None
        metres_along = (right - left) * self._metres_a_unit / box.width
        return float(metres_along / ((high - low) * metres / box.height))


def _kind(curve: Curve) -> tuple[str, bool]:
    """What curves share that share an axis."""
    return curve.unit, curve.metres is not None


def _short(curve: Curve) -> str:
    name = curve.name
    # A leading underscore would hide it from legends.
    name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
    return name.lstrip("_") or "–"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ProfileDrawing", text)
