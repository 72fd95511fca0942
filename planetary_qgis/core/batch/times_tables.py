"""Delimited tables of observations: read twice, in portions, whatever their length.

The first reading finds what the columns hold, the second one gives the times.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from planetary_qgis.core.batch.column_kinds import KindsSeen, typed
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.observations import Times
from planetary_qgis.core.times import TimeArray, parse_utc_column

START_NAMES = ("start_time", "start_utc", "utc_start", "utc_start_time", "start", "image_time",
               "observation_time", "utc", "time", "epoch")  # fmt: skip
STOP_NAMES = ("stop_time", "stop_utc", "utc_stop", "utc_stop_time", "stop", "end_time", "end_utc",
              "utc_end", "end")  # fmt: skip
ID_NAMES = ("product_id", "productid", "product", "observation_id", "image_id")
Reading = Callable[[Sequence[str]], TimeArray]
"""Makes UTC times of texts; NaT of those that it cannot read."""
_DELIMITERS = ",;\t|"
_COMMENT = "#"
_ROWS_INSPECTED_AT_ONCE = 20_000
_LONGEST_CELL = 10_000_000


@dataclass(frozen=True)
class TimesTable:
    """A table of observations that was read through once.

    Attributes:
        columns: Of starts, stops and names of the observations; empty where there are none.
        times: Of all observations, with the kinds of the other columns but not their values.
            Observations whose times cannot be used have none: nothing is computed of them.
        sha256: Of the file.
        report: What was wrong with single rows.
    """

    path: Path
    encoding: str
    delimiter: str
    columns: tuple[str, str, str]
    times: Times
    sha256: str
    report: Report = field(default_factory=Report)

    @property
    def facts(self) -> dict[str, str]:
        """The table's name, length and hash, and what its columns are taken for."""
        return {
            "Times": f"{self.path.name}, {len(self.times)} observations",
            "Times SHA-256": self.sha256,
            "Columns of the times": ", ".join(filter(None, self.columns)),
        }

    def parts(self, size: int) -> Iterator[Times]:
        """The observations with all that the table knows of them, in its order, so many at once."""
        begin = 0
        with _opened(self.path, self.encoding) as file:
            lines = _Lines(file, self.delimiter)
            while rows := lines.next_rows(size):
                end = begin + len(rows)
                yield self._part(pd.DataFrame(rows, columns=lines.names, dtype=object), begin, end)
                begin = end

    def _part(self, cells: pd.DataFrame, begin: int, end: int) -> Times:
        kinds = self.times.carried_kinds
        columns = {name: typed(cells[name], kind) for name, kind in kinds.items()}
        named = self.columns[2]
        return Times(
            start=self.times.start[begin:end],
            stop=self.times.stop[begin:end],
            product_ids=cells[named].tolist() if named else None,
            carried=pd.DataFrame(columns, index=cells.index),
            carried_kinds=kinds,
        )


def inspect_times(
    path: Path,
    *,
    start_column: str = "",
    stop_column: str = "",
    id_column: str = "",
    reading: Reading = parse_utc_column,
) -> TimesTable:
    """What a table of observations holds; columns that are not named are found by their names.

    Args:
        reading: Reads the columns with times.

    Raises:
        PlanetaryError: The file cannot be read, or has no such columns, or no usable times.
    """
    encoding, sha256 = _encoding_and_sum(path)
    delimiter = _delimiter(path, encoding)
    report, starts, stops = Report(), [_NONE], [_NONE]
    with _opened(path, encoding) as file:
        lines = _Lines(file, delimiter, report)
        start = _column(lines.names, start_column, START_NAMES, "start times", "--start-column")
        stop = _column(lines.names, stop_column, STOP_NAMES, "", "--stop-column")
        named = _column(lines.names, id_column, ID_NAMES, "", "--id-column")
        seen = {name: KindsSeen() for name in lines.names if name != named}
        rows = 0
        while portion := lines.next_rows(_ROWS_INSPECTED_AT_ONCE):
            cells = pd.DataFrame(portion, columns=lines.names, dtype=object)
            for name, kinds_seen in seen.items():
                kinds_seen.look_at(cells[name])
            started, stopped = _usable_times(cells, start, stop, rows, report, reading)
            starts.append(started)
            stops.append(stopped)
            rows += len(cells)
    kinds = {name: kinds_seen.kind for name, kinds_seen in seen.items()}
    times = Times(np.concatenate(starts), np.concatenate(stops), carried_kinds=kinds)
    if np.isnat(times.start).all():
        raise PlanetaryError(
            f"No row of {path} has a start time in “{start}” that can be used.",
            details="\n".join(report.sentences()),
            hint="Write UTC times as 2007-01-02T22:55:54.959 or, by day of year, "
            "2007-002T22:55:54.959, or say what they are with --time-system.",
        )
    return TimesTable(path, encoding, delimiter, (start, stop, named), times, sha256, report)


_NONE: TimeArray = np.array([], dtype="datetime64[us]")


class _Lines:
    """The rows of a delimited file; those with too few or too many values are told and left out."""

    def __init__(self, file: io.TextIOBase, delimiter: str, report: Report | None = None) -> None:
        self._reader = csv.reader(
            (line.replace("\0", "") for line in file if not line.startswith(_COMMENT)),
            delimiter=delimiter,
        )
        self._report = report
        self.names = _checked_names(next(self._reader, []))
        self._row = 0

    def next_rows(self, count: int) -> list[list[str]]:
        """At most so many rows; none at the end."""
        return list(islice(self._whole_rows(), count))

    def _whole_rows(self) -> Iterator[list[str]]:
        try:
            for row in self._reader:
                if not row:
                    continue
                self._row += 1
                if len(row) == len(self.names):
                    yield row
                elif self._report is not None:
                    self._report.add(
                        f"The row has not {len(self.names)} values as the first line has",
                        f"row {self._row}",
                    )
        except csv.Error as error:
            raise PlanetaryError(
                f"The table of times cannot be read after its row {self._row}.",
                details=str(error),
                hint="Look there for a quotation mark that is never closed.",
            ) from error


def _checked_names(cells: Sequence[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    if not names or not np.isnat(parse_utc_column(names)).all():
        raise PlanetaryError(
            "The first line of the table of times does not name its columns.",
            details=", ".join(names),
            hint="Begin the table with a line such as product_id,start_time,stop_time.",
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise PlanetaryError(
            f"The table of times has several columns “{twice[0]}”.",
            hint="Give every column a name of its own.",
        )
    return names


def _column(
    names: Sequence[str], asked: str, usual: Sequence[str], needed_for: str, option: str
) -> str:
    """The column that was asked for, else the first of the usual names, in any case."""
    by_lower = {name.lower(): name for name in names}
    if asked:
        if asked.lower() not in by_lower:
            raise PlanetaryError(
                f"The table of times has no column “{asked}”.",
                hint=f"Its columns are {', '.join(names)}.",
            )
        return by_lower[asked.lower()]
    found = next((by_lower[name] for name in usual if name in by_lower), "")
    if needed_for and not found:
        raise PlanetaryError(
            f"It is not said which column of the table holds the {needed_for}.",
            hint=f"Name it with {option}; the columns are {', '.join(names)}.",
        )
    return found


def _usable_times(
    cells: pd.DataFrame, start: str, stop: str, before: int, report: Report, reading: Reading
) -> tuple[TimeArray, TimeArray]:
    """Starts and stops, NaT where they cannot be used, which is told."""
    starts = reading(cells[start].tolist())
    stops = np.full(len(cells), np.datetime64("NaT", "us"))
    problems = {f"“{start}” is no time, so that nothing is computed": np.isnat(starts)}
    if stop:
        stops = reading(cells[stop].tolist())
        said = cells[stop].str.strip().ne("").to_numpy(dtype=bool)
        unread = said & np.isnat(stops) & ~np.isnat(starts)
        problems[f"“{stop}” is no time; the start is taken as an instant"] = unread
        problems[f"“{stop}” is before “{start}”, so that nothing is computed"] = stops < starts
    for problem, rows in problems.items():
        for row in np.flatnonzero(rows).tolist():
            report.add(problem, f"row {before + row + 1}")
    unusable = np.isnat(starts) | (stops < starts)
    starts[unusable] = stops[unusable] = np.datetime64("NaT")
    return starts, stops


def _encoding_and_sum(path: Path) -> tuple[str, str]:
    """How the file's text is encoded, and its SHA-256."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            for block in iter(lambda: file.read(2**20), b""):
                digest.update(block)
        if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return "utf-16", digest.hexdigest()
        with path.open(encoding="utf-8-sig") as text:
            while text.read(2**20):
                pass
    except UnicodeDecodeError:
        return "cp1252", digest.hexdigest()
    except OSError as error:
        raise PlanetaryError(
            f"The table of times {path} cannot be read.",
            details=str(error),
            hint="Check its name and your rights.",
        ) from error
    return "utf-8-sig", digest.hexdigest()


def _delimiter(path: Path, encoding: str) -> str:
    """The likely delimiter that the line of names holds most of."""
    with _opened(path, encoding) as file:
        first = next((line for line in file if not line.startswith(_COMMENT)), "")
    return max(_DELIMITERS, key=first.count)


@contextmanager
def _opened(path: Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        csv.field_size_limit(_LONGEST_CELL)
        yield file
