"""How a table's rows are laid out, decided from its bytes; the report says where its label errs."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import numpy as np

from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.pds3.label import Label
from planetary_qgis.core.archives.pds3.lines import (
    bare_texts,
    cell_texts,
    count_fields,
    fields_of,
    has_positions,
    lines_as_bytes,
    split_lines,
    width_of,
)
from planetary_qgis.core.archives.pds3.survey import Survey, unreadable
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.reports import Report

_SAMPLE_ROWS = 100
_DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Layout:
    """Where rows begin and what cuts them into values.

    Attributes:
        row_bytes: From one row to the next where all are equally long; None where they differ.
        delimiter: What separates values where rows are read by order; None where by position.
        rows: How many rows there are.
        header_lines: Lines before the first row that hold column names.
    """

    row_bytes: int | None
    delimiter: str | None
    rows: int
    header_lines: int = 0

    @property
    def by_position(self) -> bool:
        """Whether every value lies at the same place of an equally long row."""
        return self.row_bytes is not None and self.delimiter is None


def layout_of(label: Label, found: Survey, report: Report) -> Layout:
    """The layout that the table's bytes show.

    Raises:
        LabelError: The file cannot be read.
    """
    row_bytes = _row_bytes(label, found)
    if row_bytes is not None and has_positions(label.columns):
        rows = _complete_rows(label, found, row_bytes, report)
        sample = sample_lines(label, found, row_bytes, rows)
        delimiter = _delimiter_where_positions_are_wrong(label, sample, report)
        if delimiter is None and label.text("RECORD_TYPE").upper() == "VARIABLE_LENGTH":
            report.add("The label calls the rows VARIABLE_LENGTH; they are equally long.")
    else:
        rows = found.lines
        sample = sample_lines(label, found, None, rows)
        delimiter = _delimiter(label, sample, report)
    header = int(delimiter is not None and _is_header(sample, delimiter, label.columns))
    _compare_rows(label.rows, rows - header, report)
    return Layout(row_bytes, delimiter, rows - header, header)


def _row_bytes(label: Label, found: Survey) -> int | None:
    """How far it is from one row to the next; None where rows differ in length."""
    size = found.end - found.start
    if found.line_bytes is not None and not _last_line_differs(label, found, found.line_bytes):
        return found.line_bytes
    if found.aligned or (found.line_end == 0 and size >= (label.row_bytes or math.inf)):
        return label.row_bytes
    if found.lines == 1 and size >= width_of(label.columns):
        return size + found.line_end
    return None


def _last_line_differs(label: Label, found: Survey, line_bytes: int) -> bool:
    """Whether the last line is shorter and the label does not say how long it should be."""
    short = found.last_line < line_bytes - found.line_end
    said = label.row_bytes is not None and 0 <= label.row_bytes - (line_bytes - 2) <= 2
    return short and not said


def _complete_rows(label: Label, found: Survey, row_bytes: int, report: Report) -> int:
    """How many rows there are, without a last one that is cut short."""
    size = found.end - found.start
    rows = math.ceil(size / row_bytes)
    last = size - (rows - 1) * row_bytes
    if rows and last < min(width_of(label.columns), row_bytes - found.line_end):
        report.add("The table's last row is cut short and was left out.")
        return rows - 1
    return rows


def sample_lines(label: Label, found: Survey, row_bytes: int | None, rows: int) -> list[bytes]:
    """Some rows from all over the table, or its first ones where rows differ in length."""
    try:
        with label.place.path.open("rb") as file:
            if row_bytes is not None:
                return _spread_rows(file, found, row_bytes, rows)
            file.seek(found.start)
            return list(islice(split_lines(file, found.end), _SAMPLE_ROWS))
    except OSError as error:
        raise unreadable(label.place.path, error) from error


def _spread_rows(file: BinaryIO, found: Survey, row_bytes: int, rows: int) -> list[bytes]:
    lines = []
    for row in np.unique(np.linspace(0, max(rows - 1, 0), min(rows, _SAMPLE_ROWS)).astype(int)):
        file.seek(found.start + int(row) * row_bytes)
        lines.append(file.read(row_bytes).rstrip(b"\r\n"))
    return lines


def _delimiter_where_positions_are_wrong(
    label: Label, sample: list[bytes], report: Report
) -> str | None:
    """The delimiter, where rows split into as many values as columns but the positions disagree."""
    delimiter = _fitting_delimiter(label, sample)
    if delimiter is None:
        return None
    whole = [line for line in sample if count_fields(line, delimiter) == len(label.columns)]
    by_order = fields_of(whole, delimiter, len(label.columns), Tally())
    cells = lines_as_bytes(whole, width_of(label.columns))
    wrong = [
        column.name
        for column, values in zip(label.columns, by_order)
        if (bare_texts(cell_texts(cells, column)) != bare_texts(values)).any()
    ]
    if not wrong:
        return None
    shown = ", ".join(wrong[:3]) + (", …" if len(wrong) > 3 else "")
    report.add(
        f"The label's byte positions do not fit the table ({len(wrong)} columns: {shown}); "
        "values were read in the order of the columns."
    )
    return delimiter


def _delimiter(label: Label, sample: list[bytes], report: Report) -> str | None:
    """The delimiter of rows that differ in length; None where there is none."""
    delimiter = _fitting_delimiter(label, sample) or label.delimiter
    if delimiter is None and not has_positions(label.columns):
        delimiter = max(_DELIMITERS, key=lambda d: sum(line.count(d.encode()) for line in sample))
    if sample and label.text("RECORD_TYPE").upper() == "FIXED_LENGTH":
        way = "at the label's positions" if delimiter is None else "in the order of the columns"
        report.add(f"The table's rows are not equally long; values were read {way}.")
    return delimiter


def _fitting_delimiter(label: Label, sample: list[bytes]) -> str | None:
    """The delimiter that splits most sampled rows into as many values as there are columns."""
    columns = len(label.columns)
    if not sample or columns < 2:
        return None
    for delimiter in [label.delimiter] if label.delimiter else _DELIMITERS:
        counts = Counter(count_fields(line, delimiter) for line in sample)
        if counts[columns] > len(sample) / 2:
            return delimiter
    return None


def _is_header(sample: list[bytes], delimiter: str, columns: Sequence[Column]) -> bool:
    """Whether the first line holds the columns' names."""
    if not sample or count_fields(sample[0], delimiter) != len(columns):
        return False
    first = fields_of(sample[:1], delimiter, len(columns), Tally())
    return all(
        texts[0].decode("latin-1").strip().upper() == column.name.upper()
        for texts, column in zip(first, columns)
    )


def _compare_rows(said: int | None, there: int, report: Report) -> None:
    if said is None or said == there:
        return
    difference = f"{said - there} are missing" if said > there else "all were read"
    report.add(f"The label says {said} rows, the table has {there}: {difference}.")
