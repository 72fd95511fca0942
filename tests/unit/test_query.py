"""Queries and searches as data."""

from __future__ import annotations

import fnmatch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.archive_search import ArchiveSearch, search_from_json
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import (
    RANGED_COLUMNS,
    Query,
    Range,
    pattern_expression,
    query_from_json,
)

_ends = st.one_of(st.none(), st.floats(0, 100, allow_nan=False))
_ranges = st.dictionaries(
    st.sampled_from(RANGED_COLUMNS),
    st.tuples(_ends, _ends).map(lambda e: Range(*(e if None in e else sorted(e)))),
)
_queries = st.builds(
    Query,
    body=st.text(max_size=5),
    area=st.text(max_size=5),
    start=st.text(max_size=5),
    stop=st.text(max_size=5),
    ranges=_ranges,
    product_id=st.text(max_size=9),
    expression=st.text(max_size=9),
    limit=st.one_of(st.none(), st.integers(1, 9)),
)


@given(_queries, st.lists(st.text(), max_size=3))
def test_searches_come_back_from_their_text(query: Query, sources: list[str]) -> None:
    assert query_from_json(query.to_json()) == query
    search = ArchiveSearch(query, tuple(sources))
    assert search_from_json(search.to_json()) == search


@pytest.mark.parametrize("text", ["", "[]", "{", '{"query": 3}', '{"sources": [], "query": 3}'])
def test_what_is_no_search_is_said_to_be_none(text: str) -> None:
    with pytest.raises(PlanetaryError):
        search_from_json(text)


def test_a_range_that_runs_backwards() -> None:
    with pytest.raises(PlanetaryError, match="incidence_angle runs from 60 down to 20"):
        Query(ranges={"incidence_angle": Range(60, 20)})
    assert Query(ranges={"solar_longitude": Range(350, 10)}).ranges["solar_longitude"].wraps


def test_a_range_of_another_column() -> None:
    with pytest.raises(PlanetaryError, match="“ORBIT”"):
        Query(ranges={"ORBIT": Range(1, 2)})


def test_names_are_parted_by_blanks_and_commas() -> None:
    assert Query(product_id=" P01_*, ESP_?\tX;Y ").patterns == ("P01_*", "ESP_?", "X", "Y")
    assert Query(product_id=" ").patterns == ()


@given(st.text("aB1_*?.%", max_size=8), st.text("Ab1_.%", max_size=8))
def test_wildcards_are_those_of_a_shell(pattern: str, name: str) -> None:
    expected = fnmatch.fnmatchcase(name.lower(), pattern.lower())
    assert bool(pattern_expression(pattern).fullmatch(name)) == expected
