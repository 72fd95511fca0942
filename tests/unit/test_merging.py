"""Answers of several sources as one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.merging import merged
from planetary_qgis.core.products import SHARED_COLUMNS, Answer, Products, Schema, table_of


def answer(
    rows: list[dict[str, Any]],
    own: dict[str, str] | None = None,
    *,
    about: str = "MARS",
    geometry: str = "polygon",
    chunk_rows: int = 2,
) -> Answer:
    schema = Schema(body(about), geometry, dict(own or {}))
    shape = shapely.box(0, 0, 1, 1) if geometry == "polygon" else shapely.Point(0, 0)

    def chunk(some: list[dict[str, Any]]) -> Products:
        values = {
            name: np.array([row.get(name) for row in some], dtype=_DTYPES.get(kind, object))
            for name, kind in schema.columns.items()
        }
        shapes = np.array([*[shape] * len(some), None], dtype=object)[:-1]
        return Products(table_of(schema, values, len(some)), shapes)

    chunks = (chunk(rows[i : i + chunk_rows]) for i in range(0, len(rows), chunk_rows))
    return Answer(schema, chunks, total=len(rows), provenance={"Label": about})


_DTYPES = {"datetime": "datetime64[us]", "real": float}


def rows_of(joined: Answer) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for chunk in joined.chunks:
        assert list(chunk.table.columns) == list(joined.schema.columns)
        rows += chunk.table.to_dict("records")
    return rows


def test_one_answer_is_itself() -> None:
    alone = answer([{"product_id": "a"}])
    assert merged([alone]) is alone


def test_columns_of_all_follow_the_shared_ones() -> None:
    first = answer([{"product_id": "a", "ORBIT": 3, "target": "MARS"}], {"ORBIT": "integer"})
    second = answer(
        [{"product_id": "b", "Orbit": "five", "TARGET": "Mars"}],
        {"Orbit": "text", "TARGET": "text"},
    )
    joined = merged([first, second])
    assert list(joined.schema.columns) == [*SHARED_COLUMNS, "ORBIT", "TARGET"]
    assert joined.schema.own_columns == {"ORBIT": "text", "TARGET": "text"}
    found = rows_of(joined)
    assert [(row["product_id"], row["ORBIT"], row["TARGET"]) for row in found] == [
        ("a", "3", None),
        ("b", "five", "Mars"),
    ]
    assert [row["target"] for row in found] == ["MARS", None]
    assert joined.total == 2
    assert joined.provenance == {"Source 1, Label": "MARS", "Source 2, Label": "MARS"}


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        (("P01_001436_XN", "2007-01-02T22:55:54.959"), ("p01_001436_xn", "NaT"), 1),
        (("FHA/00435", "1998-01-01T00:00:00"), ("FHA00435", "1998-01-01T00:00:00.7"), 1),
        # The same name at another time is another product.
        (("IMG_001", "2007-01-02T22:55:54"), ("IMG_001", "2008-01-02T22:55:54"), 2),
        (("IMG_001", "2007-01-02"), ("IMG_002", "2007-01-02"), 2),
        ((None, "2007-01-02"), (None, "2007-01-02"), 2),
    ],
)
def test_a_product_that_two_sources_have_comes_once(first, second, kept) -> None:
    name, start = first
    other_name, other_start = second
    joined = merged(
        [
            answer([{"product_id": name, "start_time": np.datetime64(start)}]),
            answer([{"product_id": other_name, "start_time": np.datetime64(other_start)}]),
        ]
    )
    found = rows_of(joined)
    assert len(found) == kept
    assert found[0]["product_id"] is None or found[0]["product_id"] == name


def test_rows_of_one_source_are_never_taken_for_one_another() -> None:
    twice = [{"product_id": "W1", "target": "DIONE"}, {"product_id": "W1", "target": "RHEA"}]
    assert len(rows_of(merged([answer(twice), answer([{"product_id": "N1"}])]))) == 3


def test_points_among_polygons_are_counted() -> None:
    joined = merged(
        [answer([{"product_id": "a"}]), answer([{"product_id": "b"}], geometry="point")]
    )
    shapes = [shape for chunk in joined.chunks for shape in chunk.geometry]
    assert [shape is None for shape in shapes] == [False, True]
    (sentence,) = joined.report.sentences()
    assert sentence.startswith("1 products are points")
    assert "for example b" in sentence


def test_two_bodies_are_no_layer() -> None:
    with pytest.raises(PlanetaryError, match="Mars, Moon"):
        merged([answer([], about="MARS"), answer([], about="MOON")])
