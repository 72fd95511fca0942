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

_DAYS_IN_MONTH = dict(enumerate((31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31), start=1))


def parse_utc_column(texts: Iterable[object]) -> TimeArray:
    """UTC times as datetime64[us]; NaT for whatever is not a time.

    Calendar dates and day-of-year dates may be mixed; a date alone is its midnight. The second 60
    of a leap second, which datetime64 cannot hold, becomes the next midnight.
    """
    parts = pd.Series(list(texts), dtype="object").astype("string").str.strip().str.extract(_ISO)
    number = parts.apply(pd.to_numeric, errors="coerce").astype("float64")
    year = number["year"]
    month = number["month"].where(number["doy"].isna(), 1.0)
    day = number["day"].where(number["doy"].isna(), number["doy"])
    hour, minute, second = (number[name].fillna(0.0) for name in ("hour", "minute", "second"))
    real = (
        (month.between(1, 12) & (day >= 1) & (hour <= 24) & (minute < 60) & (second < 61))
        & (day <= _days_in(year, month, number["doy"].notna()))
        & (year >= 1)
    )
    times = np.full(len(parts), np.datetime64("NaT"), dtype="datetime64[us]")
    if real.any():
        months = ((year - 1970) * 12 + month - 1)[real].to_numpy().astype("int64")
        midnight = months.astype("datetime64[M]").astype("datetime64[D]").astype("datetime64[us]")
        seconds = (day - 1) * 86400.0 + hour * 3600.0 + minute * 60.0
        microseconds = np.rint(seconds[real].to_numpy() * 1e6 + second[real].to_numpy() * 1e6)
        times[real.to_numpy()] = midnight + microseconds.astype("int64").astype("timedelta64[us]")
    return times


def _days_in(year: pd.Series, month: pd.Series, by_day_of_year: pd.Series) -> pd.Series:
    """Days in the month, or in the year where dates are given by day of year."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    lengths = {
        1: 31,
        2: 28,
        3: 31,
        4: 30,
        5: 31,
        6: 30,
        7: 31,
        8: 31,
        9: 30,
        10: 31,
        11: 30,
        12: 31,
    }
    in_month = month.map(lengths) + ((month == 2) & leap)
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
