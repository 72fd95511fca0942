"""Remote files onto the disk: whole or not at all, continued where they broke off."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from planetary_qgis.core.arrivals import Arrival, Progress, StartOverError, UnchangedError
from planetary_qgis.core.checksums import Checksum
from planetary_qgis.core.download_parts import Part
from planetary_qgis.core.exclusive import only_one
from planetary_qgis.core.http import Request, Transport
from planetary_qgis.core.safe_names import safe_name, safe_path
from planetary_qgis.core.saved_files import Saved, put_in_place, saved_at

__all__ = [
    "Checksum",
    "Progress",
    "Saved",
    "Staged",
    "download",
    "no_progress",
    "safe_name",
    "safe_path",
    "saved_at",
    "stage",
]


def no_progress(_done: int, _total: int | None) -> None:
    return None


@dataclass(frozen=True)
class Staged:
    """A file that is whole but has not got its final name yet.

    Attributes:
        part: None where what is there already is what the server has.
    """

    saved: Saved
    part: Part | None

    def publish(self) -> Saved:
        """Put it in its place.

        Raises:
            PlanetaryError: The system does not let it; what was there stays.
        """
        if self.part is not None:
            put_in_place(self.part.path, self.saved)
            self.part.finish()
        return self.saved


def download(
    transport: Transport,
    url: str,
    to: Path,
    *,
    progress: Progress = no_progress,
    checksum: Checksum | None = None,
    known: Saved | None = None,
    may_be_page: bool = False,
) -> Saved:
    """The file of that address, at that place; `known` itself where the remote has not changed.

    What arrives waits in NAME.part until it is whole, and stays there for going on later where the
    server can say that it is still the same file. NAME.download.json keeps what `saved_at` reads.

    Args:
        checksum: What the archive publishes of the file.
        known: What is on the disk already, to be asked for only if it has changed.
        may_be_page: Whether a web page is what is asked for, and no cookie wall.

    Raises:
        NetworkError: The server does not give the file, or what came is not it.
        PlanetaryError: It cannot be written.
    """
    before = saved_at(to)
    with only_one(to, lambda: progress(0, None)) as waited:
        fresh = saved_at(to)
        if waited and fresh is not None and fresh != before and fresh.url == url:
            return fresh  # whoever held the file has just fetched it
        return stage(
            transport,
            url,
            to,
            progress=progress,
            checksum=checksum,
            known=known,
            may_be_page=may_be_page,
        ).publish()


def stage(
    transport: Transport,
    url: str,
    to: Path,
    *,
    progress: Progress = no_progress,
    checksum: Checksum | None = None,
    known: Saved | None = None,
    may_be_page: bool = False,
) -> Staged:
    """As `download`, but the file that is there stays until the caller publishes the new one.

    The caller holds the place with `exclusive.only_one`.
    """
    is_usable = known is not None and known.url == url and saved_at(known.path) == known
    usable = known if is_usable else None
    part = Part(to, url)
    arrival = partial(
        Arrival, part, url, usable, progress, checksum=checksum, may_be_page=may_be_page
    )
    try:
        saved = _arrived(transport, Request(url), arrival(), to)
    except StartOverError:
        part.drop()
        saved = _arrived(transport, Request(url), arrival(), to)
    if usable is not None and saved.sha256 == usable.sha256:
        part.drop()
        return Staged(usable, None)
    return Staged(saved, part)


def _arrived(transport: Transport, request: Request, arrival: Arrival, to: Path) -> Saved:
    try:
        with arrival:
            transport.stream(replace(request, headers=arrival.headers()), arrival)
            arrival.check()
    except UnchangedError as unchanged:
        return unchanged.known
    return arrival.saved(to)
