"""Built units and their problems as Processing's outputs. Imports pandas: import it late."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    NULL,
    QgsFeature,
    QgsFields,
    QgsMapLayer,
    QgsProcessingContext,
    QgsVectorLayer,
    QgsWkbTypes,
)

from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.processing.outputs import finish_sink
from planetary_qgis.processing.when_loaded import when_loaded
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.layers import Dress, dress
from planetary_qgis.qgis_bridge.mapping.checks.finding_layers import (
    finding_features,
    finding_fields,
    style_findings,
)
from planetary_qgis.qgis_bridge.mapping.map_symbols import style_units
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of
from planetary_qgis.qgis_bridge.mapping.units.building import UnitsBuild
from planetary_qgis.qgis_bridge.mapping.units.rows import BUILT_COLUMNS

_ID_COLUMN = "fid"


@dataclass(frozen=True)
class UnitOutput:
    """A layer before it is written."""

    title: str
    fields: QgsFields
    geometry: QgsWkbTypes.Type
    features: Iterator[QgsFeature]
    style: Callable[[QgsVectorLayer], None]


def units_output(made: UnitsBuild, own_fields: QgsFields) -> UnitOutput:
    """The polygons with the template's columns, and those that they had before.

    Args:
        own_fields: Of the previous polygons.
    """
    fields = QgsFields()
    for name in BUILT_COLUMNS:
        fields.append(field(name, "text"))
    taken = {name.lower() for name in (*BUILT_COLUMNS, _ID_COLUMN)}
    for each in own_fields:
        if each.name().lower() not in taken:
            fields.append(each)
    return UnitOutput(
        "Geologic units",
        fields,
        QgsWkbTypes.Type.Polygon,
        _unit_features(made, fields),
        lambda layer: style_units(layer, None),
    )


def problems_output(made: UnitsBuild) -> UnitOutput:
    """What was found, a point each."""
    return UnitOutput(
        "Problems of the units",
        finding_fields(),
        QgsWkbTypes.Type.Point,
        finding_features(made.findings, {}),
        style_findings,
    )


def finish(
    written: str, output: UnitOutput, facts: dict[str, str], context: QgsProcessingContext
) -> None:
    """Mend, describe and style what was written, once its sink is gone."""
    how = Dress(output.title, facts)
    finish_sink(written, how, context)
    in_memory = context.temporaryLayerStore().mapLayer(written)
    if isinstance(in_memory, QgsVectorLayer):
        output.style(in_memory)

    def put_on(layer: QgsMapLayer) -> None:
        dress(layer, how)
        output.style(layer)

    when_loaded(written, context, put_on)


def counts(made: UnitsBuild) -> tuple[int, ...]:
    """Polygons, kinds of units, errors, warnings and notes."""
    severities = [finding.severity for finding in made.findings]
    kinds = {unit for unit in made.built.units if unit is not None}
    return (
        len(made.rows),
        len(kinds),
        *(severities.count(each) for each in (Severity.ERROR, Severity.WARNING, Severity.NOTE)),
    )


def _unit_features(made: UnitsBuild, fields: QgsFields) -> Iterator[QgsFeature]:
    previous = made.inputs.previous
    rows = _rows_by_id(previous) if previous is not None else {}
    for row in made.rows:
        before = rows.get(row.previous, {})
        values = {**before, **row.columns(before, made.inputs.described)}
        feature = QgsFeature(fields)
        feature.setAttributes([_or_null(values.get(each.name())) for each in fields])
        feature.setGeometry(geometry_of(row.shape))
        yield feature


def _rows_by_id(previous: LayerContent) -> dict[int, dict[str, Any]]:
    """Attributes by feature, the template's columns under the template's names."""
    spelled = {name.lower(): name for name in BUILT_COLUMNS}
    names = [spelled.get(str(each).lower(), str(each)) for each in previous.attributes.columns]
    rows = previous.attributes.itertuples(index=False, name=None)
    return {int(fid): dict(zip(names, row)) for fid, row in zip(previous.ids, rows)}


def _or_null(value: Any) -> Any:
    return NULL if value is None else value
