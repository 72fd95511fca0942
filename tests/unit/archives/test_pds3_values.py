"""Values: numbers, times and texts, and what counts as unknown."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.pds3.values import real_kinds, values_of, with_times
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.reports import Report


def values(column, *texts):
    tally = Tally()
    found = values_of(column, np.array([text.encode() for text in texts]), tally)
    report = Report()
    tally.tell(report)
    return list(found), report.sentences()


@pytest.mark.parametrize(
    "text",
    ["UNK", "UNKNOWN", "NULL", "N/A", "NA", "NONE", "-", "", "   ", "null", "n/a", "Unknown"],
)
def test_words_for_unknown(text):
    assert values(Column("A"), text, "x") == ([None, "x"], [])
    assert values(Column("A", "integer"), text, "1")[0][0] is not np.int64
    assert math.isnan(values(Column("A", "real"), text, "1")[0][0])
    assert np.isnat(values(Column("A", "datetime"), text, "2001-01-01")[0][0])


@pytest.mark.parametrize("text", ["Na", "na", "NAN1", "UNKNOWN CRATER", "-1", "NONE-2"])
def test_texts_that_only_look_unknown(text):
    assert values(Column("A"), text, "x")[0][0] == text


@pytest.mark.parametrize("text", ["-999", "-999.", "-999.000", "-1e32", "-1.E32", "-2147483648"])
def test_numbers_for_unknown(text):
    assert math.isnan(values(Column("A", "real"), text, "1")[0][0])


def test_numbers_that_the_label_calls_valid():
    low = Column("A", "real", minimum=-5000.0)
    assert values(low, "-999.0", "1")[0] == [-999.0, 1.0]


def test_minus_999_may_be_a_count():
    found, _ = values(Column("A", "integer"), "-999", "-2147483648", "4")
    assert found[0] == -999
    assert found[2] == 4
    assert found[1] is not None
    assert str(found[1]) == "<NA>"


def test_zero_is_unknown_only_where_the_label_says_so():
    assert values(Column("A", "real"), "0.00", "1")[0][0] == 0.0
    assert math.isnan(values(Column("A", "real", constants=(0.0,)), "0.00", "1")[0][0])


def test_labels_constants_in_texts_and_integers():
    assert values(Column("A", constants=("N-A", -99.0)), "N-A", "-99", "x")[0] == [None, None, "x"]
    assert str(values(Column("A", "integer", constants=(7,)), "7", "8")[0][0]) == "<NA>"


@pytest.mark.parametrize(
    ("text", "number"),
    [('-23.629"', -23.629), ("1.5D3", 1500.0), ("'2'", 2.0), ("+.5", 0.5), ("3.E-1", 0.3)],
)
def test_numbers_oddly_spelled(text, number):
    found, sentences = values(Column("A", "real"), text, "1.0", "UNK")
    assert found[:2] == [pytest.approx(number), 1.0]
    assert sentences == []


@pytest.mark.parametrize("text", ["*****", "1.2.3", "12 34", "abc"])
def test_garbage_is_unknown_and_counted(text):
    found, sentences = values(Column("A", "real"), text, "1.0", text)
    assert math.isnan(found[0])
    assert found[1] == 1.0
    assert len(sentences) == 1
    assert sentences[0].startswith("2 values of A are not numbers")


def test_infinity_is_no_value():
    assert np.isnan(values(Column("A", "real"), "inf", "nan", "1e999")[0]).all()


def test_large_integers_keep_every_digit():
    big = 9007199254740993
    assert values(Column("A", "integer"), str(big), "1")[0][0] == big


def test_integer_column_with_a_fraction():
    found, sentences = values(Column("A", "integer"), "1.5", "2.0", "3")
    assert str(found[0]) == "<NA>"
    assert found[1:] == [2, 3]
    assert "whole numbers" in sentences[0]


def test_times_mixed_and_garbage():
    texts = ["2007-01-01T01:44:08.026", "2007-313T12:48:37.016Z", "UNK", "0", "2004-02-29"]
    found, sentences = values(Column("A", "datetime"), *texts)
    assert found[0] == np.datetime64("2007-01-01T01:44:08.026", "us")
    assert found[1] == np.datetime64("2007-11-09T12:48:37.016", "us")
    assert np.isnat(found[2])
    assert np.isnat(found[3])
    assert found[4] == np.datetime64("2004-02-29", "us")
    assert sentences == ["1 values of A are not times and were read as unknown, for example “0”."]


def test_texts_in_utf8_or_latin1():
    tally = Tally()
    raw = np.array(["Düse".encode(), "Düse".encode("latin-1"), b'"plain "'])
    assert values_of(Column("A"), raw, tally).tolist() == ["Düse", "Düse", "plain"]


@pytest.mark.parametrize(
    ("kind", "texts", "borne_out"),
    [
        ("datetime", ["13:11:46", "13:11:47"], "text"),
        ("datetime", ["UNK", "2001-01-01"], "datetime"),
        ("datetime", ["UNK", "N/A"], "datetime"),
        ("integer", ["1", "2.5"], "real"),
        ("integer", ["1", "2.0"], "integer"),
        ("real", ["RED", "BG"], "text"),
        ("real", ["RED", "1.0"], "real"),
        ("text", ["1", "2"], "text"),
    ],
)
def test_kinds_that_the_values_bear_out(kind, texts, borne_out):
    raw = np.array([text.encode() for text in texts])
    report = Report()
    (column,) = real_kinds([Column("A", kind)], [raw], report)
    assert column.kind == borne_out
    assert bool(report) == (kind != borne_out)


def test_text_column_with_the_role_of_a_time():
    raw = [np.array([b"2001-01-01T00:00:00"]), np.array([b"noon"]), np.array([b"2001-01-01"])]
    columns = [Column("A"), Column("B"), Column("C")]
    assert [c.kind for c in with_times(columns, raw, ["A", "B"])] == ["datetime", "text", "text"]


WORDS = st.sampled_from(["RED", "UNK", "", " N/A ", '"IR "', "none", "Düse", "-99", "x" * 20])


@given(st.lists(st.one_of(WORDS, st.text('abUNK" -/é', max_size=6)), min_size=1, max_size=40))
def test_repeated_texts_are_read_as_single_ones_are(texts):
    """Quotes are stripped where a column has any, so that each row is read beside a quoted one."""
    column = Column("A", constants=("RED", -99.0))
    alone = [values(column, '"q"', text)[0][1] for text in texts]
    assert values(column, '"q"', *texts * 30)[0][1:] == alone * 30


def test_times_that_the_label_calls_unknown():
    column = Column("A", "datetime", constants=("1950-01-01T00:00:00",))
    found, sentences = values(column, "1950-01-01T00:00:00", '"2001-01-01T00:00:00" ')
    assert np.isnat(found[0])
    assert found[1] == np.datetime64("2001-01-01")
    assert sentences == []
