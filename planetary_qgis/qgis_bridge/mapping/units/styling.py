"""The units' style follows the description, unless the mapper gave them one of their own."""

from __future__ import annotations

import hashlib

from qgis.core import QgsFeatureRenderer, QgsVectorLayer

from planetary_qgis.qgis_bridge.mapping.map_symbols import style_units
from planetary_qgis.qgis_bridge.mapping.symbols.unit_styles import unit_renderer

_WORN = "planetary_qgis/units_style"
_PLAIN = "plain"


def restyle_units(layer: QgsVectorLayer, description: QgsVectorLayer | None) -> bool:
    """Style units as the description says; False where the layer wears a mapper's own style.

    What was put on last is remembered with the layer. Where nothing is remembered, what QGIS puts
    on by itself, and what a build would put on, counts as not the mapper's own.
    """
    if not _is_ours(layer, description):
        return False
    style_units(layer, description)
    layer.setCustomProperty(_WORN, _fingerprint(layer.renderer()))
    layer.triggerRepaint()
    layer.emitStyleChanged()
    return True


def _is_ours(layer: QgsVectorLayer, description: QgsVectorLayer | None) -> bool:
    worn, now = layer.customProperty(_WORN, ""), _fingerprint(layer.renderer())
    if worn:
        return worn == now
    if now == _PLAIN:
        return True
    untouched = QgsVectorLayer("MultiPolygon", "", "memory")
    untouched.dataProvider().addAttributes(layer.fields().toList())
    untouched.updateFields()
    return now in (
        _fingerprint(unit_renderer(*like))
        for like in ((untouched, None), (layer, None), (layer, description))
    )


def _fingerprint(renderer: QgsFeatureRenderer | None) -> str:
    """Tells renderers apart by values, labels and colours; files keep these as they are."""
    if renderer is None or renderer.type() == "singleSymbol":
        return _PLAIN
    return hashlib.sha256(renderer.dump().encode()).hexdigest()
