"""Questions to a table: a layer with a subset filter, nothing copied."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Union

from qgis.core import QgsExpression, QgsFeatureRequest, QgsRectangle, QgsVectorLayer
from qgis.PyQt.QtCore import QDateTime

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import geopackage
from planetary_qgis.qgis_bridge.layers import START_FIELD, STOP_FIELD, open_table

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west <= east, within [-180, 180]."""
Extent = Union[QgsRectangle, Sequence[float]]
Time = Union[str, datetime, QDateTime]

_ROWS_AT_ONCE = 10_000


def search_layer(
    path: Path,
    table: str,
    *,
    extent: Extent | None = None,
    start: Time | None = None,
    stop: Time | None = None,
    expression: str = "",
) -> QgsVectorLayer:
    """A layer on a table that shows only what was asked for.

    Args:
        extent: A rectangle in the table's degrees, or (west, south, east, north); over the
            antimeridian west > east or east > 180. Rows without geometry are found without it.
        start: Nothing that ended earlier, UTC. A row without stop_time is an instant.
        stop: Nothing that began later, UTC.
        expression: A QGIS expression on the table's fields. It is answered once: what matches now
            is kept by its id.

    Raises:
        PlanetaryError: No such table, no such field, or an expression that QGIS cannot read.
    """
    layer = open_table(path, table)
    names = layer.fields().names()
    conditions = _time_conditions(names, start, stop)
    if extent is not None:
        conditions.append(_area_condition(Path(path), table, boxes_of_extent(extent)))
    _filter(layer, conditions)
    if expression.strip():
        conditions.append(_expression_condition(layer, expression))
        _filter(layer, conditions)
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
    """ISO 8601 with milliseconds and Z, as tables hold it; a text without zone is UTC.

    Raises:
        PlanetaryError: A text is not a time.
    """
    if isinstance(value, QDateTime):
        return value.toUTC().toString("yyyy-MM-ddTHH:mm:ss.zzzZ")
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=timezone.utc)
        text = aware.astimezone(timezone.utc).isoformat(timespec="milliseconds")
        return text.replace("+00:00", "Z")
    # The core's parser stands on pandas.
    from planetary_qgis.core import times

    return times.utc_text(times.parse_utc(value))


def _time_conditions(names: list[str], start: Time | None, stop: Time | None) -> list[str]:
    """Overlap of a row's times with the asked ones, as SQL."""
    if start is None and stop is None:
        return []
    if START_FIELD not in names:
        raise PlanetaryError(
            f"The table has no field “{START_FIELD}”, so it cannot be searched by time.",
            hint="Leave the times empty, or import the index again.",
        )
    begin = f'"{START_FIELD}"'
    end = f'coalesce("{STOP_FIELD}", "{START_FIELD}")' if STOP_FIELD in names else begin
    conditions = []
    if start is not None:
        conditions.append(" ".join((end, ">=", QgsExpression.quotedString(time_text(start)))))
    if stop is not None:
        conditions.append(" ".join((begin, "<=", QgsExpression.quotedString(time_text(stop)))))
    return conditions


def _area_condition(path: Path, table: str, boxes: list[Box]) -> str:
    """Rows whose shape meets a box, as SQL: by the R-tree, less those it only nearly meets."""
    rtree = geopackage.quoted(geopackage.rtree_name(table))
    ids = " ".join(("SELECT id FROM", rtree, "WHERE", _any_of(_overlaps, boxes)))
    condition = f'"{geopackage.ID_COLUMN}" IN ({ids})'
    with geopackage.reader(path) as cursor:
        misses = _near_misses(cursor, table, boxes)
    if not misses:
        return condition
    return f'{condition} AND "{geopackage.ID_COLUMN}" NOT IN ({_listed(misses)})'


def _any_of(condition: Callable[[Box], str], boxes: list[Box]) -> str:
    return " OR ".join(map(condition, boxes))


def _overlaps(box: Box) -> str:
    west, south, east, north = (repr(float(bound)) for bound in box)
    return f"(maxx >= {west} AND minx <= {east} AND maxy >= {south} AND miny <= {north})"


def _inside(box: Box) -> str:
    west, south, east, north = (repr(float(bound)) for bound in box)
    return f"(minx >= {west} AND maxx <= {east} AND miny >= {south} AND maxy <= {north})"


def _near_misses(cursor: sqlite3.Cursor, table: str, boxes: list[Box]) -> list[int]:
    """Rows whose bounds overlap the boxes although their shapes do not.

    The bounds of a footprint over the antimeridian go all around the body.
    """
    import numpy as np

    from planetary_qgis.core.geos import shapely
    from planetary_qgis.qgis_bridge.rows import shapes_of_blobs

    area = shapely.union_all([shapely.box(*box) for box in boxes])
    shapely.prepare(area)
    rtree, name = geopackage.quoted(geopackage.rtree_name(table)), geopackage.quoted(table)
    undecided = " ".join(
        ("SELECT t.fid, t.geom FROM", rtree, "AS r JOIN", name, "AS t ON t.fid = r.id WHERE (")
    ) + " ".join((_any_of(_overlaps, boxes), ") AND NOT (", _any_of(_inside, boxes), ")"))
    cursor.execute(undecided)
    misses: list[int] = []
    while rows := cursor.fetchmany(_ROWS_AT_ONCE):
        ids, blobs = zip(*rows)
        apart = ~shapely.intersects(area, shapes_of_blobs(list(blobs)))
        misses += np.asarray(ids)[apart].tolist()
    return misses


def _expression_condition(layer: QgsVectorLayer, text: str) -> str:
    """The rows that an expression holds for, by their ids: not every expression is SQL."""
    expression = checked_expression(text, layer.fields().names())
    request = QgsFeatureRequest()
    request.setFilterExpression(text)
    if not expression.needsGeometry():
        request.setFlags(QgsFeatureRequest.Flag.NoGeometry)
    ids = sorted(feature.id() for feature in layer.getFeatures(request))
    return f'"{geopackage.ID_COLUMN}" IN ({_listed(ids)})'


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


def _filter(layer: QgsVectorLayer, conditions: list[str]) -> None:
    subset = " AND ".join(f"({condition})" for condition in conditions)
    if not layer.setSubsetString(subset):
        raise PlanetaryError(
            f"The search cannot be applied to “{layer.name()}”.",
            details=subset[:2000],
            hint="Import the index again; if that does not help, please report this.",
        )


def _listed(ids: list[int]) -> str:
    return ",".join(map(str, ids))
