"""How a map's layers are filled in: titles, choices, defaults and what may not stay empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsDefaultValue,
    QgsEditFormConfig,
    QgsEditorWidgetSetup,
    QgsExpression,
    QgsFieldConstraints,
    QgsVectorLayer,
)

from planetary_qgis.core.geopackages.geopackage import ID_COLUMN
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    MAP_BOUNDARY,
    UNIT,
    UNIT_NAME,
    UNIT_VOCABULARY,
    VOCABULARIES,
    MapField,
    MapLayerSpec,
)
from planetary_qgis.qgis_bridge.mapping.map_session import table_of

_DRAWN_WITHOUT_FORM = (CONTACTS, MAP_BOUNDARY)
"""Their defaults say all; a form after each line would be in the way."""


def dress_map_layer(
    layer: QgsVectorLayer, spec: MapLayerSpec, layers: Mapping[str, QgsVectorLayer]
) -> None:
    """Give a layer its symbols and its form; columns that it lacks are passed over.

    Args:
        layers: The map's others, by their names in the template.
    """
    from planetary_qgis.qgis_bridge.mapping.map_symbols import style_map_layer

    style_map_layer(layer, spec.name)
    _hide(layer, ID_COLUMN)
    for field in spec.fields:
        index = layer.fields().lookupField(field.name)
        if index >= 0:
            _set_up(layer, index, field, layers)
    form = layer.editFormConfig()
    if spec.name in _DRAWN_WITHOUT_FORM:
        form.setSuppress(QgsEditFormConfig.FeatureFormSuppress.SuppressOn)
    layer.setEditFormConfig(form)
    layer.setDisplayExpression(_display(layer, spec))


def link_choices(layer: QgsVectorLayer, layers: Mapping[str, QgsVectorLayer]) -> None:
    """Let choices that came with a stored style be among these layers, which it knew by other ids.

    All else of the form stays as its makers left it.
    """
    by_title = {other.name(): other for other in layers.values()}
    for index in range(layer.fields().count()):
        setup = layer.editorWidgetSetup(index)
        other = by_title.get(setup.config().get("LayerName", ""))
        if setup.type() == "ValueRelation" and other is not None:
            config = {**setup.config(), **_place_of(other)}
            layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup(setup.type(), config))


def _set_up(
    layer: QgsVectorLayer, index: int, field: MapField, layers: Mapping[str, QgsVectorLayer]
) -> None:
    layer.setFieldAlias(index, field.title)
    layer.setEditorWidgetSetup(index, _widget(field, layers))
    if field.default:
        layer.setDefaultValueDefinition(
            index, QgsDefaultValue(QgsExpression.quotedString(field.default))
        )
    if field.required:
        layer.setFieldConstraint(
            index,
            QgsFieldConstraints.Constraint.ConstraintNotNull,
            QgsFieldConstraints.ConstraintStrength.ConstraintStrengthSoft,
        )


def _widget(field: MapField, layers: Mapping[str, QgsVectorLayer]) -> QgsEditorWidgetSetup:
    relation = _relation(field.vocabulary, layers)
    if relation is not None:
        return QgsEditorWidgetSetup("ValueRelation", relation)
    if field.kind == "integer":
        return QgsEditorWidgetSetup("Range", {"Style": "SpinBox", "AllowNull": True})
    return QgsEditorWidgetSetup("TextEdit", {"IsMultiline": field.is_long, "UseHtml": False})


def _relation(vocabulary: str, layers: Mapping[str, QgsVectorLayer]) -> dict[str, Any] | None:
    """What may be chosen; None where everything may, or nothing is known to choose from."""
    if vocabulary == UNIT_VOCABULARY:
        described = layers.get(DESCRIPTION)
        return None if described is None else _units_of(described)
    words = layers.get(VOCABULARIES)
    if not vocabulary or words is None or vocabulary not in _names_in(words):
        return None
    return _words_of(words, vocabulary)


def _units_of(description: QgsVectorLayer) -> dict[str, Any]:
    """The units of the description by their names; others that a feature has stay as they are."""
    has_names = description.fields().lookupField(UNIT_NAME) >= 0
    return {
        **_relation_to(description),
        "Key": UNIT,
        "Value": UNIT_NAME if has_names else UNIT,
        "Description": QgsExpression.quotedColumnRef(UNIT),
        "FilterExpression": "",
    }


def _words_of(vocabularies: QgsVectorLayer, name: str) -> dict[str, Any]:
    """The words of a vocabulary, in its order where QGIS knows how, else in that of codes."""
    return {
        **_relation_to(vocabularies),
        "OrderByField": True,
        "OrderByFieldName": "SortOrder",
        "Key": "Code",
        "Value": "Label",
        "Description": '"Definition"',
        "FilterExpression": f'"Vocabulary" = {QgsExpression.quotedString(name)}',
    }


def _names_in(vocabularies: QgsVectorLayer) -> set[str]:
    return set(vocabularies.uniqueValues(vocabularies.fields().lookupField("Vocabulary")))


def _relation_to(layer: QgsVectorLayer) -> dict[str, Any]:
    return {
        **_place_of(layer),
        "AllowNull": True,
        "AllowMulti": False,
        "NofColumns": 1,
        "OrderByValue": False,
        "UseCompleter": False,
    }


def _place_of(layer: QgsVectorLayer) -> dict[str, Any]:
    """The layer by id, and by name for other projects, where it has another id.

    Its source is said without the folder: a map's files may be anywhere, and go to others.
    """
    path, table = table_of(layer)
    source = layer.publicSource() if path is None else f"./{path.name}|layername={table}"
    return {
        "Layer": layer.id(),
        "LayerName": layer.name(),
        "LayerSource": source,
        "LayerProviderName": layer.providerType(),
    }


def _hide(layer: QgsVectorLayer, name: str) -> None:
    index = layer.fields().lookupField(name)
    if index >= 0:
        layer.setEditorWidgetSetup(index, QgsEditorWidgetSetup("Hidden", {}))


def _display(layer: QgsVectorLayer, spec: MapLayerSpec) -> str:
    """What lists of features call one: the first text column that is filled in."""
    names = [each.name for each in spec.fields if layer.fields().lookupField(each.name) >= 0]
    columns = ", ".join(QgsExpression.quotedColumnRef(each) for each in names[:3])
    return f"coalesce({columns}, to_string($id))" if columns else "$id"
