"""Asking servers as they like to be asked: with gaps, few at a time, and waiting when told to.

The loop that repeats is ours: a library for it would be one more dependency inside QGIS, for ten
lines, over a transport that none of them knows.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timezone
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from planetary_qgis.core.archives.catalog_entries import Politeness
from planetary_qgis.core.http import Head, NetworkError, Receiver, Request, Transport

MOST_REPEATS = 2
LONGEST_WAIT_S = 900.0
_TOLD_EVERY_S = 30.0
_BUSY_WAIT_S = 0.1


@dataclass
class _Host:
    """What goes on with a server, whoever asks; times are of the clock."""

    running: int = 0
    next_start: float = -math.inf
    silent_until: float = -math.inf


class Hosts:
    """The servers that are being asked."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._by_name: dict[str, _Host] = {}

    def named(self, name: str) -> _Host:
        with self.lock:
            return self._by_name.setdefault(name, _Host())


_SHARED = Hosts()


class Polite:
    """A transport that carries requests over another one, as each server likes it.

    Args:
        politeness_of: How the server of a host name likes to be asked.
        clock: Seconds that only grow.
        wait: Waits for seconds; raises when the user cancels.
        tell: Told in a sentence when a server wants to be left alone for a while.
        hosts: Shared by all that ask with the same clock; by the whole process, unless given.
    """

    def __init__(
        self,
        transport: Transport,
        politeness_of: Callable[[str], Politeness],
        clock: Callable[[], float],
        wait: Callable[[float], None],
        *,
        tell: Callable[[str], None] = lambda _sentence: None,
        hosts: Hosts = _SHARED,
    ) -> None:
        self._transport, self._politeness_of = transport, politeness_of
        self._clock, self._wait, self._tell = clock, wait, tell
        self._hosts = hosts

    def stream(self, request: Request, receiver: Receiver) -> None:
        name = (urlsplit(request.url).hostname or "").lower()
        politeness, host = self._politeness_of(name), self._hosts.named(name)
        for repeats_left in range(MOST_REPEATS, -1, -1):
            statuses = politeness.back_off_statuses if repeats_left else ()
            watched = _Watched(receiver, statuses)
            try:
                with self._turn(host, name, politeness):
                    self._transport.stream(request, watched)
            except _AskedToWaitError as asked:
                self._back_off(host, asked.head, politeness)
            else:
                return

    @contextmanager
    def _turn(self, host: _Host, name: str, politeness: Politeness) -> Iterator[None]:
        """Hold one of the server's places, once it is time."""
        while (seconds := self._taken_or_wait(host, politeness)) > 0:
            self._wait_for(host, name, seconds)
        try:
            yield
        finally:
            with self._hosts.lock:
                host.running -= 1

    def _taken_or_wait(self, host: _Host, politeness: Politeness) -> float:
        """Nothing where a place was taken, else for how long to wait before trying again."""
        with self._hosts.lock:
            now = self._clock()
            seconds = max(host.next_start, host.silent_until) - now
            if seconds <= 0 and host.running >= politeness.at_once:
                return _BUSY_WAIT_S
            if seconds <= 0:
                host.running += 1
                host.next_start = now + politeness.gap_s
            return seconds

    def _wait_for(self, host: _Host, name: str, seconds: float) -> None:
        silence = host.silent_until - self._clock()
        if silence > 0:
            self._tell(f"{name} asks us to wait; going on in {math.ceil(silence)} s.")
            seconds = min(seconds, _TOLD_EVERY_S)
        self._wait(seconds)

    def _back_off(self, host: _Host, head: Head, politeness: Politeness) -> None:
        seconds = retry_after_s(head)
        if seconds is not None and seconds > LONGEST_WAIT_S:
            raise NetworkError(
                f"{head.url} asks to be left alone for {math.ceil(seconds / 60)} minutes "
                f"(HTTP {head.status}).",
                hint="Ask again later.",
                status=head.status,
            )
        with self._hosts.lock:
            until = self._clock() + (politeness.back_off_s if seconds is None else seconds)
            host.silent_until = max(host.silent_until, until)


def retry_after_s(head: Head) -> float | None:
    """The seconds of an answer's Retry-After; None where it has none that can be understood."""
    value = head.header("retry-after").strip()
    if value.isdigit():
        return float(value)
    try:
        later = parsedate_to_datetime(value)
        now = parsedate_to_datetime(head.header("date"))
    except (TypeError, ValueError):
        return None
    utc = [t if t.tzinfo else t.replace(tzinfo=timezone.utc) for t in (later, now)]
    return max(0.0, (utc[0] - utc[1]).total_seconds())


class _AskedToWaitError(Exception):
    def __init__(self, head: Head) -> None:
        super().__init__(head.status)
        self.head = head


class _Watched:
    """Hands an answer on, unless its status asks for a pause."""

    def __init__(self, receiver: Receiver, statuses: tuple[int, ...]) -> None:
        self._receiver, self._statuses = receiver, statuses
        self.receive = receiver.receive

    def begin(self, head: Head) -> None:
        if head.status in self._statuses:
            raise _AskedToWaitError(head)
        self._receiver.begin(head)
