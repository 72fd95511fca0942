"""Specs as QGIS symbols."""

from __future__ import annotations

from qgis.core import (
    QgsFillSymbol,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsMarkerLineSymbolLayer,
    QgsMarkerSymbol,
    QgsPointPatternFillSymbolLayer,
    QgsProperty,
    QgsSimpleLineSymbolLayer,
    QgsSymbol,
    QgsSymbolLayer,
)

from planetary_qgis.core.mapping.symbols import Ornament, Pattern, Stroke, SymbolSpec
from planetary_qgis.core.mapping.symbols.specs import BLACK
from planetary_qgis.qgis_bridge.mapping.symbols.figures import (
    marker_symbol,
    question_mark,
    with_layers,
)

_PLACEMENTS = {
    "interval": "interval",
    "centre": "centralpoint",
    "start": "firstvertex",
    "end": "lastvertex",
}
_QUERY_SPACING = 18.0
_QUERY_PHASE = 9.0
_QUERY_OFFSET = 1.5
_MOST_BESIDE = 1.3
"""Question marks stand to the right of the line: teeth and hachures are on its left."""


def symbol_from(spec: SymbolSpec) -> QgsSymbol:
    """A symbol."""
    if spec.kind == "point":
        return marker_symbol(spec.marks)
    if spec.kind == "area":
        return _fill(spec)
    return _line(spec)


def stroke_layer(stroke: Stroke) -> QgsSimpleLineSymbolLayer:
    """A line with flat ends: dashes are as long as they say."""
    return QgsSimpleLineSymbolLayer.create(
        {
            "line_color": stroke.colour,
            "line_width": str(stroke.width),
            "capstyle": "flat",
            "joinstyle": "round",
            "use_custom_dash": "1" if stroke.dash else "0",
            "customdash": dash_text(stroke.dash or (1.0, 1.0)),
            # QGIS counts offsets to the right.
            "offset": str(-stroke.offset),
        }
    )


def dash_text(dash: tuple[float, ...]) -> str:
    """Dashes as QGIS writes them."""
    return ";".join(f"{each:g}" for each in dash)


def turned_by(symbol: QgsSymbol, expression: str) -> None:
    """Turn a marker by what an expression says of a feature, in degrees clockwise."""
    if isinstance(symbol, QgsMarkerSymbol):
        symbol.setDataDefinedAngle(QgsProperty.fromExpression(expression))


def _line(spec: SymbolSpec) -> QgsSymbol:
    layers: list[QgsSymbolLayer] = [stroke_layer(each) for each in spec.strokes]
    layers += [_ornament_layer(each) for each in spec.ornaments]
    if spec.queried:
        layers.append(_query_layer(spec))
    symbol = with_layers(QgsLineSymbol(), layers)
    # A line cut off at the map's edge would have its middle and its ends elsewhere.
    is_placed_once = any(each.place != "interval" for each in spec.ornaments)
    symbol.setClipFeaturesToExtent(not is_placed_once)
    return symbol


def _ornament_layer(ornament: Ornament) -> QgsMarkerLineSymbolLayer:
    layer = QgsMarkerLineSymbolLayer.create(
        {
            "placement": _PLACEMENTS[ornament.place],
            "interval": str(ornament.spacing),
            "offset_along_line": str(ornament.phase),
            "rotate": "1",
        }
    )
    layer.setSubSymbol(marker_symbol(ornament.marks))
    return layer


def _query_layer(spec: SymbolSpec) -> QgsMarkerLineSymbolLayer:
    lowest = min((mark.y for each in spec.ornaments for mark in each.marks), default=0.0)
    beside = min(max(-lowest, 0.0), _MOST_BESIDE)
    layer = QgsMarkerLineSymbolLayer.create(
        {
            "placement": "interval",
            "interval": str(_QUERY_SPACING),
            "offset_along_line": str(_QUERY_PHASE),
            "offset": str(_QUERY_OFFSET + beside),
            "rotate": "0",
        }
    )
    layer.setSubSymbol(question_mark(_colour_of(spec)))
    return layer


def _colour_of(spec: SymbolSpec) -> str:
    return spec.strokes[0].colour if spec.strokes else BLACK


def _fill(spec: SymbolSpec) -> QgsSymbol:
    layers: list[QgsSymbolLayer] = [_pattern_layer(each) for each in spec.patterns]
    layers += [stroke_layer(each) for each in spec.strokes]
    return with_layers(QgsFillSymbol(), layers)


def _pattern_layer(pattern: Pattern) -> QgsSymbolLayer:
    if not pattern.marks:
        layer = QgsLinePatternFillSymbolLayer.create(
            {"angle": str(pattern.angle), "distance": str(pattern.up)}
        )
        line = Stroke(pattern.line, pattern.colour, pattern.dash)
        layer.setSubSymbol(with_layers(QgsLineSymbol(), [stroke_layer(line)]))
        return layer
    layer = QgsPointPatternFillSymbolLayer.create(
        {
            "distance_x": str(pattern.across),
            "distance_y": str(pattern.up),
            "displacement_x": str(pattern.across / 2.0),
        }
    )
    layer.setSubSymbol(marker_symbol(pattern.marks))
    return layer
