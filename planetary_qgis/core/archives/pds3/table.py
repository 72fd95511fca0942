"""PDS3 tables: rows cut into columns of bytes, many rows at a time.

Where a label and its table's bytes disagree, the bytes decide, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.pds3.label import Label
from planetary_qgis.core.archives.pds3.layout import Layout, layout_of, sample_lines
from planetary_qgis.core.archives.pds3.lines import (
    cell_texts,
    fields_of,
    lines_as_bytes,
    split_lines,
    width_of,
)
from planetary_qgis.core.archives.pds3.survey import Survey, survey, unreadable
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.reports import Report

RawColumn = NDArray[np.bytes_]
"""(n,) byte strings, blanks around them included."""


@dataclass(frozen=True)
class Table:
    """A table whose rows can be read.

    Attributes:
        bytes: What its file's bytes say.
    """

    label: Label
    bytes: Survey
    layout: Layout

    @property
    def rows(self) -> int:
        """How many rows there are, broken ones among them."""
        return self.layout.rows

    def chunks(
        self, rows: int, tally: Tally, columns: Sequence[int] | None = None
    ) -> Iterator[list[RawColumn]]:
        """Every whole row, so many at a time: one raw column for each column asked for."""
        wanted = range(len(self.label.columns)) if columns is None else columns
        try:
            with self.label.place.path.open("rb") as file:
                yield from self._chunks(file, rows, tally, wanted)
        except OSError as error:
            raise unreadable(self.label.place.path, error) from error

    def sample(self) -> list[RawColumn]:
        """Some rows from all over the table, or its first ones where rows differ in length."""
        columns, layout = self.label.columns, self.layout
        lines = sample_lines(self.label, self.bytes, layout.row_bytes, layout.rows)
        lines = lines[layout.header_lines :]
        if layout.delimiter is not None:
            return fields_of(lines, layout.delimiter, len(columns), Tally())
        return self._cut(lines_as_bytes(lines, width_of(columns)), range(len(columns)))

    def _chunks(
        self, file: BinaryIO, rows: int, tally: Tally, wanted: Sequence[int]
    ) -> Iterator[list[RawColumn]]:
        file.seek(self.bytes.start)
        for _ in range(self.layout.header_lines):
            file.readline()
        if self.layout.by_position:
            yield from self._fixed(file, rows, wanted)
            return
        width = width_of(self.label.columns)
        lines, first_row = islice(split_lines(file, self.bytes.end), self.rows), 1
        while some := list(islice(lines, rows)):
            if self.layout.delimiter is None:
                yield self._cut(lines_as_bytes(some, width), wanted)
            else:
                columns = len(self.label.columns)
                fields = fields_of(some, self.layout.delimiter, columns, tally, first_row)
                yield [fields[index] for index in wanted]
            first_row += len(some)

    def _fixed(self, file: BinaryIO, rows: int, wanted: Sequence[int]) -> Iterator[list[RawColumn]]:
        row_bytes = self.layout.row_bytes or 1
        width = max(width_of(self.label.columns), row_bytes)
        for first in range(0, self.rows, rows):
            count = min(rows, self.rows - first)
            block = file.read(count * row_bytes)
            block += b"\n" * (count * row_bytes - len(block))
            cells = np.frombuffer(block, dtype=np.uint8).reshape(count, row_bytes)
            if width > row_bytes:
                cells = np.pad(cells, ((0, 0), (0, width - row_bytes)))
            yield self._cut(cells, wanted)

    def _cut(self, cells: NDArray[np.uint8], wanted: Sequence[int]) -> list[RawColumn]:
        columns = self.label.columns
        return [cell_texts(cells, columns[index]) for index in wanted]


def open_table(label: Label, report: Report) -> Table:
    """The label's table; reads the file once to learn its rows and its hash.

    Raises:
        LabelError: The file cannot be read.
    """
    found = survey(label.place, label.row_bytes)
    return Table(label, found, layout_of(label, found, report))
