"""What has arrived of a file so far: the bytes, and what tells whether more would fit to them."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Head
from planetary_qgis.core.saved_files import read_note, write_note

_SPARE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Version:
    """Which version of a remote file a part is of.

    Attributes:
        total: Bytes of the whole file; None where the server did not say.
    """

    url: str
    etag: str = ""
    last_modified: str = ""
    total: int | None = None

    @property
    def validator(self) -> str:
        """What If-Range takes: a strong ETag, else a date; empty where neither is known."""
        strong = self.etag.startswith('"')
        return self.etag if strong else self.last_modified

    def differs_from(self, head: Head) -> bool:
        """Whether an answer says that it is of another version."""
        pairs = ((self.etag, "etag"), (self.last_modified, "last-modified"))
        return any(ours and head.header(n) and ours != head.header(n) for ours, n in pairs)


class Part:
    """The unfinished file beside a file's final place."""

    def __init__(self, to: Path, url: str) -> None:
        self.path = to.with_name(to.name + ".part")
        self._note = to.with_name(to.name + ".part.json")
        self._url = url
        self._version = self._read_version()

    def resumable(self) -> Version | None:
        """The version that the bytes here are of, where more of it can be asked for."""
        return self._version if self._version and self.size() else None

    def size(self) -> int:
        return self.path.stat().st_size if self.path.is_file() else 0

    def begin(self, version: Version) -> BinaryIO:
        """A new, empty part, open for writing."""
        self.drop()
        with _told(self.path):
            self._make_room(version.total or 0)
            if version.validator:
                write_note(self._note, asdict(version))
            self._version = version if version.validator else None
            return self.path.open("wb")

    def go_on(self) -> BinaryIO:
        """The part, open for writing at its end."""
        with _told(self.path):
            if self._version and self._version.total:
                self._make_room(self._version.total - self.size())
            return self.path.open("ab")

    def write(self, file: BinaryIO, chunk: bytes) -> None:
        with _told(self.path):
            file.write(chunk)

    def close(self, file: BinaryIO) -> None:
        """Close it, with its bytes on the disk."""
        with _told(self.path), file:
            file.flush()
            os.fsync(file.fileno())

    def finish(self) -> None:
        """Forget what the part was of, once it has its final name."""
        self._note.unlink(missing_ok=True)

    def drop(self) -> None:
        """Remove it."""
        with _told(self.path):
            self._note.unlink(missing_ok=True)
            self.path.unlink(missing_ok=True)
        self._version = None

    def _read_version(self) -> Version | None:
        try:
            version = Version(**read_note(self._note))
        except TypeError:
            return None
        return version if version.url == self._url and version.validator else None

    def _make_room(self, needed: int) -> None:
        free = shutil.disk_usage(self.path.parent).free
        if needed and needed + _SPARE_BYTES > free:
            raise PlanetaryError(
                f"{self._url} has {size_text(needed)} to be downloaded, but the disk of "
                f"{self.path.parent} has only {size_text(free)} free.",
                hint="Free some space, or choose another folder.",
            )


def size_text(size: float) -> str:
    """A number of bytes for people, as 1.5 GB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Tell the system's errors in words."""
    try:
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise PlanetaryError(
            f"The disk is full: {path} cannot grow." if full else f"{path} cannot be written.",
            details=str(error),
            hint="Free some space, then download again: it goes on where it stopped."
            if full
            else "Check that the folder is there and that you may write to it.",
        ) from error
