"""The CRS that a GeoPackage's own table gives a layer for which QGIS finds none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_DEFINITION = """
SELECT s.definition, s.organization, s.organization_coordsys_id
FROM gpkg_contents c JOIN gpkg_spatial_ref_sys s ON s.srs_id = c.srs_id
WHERE c.data_type IN ('features', 'tiles', '2d-gridded-coverage') AND (? = '' OR c.table_name = ?)
LIMIT 1
"""


def lost_definition(path: Path | None, table: str) -> str:
    """What a GeoPackage says of a table's CRS: its code, else its WKT; empty where nothing."""
    if path is None or path.suffix.lower() != ".gpkg" or not path.is_file():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as opened:
            row = opened.execute(_DEFINITION, (table, table)).fetchone()
    except sqlite3.Error:
        return ""  # no GeoPackage, or one that QGIS holds: then there is nothing to be known
    if row is None:
        return ""
    definition, organization, code = row
    if str(organization).upper().startswith("IAU"):
        return f"{organization}:{code}"
    return str(definition) if "[" in str(definition) else ""
