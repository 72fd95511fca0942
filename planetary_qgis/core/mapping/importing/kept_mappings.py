"""Column mappings in a map's GeoPackage, for the next file of the same making."""

from __future__ import annotations

from pathlib import Path

from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.mapping.importing.mappings import LayerMapping, as_json, mappings_in

TABLE = "import_mappings"


def kept_in(path: Path) -> dict[str, LayerMapping]:
    """By source layers' names, those that were used for this map."""
    with geopackage.reader(path) as cursor:
        if not geopackage.has_table(cursor, TABLE):
            return {}
        rows = cursor.execute("SELECT mapping FROM import_mappings ORDER BY fid").fetchall()
    kept: dict[str, LayerMapping] = {}
    for (text,) in rows:
        kept.update(mappings_in(text, f"The table {TABLE} of {path}"))
    return kept


def keep(path: Path, mappings: dict[str, LayerMapping]) -> None:
    """Keep mappings with the map, in place of older ones of the same layers.

    Raises:
        PlanetaryError: The GeoPackage cannot be written.
    """
    with geopackage.transaction(path) as cursor:
        if not geopackage.has_table(cursor, TABLE):
            cursor.execute(
                "CREATE TABLE import_mappings (fid INTEGER PRIMARY KEY, layer TEXT, mapping TEXT)"
            )
            cursor.execute(
                "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) "
                "VALUES (?, 'attributes', ?, 0)",
                (TABLE, TABLE),
            )
        cursor.executemany(
            "DELETE FROM import_mappings WHERE layer = ?", [(name,) for name in mappings]
        )
        cursor.executemany(
            "INSERT INTO import_mappings (layer, mapping) VALUES (?, ?)",
            [(name, as_json({name: mapping})) for name, mapping in mappings.items()],
        )
