"""What the core asks of a network: requests go out as data, answers come back as data.

The core opens no socket; `qgis_bridge/network.py` carries what is described here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from planetary_qgis.core.errors import PlanetaryError

MOST_BYTES_OF_A_PAGE = 64 * 1024 * 1024
_SHOWN = 500


class NetworkError(PlanetaryError):
    """A server cannot be reached, or does not answer as it should.

    Attributes:
        status: The HTTP status, 0 where none came.
    """

    def __init__(self, message: str, *, details: str = "", hint: str = "", status: int = 0) -> None:
        super().__init__(message, details=details, hint=hint)
        self.status = status


@dataclass(frozen=True)
class Request:
    """What is asked of a server.

    Attributes:
        body: For POST; the content type is in the headers.
    """

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Head:
    """What comes before an answer's bytes.

    Attributes:
        url: Where the answer came from in the end, after redirects.
        headers: By lower-case name.
    """

    url: str
    status: int
    headers: Mapping[str, str]

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


@dataclass(frozen=True)
class Response:
    """A whole answer."""

    head: Head
    body: bytes

    def json(self) -> Any:
        """What the body says as JSON.

        Raises:
            NetworkError: It is something else, such as a page that asks to log in.
        """
        try:
            return json.loads(self.body)
        except ValueError as error:
            kind = self.head.header("content-type") or "no content type"
            looks = "a web page" if b"<html" in self.body[:2000].lower() else "something else"
            raise NetworkError(
                f"{self.head.url} answered with {looks} where JSON was expected.",
                details=f"{kind}\n{self.body[:_SHOWN].decode('utf-8', 'replace')}",
                hint="The service may be down, or ask for a log-in; "
                "open the address in a browser to see what it says.",
                status=self.head.status,
            ) from error


class Receiver(Protocol):
    """Takes an answer as it comes."""

    def begin(self, head: Head) -> None:
        """Called once, before the first bytes. What it raises ends the exchange."""

    def receive(self, chunk: bytes) -> None:
        """Called for each piece. What it raises ends the exchange."""


class Transport(Protocol):
    """Carries requests.

    Raises of `stream`:
        NetworkError: No answer, or it broke off; the message names the address.
        RunCancelledError: The user cancelled.
    """

    def stream(self, request: Request, receiver: Receiver) -> None:
        """Send a request and hand what comes to the receiver, whatever the status."""


def fetch(
    transport: Transport, request: Request, *, most_bytes: int = MOST_BYTES_OF_A_PAGE
) -> Response:
    """A whole answer whose status says that all is well.

    Raises:
        NetworkError: Another status than 2xx, more bytes than allowed, or fewer than announced.
    """
    page = _Page(most_bytes)
    transport.stream(request, page)
    return page.response(request)


class _Page:
    """Collects an answer of bounded size."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._head: Head | None = None
        self._chunks: list[bytes] = []
        self._size = 0

    def begin(self, head: Head) -> None:
        self._head = head
        announced = head.header("content-length")
        self._check(int(announced) if announced.isdigit() else 0)

    def receive(self, chunk: bytes) -> None:
        self._size += len(chunk)
        self._check(self._size)
        self._chunks.append(chunk)

    def response(self, request: Request) -> Response:
        if self._head is None:
            raise NetworkError(f"{request.url} gave no answer.", hint="Try again later.")
        response = Response(self._head, b"".join(self._chunks))
        if not 200 <= self._head.status < 300:
            raise status_error(response)
        self._check_whole(self._head)
        return response

    def _check_whole(self, head: Head) -> None:
        announced = head.header("content-length")
        packed = head.header("content-encoding") not in ("", "identity")
        if announced.isdigit() and not packed and int(announced) != self._size:
            raise NetworkError(
                f"{head.url} broke off: {self._size} of {announced} bytes came.",
                hint="Ask again; if it stays, tell the archive.",
                status=head.status,
            )

    def _check(self, size: int) -> None:
        if size > self._most and self._head is not None:
            raise NetworkError(
                f"{self._head.url} answers with {size} bytes, more than the "
                f"{self._most} that such an answer may have.",
                hint="Ask for less, or report this to the archive.",
                status=self._head.status,
            )


def status_error(response: Response) -> NetworkError:
    """The sentence for a status that is not 2xx."""
    head = response.head
    what, hint = _SENTENCES.get(
        head.status, ("answered with an error", "Try again later; if it stays, tell the archive.")
    )
    return NetworkError(
        f"{head.url} {what} (HTTP {head.status}).",
        details=response.body[:_SHOWN].decode("utf-8", "replace"),
        hint=hint,
        status=head.status,
    )


_SENTENCES = {
    400: ("does not understand the request", "Please report this with the search you made."),
    401: ("asks for a log-in", "Set up authentication in QGIS, or use another source."),
    403: (
        "refuses to answer, as servers do after too many requests",
        "Wait five minutes, then ask again.",
    ),
    404: ("does not exist", "The archive may have moved it: check the address in a browser."),
    410: ("is gone", "The archive has removed it."),
    429: ("asks to be asked less often", "Wait five minutes, then ask again."),
    500: ("has an error of its own", "Try again later; if it stays, tell the archive."),
    502: ("is not to be reached behind its gateway", "Try again later."),
    503: ("is not available at the moment", "Try again later."),
}
