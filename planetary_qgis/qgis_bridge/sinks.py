"""Answers as features for a QGIS sink: memory layers and formats other than GeoPackage.

Imports pandas and shapely: import it late.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsFeedback,
    QgsFields,
    QgsGeometry,
    QgsWkbTypes,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.rows import promoted, sqlite_values
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema
from planetary_qgis.qgis_bridge.compat import layer_time
from planetary_qgis.qgis_bridge.crs import crs_of

_WKB_TYPES = {
    "polygon": QgsWkbTypes.Type.MultiPolygon,
    "line": QgsWkbTypes.Type.MultiLineString,
    "point": QgsWkbTypes.Type.Point,
}


def sink_geometry(schema: Schema) -> tuple[QgsWkbTypes.Type, QgsCoordinateReferenceSystem]:
    """The kind of geometry and the CRS of a layer that holds the schema's products."""
    return _WKB_TYPES[schema.geometry], crs_of(schema.body)


def add_answer(
    sink: QgsFeatureSink, answer: Answer, fields: QgsFields, feedback: QgsFeedback
) -> int:
    """How many features an answer put into a sink."""
    count = 0
    try:
        for chunk in answer.chunks:
            if feedback.isCanceled():
                break
            features = list(features_of(chunk, answer.schema, fields))
            if not sink.addFeatures(features, QgsFeatureSink.Flag.FastInsert):
                raise PlanetaryError(
                    "The output layer does not take the products.",
                    details=sink.lastError() if hasattr(sink, "lastError") else "",
                    hint="Check that its folder is writable and not full.",
                )
            count += len(chunk)
            if answer.total:
                feedback.setProgress(min(100.0, 100.0 * count / answer.total))
    finally:
        # Generators of the core may hold CSPICE's lock until they end.
        answer.close()
    return count


def features_of(chunk: Products, schema: Schema, fields: QgsFields) -> Iterator[QgsFeature]:
    """The chunk's products as features of a memory layer with these fields."""
    columns = [_values(chunk.table[name], kind) for name, kind in schema.columns.items()]
    for attributes, wkb in zip(zip(*columns), _wkb(chunk.geometry, schema)):
        feature = QgsFeature(fields)
        feature.setAttributes(list(attributes))
        if wkb is not None:
            geometry = QgsGeometry()
            geometry.fromWkb(wkb)
            feature.setGeometry(geometry)
        yield feature


def _values(column: pd.Series, kind: ColumnKind) -> list[Any]:
    if kind != "datetime":
        return [NULL if value is None else value for value in sqlite_values(column, kind)]
    times = column.to_numpy(dtype="datetime64[us]")
    milliseconds = np.rint(times.astype("int64") / 1000.0).astype("int64").tolist()
    return [
        NULL if unknown else layer_time(ms) for ms, unknown in zip(milliseconds, np.isnat(times))
    ]


def _wkb(geometry: NDArray[np.object_], schema: Schema) -> list[bytes | None]:
    wkb: list[bytes | None] = [None] * len(geometry)
    rows = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    if len(rows):
        shapes = promoted(geometry[rows], schema.geometry)
        for row, encoded in zip(rows.tolist(), shapely.to_wkb(shapes, output_dimension=2)):
            wkb[row] = encoded
    return wkb
