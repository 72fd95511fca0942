"""PostGIS tables that batch runs fill: every chunk and its record in one transaction."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql

from planetary_qgis.core.batch.records import Record, record_from_json
from planetary_qgis.core.batch.spheres import Sphere, sphere_of
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.blobs import promoted
from planetary_qgis.core.geopackages.empty_tables import GEOMETRY_TYPES, column_names
from planetary_qgis.core.geopackages.geopackage import GEOMETRY_COLUMN, ID_COLUMN
from planetary_qgis.core.geopackages.rows import sqlite_values
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import ColumnKind, Products, Schema

RUNS_TABLE = "planetary_qgis_runs"
_LARGEST_SRID = 998_999
_FIRST_CUSTOM_SRID = 910_000
_TYPES: dict[ColumnKind, str] = {
    "text": "text",
    "datetime": "timestamp with time zone",
    "real": "double precision",
    "integer": "bigint",
}
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": ""})
"""COPY's text format; PostgreSQL has no NUL in texts."""


@contextmanager
def open_postgis(address: str, layer: str) -> Iterator[PostgisOutput]:
    """A table of a database, "schema.table" or in the first schema of the search path.

    Raises:
        PlanetaryError: The database cannot be reached, has no PostGIS, or another run writes to
            the table; also, at the end, for whatever the database refused in between.
    """
    where = f"The table “{layer}” of {_without_password(address)}"
    try:
        with closing(psycopg2.connect(address, application_name="planetary_qgis")) as connection:
            _check_postgis(connection, where)
            output = PostgisOutput(connection, layer, where)
            output.lock()
            yield output
    except psycopg2.Error as error:
        raise PlanetaryError(
            f"{where} cannot be read or written.",
            details=str(error).strip(),
            hint="Check the address, that the server runs and has room, and your rights there.",
        ) from error


class PostgisOutput:
    """See `outputs.Output`. The records are in the table planetary_qgis_runs of the same schema."""

    def __init__(self, connection: Any, layer: str, where: str) -> None:
        self.where = where
        self._connection = connection
        schema, _, table = layer.rpartition(".")
        self._names = [schema, table] if schema else [table]
        self._table = sql.Identifier(*self._names)
        self._runs = sql.Identifier(*self._names[:-1], RUNS_TABLE)
        self._schema: Schema | None = None
        self._srid = 0

    def lock(self) -> None:
        """Keep other runs away from the table until the connection ends."""
        with self._connection, self._connection.cursor() as cursor:
            name = ".".join(["planetary_qgis", *self._names])
            cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", (name,))
            if not cursor.fetchone()[0]:
                raise PlanetaryError(
                    f"Another run is writing to this: {self.where}.",
                    hint="Wait for it, or give another --layer.",
                )

    def record(self) -> Record | None:
        with self._connection, self._connection.cursor() as cursor:
            found = None
            if self._is_there(cursor, self._runs):
                cursor.execute(
                    sql.SQL("SELECT record FROM {} WHERE table_name = %s").format(self._runs),
                    (self._names[-1],),
                )
                found = cursor.fetchone()
            if found is None and self._is_there(cursor, self._table):
                raise PlanetaryError(
                    f"{self.where} was not made by this command.", hint="Give another --layer."
                )
        return record_from_json(found[0], self.where) if found else None

    def begin(self, schema: Schema, record: Record) -> None:
        with self._connection, self._connection.cursor() as cursor:
            self._prepare(cursor, schema)
            columns = [
                sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(_TYPES[kind]))
                for name, kind in zip(column_names(schema), schema.columns.values())
            ]
            cursor.execute(
                sql.SQL("CREATE TABLE {} ({} bigint PRIMARY KEY, {} geometry({}, {}), {})").format(
                    self._table,
                    sql.Identifier(ID_COLUMN),
                    sql.Identifier(GEOMETRY_COLUMN),
                    sql.SQL(GEOMETRY_TYPES[schema.geometry]),
                    sql.Literal(self._srid),
                    sql.SQL(", ").join(columns),
                )
            )
            cursor.execute(
                sql.SQL(
                    "CREATE TABLE IF NOT EXISTS {} (table_name text PRIMARY KEY, record text, "
                    "changed timestamp with time zone)"
                ).format(self._runs)
            )
            self._keep(cursor, record)

    def resume(self, schema: Schema) -> None:
        with self._connection, self._connection.cursor() as cursor:
            self._prepare(cursor, schema)

    def add(self, products: Products, before: Record, after: Record) -> None:
        if self._schema is None:
            raise RuntimeError("begin or resume comes first")
        with self._connection, self._connection.cursor() as cursor:
            if len(products):
                columns = [ID_COLUMN, GEOMETRY_COLUMN, *column_names(self._schema)]
                statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                    self._table, sql.SQL(", ").join(map(sql.Identifier, columns))
                )
                lines = _lines(products, self._schema, before.rows + 1, self._srid)
                cursor.copy_expert(statement, io.StringIO("".join(lines)))
            self._keep(cursor, after)

    def finish(self, record: Record) -> None:
        told = "\n".join(f"{name}: {value}" for name, value in record.provenance.items())
        index = sql.Identifier(f"{self._names[-1][:40]}_{GEOMETRY_COLUMN}_idx")
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} USING gist ({})").format(
                    index, self._table, sql.Identifier(GEOMETRY_COLUMN)
                )
            )
            cursor.execute(
                sql.SQL("COMMENT ON TABLE {} IS {}").format(self._table, sql.Literal(told))
            )
            cursor.execute(sql.SQL("ANALYZE {}").format(self._table))
            self._keep(cursor, record)

    def discard(self) -> None:
        with self._connection, self._connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(self._table))
            cursor.execute(
                sql.SQL("DELETE FROM {} WHERE table_name = %s").format(self._runs),
                (self._names[-1],),
            )

    def _prepare(self, cursor: Any, schema: Schema) -> None:
        self._schema = schema
        self._srid = _srid(cursor, sphere_of(schema.body))

    def _is_there(self, cursor: Any, name: sql.Identifier) -> bool:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", (name.as_string(cursor),))
        return bool(cursor.fetchone()[0])

    def _keep(self, cursor: Any, record: Record) -> None:
        cursor.execute(
            sql.SQL(
                "INSERT INTO {} VALUES (%s, %s, now()) ON CONFLICT (table_name) "
                "DO UPDATE SET record = excluded.record, changed = excluded.changed"
            ).format(self._runs),
            (self._names[-1], record.to_json()),
        )


def _check_postgis(connection: Any, where: str) -> None:
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'")
        if cursor.fetchone() is None:
            raise PlanetaryError(
                f"{where}: the database has no PostGIS.",
                hint="Let its owner run CREATE EXTENSION postgis; in it.",
            )


def _srid(cursor: Any, sphere: Sphere) -> int:
    """The database's number of a reference system, added there if need be."""
    cursor.execute(
        "SELECT srid FROM spatial_ref_sys WHERE (auth_name, auth_srid) = (%s, %s) "
        "OR (%s = '' AND srtext = %s)",
        (sphere.authority, sphere.code, sphere.authority, sphere.wkt1),
    )
    found = cursor.fetchone()
    if found:
        return int(found[0])
    cursor.execute(
        "SELECT count(*) FILTER (WHERE srid = %s), "
        "greatest(max(srid) FILTER (WHERE srid BETWEEN %s AND %s) + 1, %s) FROM spatial_ref_sys",
        (sphere.code, _FIRST_CUSTOM_SRID, _LARGEST_SRID, _FIRST_CUSTOM_SRID),
    )
    taken, free = cursor.fetchone()
    fits = sphere.authority and not taken and sphere.code <= _LARGEST_SRID
    srid = sphere.code if fits else int(free)
    cursor.execute(
        "INSERT INTO spatial_ref_sys (srid, auth_name, auth_srid, srtext, proj4text) "
        "VALUES (%s, %s, %s, %s, %s)",
        (srid, sphere.authority or None, sphere.code or None, sphere.wkt1, sphere.proj4),
    )
    return srid


def _lines(products: Products, schema: Schema, first_id: int, srid: int) -> Iterator[str]:
    """Rows in COPY's text format."""
    ids = (str(number) for number in range(first_id, first_id + len(products)))
    columns = [
        [_text(value) for value in sqlite_values(products.table[name], kind)]
        for name, kind in schema.columns.items()
    ]
    for row in zip(ids, _geometries(products, schema, srid), *columns):
        yield "\t".join(row) + "\n"


def _geometries(products: Products, schema: Schema, srid: int) -> list[str]:
    """Hexadecimal EWKB."""
    shapes = products.geometry.copy()
    there = ~shapely.is_missing(shapes)
    shapes[there] = shapely.set_srid(promoted(shapes[there], schema.geometry), srid)
    codes = shapely.to_wkb(shapes, hex=True, byte_order=1, include_srid=True).tolist()
    return [_text(code) for code in codes]


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return "\\N"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    return repr(value) if isinstance(value, float) else str(value)


def _without_password(address: str) -> str:
    parts = urlsplit(address)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", ""))
