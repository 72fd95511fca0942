"""Labels of units and names of features."""

from __future__ import annotations

from qgis.core import (
    QgsPalLayerSettings,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtGui import QColor

from planetary_qgis.core.mapping.map_layers import NAME, UNIT, UNIT_LABEL
from planetary_qgis.qgis_bridge.mapping.symbols import columns

_UNIT_SIZE, _NAME_SIZE = 7.0, 6.5
_HALO_MM = 0.5
_AWAY_MM = 0.8


def label_units(layer: QgsVectorLayer) -> None:
    """Write units' labels, or their symbols where they have no label yet."""
    unit = columns.text_of(columns.column(layer, UNIT))
    label = columns.column(layer, UNIT_LABEL)
    shown = f"coalesce(nullif({columns.text_of(label)}, ''), {unit})" if label else unit
    placement = QgsPalLayerSettings.Placement
    is_area = columns.kind_of(layer) == "area"
    place = placement.Horizontal if is_area else placement.AroundPoint
    _label(layer, shown, _UNIT_SIZE, place)


def label_names(layer: QgsVectorLayer) -> None:
    """Write the names of features that have one."""
    name = columns.column(layer, NAME)
    if not name:
        return
    placement = QgsPalLayerSettings.Placement
    places = {
        "point": placement.AroundPoint,
        "line": placement.Curved,
        "area": placement.Horizontal,
    }
    _label(layer, columns.text_of(name), _NAME_SIZE, places[columns.kind_of(layer)])


def _label(layer: QgsVectorLayer, expression: str, size: float, place: object) -> None:
    settings = QgsPalLayerSettings()
    settings.fieldName = expression
    settings.isExpression = True
    settings.placement = place
    settings.dist = _AWAY_MM
    settings.setFormat(_text_format(size))
    layer.setLabeling(QgsVectorLayerSimpleLabeling(settings))
    layer.setLabelsEnabled(True)


def _text_format(size: float) -> QgsTextFormat:
    halo = QgsTextBufferSettings()
    halo.setEnabled(True)
    halo.setSize(_HALO_MM)
    halo.setColor(QColor(255, 255, 255, 190))
    text = QgsTextFormat()
    text.setSize(size)
    text.setColor(QColor(0, 0, 0))
    text.setBuffer(halo)
    return text
