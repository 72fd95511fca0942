"""Built units put into the map's layer: only what differs, as one undo step.

Imports shapely: import it late.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from qgis.core import (
    NULL,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.mapping.edit_steps import done, edit_step
from planetary_qgis.qgis_bridge.mapping.edited_features import EditedFeatures
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of
from planetary_qgis.qgis_bridge.mapping.units.rows import BUILT_COLUMNS, Described, UnitRow

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.units.building import UnitsBuild


@dataclass
class UnitsWritten:
    """What became of a layer's features.

    Attributes:
        ids: Of the features that the rows became, in the rows' order.
    """

    ids: list[int] = field(default_factory=list)
    added: int = 0
    changed: int = 0
    removed: int = 0
    report: Report = field(default_factory=Report)

    @property
    def did_something(self) -> bool:
        return bool(self.added or self.changed or self.removed)


@dataclass
class _Plan:
    """What has to be done to a layer."""

    removed: list[int] = field(default_factory=list)
    geometries: dict[int, QgsGeometry] = field(default_factory=dict)
    values: dict[int, dict[int, Any]] = field(default_factory=dict)
    before: dict[int, dict[int, Any]] = field(default_factory=dict)
    added: list[tuple[int, QgsGeometry, dict[int, Any]]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.removed or self.geometries or self.values or self.added)


def write_units(
    layer: QgsVectorLayer,
    rows: Sequence[UnitRow],
    described: Described,
    title: str,
    *,
    among: Collection[int] | None = None,
    features: EditedFeatures | None = None,
) -> UnitsWritten:
    """Make a layer's polygons what the rows say: one undo step, none where nothing differs.

    Polygons that are the same already are not touched; changed ones keep id and other columns.

    Args:
        title: Of the undo step.
        among: Features that go unless a row takes them over; all of the layer by default.
        features: Of the layer, where the same ones are written to again and again.

    Raises:
        PlanetaryError: The layer cannot be edited; it is as it was.
    """
    written = UnitsWritten(ids=[row.previous for row in rows])
    columns = columns_at(layer)
    present = _present(features or layer, rows, columns, among)
    plan = _planned(layer, rows, described, among, written, columns, present)
    if plan:
        was_editing = layer.isEditable()
        try:
            with edit_step(title, layer):
                _do(plan, layer, written)
        except PlanetaryError:
            if not was_editing and layer.isEditable():
                layer.rollBack()
            raise
        layer.triggerRepaint()
    written.removed = len(plan.removed)
    written.changed = len(plan.geometries.keys() | plan.values.keys())
    written.added = len(plan.added)
    return written


def write_build(layer: QgsVectorLayer, made: UnitsBuild, title: str) -> UnitsWritten:
    """The same with a build that was read from the layer some moments ago.

    Raises:
        PlanetaryError: Polygons came or went meanwhile, or the layer cannot be edited.
    """
    previous = made.inputs.previous
    known = set() if previous is None else set(previous.ids.tolist())
    if known != set(layer.allFeatureIds()):
        text = QCoreApplication.translate(
            "UnitWriting", "The polygons of “{layer}” were edited while the units were built."
        )
        raise PlanetaryError(
            text.format(layer=layer.name()),
            hint=QCoreApplication.translate("UnitWriting", "Nothing was changed: build again."),
        )
    return write_units(layer, made.rows, made.inputs.described, title)


def save_units(layer: QgsVectorLayer) -> None:
    """Save a layer's edits and end its edit session, if there is one.

    Raises:
        PlanetaryError: The file does not take them; the layer is as last saved.
    """
    if not layer.isEditable() or layer.commitChanges():
        return
    details = "\n".join(layer.commitErrors())
    layer.rollBack()
    text = QCoreApplication.translate("UnitWriting", "The units could not be saved in “{layer}”.")
    raise PlanetaryError(
        text.format(layer=layer.name()),
        details=details,
        hint=QCoreApplication.translate(
            "UnitWriting", "Check that its file may be written and the disk is not full."
        ),
    )


def columns_at(layer: QgsVectorLayer) -> dict[str, int]:
    """Where a layer has the columns that a build fills in, whatever their case."""
    at = {name.lower(): index for index, name in enumerate(layer.fields().names())}
    return {name: at[name.lower()] for name in BUILT_COLUMNS if name.lower() in at}


def _planned(
    layer: QgsVectorLayer,
    rows: Sequence[UnitRow],
    described: Described,
    among: Collection[int] | None,
    written: UnitsWritten,
    columns: Mapping[str, int],
    features: dict[int, QgsFeature],
) -> _Plan:
    plan = _Plan()
    same = _same_shapes(rows, features)
    for index, row in enumerate(rows):
        feature = features.pop(row.previous, None)
        before = {} if feature is None else _template_values(feature, columns)
        after = row.columns(before, described)
        values = _held(layer, columns, after, written.report)
        if feature is None:
            plan.added.append((index, _geometry(row.shape, layer), values))
            continue
        changed = {
            at: value for at, value in values.items() if not _same(value, feature.attribute(at))
        }
        if not same[index]:
            plan.geometries[row.previous] = _geometry(row.shape, layer)
        if changed:
            plan.values[row.previous] = changed
            plan.before[row.previous] = {at: feature.attribute(at) for at in changed}
    plan.removed = [fid for fid in features if among is None or fid in among]
    return plan


def _present(
    source: QgsVectorLayer | EditedFeatures,
    rows: Sequence[UnitRow],
    columns: Mapping[str, int],
    among: Collection[int] | None,
) -> dict[int, QgsFeature]:
    """The features that may have to change, by id."""
    request = QgsFeatureRequest()
    if among is not None:
        request.setFilterFids(list({*among, *(row.previous for row in rows)}))
    # Own columns can be long, and are not looked at.
    request.setSubsetOfAttributes(list(columns.values()))
    return {feature.id(): feature for feature in source.getFeatures(request)}


def _same_shapes(rows: Sequence[UnitRow], features: Mapping[int, QgsFeature]) -> Any:
    """(rows,) whether each has the very polygon already, wherever its rings begin."""
    present = [
        bytes(features[row.previous].geometry().asWkb())
        if row.previous in features and features[row.previous].hasGeometry()
        else None
        for row in rows
    ]
    before = shapely.from_wkb(np.array(present, dtype=object), on_invalid="ignore")
    alone = shapely.get_num_geometries(before) == 1
    before = np.where(alone, shapely.get_geometry(before, 0), before)
    wanted = np.array([*(row.shape for row in rows), None], dtype=object)[:-1]
    same = shapely.equals_exact(before, wanted, 0.0)
    rest = np.flatnonzero(~same & ~shapely.is_missing(before))
    turned = shapely.normalize(before[rest]), shapely.normalize(wanted[rest])
    same[rest] = shapely.equals_exact(*turned, 0.0)
    return same


def _template_values(feature: QgsFeature, columns: Mapping[str, int]) -> dict[str, Any]:
    values = {name: feature.attribute(at) for name, at in columns.items()}
    return {name: None if _is_null(value) else value for name, value in values.items()}


def _held(
    layer: QgsVectorLayer, columns: Mapping[str, int], values: Mapping[str, Any], report: Report
) -> dict[int, Any]:
    """Values as the layer's fields hold them, by their places."""
    held: dict[int, Any] = {}
    for name, at in columns.items():
        layer_field, value = layer.fields().field(at), values[name]
        try:
            held[at] = NULL if value is None else layer_field.convertCompatible(value)
        except ValueError:
            report.add(f"The column {layer_field.name()} does not hold every value.", str(value))
            held[at] = NULL
    return held


def _same(a: Any, b: Any) -> bool:
    return _is_null(b) if _is_null(a) else not _is_null(b) and a == b


def _is_null(value: Any) -> bool:
    return value is None or value == NULL


def _geometry(shape: Any, layer: QgsVectorLayer) -> QgsGeometry:
    """A polygon as the layer's type has it."""
    geometry = geometry_of(shape, layer)
    fitting = geometry.coerceToType(layer.wkbType())
    return fitting[0] if fitting else geometry


def _do(plan: _Plan, layer: QgsVectorLayer, written: UnitsWritten) -> None:
    if plan.removed:
        done(layer.deleteFeatures(plan.removed), layer)
    for fid, geometry in plan.geometries.items():
        done(layer.changeGeometry(fid, geometry, True), layer)
    for fid, values in plan.values.items():
        done(layer.changeAttributeValues(fid, values, plan.before[fid], True), layer)
    for index, geometry, values in plan.added:
        feature = QgsVectorLayerUtils.createFeature(layer, geometry, values)
        done(layer.addFeature(feature), layer)
        written.ids[index] = feature.id()
