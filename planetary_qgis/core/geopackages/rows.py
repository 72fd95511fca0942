"""Products as rows of a GeoPackage table. Imports pandas and shapely: import it late."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.geopackages.blobs import geometry_blobs, promoted, shapes_of_blobs
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import ColumnKind, Products, Schema
from planetary_qgis.core.times import utc_texts

__all__ = ["StoredRows", "promoted", "shapes_of_blobs", "sqlite_values", "stored_rows"]


@dataclass(frozen=True)
class StoredRows:
    """Products as SQLite takes them.

    Attributes:
        columns: Which of the schema's columns hold anything; the others need not be written.
        rows: Tuples of id, geometry and these columns; can be read once.
        boxes: (n, 4) west, south, east, north of every geometry; NaN where there is none.
    """

    columns: tuple[int, ...]
    rows: Iterator[tuple[Any, ...]]
    boxes: NDArray[np.float64]


def stored_rows(products: Products, schema: Schema, *, first_id: int, srs_id: int) -> StoredRows:
    """The rows of a table that the products make, numbered from an id on."""
    held = {}
    for number, (name, kind) in enumerate(schema.columns.items()):
        values = _bound_values(products.table[name], kind)
        if values is not None:
            held[number] = values
    ids = range(first_id, first_id + len(products))
    boxes = np.asarray(shapely.bounds(products.geometry), dtype=float).reshape(-1, 4)
    blobs = geometry_blobs(products.geometry, boxes, schema.geometry, srs_id)
    return StoredRows(tuple(held), zip(ids, blobs, *held.values()), boxes)


def sqlite_values(column: pd.Series, kind: ColumnKind) -> list[Any]:
    """A column as a list of what SQLite stores; None where it is unknown."""
    if kind == "datetime":
        return utc_texts(column.to_numpy(dtype="datetime64[us]"))
    if kind == "real":
        values = _reals(column)
        return _with_nulls(values, ~np.isnan(values))
    known = column.notna().to_numpy()
    if kind == "integer":
        return _with_nulls(column.fillna(0).to_numpy(dtype="int64"), known)
    return _with_nulls(column.to_numpy(dtype=object), known)


def _bound_values(column: pd.Series, kind: ColumnKind) -> list[Any] | None:
    """What to bind to a statement; None where all of the column is unknown.

    SQLite stores NaN as NULL, and Python binds it ten times as fast as None.
    """
    if kind == "real":
        values = _reals(column)
        return None if np.isnan(values).all() else values.tolist()
    if kind == "text":
        texts = column.tolist()
        kinds = set(map(type, texts))
        if kinds <= {type(None)}:
            return None
        if kinds <= {str, type(None)}:
            return texts
    bound = sqlite_values(column, kind)
    return None if all(value is None for value in bound) else bound


def _reals(column: pd.Series) -> NDArray[np.float64]:
    values = pd.to_numeric(column).to_numpy(dtype=float, na_value=math.nan)
    return np.where(np.isfinite(values), values, math.nan)


def _with_nulls(values: NDArray[Any], known: NDArray[np.bool_]) -> list[Any]:
    if known.all():
        return list(values.tolist())
    nullable = np.full(len(values), None, dtype=object)
    # Through a list: SQLite takes Python's numbers, not numpy's.
    nullable[known] = values[known].tolist()
    return list(nullable)
