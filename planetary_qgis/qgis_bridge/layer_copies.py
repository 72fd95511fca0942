"""Found products copied into other layers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from qgis.core import (
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeedback,
    QgsFields,
    QgsMapLayer,
    QgsMemoryProviderUtils,
    QgsVectorDataProvider,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import QDateTime
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.geopackage import ID_COLUMN
from planetary_qgis.qgis_bridge.compat import as_utc, kind_of, layer_time
from planetary_qgis.qgis_bridge.crs import same_body, transform_between
from planetary_qgis.qgis_bridge.found_rows import FoundRows, Ids
from planetary_qgis.qgis_bridge.journals import journal_as_it_is
from planetary_qgis.qgis_bridge.layers import open_table
from planetary_qgis.qgis_bridge.map_tips import NAME_FIELD

_ROWS_AT_ONCE = 5_000


@dataclass(frozen=True)
class Added:
    """How many products came into a layer, and how many did not.

    Attributes:
        there: Were in the layer already, by their product_id.
        unfit: Have a shape that the layer cannot hold, or none.
    """

    added: int
    there: int
    unfit: int


def read_features(
    found: FoundRows, ids: Ids, feedback: QgsFeedback, *, for_memory: bool
) -> list[QgsFeature]:
    """Some products with all they have but their ids; as many as were read until cancelled.

    Args:
        for_memory: Whether a layer in memory is to take them, which spells times its own way.
    """
    features: list[QgsFeature] = []
    with journal_as_it_is():
        layer = open_table(found.path, found.table)
        fields = _without_id(layer.fields())
        times = [position for position, each in enumerate(fields) if kind_of(each) == "datetime"]
        in_file_order = np.sort(ids)
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            if feedback.isCanceled():
                break
            some = in_file_order[start : start + _ROWS_AT_ONCE].tolist()
            named = _named(layer.getFeatures(QgsFeatureRequest(some)), fields)
            features += _timed_for_memory(named, times) if for_memory else named
            feedback.setProgress(100.0 * len(features) / len(ids))
        del layer  # closes the file while the journal is still left alone
    return features


def memory_copy(
    features: Sequence[QgsFeature], template: QgsVectorLayer, title: str
) -> QgsVectorLayer:
    """A layer in memory with these features, dressed like the one that they came from.

    Args:
        features: As read for memory.
    """
    fields = _without_id(template.fields())
    copy = QgsMemoryProviderUtils.createMemoryLayer(
        title, fields, template.wkbType(), template.crs()
    )
    added, _features = copy.dataProvider().addFeatures(list(features))
    if not added:
        raise PlanetaryError(
            f"The {len(features)} products cannot be copied into a layer in memory.",
            details=copy.dataProvider().lastError(),
            hint="Select fewer of them.",
        )
    copy.updateExtents()
    _wear(copy, template)
    copy.setName(title)
    metadata = template.metadata()
    metadata.addHistoryItem(f"Copied: {len(features)} products of “{template.name()}”")
    copy.setMetadata(metadata)
    return copy


def layers_that_take(
    layers: Iterable[QgsMapLayer], template: QgsVectorLayer
) -> list[QgsVectorLayer]:
    """Those of the layers that features of another one can be added to, by name."""
    fitting = [
        layer
        for layer in layers
        if isinstance(layer, QgsVectorLayer)
        and layer is not template
        and layer.isValid()
        and not layer.readOnly()
        and layer.geometryType() == template.geometryType()
        and layer.dataProvider().capabilities() & QgsVectorDataProvider.Capability.AddFeatures
        and same_body(template.crs(), layer.crs())
    ]
    return sorted(fitting, key=lambda layer: layer.name().lower())


def add_to_layer(
    features: Sequence[QgsFeature], template: QgsVectorLayer, target: QgsVectorLayer
) -> Added:
    """Add features of one layer to another: one edit step, saved unless it is being edited.

    Fields go by name, whatever the case; what a field cannot hold stays empty.

    Raises:
        PlanetaryError: The layers lie on different bodies, or the target does not take features.
    """
    there = _names_in(target)
    new = [feature for feature in features if _name_of(feature) not in there]
    transform = transform_between(template.crs(), target.crs())
    fitting = [fitted for feature in new for fitted in _fitted(feature, target, transform)]
    if fitting:
        _add(fitting, target)
    return Added(len(fitting), len(features) - len(new), len(new) - len(fitting))


def _without_id(fields: QgsFields) -> QgsFields:
    kept = QgsFields(fields)
    position = kept.indexOf(ID_COLUMN)
    if position >= 0:
        kept.remove(position)
    return kept


def _named(features: Iterable[QgsFeature], fields: QgsFields) -> Iterator[QgsFeature]:
    """The features with these fields alone."""
    for feature in features:
        QgsVectorLayerUtils.matchAttributesToFields(feature, fields)
        yield feature


def _timed_for_memory(
    features: Iterable[QgsFeature], fields: Sequence[int]
) -> Iterator[QgsFeature]:
    """The features with times as layers in memory filter them."""
    for feature in features:
        for position in fields:
            value = feature.attribute(position)
            if isinstance(value, QDateTime) and value.isValid():
                feature.setAttribute(position, layer_time(as_utc(value).toMSecsSinceEpoch()))
        yield feature


def _wear(layer: QgsVectorLayer, template: QgsVectorLayer) -> None:
    """Put on another layer's style, time settings and map tip."""
    document = QDomDocument()
    template.exportNamedStyle(document)
    layer.importNamedStyle(document)


def _names_in(layer: QgsVectorLayer) -> set[str]:
    """The product_ids of a layer; none where it has no such field."""
    position = layer.fields().lookupField(NAME_FIELD)
    return set() if position < 0 else {str(name) for name in layer.uniqueValues(position) if name}


def _name_of(feature: QgsFeature) -> str:
    position = feature.fields().lookupField(NAME_FIELD)
    return str(feature.attribute(position)) if position >= 0 else ""


def _fitted(
    feature: QgsFeature, target: QgsVectorLayer, transform: QgsCoordinateTransform
) -> list[QgsFeature]:
    """The feature as its target takes it; nothing where that would tear or lose its shape."""
    moved = QgsFeature(feature)
    geometry = moved.geometry()
    try:
        geometry.transform(transform)
    except QgsCsException:
        return []
    if geometry.isEmpty():
        return []
    moved.setGeometry(geometry)
    fitted = QgsVectorLayerUtils.makeFeatureCompatible(moved, target)
    if len(fitted) != 1:
        return []
    values = zip(target.fields(), fitted[0].attributes())
    fitted[0].setAttributes([_held(field, value) for field, value in values])
    return fitted


def _held(field: Any, value: Any) -> Any:
    """A value as a field holds it; None where it cannot."""
    try:
        return field.convertCompatible(value)
    except ValueError:
        return None


def _add(features: list[QgsFeature], layer: QgsVectorLayer) -> None:
    editing = layer.isEditable()
    if not editing and not layer.startEditing():
        raise _refused(layer)
    layer.beginEditCommand("Add products")
    if not layer.addFeatures(features):
        layer.destroyEditCommand()
        if not editing:
            layer.rollBack()
        raise _refused(layer)
    layer.endEditCommand()
    if not editing and not layer.commitChanges():
        error = _refused(layer)
        layer.rollBack()
        raise error


def _refused(layer: QgsVectorLayer) -> PlanetaryError:
    return PlanetaryError(
        f"“{layer.name()}” does not take the products; it is as it was.",
        details="\n".join(layer.commitErrors()),
        hint="Check that its file is writable and what its fields demand.",
    )
