"""UTC times: the only place where they are parsed and spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError

TimeArray = NDArray[np.datetime64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
Cells = NDArray[np.uint8]
"""(width, n) characters of n texts, NUL after their ends."""

_ISO = re.compile(
    r"^(?P<year>\d{4})-(?:(?P<doy>\d{3})|(?P<month>\d{2})-(?P<day>\d{2}))"
    r"(?:[T ](?P<hour>\d{2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d*)?))?)?)?"
    r"\s*Z?$"
)
_DAYS_IN_MONTH = dict(enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))
_LONGEST = 32
_FRACTION_DIGITS = 6
_SPELLED = b"0000-00-00T00:00:00.000Z"


def parse_utc_column(texts: Iterable[object]) -> TimeArray:
    """UTC times as datetime64[us]; NaT for whatever is not a time. Bytes are read as ASCII.

    Calendar dates and day-of-year dates may be mixed; a date alone is its midnight. The second 60
    of a leap second, which datetime64 cannot hold, becomes the next midnight.
    """
    if isinstance(texts, np.ndarray) and texts.dtype.kind == "S":
        stripped = [text.strip() for text in texts.tolist()]
    else:
        stripped = [_stripped(text) for text in texts]
    times = _read_by_place(stripped)
    others = np.flatnonzero(np.isnat(times))
    texts_of_others = [stripped[row] for row in others.tolist()]
    if any(texts_of_others):
        decoded = (text.decode("ascii", "replace") for text in texts_of_others)
        times[others] = _parsed_by_parts(pd.Series(decoded, dtype="string"))
    return times


def parse_utc(text: str) -> np.datetime64:
    """One UTC time, calendar or day-of-year.

    Raises:
        PlanetaryError: The text is not a time.
    """
    time = parse_utc_column([text])[0]
    if np.isnat(time):
        raise PlanetaryError(
            f"“{text}” is not a UTC time.",
            hint="Write it as 2007-01-02T22:55:54.959 or, by day of year, 2007-002T22:55:54.959.",
        )
    return np.datetime64(time)


def utc_text(time: np.datetime64) -> str:
    """ISO 8601 to the millisecond, with its Z."""
    return f"{np.datetime_as_string(time, unit='ms')}Z"


def utc_texts(times: TimeArray) -> list[str | None]:
    """ISO 8601, rounded to the millisecond, with their Z; None for NaT."""
    milliseconds = (times + np.timedelta64(500, "us")).astype("datetime64[ms]")
    texts: NDArray[np.object_] = np.full(len(times), None, dtype=object)
    known = np.flatnonzero(~np.isnat(milliseconds))
    years = milliseconds[known].astype("datetime64[Y]").astype(int) + 1970
    four_digits = (years >= 0) & (years <= 9999)
    common, strange = known[four_digits], known[~four_digits]
    texts[common] = _spelled_by_place(milliseconds[common])
    texts[strange] = [utc_text(time) for time in milliseconds[strange]]
    return list(texts)


def _stripped(text: object) -> bytes:
    if isinstance(text, bytes):
        return text.strip()
    return b"" if text is None else str(text).strip().encode("ascii", "replace")


def _read_by_place(texts: list[bytes]) -> TimeArray:
    """Times of the two common spellings, 2007-01-02T22:55:54.959Z and 2007-002T22:55:54.959Z.

    Read many at a time, character by character; NaT for the others, leap seconds among them.
    """
    if max(map(len, texts), default=0) >= _LONGEST:
        texts = [text if len(text) < _LONGEST else b"" for text in texts]
    flat = np.array(texts, dtype=f"S{_LONGEST}").view(np.uint8).reshape(len(texts), _LONGEST)
    cells = np.ascontiguousarray(flat.T)
    months, day, dated = _dates_by_place(cells, month_places=(5, 6), day_places=(8, 9))
    by_day = cells[7] != ord("-")
    times = _moments(cells, 10, months, 1, day, dated & (cells[7] == ord("-")))
    if by_day.any():
        years, day, dated = _dates_by_place(cells, month_places=(), day_places=(5, 6, 7))
        times[by_day] = _moments(cells, 8, years, 12, day, dated)[by_day]
    return times


def _dates_by_place(
    cells: Cells, *, month_places: tuple[int, ...], day_places: tuple[int, ...]
) -> tuple[IntArray, IntArray, BoolArray]:
    """Months since 1970, the day's number from there, and where there are digits and a dash."""
    year, are_digits = _digits(cells, (0, 1, 2, 3))
    month, month_is = _digits(cells, month_places) if month_places else (year * 0 + 1, are_digits)
    day, day_is = _digits(cells, day_places)
    real = are_digits & month_is & day_is & (cells[4] == ord("-"))
    real &= (year >= 1) & (month >= 1) & (month <= 12)
    return (year - 1970) * 12 + month - 1, day, real


def _moments(
    cells: Cells, at: int, months: IntArray, span: int, day: IntArray, real: BoolArray
) -> TimeArray:
    """Days of spans of months with the clock times that begin at a place; NaT where not real."""
    microseconds, clock_is = _clocks(cells, at)
    months = np.where(real, months, 0)
    first = _first_days(months)
    real = real & clock_is & (day >= 1) & (day <= _first_days(months + span) - first)
    moments = ((first + day - 1) * 86_400_000_000 + microseconds).astype("datetime64[us]")
    moments[~real] = np.datetime64("NaT")
    return moments


def _first_days(months: IntArray) -> IntArray:
    return months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _clocks(cells: Cells, at: int) -> tuple[IntArray, BoolArray]:
    """Microseconds since midnight of T22:55:54.959Z, and where it stands so and the text ends."""
    hour, hour_is = _digits(cells, (at + 1, at + 2))
    minute, minute_is = _digits(cells, (at + 4, at + 5))
    second, second_is = _digits(cells, (at + 7, at + 8))
    real = hour_is & minute_is & second_is & (hour < 24) & (minute < 60) & (second < 60)
    real &= (cells[at] == ord("T")) | (cells[at] == ord(" "))
    real &= (cells[at + 3] == ord(":")) & (cells[at + 6] == ord(":"))
    inside = cells[at + 9] == ord(".")
    end = at + 9 + inside.astype(np.int64)
    fraction = np.zeros(cells.shape[1], dtype=np.int64)
    for place in range(at + 10, at + 10 + _FRACTION_DIGITS):
        digit = cells[place] - ord("0")
        inside = inside & (digit <= 9)
        fraction = fraction * 10 + np.where(inside, digit, 0)
        end += inside
    end += cells[end, np.arange(len(end))] == ord("Z")
    real &= (cells != 0).sum(axis=0) == end
    return ((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction, real


def _digits(cells: Cells, places: tuple[int, ...]) -> tuple[IntArray, BoolArray]:
    """The numbers that digits at some places make, and where all are digits."""
    number = np.zeros(cells.shape[1], dtype=np.int64)
    real = np.ones(cells.shape[1], dtype=bool)
    for place in places:
        digit = cells[place] - ord("0")
        real &= digit <= 9
        number = number * 10 + digit
    return number, real


def _spelled_by_place(milliseconds: TimeArray) -> list[str]:
    """ISO 8601 of years of four digits."""
    month, date = milliseconds.astype("datetime64[M]"), milliseconds.astype("datetime64[D]")
    months = month.astype(np.int64) + 1970 * 12
    day = (date - month.astype("datetime64[D]")).astype(np.int64) + 1
    rest = (milliseconds - date).astype(np.int64)
    cells = np.repeat(np.frombuffer(_SPELLED, dtype=np.uint8)[:, None], len(milliseconds), axis=1)
    for last_place, digits, number in (
        (3, 4, months // 12),
        (6, 2, months % 12 + 1),
        (9, 2, day),
        (12, 2, rest // 3_600_000),
        (15, 2, rest // 60_000 % 60),
        (18, 2, rest // 1000 % 60),
        (22, 3, rest % 1000),
    ):
        for place in range(last_place, last_place - digits, -1):
            tens = number // 10
            cells[place] += (number - tens * 10).astype(np.uint8)
            number = tens
    texts = np.ascontiguousarray(cells.T).view(f"S{len(_SPELLED)}").ravel()
    return [text.decode("ascii") for text in texts.tolist()]


def _parsed_by_parts(texts: pd.Series) -> TimeArray:
    """Times in every spelling of `_ISO`: by day of year, leap seconds, without seconds or time."""
    number = texts.str.extract(_ISO).apply(pd.to_numeric, errors="coerce").astype("float64")
    year, by_day_of_year = number["year"], number["doy"].notna()
    month = number["month"].where(~by_day_of_year, 1.0)
    day = number["day"].where(~by_day_of_year, number["doy"])
    hour, minute, second = (number[name].fillna(0.0) for name in ("hour", "minute", "second"))
    real = (
        (month.between(1, 12) & (day >= 1) & (hour <= 24) & (minute < 60) & (second < 61))
        & (day <= _days_in(year, month, by_day_of_year))
        & (year >= 1)
    ).to_numpy(dtype=bool)
    times = np.full(len(texts), np.datetime64("NaT"), dtype="datetime64[us]")
    months = ((year - 1970) * 12 + month - 1)[real].to_numpy().astype("int64")
    midnight = months.astype("datetime64[M]").astype("datetime64[D]").astype("datetime64[us]")
    seconds = (day - 1) * 86400.0 + hour * 3600.0 + minute * 60.0
    microseconds = np.rint(seconds[real].to_numpy() * 1e6 + second[real].to_numpy() * 1e6)
    times[real] = midnight + microseconds.astype("int64").astype("timedelta64[us]")
    return times


def _days_in(year: pd.Series, month: pd.Series, by_day_of_year: pd.Series) -> pd.Series:
    """Days in the month, or in the year where dates are given by day of year."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    in_month = month.map(_DAYS_IN_MONTH) + ((month == 2) & leap)
    return in_month.where(~by_day_of_year, 365 + leap.astype(int))
