"""Where a PDS3 label's table lies: which file, and from which byte on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planetary_qgis.core.archives.pds3.pvl_parts import Quantity
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.reports import Report

_TABLE_ENDINGS = (".tab", ".csv", ".dat", ".txt", ".asc")
_LINE_END_BYTES = 2


@dataclass(frozen=True)
class TablePlace:
    """A file and the part of it that holds the table.

    Attributes:
        path: The table's file; the label's own where the table is attached.
        start: Offset of the table's first byte; None where the label counts in lines.
        skipped_lines: How many lines come before the table, where the label counts in lines.
        end: Offset of the first byte of the next object in the same file; None at its end.
    """

    path: Path
    start: int | None = 0
    skipped_lines: int = 0
    end: int | None = None


@dataclass(frozen=True)
class _Pointer:
    """A pointer's value: a file (or the label's own), and a record or byte counted from 1."""

    name: str
    file_name: str | None
    position: int
    in_bytes: bool


def table_place(
    label: Path,
    table: str,
    around: Iterable[Any],
    keywords: Mapping[str, Any],
    report: Report,
) -> TablePlace:
    """The place that the label's pointer to its table names.

    Raises:
        LabelError: No pointer can be meant, or its file is not there.
    """
    pointers = [_pointer(str(key), value) for c in around for key, value in c.items()]
    known = [pointer for pointer in pointers if pointer is not None]
    pointer = _pointer_to(table, known, label, report)
    path = label if pointer.file_name is None else _table_file(label, pointer, keywords, report)
    start = _offset(pointer, keywords)
    if start is None and not _counts_lines(keywords):
        raise LabelError(
            f"The label {label} says that ^{pointer.name} starts at record {pointer.position}, "
            "but not how long a record is.",
            hint="Add RECORD_BYTES to the label.",
        )
    if start is None:
        return TablePlace(path, None, pointer.position - 1)
    same_file = [other for other in known if other.file_name == pointer.file_name]
    offsets = [_offset(other, keywords) for other in same_file]
    later = [offset for offset in offsets if offset is not None and offset > start]
    return TablePlace(path, start, end=min(later, default=None))


def file_in(folder: Path, name: str) -> Path | None:
    """The folder's file of that name, whatever the case; None where there is none."""
    exact = folder / name
    if exact.is_file():
        return exact
    if not folder.is_dir():
        return None
    wanted = Path(name.replace("\\", "/")).name.casefold()
    matches = (path for path in sorted(folder.iterdir()) if path.name.casefold() == wanted)
    return next((path for path in matches if path.is_file()), None)


def _pointer(key: str, value: Any) -> _Pointer | None:
    name = key.strip().upper()
    if not name.startswith("^"):
        return None
    parts = list(value) if isinstance(value, list) else [value]
    file_name = str(parts.pop(0)).strip() if parts and isinstance(parts[0], str) else None
    place = parts[0] if parts else 1
    in_bytes = isinstance(place, Quantity)
    number = place.value if isinstance(place, Quantity) else place
    if not isinstance(number, int) or number < 1:
        return None
    return _Pointer(name[1:], file_name, number, in_bytes)


def _pointer_to(table: str, pointers: list[_Pointer], label: Path, report: Report) -> _Pointer:
    for pointer in pointers:
        if pointer.name == table:
            return pointer
    if len(pointers) == 1:
        report.add(
            f"The label has no pointer ^{table}; its only pointer, ^{pointers[0].name}, "
            "was taken to mean it."
        )
        return pointers[0]
    names = ", ".join(f"^{pointer.name}" for pointer in pointers) or "none at all"
    raise LabelError(
        f"The label {label} does not say where its table {table} is: it has no pointer ^{table}.",
        details=f"Its pointers: {names}",
        hint=f'Add a line such as ^{table} = "{label.stem}.tab" to the label.',
    )


def _table_file(
    label: Path, pointer: _Pointer, keywords: Mapping[str, Any], report: Report
) -> Path:
    """The file that the pointer names, or else the one that is called as the label is."""
    name = str(pointer.file_name)
    named, namesake = file_in(label.parent, name), _namesake(label, name)
    if namesake is not None and _fits_better(namesake, named, keywords):
        report.add(
            f"{name}, which the label names, has another size than the label says; "
            f"{namesake.name} has that size and was read."
        )
        return namesake
    if named is not None:
        return named
    if namesake is not None:
        report.add(f"{name}, which the label names, is not there; {namesake.name} was read.")
        return namesake
    raise LabelError(
        f"The table of the label {label} is missing: ^{pointer.name} names {name}, which is not "
        f"in {label.parent}.",
        hint=f"Put {name} beside the label.",
    )


def _namesake(label: Path, name: str) -> Path | None:
    """The file with a table's ending that is called as the label is."""
    endings = dict.fromkeys([Path(name).suffix.lower(), *_TABLE_ENDINGS])
    found = (file_in(label.parent, label.stem + ending) for ending in endings if ending)
    return next((path for path in found if path is not None and path != label), None)


def _fits_better(namesake: Path, named: Path | None, keywords: Mapping[str, Any]) -> bool:
    """Whether both are there, and only the label's namesake is as long as the label says.

    A cumulative index's label often names the table of its last volume's own index.
    """
    if named is None or named == namesake:
        return False
    return _is_as_long(namesake, keywords) and not _is_as_long(named, keywords)


def _is_as_long(path: Path, keywords: Mapping[str, Any]) -> bool:
    """Whether the file has as many bytes as the label's rows, whatever their line ends."""
    rows, row_bytes = keywords.get("ROWS"), keywords.get("ROW_BYTES")
    if not isinstance(rows, int) or not isinstance(row_bytes, int):
        return False
    try:
        size = path.stat().st_size
    except OSError:
        return False
    return abs(size - rows * row_bytes) <= rows * _LINE_END_BYTES


def _offset(pointer: _Pointer, keywords: Mapping[str, Any]) -> int | None:
    """Bytes before what the pointer points to; None where the label does not say it in bytes."""
    if pointer.in_bytes or pointer.position == 1:
        return pointer.position - 1
    record_bytes = keywords.get("RECORD_BYTES")
    if _counts_lines(keywords) or not isinstance(record_bytes, int) or record_bytes < 1:
        return None
    return (pointer.position - 1) * record_bytes


def _counts_lines(keywords: Mapping[str, Any]) -> bool:
    record_type = str(keywords.get("RECORD_TYPE") or "").upper()
    fixed = isinstance(keywords.get("RECORD_BYTES"), int)
    return record_type == "STREAM" or (record_type == "VARIABLE_LENGTH" and not fixed)
