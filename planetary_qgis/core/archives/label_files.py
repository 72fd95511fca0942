"""Which files belong to the label of an index: its table, and formats that describe it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, unquote, urljoin, urlsplit

from planetary_qgis.core.archives.pds3.parser import parsed_label
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.safe_names import safe_name

_DESCRIBES = "STRUCTURE"
_TABLE_KEYS = {"COLUMN", "FIELD", f"^{_DESCRIBES}"}


@dataclass(frozen=True)
class Place:
    """Where a file may be on the server, and what it is called on the disk."""

    url: str
    file_name: str


@dataclass(frozen=True)
class LabelFiles:
    """File names as a label spells them.

    Attributes:
        table: None where the label's own file holds the table.
        formats: Files that describe the table's columns.
    """

    table: str | None
    formats: tuple[str, ...]


def label_files(path: Path, url: str) -> LabelFiles:
    """What the label of an index says of other files.

    Args:
        url: Where the label came from; for the message.

    Raises:
        LabelError: It cannot be read, or names no table.
    """
    try:
        pointers = list(_pointers(parsed_label(path)))
    except LabelError as error:
        raise LabelError(
            f"{url} is no PDS label that can be read.",
            details=str(error),
            hint="Open the address in a browser to see what the archive has there.",
        ) from error
    formats = [str(file) for name, _, file in pointers if name == _DESCRIBES and file]
    tables = [(name, file) for name, is_table, file in pointers if is_table]
    if not tables:
        others = [(name, file) for name, _, file in pointers if name != _DESCRIBES]
        tables = others if len(others) == 1 else []
    if not tables:
        raise LabelError(
            f"The label {url} names no table.",
            details="Its pointers: " + (", ".join(name for name, _, _ in pointers) or "none"),
            hint="It is not the label of an index.",
        )
    _, table = min(tables, key=lambda each: "INDEX" not in each[0])
    return LabelFiles(table, tuple(dict.fromkeys(formats)))


def table_places(name: str, label_url: str) -> list[Place]:
    """Where the table of that name may be: in the label's folder, whatever the case, or else under
    the label's own name."""
    stem = PurePosixPath(unquote(urlsplit(label_url).path)).stem
    base, fallback = base_name(name), safe_name(f"{stem}.tab")
    named = [base, base.lower(), base.upper()] if base else []
    places = [Place(_beside(label_url, each), _local(each, fallback)) for each in named]
    guessed = [f"{stem}.tab", f"{stem}.TAB"]
    places += [Place(_beside(label_url, each), safe_name(each)) for each in guessed]
    return list(dict.fromkeys(places))


def format_places(name: str, label_url: str) -> list[Place]:
    """Where a file with formats may be: beside the label, or in the volume's folder for them."""
    base = base_name(name)
    named = [base, base.lower(), base.upper()] if base else []
    folders = [label_url, *(urljoin(label_url, each) for each in ("../label/", "../LABEL/"))]
    places = [Place(_beside(f, each), safe_name(each)) for f in folders for each in named]
    return list(dict.fromkeys(places))


def base_name(name: str) -> str:
    """The last part of a path, however spelled; labels may name files in their own folder only."""
    base = name.strip().replace("\\", "/").rpartition("/")[2]
    return "" if base in {".", ".."} else base


def _beside(url: str, name: str) -> str:
    return urljoin(url, quote(name, safe="", errors="replace"))


def _local(name: str, fallback: str) -> str:
    """A name on the disk under which readers of the label will find the file."""
    return name if safe_name(name) == name else fallback


def _pointers(content: Any) -> Iterator[tuple[str, bool, str | None]]:
    """Every pointer: its name, whether a table of that name is beside it, and its file if any."""
    tables = {
        str(key).upper()
        for key, value in content.items()
        if isinstance(value, Mapping) and _TABLE_KEYS & {str(k).upper() for k, _ in value.items()}
    }
    for key, value in content.items():
        name = str(key).strip().upper()
        if isinstance(value, Mapping):
            yield from _pointers(value)
        elif name.startswith("^"):
            first = value[0] if isinstance(value, list) and value else value
            file = first.strip() if isinstance(first, str) else None
            yield name[1:], name[1:] in tables, file
