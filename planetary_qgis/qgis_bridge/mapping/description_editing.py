"""Edits of a map's description of units: each one undo step, and the map kept in step with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.description import MapUnit, in_order, units_in
from planetary_qgis.core.mapping.map_layers import (
    DESCRIPTION,
    RGB,
    UNIT,
    UNIT_LABEL,
    UNIT_NAME,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.qgis_bridge.mapping.edit_steps import done, edit_step
from planetary_qgis.qgis_bridge.mapping.map_reading import LayerSnapshot
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.units.styling import restyle_units

ORDER = "StratOrder"
_SHOWN_ON_MAP = (UNIT_NAME, UNIT_LABEL, RGB)


def described_units(session: MapSession) -> tuple[MapUnit, ...]:
    """The description's rows, unsaved edits included, in stratigraphic order."""
    layer = session.find_layer(DESCRIPTION)
    if layer is None:
        return ()
    rows = units_in(LayerSnapshot(DESCRIPTION, layer).read())
    return in_order(rows, ages_of(session.settings.body))


def set_value(session: MapSession, fid: int, column: str, value: str) -> bool:
    """Write a text into a row's column; False where it was there already. "" becomes NULL.

    Raises:
        PlanetaryError: The description cannot be edited.
    """
    layer = session.layer(DESCRIPTION)
    place = _place(layer, column)
    if place < 0:
        raise _no_column(layer, column)
    if _said(layer.getFeature(fid).attribute(place)) == value:
        return False
    with edit_step(_tr("Describe a unit"), layer):
        done(layer.changeAttributeValue(fid, place, value or NULL), layer)
    return True


def rename_unit(session: MapSession, fid: int, unit: str) -> bool:
    """Give a unit another symbol, on the map's points and polygons, too.

    Raises:
        PlanetaryError: Another row has that symbol, it is empty, or a layer cannot be edited.
    """
    units = described_units(session)
    before = next(each.unit for each in units if each.fid == fid)
    if before == unit:
        return False
    if not unit or any(each.unit == unit for each in units):
        raise PlanetaryError(
            _tr("A unit needs a symbol that no other has; “{unit}” is not one.").format(unit=unit),
            hint=_tr("Choose another symbol, or remove the other row first."),
        )
    found = [session.find_layer(name) for name in (UNIT_POINTS, UNITS)] if before else []
    layers = [layer for layer in found if layer is not None and _using(layer, before)]
    description = session.layer(DESCRIPTION)
    with edit_step(_tr("Rename unit {unit}").format(unit=before), description, *layers):
        done(description.changeAttributeValue(fid, _place(description, UNIT), unit), description)
        for layer in layers:
            place = _place(layer, UNIT)
            for each in _using(layer, before):
                done(layer.changeAttributeValue(each, place, unit), layer)
    return True


def set_order(session: MapSession, fids: Sequence[int]) -> bool:
    """Number rows from 1, the youngest; only what changes is written. False where nothing does."""
    layer = session.layer(DESCRIPTION)
    place = _place(layer, ORDER)
    if place < 0:
        raise _no_column(layer, ORDER)
    now = {each.fid: each.order for each in described_units(session)}
    changed = [(fid, n) for n, fid in enumerate(fids, start=1) if now.get(fid) != n]
    if not changed:
        return False
    with edit_step(_tr("Order units"), layer):
        for fid, number in changed:
            done(layer.changeAttributeValue(fid, place, number), layer)
    return True


def add_unit(session: MapSession) -> int:
    """Add a row with a symbol not taken, below the others; gives its id."""
    from planetary_qgis.core.mapping.unit_colours import suggested_rgb
    from planetary_qgis.core.mapping.unit_labels import unit_label

    layer = session.layer(DESCRIPTION)
    units = described_units(session)
    taken = {each.unit for each in units}
    number = next(n for n in range(1, len(units) + 2) if f"unit{n}" not in taken)
    orders = [each.order for each in units if each.order is not None]
    colours = [",".join(map(str, each.rgb)) for each in units if each.rgb is not None]
    values: dict[str, Any] = {
        UNIT: f"unit{number}",
        UNIT_LABEL: unit_label(f"unit{number}"),
        RGB: suggested_rgb(taken=colours),
        ORDER: max(orders, default=0) + 1,
    }
    at = {_place(layer, name): value for name, value in values.items()}
    at.pop(-1, None)
    feature = QgsVectorLayerUtils.createFeature(layer, QgsGeometry(), at)
    with edit_step(_tr("Add a unit"), layer):
        done(layer.addFeature(feature), layer)
    return feature.id()


def remove_unit(session: MapSession, fid: int) -> None:
    """Take a row out of the description; the map's features stay."""
    layer = session.layer(DESCRIPTION)
    with edit_step(_tr("Remove a unit"), layer):
        done(layer.deleteFeature(fid), layer)


def uses_of(session: MapSession, unit: str) -> int:
    """How many polygons and points of the map are of a unit."""
    found = (session.find_layer(name) for name in (UNITS, UNIT_POINTS))
    return sum(len(_using(layer, unit)) for layer in found if layer is not None)


def behind_description(session: MapSession) -> int:
    """How many polygons have another name, label or colour than the description gives."""
    layer = session.find_layer(UNITS)
    return 0 if layer is None else len(_changes(session, layer))


def apply_to_map(session: MapSession) -> int:
    """Write names, labels and colours to the units' polygons, one undo step, and restyle them.

    Gives how many polygons changed. A style of the mapper's own stays.

    Raises:
        PlanetaryError: The units cannot be edited.
    """
    layer = session.layer(UNITS)
    changes = _changes(session, layer)
    if changes:
        with edit_step(_tr("Apply the description"), layer):
            for fid, values in changes.items():
                done(layer.changeAttributeValues(fid, values), layer)
    restyle_units(layer, session.find_layer(DESCRIPTION))
    return len(changes)


def _changes(session: MapSession, layer: QgsVectorLayer) -> dict[int, dict[int, Any]]:
    """By polygon: which columns are to be what, where they are not yet."""
    description = session.find_layer(DESCRIPTION)
    if description is None:
        return {}
    said = {
        _said(_value(row, UNIT)): {name: _said(_value(row, name)) for name in _SHOWN_ON_MAP}
        for row in description.getFeatures()
    }
    found: dict[int, dict[int, Any]] = {}
    for feature in layer.getFeatures(_without_shapes()):
        wanted = said.get(_said(_value(feature, UNIT)), {})
        for name, text in wanted.items():
            place = _place(layer, name)
            if place >= 0 and _said(feature.attribute(place)) != text:
                found.setdefault(feature.id(), {})[place] = text or NULL
    return found


def _using(layer: QgsVectorLayer, unit: str) -> list[int]:
    """Ids of features of a unit."""
    return [
        each.id()
        for each in layer.getFeatures(_without_shapes())
        if _said(_value(each, UNIT)) == unit
    ]


def _without_shapes() -> QgsFeatureRequest:
    return QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)


def _value(feature: QgsFeature, column: str) -> Any:
    place = _index(feature.fields().names(), column)
    return None if place < 0 else feature.attribute(place)


def _said(value: Any) -> str:
    return "" if value is None or value == NULL else str(value).strip()


def _place(layer: QgsVectorLayer, column: str) -> int:
    return _index(layer.fields().names(), column)


def _index(names: Sequence[str], column: str) -> int:
    lower = [name.lower() for name in names]
    return lower.index(column.lower()) if column.lower() in lower else -1


def _no_column(layer: QgsVectorLayer, column: str) -> PlanetaryError:
    return PlanetaryError(
        _tr("“{layer}” has no column {column}.").format(layer=layer.name(), column=column),
        details=layer.source(),
        hint=_tr("Add the column, or describe the units in the layer's attribute table."),
    )


def _tr(text: str) -> str:
    return QCoreApplication.translate("DescriptionEditing", text)
