"""PDS3 indexes that tests write themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

Write = Callable[..., Path]


@dataclass(frozen=True)
class Column:
    name: str
    data_type: str = "CHARACTER"
    width: int = 12
    more: Mapping[str, object] = field(default_factory=dict)


@pytest.fixture
def write_index(tmp_path: Path) -> Write:
    """Writes index.lbl and index.tab; columns are Column or plain names of text columns."""

    def write(
        columns: Sequence[Column | str],
        rows: Sequence[Sequence[str]],
        *,
        keywords: Mapping[str, object] | None = None,
        table: Mapping[str, object] | None = None,
        padded: bool = True,
        line_end: str = "\r\n",
        stem: str = "index",
    ) -> Path:
        described = [column if isinstance(column, Column) else Column(column) for column in columns]
        lines = [_line(described, row, padded) for row in rows]
        row_bytes = len(_line(described, ["" for _ in described], True)) + len(line_end)
        said = {
            "PDS_VERSION_ID": "PDS3",
            "RECORD_TYPE": "FIXED_LENGTH",
            "^INDEX_TABLE": f'"{stem}.tab"',
            "TARGET_NAME": "MARS",
            **(keywords or {}),
        }
        table_said = {
            "INTERCHANGE_FORMAT": "ASCII",
            "ROWS": len(rows),
            "COLUMNS": len(described),
            "ROW_BYTES": row_bytes,
            **(table or {}),
        }
        text = "".join(
            [
                *_assignments(said),
                "OBJECT = INDEX_TABLE\n",
                *_assignments(table_said),
                *_column_objects(described),
                "END_OBJECT = INDEX_TABLE\nEND\n",
            ]
        )
        (tmp_path / f"{stem}.tab").write_bytes("".join(x + line_end for x in lines).encode())
        label = tmp_path / f"{stem}.lbl"
        label.write_text(text, encoding="utf-8", newline="")
        return label

    return write


def _line(columns: Sequence[Column], row: Sequence[str], padded: bool) -> str:
    return ",".join(_cell(column, text, padded) for column, text in zip(columns, row))


def _cell(column: Column, text: str, padded: bool) -> str:
    quote = '"' if column.data_type == "CHARACTER" else ""
    filled = text.ljust(column.width) if quote else text.rjust(column.width)
    return f"{quote}{filled if padded else text}{quote}"


def _assignments(keywords: Mapping[str, object]) -> list[str]:
    return [f"{name} = {value}\n" for name, value in keywords.items() if value is not None]


def _column_objects(columns: Sequence[Column]) -> list[str]:
    lines, position = [], 1
    for column in columns:
        quotes = int(column.data_type == "CHARACTER")
        said = {
            "NAME": column.name,
            "DATA_TYPE": column.data_type,
            "START_BYTE": position + quotes,
            "BYTES": column.width,
            **column.more,
        }
        lines += ["OBJECT = COLUMN\n", *_assignments(said), "END_OBJECT = COLUMN\n"]
        position += column.width + 2 * quotes + 1
    return lines


def real(name: str, width: int = 12, **more: object) -> Column:
    return Column(name, "ASCII_REAL", width, more)


def integer(name: str, width: int = 12, **more: object) -> Column:
    return Column(name, "ASCII_INTEGER", width, more)


def time(name: str, width: int = 23, **more: object) -> Column:
    return Column(name, "TIME", width, more)


def text(name: str, width: int = 30, **more: object) -> Column:
    return Column(name, "CHARACTER", width, more)


@pytest.fixture
def col() -> SimpleNamespace:
    """Makers of columns."""
    return SimpleNamespace(real=real, integer=integer, time=time, text=text)
