"""A map's settings in its GeoPackage, so that they go where the map goes."""

from __future__ import annotations

import sqlite3
from dataclasses import asdict
from pathlib import Path

from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.mapping.map_settings import MapSettings, check_settings

TABLE = "map_settings"


def settings_in(path: Path) -> MapSettings | None:
    """The settings that a GeoPackage holds; None where it is no map of this template.

    Raises:
        PlanetaryError: The file cannot be read.
    """
    with geopackage.reader(path) as cursor:
        if not geopackage.has_table(cursor, TABLE):
            return None
        found = dict(cursor.execute("SELECT name, value FROM map_settings").fetchall())
    if not {"title", "body", "scale"} <= found.keys():
        return None
    return MapSettings(
        title=found["title"],
        body=found["body"],
        scale=float(found["scale"]),
        authors=found.get("authors", ""),
        tolerance_m=float(found.get("tolerance_m", 0.0)),
    )


def replace_settings(path: Path, settings: MapSettings) -> None:
    """Write a map's settings into its GeoPackage in place of older ones, all or nothing.

    Raises:
        PlanetaryError: They are none that a map can have, or the file cannot be written.
    """
    check_settings(settings)
    with geopackage.transaction(path) as cursor:
        keep_settings(cursor, settings)


def keep_settings(cursor: sqlite3.Cursor, settings: MapSettings) -> None:
    """Write the settings in an open transaction, in place of older ones."""
    if not geopackage.has_table(cursor, TABLE):
        cursor.execute("CREATE TABLE map_settings (fid INTEGER PRIMARY KEY, name TEXT, value TEXT)")
        cursor.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
            "VALUES (?, 'attributes', ?, 0)",
            (TABLE, TABLE),
        )
    cursor.execute("DELETE FROM map_settings")
    cursor.executemany(
        "INSERT INTO map_settings (name, value) VALUES (?, ?)",
        [(key, str(value)) for key, value in asdict(settings).items()],
    )
