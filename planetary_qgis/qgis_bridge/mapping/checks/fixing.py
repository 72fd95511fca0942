"""Planned fixes put into the project's layers: one undo step a layer, all of them or none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from qgis.core import (
    NULL,
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.mapping.edit_steps import done, edit_step
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.fixes import Edit
    from planetary_qgis.qgis_bridge.mapping.checks.fix_plans import FixPlan


def apply_plan(session: MapSession, plan: FixPlan, title: str = "") -> None:
    """Do what a plan says; edit sessions that are not open begin, and stay open for Undo.

    Args:
        title: Of the undo steps; that of the first fix by default.

    Raises:
        PlanetaryError: A layer is not there or cannot be edited; all are as they were.
    """
    layers = {name: session.layer(name) for name in plan.layers}
    for layer in layers.values():
        _refuse_measures(layer)
    refuse_locked(session, layers.values())
    idle = [layer for layer in layers.values() if not layer.isEditable()]
    try:
        with edit_step(title or plan.title, *layers.values()):
            _Doing(layers, plan).do()
    except PlanetaryError:
        for layer in idle:
            if layer.isEditable() and not layer.isModified():
                layer.rollBack()
        raise
    for layer in layers.values():
        layer.triggerRepaint()


def refuse_locked(session: MapSession, layers) -> None:
    """Say at once that edits of these layers could not be saved, before any are made.

    Raises:
        PlanetaryError: Another program writes to the map's file.
    """
    if any(layer.dataProvider().transaction() is not None for layer in layers):
        return  # then it is QGIS itself that holds the file
    uri = f"{session.geopackage.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=0.0, isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            file.execute("ROLLBACK")
    except sqlite3.Error as error:
        text = _tr("The map's file {path} cannot be written now, so that nothing was changed.")
        raise PlanetaryError(
            text.format(path=session.geopackage),
            details=str(error),
            hint=_tr("Close other programs that use it, check that it is not read-only."),
        ) from error


class _Doing:
    """Edits under way; ids of features that a plan adds become those that QGIS gives."""

    def __init__(self, layers: dict[str, QgsVectorLayer], plan: FixPlan) -> None:
        self._layers, self._plan = layers, plan
        self._features = {name: _present(layer, name, plan) for name, layer in layers.items()}
        shaped = (each for each in plan.edits if each.shape is not None)
        self._last = {(each.layer, each.feature): each.shape for each in shaped}

    def do(self) -> None:
        """Do all of it; deletions last, as new features may be like what goes."""
        for edit in self._plan.edits:
            layer, is_new = self._layers[edit.layer], (edit.layer, edit.feature) in self._plan.added
            if is_new and edit.feature not in self._features[edit.layer]:
                self._add(edit, layer)
            elif not edit.deletes:
                self._change(edit, layer)
        for edit in self._plan.edits:
            if edit.deletes:
                layer = self._layers[edit.layer]
                done(layer.deleteFeature(self._feature(edit, edit.feature).id()), layer)

    def _feature(self, edit: Edit, named: int) -> QgsFeature:
        found = self._features[edit.layer].get(named)
        if found is None:
            text = _tr("The feature {id} of “{layer}” is not there any more.")
            raise PlanetaryError(
                text.format(id=named, layer=self._layers[edit.layer].name()),
                hint=_tr("Check the map again."),
            )
        return found

    def _change(self, edit: Edit, layer: QgsVectorLayer) -> None:
        feature = self._feature(edit, edit.feature)
        # What a later fix changes once more need not be drawn in between.
        if edit.shape is not None and edit.shape is self._last[(edit.layer, edit.feature)]:
            _refuse_losses(layer, feature, edit)
            done(layer.changeGeometry(feature.id(), _fitting(edit, layer)), layer)
        for name, value in edit.attributes.items():
            at = layer.fields().lookupField(name)
            changes = at >= 0 and layer.changeAttributeValue(feature.id(), at, _held(value))
            done(changes, layer)
            feature.setAttribute(at, _held(value))

    def _add(self, edit: Edit, layer: QgsVectorLayer) -> None:
        """Add a feature with all that the one it is like has, but its id."""
        feature = QgsFeature(layer.fields())
        if edit.like is not None:
            feature.setAttributes(self._feature(edit, edit.like).attributes())
        for key in layer.primaryKeyAttributes():
            feature.setAttribute(key, layer.dataProvider().defaultValueClause(key) or NULL)
        for name, value in edit.attributes.items():
            feature.setAttribute(layer.fields().lookupField(name), _held(value))
        feature.setGeometry(_fitting(edit, layer))
        done(layer.addFeature(feature), layer)
        self._features[edit.layer][edit.feature] = feature


def _present(layer: QgsVectorLayer, name: str, plan: FixPlan) -> dict[int, QgsFeature]:
    """The features that the plan names and that are there, read at once, by id."""
    named = {
        each for edit in plan.edits if edit.layer == name for each in (edit.feature, edit.like)
    }
    ids = [each for each in named if each is not None and (name, each) not in plan.added]
    found = layer.getFeatures(QgsFeatureRequest().setFilterFids(ids))
    return {feature.id(): feature for feature in found}


def _fitting(edit: Edit, layer: QgsVectorLayer) -> QgsGeometry:
    """The edit's shape as the layer's geometries are."""
    geometry = geometry_of(edit.shape, layer)
    fitting = geometry.coerceToType(layer.wkbType())
    return fitting[0] if len(fitting) == 1 else geometry


def _held(value: object) -> object:
    return NULL if value is None else value


def _refuse_measures(layer: QgsVectorLayer) -> None:
    if QgsWkbTypes.hasM(layer.wkbType()):
        text = _tr("The vertices of “{layer}” hold measures (M), which a fix would lose.")
        raise PlanetaryError(
            text.format(layer=layer.name()),
            hint=_by_hand(),
        )


def _refuse_losses(layer: QgsVectorLayer, feature: QgsFeature, edit: Edit) -> None:
    """Say so where a shape has more to it than the edit knows of."""
    before = feature.geometry()
    lost = ""
    if not before.isNull() and before.constGet().hasCurvedSegments():
        lost = _tr("“{layer}” {id} is curved; a fix would make it a line of many vertices.")
    elif not edit.shape.has_z and any(abs(vertex.z()) > 0.0 for vertex in before.vertices()):
        lost = _tr("The vertices of “{layer}” {id} hold heights, which a fix would lose.")
    if lost:
        raise PlanetaryError(lost.format(layer=layer.name(), id=feature.id()), hint=_by_hand())


def _by_hand() -> str:
    return _tr("Mend the finding by hand with QGIS's own editing tools.")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Fixing", text)
