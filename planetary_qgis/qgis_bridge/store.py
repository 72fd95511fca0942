"""Answers as tables of a GeoPackage: written whole or not at all, dressed, and found again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsFeedback, QgsFields

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.qgis_bridge import disk_space
from planetary_qgis.qgis_bridge.blanks import fresh_table
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.layers import Dress, keep_dress, open_table
from planetary_qgis.qgis_bridge.map_tips import START_FIELD, STOP_FIELD
from planetary_qgis.qgis_bridge.search import search_layer

if TYPE_CHECKING:
    from planetary_qgis.core.geopackages.table_content import RowTimes
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
            count, times = _fill(path, table, answer, feedback)
            # QGIS would look through all rows for the times, and hold Python meanwhile.
            dress = replace(Dress.of(answer, title or table), times=times)
            keep_dress(path, table, dress)
    finally:
        # Generators of the core may hold CSPICE's lock until they end.
        answer.close()
    return count


def fields_of(schema: Schema) -> QgsFields:
    """A layer's fields for a schema; names that differ only by case get a number."""
    from planetary_qgis.core.geopackages.empty_tables import column_names

    fields = QgsFields()
    for name, kind in zip(column_names(schema), schema.columns.values()):
        fields.append(field(name, kind))
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
    """Take a table, its style and its metadata out of a GeoPackage, which gets shorter."""
    if table not in table_names(path):
        raise PlanetaryError(f"{path} has no table “{table}”.", hint="Refresh the list of indexes.")
    with geopackage.transaction(Path(path)) as cursor:
        geopackage.forget_table(cursor, table)
    disk_space.give_back(Path(path))


def _fill(path: Path, table: str, answer: Answer, feedback: QgsFeedback) -> tuple[int, RowTimes]:
    """Write all chunks in one transaction; gives the number of rows and their times."""
    from planetary_qgis.core.geopackages.rows import stored_rows
    from planetary_qgis.core.geopackages.table_content import RowTimes, TableContent

    content, times = TableContent(), RowTimes()
    schema, fields = answer.schema, fields_of(answer.schema)
    names = fields.names()
    with fresh_table(path, table, fields, schema.geometry, crs_of(schema.body)) as (cursor, srs_id):
        for chunk in _until_cancelled(answer, feedback):
            stored = stored_rows(chunk, schema, first_id=content.rows + 1, srs_id=srs_id)
            held = [names[column] for column in stored.columns]
            cursor.executemany(geopackage.insertion(table, held), stored.rows)
            content.add(stored.boxes)
            times.add(
                *(
                    chunk.table[name].to_numpy("datetime64[us]")
                    for name in (START_FIELD, STOP_FIELD)
                )
            )
            if answer.total:
                feedback.setProgress(min(100.0, 100.0 * content.rows / answer.total))
        content.tell(cursor, table)
        if feedback.isCanceled():
            raise RunCancelledError
    return content.rows, times


def _until_cancelled(answer: Answer, feedback: QgsFeedback) -> Iterator[Products]:
    """The answer's chunks; stops with an error once the user cancels."""
    for chunk in answer.chunks:
        if feedback.isCanceled():
            raise RunCancelledError
        yield chunk


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
