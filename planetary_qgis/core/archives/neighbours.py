"""Indexes that other programs have downloaded: planetarypy's, read and never written."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from planetary_qgis.core.archives.catalog_files import content_of_file
from planetary_qgis.core.errors import PlanetaryError

_CONFIG_VARIABLE = "PLANETARYPY_CONFIG"
_TABLE_ENDINGS = {".tab", ".csv", ".dat", ".txt", ".asc"}
_KEY = re.compile(r"([a-z0-9_-]+)\.([a-z0-9_-]+)\.([a-z0-9_-]+)", re.IGNORECASE)


def planetarypy_index(dataset_key: str) -> Path | None:
    """The label of an index in planetarypy's storage, its table beside it; None where it has none.

    Of several, that of the newest table. The key is mission.instrument.index, as planetarypy
    spells it.
    """
    key = _KEY.fullmatch(dataset_key.strip())
    root = planetarypy_storage()
    if key is None or root is None:
        return None
    mission, instrument, index = key.groups()
    folder = root / mission / instrument / "indexes" / index
    try:
        found = [(table.stat().st_mtime, label) for label, table in _pairs(folder)]
    except OSError:
        return None
    return max(found)[1] if found else None


def planetarypy_storage() -> Path | None:
    """The folder where planetarypy keeps what it downloads; None where there is none."""
    home = Path.home()
    config = Path(os.environ.get(_CONFIG_VARIABLE) or home / ".planetarypy_config.toml")
    said: object = None
    if config.is_file():
        try:
            said = content_of_file(config).get("storage_root")
        except PlanetaryError:
            return None
    root = Path(said).expanduser() if isinstance(said, str) and said else home / "planetarypy_data"
    return root if root.is_dir() else None


def _pairs(folder: Path) -> Iterator[tuple[Path, Path]]:
    """The labels in a folder, each with the table that has its name or, alone there, any name."""
    files = [file for file in sorted(folder.iterdir()) if file.is_file()]
    labels = [file for file in files if file.suffix.lower() == ".lbl"]
    tables = [file for file in files if file.suffix.lower() in _TABLE_ENDINGS]
    for label in labels:
        named = [table for table in tables if table.stem.lower() == label.stem.lower()]
        if len(labels) == len(tables) == 1:
            named = tables
        yield from ((label, table) for table in named[:1])
