"""Rows of the description: read, ordered, grouped, and what they lack."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.description import (
    MapUnit,
    grouped,
    in_order,
    problems_of,
    units_in,
    with_undescribed,
)
from planetary_qgis.core.mapping.map_content import LayerContent

MARS = ages_of("MARS")
HOSTILE = "Ω 'quoted' \"twice\"\n🙂 NULL; DROP TABLE x; --"


def content(*rows: dict[str, object], name: str = "description_of_map_units") -> LayerContent:
    ids = np.arange(1, len(rows) + 1)
    shapes = np.full(len(rows), None, dtype=object)
    return LayerContent(name, ids, shapes, pd.DataFrame(list(rows), dtype=object))


def unit(name: str, **values: object) -> MapUnit:
    return MapUnit(fid=hash(name) % 1000, unit=name, name=name, **values)


def test_rows_are_read_whatever_their_columns_case() -> None:
    (found,) = units_in(
        content({"UNIT": "Hv", "unitname": HOSTILE, "RGB": "1, 2,3", "stratorder": 4.0})
    )
    assert (found.unit, found.name, found.rgb, found.order) == ("Hv", HOSTILE, (1, 2, 3), 4)
    assert (found.sign, found.title, found.group) == ("Hv", HOSTILE, "")


@pytest.mark.parametrize("rgb", [None, "", "red", "1,2", "1,2,300", float("nan")])
def test_what_is_no_colour_is_none(rgb: object) -> None:
    (found,) = units_in(content({"Unit": "a", "RGB": rgb}))
    assert found.rgb is None


def test_missing_columns_and_rows_do_no_harm() -> None:
    assert units_in(LayerContent.empty("description_of_map_units")) == ()
    (found,) = units_in(content({"Unit": None, "StratOrder": "third"}))
    assert (found.unit, found.order) == ("", None)


def test_the_order_given_comes_first_then_ages_then_names() -> None:
    units = [
        unit("d", oldest="Early Noachian"),
        unit("c", oldest="Late Amazonian?"),
        unit("b", oldest=MARS[1].abbreviation),
        unit("a", order=2),
        unit("e", order=1),
        unit("no age"),
    ]
    assert [each.unit for each in in_order(units, MARS)] == ["e", "a", "b", "c", "d", "no age"]


@given(st.lists(st.tuples(st.text(), st.none() | st.integers(-5, 5)), max_size=12))
def test_ordering_and_grouping_lose_no_unit(rows: list[tuple[str, int | None]]) -> None:
    units = [
        MapUnit(fid=n, unit=text, group=text[:1], order=order)
        for n, (text, order) in enumerate(rows)
    ]
    ordered = in_order(units, MARS)
    assert sorted(each.fid for each in ordered) == list(range(len(units)))
    groups = grouped(ordered)
    assert sorted(each.fid for group in groups for each in group.units) == list(range(len(units)))
    titles = [group.title.casefold() for group in groups]
    assert len(titles) == len(set(titles))


def test_problems_name_the_units() -> None:
    units = [unit("a", rgb=(1, 2, 3)), unit("a", rgb=(1, 2, 3)), MapUnit(fid=9, unit="")]
    units.append(unit("b", rgb=(1, 2, 3), oldest="Cretaceous"))
    told = " ".join(problems_of(units, MARS).sentences())
    assert "described twice (1: a)" in told
    assert "row 9" in told
    assert "Cretaceous of b" in told
    assert not problems_of([unit("a", rgb=(1, 2, 3), oldest="Early Hesperian?")], MARS)


def test_units_on_the_map_alone_stand_last_and_once() -> None:
    drawn = content({"Unit": "z"}, {"Unit": "z"}, {"Unit": "a"}, {"Unit": None}, name="units")
    assert [each.unit for each in with_undescribed([unit("a")], drawn)] == ["a", "z"]
