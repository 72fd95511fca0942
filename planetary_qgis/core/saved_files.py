"""Files that were downloaded, each with a note beside it that says where it came from."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from planetary_qgis.core.errors import PlanetaryError

_NOTE = ".download.json"


@dataclass(frozen=True)
class Saved:
    """A whole file, and what its server said of it.

    Attributes:
        url: Where it was asked for.
        final_url: Where it came from in the end, after redirects.
        fetched: UTC, as 2026-01-31T12:00:00Z.
    """

    path: Path
    url: str
    final_url: str
    etag: str
    last_modified: str
    size: int
    sha256: str
    fetched: str


def saved_at(path: Path) -> Saved | None:
    """What is known of a downloaded file; None where it is not there as it was downloaded."""
    content = read_note(note_path(path))
    try:
        saved = Saved(**{**content, "path": path})
        return saved if path.stat().st_size == saved.size else None
    except (TypeError, OSError):
        return None


def note_path(path: Path) -> Path:
    return path.with_name(path.name + _NOTE)


def put_in_place(part: Path, saved: Saved) -> None:
    """Give a whole part its final name; at no time does a note stand beside another file.

    Raises:
        PlanetaryError: The system does not let it, as where another program uses the file.
    """
    note = note_path(saved.path)
    said = read_note(note)
    try:
        note.unlink(missing_ok=True)
        try:
            os.replace(part, saved.path)
        except OSError:
            if said:
                write_note(note, said)
            raise
        write_note(note, {k: v for k, v in asdict(saved).items() if k != "path"})
    except OSError as error:
        raise PlanetaryError(
            f"{saved.path} is downloaded but cannot be put in its place.",
            details=str(error),
            hint="Close whatever uses the old file, then download again.",
        ) from error


def read_note(path: Path) -> dict[str, Any]:
    """A note's content; empty where there is none that can be read."""
    with suppress(OSError, ValueError):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, dict):
            return content
    return {}


def write_note(path: Path, content: dict[str, Any]) -> None:
    """Write a note, whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    os.replace(unfinished, path)
