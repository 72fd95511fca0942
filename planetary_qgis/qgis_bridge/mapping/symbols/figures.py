"""Figures of points and ornaments as symbol layers."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable

from qgis.core import (
    QgsEllipseSymbolLayer,
    QgsMarkerSymbol,
    QgsSimpleMarkerSymbolLayer,
    QgsSvgMarkerSymbolLayer,
    QgsSymbol,
    QgsSymbolLayer,
)

from planetary_qgis.core.mapping.symbols import Mark

_SHAPES = {"square": "rectangle", "arrow_head": "triangle", "half_circle": "semi_circle"}
"""Names of shapes that may be wider than high, where QGIS has other names."""
_EVEN_SHAPES = {"plus": "cross_fill", "cross": "cross2", "star": "star"}
"""The same for those that may not."""
_WITHOUT_INSIDE = {"segment", "cross", "half_arc"}

# As a picture within the symbol: fonts differ from machine to machine, and files get lost.
_QUESTION_MARK = b"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 16"
 width="10" height="16"><path d="M2 5 A3 3 0 1 1 6.6 7.5 C5.3 8.3 5 9 5 11" fill="none"
 stroke="param(fill) #000" stroke-width="1.7"/>
<circle cx="5" cy="14.2" r="1.2" fill="param(fill) #000"/></svg>"""
_QUESTION_MARK_WIDTH = 1.2


def marker_symbol(marks: Iterable[Mark]) -> QgsSymbol:
    """A marker that consists of figures, the first at the bottom."""
    return with_layers(QgsMarkerSymbol(), [_figure(mark) for mark in marks])


def question_mark(colour: str) -> QgsSymbol:
    """An upright question mark."""
    picture = "base64:" + base64.b64encode(_QUESTION_MARK).decode("ascii")
    layer = QgsSvgMarkerSymbolLayer.create(
        {"name": picture, "size": str(_QUESTION_MARK_WIDTH), "color": colour, "outline_width": "0"}
    )
    return with_layers(QgsMarkerSymbol(), [layer])


def with_layers(symbol: QgsSymbol, layers: Iterable[QgsSymbolLayer]) -> QgsSymbol:
    """A new symbol with these layers in place of its own one.

    Layers handed over as a list to a symbol's constructor are freed twice in QGIS 3.22.
    """
    for layer in layers:
        symbol.appendSymbolLayer(layer)
    if symbol.symbolLayerCount() > 1:
        symbol.deleteSymbolLayer(0)
    return symbol


def _figure(mark: Mark) -> QgsSymbolLayer:
    style = {**_colours(mark), **_place(mark)}
    if mark.shape == "segment":
        return QgsSimpleMarkerSymbolLayer.create(
            {**style, "name": "line", "size": str(mark.height), "cap_style": "flat"}
        )
    if mark.shape in _EVEN_SHAPES:
        even = {"name": _EVEN_SHAPES[mark.shape], "size": str(mark.width)}
        return QgsSimpleMarkerSymbolLayer.create({**style, **even})
    return QgsEllipseSymbolLayer.create(
        {
            **style,
            "symbol_name": _SHAPES.get(mark.shape, mark.shape),
            "symbol_width": str(mark.width),
            "symbol_height": str(mark.height),
        }
    )


def _colours(mark: Mark) -> dict[str, str]:
    inside = mark.fill or mark.colour
    is_open = mark.shape in _WITHOUT_INSIDE or not mark.filled
    return {
        "color": "0,0,0,0" if is_open else inside,
        "outline_color": mark.colour,
        "outline_style": "solid" if mark.line else "no",
        "outline_width": str(mark.line),
        "joinstyle": "miter",
    }


def _place(mark: Mark) -> dict[str, str]:
    """Offset and angle: QGIS counts y downwards, and turns the offset with the figure."""
    x, y, angle = mark.x, -mark.y, mark.angle
    if mark.shape == "arrow_head":
        x, angle = x - mark.height / 2.0, angle + 90.0
    back = math.radians(-angle)
    along = x * math.cos(back) - y * math.sin(back)
    down = x * math.sin(back) + y * math.cos(back)
    return {"offset": f"{along:.6g},{down:.6g}", "angle": f"{angle:.6g}"}
