"""Questions to a table of a GeoPackage: which rows answer, and the filter that shows just them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Union

import numpy as np
from numpy.typing import NDArray
from qgis.core import QgsExpression, QgsFeatureRequest, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QDateTime

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import geopackage
from planetary_qgis.core.query import Box, Query
from planetary_qgis.qgis_bridge.compat import kind_of
from planetary_qgis.qgis_bridge.conditions import any_of, listed, row_conditions
from planetary_qgis.qgis_bridge.layers import open_table

if TYPE_CHECKING:
    from shapely import Geometry

Ids = NDArray[np.int64]
Extent = Union[QgsRectangle, Sequence[float]]
Time = Union[str, datetime, QDateTime]

_FIRST_ROWS_AT_ONCE = 200
_MOST_ROWS_AT_ONCE = 20_000
_HALF_A_MILLISECOND_US = 500


@dataclass(frozen=True)
class Found:
    """The rows of a table that answer a query.

    Attributes:
        ids: In the table's order.
        subset: The layer filter that shows these rows and no others.
    """

    path: Path
    table: str
    ids: Ids
    subset: str

    def __len__(self) -> int:
        return len(self.ids)


def search(path: Path, table: str, query: Query) -> Found:
    """Every row of a table that answers a query.

    The expression is answered once: what matches now is kept by its id.

    Raises:
        PlanetaryError: No such table, no such field, or an expression that QGIS cannot read.
    """
    path = Path(path)
    text = query.expression.strip()
    compiled = _compiled(path, table, text) if text else None
    asked = _Search.of(path, table, query)
    if compiled:
        asked.conditions.append(compiled)
    batches = list(asked.batches())
    found_there = [batch.ids for batch in batches]
    ids = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *found_there]))
    misses = [miss for batch in batches for miss in batch.misses]
    found = Found(path, table, ids, asked.subset(ids, misses))
    if text and not compiled:
        found = _where_expression_holds(found, text)
    if query.limit is not None and len(found) > query.limit:
        found = _by_ids(found, found.ids[: query.limit])
    return found


def found_ids(path: Path, table: str, query: Query) -> Iterator[Ids]:
    """The same rows some at a time, the first ones at once; the expression is not asked."""
    for batch in _Search.of(Path(path), table, query).batches():
        yield batch.ids


def search_layer(path: Path, table: str, query: Query) -> QgsVectorLayer:
    """A layer on a table that shows only what answers a query.

    Raises:
        PlanetaryError: As `search`.
    """
    found = search(path, table, query)
    layer = open_table(path, table)
    _filter(layer, found.subset)
    return layer


def boxes_of_extent(extent: Extent) -> list[Box]:
    """One box, or two where the extent crosses the antimeridian."""
    if isinstance(extent, QgsRectangle):
        corners = extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()
    else:
        corners = tuple(float(bound) for bound in extent)
    west, south, east, north = corners
    if abs(east - west) >= 360.0:
        return [(-180.0, south, 180.0, north)]
    # What lies within the range keeps every digit, and an east bound of 180 stays there.
    if -180.0 <= west <= east <= 180.0:
        return [(west, south, east, north)]
    width = (east - west) % 360.0
    west = (west + 180.0) % 360.0 - 180.0
    east = west + width
    if east <= 180.0:
        return [(west, south, east, north)]
    return [(west, south, 180.0, north), (-180.0, south, east - 360.0, north)]


def time_text(value: Time) -> str:
    """ISO 8601 with rounded milliseconds and Z, as tables hold it; a text without zone is UTC.

    Raises:
        PlanetaryError: A text is not a time.
    """
    if isinstance(value, QDateTime):
        return value.toUTC().toString("yyyy-MM-ddTHH:mm:ss.zzzZ")
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        aware += timedelta(microseconds=_HALF_A_MILLISECOND_US)
        text = aware.astimezone(timezone.utc).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")
    # The core's parser stands on pandas.
    from planetary_qgis.core import times

    half = np.timedelta64(_HALF_A_MILLISECOND_US, "us")
    return times.utc_text(times.parse_utc(value) + half)


def checked_expression(text: str, names: list[str]) -> QgsExpression:
    """The expression, once it can be read and all its fields exist.

    Raises:
        PlanetaryError: One of that is not so.
    """
    expression = QgsExpression(text)
    if expression.hasParserError():
        raise PlanetaryError(
            f"The filter “{text}” is not an expression that QGIS can read.",
            details=expression.parserErrorString(),
            hint='Write fields in double and texts in single quotes: "incidence_angle" < 60.',
        )
    lower = {name.lower() for name in names}
    unknown = [
        name
        for name in sorted(expression.referencedColumns())
        if name.lower() not in lower and name != QgsFeatureRequest.ALL_ATTRIBUTES
    ]
    if unknown:
        raise PlanetaryError(
            f"The filter “{text}” asks for fields that are not there: {', '.join(unknown)}.",
            details=f"The fields are: {', '.join(names)}.",
            hint="Write field names as the attribute table shows them.",
        )
    return expression


@dataclass(frozen=True)
class _Batch:
    """Some rows that answer, and some that only nearly do."""

    ids: Ids
    misses: list[int]


@dataclass(frozen=True)
class _Search:
    """A query in the words of one table.

    Attributes:
        conditions: On the rows' values, as SQL.
        area: The shape that rows' shapes must meet; None for all rows.
        boxes: The bounds of the area's parts; rows beyond are never looked at.
    """

    path: Path
    table: str
    conditions: list[str]
    area: Geometry | None
    boxes: list[Box]

    @classmethod
    def of(cls, path: Path, table: str, query: Query) -> _Search:
        conditions = row_conditions(_column_names(path, table), _with_times_as_kept(query))
        if not query.area:
            return cls(path, table, conditions, None, [])
        from planetary_qgis.core.geos import shapely

        area = shapely.from_wkt(query.area)
        shapely.prepare(area)
        bounds = shapely.bounds(shapely.get_parts(area)).tolist()
        return cls(path, table, conditions, area, [tuple(box) for box in bounds])

    def batches(self) -> Iterator[_Batch]:
        """Rows that answer, in growing batches."""
        with geopackage.reader(self.path) as cursor:
            cursor.execute(self._candidates())
            count = _FIRST_ROWS_AT_ONCE
            while rows := cursor.fetchmany(count):
                yield self._decided(rows, cursor.connection)
                count = min(2 * count, _MOST_ROWS_AT_ONCE)

    def subset(self, ids: Ids, misses: list[int]) -> str:
        """The filter for a layer, once it is known which rows answer and which nearly do."""
        if len(misses) > len(ids):
            return listed(ids.tolist())
        conditions = list(self.conditions)
        if self.area is not None:
            rtree = geopackage.quoted(geopackage.rtree_name(self.table))
            where = any_of(list(map(_overlaps, self.boxes)))
            conditions.append(f"{_ID} IN ({' '.join(('SELECT id FROM', rtree, 'WHERE', where))})")
        if misses:
            conditions.append(f"NOT ({listed(sorted(misses))})")
        return _all_of(conditions)

    def _candidates(self) -> str:
        """Ids of the rows that may answer, and with an area their bounds."""
        table, where = geopackage.quoted(self.table), _all_of(self.conditions)
        if self.area is None:
            return _sql("SELECT", _ID, "FROM", table, "WHERE" if where else "", where)
        rtree = geopackage.quoted(geopackage.rtree_name(self.table))
        overlapping = any_of(list(map(_overlaps, self.boxes)))
        # CROSS JOIN: SQLite then goes by the R-tree whatever it believes of the table.
        return _sql(
            *("SELECT r.id, r.minx, r.miny, r.maxx, r.maxy FROM", rtree, "AS r CROSS JOIN"),
            *(table, f"AS t ON t.{_ID} = r.id WHERE ({overlapping})"),
            *("AND" if where else "", where),
        )

    def _decided(self, rows: list[tuple[Any, ...]], connection: sqlite3.Connection) -> _Batch:
        """Which rows answer; shapes are read only where bounds do not tell."""
        ids = np.array([row[0] for row in rows], dtype=np.int64)
        if self.area is None:
            return _Batch(ids, [])
        from planetary_qgis.core.geos import shapely

        bounds = shapely.box(*np.array([row[1:] for row in rows], dtype=float).T)
        answers = np.asarray(shapely.covers(self.area, bounds))
        unsure = ~answers & shapely.intersects(self.area, bounds)
        if unsure.any():
            answers[unsure] = self._meet_area(ids[unsure], connection)
        return _Batch(ids[answers], ids[~answers].tolist())

    def _meet_area(self, ids: Ids, connection: sqlite3.Connection) -> NDArray[np.bool_]:
        """Whether the shapes of rows meet the area.

        Bounds may overlap although shapes do not: those of a footprint over the antimeridian go
        all around the body.
        """
        from planetary_qgis.core.geopackages.rows import shapes_of_blobs
        from planetary_qgis.core.geos import shapely

        wanted = _sql(
            *("SELECT", _ID, f", {geopackage.quoted(geopackage.GEOMETRY_COLUMN)} FROM"),
            *(geopackage.quoted(self.table), "WHERE", listed(sorted(ids.tolist()))),
        )
        blobs = dict(connection.execute(wanted).fetchall())
        shapes = shapes_of_blobs([blobs[key] for key in ids.tolist()])
        return np.asarray(shapely.intersects(self.area, shapes))


_ID = geopackage.quoted(geopackage.ID_COLUMN)


def _with_times_as_kept(query: Query) -> Query:
    start, stop = (time_text(text) if text else "" for text in (query.start, query.stop))
    return replace(query, start=start, stop=stop)


def _column_names(path: Path, table: str) -> list[str]:
    if not path.is_file():
        raise _no_table(path, table)
    with geopackage.reader(path) as cursor:
        rows = cursor.execute("SELECT name FROM pragma_table_info(?)", (table,)).fetchall()
    if not rows:
        raise _no_table(path, table)
    return [name for (name,) in rows]


def _no_table(path: Path, table: str) -> PlanetaryError:
    return PlanetaryError(
        f"The table “{table}” of {path} cannot be opened.",
        hint="Import the index again, or choose another file.",
    )


def _compiled(path: Path, table: str, text: str) -> str | None:
    """The expression as SQL, once it is known to be one; None where QGIS has to evaluate it."""
    from planetary_qgis.qgis_bridge.expression_sql import sql_of

    fields = open_table(path, table).fields()
    expression = checked_expression(text, fields.names())
    return sql_of(expression, {field.name(): kind_of(field) for field in fields})


def _where_expression_holds(found: Found, text: str) -> Found:
    """The found rows that an expression holds for: not every expression is SQL."""
    layer = open_table(found.path, found.table)
    _filter(layer, found.subset)
    request = QgsFeatureRequest()
    request.setFilterExpression(text)
    if not QgsExpression(text).needsGeometry():
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    ids = [feature.id() for feature in layer.getFeatures(request)]
    return _by_ids(found, np.sort(np.array(ids, dtype=np.int64)))


def _by_ids(found: Found, ids: Ids) -> Found:
    return replace(found, ids=ids, subset=listed(ids.tolist()))


def _filter(layer: QgsVectorLayer, subset: str) -> None:
    if not layer.setSubsetString(subset):
        raise PlanetaryError(
            f"The search cannot be applied to “{layer.name()}”.",
            details=subset[:2000],
            hint="Import the index again; if that does not help, please report this.",
        )


def _sql(*parts: Any) -> str:
    return " ".join(part for part in parts if part)


def _all_of(conditions: list[str]) -> str:
    return " AND ".join(f"({condition})" for condition in conditions)


def _overlaps(box: Box) -> str:
    west, south, east, north = (repr(float(bound)) for bound in box)
    return f"(maxx >= {west} AND minx <= {east} AND maxy >= {south} AND miny <= {north})"
