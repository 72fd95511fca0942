"""Feature tables as GDAL makes them, without GDAL: their SQL, triggers and rows about them.

Sources: OGC 12-128r18, GeoPackage Encoding Standard 1.3; what GDAL 3.6 writes, which tests compare.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from string import Template

from planetary_qgis.core.geopackages.geopackage import (
    GEOMETRY_COLUMN,
    ID_COLUMN,
    has_table,
    quoted,
    rtree_name,
)
from planetary_qgis.core.products import ColumnKind, GeometryKind, Schema

APPLICATION_ID = 0x47504B47  # "GPKG"
VERSION = 10300
GEOMETRY_TYPES: dict[GeometryKind, str] = {
    "polygon": "MULTIPOLYGON",
    "line": "MULTILINESTRING",
    "point": "POINT",
}
_COLUMN_TYPES: dict[ColumnKind, str] = {
    "text": "TEXT",
    "datetime": "DATETIME",
    "real": "REAL",
    "integer": "INTEGER",
}
_FIRST_CUSTOM_SRS_ID = 100_000


@dataclass(frozen=True)
class SpatialReference:
    """A line of gpkg_spatial_ref_sys.

    Attributes:
        organization: Empty for systems that nobody has given a code.
        definition: WKT 1.
    """

    name: str
    organization: str
    code: int
    definition: str


def column_names(
    schema: Schema, reserved: Iterable[str] = (ID_COLUMN, GEOMETRY_COLUMN)
) -> list[str]:
    """The schema's columns under names that differ by more than case from each other."""
    taken, names = {name.lower() for name in reserved}, []
    for name in schema.columns:
        unique, number = name, 2
        while unique.lower() in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique.lower())
        names.append(unique)
    return names


def make_empty_table(
    cursor: sqlite3.Cursor, table: str, schema: Schema, reference: SpatialReference
) -> int:
    """Make a table with its R-tree and all that the gpkg_ tables say of it; gives its srs_id.

    The file may be empty or a GeoPackage. `restore_triggers` comes after the table's first rows.
    """
    _make_system_tables(cursor)
    srs_id = _srs_id(cursor, reference)
    columns = ", ".join(
        f"{quoted(name)} {_COLUMN_TYPES[kind]}"
        for name, kind in zip(column_names(schema), schema.columns.values())
    )
    kind = GEOMETRY_TYPES[schema.geometry]
    cursor.execute(
        f"CREATE TABLE {quoted(table)} "
        f"({quoted(ID_COLUMN)} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, "
        f"{quoted(GEOMETRY_COLUMN)} {kind}, {columns})"
    )
    cursor.execute(
        f"CREATE VIRTUAL TABLE {quoted(rtree_name(table))} USING rtree(id, minx, maxx, miny, maxy)"
    )
    cursor.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
        "VALUES (?, 'features', ?, ?)",
        (table, table, srs_id),
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
    return srs_id


def drop_triggers(cursor: sqlite3.Cursor, table: str) -> None:
    """Take a table's triggers away while plain SQLite writes: they call functions of GDAL's."""
    for name, _ in _triggers(table):
        cursor.execute(f"DROP TRIGGER IF EXISTS {quoted(name)}")


def restore_triggers(cursor: sqlite3.Cursor, table: str) -> None:
    """Let every program that changes the table keep its R-tree and count of rows right."""
    for name, body in _triggers(table):
        cursor.execute(f"CREATE TRIGGER {quoted(name)} {body}")


def make_metadata_tables(cursor: sqlite3.Cursor) -> None:
    """Make gpkg_metadata and its references where they are not there yet."""
    if has_table(cursor, "gpkg_metadata"):
        return
    for sql in _METADATA_TABLES:
        cursor.execute(sql)
    cursor.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_metadata', "
        "'http://www.geopackage.org/spec120/#extension_metadata', 'read-write')",
        [("gpkg_metadata",), ("gpkg_metadata_reference",)],
    )


def keep_default_style(cursor: sqlite3.Cursor, table: str, qml: str) -> None:
    """Let QGIS open the table in a style, in the table of styles that QGIS makes."""
    if not has_table(cursor, "layer_styles"):
        cursor.execute(_STYLES_TABLE)
        cursor.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "VALUES ('layer_styles', 'attributes', 'layer_styles', 0)"
        )
    cursor.execute(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
        "f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner) "
        "VALUES ('', '', ?, ?, ?, ?, '', 1, 'Planetary QGIS', '')",
        (table, GEOMETRY_COLUMN, table[:30], qml),
    )


def _make_system_tables(cursor: sqlite3.Cursor) -> None:
    for name, columns in _SYSTEM_TABLES.items():
        if not has_table(cursor, name):
            cursor.execute(f"CREATE TABLE {name} ({columns})")
            if name == "gpkg_spatial_ref_sys":
                cursor.executemany(_INSERT_SRS, _DEMANDED_SRS)
    (application_id,) = cursor.execute("PRAGMA application_id").fetchone()
    if application_id == 0:
        cursor.execute(f"PRAGMA application_id = {APPLICATION_ID:d}")
        cursor.execute(f"PRAGMA user_version = {VERSION:d}")


def _srs_id(cursor: sqlite3.Cursor, reference: SpatialReference) -> int:
    """The id of a reference system in this file, added there if need be."""
    if reference.organization:
        known = cursor.execute(
            "SELECT srs_id FROM gpkg_spatial_ref_sys "
            "WHERE lower(organization) = lower(?) AND organization_coordsys_id = ?",
            (reference.organization, reference.code),
        ).fetchone()
    else:
        known = cursor.execute(
            "SELECT srs_id FROM gpkg_spatial_ref_sys WHERE definition = ?", (reference.definition,)
        ).fetchone()
    if known:
        return int(known[0])
    new_id = _free_srs_id(cursor, reference.code if reference.organization else 0)
    organization = reference.organization or "NONE"
    code = reference.code if reference.organization else new_id
    row = (reference.name, new_id, organization, code, reference.definition, None)
    cursor.execute(_INSERT_SRS, row)
    return new_id


def _free_srs_id(cursor: sqlite3.Cursor, wanted: int) -> int:
    taken = {row[0] for row in cursor.execute("SELECT srs_id FROM gpkg_spatial_ref_sys")}
    if wanted and wanted not in taken:
        return wanted
    custom: Iterable[int] = (i for i in taken if i >= _FIRST_CUSTOM_SRS_ID)
    return max((_FIRST_CUSTOM_SRS_ID - 1, *custom)) + 1


def _triggers(table: str) -> list[tuple[str, str]]:
    """Names of a table's triggers, and what follows CREATE TRIGGER and the name."""
    names = {
        "table": quoted(table),
        "tree": quoted(rtree_name(table)),
        "geom": quoted(GEOMETRY_COLUMN),
        "fid": quoted(ID_COLUMN),
        "text": "'" + table.replace("'", "''") + "'",
    }
    there = _GEOMETRY_IS_THERE.substitute(names)
    put = _PUT_INTO_TREE.substitute(names)
    names.update(there=there, put=put)
    of_tree = [(f"{rtree_name(table)}_{name}", sql) for name, sql in _RTREE_TRIGGERS.items()]
    of_count = [(f"trigger_{name}_feature_count_{table}", sql) for name, sql in _COUNTERS.items()]
    return [(name, sql.substitute(names)) for name, sql in (*of_tree, *of_count)]


_GEOMETRY_IS_THERE = Template("(NEW.$geom NOTNULL AND NOT ST_IsEmpty(NEW.$geom))")
_PUT_INTO_TREE = Template(
    "INSERT OR REPLACE INTO $tree VALUES (NEW.$fid, ST_MinX(NEW.$geom), ST_MaxX(NEW.$geom), "
    "ST_MinY(NEW.$geom), ST_MaxY(NEW.$geom));"
)
_RTREE_TRIGGERS = {
    "insert": Template("AFTER INSERT ON $table WHEN $there BEGIN $put END"),
    "update1": Template(
        "AFTER UPDATE OF $geom ON $table WHEN OLD.$fid = NEW.$fid AND $there BEGIN $put END"
    ),
    "update2": Template(
        "AFTER UPDATE OF $geom ON $table WHEN OLD.$fid = NEW.$fid AND NOT $there "
        "BEGIN DELETE FROM $tree WHERE id = OLD.$fid; END"
    ),
    "update3": Template(
        "AFTER UPDATE ON $table WHEN OLD.$fid != NEW.$fid AND $there "
        "BEGIN DELETE FROM $tree WHERE id = OLD.$fid; $put END"
    ),
    "update4": Template(
        "AFTER UPDATE ON $table WHEN OLD.$fid != NEW.$fid AND NOT $there "
        "BEGIN DELETE FROM $tree WHERE id IN (OLD.$fid, NEW.$fid); END"
    ),
    "delete": Template(
        "AFTER DELETE ON $table WHEN OLD.$geom NOT NULL "
        "BEGIN DELETE FROM $tree WHERE id = OLD.$fid; END"
    ),
}
_COUNTERS = {
    "insert": Template(
        "AFTER INSERT ON $table BEGIN UPDATE gpkg_ogr_contents "
        "SET feature_count = feature_count + 1 WHERE lower(table_name) = lower($text); END"
    ),
    "delete": Template(
        "AFTER DELETE ON $table BEGIN UPDATE gpkg_ogr_contents "
        "SET feature_count = feature_count - 1 WHERE lower(table_name) = lower($text); END"
    ),
}
_INSERT_SRS = (
    "INSERT INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, "
    "definition, description) VALUES (?, ?, ?, ?, ?, ?)"
)
_WGS84 = (
    'GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,'
    'AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],'
    'PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],'
    'UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AUTHORITY["EPSG","4326"]]'
)
_DEMANDED_SRS = (
    ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined", "undefined Cartesian"),
    ("Undefined geographic SRS", 0, "NONE", 0, "undefined", "undefined geographic"),
    ("WGS 84 geodetic", 4326, "EPSG", 4326, _WGS84, "longitude/latitude of the Earth"),
)
"""Reference systems that the standard demands in every file (requirement 11)."""
_NOW = "(strftime('%Y-%m-%dT%H:%M:%fZ','now'))"
_SYSTEM_TABLES = {
    "gpkg_spatial_ref_sys": (
        "srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, organization TEXT NOT NULL, "
        "organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT"
    ),
    "gpkg_contents": (
        "table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, "
        f"description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT {_NOW}, "
        "min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, "
        "CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)"
    ),
    "gpkg_geometry_columns": (
        "table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, "
        "srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, "
        "CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), "
        "CONSTRAINT uk_gc_table_name UNIQUE (table_name), "
        "CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), "
        "CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)"
    ),
    "gpkg_extensions": (
        "table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
        "definition TEXT NOT NULL, scope TEXT NOT NULL, "
        "CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)"
    ),
    "gpkg_ogr_contents": (
        "table_name TEXT NOT NULL PRIMARY KEY, feature_count INTEGER DEFAULT NULL"
    ),
}
_STYLES_TABLE = (
    'CREATE TABLE "layer_styles" ("id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, '
    '"f_table_catalog" TEXT(256), "f_table_schema" TEXT(256), "f_table_name" TEXT(256), '
    '"f_geometry_column" TEXT(256), "styleName" TEXT(30), "styleQML" TEXT, "styleSLD" TEXT, '
    '"useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), "ui" TEXT(30), '
    f'"update_time" DATETIME DEFAULT {_NOW})'
)
_METADATA_TABLES = (
    "CREATE TABLE gpkg_metadata (id INTEGER CONSTRAINT m_pk PRIMARY KEY ASC NOT NULL, "
    "md_scope TEXT NOT NULL DEFAULT 'dataset', md_standard_uri TEXT NOT NULL, "
    "mime_type TEXT NOT NULL DEFAULT 'text/xml', metadata TEXT NOT NULL DEFAULT '')",
    "CREATE TABLE gpkg_metadata_reference (reference_scope TEXT NOT NULL, table_name TEXT, "
    f"column_name TEXT, row_id_value INTEGER, timestamp DATETIME NOT NULL DEFAULT {_NOW}, "
    "md_file_id INTEGER NOT NULL, md_parent_id INTEGER, "
    "CONSTRAINT crmr_mfi_fk FOREIGN KEY (md_file_id) REFERENCES gpkg_metadata(id), "
    "CONSTRAINT crmr_mpi_fk FOREIGN KEY (md_parent_id) REFERENCES gpkg_metadata(id))",
)
