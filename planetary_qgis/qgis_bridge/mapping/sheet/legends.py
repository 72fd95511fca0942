"""Legends of a map's lines, points and patterns: QGIS's own, cut to what is on the map."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qgis.core import (
    QgsLayerTree,
    QgsLayerTreeLayer,
    QgsLayerTreeModel,
    QgsLayoutItemLegend,
    QgsLegendRenderer,
    QgsLegendSettings,
    QgsLegendStyle,
    QgsMapLayerLegendUtils,
    QgsPrintLayout,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSizeF

from planetary_qgis.core.mapping.sheet.flow import Piece
from planetary_qgis.core.mapping.sheet.options import Look
from planetary_qgis.core.mapping.sheet.text import wrapped
from planetary_qgis.core.mapping.sheet.units import heading_pieces
from planetary_qgis.qgis_bridge.mapping.sheet.fonts import write_in_sheet_font

_AT_ONCE = 10
"""Kinds in one legend item: it stands whole in a column."""
_SYMBOL_WIDTH, _SYMBOL_HEIGHT = 4.6, 2.0
_SPACE = 0.4
_HAIR = 0.2


@dataclass(frozen=True)
class LegendPart:
    """Some kinds of features of a layer, by their places in the layer's whole legend."""

    layer: QgsVectorLayer
    kinds: tuple[int, ...]
    labels: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"{self.layer.id()}:{self.kinds[0]}"


def legend_parts(layers: Sequence[QgsVectorLayer]) -> list[LegendPart]:
    """What of these layers' legends is on the map, in parts that stand whole in a column."""
    parts = []
    for layer in layers:
        found = list(_kinds_used(layer))
        for begin in range(0, len(found), _AT_ONCE):
            some = found[begin : begin + _AT_ONCE]
            parts.append(
                LegendPart(layer, tuple(kind for kind, _ in some), tuple(text for _, text in some))
            )
    return parts


def legend_pieces(parts: Sequence[LegendPart], look: Look) -> list[Piece]:
    """The parts as pieces of columns, a heading over the first of each layer."""
    pieces: list[Piece] = []
    seen: set[str] = set()
    for part in parts:
        if part.layer.id() not in seen:
            seen.add(part.layer.id())
            pieces.extend(heading_pieces(part.layer.name(), look))
        height = _measured(part, look).height() + _HAIR
        pieces.append(Piece(height, before=_SPACE * look.size, item=part.key))
    return pieces


def add_legend(layout: QgsPrintLayout, part: LegendPart, look: Look) -> QgsLayoutItemLegend:
    """The item of a part, as large as its piece."""
    legend = QgsLayoutItemLegend(layout)
    layout.addLayoutItem(legend)
    legend.setAutoUpdateModel(False)
    root = legend.model().rootGroup()
    root.clear()
    _add_kinds(root, part, look)
    for node in root.findLayers():
        legend.model().refreshLayerLegend(node)
    legend.setTitle("")
    legend.setBoxSpace(0.0)
    legend.setSymbolWidth(_SYMBOL_WIDTH * look.size)
    legend.setSymbolHeight(_SYMBOL_HEIGHT * look.size)
    legend.setWrapString("\n")
    for style, style_of in _styles(look).items():
        legend.setStyle(style, style_of)
    legend.setResizeToContents(False)
    return legend


def _kinds_used(layer: QgsVectorLayer) -> Iterator[tuple[int, str]]:
    """Places in a layer's legend, and labels, of the kinds that features have."""
    renderer = layer.renderer().clone() if layer.renderer() is not None else None
    if renderer is None:
        return
    context = QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    used: set[str] = set()
    there = False
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        used |= set(renderer.legendKeysForFeature(feature, context))
        there = True
    renderer.stopRender(context)
    for number, kind in enumerate(renderer.legendSymbolItems()):
        if kind.ruleKey() in used or (there and not kind.ruleKey()):
            yield number, kind.label() or layer.name()


def _measured(part: LegendPart, look: Look) -> QSizeF:
    """Millimetres that the legend of a part takes."""
    root = QgsLayerTree()
    _add_kinds(root, part, look)
    model = QgsLayerTreeModel(root)
    for node in root.findLayers():
        model.refreshLayerLegend(node)
    settings = QgsLegendSettings()
    settings.setBoxSpace(0.0)
    settings.setTitle("")
    settings.setWrapChar("\n")
    settings.setSymbolSize(QSizeF(_SYMBOL_WIDTH * look.size, _SYMBOL_HEIGHT * look.size))
    for style, style_of in _styles(look).items():
        settings.setStyle(style, style_of)
    return QgsLegendRenderer(model, settings).minimumSize(_print_context())


def _print_context() -> QgsRenderContext:
    context = QgsRenderContext()
    context.setScaleFactor(300.0 / 25.4)
    return context


def _add_kinds(root: QgsLayerTree, part: LegendPart, look: Look) -> None:
    node = root.addLayer(part.layer)
    QgsMapLayerLegendUtils.setLegendNodeOrder(node, list(part.kinds))
    width = look.column - (_SYMBOL_WIDTH + 1.2) * look.size
    for kind, label in zip(part.kinds, part.labels):
        lines = wrapped(label, width, look.size, look.sizes)
        QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, kind, "\n".join(lines))
    _hide_title(node)


def _hide_title(node: QgsLayerTreeLayer) -> None:
    QgsLegendRenderer.setNodeLegendStyle(node, QgsLegendStyle.Style.Hidden)
    node.setCustomProperty("legend/title-label", " ")


def _styles(look: Look) -> dict[QgsLegendStyle.Style, QgsLegendStyle]:
    found = {}
    for name in ("Title", "Group", "Subgroup", "Symbol", "SymbolLabel"):
        style = QgsLegendStyle()
        write_in_sheet_font(style, look.points)
        for side in ("Top", "Bottom", "Left", "Right"):
            style.setMargin(getattr(QgsLegendStyle.Side, side), 0.0)
        if name == "Symbol":
            style.setMargin(QgsLegendStyle.Side.Top, _SPACE * look.size)
        if name == "SymbolLabel":
            style.setMargin(QgsLegendStyle.Side.Left, 0.9 * look.size)
        found[getattr(QgsLegendStyle.Style, name)] = style
    return found
