"""UTC times: the only place where they are parsed and spelled."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError

TimeArray = NDArray[np.datetime64]

_ISO = re.compile(
    r"^(?P<year>\d{4})-(?:(?P<doy>\d{3})|(?P<month>\d{2})-(?P<day>\d{2}))"
    r"(?:[T ](?P<hour>\d{2})(?::(?P<minute>\d{2})(?::(?P<second>\d{2}(?:\.\d*)?))?)?)?"
    r"\s*Z?$"
)
_COMMON = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z?"
"""What pandas' own parser may be trusted with: it takes more for times than we do."""
_DAYS_IN_MONTH = dict(enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))


def parse_utc_column(texts: Iterable[object]) -> TimeArray:
    """UTC times as datetime64[us]; NaT for whatever is not a time.

    Calendar dates and day-of-year dates may be mixed; a date alone is its midnight. The second 60
    of a leap second, which datetime64 cannot hold, becomes the next midnight.
    """
    stripped = pd.Series(list(texts), dtype="object").astype("string").str.strip()
    times = np.full(len(stripped), np.datetime64("NaT"), dtype="datetime64[us]")
    common = stripped.str.fullmatch(_COMMON).fillna(False).to_numpy(dtype=bool)
    if common.any():
        parsed = pd.to_datetime(stripped[common], format="ISO8601", errors="coerce", utc=True)
        times[common] = parsed.dt.tz_localize(None).to_numpy().astype("datetime64[us]")
    others = np.isnat(times) & stripped.notna().to_numpy()
    if others.any():
        times[others] = _parsed_by_parts(stripped[others])
    return times


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
