"""The cache: where what was downloaded lies, what is there, and how to be rid of it.

indexes/<dataset>/ holds an index's label, its table and index.json, which says that the two belong
together; products/<source>/ and thumbnails/ hold files by themselves.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal
from urllib.parse import urlsplit

from planetary_qgis.core.archives.catalog_entries import Dataset
from planetary_qgis.core.archives.neighbours import planetarypy_index
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.safe_names import safe_name, safe_path
from planetary_qgis.core.saved_files import Saved, read_note, saved_at

INDEX_NOTE = "index.json"


@dataclass(frozen=True)
class IndexState:
    """What the cache holds of an index.

    Attributes:
        label: None where it is absent.
        fetched: UTC text of when the table came; empty where it is absent.
        size: Bytes of all its files on the disk, unfinished ones included.
    """

    state: Literal["absent", "cached"]
    label: Path | None = None
    fetched: str = ""
    size: int = 0


def index_folder(root: Path, key: str) -> Path:
    """Where the files of a dataset's index lie."""
    return safe_path(root, "indexes", key)


def product_path(root: Path, source: str, file_name: str) -> Path:
    """Where a product's file lies; the source is a dataset's or a service's key."""
    return safe_path(root, "products", source, file_name)


def thumbnail_path(root: Path, url: str) -> Path:
    """Where the image of that address lies."""
    ending = PurePosixPath(urlsplit(url).path).suffix
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
    return safe_path(root, "thumbnails", safe_name(digest + ending))


def cached_files(key: str, root: Path) -> tuple[Saved, ...]:
    """A cached index's files, the label first, then its table; empty where one is not whole."""
    folder = index_folder(root, key)
    names = read_note(folder / INDEX_NOTE).get("files")
    if not isinstance(names, list) or not names:
        return ()
    files = [saved_at(safe_path(folder, str(name))) for name in names]
    whole = tuple(file for file in files if file is not None)
    return whole if len(whole) == len(names) else ()


def state_of(dataset: Dataset, root: Path) -> IndexState:
    """What the cache holds of a dataset's index; asks no server."""
    size = _size(index_folder(root, dataset.key))
    files = cached_files(dataset.key, root)
    if not files:
        return IndexState("absent", size=size)
    return IndexState("cached", files[0].path, files[-1].fetched, size)


def label_on_disk(dataset: Dataset, root: Path) -> Path | None:
    """The label of a dataset's index: the cache's, or else planetarypy's; None where neither is."""
    return state_of(dataset, root).label or planetarypy_index(dataset.key)


def remove(dataset: Dataset, root: Path) -> int:
    """How many bytes it freed to remove a dataset's index.

    Raises:
        PlanetaryError: The system does not let it; the index counts as absent all the same.
    """
    folder = index_folder(root, dataset.key)
    size = _size(folder)
    try:
        # Without this note the rest is nothing, should it not go.
        (folder / INDEX_NOTE).unlink(missing_ok=True)
        if folder.is_dir():
            shutil.rmtree(folder)
    except OSError as error:
        raise PlanetaryError(
            f"The files of {dataset.title} in {folder} cannot be removed.",
            details=str(error),
            hint="Close whatever uses them, then remove them again.",
        ) from error
    return size - _size(folder)


def _size(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())
