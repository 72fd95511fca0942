"""Rows of a table as an answer again, to be joined with others. Imports pandas: import it late."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qgis.core import QgsWkbTypes

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.rows import shapes_of_blobs
from planetary_qgis.core.products import (
    SHARED_COLUMNS,
    Answer,
    ColumnKind,
    GeometryKind,
    Products,
    Schema,
    table_of,
)
from planetary_qgis.core.times import parse_utc_column
from planetary_qgis.qgis_bridge.compat import kind_of
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.layers import facts_of, open_table

_GEOMETRY_KINDS: dict[int, GeometryKind] = {
    QgsWkbTypes.GeometryType.PolygonGeometry: "polygon",
    QgsWkbTypes.GeometryType.LineGeometry: "line",
    QgsWkbTypes.GeometryType.PointGeometry: "point",
}


def stored_answer(
    path: Path, table: str, ids: NDArray[np.int64], *, chunk_rows: int = 5_000
) -> Answer:
    """The rows of a table with these ids, in their order, with what the table says of itself.

    Raises:
        PlanetaryError: The table lies on a body that is not known, or cannot be opened.
    """
    layer = open_table(path, table)
    body = body_of(layer.crs())
    if body is None:
        raise PlanetaryError(
            f"The table “{table}” does not say on which body it lies.",
            hint="Import the index again.",
        )
    schema = _schema(layer, body)
    facts = facts_of(layer)
    del layer  # an open layer would keep the file busy
    chunks = _chunks(path, table, schema, ids, chunk_rows)
    return Answer(schema, chunks, total=len(ids), provenance=facts)


def _schema(layer: Any, body: Body) -> Schema:
    own: dict[str, ColumnKind] = {
        field.name(): kind_of(field)
        for field in layer.fields()
        if field.name() not in SHARED_COLUMNS and field.name() != geopackage.ID_COLUMN
    }
    return Schema(body, _GEOMETRY_KINDS[layer.geometryType()], own)


def _chunks(
    path: Path, table: str, schema: Schema, ids: NDArray[np.int64], chunk_rows: int
) -> Iterator[Products]:
    names = [geopackage.ID_COLUMN, geopackage.GEOMETRY_COLUMN, *schema.columns]
    select = " ".join(
        ("SELECT", ", ".join(map(geopackage.quoted, names)), "FROM", geopackage.quoted(table))
    )
    with geopackage.reader(path) as cursor:
        for begin in range(0, len(ids), chunk_rows):
            yield _products(cursor, select, schema, ids[begin : begin + chunk_rows])


def _products(
    cursor: sqlite3.Cursor, select: str, schema: Schema, ids: NDArray[np.int64]
) -> Products:
    wanted = ids.tolist()
    marks = ",".join("?" * len(wanted))
    cursor.execute(" ".join((select, "WHERE", geopackage.ID_COLUMN, "IN (", marks, ")")), wanted)
    rows = {row[0]: row[1:] for row in cursor.fetchall()}
    blobs, *columns = zip(*(rows[key] for key in wanted))
    values = {
        name: parse_utc_column(column) if kind == "datetime" else np.array(column, dtype=object)
        for (name, kind), column in zip(schema.columns.items(), columns)
    }
    return Products(table_of(schema, values, len(wanted)), _shapes(blobs))


def _shapes(blobs: tuple[bytes | None, ...]) -> NDArray[np.object_]:
    shapes = np.full(len(blobs), None, dtype=object)
    known = [row for row, blob in enumerate(blobs) if blob is not None]
    if known:
        shapes[known] = shapes_of_blobs([blob for blob in blobs if blob is not None])
    return shapes
