"""One answer on its way into a part: what is asked for, what is taken, what is refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Optional
from urllib.parse import urlsplit

from planetary_qgis.core.checksums import Checksum, Digests
from planetary_qgis.core.download_parts import Part, Version
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Head, NetworkError, Response, status_error
from planetary_qgis.core.saved_files import Saved

Progress = Callable[[int, Optional[int]], None]
"""Told how many bytes there are, and how many there will be where that is known; called while
waiting, too. What it raises, as when the user cancels, ends the download."""

_PAGE_TYPES = ("text/html", "application/xhtml+xml")
_PAGE = re.compile(
    rb"\A(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html[\s>])",
    re.IGNORECASE | re.DOTALL,
)
_CONTENT_RANGE = re.compile(r"\s*bytes\s+(?:(\d+)-(\d+)|\*)/(\d+|\*)\s*", re.IGNORECASE)
_COMPRESSED_ENDINGS = (".gz", ".tgz", ".z", ".taz", ".bz2", ".br", ".zst")
_SNIFFED_BYTES = 1024
_MOST_REFUSAL_BYTES = 4096
_HASHED_AT_ONCE = 1024 * 1024
_GOES_ON = "Download again: it goes on where it stopped, if the server can do that."


class UnchangedError(PlanetaryError):
    """The server has what is on the disk already: `known`."""

    def __init__(self, known: Saved) -> None:
        super().__init__(f"{known.url} has not changed.")
        self.known = known


class StartOverError(NetworkError):
    """What has arrived so far cannot be continued."""


class Arrival:
    """Receives one answer, as http.Receiver; a context that leaves only what can be continued."""

    def __init__(
        self,
        part: Part,
        url: str,
        known: Saved | None,
        progress: Progress,
        *,
        checksum: Checksum | None = None,
        may_be_page: bool = False,
    ) -> None:
        self.done = 0
        self._part, self._url, self._known, self._progress = part, url, known, progress
        self._may_be_page = may_be_page
        self._digests = Digests(checksum)
        self._asked = part.resumable()
        self._head: Head | None = None
        self._version: Version | None = None
        self._total: int | None = None
        self._file: BinaryIO | None = None
        self._start, self._refusal = b"", b""

    def headers(self) -> dict[str, str]:
        """What the request says; the bytes on the disk have to be the bytes on the server."""
        headers = {"Accept-Encoding": "identity"}
        if self._known is not None and self._known.etag:
            headers["If-None-Match"] = self._known.etag
        if self._known is not None and self._known.last_modified:
            headers["If-Modified-Since"] = self._known.last_modified
        if self._asked is not None:
            headers["Range"] = f"bytes={self._part.size()}-"
            headers["If-Range"] = self._asked.validator
        return headers

    def __enter__(self) -> Arrival:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        file, self._file = self._file, None
        if kind is None and file is not None:
            self._part.close(file)
        elif file is not None:
            with suppress(OSError):  # the error that brought us here says more
                file.close()
        if kind is not None and self._part.resumable() is None:
            self._part.drop()

    def begin(self, head: Head) -> None:
        self._head = head
        if head.status == 304 and self._known is not None:
            raise UnchangedError(self._known)
        if head.status == 206 and self._asked is not None:
            self._go_on(head, self._asked)
        elif head.status == 416 and self._asked is not None:
            self._take_as_whole(head, self._asked)
        elif head.status in {200, 203}:
            self._begin_anew(head)

    def receive(self, chunk: bytes) -> None:
        if self._file is None:
            self._refusal += chunk[:_MOST_REFUSAL_BYTES]
            if self._version is None and len(self._refusal) >= _MOST_REFUSAL_BYTES:
                raise self._status_error()
            return
        self._sniff(chunk)
        if self._total is not None and self.done + len(chunk) > self._total:
            self._drop()
            raise NetworkError(
                f"{self._url} sends more than the {self._total} bytes that it announced.",
                hint="Try again later; if it stays, tell the archive.",
            )
        self._part.write(self._file, chunk)
        self._count(chunk)

    def check(self) -> None:
        """See that what came is the whole file.

        Raises:
            NetworkError: It is not.
        """
        if self._version is None:
            raise self._status_error()
        if self._total is not None and self.done < self._total:
            raise NetworkError(
                f"{self._url} broke off after {self.done} of {self._total} bytes.", hint=_GOES_ON
            )
        difference = self._digests.difference()
        if difference:
            self._drop()
            raise NetworkError(
                f"{self._url} arrived damaged: it does not have the checksum that the archive "
                "publishes.",
                details=difference,
                hint="Download again; if it stays, tell the archive.",
            )

    def saved(self, to: Path) -> Saved:
        """What is known of the file, once it has been checked."""
        if self._head is None or self._version is None:
            raise self._status_error()
        return Saved(
            path=to,
            url=self._url,
            final_url=self._head.url,
            etag=self._version.etag,
            last_modified=self._version.last_modified,
            size=self.done,
            sha256=self._digests.sha256,
            fetched=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )

    def _begin_anew(self, head: Head) -> None:
        if self._known is not None and _is_same(head, self._known):
            raise UnchangedError(self._known)
        kind = head.header("content-type").partition(";")[0].strip().lower()
        if kind in _PAGE_TYPES and not self._may_be_page:
            raise self._page_error(head, kind)
        self._refuse_compressed(head)
        length = head.header("content-length")
        self._total = int(length) if length.isdigit() else None
        self._version = Version(
            self._url, head.header("etag"), head.header("last-modified"), self._total
        )
        self._file = self._part.begin(self._version)

    def _go_on(self, head: Head, asked: Version) -> None:
        told = _CONTENT_RANGE.fullmatch(head.header("content-range"))
        first, total = (told[1] or "", told[3]) if told else ("", "*")
        if not first or int(first) != self._part.size():
            said = head.header("content-range") or "no Content-Range at all"
            size = self._part.size()
            self._drop()
            raise NetworkError(
                f"{self._url} was asked for what follows byte {size}, but answers with {said}.",
                hint="Download again: it starts from the beginning.",
                status=head.status,
            )
        self._total, self._version = int(total) if total != "*" else asked.total, asked
        if asked.differs_from(head) or (asked.total or self._total) != self._total:
            raise StartOverError(f"{self._url} has changed since it broke off.", hint=_GOES_ON)
        self._count_part()
        self._file = self._part.go_on()

    def _take_as_whole(self, head: Head, asked: Version) -> None:
        """There is nothing after the bytes that are here: they are all, or no longer right."""
        told = _CONTENT_RANGE.fullmatch(head.header("content-range"))
        total = int(told[3]) if told and told[3].isdigit() else asked.total
        if total != self._part.size() or asked.differs_from(head):
            raise StartOverError(f"{self._url} has changed since it broke off.", hint=_GOES_ON)
        self._total, self._version = total, asked
        self._count_part()

    def _count_part(self) -> None:
        with self._part.path.open("rb") as file:
            while chunk := file.read(_HASHED_AT_ONCE):
                self._count(chunk)

    def _count(self, chunk: bytes) -> None:
        self._digests.update(chunk)
        self.done += len(chunk)
        self._progress(self.done, self._total)

    def _sniff(self, chunk: bytes) -> None:
        if self._may_be_page or self.done >= _SNIFFED_BYTES or self._head is None:
            return
        self._start += chunk[:_SNIFFED_BYTES]
        if _PAGE.match(self._start):
            self._drop()
            raise self._page_error(self._head, "a body that is one")

    def _page_error(self, head: Head, sign: str) -> NetworkError:
        moved = f"\nredirected to {head.url}" if head.url != self._url else ""
        return NetworkError(
            f"{self._url} answered with a web page where a file was expected.",
            details=f"{sign}{moved}\n{self._start.decode('utf-8', 'replace')}",
            hint="The server may want a log-in or its terms accepted, or the file has moved: "
            "open the address in a browser to see what it says.",
            status=head.status,
        )

    def _refuse_compressed(self, head: Head) -> None:
        encoding = head.header("content-encoding").strip().lower()
        path = urlsplit(self._url).path.lower()
        if encoding not in {"", "identity"} and not path.endswith(_COMPRESSED_ENDINGS):
            raise NetworkError(
                f"{self._url} comes packed as {encoding}, although it was asked for as it is.",
                hint="Tell the archive, or download it with a browser.",
                status=head.status,
            )

    def _status_error(self) -> NetworkError:
        if self._head is None:
            return NetworkError(f"{self._url} gave no answer.", hint="Try again later.")
        return status_error(Response(self._head, self._refusal))

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        self._part.drop()


def _is_same(head: Head, known: Saved) -> bool:
    """Whether a server that ignored our condition says that the file is as it was."""
    pairs = (("etag", known.etag), ("last-modified", known.last_modified))
    told = [head.header(name) == ours for name, ours in pairs if ours and head.header(name)]
    return bool(told) and all(told) and head.header("content-length") == str(known.size)
