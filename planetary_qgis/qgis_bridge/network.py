"""The core's requests over QGIS's own network access: its proxy, log-ins and certificates."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from qgis.core import QgsFeedback, QgsNetworkAccessManager
from qgis.PyQt import sip
from qgis.PyQt.QtCore import QEventLoop, QTimer, QUrl
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from planetary_qgis.about import about
from planetary_qgis.core.http import NetworkError, Receiver, Request, Transport
from planetary_qgis.qgis_bridge.network_reply import Reading, number, unwatch
from planetary_qgis.qgis_bridge.store import RunCancelledError

STALL_S = 60.0
_POLL_MS = 100
_WAIT_S = 0.1
_READ_BUFFER_BYTES = 1024 * 1024
_MOST_REDIRECTS = 10
_NEVER_MS = 2**31 - 1
_SCHEMES = ("http", "https")


class QgisTransport:
    """A core.http.Transport for the thread that calls it, be it a task's or the main one.

    Args:
        feedback: Looked at while waiting; cancelling it ends an exchange at any byte.
        stall_s: A server that sends nothing for so long is given up.
        may_cache: Whether QGIS's disk cache may give and keep the answer; for small things.
    """

    def __init__(
        self, feedback: QgsFeedback, *, stall_s: float = STALL_S, may_cache: bool = False
    ) -> None:
        self._feedback, self._stall_s, self._may_cache = feedback, stall_s, may_cache

    def stream(self, request: Request, receiver: Receiver) -> None:
        if self._feedback.isCanceled():
            raise RunCancelledError
        reply = _sent(request, self._may_cache)
        try:
            self._follow(reply, Reading(reply, request, receiver))
        finally:
            # Whatever was raised on the way: the server is to send nothing more.
            if not reply.isFinished():
                reply.abort()
            sip.delete(reply)

    def _follow(self, reply: QNetworkReply, reading: Reading) -> None:
        """Hand on what comes until the reply has ended.

        All of it happens between turns of the event loop, never in a slot: an exception that
        leaves a slot takes QGIS down.
        """
        loop, poll = QEventLoop(), QTimer()
        reply.readyRead.connect(loop.quit)
        reply.finished.connect(loop.quit)
        poll.timeout.connect(loop.quit)
        poll.start(_POLL_MS)
        last_byte = time.monotonic()
        try:
            while not reply.isFinished():
                loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
                if self._feedback.isCanceled():
                    raise RunCancelledError
                if reading.hand_on(self._feedback.isCanceled):
                    last_byte = time.monotonic()
                elif time.monotonic() - last_byte > self._stall_s:
                    raise reading.stalled(self._stall_s)
        finally:
            poll.stop()
        if self._feedback.isCanceled():
            raise RunCancelledError
        reading.end()


def polite_transport(
    feedback: QgsFeedback,
    *,
    tell: Callable[[str], None] = lambda _sentence: None,
    may_cache: bool = False,
) -> Transport:
    """The transport for archives: QGIS's network, as each server likes to be asked.

    Args:
        tell: Gets a sentence when an archive wants to be left alone for a while.
    """
    from planetary_qgis.core.archives.catalog import politeness_of
    from planetary_qgis.core.politeness import Polite

    return Polite(
        QgisTransport(feedback, may_cache=may_cache),
        politeness_of,
        time.monotonic,
        lambda seconds: wait(feedback, seconds),
        tell=tell,
    )


def wait(feedback: QgsFeedback, seconds: float) -> None:
    """Wait so long.

    Raises:
        RunCancelledError: The feedback was cancelled.
    """
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if feedback.isCanceled():
            raise RunCancelledError
        time.sleep(min(left, _WAIT_S))
    if feedback.isCanceled():
        raise RunCancelledError


def progress_of(feedback: QgsFeedback) -> Callable[[int, int | None], None]:
    """A download's progress as the feedback's; raises RunCancelledError once it is cancelled."""

    def progress(done: int, total: int | None) -> None:
        if feedback.isCanceled():
            raise RunCancelledError
        percent = int(100 * done / total) if total else 0
        if percent != int(feedback.progress()):
            feedback.setProgress(percent)

    return progress


def _sent(request: Request, may_cache: bool) -> QNetworkReply:
    url = QUrl(request.url)
    if not url.isValid() or url.scheme().lower() not in _SCHEMES or not url.host():
        raise NetworkError(
            f"“{request.url}” is not an address on the web.",
            hint="Addresses begin with https:// or http:// and name a server.",
        )
    manager, asked = _manager(), _qt_request(request, url, may_cache)
    if request.method == "GET":
        reply = manager.get(asked)
    elif request.method == "POST":
        reply = manager.post(asked, request.body)
    else:
        reply = manager.sendCustomRequest(asked, request.method.encode("ascii"), request.body)
    unwatch(reply)
    reply.setReadBufferSize(_READ_BUFFER_BYTES)
    for child in reply.children():
        unwatch(child)
        # QGIS's own timer shows a message of its own, and takes a slow disk for a slow server. It
        # starts again with every byte, so that stopping it would not do.
        if child.objectName() == "timeoutTimer":
            child.setInterval(_NEVER_MS)
    return reply


def _manager() -> QgsNetworkAccessManager:
    """This thread's own; the main thread's lives as long as QGIS."""
    manager = QgsNetworkAccessManager.instance()
    if threading.current_thread() is not threading.main_thread():
        unwatch(manager)
    return manager


def _qt_request(request: Request, url: QUrl, may_cache: bool) -> QNetworkRequest:
    attribute, loading = QNetworkRequest.Attribute, QNetworkRequest.CacheLoadControl
    policy = QNetworkRequest.RedirectPolicy.NoLessSafeRedirectPolicy
    asked = QNetworkRequest(url)
    asked.setAttribute(attribute.RedirectPolicyAttribute, number(policy))
    asked.setMaximumRedirectsAllowed(_MOST_REDIRECTS)
    load = loading.PreferCache if may_cache else loading.AlwaysNetwork
    asked.setAttribute(attribute.CacheLoadControlAttribute, number(load))
    asked.setAttribute(attribute.CacheSaveControlAttribute, may_cache)
    for name, value in {**_who_asks(), **request.headers}.items():
        asked.setRawHeader(name.encode("ascii"), value.encode("latin-1", "replace"))
    return asked


def _who_asks() -> dict[str, str]:
    """Headers that name the plugin; QGIS writes itself into User-Agent over whatever is there."""
    me = about()
    name = f"{me.name.replace(' ', '')}/{me.version} (+{me.homepage})"
    return {"User-Agent": name, "X-Requested-With": name}
