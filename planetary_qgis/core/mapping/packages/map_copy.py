"""A consistent copy of a map's GeoPackage: closed, without journals, with the map's tables only."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from html import escape
from pathlib import Path

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.empty_tables import make_metadata_tables
from planetary_qgis.core.mapping.map_layers import MAP_LAYERS
from planetary_qgis.core.mapping.packages.map_metadata import TABLE as METADATA
from planetary_qgis.core.mapping.packages.style_files import with_pictures
from planetary_qgis.core.mapping.settings_table import TABLE as SETTINGS

_PAGES = 256
_BUSY_SECONDS = 10.0
_QGIS_METADATA = "http://mrcc.com/qgis.dtd"

Told = Callable[[float], None]
"""Gets which part is done, of 1; what it raises ends the work."""


def copy_map(source: Path, target: Path, told: Told, keep: Iterable[str] = ()) -> list[str]:
    """Copy a map as it was last saved; gives the tables that were left out.

    Others may read and write the source meanwhile; the copy is of one moment.

    Args:
        keep: Tables that go with the map although the template has none of that name.

    Raises:
        PlanetaryError: The source is locked or broken, or the target cannot be written.
    """
    try:
        _back_up(source, target, told)
        return _only_the_map(source, target, keep)
    except sqlite3.Error as error:
        raise PlanetaryError(
            f"The map's GeoPackage {source} cannot be copied.",
            details=str(error),
            hint="Close other programs that use it, check that the disk has room, then try again.",
        ) from error


def rename_in_styles(path: Path, old_name: str) -> None:
    """Let styles that name the map's file beside them, as forms do, name this one."""
    old, new = f"./{old_name}|", f"./{path.name}|"
    with geopackage.transaction(path, keep_readers=False) as cursor:
        if geopackage.has_table(cursor, "layer_styles"):
            cursor.execute(
                "UPDATE layer_styles SET styleQML = replace(styleQML, ?, ?)",
                (escape(old, quote=False), escape(new, quote=False)),
            )


def keep_layer_metadata(path: Path, metadata: dict[str, str]) -> None:
    """Store the metadata of tables in a GeoPackage, where QGIS looks for them."""
    with geopackage.transaction(path, keep_readers=False) as cursor:
        make_metadata_tables(cursor)
        for table, text in metadata.items():
            cursor.execute(
                "DELETE FROM gpkg_metadata_reference WHERE lower(table_name) = lower(?) "
                "AND md_file_id IN (SELECT id FROM gpkg_metadata WHERE md_standard_uri = ?)",
                (table, _QGIS_METADATA),
            )
            cursor.execute(
                "INSERT INTO gpkg_metadata (md_scope, md_standard_uri, mime_type, metadata) "
                "VALUES ('dataset', ?, 'text/xml', ?)",
                (_QGIS_METADATA, text),
            )
            cursor.execute(
                "INSERT INTO gpkg_metadata_reference (reference_scope, table_name, md_file_id) "
                "VALUES ('table', ?, ?)",
                (table, cursor.lastrowid),
            )


def forget_whole_table(cursor: sqlite3.Cursor, table: str) -> None:
    """Drop a table and all that is said of it, its R-tree by whatever column it is named."""
    found = cursor.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
    ).fetchall()
    for (column,) in found:
        tree = geopackage.quoted(f"rtree_{table}_{column}")
        cursor.execute(" ".join(("DROP TABLE IF EXISTS", tree)))
    geopackage.forget_table(cursor, table)


def _back_up(source: Path, target: Path, told: Told) -> None:
    def progress(_status: int, left: int, whole: int) -> None:
        told(1.0 - left / whole if whole else 1.0)

    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as read,
        closing(sqlite3.connect(target, timeout=_BUSY_SECONDS)) as written,
    ):
        read.backup(written, pages=_PAGES, progress=progress, sleep=0.05)
        written.execute("PRAGMA journal_mode = DELETE")


def _only_the_map(source: Path, target: Path, keep: Iterable[str]) -> list[str]:
    """Drop other tables, put the pictures of styles inside them, and shorten the file."""
    kept = {spec.name for spec in MAP_LAYERS} | {SETTINGS, METADATA, "layer_styles", *keep}
    kept = {name.lower() for name in kept}
    with geopackage.transaction(target, keep_readers=False) as cursor:
        tables = [row[0] for row in cursor.execute("SELECT table_name FROM gpkg_contents")]
        left_out = [name for name in tables if name.lower() not in kept]
        for name in left_out:
            forget_whole_table(cursor, name)
        _forget_metadata_of_nothing(cursor)
        _embed_pictures(cursor, source.parent)
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        connection.execute("VACUUM")
    return left_out


def _forget_metadata_of_nothing(cursor: sqlite3.Cursor) -> None:
    if geopackage.has_table(cursor, "gpkg_metadata"):
        cursor.execute(
            "DELETE FROM gpkg_metadata WHERE id NOT IN "
            "(SELECT md_file_id FROM gpkg_metadata_reference)"
        )


def _embed_pictures(cursor: sqlite3.Cursor, folder: Path) -> None:
    if not geopackage.has_table(cursor, "layer_styles"):
        return
    for number, qml in cursor.execute("SELECT id, styleQML FROM layer_styles").fetchall():
        whole = with_pictures(str(qml or ""), folder)
        if whole != qml:
            cursor.execute("UPDATE layer_styles SET styleQML = ? WHERE id = ?", (whole, number))
