"""Which products answer a query: the definition that every source is held to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import Products
from planetary_qgis.core.query import Query, Range, pattern_expression
from planetary_qgis.core.times import parse_utc

BoolArray = NDArray[np.bool_]


def matching(products: Products, query: Query) -> Products:
    """The products that answer all of a query but its expression and limit."""
    kept = np.ones(len(products), dtype=bool)
    table = products.table
    if query.body:
        kept &= (table["target"].isna() | (table["target"] == query.body)).to_numpy(dtype=bool)
    kept &= _in_time(table, query)
    for name, asked in query.ranges.items():
        kept &= _in_range(table[name], asked)
    if query.patterns:
        kept &= _named(table["product_id"], query.patterns)
    if query.area:
        kept[kept] = _in_area(products.geometry[kept], query.area)
    return products.where(kept)


def _in_time(table: pd.DataFrame, query: Query) -> BoolArray:
    kept = np.ones(len(table), dtype=bool)
    if not (query.start or query.stop):
        return kept
    begin = _milliseconds(table["start_time"])
    end = _milliseconds(table["stop_time"].fillna(table["start_time"]))
    kept &= ~np.isnat(begin)
    if query.start:
        kept &= end >= _milliseconds(parse_utc(query.start))
    if query.stop:
        kept &= begin <= _milliseconds(parse_utc(query.stop))
    return kept


def _milliseconds(times: Any) -> NDArray[np.datetime64]:
    """Times as tables keep them, so that both sources draw the line at the same place."""
    exact = np.asarray(times, dtype="datetime64[us]")
    return (exact + np.timedelta64(500, "us")).astype("datetime64[ms]")


def _in_range(column: pd.Series, asked: Range) -> BoolArray:
    values = column.to_numpy(dtype=float, na_value=np.nan)
    above = values >= (-np.inf if asked.low is None else asked.low)
    below = values <= (np.inf if asked.high is None else asked.high)
    return np.asarray(above | below if asked.wraps else above & below)


def _named(column: pd.Series, patterns: tuple[str, ...]) -> BoolArray:
    names = column.astype("string")
    kept = np.zeros(len(column), dtype=bool)
    for pattern in patterns:
        expression = pattern_expression(pattern)
        kept |= names.str.fullmatch(expression).fillna(False).to_numpy(dtype=bool)
    return kept


def _in_area(geometry: NDArray[np.object_], area: str) -> BoolArray:
    asked = shapely.from_wkt(area)
    shapely.prepare(asked)
    return np.asarray(shapely.intersects(asked, geometry))
