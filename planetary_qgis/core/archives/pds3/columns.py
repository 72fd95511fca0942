"""Columns as a PDS3 label describes them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from planetary_qgis.core.archives.pds3.pvl_parts import Quantity
from planetary_qgis.core.products import ColumnKind
from planetary_qgis.core.reports import Report

_KINDS: dict[str, ColumnKind] = {
    "CHARACTER": "text",
    "ASCII_REAL": "real",
    "REAL": "real",
    "FLOAT": "real",
    "DOUBLE": "real",
    "ASCII_INTEGER": "integer",
    "INTEGER": "integer",
    "UNSIGNED_INTEGER": "integer",
    "TIME": "datetime",
    "DATE": "datetime",
}
_CONSTANTS = (
    "MISSING_CONSTANT",
    "NOT_APPLICABLE_CONSTANT",
    "UNKNOWN_CONSTANT",
    "NULL_CONSTANT",
    "INVALID_CONSTANT",
)


@dataclass(frozen=True)
class Column:
    """One column, or one item of an array column.

    Attributes:
        name: Unlike every other column's, whatever the case.
        kind: What its values are.
        start: Offset of its first byte in the row, from 0; None where the label gives none.
        width: How many bytes; None where the label gives none.
        unit: As the label spells it.
        description: On one line.
        constants: Values that the label says mean “unknown”.
        minimum: The least value that the label calls valid; -inf where it names none.
    """

    name: str
    kind: ColumnKind = "text"
    start: int | None = None
    width: int | None = None
    unit: str = ""
    description: str = ""
    constants: tuple[object, ...] = ()
    minimum: float = -math.inf


def columns_of(
    items: Iterable[tuple[str, Any]], keywords: Mapping[str, Any], report: Report
) -> tuple[Column, ...]:
    """The columns among a table's items; array columns become one column an item.

    Args:
        keywords: The table's and the label's, whose constants hold where a column says nothing.
    """
    columns: list[Column] = []
    for key, value in items:
        if not isinstance(value, Mapping):
            continue
        if str(key).upper() in {"COLUMN", "FIELD"}:
            said = {str(name).upper(): item for name, item in value.items()}
            columns += _spread({**_constants_in(keywords), **said}, len(columns), report)
        else:
            report.add("Parts of the table that are not columns were left out", str(key))
    return _unlike_names(columns, report)


def bare(value: Any) -> Any:
    """A label's value without its unit."""
    return value.value if isinstance(value, Quantity) else value


def _constants_in(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: content[name] for name in _CONSTANTS if content.get(name) is not None}


def _spread(content: Mapping[str, Any], number: int, report: Report) -> list[Column]:
    column = _column(content, number, report)
    items = _whole(content.get("ITEMS")) or 1
    if items == 1:
        return [column]
    item_width = _whole(content.get("ITEM_BYTES"))
    if item_width is None and column.width is not None:
        item_width = column.width // items
    step = _whole(content.get("ITEM_OFFSET")) or item_width or 0
    return [
        replace(
            column,
            name=f"{column.name}_{item + 1}",
            start=None if column.start is None else column.start + item * step,
            width=item_width,
        )
        for item in range(items)
    ]


def _column(content: Mapping[str, Any], number: int, report: Report) -> Column:
    name = str(content.get("NAME") or f"COLUMN_{number + 1}").strip()
    start = _whole(content.get("START_BYTE"))
    minimum = bare(content.get("VALID_MINIMUM", content.get("MINIMUM")))
    return Column(
        name=name,
        kind=_kind(name, str(content.get("DATA_TYPE") or "CHARACTER"), report),
        start=start - 1 if start else None,
        width=_whole(content.get("BYTES")),
        unit=str(content.get("UNIT") or content.get("UNITS") or ""),
        description=" ".join(str(content.get("DESCRIPTION") or "").split()),
        constants=_values_of_constants(content),
        minimum=float(minimum) if isinstance(minimum, (int, float)) else -math.inf,
    )


def _values_of_constants(content: Mapping[str, Any]) -> tuple[object, ...]:
    values: list[object] = []
    for constant in _constants_in(content).values():
        several = isinstance(constant, (list, set, frozenset))
        values += list(constant) if several else [constant]
    return tuple(bare(value) for value in values if value is not None)


def _kind(name: str, data_type: str, report: Report) -> ColumnKind:
    spelled = "_".join(data_type.upper().replace("-", " ").split())
    kind = _KINDS.get(spelled)
    if kind is None:
        report.add("Columns of an unknown DATA_TYPE were read as text", f"{name}: {spelled}")
        return "text"
    return kind


def _unlike_names(columns: list[Column], report: Report) -> tuple[Column, ...]:
    """The same columns; a name that came before, whatever its case, gets a number."""
    taken: set[str] = set()
    unlike = []
    for column in columns:
        name, number = column.name, 2
        while name.upper() in taken:
            name, number = f"{column.name}_{number}", number + 1
        if name != column.name:
            report.add("Column names that occur twice got a number", name)
        taken.add(name.upper())
        unlike.append(replace(column, name=name))
    return tuple(unlike)


def _whole(value: object) -> int | None:
    number = bare(value)
    return number if isinstance(number, int) and number >= 0 else None
