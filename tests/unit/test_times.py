"""UTC texts to times; CSPICE's own calendar is the truth."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.times import parse_utc, parse_utc_column, utc_text

moments = st.integers(-(10**15) * 2, 4 * 10**15).map(lambda ms: np.datetime64(ms // 1000, "ms"))


@given(moments)
def test_calendar_and_day_of_year_name_the_same_moment(moment):
    calendar = str(moment)
    year, clock = moment.astype("datetime64[Y]"), calendar.split("T")[1]
    day = (moment.astype("datetime64[D]") - year.astype("datetime64[D]")).astype(int) + 1
    by_day = f"{year}-{day:03d}T{clock}Z"
    assert (parse_utc_column([calendar, by_day]) == moment).all()


@given(moments)
def test_days_of_the_year_are_those_of_cspice(moment):
    seconds = spiceypy.tparse(str(moment))[0]
    assert (parse_utc(str(moment)) - np.datetime64("2000-01-01T12:00:00")) / np.timedelta64(
        1, "us"
    ) == pytest.approx(seconds * 1e6, abs=1e3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2007-01-02T22:55:54.959", "2007-01-02T22:55:54.959"),
        (" 2007-01-02 22:55:54.959Z ", "2007-01-02T22:55:54.959"),
        ("2007-002T22:55:54", "2007-01-02T22:55:54"),
        ("2008-366", "2008-12-31"),
        ("2010-05-04", "2010-05-04"),
        ("2010-05-04T07:08", "2010-05-04T07:08"),
        ("2016-12-31T23:59:60.5", "2017-01-01T00:00:00.5"),
    ],
)
def test_spellings(text, expected):
    assert parse_utc(text) == np.datetime64(expected)


@pytest.mark.parametrize(
    "text",
    [
        "UNK",
        "N/A",
        "",
        "0",
        "2007-02-30",
        "2007-366",
        "2007-000",
        "2007-13-01",
        "2007-01-01T25:00",
        None,
        -999,
    ],
)
def test_garbage_is_not_a_time(text):
    assert np.isnat(parse_utc_column([text])[0])


def test_rows_are_read_each_by_itself():
    column = [
        "2007-01-02T03:04:05.678",
        "2007-002T03:04:05.678",
        "UNK",
        "2007-01-02T03:04:60",
        "1500-06-01T00:00:00",
    ]
    times = parse_utc_column(column)
    assert times[0] == times[1]
    assert np.isnat(times[2])
    assert times[3] == np.datetime64("2007-01-02T03:05:00")
    assert times[4] == np.datetime64("1500-06-01")


def test_garbage_asked_for_singly_says_what_to_write():
    with pytest.raises(PlanetaryError, match=r"“noon” is not a UTC time\. Write it as 2007-"):
        parse_utc("noon")


def test_text_goes_back_and_forth():
    assert utc_text(parse_utc("2007-002T22:55:54.959")) == "2007-01-02T22:55:54.959Z"
