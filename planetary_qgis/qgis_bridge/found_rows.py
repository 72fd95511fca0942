"""What a search found: which rows of which table, read piece by piece."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from qgis.core import QgsFeedback, QgsGeometry

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.geopackages.geopackage import GEOMETRY_COLUMN, ID_COLUMN, quoted

if TYPE_CHECKING:
    from planetary_qgis.core.products import ColumnKind

Ids = NDArray[np.int64]
Row = tuple[Any, ...]

_IDS_AT_ONCE = 10_000
"""So many fit into one statement of SQLite as short as it may be, 1,000,000 bytes."""
_LISTED_AT_MOST = 50_000
_STEPS_BETWEEN_LOOKS = 100_000


@dataclass(frozen=True, eq=False)
class FoundRows:
    """Rows of a table of a GeoPackage, by their ids.

    Attributes:
        ids: (n,) feature ids in the order of the file.
    """

    path: Path
    table: str
    ids: Ids

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def columns(self) -> dict[str, ColumnKind]:
        """Names and kinds of the columns, without id and geometry, in the table's order."""
        with geopackage.reader(self.path) as cursor:
            cursor.execute("SELECT name, type FROM pragma_table_info(?)", (self.table,))
            found = cursor.fetchall()
        if not found:
            raise PlanetaryError(
                f"{self.path} has no table “{self.table}” any more.",
                hint="Import the index again, and repeat the search.",
            )
        beside = (ID_COLUMN, GEOMETRY_COLUMN)
        return {name: _kind(declared) for name, declared in found if name not in beside}

    def rows(self, ids: Ids, columns: Sequence[str]) -> list[Row]:
        """Values of some rows as the file has them, in the order of `ids`; None where unknown.

        A row that is no longer there is all None.
        """
        named = ", ".join(map(quoted, (ID_COLUMN, *columns)))
        with geopackage.reader(self.path) as cursor:
            by_id = {row[0]: row[1:] for row in self._of_ids(cursor, named, ids)}
        nothing = (None,) * len(columns)
        return [by_id.get(each, nothing) for each in np.asarray(ids).tolist()]

    def geometry(self, row_id: int) -> QgsGeometry:
        """A row's geometry in the table's degrees; null where it has none."""
        from planetary_qgis.core.geopackages.blobs import shapes_of_blobs
        from planetary_qgis.core.geos import shapely

        ((blob,),) = self.rows(np.array([row_id]), [GEOMETRY_COLUMN])
        geometry = QgsGeometry()
        if blob:
            geometry.fromWkb(shapely.to_wkb(shapes_of_blobs([blob])[0]))
        return geometry

    def sorted_ids(
        self, column: str, *, descending: bool = False, feedback: QgsFeedback | None = None
    ) -> Ids:
        """All ids by the values of a column, unknown ones last; takes seconds for millions."""
        if not len(self.ids):
            return self.ids
        statement = " ".join(
            ("SELECT", ID_COLUMN, "FROM", quoted(self.table), "WHERE", self._whereabouts())
        ) + " ".join(_order(column, descending=descending))
        with geopackage.reader(self.path) as cursor:
            if feedback is not None:
                # An interrupted sort raises; the task that cancelled it does not look at the error.
                cursor.connection.set_progress_handler(feedback.isCanceled, _STEPS_BETWEEN_LOOKS)
            found = _ids_of(cursor.execute(statement))
        return found[np.isin(found, self.ids)]

    def _whereabouts(self) -> str:
        """SQL that holds for all the found rows, and for few others."""
        if len(self.ids) <= _LISTED_AT_MOST:
            return f"{ID_COLUMN} IN ({_listed(self.ids)})"
        return f"{ID_COLUMN} BETWEEN {int(self.ids.min())} AND {int(self.ids.max())}"

    def _of_ids(self, cursor: sqlite3.Cursor, named: str, ids: Ids) -> Iterator[Row]:
        in_file_order = np.sort(ids)
        for start in range(0, len(ids), _IDS_AT_ONCE):
            listed = _listed(in_file_order[start : start + _IDS_AT_ONCE])
            yield from cursor.execute(
                " ".join(("SELECT", named, "FROM", quoted(self.table), "WHERE fid IN (", listed))
                + ")"
            )


def rows_found(path: Path, table: str, subset: str = "") -> FoundRows:
    """The rows of a table that a subset filter, as layers of the file have it, lets through."""
    filtered = f"WHERE {subset}" if subset else ""
    with geopackage.reader(Path(path)) as cursor:
        statement = " ".join(
            ("SELECT", ID_COLUMN, "FROM", quoted(table), filtered, "ORDER BY", ID_COLUMN)
        )
        return FoundRows(Path(path), table, _ids_of(cursor.execute(statement)))


def _order(column: str, *, descending: bool) -> tuple[str, ...]:
    name = quoted(column)
    direction = "DESC" if descending else "ASC"
    return (" ORDER BY", name, "IS NULL,", name, direction, ",", ID_COLUMN)


def _ids_of(cursor: sqlite3.Cursor) -> Ids:
    return np.fromiter((row[0] for row in cursor), dtype=np.int64)


def _listed(ids: Ids) -> str:
    return ",".join(map(str, np.asarray(ids, dtype=np.int64).tolist()))


def _kind(declared: str) -> ColumnKind:
    """The kind of column by its declared type: GeoPackage knows these, and sizes of them."""
    name = declared.upper()
    if name.startswith(("DATETIME", "DATE")):
        return "datetime"
    if "INT" in name or name == "BOOLEAN":
        return "integer"
    return "real" if name.startswith(("REAL", "DOUBLE", "FLOAT")) else "text"
