"""Records of a service's answer, one mapping a product, as products."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.products import ColumnKind, Products, Schema, table_of
from planetary_qgis.core.times import parse_utc_column

_UNKNOWN_TEXTS = frozenset(("", "null", "none", "n/a", "na", "unk", "unknown", "nan"))


def products_of(
    schema: Schema,
    records: Sequence[Mapping[str, Any]],
    shapes: Sequence[Any],
    tally: Tally,
) -> Products:
    """Products of records that are keyed by the schema's columns.

    Args:
        records: Values as services spell them: texts, numbers or None. What a record lacks, and
            what is no value of its column's kind, is unknown; the latter is counted.
        shapes: A valid lon/lat shape or None each.
    """
    values = {
        name: _column(name, kind, [record.get(name) for record in records], tally)
        for name, kind in schema.columns.items()
    }
    geometry = np.full(len(records), None, dtype=object)
    geometry[:] = list(shapes)
    return Products(table_of(schema, values, len(records)), geometry)


def _column(name: str, kind: ColumnKind, spelled: list[Any], tally: Tally) -> Any:
    known = [None if _is_unknown(value) else value for value in spelled]
    if kind == "text":
        return np.array([None if v is None else str(v).strip() for v in known], dtype=object)
    if kind == "datetime":
        return _told(name, "times", parse_utc_column(known), known, tally)
    numbers = np.array([_number(value) for value in known], dtype=float)
    _told(name, "numbers", numbers, known, tally)
    if kind == "real":
        return numbers
    whole = [None if math.isnan(number) else round(number) for number in numbers.tolist()]
    return np.array(whole, dtype=object)


def _is_unknown(value: Any) -> bool:
    return value is None or (isinstance(value, str) and value.strip().lower() in _UNKNOWN_TEXTS)


def _number(value: Any) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _told(
    name: str, what: str, values: NDArray[Any], known: list[Any], tally: Tally
) -> NDArray[Any]:
    missing = np.isnat(values) if values.dtype.kind == "M" else np.isnan(values)
    odd = [value for value, gone in zip(known, missing) if gone and value is not None]
    tally.add(f"values of {name} are not {what} and were read as unknown", len(odd), odd)
    return values
