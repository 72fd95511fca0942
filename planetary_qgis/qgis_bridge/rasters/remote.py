"""Rasters on the web: looked at before GDAL is, and fetched where GDAL cannot read them there."""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit, urlunsplit

from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Head, NetworkError, Request, Response, status_error
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.network import QgisTransport, polite_transport, progress_of
from planetary_qgis.qgis_bridge.rasters.refusals import (
    is_web_page,
    lacks_driver,
    web_page_refusal,
)
from planetary_qgis.qgis_bridge.tasks import tell

MOST_FETCHED = 2_000_000_000
_FIRST_BYTES = 65_536
_LABEL_ENDINGS = (".lbl", ".LBL", ".xml", ".XML")
_FOLDER = "rasters"


@dataclass(frozen=True)
class Glimpse:
    """How something on the web begins.

    Attributes:
        size: Of all of it, 0 where the server does not tell.
        in_parts: Whether the server hands out parts, as GDAL needs it to.
    """

    url: str
    beginning: bytes
    size: int
    in_parts: bool


def glimpse(url: str, feedback: QgsFeedback) -> Glimpse:
    """The first bytes of what is there, by QGIS's own network.

    Raises:
        NetworkError: The server does not give it.
        PlanetaryError: It is no raster: a web page, nothing at all, or a format that GDAL lacks.
        RunCancelledError: The feedback was cancelled.
    """
    seen = _First()
    with suppress(_EnoughError):
        QgisTransport(feedback).stream(
            Request(url, headers={"Range": f"bytes=0-{_FIRST_BYTES - 1}"}), seen
        )
    found = seen.glimpse(url)
    if is_web_page(found.beginning):
        raise web_page_refusal(url, found.beginning)
    name, drivers = lacks_driver(found.beginning)
    if name:
        raise PlanetaryError(
            f"{url} is a {name} image, which the GDAL of this QGIS cannot read: it lacks the "
            f"driver {' or '.join(drivers)}.",
            hint="Install QGIS with that driver, or convert the image to GeoTIFF elsewhere.",
        )
    return found


def label_url(url: str, told: str, feedback: QgsFeedback) -> str:
    """The address of a label beside an image, empty if there is none.

    Args:
        told: Where an archive says that it is, if it does.
    """
    stem = _with_path(url, str(PurePosixPath(urlsplit(url).path).with_suffix("")))
    candidates = [told] if told else [_lengthened(stem, ending) for ending in _LABEL_ENDINGS]
    for candidate in candidates:
        if candidate == url:
            continue
        try:
            glimpse(candidate, feedback)
        except NetworkError as error:
            if not error.status:
                raise
        except PlanetaryError:
            continue  # some servers answer with a page of their own, and call that well done
        else:
            return candidate
    return ""


def beside(url: str, name: str) -> str:
    """The address of another file in the same folder."""
    folder = PurePosixPath(urlsplit(url).path).parent
    return _with_path(url, str(folder / name))


def fetched(url: str, folder_of: str, feedback: QgsFeedback) -> Path:
    """The file of that address in the cache; what belongs together comes into one folder.

    Args:
        folder_of: The address that the folder is named by.

    Raises:
        NetworkError: The server does not give it.
        PlanetaryError: It is too large.
    """
    from planetary_qgis.core.downloads import download, safe_path, saved_at

    number = zlib.crc32(folder_of.encode())
    name = unquote(PurePosixPath(urlsplit(url).path).name) or "raster"
    to = safe_path(settings.load().cache_path / _FOLDER, f"{number:08x}", name)
    tell(feedback, f"Downloading {name}")
    done = progress_of(feedback)

    def progress(count: int, total: int | None) -> None:
        if max(count, total or 0) > MOST_FETCHED:
            raise PlanetaryError(
                f"{url} has more than {MOST_FETCHED // 1_000_000_000} GB, and cannot be read where "
                "it is.",
                hint="Download it with its label to a disk with room, and open it there.",
            )
        done(count, total)

    to.parent.mkdir(parents=True, exist_ok=True)
    download(polite_transport(feedback), url, to, progress=progress, known=saved_at(to))
    return to


class _EnoughError(Exception):
    """The first bytes are there: the rest need not come."""


@dataclass
class _First:
    """Takes the first bytes of an answer, and lets the rest go."""

    head: Head | None = None
    chunks: list[bytes] = field(default_factory=list)
    count: int = 0

    def begin(self, head: Head) -> None:
        self.head = head

    def receive(self, chunk: bytes) -> None:
        self.chunks.append(chunk)
        self.count += len(chunk)
        if self.count >= _FIRST_BYTES:
            raise _EnoughError

    def glimpse(self, url: str) -> Glimpse:
        if self.head is None:
            raise NetworkError(f"{url} gave no answer.", hint="Try again later.")
        beginning = b"".join(self.chunks)[:_FIRST_BYTES]
        status = self.head.status
        if status >= 400 and status != 416:
            raise status_error(Response(self.head, beginning))
        if not beginning:
            raise PlanetaryError(f"{url} is empty.", hint="Tell the archive.")
        whole = self.head.header("content-range").rpartition("/")[2]
        size = whole if status == 206 else self.head.header("content-length")
        return Glimpse(url, beginning, int(size) if size.isdigit() else 0, status == 206)


def _with_path(url: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _lengthened(url: str, ending: str) -> str:
    return _with_path(url, urlsplit(url).path + ending)
