"""Layers of lines, points and patterns styled for what they hold now, as legends need it.

The template's style has one kind a type of feature until features are there; only then does it
tell certainties apart. A style that the mapper has touched stays as it is.
"""

from __future__ import annotations

import hashlib

from qgis.core import QgsFeatureRenderer, QgsRenderContext, QgsSymbol, QgsVectorLayer

from planetary_qgis.qgis_bridge.mapping.map_symbols import style_map_layer

_WORN = "planetary_qgis/features_style"
_KINDS = ("Point", "LineString", "MultiPolygon")


def refresh_style(layer: QgsVectorLayer, name: str) -> bool:
    """Style a layer of the template for what it holds; False where the style is the mapper's own.

    What was put on last is remembered with the layer.
    """
    now, fresh = _fingerprint(layer.renderer()), _fresh(layer, name)
    if now not in (layer.customProperty(_WORN, ""), _fingerprint(fresh.renderer())):
        return False
    style_map_layer(layer, name)
    layer.setCustomProperty(_WORN, _fingerprint(layer.renderer()))
    layer.emitStyleChanged()
    return True


def _fresh(layer: QgsVectorLayer, name: str) -> QgsVectorLayer:
    """A layer with the same columns and the template's style for no features at all."""
    like = QgsVectorLayer(_KINDS[int(layer.geometryType())], "", "memory")
    like.dataProvider().addAttributes(layer.fields().toList())
    like.updateFields()
    style_map_layer(like, name)
    return like


def _fingerprint(renderer: QgsFeatureRenderer | None) -> str:
    """Tells renderers apart by values, labels, colours and sizes; files keep these as they are."""
    if renderer is None:
        return ""
    symbols = "\n".join(_sizes(each) for each in renderer.symbols(QgsRenderContext()))
    return hashlib.sha256(f"{renderer.dump()}\n{symbols}".encode()).hexdigest()


def _sizes(symbol: QgsSymbol) -> str:
    size = getattr(symbol, "size", getattr(symbol, "width", lambda: 0.0))
    return f"{symbol.symbolLayerCount()} {symbol.opacity():.3f} {size():.3f}"
