"""What kind of column texts make, found portion by portion. Imports pandas."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from planetary_qgis.core.products import ColumnKind
from planetary_qgis.core.times import parse_utc_column

_INTEGER = re.compile(r"[+-]?(0|[1-9]\d{0,17})")  # leading zeros make it a name
_REAL = re.compile(r"[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")


class KindsSeen:
    """The kinds that every text so far could have."""

    def __init__(self) -> None:
        self._anything = False
        self._possible: list[ColumnKind] = ["integer", "real", "datetime"]

    def look_at(self, texts: pd.Series) -> None:
        """Take more of the column into account."""
        known = _known(texts)
        if len(known):
            self._anything = True
            self._possible = [kind for kind in self._possible if _all_are(known, kind)]

    @property
    def kind(self) -> ColumnKind:
        return self._possible[0] if self._anything and self._possible else "text"


def typed(texts: pd.Series, kind: ColumnKind) -> pd.Series:
    """A column of texts as that kind; what is empty is unknown."""
    stripped = texts.str.strip()
    empty = stripped.eq("").to_numpy(dtype=bool)
    if kind == "datetime":
        return pd.Series(parse_utc_column(stripped), index=texts.index)
    if kind == "real":
        return pd.Series([float(text or "nan") for text in stripped], texts.index, dtype="float64")
    if kind == "integer":
        numbers = np.array([int(text or 0) for text in stripped], dtype="int64")
        return pd.Series(numbers, index=texts.index).astype("Int64").mask(empty)
    return texts.astype(object).where(~empty, None)


def _known(texts: pd.Series) -> pd.Series:
    stripped = texts.str.strip()
    return stripped[stripped.ne("")]


def _all_are(known: pd.Series, kind: ColumnKind) -> bool:
    if kind == "datetime":
        return not np.isnat(parse_utc_column(known)).any()
    pattern = _INTEGER if kind == "integer" else _REAL
    return all(map(pattern.fullmatch, known))
