"""What a table's bytes say about its rows, whatever its label says; read once, streamed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from planetary_qgis.core.archives.pds3.pointer import TablePlace
from planetary_qgis.core.errors import LabelError

_BLOCK_BYTES = 4 * 1024 * 1024
_TAIL_BYTES = 64 * 1024
_ENDINGS = b"\r\n\x00\x1a"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Survey:
    """Rows as the bytes show them.

    Attributes:
        start: Offset of the first row.
        end: Offset after the last row's last value; its line end and any padding lie beyond.
        lines: How many lines there are, the last one included, blank ones not.
        line_bytes: How long every line is, with its line end; None where they differ.
        line_end: How many bytes a line end has; 0 where there are none.
        last_line: How long the last line is, without its line end.
        aligned: Whether a line ends wherever the label's ROW_BYTES says so.
        sha256: Of the whole file.
    """

    start: int
    end: int
    lines: int
    line_bytes: int | None
    line_end: int
    last_line: int
    aligned: bool
    sha256: str


def survey(place: TablePlace, row_bytes: int | None) -> Survey:
    """What the table's bytes say.

    Raises:
        LabelError: The file cannot be read.
    """
    try:
        with place.path.open("rb") as file:
            start, end = _bounds(file, place)
            return _survey(file, start, max(start, end), row_bytes)
    except OSError as error:
        raise unreadable(place.path, error) from error


def unreadable(path: Path, error: OSError) -> LabelError:
    return LabelError(
        f"The table {path} cannot be read.",
        details=str(error),
        hint="Check that the file is still there and that you may read it.",
    )


def _bounds(file: BinaryIO, place: TablePlace) -> tuple[int, int]:
    size = file.seek(0, 2)
    end = min(size, place.end or size)
    start = min(place.start or 0, end)
    file.seek(start)
    for _ in range(place.skipped_lines):
        start += len(file.readline())
    file.seek(start)
    if file.read(len(_BYTE_ORDER_MARK)) == _BYTE_ORDER_MARK:
        start += len(_BYTE_ORDER_MARK)
    return start, _without_line_end(file, start, end)


def _without_line_end(file: BinaryIO, start: int, end: int) -> int:
    while end > start:
        tail_start = max(start, end - _TAIL_BYTES)
        file.seek(tail_start)
        tail = file.read(end - tail_start).rstrip(_ENDINGS)
        end = tail_start + len(tail)
        if tail:
            break
    return end


def _survey(file: BinaryIO, start: int, end: int, row_bytes: int | None) -> Survey:
    digest = hashlib.sha256()
    lengths = _Lengths(start, row_bytes)
    file.seek(0)
    offset = 0
    while block := file.read(_BLOCK_BYTES):
        digest.update(block)
        lengths.add(block[max(0, start - offset) : max(0, end - offset)], max(offset, start))
        offset += len(block)
    last_line = end - lengths.next_line
    line_end = _line_end(file, start, end)
    return Survey(
        start=start,
        end=end,
        lines=lengths.lines + (last_line > 0),
        line_bytes=lengths.only_length(last_line),
        line_end=line_end,
        last_line=last_line,
        aligned=lengths.are_aligned(end - start, line_end),
        sha256=digest.hexdigest(),
    )


class _Lengths:
    """Line lengths, gathered block by block."""

    def __init__(self, start: int, row_bytes: int | None) -> None:
        self.start = self.next_line = start
        self.row_bytes = row_bytes
        self.lines = self.aligned_ends = self.longest = 0
        self.shortest: int | None = None

    def add(self, block: bytes, offset: int) -> None:
        characters = np.frombuffer(block, dtype=np.uint8)
        newlines = np.flatnonzero(characters == ord("\n"))
        if not len(newlines):
            return
        returns = characters[np.maximum(newlines - 1, 0)] == ord("\r")
        ends = newlines + offset + 1
        lengths = np.diff(ends, prepend=self.next_line)
        self.longest = max(self.longest, int(lengths.max()))
        shortest = int(lengths.min())
        self.shortest = shortest if self.shortest is None else min(self.shortest, shortest)
        self.lines += int((lengths > 1 + returns).sum())
        self.next_line = int(ends[-1])
        if self.row_bytes:
            self.aligned_ends += int(((ends - self.start) % self.row_bytes == 0).sum())

    def only_length(self, last_line: int) -> int | None:
        """The length of all lines but the last; None where they differ or the last is longer."""
        if self.shortest is None or self.shortest != self.longest or last_line > self.longest:
            return None
        return self.longest

    def are_aligned(self, size: int, line_end: int) -> bool:
        """Whether lines end at every whole number of rows, and the last row is complete."""
        if not self.row_bytes:
            return False
        rows, last = divmod(size, self.row_bytes)
        return 0 < self.aligned_ends == rows and last == self.row_bytes - line_end


def _line_end(file: BinaryIO, start: int, end: int) -> int:
    """How many bytes the first line's end has; looks beyond the end of a table of one line."""
    file.seek(start)
    line = file.readline(end - start + 2)
    if line.endswith(b"\r\n"):
        return 2
    return int(line.endswith(b"\n"))
