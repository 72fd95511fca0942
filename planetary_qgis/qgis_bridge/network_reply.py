"""Qt's replies as the core sees answers: heads, chunks, and errors in sentences."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from qgis.PyQt.QtCore import QObject, QUrl
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from planetary_qgis.core.http import Head, NetworkError, Receiver, Request

_CHUNK_BYTES = 64 * 1024
_FIRST_REFUSAL = 400
_PROXY_ERRORS = range(101, 200)
_TRY_LATER = "Check your connection, then try again."


class Reading:
    """Hands a reply to a receiver, piece by piece."""

    def __init__(self, reply: QNetworkReply, request: Request, receiver: Receiver) -> None:
        self._reply, self._request, self._receiver = reply, request, receiver
        self._has_begun = False
        self._size = 0

    def hand_on(self, is_cancelled: Callable[[], bool]) -> bool:
        """Whether there was anything to hand on."""
        size = self._size
        # Before the first byte the status may still be that of a redirect.
        while self._reply.bytesAvailable() > 0 and not is_cancelled():
            self._begin()
            chunk = self._reply.read(_CHUNK_BYTES)
            if not chunk:
                break
            self._size += len(chunk)
            self._receiver.receive(bytes(chunk))
        return self._size > size

    def end(self) -> None:
        """Hand on what is left of a finished reply.

        Raises:
            NetworkError: It is no whole answer.
        """
        self.hand_on(lambda: False)
        code = number(self._reply.error())
        status = self._status()
        if status == 0 or (code and status < _FIRST_REFUSAL):
            raise network_error(self._request.url, code, self._size, self._reply.errorString())
        self._begin()

    def stalled(self, seconds: float) -> NetworkError:
        came = f" after {self._size} bytes" if self._size else ""
        return NetworkError(
            f"{self._request.url} has sent nothing for {seconds:g} s{came}.", hint=_TRY_LATER
        )

    def _begin(self) -> None:
        if self._has_begun:
            return
        self._has_begun = True
        url = self._reply.url().toString(QUrl.ComponentFormattingOption.FullyEncoded)
        headers = {
            bytes(name).decode("latin-1").lower(): bytes(value).decode("latin-1")
            for name, value in self._reply.rawHeaderPairs()
        }
        self._receiver.begin(Head(url, self._status(), headers))

    def _status(self) -> int:
        status = self._reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
        return int(status) if status is not None else 0


def network_error(url: str, code: int, size: int, said: str) -> NetworkError:
    """The sentence for an error of Qt's."""
    host = QUrl(url).host()
    if code in _PROXY_ERRORS:
        what, hint = (
            "is not reached through the proxy",
            "Check the proxy in QGIS's options, under Network.",
        )
    else:
        what, hint = _SENTENCES.get(code, ("cannot be read", _TRY_LATER))
    return NetworkError(
        f"{url} {what.format(host=host, size=size)}.",
        details=f"Qt says: {said} (error {code})",
        hint=hint,
    )


def unwatch(thing: QObject) -> None:
    """Keep PyQt from watching for the end of an object that will end in another thread.

    PyQt is told of it on the main thread, later, by the address alone; what lies there by then,
    often the next reply, it takes for gone: “wrapped C/C++ object has been deleted”.
    """
    with suppress(TypeError):  # nobody watches
        thing.destroyed.disconnect()


def number(enumerator: Any) -> int:
    """An enumerator's number: PyQt5 has integers, PyQt6 has Python's enums."""
    return int(getattr(enumerator, "value", enumerator))


_SENTENCES = {
    1: (
        "is not served: {host} refuses the connection",
        "The server may be down; try again later, and check the address and the proxy.",
    ),
    2: (
        "broke off after {size} bytes",
        "Download again: it goes on where it stopped, if the server can do that.",
    ),
    3: (
        "is not found: nobody knows the server {host}",
        "Check the address, your connection, and the proxy in QGIS's options.",
    ),
    4: ("took too long to answer", _TRY_LATER),
    5: ("took longer than QGIS allows", "Allow more time in QGIS's options, under Network."),
    6: (
        "cannot be trusted: no secure connection to {host} could be made",
        "Check the computer's date, and the certificates in QGIS's options, under Authentication.",
    ),
    7: ("is not reached: the network is gone", _TRY_LATER),
    8: ("is not reached: the network is gone", _TRY_LATER),
    10: (
        "sends from one address to the next without end",
        "Open the address in a browser: the server may want a log-in or its terms accepted.",
    ),
    11: (
        "sends to an address that is not secure, which is not followed",
        "Tell the archive; or give the address it sends to, if you trust it.",
    ),
}
"""By the numbers of QNetworkReply.NetworkError, which are the same in Qt 5 and 6."""
