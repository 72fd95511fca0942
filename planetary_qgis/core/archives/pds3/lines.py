"""Lines of a table: split off a file, cut into values, or laid out as a block of bytes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.tally import Tally

_QUOTE_FOR_DELIMITER = re.compile(r'(?<=[0-9.])"(?=\s*[-+.0-9])')


def split_lines(file: BinaryIO, end: int) -> Iterator[bytes]:
    """The lines from here to an offset, without line ends and without blank lines."""
    offset = file.tell()
    while offset < end:
        line = file.readline(end - offset)
        offset += len(line)
        if not line:
            return
        line = line.rstrip(b"\r\n")
        if line:
            yield line


def lines_as_bytes(lines: list[bytes], width: int) -> NDArray[np.uint8]:
    """(n, width) bytes; shorter lines end in NULs, longer ones are cut."""
    block = np.array(lines, dtype=f"S{width}")
    return block.view(np.uint8).reshape(len(lines), width)


def fields_of(
    lines: list[bytes], delimiter: str, columns: int, tally: Tally, first_row: int = 1
) -> list[NDArray[np.bytes_]]:
    """One array of values a column, of the lines that have a value for each.

    Other lines are left out: nobody knows which of their values stands for which column.

    Args:
        first_row: The first line's number in the table, by which a lost one is named.
    """
    texts = [line.decode("latin-1").replace("\x00", " ") for line in lines]
    rows = _split(texts, delimiter)
    if len(rows) != len(texts):
        # A quote that is never closed swallowed the lines after it.
        rows = [(_split([text], delimiter) or [[]])[0] for text in texts]
    whole = [
        row if len(row) == columns else _mended(row, text, delimiter, columns)
        for row, text in zip(rows, texts)
    ]
    lost = [number for number, row in enumerate(whole) if row is None]
    tally.add(
        "rows have fewer or more values than the label has columns and were left out",
        len(lost),
        (f"row {first_row + number} ({_start_of(texts[number])})" for number in lost),
    )
    kept = [row for row in whole if row is not None]
    by_column = list(zip(*kept)) if kept else [()] * columns
    return [_as_bytes(values) for values in by_column]


def count_fields(line: bytes, delimiter: str) -> int:
    """How many values a delimiter splits a line into."""
    rows = _split([line.decode("latin-1").replace("\x00", " ")], delimiter)
    return len(rows[0]) if rows else 0


def has_positions(columns: Sequence[Column]) -> bool:
    """Whether the label says where in a row each column lies."""
    return all(column.start is not None and column.width for column in columns)


def width_of(columns: Sequence[Column]) -> int:
    """How many bytes of a row the columns reach over."""
    return max((column.start or 0) + (column.width or 0) for column in columns)


def cell_texts(cells: NDArray[np.uint8], column: Column) -> NDArray[np.bytes_]:
    """A column cut out of (n, width) bytes of rows, blanks included."""
    start, width = column.start or 0, column.width or 1
    part = np.ascontiguousarray(cells[:, start : start + width])
    return part.view(f"S{width}").reshape(len(cells))


def bare_texts(texts: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    """Texts without blanks and quotes around them."""
    return np.char.strip(texts, b'" \t\r\n\x00')


def _split(texts: list[str], delimiter: str) -> list[list[str]]:
    """The values of each line; nothing where a value grows beyond all bounds."""
    try:
        return list(csv.reader(texts, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []


def _mended(row: list[str], text: str, delimiter: str, columns: int) -> list[str] | None:
    """A row with too few or too many values brought to its columns; None where that cannot be."""
    if len(row) < columns:
        # Galileo SSI's index has -23.629" where it means -23.629,
        mended = _split([_QUOTE_FOR_DELIMITER.sub(delimiter, text)], delimiter)
        return mended[0] if mended and len(mended[0]) == columns else None
    surplus = any(value.strip() for value in row[columns:])
    return None if surplus else row[:columns]


def _start_of(text: str) -> str:
    return text[:40].strip() + ("…" if len(text) > 40 else "")


def _as_bytes(values: tuple[str, ...]) -> NDArray[np.bytes_]:
    try:
        return np.array(values, dtype="S")
    except UnicodeEncodeError:
        return np.array([value.encode("latin-1") for value in values])
