"""Products made by hand, and questions in the words that tests like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import shapely

from planetary_qgis.core.bodies import body
from planetary_qgis.core.products import Answer, ColumnKind, Products, Schema, table_of
from planetary_qgis.core.query import Query
from planetary_qgis.qgis_bridge.search import boxes_of_extent


def asked(*, extent: Sequence[float] | None = None, **terms: Any) -> Query:
    """A query whose area may be given as an extent."""
    if extent is not None:
        terms["area"] = shapely.union_all([shapely.box(*b) for b in boxes_of_extent(extent)]).wkt
    return Query(**terms)


class Footprints:
    """A handful of products around the globe, some of them awkward."""

    ids = ("equator", "antimeridian", "south pole", "no geometry", "instant", "no time")
    shapes = (
        shapely.box(0, 0, 10, 10),
        shapely.MultiPolygon([shapely.box(170, 0, 180, 10), shapely.box(-180, 0, -170, 10)]),
        shapely.box(-180, -90, 180, -80),
        None,
        shapely.box(20, 0, 30, 10),
        shapely.box(40, 0, 50, 10),
    )
    start = np.array(
        [
            "2010-01-01T00:00:00",
            "2010-01-02T00:00:00",
            "2010-01-03T00:00:00",
            "2010-01-04T00:00:00",
            "2010-01-05T00:00:00.1234",
            "NaT",
        ],
        dtype="datetime64[us]",
    )
    stop = np.array(
        [
            "2010-01-01T01:00:00",
            "2010-01-02T01:00:00",
            "2010-01-03T01:00:00",
            "2010-01-04T01:00:00",
            "NaT",
            "NaT",
        ],
        dtype="datetime64[us]",
    )
    incidence = (10.0, 20.0, np.nan, 40.0, 50.0, 60.0)
    own: ClassVar[dict[str, ColumnKind]] = {
        "Bahnhöhe": "real",
        "ORBIT": "integer",
        "NOTE": "text",
        "TARGET": "text",
    }
    orbits = (1, 2, None, 4, 5, 9_007_199_254_740_993)
    notes = ("naïve", None, "a 'quote'", '"quoted"', "", "∅")

    def chunk(self, rows: slice, schema: Schema) -> Products:
        values: dict[str, Any] = {
            "product_id": self.ids[rows],
            "target": ["MARS"] * len(self.ids[rows]),
            "start_time": self.start[rows],
            "stop_time": self.stop[rows],
            "incidence_angle": self.incidence[rows],
            "ORBIT": self.orbits[rows],
            "NOTE": self.notes[rows],
            "TARGET": ["Mars"] * len(self.ids[rows]),
        }
        values = {name: list(column) for name, column in values.items()}
        geometry = np.array([*self.shapes[rows], None], dtype=object)[:-1]
        return Products(table_of(schema, values, len(self.ids[rows])), geometry)

    def answer(self, *, chunk_rows: int = 2, body_name: str = "MARS") -> Answer:
        schema = Schema(body(body_name), "polygon", dict(self.own))
        total = len(self.ids)
        chunks = (
            self.chunk(slice(begin, begin + chunk_rows), schema)
            for begin in range(0, total, chunk_rows)
        )
        provenance = {"Label": "https://example.org/index.lbl", "Version": "1"}
        return Answer(schema, chunks, total=total, provenance=provenance)
