"""Which file holds the label of a raster: the raster's own, or one beside it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from planetary_qgis.core.rasters.labels.reading import kind_of, start_of

_ENDINGS = (".xml", ".lblx", ".lbl", ".pvl")
_MOST_LABELS = 40
_SHARED_START = 8
"""More of their names two files need not share to belong together."""


def labels_beside(path: Path) -> Iterator[Path]:
    """Files beside a raster that may be its label, the likeliest first, whatever their case.

    Those that are called as it is; then those whose names begin alike and whose text names it, as
    one label may describe several files.
    """
    try:
        names = [entry.name for entry in os.scandir(path.parent) if _is_label(entry)]
    except OSError:
        return
    stems = [path.stem.lower(), path.name.lower()]
    wanted = [stem + ending for stem in stems for ending in _ENDINGS]
    same = [name for name in names if name.lower() in wanted and name != path.name]
    yield from (path.parent / name for name in sorted(same, key=lambda n: wanted.index(n.lower())))
    others = [name for name in names if name not in same and name != path.name]
    shared = min(_SHARED_START, max(2, len(path.stem) // 2))
    for name in sorted(others, key=lambda each: -_alike(each, path.name))[:_MOST_LABELS]:
        if _alike(name, path.name) >= shared:
            other = path.parent / name
            if _names(other, path):
                yield other


def _is_label(entry: os.DirEntry[str]) -> bool:
    name = entry.name.lower()
    return name.endswith(_ENDINGS) and not name.endswith(".aux.xml")


def _alike(name: str, other: str) -> int:
    """How many characters two names begin with in common."""
    pairs = enumerate(zip(name.lower(), other.lower()))
    return next((at for at, (one, two) in pairs if one != two), min(len(name), len(other)))


def _names(label: Path, path: Path) -> bool:
    start = start_of(label)
    return bool(kind_of(start)) and path.name.lower().encode() in start.lower()
