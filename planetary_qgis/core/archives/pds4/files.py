"""Files of PDS4 archives on disk: labels under a folder, and what a label names beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from planetary_qgis.core.archives.pds4.xml import LABEL_SUFFIXES
from planetary_qgis.core.archives.tally import Tally

_SIDECAR = ".aux.xml"
"""What GDAL writes beside rasters."""


def labels_under(folder: Path, tally: Tally) -> Iterator[Path]:
    """Files that are labels by their names, in the order of their names."""

    def missed(error: OSError) -> None:
        tally.add("folders cannot be read", 1, [error.filename])

    for where, folders, names in os.walk(folder, onerror=missed):
        folders.sort()
        for name in sorted(names):
            if name.startswith(".") or name.lower().endswith(_SIDECAR):
                continue
            if PurePosixPath(name).suffix.lower() in LABEL_SUFFIXES:
                yield Path(where, name)


def file_beside(label: Path, name: str | None, folder: str | None = None) -> Path | None:
    """The file that a label names; None where it is not there, or not under the label's folder.

    Args:
        folder: The label's directory_path_name, where it has one.
    """
    if not name:
        return None
    parts = PurePosixPath((folder or "").replace("\\", "/"), name.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0]:
        return None
    for candidate in (label.parent.joinpath(*parts), label.parent / parts[-1]):
        found = _in_any_case(candidate)
        if found is not None:
            return found
    return None


def _in_any_case(path: Path) -> Path | None:
    """The file, or the one whose name differs from it by upper and lower case alone."""
    try:
        if path.is_file():
            return path
        same = (other for other in path.parent.iterdir() if other.name.lower() == path.name.lower())
        return next((other for other in same if other.is_file()), None)
    except (OSError, ValueError):
        return None
