"""Tables of a GeoPackage as QGIS makes them, within one SQLite transaction.

The schema is never written by hand: QGIS makes an empty table in a scratch file, and what it made
there (table, R-tree, triggers, rows of the gpkg_ tables) is repeated in the file at hand.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFields,
    QgsVectorFileWriter,
    QgsWkbTypes,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.qgis_bridge import disk_space
from planetary_qgis.qgis_bridge.crs import mend_definitions

if TYPE_CHECKING:
    from planetary_qgis.core.products import GeometryKind

_COPIED = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_extensions", "gpkg_ogr_contents")


@contextmanager
def fresh_table(
    path: Path,
    table: str,
    fields: QgsFields,
    geometry: GeometryKind,
    crs: QgsCoordinateReferenceSystem,
) -> Iterator[tuple[sqlite3.Cursor, int]]:
    """A cursor that fills a fresh, empty table of a GeoPackage, and its srs_id.

    Everything happens in one transaction: an older table of that name is gone, and the new one
    there, only when the block ends well. A new file gets its name only then.
    """
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        blank = Path(folder) / "blank.gpkg"
        _make_blank(blank, table, fields, geometry, crs)
        if path.exists():
            with _filled(path, table, blank, keep_readers=True) as filling:
                yield filling
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f"{path.name}.part")
        geopackage.remove_file(unfinished)
        try:
            shutil.copyfile(blank, unfinished)
            disk_space.prepare(unfinished)
            with _filled(unfinished, table, blank, keep_readers=False) as filling:
                yield filling
            unfinished.replace(path)
        finally:
            geopackage.remove_file(unfinished)


@contextmanager
def _filled(
    path: Path, table: str, blank: Path, *, keep_readers: bool
) -> Iterator[tuple[sqlite3.Cursor, int]]:
    with geopackage.transaction(path, attached=blank, keep_readers=keep_readers) as cursor:
        geopackage.forget_table(cursor, table)
        srs_id = _repeat_table(cursor, table)
        yield cursor, srs_id
        _repeat_triggers(cursor, table)


def _make_blank(
    path: Path,
    table: str,
    fields: QgsFields,
    geometry: GeometryKind,
    crs: QgsCoordinateReferenceSystem,
) -> None:
    """Have QGIS make a GeoPackage with one empty table, R-tree included."""
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName = "GPKG"
    options.layerName = table
    options.layerOptions = [
        f"GEOMETRY_NAME={geopackage.GEOMETRY_COLUMN}",
        f"FID={geopackage.ID_COLUMN}",
    ]
    kinds = {
        "polygon": QgsWkbTypes.Type.MultiPolygon,
        "line": QgsWkbTypes.Type.MultiLineString,
        "point": QgsWkbTypes.Type.Point,
    }
    writer = QgsVectorFileWriter.create(
        str(path), fields, kinds[geometry], crs, QgsCoordinateTransformContext(), options
    )
    problem = writer.errorMessage() if writer.hasError() else ""
    del writer
    if problem:
        raise PlanetaryError(
            f"QGIS cannot make the table “{table}”.",
            details=problem,
            hint="Choose another table name or output file.",
        )


def _repeat_table(cursor: sqlite3.Cursor, table: str) -> int:
    """Create in the main file what the attached blank file has; gives the srs_id used here."""
    _repeat_system_tables(cursor)
    srs_id = _repeat_crs(cursor, table)
    for name in (table, geopackage.rtree_name(table)):
        cursor.execute(_sql_of(cursor, "table", name))
    for name in _COPIED:
        source = f"blank.{name}"
        cursor.execute(
            " ".join(("INSERT INTO", f"main.{name} SELECT * FROM", source, "WHERE table_name = ?")),
            (table,),
        )
    for name in ("gpkg_contents", "gpkg_geometry_columns"):
        cursor.execute(
            " ".join(("UPDATE", name, "SET srs_id = ? WHERE table_name = ?")), (srs_id, table)
        )
    mend_definitions(cursor.connection)
    return srs_id


def _repeat_system_tables(cursor: sqlite3.Cursor) -> None:
    for name in _COPIED:
        if not geopackage.has_table(cursor, name):
            cursor.execute(_sql_of(cursor, "table", name))


def _repeat_crs(cursor: sqlite3.Cursor, table: str) -> int:
    """The srs_id in the main file of the blank table's CRS, added there if need be."""
    wanted = (
        "SELECT srs_name, srs_id, organization, organization_coordsys_id, definition, description "
        "FROM blank.gpkg_spatial_ref_sys WHERE srs_id = "
        "(SELECT srs_id FROM blank.gpkg_geometry_columns WHERE lower(table_name) = lower(?))"
    )
    row = cursor.execute(wanted, (table,)).fetchone()
    name, srs_id, organization, code, definition, description = row
    mended = definition.replace('AUTHORITY["IAU",', 'AUTHORITY["IAU_2015",')
    known = cursor.execute(
        "SELECT srs_id FROM main.gpkg_spatial_ref_sys WHERE definition IN (?, ?)",
        (definition, mended),
    ).fetchone()
    if known:
        return int(known[0])
    taken = cursor.execute(
        "SELECT max(100000, max(srs_id) + 1), sum(srs_id = ?) FROM main.gpkg_spatial_ref_sys",
        (srs_id,),
    ).fetchone()
    new_id = taken[0] if taken[1] else srs_id
    cursor.execute(
        "INSERT INTO main.gpkg_spatial_ref_sys (srs_name, srs_id, organization, "
        "organization_coordsys_id, definition, description) VALUES (?, ?, ?, ?, ?, ?)",
        (name, new_id, organization, code, mended, description),
    )
    return int(new_id)


def _repeat_triggers(cursor: sqlite3.Cursor, table: str) -> None:
    """Triggers come last: those that feed the R-tree call functions that only GDAL has."""
    triggers = cursor.execute(
        "SELECT sql FROM blank.sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,)
    ).fetchall()
    for (sql,) in triggers:
        cursor.execute(sql)


def _sql_of(cursor: sqlite3.Cursor, kind: str, name: str) -> str:
    found = cursor.execute(
        "SELECT sql FROM blank.sqlite_master WHERE type = ? AND name = ?", (kind, name)
    ).fetchone()
    return str(found[0])
