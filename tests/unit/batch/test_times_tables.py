"""Tables of times in the spellings that people have, and what is wrong with single rows."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planetary_qgis.core.batch.column_kinds import KindsSeen, typed
from planetary_qgis.core.batch.times_tables import inspect_times
from planetary_qgis.core.errors import PlanetaryError

ROWS = (
    "Product_Id,Start_Time,Stop_Time,orbit,angle,note,code\n"
    "A1,2019-09-01T01:00:00.5Z,2019-244T01:00:01.5,7,1.5,  first,007\n"
    'B2,2019-09-02T01:00:00,,8,-2e3,"a, b",010\n'
    "C3,2019-09-03,2019-09-03T00:00:01,,,,0\n"
)


def written(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "times.csv"
    path.write_bytes(text.encode(encoding))
    return path


def whole(table, size=2):
    parts = list(table.parts(size))
    carried = pd.concat([part.carried for part in parts], ignore_index=True)
    return parts, carried


def test_times_names_and_other_columns_are_found(tmp_path):
    table = inspect_times(written(tmp_path, ROWS))
    assert table.columns == ("Start_Time", "Stop_Time", "Product_Id")
    assert table.times.start[0] == np.datetime64("2019-09-01T01:00:00.5")
    assert table.times.stop[0] == np.datetime64("2019-09-01T01:00:01.5")
    assert np.isnat(table.times.stop).tolist() == [False, True, False]
    assert table.times.carried_kinds == {
        "Start_Time": "datetime",
        "Stop_Time": "datetime",
        "orbit": "integer",
        "angle": "real",
        "note": "text",
        "code": "text",
    }
    parts, carried = whole(table)
    assert [len(part) for part in parts] == [2, 1]
    assert [name for part in parts for name in part.product_ids] == ["A1", "B2", "C3"]
    assert carried["orbit"].tolist()[:2] == [7, 8]
    assert carried["orbit"].isna().tolist() == [False, False, True]
    assert carried["angle"].tolist()[:2] == [1.5, -2000.0]
    assert carried["note"].tolist() == ["  first", "a, b", None]
    assert carried["code"].tolist() == ["007", "010", "0"]
    assert not table.report


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_delimiter_and_encoding(tmp_path, encoding, delimiter):
    text = f"# a comment, with commas, and more, of them\nutc{delimiter}note\r\n"
    text += f"2019-09-01T01:00:00{delimiter}Höhe\r\n\r\n"
    table = inspect_times(written(tmp_path, text, encoding))
    _, carried = whole(table)
    assert carried["note"].tolist() == ["Höhe"]
    assert table.times.start.tolist() == [np.datetime64("2019-09-01T01:00:00", "us").item()]


def test_rows_that_cannot_be_used_are_named_and_the_others_go_on(tmp_path):
    text = (
        "product_id,start_time,stop_time\n"
        "A,2019-09-01T01:00:00,2019-09-01T01:00:01\n"
        "B,yesterday,2019-09-01T01:00:01\n"
        "C,2019-09-01T01:00:02,2019-09-01T01:00:01\n"
        "D,2019-09-01T01:00:00,soon\n"
        "E,2019-09-01T01:00:00\n"
        "F,2019-09-01T01:00:00,2019-09-01T01:00:01,extra\n"
        "G,2019-09-01T01:00:00,\n"
    )
    table = inspect_times(written(tmp_path, text))
    assert table.report.sentences() == [
        "The row has not 3 values as the first line has (2: row 5, row 6)",
        "“start_time” is no time, so that nothing is computed (1: row 2)",
        "“stop_time” is no time; the start is taken as an instant (1: row 4)",
        "“stop_time” is before “start_time”, so that nothing is computed (1: row 3)",
    ]
    parts, carried = whole(table)
    assert [name for part in parts for name in part.product_ids] == list("ABCDG")
    assert np.isnat(table.times.start).tolist() == [False, True, True, False, False]
    assert carried["start_time"].tolist()[1] == "yesterday", "what was written is not lost"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "does not name its columns"),
        ("2019-09-01T01:00:00,2\n", "does not name its columns"),
        ("a,b\n1,2\n", "which column of the table holds the start times"),
        ("start_time,b,b\n1,2,3\n", "several columns “b”"),
        ("start_time\nnever\n", "No row of .* has a start time"),
        ("start_time\n", "No row of .* has a start time"),
    ],
)
def test_tables_that_are_none_get_their_sentence(tmp_path, text, problem):
    with pytest.raises(PlanetaryError, match=problem):
        inspect_times(written(tmp_path, text))


def test_columns_can_be_named(tmp_path):
    path = written(tmp_path, "a,B,c\n2019-09-01,2019-09-02,X\n")
    table = inspect_times(path, start_column="A", stop_column="b", id_column="c")
    assert table.columns == ("a", "B", "c")
    with pytest.raises(PlanetaryError, match=r"no column “d”.*a, B, c"):
        inspect_times(path, start_column="d")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(PlanetaryError, match="cannot be read"):
        inspect_times(tmp_path / "nowhere.csv")


CELLS = st.one_of(
    st.integers(-(10**15), 10**15).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.just(""),
    st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=12), st.integers(1, 7))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_no_cell_is_lost_whatever_stands_in_it(tmp_path, rows, size):
    path = tmp_path / "any.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["start_time", "one", "two"])
        writer.writerows(["2019-09-01T01:00:00", *row] for row in rows)
    _, carried = whole(inspect_times(path), size)
    for column, written_texts in zip(["one", "two"], zip(*rows)):
        for value, text in zip(carried[column].tolist(), written_texts, strict=True):
            if not text.strip():
                assert pd.isna(value)
            elif isinstance(value, str):
                assert value == text
            else:
                assert value == float(text)


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2", " 3 "], "integer"),
        (["1", "2.5"], "real"),
        (["1e300", ".5", "3."], "real"),
        (["007", "008"], "text"),
        (["2019-001", "2019-12-31T23:59:60"], "datetime"),
        (["2019-001", "1"], "text"),
        (["nan", "1"], "text"),
        (["", " "], "text"),
    ],
)
def test_kinds_are_those_that_lose_nothing(texts, kind):
    seen = KindsSeen()
    for text in texts:  # a portion each
        seen.look_at(pd.Series([text, ""]))
    assert seen.kind == kind
    assert len(typed(pd.Series(texts), kind)) == len(texts)
