"""Answers as tables of a GeoPackage: written whole or not at all, dressed, and found again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsFeedback, QgsFields

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import geopackage
from planetary_qgis.qgis_bridge.blanks import fresh_table
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.layers import Dress, keep_dress, open_table
from planetary_qgis.qgis_bridge.search import search_layer

if TYPE_CHECKING:
    import sqlite3

    from planetary_qgis.core.products import Answer, Products, Schema

__all__ = [
    "RunCancelledError",
    "open_table",
    "remove_table",
    "search_layer",
    "table_names",
    "write_table",
]

_ONE_WRITER = threading.Lock()
_FORBIDDEN_IN_NAMES = '"|\0'
_RESERVED_PREFIXES = ("gpkg_", "sqlite_", "rtree_", "layer_styles")


class RunCancelledError(PlanetaryError):
    """The user cancelled; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Cancelled: nothing was written.")


def write_table(
    path: Path,
    table: str,
    answer: Answer,
    *,
    feedback: QgsFeedback | None = None,
    title: str = "",
) -> int:
    """How many rows an answer put into a table of a GeoPackage, in place of an older one.

    The table carries its CRS, R-tree, style, time settings and metadata, so that it opens dressed
    anywhere. On an error, or when the feedback is cancelled, file and table stay as they were.

    Raises:
        RunCancelledError: The feedback was cancelled.
        PlanetaryError: What the answer raises, or the file cannot be written.
    """
    path = Path(path)
    _check_name(table)
    feedback = feedback or QgsFeedback()
    try:
        with _only_writer(feedback):
            count = _fill(path, table, answer, feedback)
            keep_dress(path, table, Dress.of(answer, title or table))
    finally:
        # Generators of the core may hold CSPICE's lock until they end.
        close = getattr(answer.chunks, "close", None)
        if close is not None:
            close()
    return count


def fields_of(schema: Schema) -> QgsFields:
    """A layer's fields for a schema; names that differ only by case get a number."""
    fields, taken = QgsFields(), {geopackage.ID_COLUMN, geopackage.GEOMETRY_COLUMN}
    for name, kind in schema.columns.items():
        unique, number = name, 2
        while unique.lower() in taken:
            unique, number = f"{name}_{number}", number + 1
        taken.add(unique.lower())
        fields.append(field(unique, kind))
    return fields


def table_names(path: Path) -> list[str]:
    """The feature tables of a GeoPackage, by name; none where there is no file."""
    if not Path(path).is_file():
        return []
    with geopackage.reader(Path(path)) as cursor:
        rows = cursor.execute(
            "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY table_name"
        ).fetchall()
    return [name for (name,) in rows]


def remove_table(path: Path, table: str) -> None:
    """Take a table, its style and its metadata out of a GeoPackage."""
    if table not in table_names(path):
        raise PlanetaryError(f"{path} has no table “{table}”.", hint="Refresh the list of indexes.")
    with geopackage.transaction(Path(path)) as cursor:
        geopackage.forget_table(cursor, table)


def _fill(path: Path, table: str, answer: Answer, feedback: QgsFeedback) -> int:
    """Write all chunks in one transaction; gives the number of rows."""
    from planetary_qgis.qgis_bridge.rows import boxes_of, rows_of

    count = 0
    boxes = []
    fields, crs = fields_of(answer.schema), crs_of(answer.schema.body)
    kind, width = answer.schema.geometry, len(fields) + 2
    insert = " ".join(
        ("INSERT INTO", geopackage.quoted(table), "VALUES (", ", ".join("?" * width), ")")
    )
    with fresh_table(path, table, fields, kind, crs) as (cursor, srs_id):
        for chunk in _until_cancelled(answer, feedback):
            rows = rows_of(chunk, answer.schema, first_id=count + 1, srs_id=srs_id)
            cursor.executemany(insert, rows)
            boxes.append(boxes_of(chunk))
            count += len(chunk)
            if answer.total:
                feedback.setProgress(min(100.0, 100.0 * count / answer.total))
        _index(cursor, table, boxes, count)
        if feedback.isCanceled():
            raise RunCancelledError
    return count


def _until_cancelled(answer: Answer, feedback: QgsFeedback) -> Iterator[Products]:
    """The answer's chunks; stops with an error once the user cancels."""
    for chunk in answer.chunks:
        if feedback.isCanceled():
            raise RunCancelledError
        yield chunk


def _index(cursor: sqlite3.Cursor, table: str, boxes: list[Any], count: int) -> None:
    """Fill the R-tree, and tell the table of contents how much there is and where."""
    import numpy as np

    from planetary_qgis.qgis_bridge.rtree import fill_rtree

    all_boxes = np.concatenate([*boxes, np.empty((0, 4))])
    fill_rtree(cursor, geopackage.rtree_name(table), all_boxes)
    cursor.execute(
        "UPDATE gpkg_ogr_contents SET feature_count = ? WHERE table_name = ?", (count, table)
    )
    known = all_boxes[np.isfinite(all_boxes).all(axis=1)]
    if len(known):
        extent = [*known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()]
        cursor.execute(
            "UPDATE gpkg_contents SET min_x = ?, min_y = ?, max_x = ?, max_y = ? "
            "WHERE table_name = ?",
            (*extent, table),
        )


@contextmanager
def _only_writer(feedback: QgsFeedback) -> Iterator[None]:
    """One task writes at a time; those that wait can be cancelled."""
    while not _ONE_WRITER.acquire(timeout=0.2):
        if feedback.isCanceled():
            raise RunCancelledError
    try:
        yield
    finally:
        _ONE_WRITER.release()


def _check_name(table: str) -> None:
    lower = table.lower()
    if (
        not table[:1].replace("_", "a").isalnum()  # GDAL refuses some other characters there
        or any(character in table for character in _FORBIDDEN_IN_NAMES)
        or lower.startswith(_RESERVED_PREFIXES)
    ):
        raise PlanetaryError(
            f"“{table}” cannot be the name of a table.",
            hint="Use letters, digits and underscores, beginning with a letter or digit.",
        )
