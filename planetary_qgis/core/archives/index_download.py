"""An archive's index into the cache: label and table, both of them new or both as they were."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from planetary_qgis.core.archives.cache import INDEX_NOTE, cached_files, index_folder
from planetary_qgis.core.archives.catalog_entries import Dataset
from planetary_qgis.core.archives.label_files import (
    Place,
    base_name,
    format_places,
    label_files,
    table_places,
)
from planetary_qgis.core.archives.newest_volume import listing_request, newest_label_url
from planetary_qgis.core.downloads import (
    Progress,
    Staged,
    no_progress,
    safe_name,
    safe_path,
    stage,
)
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.exclusive import only_one
from planetary_qgis.core.http import NetworkError, Transport, fetch
from planetary_qgis.core.reports import Report
from planetary_qgis.core.saved_files import Saved, note_path, read_note, write_note

_NOT_THERE = (404, 410)


@dataclass(frozen=True)
class IndexFiles:
    """An index on the disk.

    Attributes:
        table: The label's own file where that holds the table.
        changed: Whether this download brought something new.
        saved: Where each file came from: the label, formats if any, the table.
    """

    label: Path
    table: Path
    changed: bool
    saved: tuple[Saved, ...]


def download_index(
    dataset: Dataset,
    root: Path,
    transport: Transport,
    *,
    progress: Progress = no_progress,
    report: Report | None = None,
    force: bool = False,
) -> IndexFiles:
    """The index of a dataset, in its folder of the cache; fetched only if the archive's changed.

    Args:
        root: The cache's folder.
        report: Told what was guessed.
        force: Fetch it whether it has changed or not.

    Raises:
        NetworkError: The archive does not give it.
        PlanetaryError: The catalogue knows no address, or the files cannot be written.
    """
    _require_address(dataset)
    folder = index_folder(root, dataset.key)
    before = cached_files(dataset.key, root)
    with only_one(folder / INDEX_NOTE, lambda: progress(0, None)) as waited:
        known = cached_files(dataset.key, root)
        if waited and known and known != before:
            return _files(known, changed=True)  # whoever held the folder has just fetched it
        told = Report() if report is None else report
        job = _Job(folder, transport, progress, told, () if force else known)
        staged = job.staged(_label_url(dataset, transport))
        if known and not any(each.part for each in staged):
            return _files(known, changed=False)
        return _files(_publish(folder, staged), changed=True)


def _require_address(dataset: Dataset) -> None:
    if not dataset.label_url:
        raise PlanetaryError(
            f"The catalogue knows no address of the index of {dataset.title}.",
            details=dataset.verified,
            hint="Download label and table with a browser and import the label, or enter the "
            f"address in your own catalogue under {dataset.key}.",
        )


def _label_url(dataset: Dataset, transport: Transport) -> str:
    listing = listing_request(dataset)
    if listing is None:
        return dataset.label_url
    return newest_label_url(dataset, fetch(transport, listing).body.decode("utf-8", "replace"))


@dataclass(frozen=True)
class _Job:
    """One index being fetched beside what is there."""

    folder: Path
    transport: Transport
    progress: Progress
    report: Report
    known: tuple[Saved, ...]

    def staged(self, label_url: str) -> list[Staged]:
        """Label, formats, table, each whole; nothing that is there has been touched."""
        label_name = _last_part(label_url)
        label = self._stage(label_url, safe_name(label_name))
        path = label.part.path if label.part else label.saved.path
        files = label_files(path, label_url)
        formats = [
            self._stage_first(name, format_places(name, label_url)) for name in files.formats
        ]
        if files.table is None or base_name(files.table).lower() == label_name.lower():
            return [label, *formats]
        table = self._stage_first(files.table, table_places(files.table, label_url))
        return [label, *formats, table]

    def _stage_first(self, wanted: str, places: list[Place]) -> Staged:
        """The first of these places that the server has; where it is known to be comes first."""
        urls = {each.url for each in self.known}
        error: NetworkError | None = None
        for place in sorted(places, key=lambda each: each.url not in urls):
            try:
                staged = self._stage(place.url, place.file_name)
            except NetworkError as missing:
                if missing.status not in _NOT_THERE:
                    raise
                error = error or missing
                continue
            if place.file_name.lower() != base_name(wanted).lower():
                self.report.add(
                    f"{wanted}, which the index's label names, is not on the server; "
                    f"{place.url} was taken."
                )
            return staged
        raise NetworkError(
            f"{wanted}, which the index's label names, is not on the server.",
            details="\n".join(place.url for place in places),
            hint="Look in the archive's folder with a browser, and tell the archive.",
            status=error.status if error else 0,
        )

    def _stage(self, url: str, name: str) -> Staged:
        known = next((each for each in self.known if each.path.name == name), None)
        to = safe_path(self.folder, name)
        return stage(self.transport, url, to, progress=self.progress, known=known)


def _publish(folder: Path, staged: list[Staged]) -> tuple[Saved, ...]:
    """Put all in place; at no time does a label stand beside a table that is not its own."""
    note, label = folder / INDEX_NOTE, staged[0]
    said, aside = read_note(note), label.saved.path.with_name(label.saved.path.name + ".old")
    replaced = False
    with _told(folder):
        note.unlink(missing_ok=True)
        if label.part is not None and label.saved.path.exists():
            os.replace(label.saved.path, aside)
    try:
        for each in reversed(staged):  # the label last: without it there is no index
            each.publish()
            replaced |= each.part is not None
    except PlanetaryError:
        if not replaced:
            with _told(folder):
                if aside.exists():
                    os.replace(aside, label.saved.path)
                write_note(note, said)
        raise
    with _told(folder):
        _tidy(folder, [each.saved for each in staged])
        write_note(note, {"files": [each.saved.path.name for each in staged]})
    return tuple(each.saved for each in staged)


def _tidy(folder: Path, files: list[Saved]) -> None:
    """Remove what is left of older versions, whose files may have had other names."""
    kept = {name for each in files for name in (each.path, note_path(each.path))}
    for path in folder.iterdir():
        if path not in kept and path.is_file() and path.suffix != ".lock":
            path.unlink()


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PlanetaryError(
            f"The index in {folder} cannot be replaced.",
            details=str(error),
            hint="Close whatever uses its files, then download again.",
        ) from error


def _files(saved: tuple[Saved, ...], *, changed: bool) -> IndexFiles:
    return IndexFiles(saved[0].path, saved[-1].path, changed, saved)


def _last_part(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name
