"""Certainties, units and directions given to what is selected, and to what is drawn next."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import (
    NULL,
    QgsDefaultValue,
    QgsEditFormConfig,
    QgsExpression,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACTS,
    FEATURE_CERTAINTY,
    LINEAR_FEATURES,
    UNIT,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.qgis_bridge.mapping.edit_steps import done, edit_step
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of, shape_of

_CERTAINTY_FIELDS = {CONTACTS: CONTACT_CERTAINTY, LINEAR_FEATURES: FEATURE_CERTAINTY}


def set_certainty(session: MapSession, certainty: str) -> int:
    """Give it to the selected contacts and linear features, and to those drawn from now on.

    Returns:
        How many selected lines there were; one undo step a layer.
    """
    count = 0
    for name, field in _CERTAINTY_FIELDS.items():
        layer = session.find_layer(name)
        if layer is not None:
            _set_default(layer, field, certainty)
            count += _set_selected(layer, field, certainty, _tr("Set certainty"))
    return count


def set_unit(session: MapSession, unit: str) -> int:
    """Give it to the selected unit points and units, and to points set from now on.

    A selected polygon's points are renamed with it; one without a point gets one, as the next
    build asks the points.

    Returns:
        How many points and polygons were selected.
    """
    points, units = session.layer(UNIT_POINTS), session.find_layer(UNITS)
    _set_default(points, UNIT, unit)
    _draw_without_form(points)
    polygons = list(units.getSelectedFeatures()) if units is not None else []
    selected = set(points.selectedFeatureIds())
    lone = []
    for polygon in polygons:
        inside = _points_in(points, polygon.geometry())
        selected.update(inside)
        if not inside:
            lone.append(polygon)
    if not selected and not polygons:
        return 0
    title = _tr("Set unit")
    with edit_step(title, points):
        _change(points, selected, UNIT, unit)
        for polygon in lone:
            _add_point(points, polygon.geometry(), unit)
    if polygons:
        with edit_step(title, units):
            _change(units, [polygon.id() for polygon in polygons], UNIT, unit)
    return len(polygons) or len(selected)


def next_certainty(session: MapSession) -> str:
    """That of contacts drawn next."""
    return _default_of(session.find_layer(CONTACTS), CONTACT_CERTAINTY)


def next_unit(session: MapSession) -> str:
    """That of unit points set next; "" where none is chosen."""
    return _default_of(session.find_layer(UNIT_POINTS), UNIT)


def flip(layer: QgsVectorLayer, ids: Iterable[int]) -> int:
    """Turn lines around, so that teeth and ticks change sides; gives how many."""
    lines: list[QgsFeature] = list(layer.getFeatures(QgsFeatureRequest().setFilterFids(list(ids))))
    with edit_step(_tr("Flip line direction"), layer):
        for feature in lines:
            turned = shapely.reverse(shape_of(feature.geometry()))
            done(layer.changeGeometry(feature.id(), geometry_of(turned, layer)), layer)
    return len(lines)


def _set_default(layer: QgsVectorLayer, field: str, value: str) -> None:
    index = layer.fields().lookupField(field)
    if index >= 0:
        layer.setDefaultValueDefinition(index, QgsDefaultValue(QgsExpression.quotedValue(value)))


def _draw_without_form(layer: QgsVectorLayer) -> None:
    """Ask nothing after each feature: what it is has been said before."""
    form = layer.editFormConfig()
    form.setSuppress(QgsEditFormConfig.FeatureFormSuppress.SuppressOn)
    layer.setEditFormConfig(form)


def _default_of(layer: QgsVectorLayer | None, field: str) -> str:
    index = -1 if layer is None else layer.fields().lookupField(field)
    if index < 0:
        return ""
    value = QgsExpression(layer.defaultValueDefinition(index).expression()).evaluate()
    return "" if value is None or value == NULL else str(value)


def _set_selected(layer: QgsVectorLayer, field: str, value: str, title: str) -> int:
    ids = layer.selectedFeatureIds()
    if ids:
        with edit_step(title, layer):
            _change(layer, ids, field, value)
    return len(ids)


def _change(layer: QgsVectorLayer, ids: Iterable[int], field: str, value: str) -> None:
    index = layer.fields().lookupField(field)
    for fid in ids:
        done(layer.changeAttributeValue(fid, index, value), layer)


def _points_in(points: QgsVectorLayer, polygon: QgsGeometry) -> list[int]:
    request = QgsFeatureRequest().setFilterRect(polygon.boundingBox())
    return [
        feature.id()
        for feature in points.getFeatures(request)
        if polygon.contains(feature.geometry())
    ]


def _add_point(points: QgsVectorLayer, polygon: QgsGeometry, unit: str) -> None:
    made = QgsVectorLayerUtils.createFeature(
        points,
        geometry_of(shapely.point_on_surface(shape_of(polygon)), points),
        {points.fields().lookupField(UNIT): unit},
        points.createExpressionContext(),
    )
    done(points.addFeature(made), points)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Assigning", text)
