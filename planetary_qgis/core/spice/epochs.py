"""Times as people have them: UTC in many spellings, TDB ("ET"), readings of a spacecraft's clock.

All become UTC. UTC as archives spell it is read by `core.times`; what else there is, CSPICE reads
by the kernels that are loaded: leap seconds, and for a clock its SCLK kernel.

datetime64 cannot hold a leap second. An instant within one becomes the midnight that ends it, at
most a second later and never out of order, and the report says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Union, get_args

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError, PlanetaryError
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.kernels.kernel_sets import completed
from planetary_qgis.core.spice.observations import Times, times_of_run
from planetary_qgis.core.spice.scene import naif_id, name_of, pool_names
from planetary_qgis.core.spice.session import furnished, short_message
from planetary_qgis.core.spice.vectorised import et_from_utc, utc_from_et
from planetary_qgis.core.times import TimeArray, parse_utc_column

Values = Union[Sequence[object], NDArray[Any]]
TimeSystem = Literal["UTC", "ET", "SCLK"]
TIME_SYSTEMS: tuple[TimeSystem, ...] = get_args(TimeSystem)
"""What times are that do not say it themselves: UTC; TDB, numbers being seconds past J2000; clock
readings."""

IN_LEAP_SECOND = "Times within a leap second were taken as the midnight that ends it"
UNREADABLE = "Times that cannot be read were left out"

_J2000 = np.datetime64("2000-01-01T12:00:00", "us")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([EeDd][+-]?\d+)?")
_LABEL_FIRST = re.compile(r"(UTC|GMT|TDB|ET|TDT|TT|TAI|SCLK)\b[\s:=]*(.*)", re.IGNORECASE)
_LABEL_LAST = re.compile(r"(.*?)\s*\b(UTC|GMT|TDB|ET|TDT|TT|TAI)", re.IGNORECASE)
_CLOCK_WITH_PARTITION = re.compile(r"\d{1,3}/\d{5,}[\d.:\-, ]*")
_AMBIGUOUS_DATE = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b.*")
_YEAR_OR_JULIAN = re.compile(r"(?<![\d.:])\d{4}(?![\d.:])|JD", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2}(?:\.\d*)?Z?)")
_OFFSET = re.compile(r"(.*:\d{2}(?:\.\d*)?)\s*([+-]\d{2}):?(\d{2})")
_LATER = re.compile(r"\+\s*(\d+\.?\d*|\.\d+)\s*(ms|s|min|h|d)")
_UNIT_SECONDS = {"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_PASTED = str.maketrans("\u2010\u2011\u2012\u2013\u2212\u00a0\u202f\u2009", "-----   ")
_SPELLINGS = (
    "Write UTC as 2007-01-02T22:55:54.959 or 2007-002T22:55:54.959, TDB as ET 221050619.184 or "
    "2007-01-02T22:55:54 TDB, a clock's reading as SCLK 1/0852157621.139."
)


@dataclass(frozen=True)
class _Read:
    """What a column of times says.

    Attributes:
        et: (n,) TDB seconds past J2000 of what is not plain UTC; NaN elsewhere.
        problems: Why a row cannot be read, by row.
    """

    utc: TimeArray
    et: NDArray[np.float64]
    problems: dict[int, PlanetaryError] = field(default_factory=dict)


def read_run(
    start: str,
    stop: str,
    step_s: float | None,
    kernels: Sequence[Path],
    observer: str,
    report: Report | None = None,
) -> Times:
    """The observations of a run as typed: `times_of_run` of what `read_span` reads."""
    first, last = read_span(start, stop, kernels, observer, report)
    return times_of_run(first, last, step_s)


def read_span(
    start: str, stop: str, kernels: Sequence[Path], observer: str, report: Report | None = None
) -> tuple[np.datetime64, np.datetime64 | None]:
    """Start and stop as typed, in any system, as UTC; None where there is no stop.

    Args:
        stop: "" for none; it may also say how much later than the start: +30 s, +5 min.
        kernels: Loaded for the moment if the texts need them.
        observer: Whose clock is read.

    Raises:
        PlanetaryError: A text is not a time.
        KernelError: The kernels cannot tell what it means.
    """
    later = _LATER.fullmatch(stop.strip())
    texts = [start] if later or not stop.strip() else [start, stop]
    with _knowing(kernels, texts, "UTC"):
        times = [parse_epoch(text, observer, report=report) for text in texts]
    if later:
        gained = float(later[1]) * _UNIT_SECONDS[later[2]]
        times.append(times[0] + np.timedelta64(round(gained * 1e6), "us"))
    return times[0], times[1] if len(times) > 1 else None


def read_epochs(
    values: Values,
    kernels: Sequence[Path],
    observer: str,
    *,
    system: TimeSystem = "UTC",
    report: Report | None = None,
) -> TimeArray:
    """`parse_epochs`, with the kernels loaded for the moment if the values need them."""
    with _knowing(kernels, values, system):
        return parse_epochs(values, observer, system=system, report=report)


def parse_epoch(
    text: str, observer: str = "", *, system: TimeSystem = "UTC", report: Report | None = None
) -> np.datetime64:
    """One time as UTC; arguments as for `parse_epochs`.

    Raises:
        PlanetaryError: The text is not a time.
        KernelError: The loaded kernels cannot tell what it means.
    """
    read = _read([text], observer, system)
    if read.problems:
        raise read.problems[0]
    (time,) = _settled(read, [text], report)
    if np.isnat(time):
        raise PlanetaryError("A time is missing.", hint=_SPELLINGS)
    return np.datetime64(time)


def parse_epochs(
    values: Values,
    observer: str = "",
    *,
    system: TimeSystem = "UTC",
    report: Report | None = None,
) -> TimeArray:
    """Times as UTC, datetime64[us]; NaT for blanks and for what cannot be read, which is reported.

    Each may say what it is: "ET 221050619.184", "2007-01-02T22:55:54 TDB", "SCLK 1/0852157621.139",
    "JD 2454103.5". A reading with its partition is known by its form. Numbers that do not say what
    they are mean nothing, unless the system is ET. Inside `session.furnished`, unless all are UTC.

    Args:
        observer: Name or NAIF id of whose clock is read.
        system: What values are that do not say it.
        report: Gets rows, counted from 1, and values.

    Raises:
        KernelError: Leap seconds or the observer's clock are needed, and the kernels lack them.
    """
    read = _read(values, observer, system)
    if report is not None:
        for row, problem in read.problems.items():
            report.add(UNREADABLE, f"row {row + 1}: {problem.message}")
    return _settled(read, values, report)


def needs_kernels(values: Values, system: TimeSystem = "UTC") -> bool:
    """Whether some value is more than UTC as archives spell it."""
    if system != "UTC":
        return True
    texts = [_cleaned(value) for value in values]
    unread = np.isnat(parse_utc_column(texts))
    return any(text and (none or ":60" in text) for text, none in zip(texts, unread.tolist()))


def _knowing(
    kernels: Sequence[Path], values: Values, system: TimeSystem
) -> AbstractContextManager[None]:
    return furnished(completed(kernels).files) if needs_kernels(values, system) else nullcontext()


def _read(values: Values, observer: str, system: TimeSystem) -> _Read:
    read = _Read(
        np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]"),
        np.full(len(values), np.nan),
    )
    if system == "ET" and isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
        read.et[:] = values
        return read
    texts = [_cleaned(value) for value in values]
    if system == "UTC":
        read.utc[:] = parse_utc_column(texts)
    reader = _Reader(observer, system, values)
    for row, (text, time) in enumerate(zip(texts, read.utc.tolist())):
        if text and (time is None or ":60" in text):
            try:
                read.et[row] = reader.et(text, row)
            except KernelError:
                raise
            except PlanetaryError as error:
                read.problems[row] = error
            read.utc[row] = np.datetime64("NaT")
    return read


def _settled(read: _Read, values: Values, report: Report | None) -> TimeArray:
    """UTC of all that was read; leap seconds told."""
    others = np.flatnonzero(np.isfinite(read.et))
    if not len(others):
        return read.utc
    et = read.et[others]
    utc = utc_from_et(et)
    within = et_from_utc(utc) - et > 0.5
    utc[within] = utc[within].astype("datetime64[D]")
    read.utc[others] = utc
    if report is not None:
        for row in others[within]:
            report.add(IN_LEAP_SECOND, f"row {row + 1}: {values[row]}")
    return read.utc


class _Reader:
    """Reads what core.times does not, one text after the other."""

    def __init__(self, observer: str, system: TimeSystem, values: Values) -> None:
        self._observer = observer
        self._system = system
        self._values = values
        self._clock: int | None = None

    def et(self, text: str, row: int) -> float:
        """TDB seconds past J2000.

        Raises:
            PlanetaryError: It is not a time.
            KernelError: The loaded kernels cannot tell.
        """
        label, rest = _label_and_rest(text)
        if not label and _CLOCK_WITH_PARTITION.fullmatch(text):
            label = "SCLK"
        label = label or self._system
        if label == "SCLK":
            self._check_digits(row)
            return self._et_of_clock(rest)
        if _NUMBER.fullmatch(rest):
            return _et_of_number(rest, label, text)
        return _et_of_date(rest, label, text)

    def _check_digits(self, row: int) -> None:
        """A clock's field after the point counts ticks: as a number 0.100 would become 0.1."""
        value = self._values[row]
        if isinstance(value, (float, np.floating)) and not float(value).is_integer():
            raise PlanetaryError(
                f"{value} is a number, and a clock's reading must be a text: its last digits count "
                "ticks, and numbers drop zeros.",
                hint="Read the column as text.",
            )

    def _et_of_clock(self, text: str) -> float:
        if self._clock is None:
            self._clock = _clock_of(self._observer)
        try:
            return float(spiceypy.scs2e(self._clock, text))
        except SpiceyError as error:
            raise PlanetaryError(
                f"“{text}” is not a reading of the clock of {name_of(self._clock)}.",
                details=short_message(error),
                hint="Write it with its partition, as 1/0852157621.139, and check the clock "
                "kernel (.tsc).",
            ) from error


def _clock_of(observer: str) -> int:
    """The id of the clock of a spacecraft or, of what rides on it, of its spacecraft."""
    if not observer.strip():
        raise KernelError(
            "A clock's reading means nothing without its spacecraft.",
            hint="Name the observer, or give the time in UTC.",
        )
    own = naif_id(observer, "observer")
    known = {int(name.rsplit("_", 1)[1]) for name in pool_names("SCLK_DATA_TYPE_*")}
    for candidate in (own, int(own / 1000)):
        if -candidate in known:
            return candidate
    has = ", ".join(name_of(-clock) for clock in sorted(known)) or "none"
    raise KernelError(
        f"The loaded kernels do not know the clock of {name_of(own)} ({own}).",
        hint=f"Add its clock kernel (.tsc); the clocks that they know: {has}.",
    )


def _et_of_number(number: str, label: str, text: str) -> float:
    if label == "ET":
        return float(number.upper().replace("D", "E"))
    raise PlanetaryError(
        f"“{text}” is a number alone, which may be a year, a Julian date, or seconds.",
        hint="Write ET before seconds past J2000 (TDB), JD before a Julian date, SCLK before a "
        "clock's reading.",
    )


def _et_of_date(date: str, label: str, text: str) -> float:
    scale = {"UTC": "UTC", "GMT": "UTC", "ET": "TDB", "TDT": "TT"}.get(label, label)
    formal = parse_utc_column([date])[0]
    if scale != "UTC" and not np.isnat(formal) and ":60" not in date:
        seconds = float((formal - _J2000) / np.timedelta64(1, "us")) * 1e-6
        return seconds if scale == "TDB" else _unified(seconds, scale)
    if scale == "TAI" or _AMBIGUOUS_DATE.fullmatch(date) or not _YEAR_OR_JULIAN.search(date):
        raise _not_a_time(text)
    spelled = date if scale == "UTC" else f"{date} {scale.replace('TT', 'TDT')}"
    try:
        et = float(spiceypy.str2et(spelled))
        if ":60" in date and ":60" not in spiceypy.et2utc(et, "ISOC", 6):
            raise _not_a_time(text, "No second was inserted there.")
    except SpiceyError as error:
        if "NOLEAPSECONDS" in str(error):
            raise _no_leap_seconds(short_message(error)) from error
        raise _not_a_time(text, short_message(error)) from error
    return et


def _unified(seconds: float, scale: str) -> float:
    try:
        return float(spiceypy.unitim(seconds, scale.replace("TT", "TDT"), "ET"))
    except SpiceyError as error:
        raise _no_leap_seconds(short_message(error)) from error


def _no_leap_seconds(details: str) -> KernelError:
    return KernelError(
        "The loaded kernels have no leap seconds, so that times mean nothing to SPICE.",
        details=details,
        hint="Add a leap seconds kernel such as naif0012.tls.",
    )


def _not_a_time(text: str, details: str = "") -> PlanetaryError:
    if _AMBIGUOUS_DATE.fullmatch(text):
        return PlanetaryError(
            f"“{text}” can be read as month and day or as day and month.",
            hint="Write the year first, or the month as a word.",
        )
    return PlanetaryError(f"“{text}” is not a time.", details=details, hint=_SPELLINGS)


def _label_and_rest(text: str) -> tuple[str, str]:
    """The time system that a text names, "" for none, and what stands beside it."""
    first, last = _LABEL_FIRST.fullmatch(text), _LABEL_LAST.fullmatch(text)
    if first:
        label, rest = first.groups()
    elif last:
        rest, label = last.groups()
    else:
        label, rest = "", text
    return label.upper(), _spelled_for_cspice(rest.strip())


def _spelled_for_cspice(text: str) -> str:
    """Spellings that CSPICE does not know as it knows them."""
    compact = _COMPACT.fullmatch(text)
    if compact:
        year, month, day, hour, minute, second = compact.groups()
        return f"{year}-{month}-{day}T{hour}:{minute}:{second}"
    offset = _OFFSET.fullmatch(text)
    if offset:
        return f"{offset[1].replace('T', ' ')} UTC{offset[2]}:{offset[3]}"
    return text


def _cleaned(value: object) -> str:
    """A value as text, with the dashes and blanks that typesetting puts in made plain."""
    if value is None:
        return ""
    if isinstance(value, (float, np.floating)):
        return "" if math.isnan(value) else repr(float(value))
    text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
    text = text.strip()
    return text if text.isascii() else text.translate(_PASTED).strip()
