"""The shared columns, and the table that archives and SPICE both answer with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.reports import Report

ColumnKind = Literal["text", "datetime", "real", "integer"]
GeometryKind = Literal["polygon", "line", "point"]

SHARED_COLUMNS: dict[str, ColumnKind] = {
    "product_id": "text",
    "target": "text",
    "instrument_host": "text",
    "instrument_id": "text",
    "start_time": "datetime",
    "stop_time": "datetime",
    "center_lon_e": "real",
    "center_lat": "real",
    "incidence_angle": "real",
    "emission_angle": "real",
    "phase_angle": "real",
    "resolution": "real",
    "solar_longitude": "real",
    "local_time": "real",
    "subsolar_azimuth": "real",
    "subspacecraft_azimuth": "real",
    "label_url": "text",
    "product_url": "text",
    "browse_url": "text",
    "geometry_source": "text",
    "source": "text",
}
"""Name and kind, in the order every footprint layer starts with."""

_DTYPES: dict[ColumnKind, Any] = {
    "text": "object",
    "datetime": "datetime64[us]",
    "real": "float64",
    "integer": "Int64",
}


@dataclass(frozen=True)
class Schema:
    """What a stream of products looks like before its first row is read.

    Attributes:
        body: The body that every geometry lies on.
        geometry: What kind of geometry the rows have.
        own_columns: The source's columns that follow the shared ones, under their own names.
    """

    body: Body
    geometry: GeometryKind
    own_columns: dict[str, ColumnKind] = field(default_factory=dict)

    @property
    def columns(self) -> dict[str, ColumnKind]:
        return {**SHARED_COLUMNS, **self.own_columns}


@dataclass(frozen=True)
class Products:
    """Some rows of an answer: attributes, and a geometry (or None) each.

    Attributes:
        table: One row a product; the schema's columns in the schema's order. Unknown is None,
            NaN or NaT, times are UTC.
        geometry: (n,) object array of shapely geometries or None: valid lon/lat shapes,
            east-positive, planetocentric, degrees.
    """

    table: pd.DataFrame
    geometry: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.table)

    def where(self, kept: NDArray[np.bool_]) -> Products:
        """The rows where `kept` is true."""
        if kept.all():
            return self
        return Products(self.table[kept].reset_index(drop=True), self.geometry[kept])

    def first(self, count: int) -> Products:
        """At most so many rows."""
        return self.where(np.arange(len(self)) < count)


@dataclass
class Answer:
    """A stream of products, what it looks like, where it came from, and what went wrong.

    Attributes:
        chunks: Read once; each holds a bounded number of rows.
        total: How many rows the chunks hold together, where that is known beforehand.
        provenance: Sentence-ready facts for the layer's metadata (label, kernels, hashes, dates).
        report: Filled while the chunks are read.
    """

    schema: Schema
    chunks: Iterator[Products]
    total: int | None = None
    provenance: dict[str, str] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    def close(self) -> None:
        """Read no more; generators then tell what they have found and let go of what they hold."""
        close = getattr(self.chunks, "close", None)
        if close is not None:
            close()


def table_of(schema: Schema, values: dict[str, Any], length: int) -> pd.DataFrame:
    """A table with all of the schema's columns, typed; what `values` lacks is unknown."""
    columns = {}
    for name, kind in schema.columns.items():
        if name in values:
            columns[name] = pd.Series(values[name]).astype(_DTYPES[kind])
        else:
            columns[name] = pd.Series(_unknown(kind, length), dtype=_DTYPES[kind])
    return pd.DataFrame(columns, copy=False)


def _unknown(kind: ColumnKind, length: int) -> NDArray[Any]:
    if kind == "real":
        return np.full(length, np.nan)
    if kind == "datetime":
        return np.full(length, np.datetime64("NaT"), dtype="datetime64[us]")
    return np.full(length, None, dtype=object)
