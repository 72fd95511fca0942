"""GeoPackages that batch runs fill: every chunk and its record in one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.batch.layer_metadata import qgis_metadata
from planetary_qgis.core.batch.layer_style import footprint_style
from planetary_qgis.core.batch.outputs import only_run_on
from planetary_qgis.core.batch.records import RECORD_NAME, Record, record_from_json
from planetary_qgis.core.batch.spheres import sphere_of
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.empty_tables import (
    SpatialReference,
    column_names,
    drop_triggers,
    keep_default_style,
    make_empty_table,
    make_metadata_tables,
    restore_triggers,
)
from planetary_qgis.core.geopackages.rows import stored_rows
from planetary_qgis.core.products import Products, Schema

_QGIS_METADATA = "http://mrcc.com/qgis.dtd"


@contextmanager
def open_geopackage(path: Path, table: str) -> Iterator[GeoPackageOutput]:
    """A table of a GeoPackage, which may hold others, locked against other runs.

    Raises:
        PlanetaryError: Another run writes to the file.
    """
    with only_run_on(path):
        yield GeoPackageOutput(path, table)


class GeoPackageOutput:
    """See `outputs.Output`. R-tree, extent and count are right after every chunk."""

    def __init__(self, path: Path, table: str) -> None:
        self.where = f"The table “{table}” of {path}"
        self._path, self._table = path, table
        self._schema: Schema | None = None
        self._srs_id = 0

    def record(self) -> Record | None:
        if not self._path.is_file():
            return None
        with geopackage.reader(self._path) as cursor:
            found = _stored(cursor, self._table, RECORD_NAME)
            if found is None and geopackage.has_table(cursor, self._table):
                raise PlanetaryError(
                    f"{self.where} was not made by this command.",
                    hint="Give another --layer or --out.",
                )
        return record_from_json(found[1], self.where) if found else None

    def begin(self, schema: Schema, record: Record) -> None:
        self._schema = schema
        sphere = sphere_of(schema.body)
        reference = SpatialReference(sphere.name, sphere.authority, sphere.code, sphere.wkt1)
        with geopackage.transaction(self._path, keep_readers=False) as cursor:
            self._srs_id = make_empty_table(cursor, self._table, schema, reference)
            make_metadata_tables(cursor)
            restore_triggers(cursor, self._table)
            _store(cursor, self._table, RECORD_NAME, "application/json", record.to_json())

    def resume(self, schema: Schema) -> None:
        self._schema = schema
        with geopackage.reader(self._path) as cursor:
            (self._srs_id,) = cursor.execute(
                "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (self._table,)
            ).fetchone()

    def add(self, products: Products, before: Record, after: Record) -> None:
        with geopackage.transaction(self._path, keep_readers=False) as cursor:
            if len(products):
                drop_triggers(cursor, self._table)
                self._insert(cursor, products, first_id=before.rows + 1)
                restore_triggers(cursor, self._table)
            _store(cursor, self._table, RECORD_NAME, "application/json", after.to_json())

    def finish(self, record: Record) -> None:
        about = qgis_metadata(self._table, record)
        with geopackage.transaction(self._path, keep_readers=False) as cursor:
            _store(cursor, self._table, RECORD_NAME, "application/json", record.to_json())
            _store(cursor, self._table, _QGIS_METADATA, "text/xml", about)
            keep_default_style(cursor, self._table, footprint_style())

    def discard(self) -> None:
        with geopackage.transaction(self._path, keep_readers=False) as cursor:
            cursor.execute(
                "DELETE FROM gpkg_metadata WHERE id IN "
                "(SELECT md_file_id FROM gpkg_metadata_reference WHERE table_name = ?)",
                (self._table,),
            )
            geopackage.forget_table(cursor, self._table)
            (others,) = cursor.execute("SELECT count(*) FROM gpkg_contents").fetchone()
        if not others:
            geopackage.remove_file(self._path)

    def _insert(self, cursor: sqlite3.Cursor, products: Products, first_id: int) -> None:
        if self._schema is None:
            raise RuntimeError("begin or resume comes first")
        stored = stored_rows(products, self._schema, first_id=first_id, srs_id=self._srs_id)
        names = column_names(self._schema)
        held = [names[column] for column in stored.columns]
        cursor.executemany(geopackage.insertion(self._table, held), stored.rows)
        _index(cursor, self._table, stored.boxes, first_id)
        cursor.execute(
            "UPDATE gpkg_ogr_contents SET feature_count = feature_count + ? WHERE table_name = ?",
            (len(products), self._table),
        )


def _index(cursor: sqlite3.Cursor, table: str, boxes: NDArray[np.float64], first_id: int) -> None:
    """Put boxes into the R-tree, and widen the extent that the table of contents tells."""
    rows = np.flatnonzero(np.isfinite(boxes).all(axis=1))
    if not len(rows):
        return
    known = boxes[rows]
    tree = geopackage.quoted(geopackage.rtree_name(table))
    cursor.executemany(
        " ".join(("INSERT INTO", tree, "VALUES (?, ?, ?, ?, ?)")),
        zip((rows + first_id).tolist(), *known[:, [0, 2, 1, 3]].T.tolist()),
    )
    low, high = known[:, :2].min(axis=0).tolist(), known[:, 2:].max(axis=0).tolist()
    cursor.execute(
        "UPDATE gpkg_contents SET min_x = min(ifnull(min_x, ?1), ?1), "
        "min_y = min(ifnull(min_y, ?2), ?2), max_x = max(ifnull(max_x, ?3), ?3), "
        "max_y = max(ifnull(max_y, ?4), ?4), "
        "last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') WHERE table_name = ?5",
        (*low, *high, table),
    )


def _stored(cursor: sqlite3.Cursor, table: str, standard: str) -> tuple[int, str] | None:
    """The id and text of what gpkg_metadata keeps about a table by some standard."""
    if not geopackage.has_table(cursor, "gpkg_metadata"):
        return None
    found = cursor.execute(
        "SELECT id, metadata FROM gpkg_metadata JOIN gpkg_metadata_reference ON md_file_id = id "
        "WHERE table_name = ? AND md_standard_uri = ?",
        (table, standard),
    ).fetchone()
    return (int(found[0]), str(found[1])) if found else None


def _store(cursor: sqlite3.Cursor, table: str, standard: str, mime_type: str, text: str) -> None:
    """Keep a text about a table, in place of the one by the same standard."""
    found = _stored(cursor, table, standard)
    if found:
        cursor.execute("UPDATE gpkg_metadata SET metadata = ? WHERE id = ?", (text, found[0]))
        return
    cursor.execute(
        "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
        "VALUES ('dataset', ?, ?, ?)",
        (standard, mime_type, text),
    )
    cursor.execute(
        "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) "
        "VALUES ('table', ?, ?)",
        (table, cursor.lastrowid),
    )
