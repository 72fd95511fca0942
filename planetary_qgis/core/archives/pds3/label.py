"""PDS3 labels: what a label says about its table, its columns and itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

from planetary_qgis.core.archives.pds3.columns import Column, bare, columns_of
from planetary_qgis.core.archives.pds3.parser import parsed_label
from planetary_qgis.core.archives.pds3.pointer import TablePlace, file_in, table_place
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.reports import Report

_DELIMITERS = {"COMMA": ",", "TAB": "\t", "SEMICOLON": ";", "VERTICAL_BAR": "|"}
_FORMAT_FILE_FOLDERS = ("", "LABEL", "../LABEL", "../INDEX")


@dataclass(frozen=True)
class Label:
    """A label with the one table that it is read for.

    Attributes:
        path: The label's file.
        keywords: Its keywords, the table's own before those around it; upper-case names.
        place: Where the table lies.
        columns: The table's columns, arrays spread into one column an item.
        rows: How many rows the label says; None where it does not.
        row_bytes: How long the label says each row is, with prefix, suffix and line end.
        delimiter: What separates values where the label says so.
    """

    path: Path
    keywords: Mapping[str, Any]
    place: TablePlace
    columns: tuple[Column, ...]
    rows: int | None = None
    row_bytes: int | None = None
    delimiter: str | None = None
    report: Report = field(default_factory=Report)

    def texts(self, keyword: str) -> list[str]:
        """The values of a keyword as stripped texts; empty where the label lacks it."""
        value = self.keywords.get(keyword.upper())
        values = value if isinstance(value, (list, set, frozenset)) else [value]
        return [text for text in (_text(item) for item in values) if text]

    def text(self, keyword: str) -> str:
        """The keyword's only value; empty where it has none or several."""
        texts = self.texts(keyword)
        return texts[0] if len(texts) == 1 else ""

    def names(self) -> list[str]:
        """What the label, its table and whatever it points to are called, without endings."""
        pointers = [key for key in self.keywords if key.startswith("^")]
        pointed_to = [text for key in pointers for text in self.texts(key)]
        files = [self.path.name, self.place.path.name, *pointed_to]
        return list(dict.fromkeys(PurePosixPath(name).stem for name in files))


@dataclass(frozen=True)
class _Table:
    name: str
    content: Any
    around: tuple[Any, ...]


def read_label(path: Path) -> Label:
    """The label of that file and where its table lies; the report says what it had to guess.

    Raises:
        LabelError: The label cannot be parsed, describes no readable table, or its table's file
            is not there.
    """
    module = parsed_label(path)
    report = Report()
    table = _table_of(module, path)
    keywords = _keywords((*table.around, table.content))
    _refuse_binary(keywords, table.name, path)
    items = [*table.content.items(), *_structure_items(table.content, path)]
    columns = columns_of(items, keywords, report)
    if not columns:
        raise LabelError(
            f"The table {table.name} of {path} has no columns.",
            hint="Give the label of an index table.",
        )
    place = table_place(path, table.name, table.around, keywords, report)
    _compare_column_count(keywords, table.content, columns, report)
    return Label(
        path=path,
        keywords=keywords,
        place=place,
        columns=columns,
        rows=_whole(keywords.get("ROWS")),
        row_bytes=_row_bytes(keywords),
        delimiter=_DELIMITERS.get(str(keywords.get("FIELD_DELIMITER", "")).upper()),
        report=report,
    )


def _table_of(module: Any, path: Path) -> _Table:
    """The label's index table: the one a pointer names before others, INDEX before others."""
    tables = list(_tables(module, ()))
    if not tables:
        raise LabelError(
            f"The label {path} describes no table with columns.",
            hint="Give the label of an index table, not that of an image.",
        )
    return min(tables, key=lambda table: (not _is_pointed_to(table), "INDEX" not in table.name))


def _tables(content: Any, around: tuple[Any, ...]) -> Iterator[_Table]:
    around = (*around, content)
    for name, value in content.items():
        if not isinstance(value, Mapping):
            continue
        keys = {str(key).upper() for key, _ in value.items()}
        if keys & {"COLUMN", "FIELD", "^STRUCTURE"}:
            yield _Table(str(name).upper(), value, around)
        else:
            yield from _tables(value, around)


def _is_pointed_to(table: _Table) -> bool:
    pointer = f"^{table.name}"
    keys = (str(key).upper() for content in table.around for key, _ in content.items())
    return pointer in keys


def _keywords(contents: tuple[Any, ...]) -> dict[str, Any]:
    keywords: dict[str, Any] = {}
    for content in contents:
        keywords.update(
            {
                str(key).strip().upper(): bare(value)
                for key, value in content.items()
                if not isinstance(value, Mapping)
            }
        )
    return keywords


def _refuse_binary(keywords: Mapping[str, Any], table: str, path: Path) -> None:
    interchange = str(keywords.get("INTERCHANGE_FORMAT") or "ASCII").upper()
    if interchange != "ASCII":
        raise LabelError(
            f"The table {table} of {path} is not text: INTERCHANGE_FORMAT is {interchange}.",
            hint="Only ASCII tables are read.",
        )


def _structure_items(content: Any, path: Path) -> list[tuple[str, Any]]:
    """The columns that a ^STRUCTURE pointer keeps in a file of their own."""
    items = []
    for key, value in content.items():
        if str(key).upper() != "^STRUCTURE":
            continue
        folders = [path.parent / folder for folder in _FORMAT_FILE_FOLDERS]
        found = next(filter(None, (file_in(folder, str(value)) for folder in folders)), None)
        if found is None:
            raise LabelError(
                f"The label {path} keeps its columns in {value}, which is not in {path.parent}.",
                hint=f"Put {value} beside the label.",
            )
        items += list(parsed_label(found).items())
    return items


def _compare_column_count(
    keywords: Mapping[str, Any], content: Any, columns: tuple[Column, ...], report: Report
) -> None:
    said = _whole(keywords.get("COLUMNS", keywords.get("FIELDS")))
    described = sum(str(key).upper() in {"COLUMN", "FIELD"} for key, _ in content.items())
    if said is not None and described and said not in {described, len(columns)}:
        report.add(f"The label says {said} columns but describes {described}; these were read.")


def _row_bytes(keywords: Mapping[str, Any]) -> int | None:
    row_bytes = _whole(keywords.get("ROW_BYTES"))
    if row_bytes is None:
        return None
    around = ("ROW_PREFIX_BYTES", "ROW_SUFFIX_BYTES")
    return row_bytes + sum(_whole(keywords.get(name)) or 0 for name in around)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value).strip()
