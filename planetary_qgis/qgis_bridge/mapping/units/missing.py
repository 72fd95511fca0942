"""Units that a map uses and its description lacks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from qgis.core import NULL, QgsGeometry, QgsVectorLayer, QgsVectorLayerUtils
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.mapping.map_layers import (
    DESCRIPTION,
    RGB,
    UNIT,
    UNIT_LABEL,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.qgis_bridge.mapping.edit_steps import done, edit_step
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession


def missing_units(session: MapSession) -> list[str]:
    """Units of points and polygons that the description does not list, by name."""
    used = {
        unit for name in (UNIT_POINTS, UNITS) for unit in _texts(session.find_layer(name), UNIT)
    }
    return sorted(used - _texts(session.find_layer(DESCRIPTION), UNIT), key=str.casefold)


def describe_units(session: MapSession, units: Sequence[str]) -> None:
    """Give each a row in the description, with a label and a colour not yet taken: one undo step.

    Raises:
        PlanetaryError: There is no description, or it cannot be edited.
    """
    from planetary_qgis.core.mapping.unit_colours import suggested_rgb
    from planetary_qgis.core.mapping.unit_labels import unit_label

    layer = session.layer(DESCRIPTION)
    taken = _texts(layer, RGB)
    title = QCoreApplication.translate("MissingUnits", "Add missing units")
    with edit_step(title, layer):
        for unit in units:
            colour = suggested_rgb(name=unit, taken=taken)
            taken.add(colour)
            values = {UNIT: unit, UNIT_LABEL: unit_label(unit), RGB: colour}
            done(layer.addFeature(_row(layer, values.items())), layer)


def _row(layer: QgsVectorLayer, values: Iterable[tuple[str, Any]]) -> Any:
    at = {_place(layer, name): value for name, value in values}
    at.pop(-1, None)
    return QgsVectorLayerUtils.createFeature(layer, QgsGeometry(), at)


def _texts(layer: QgsVectorLayer | None, column: str) -> set[str]:
    """What a column holds, unsaved edits included, without what is empty."""
    place = -1 if layer is None else _place(layer, column)
    if place < 0:
        return set()
    values = (value for value in layer.uniqueValues(place) if value is not None and value != NULL)
    return {str(value).strip() for value in values} - {""}


def _place(layer: QgsVectorLayer, column: str) -> int:
    names = [name.lower() for name in layer.fields().names()]
    return names.index(column.lower()) if column.lower() in names else -1
