"""UTC texts to times; CSPICE's own calendar is the truth."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import numpy as np
import pytest
import spiceypy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.times import parse_utc, parse_utc_column, utc_text, utc_texts

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


EXACT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.(\d*))?\s*Z?", re.ASCII)
microseconds = st.datetimes(max_value=datetime.fromisoformat("9999-12-31T23:59:58"))


def told_by_python(text: str) -> datetime | None:
    """The time that a calendar date and a clock time spell."""
    match = EXACT.fullmatch(text)
    if match is None:
        return None
    date, clock, fraction = match.groups()
    try:
        return datetime.fromisoformat(f"{date}T{clock}.{(fraction or '')[:6].ljust(6, '0')}")
    except ValueError:
        return None


@given(microseconds, st.sampled_from("T "), st.sampled_from(["", "Z"]), st.integers(0, 6))
def test_every_digit_of_every_spelling_is_read(moment, separator, zone, digits):
    shift = 10 ** (6 - digits)
    moment = moment.replace(microsecond=moment.microsecond // shift * shift)
    fraction = f".{moment:%f}"[: digits + 1] if digits else ""
    clock = f"{moment:%H:%M:%S}{fraction}{zone}"
    calendar = f"{moment.year:04d}-{moment:%m-%d}{separator}{clock}"
    by_day = f"{moment.year:04d}-{moment.timetuple().tm_yday:03d}{separator}{clock}"
    column = [calendar, by_day, f" {calendar} ", calendar.encode(), by_day.encode()]
    assert (parse_utc_column(column) == np.datetime64(moment, "us")).all()
    assert (parse_utc_column(np.array([calendar, by_day], "S")) == np.datetime64(moment)).all()


@settings(max_examples=300)
@given(
    microseconds,
    st.integers(0, 26),
    st.sampled_from("0123456789-:.TZ x"),
    st.sampled_from(["", "Z", "7", " "]),
)
def test_a_wrong_character_makes_what_python_says(moment, place, character, end):
    text = f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S.%f}{end}"
    text = text[:place] + character + text[place + 1 :]
    stripped = text.strip()
    assume(stripped[11:13] != "24" and not re.search(r":6\d", stripped))  # told by other tests
    found, expected = parse_utc_column([text])[0], told_by_python(stripped)
    if expected is None:
        assert np.isnat(found)
    else:  # a seventh digit is rounded
        assert abs(found - np.datetime64(expected)) <= np.timedelta64(1, "us")


@given(st.lists(st.one_of(st.none(), microseconds), max_size=20))
def test_spelled_times_are_rounded_to_milliseconds(moments):
    times = np.array([np.datetime64(moment, "us") for moment in moments], dtype="datetime64[us]")
    for moment, text in zip(moments, utc_texts(times)):
        if moment is None:
            assert text is None
            continue
        rounded = moment + timedelta(microseconds=500)
        year = f"{rounded.year:04d}"
        assert text == f"{year}-{rounded:%m-%dT%H:%M:%S}.{rounded.microsecond // 1000:03d}Z"
        assert parse_utc(text) == np.datetime64(text[:-1])


def test_years_of_more_than_four_digits_are_spelled_too():
    times = np.array(["12000-01-02T03:04:05", "-0044-03-15", "NaT"], dtype="datetime64[us]")
    assert utc_texts(times) == ["12000-01-02T03:04:05.000Z", "-044-03-15T00:00:00.000Z", None]


def test_long_texts_harm_only_their_row():
    long = "2007-01-02T03:04:05.123456" + "0" * 20
    times = parse_utc_column([long, "2007-01-02T03:04:05.123456", "x" * 10_000])
    assert times[0] == times[1]
    assert np.isnat(times[2])
