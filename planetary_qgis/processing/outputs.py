"""Where an algorithm's answer goes: straight into a GeoPackage, or through Processing's sinks."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsDataSourceUri,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingUtils,
    QgsProviderRegistry,
    QgsVectorLayer,
)

from planetary_qgis.core.products import Answer
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.when_loaded import when_loaded
from planetary_qgis.qgis_bridge.crs import repair_geopackage
from planetary_qgis.qgis_bridge.layers import Dress, dress, keep_dress
from planetary_qgis.qgis_bridge.sinks import add_answer, sink_geometry
from planetary_qgis.qgis_bridge.store import fields_of, table_names, write_table


def write_answer(
    algorithm: QgsProcessingAlgorithm,
    answer: Answer,
    title: str,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    output: str = OUTPUT,
) -> dict[str, Any]:
    """Processing's results after an answer went where the parameter of an output says."""
    destination = _destination(parameters[output], context)
    geopackage = geopackage_table(destination)
    if geopackage is None:
        written = _to_sink(algorithm, answer, parameters, context, feedback, output)
    else:
        written = _to_geopackage(*geopackage, answer, title, feedback)
        _load_on_completion(written, title, parameters[output], context, output)
    dress_when_loaded(written, Dress.of(answer, title), context)
    return {output: written}


def geopackage_table(destination: str) -> tuple[Path, str] | None:
    """File and table of a GeoPackage destination: a path, path|layername=… or ogr:dbname=…."""
    if destination.startswith("ogr:"):
        uri = QgsDataSourceUri(destination[len("ogr:") :])
        path, table = Path(uri.database()), uri.table()
    else:
        parts = QgsProviderRegistry.instance().decodeUri("ogr", destination)
        path = Path(parts.get("path") or destination)
        table = parts.get("layerName") or path.stem
    return (path, table) if path.suffix.lower() == ".gpkg" else None


def finish_sink(written: str, how: Dress, context: QgsProcessingContext) -> None:
    """Mend and dress what a sink wrote, once the sink is gone."""
    geopackage = geopackage_table(written)
    if geopackage is not None and geopackage[0].is_file():
        repair_geopackage(geopackage[0])
        keep_dress(*geopackage, how)
    dress_when_loaded(written, how, context)


def dress_when_loaded(layer: str, how: Dress, context: QgsProcessingContext) -> None:
    """Dress a result now if it lives in memory, and again once it is in the project."""
    in_memory = context.temporaryLayerStore().mapLayer(layer)
    if isinstance(in_memory, QgsVectorLayer):
        dress(in_memory, how)
    when_loaded(layer, context, partial(dress, how=how))


def _destination(value: Any, context: QgsProcessingContext) -> str:
    """Where an output is to go, as text, without making anything there yet."""
    if isinstance(value, QgsProcessingOutputLayerDefinition):
        return value.sink.valueAsString(context.expressionContext())[0]
    return str(value)


def _to_geopackage(
    path: Path, table: str, answer: Answer, title: str, feedback: QgsProcessingFeedback
) -> str:
    """Write a table, next to what the file holds already; gives the layer's source."""
    write_table(path, table, answer, feedback=feedback, title=title)
    alone = table_names(path) == [table]
    return str(path) if alone else f"{path}|layername={table}"


def _to_sink(
    algorithm: QgsProcessingAlgorithm,
    answer: Answer,
    parameters: dict[str, Any],
    context: QgsProcessingContext,
    feedback: QgsProcessingFeedback,
    output: str,
) -> str:
    """Write to memory or another format through Processing; gives the layer's id or source."""
    fields, (geometry, crs) = fields_of(answer.schema), sink_geometry(answer.schema)
    sink, written = algorithm.parameterAsSink(parameters, output, context, fields, geometry, crs)
    if sink is None:
        raise QgsProcessingException(algorithm.invalidSinkError(parameters, output))
    add_answer(sink, answer, fields, feedback)
    return written


def _load_on_completion(
    layer: str, title: str, value: Any, context: QgsProcessingContext, output: str
) -> None:
    if isinstance(value, QgsProcessingOutputLayerDefinition) and value.destinationProject:
        details = QgsProcessingContext.LayerDetails(
            value.destinationName or title,
            value.destinationProject,
            output,
            QgsProcessingUtils.LayerHint.Vector,
        )
        context.addLayerToLoadOnCompletion(layer, details)
