"""GeMS tables in a GeoPackage that holds the map already. Import it late, for shapely."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geopackages.blobs import geometry_blobs
from planetary_qgis.core.geopackages.empty_tables import restore_triggers
from planetary_qgis.core.geopackages.geopackage import (
    GEOMETRY_COLUMN,
    ID_COLUMN,
    quoted,
    rtree_name,
)
from planetary_qgis.core.geopackages.table_content import TableContent
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.packages.gems_schema import GemsTable
from planetary_qgis.core.products import GeometryKind

Row = dict[str, Any]

_TYPES: dict[GeometryKind, str] = {
    "polygon": "MULTIPOLYGON",
    "line": "MULTILINESTRING",
    "point": "POINT",
}


@dataclass
class GemsRows:
    """The rows of a table, with a shape each where the table has places."""

    spec: GemsTable
    rows: list[Row] = field(default_factory=list)
    shapes: list[Any] = field(default_factory=list)

    def add(self, row: Row, shape: Any = None) -> None:
        """Put a row at the end; its key is its number behind the table's letters."""
        number = len(self.rows) + 1
        self.rows.append({self.spec.key: f"{self.spec.key_prefix}{number:05d}", **row})
        self.shapes.append(shape)


def write_gems_table(cursor: sqlite3.Cursor, table: GemsRows, srs_id: int) -> None:
    """Make and fill a table in an open transaction."""
    spec = table.spec
    columns = [spec.key, *(each.name for each in spec.fields)]
    numbers = {each.name for each in spec.fields if each.width == 0}
    declared = [f"{quoted(ID_COLUMN)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if spec.geometry != "none":
        declared.append(f"{quoted(GEOMETRY_COLUMN)} {_TYPES[spec.geometry]}")
    declared += [f"{quoted(name)} {'REAL' if name in numbers else 'TEXT'}" for name in columns]
    cursor.execute(" ".join(("CREATE TABLE", quoted(spec.name), "(", ", ".join(declared), ")")))
    values = [[row.get(name) for name in columns] for row in table.rows]
    if spec.geometry == "none":
        _announce(cursor, spec.name, "attributes", 0)
        _insert(cursor, spec.name, columns, values)
    else:
        _announce(cursor, spec.name, "features", srs_id)
        _announce_geometry(cursor, spec.name, _TYPES[spec.geometry], srs_id)
        _insert_shapes(cursor, table, columns, values, srs_id)
        restore_triggers(cursor, spec.name)


def _insert(
    cursor: sqlite3.Cursor, table: str, columns: Sequence[str], values: Iterable[Sequence[Any]]
) -> None:
    listed, marks = ", ".join(map(quoted, columns)), ", ".join("?" * len(columns))
    cursor.executemany(
        " ".join(("INSERT INTO", quoted(table), "(", listed, ") VALUES (", marks, ")")), values
    )


def _insert_shapes(
    cursor: sqlite3.Cursor,
    table: GemsRows,
    columns: Sequence[str],
    values: list[list[Any]],
    srs_id: int,
) -> None:
    if table.spec.geometry == "none":
        return
    shapes: NDArray[np.object_] = np.full(len(values), None, dtype=object)
    shapes[:] = table.shapes
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    blobs = geometry_blobs(shapes, boxes, table.spec.geometry, srs_id)
    rows = [[blob, *row] for blob, row in zip(blobs, values)]
    _insert(cursor, table.spec.name, [GEOMETRY_COLUMN, *columns], rows)
    content = TableContent()
    content.add(boxes)
    content.tell(cursor, table.spec.name)


def _announce(cursor: sqlite3.Cursor, table: str, kind: str, srs_id: int) -> None:
    cursor.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES (?, ?, ?, ?)",
        (table, kind, table, srs_id),
    )


def _announce_geometry(cursor: sqlite3.Cursor, table: str, kind: str, srs_id: int) -> None:
    cursor.execute(
        " ".join(
            (
                *("CREATE VIRTUAL TABLE", quoted(rtree_name(table))),
                "USING rtree(id, minx, maxx, miny, maxy)",
            )
        )
    )
    cursor.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)",
        (table, GEOMETRY_COLUMN, kind, srs_id),
    )
    cursor.execute(
        "INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', "
        "'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
        (table, GEOMETRY_COLUMN),
    )
    cursor.execute("INSERT INTO gpkg_ogr_contents VALUES (?, 0)", (table,))
