"""Values of a PDS3 table's columns: numbers, times and texts, unknown where the table says so."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.products import ColumnKind
from planetary_qgis.core.reports import Report
from planetary_qgis.core.times import parse_utc_column

RawColumn = NDArray[np.bytes_]
Values = Any
"""Objects or None, float64, datetime64[us] or a masked Int64 array, by the column's kind."""

_WORDS = ("UNK", "UNKNOWN", "NULL", "N/A", "NONE")
_UNKNOWN_TEXTS = frozenset(
    ("", "-", "--", "NA", *_WORDS, *map(str.lower, _WORDS), *map(str.capitalize, _WORDS))
)
_UNKNOWN_REALS = (-1e32, -2147483648.0)
_UNKNOWN_REAL_IF_VALID_LIES_ABOVE = -999.0
_UNKNOWN_INTEGERS = (-2147483648,)
# −999 in a column of whole numbers may be a count or an offset: only the label can call it unknown.
_SAMPLE = 1000
_NUMBER = re.compile(r"^[\"'\s]*([-+]?(?:\d+\.?\d*|\.\d+))(?:[EeDd]([-+]?\d+))?[\"'\s]*$")


def values_of(column: Column, raw: RawColumn, tally: Tally) -> Values:
    """The raw column's values, by the column's kind."""
    if column.kind == "text":
        return _texts(column, raw)
    return _READERS[column.kind](column, raw, tally)


def real_kinds(
    columns: Sequence[Column], sample: Sequence[RawColumn], report: Report
) -> list[Column]:
    """The columns with the kinds that sampled values bear out."""
    kinds = [_kind_borne_out(column, raw) for column, raw in zip(columns, sample)]
    for column, kind in zip(columns, kinds):
        if kind != column.kind:
            report.add(
                "Columns that do not hold what their DATA_TYPE says were read otherwise",
                f"{column.name}: {column.kind} as {kind}",
            )
    return [replace(column, kind=kind) for column, kind in zip(columns, kinds)]


def with_times(
    columns: Sequence[Column], sample: Sequence[RawColumn], names: Iterable[str | None]
) -> list[Column]:
    """The columns, those of the given names read as times where their sampled values are times."""
    wanted = set(names)
    return [
        replace(column, kind=_kind_borne_out(replace(column, kind="datetime"), raw))
        if column.name in wanted and column.kind == "text"
        else column
        for column, raw in zip(columns, sample)
    ]


def reals_from_texts(texts: Iterable[object]) -> NDArray[np.float64]:
    """Numbers that texts spell, NaN for the others; stray quotes and Fortran exponents are read."""
    return np.array([_number(text) for text in texts], dtype=float)


def _kind_borne_out(column: Column, raw: RawColumn) -> ColumnKind:
    texts = [text for text in _texts(column, raw) if text is not None]
    if not texts or column.kind == "text":
        return column.kind
    if column.kind == "datetime":
        return "text" if np.isnat(parse_utc_column(texts)).all() else "datetime"
    numbers = reals_from_texts(texts)
    if np.isnan(numbers).all():
        return "text"
    whole = np.isnan(numbers) | (numbers == np.rint(numbers))
    return "real" if column.kind == "integer" and not whole.all() else column.kind


def _texts(column: Column, raw: RawColumn) -> NDArray[np.object_]:
    """Texts, None where unknown; equal ones are one object where there are few."""
    listed = raw.tolist()
    if len(set(listed[:_SAMPLE])) * 2 > len(listed[:_SAMPLE]):
        return np.array(_read_texts(column, listed), dtype=object)
    distinct = list(set(listed))
    read = dict(zip(distinct, _read_texts(column, distinct)))
    return np.array([read[text] for text in listed], dtype=object)


def _read_texts(column: Column, raw: list[bytes]) -> list[str | None]:
    unknown = _UNKNOWN_TEXTS | _constants(column)
    return [None if text in unknown else text for text in _decoded(_stripped(raw))]


def _constants(column: Column) -> set[str]:
    """The label's words for unknown, as texts spell them."""
    constants = {str(constant).strip() for constant in column.constants}
    return constants | {f"{number:g}" for number in _numeric(column.constants)}


def _stripped(raw: list[bytes]) -> list[bytes]:
    """Texts without blanks around them, nor quotes where any text begins with one."""
    quoted = any(text.startswith(b'"') for text in raw)
    blanks = b'" \t\r\n\x00' if quoted else b" \t\r\n\x00"
    return [text.strip(blanks) for text in raw]


def _decoded(texts: list[bytes]) -> list[str]:
    try:
        return [text.decode() for text in texts]
    except UnicodeDecodeError:
        return [_decoded_one(text) for text in texts]


def _decoded_one(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode("latin-1")


def _times(column: Column, raw: RawColumn, tally: Tally) -> NDArray[np.datetime64]:
    texts = np.array(_stripped(raw.tolist()), dtype=bytes)
    times = parse_utc_column(texts)
    constants = [text.encode() for text in _constants(column)]
    if constants:
        times[np.isin(texts, constants)] = np.datetime64("NaT")
    unread = np.flatnonzero(np.isnat(times))
    others = _texts(column, raw[unread])
    garbage = np.array([text is not None for text in others], dtype=bool)
    _tell_garbage(column, "times", garbage, others, tally)
    return times


def _reals(column: Column, raw: RawColumn, tally: Tally) -> NDArray[np.float64]:
    try:
        numbers = raw.astype(float)
    except ValueError:
        numbers = _reals_among_texts(column, raw, tally)
    numbers[~np.isfinite(numbers)] = np.nan
    unknown: list[float] = [*_UNKNOWN_REALS, *_numeric(column.constants)]
    if column.minimum > _UNKNOWN_REAL_IF_VALID_LIES_ABOVE or math.isinf(column.minimum):
        unknown.append(_UNKNOWN_REAL_IF_VALID_LIES_ABOVE)
    numbers[np.isin(numbers, unknown)] = np.nan
    return numbers


def _reals_among_texts(column: Column, raw: RawColumn, tally: Tally) -> NDArray[np.float64]:
    texts = _texts(column, raw)
    numbers = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(
        dtype=float, na_value=np.nan, copy=True
    )
    known = np.array([text is not None for text in texts], dtype=bool)
    odd = known & np.isnan(numbers)
    numbers[odd] = reals_from_texts(texts[odd])
    _tell_garbage(column, "numbers", known & np.isnan(numbers), texts, tally)
    return numbers


def _integers(column: Column, raw: RawColumn, tally: Tally) -> Any:
    unknown = np.zeros(len(raw), dtype=bool)
    try:
        numbers = raw.astype(np.int64)
    except (ValueError, OverflowError):
        reals = _reals_among_texts(column, raw, tally)
        whole = np.abs(reals) < 2.0**53
        whole[whole] = reals[whole] == np.rint(reals[whole])
        numbers, unknown = np.where(whole, reals, 0.0).astype(np.int64), ~whole
        odd = ~whole & ~np.isnan(reals)
        _tell_garbage(column, "whole numbers", odd, raw.astype(object), tally)
    constants = [*_UNKNOWN_INTEGERS, *_numeric(column.constants)]
    unknown |= np.isin(numbers, constants)
    return pd.arrays.IntegerArray(numbers, unknown)


def _numeric(constants: Iterable[object]) -> list[float]:
    numbers = [_number(constant) for constant in constants]
    return [number for number in numbers if not math.isnan(number)]


def _number(text: object) -> float:
    match = _NUMBER.match(str(text)) if text is not None else None
    if match is None:
        return math.nan
    mantissa, exponent = match.groups()
    return float(f"{mantissa}e{exponent or 0}")


def _tell_garbage(
    column: Column,
    what: str,
    garbage: NDArray[np.bool_],
    texts: NDArray[np.object_],
    tally: Tally,
) -> None:
    problem = f"values of {column.name} are not {what} and were read as unknown"
    tally.add(problem, int(garbage.sum()), (f"“{text}”" for text in texts[garbage][:3]))


_READERS: dict[ColumnKind, Callable[[Column, RawColumn, Tally], Values]] = {
    "real": _reals,
    "integer": _integers,
    "datetime": _times,
}
