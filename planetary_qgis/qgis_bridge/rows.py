"""Products as rows of a GeoPackage table. Imports pandas and shapely: import it late."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import ColumnKind, GeometryKind, Products, Schema

_HEADER = np.dtype(
    [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs_id", "<i4"), ("box", "<f8", 4)]
)
_LITTLE_ENDIAN_WITH_BOX = 0b00000011
_SINGLE = {"polygon": 3, "line": 1, "point": 0}
_MULTI = {"polygon": 6, "line": 5}


def rows_of(
    products: Products, schema: Schema, *, first_id: int, srs_id: int
) -> Iterator[tuple[Any, ...]]:
    """Tuples of id, geometry and the schema's columns, as SQLite stores them."""
    columns = [sqlite_values(products.table[name], kind) for name, kind in schema.columns.items()]
    ids = range(first_id, first_id + len(products))
    return zip(ids, geometry_blobs(products.geometry, schema.geometry, srs_id), *columns)


def boxes_of(products: Products) -> NDArray[np.float64]:
    """(n, 4) west, south, east, north of every geometry; NaN where there is none."""
    return np.asarray(shapely.bounds(products.geometry), dtype=float).reshape(-1, 4)


def geometry_blobs(
    geometry: NDArray[np.object_], kind: GeometryKind, srs_id: int
) -> list[bytes | None]:
    """GeoPackage geometries with their envelope; None where there is none.

    Source: OGC 12-128r18, GeoPackage Encoding Standard, 2.1.3 BLOB format.
    """
    blobs: list[bytes | None] = [None] * len(geometry)
    rows = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    if not len(rows):
        return blobs
    shapes = promoted(geometry[rows], kind)
    headers = np.zeros(len(rows), dtype=_HEADER)
    headers["magic"] = b"GP"
    headers["flags"] = _LITTLE_ENDIAN_WITH_BOX
    headers["srs_id"] = srs_id
    headers["box"] = shapely.bounds(shapes)[:, [0, 2, 1, 3]]
    size, packed = _HEADER.itemsize, headers.tobytes()
    wkb = shapely.to_wkb(shapes, output_dimension=2, byte_order=1)
    for index, row in enumerate(rows.tolist()):
        blobs[row] = packed[index * size : (index + 1) * size] + wkb[index]
    return blobs


def shapes_of_blobs(blobs: list[bytes]) -> NDArray[np.object_]:
    """Shapes of GeoPackage geometries that this module or GDAL wrote."""
    return np.asarray(shapely.from_wkb([_wkb_of(blob) for blob in blobs]), dtype=object)


def sqlite_values(column: pd.Series, kind: ColumnKind) -> list[Any]:
    """A column as a list of what SQLite stores; None where it is unknown."""
    if kind == "datetime":
        return _utc_texts(column)
    if kind == "real":
        values = pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
        return _with_nulls(values, np.isfinite(values))
    known = column.notna().to_numpy()
    if kind == "integer":
        return _with_nulls(column.fillna(0).to_numpy(dtype="int64"), known)
    return _with_nulls(column.to_numpy(dtype=object), known)


def _utc_texts(column: pd.Series) -> list[Any]:
    """ISO 8601 with milliseconds and Z, rounded: GeoPackage's only spelling of a time."""
    times = column.to_numpy(dtype="datetime64[us]") + np.timedelta64(500, "us")
    known = ~np.isnat(times)
    texts = np.full(len(times), None, dtype=object)
    spelled = np.datetime_as_string(times[known].astype("datetime64[ms]"))
    texts[known] = [f"{text}Z" for text in spelled.tolist()]
    return texts.tolist()


def _with_nulls(values: NDArray[Any], known: NDArray[np.bool_]) -> list[Any]:
    if known.all():
        return values.tolist()
    nullable = np.full(len(values), None, dtype=object)
    # Through a list: SQLite takes Python's numbers, not numpy's.
    nullable[known] = values[known].tolist()
    return nullable.tolist()


def promoted(shapes: NDArray[np.object_], kind: GeometryKind) -> NDArray[np.object_]:
    """The same shapes, single polygons and lines as multis of one."""
    types = shapely.get_type_id(shapes)
    single = types == _SINGLE[kind]
    strange = ~single & (types != _MULTI.get(kind, _SINGLE[kind]))
    if strange.any():
        example = shapes[strange][0]
        raise PlanetaryError(
            f"A {example.geom_type} came where {kind}s were announced.",
            details=example.wkt[:1000],
            hint="Please report this with the input that led to it.",
        )
    if kind == "point" or not single.any():
        return shapes
    promoted = shapes.copy()
    indices = np.arange(int(single.sum()))
    collect = shapely.multipolygons if kind == "polygon" else shapely.multilinestrings
    promoted[single] = collect(shapes[single], indices=indices)
    return promoted


def _wkb_of(blob: bytes) -> bytes:
    envelope_doubles = (0, 4, 6, 6, 8)[(blob[3] >> 1) & 0b111]
    return blob[8 + 8 * envelope_doubles :]
