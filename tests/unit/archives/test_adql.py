"""ADQL whose values stay inside their literals: SQLite, another reader of SQL, is the judge."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planetary_qgis.core.archives.services import adql
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import pattern_expression

NASTY = (
    "'",
    '"',
    ";",
    "--",
    "/*",
    "*/",
    "\\",
    "\n",
    "\r",
    "%",
    "_",
    "?",
    "*",
    "é",
    "ß",
    ")",
    " OR ",
)
# SQLite itself ends a statement at a NUL.
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(NASTY),
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4),
    ),
    max_size=6,
).map("".join)


def rows_found(condition: str, rows: Iterable[str]) -> list[str]:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE granules (granule_uid TEXT, kept INTEGER)")
    database.executemany("INSERT INTO granules VALUES (?, 1)", [(row,) for row in rows])
    statement = " ".join(("SELECT granule_uid FROM granules WHERE", condition, "AND kept = 1"))
    return [row[0] for row in database.execute(statement)]


@given(TEXTS, st.lists(TEXTS, max_size=5))
@example("' OR '1'='1", ["x"])
@example("x'; DROP TABLE granules --", ["x"])
def test_an_equality_finds_that_text_and_no_other(text: str, others: list[str]) -> None:
    rows = {text, *others}
    assert rows_found(adql.equals("granule_uid", text), rows) == [text]


@given(TEXTS, st.lists(TEXTS, max_size=5))
@example("a*'c", ["A'C", "abc"])
@example("\\", ["\\"])
@example("50%_off", ["50%_OFF", "50"])
def test_a_name_with_wildcards_finds_all_that_it_stands_for(pattern: str, rows: list[str]) -> None:
    wanted = {row for row in rows if pattern_expression(pattern).fullmatch(row)}
    assert wanted <= set(rows_found(adql.like("granule_uid", pattern), rows))


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("h12*", ["H1234", "H12"]),
        ("H1?34", ["H1234"]),
        ("*34", ["H1234"]),
        ("h12", ["H12"]),
    ],
)
def test_plain_names_are_not_asked_wider_than_need_be(pattern: str, found: list[str]) -> None:
    rows = ["H1234", "H12", "X99"]
    assert rows_found(adql.like("granule_uid", pattern), rows) == found


def test_backslashes_escape_nothing_where_servers_take_them_for_escapes() -> None:
    assert adql.like("granule_uid", "a\\b*") == "UPPER(granule_uid) LIKE 'A_B%'"


@given(st.text(st.characters(codec="ascii", exclude_characters="\0%_\\"), max_size=8), TEXTS, TEXTS)
def test_what_contains_a_text_is_found(text: str, before: str, behind: str) -> None:
    row = before + text + behind
    assert rows_found(adql.contains("granule_uid", text), [row]) == [row]


@pytest.mark.parametrize("name", ["a b", "a'b", "A;", "", "x--", "a.b.c", "1a"])
def test_what_is_no_column_is_refused(name: str) -> None:
    with pytest.raises(PlanetaryError, match="column"):
        adql.equals(name, "x")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_are_none_are_refused(number: float) -> None:
    with pytest.raises(PlanetaryError, match="cannot be asked"):
        adql.at_least("time_min", number)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_every_digit(number: float) -> None:
    condition = adql.all_of((adql.at_least("x", number), adql.at_most("x", number)))
    # Python reads every digit; SQLite, the judge elsewhere, rounds very small numbers.
    spelled = re.findall(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", condition)
    assert [float(text) for text in spelled] == [number, number]
