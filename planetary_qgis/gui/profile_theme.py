"""Colours of the profile plot, on light and dark windows and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgis.PyQt.QtGui import QColor, QPalette

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DARK = 128
# Okabe & Ito 2008: told apart by colour-blind readers.
_ON_LIGHT = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_ON_DARK = ("#56b4e9", "#e69f00", "#33c79a", "#e39ac6", "#f0e442", "#d55e00")


@dataclass(frozen=True)
class Theme:
    """Colours as matplotlib reads them."""

    background: str
    text: str
    faint: str
    grid: str
    curves: tuple[str, ...]

    def apply(self, axes: Axes, size: float) -> None:
        """Dress axes; letters in points."""
        axes.set_facecolor(self.background)
        axes.tick_params(colors=self.text, labelsize=size, length=3)
        for name, spine in axes.spines.items():
            spine.set_color(self.faint)
            spine.set_visible(name in ("left", "bottom"))
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set_color(self.text)


PRINT = Theme("#ffffff", "#1a1a1a", "#606060", "#e2e2e2", _ON_LIGHT)


def theme_of(palette: QPalette) -> Theme:
    """The theme of a window with this palette."""
    base = palette.color(QPalette.ColorRole.Base)
    text = palette.color(QPalette.ColorRole.Text)
    return Theme(
        base.name(),
        text.name(),
        _mixed(text, base, 0.65),
        _mixed(text, base, 0.15),
        _ON_DARK if base.lightness() < _DARK else _ON_LIGHT,
    )


def _mixed(a: QColor, b: QColor, share: float) -> str:
    parts = zip((a.red(), a.green(), a.blue()), (b.red(), b.green(), b.blue()))
    return QColor(*(round(share * one + (1.0 - share) * other) for one, other in parts)).name()
