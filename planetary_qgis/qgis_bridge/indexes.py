"""The indexes that the store holds, by what their tables say of themselves."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from qgis.core import QgsLayerMetadata
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.core.archives.contents import ranges_in
from planetary_qgis.core.archives.sources import Imported
from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.qgis_bridge.layers import facts_in

_TABLES = (
    "SELECT c.table_name, coalesce(o.feature_count, 0) FROM gpkg_contents c "
    "LEFT JOIN gpkg_ogr_contents o ON lower(o.table_name) = lower(c.table_name) "
    "WHERE c.data_type = 'features' ORDER BY c.table_name"
)
_METADATA = (
    "SELECT m.metadata FROM gpkg_metadata m JOIN gpkg_metadata_reference r "
    "ON r.md_file_id = m.id WHERE lower(r.table_name) = lower(?) "
    "AND m.md_standard_uri = 'http://mrcc.com/qgis.dtd' ORDER BY m.id DESC LIMIT 1"
)


def imported_indexes(store: Path) -> list[Imported]:
    """Every index in the store, by table name; no layer is opened for it."""
    if not store.is_file():
        return []
    with geopackage.reader(store) as cursor:
        tables = cursor.execute(_TABLES).fetchall()
        return [_imported(table, rows, _facts(cursor, table)) for table, rows in tables]


def facts_of_table(store: Path, table: str) -> dict[str, str]:
    """What a table says of where it came from."""
    with geopackage.reader(store) as cursor:
        return _facts(cursor, table)


def _imported(table: str, rows: int, facts: dict[str, str]) -> Imported:
    key, is_known, _title = facts.get("Dataset", "").partition(_SEPARATOR)
    body = find_body(facts.get("Body", ""))
    return Imported(
        table=table,
        rows=int(rows),
        dataset=key if is_known else "",
        body=body.name if body else "",
        ranges=ranges_in(facts),
        note=facts.get("Fetched", ""),
    )


_SEPARATOR = ": "


def _facts(cursor: sqlite3.Cursor, table: str) -> dict[str, str]:
    if not geopackage.has_table(cursor, "gpkg_metadata_reference"):
        return {}
    row = cursor.execute(_METADATA, (table,)).fetchone()
    document, metadata = QDomDocument(), QgsLayerMetadata()
    if row and document.setContent(row[0]):
        metadata.readMetadataXml(document.documentElement())
    return facts_in(metadata)
