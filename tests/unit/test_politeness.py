"""Gaps, places and pauses, on a clock that the tests turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from planetary_qgis.core.archives.catalog_entries import Politeness
from planetary_qgis.core.http import Head, NetworkError, Receiver, Request, Response, fetch
from planetary_qgis.core.politeness import Hosts, Polite, retry_after_s

ODE = Politeness(gap_s=3.0, at_once=2, back_off_s=300.0, back_off_statuses=(403, 429, 503))
ASKED = Request("https://oderest.example.org/live2?query=product")


class CancelledError(Exception):
    pass


@dataclass
class Clock:
    """A clock that only waiting moves."""

    now: float = 1000.0
    waits: list[float] = field(default_factory=list)
    cancel_at: float = float("inf")

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds
        if self.now >= self.cancel_at:
            raise CancelledError


@dataclass
class Server:
    """Gives these statuses, the last one for ever, and remembers when it was asked."""

    clock: Callable[[], float]
    statuses: list[int] = field(default_factory=lambda: [200])
    headers: dict[str, str] = field(default_factory=dict)
    asked_at: list[float] = field(default_factory=list)
    lasts_s: float = 0.0

    def stream(self, request: Request, receiver: Receiver) -> None:
        self.asked_at.append(self.clock())
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        receiver.begin(Head(request.url, status, self.headers))
        receiver.receive(b"body")


@pytest.fixture
def clock() -> Clock:
    return Clock()


def polite(server, clock, politeness=ODE, **options) -> Polite:
    options.setdefault("hosts", Hosts())
    return Polite(server, lambda _host: politeness, clock, clock.wait, **options)


def test_requests_to_a_server_keep_their_distance(clock):
    server = Server(clock)
    transport = polite(server, clock)
    for _ in range(4):
        fetch(transport, ASKED)
    assert server.asked_at == [1000, 1003, 1006, 1009]


def test_the_gap_is_from_start_to_start(clock):
    server = Server(clock)
    transport = polite(server, clock)
    fetch(transport, ASKED)
    clock.now += 2
    fetch(transport, ASKED)
    clock.now += 100
    fetch(transport, ASKED)
    assert server.asked_at == [1000, 1003, 1103]
    assert clock.waits == [1.0]


def test_servers_do_not_wait_for_each_other(clock):
    server = Server(clock)
    transport = polite(server, clock)
    for host in ("a", "b", "A", "user@a"):
        fetch(transport, Request(f"https://{host}/x"))
    assert server.asked_at == [1000, 1000, 1003, 1006]


def test_each_server_has_its_own_manners(clock):
    server = Server(clock)
    hosts = {"slow.org": ODE, "127.0.0.1": Politeness(0.0, 2, 30.0, (429, 503))}
    transport = Polite(server, hosts.__getitem__, clock, clock.wait, hosts=Hosts())
    for url in ("http://127.0.0.1:8080/a", "https://slow.org:443/", "http://127.0.0.1:8080/b"):
        fetch(transport, Request(url))
    assert server.asked_at == [1000, 1000, 1000]


def test_all_objects_share_the_gap(clock):
    server, hosts = Server(clock), Hosts()
    fetch(polite(server, clock, hosts=hosts), ASKED)
    fetch(polite(server, clock, hosts=hosts), ASKED)
    assert server.asked_at == [1000, 1003]


def test_without_a_word_all_of_the_process_share(clock):
    server = Server(clock)
    url = Request("https://only-in-this-test.example.org/")
    for _ in range(2):
        fetch(Polite(server, lambda _host: ODE, clock, clock.wait), url)
    assert server.asked_at == [1000, 1003]


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_server_that_refuses_is_left_alone_and_asked_again(clock, status):
    server = Server(clock, [status, 200])
    told = []
    response = fetch(polite(server, clock, tell=told.append), ASKED)
    assert (response.head.status, response.body) == (200, b"body")
    assert server.asked_at == [1000, 1300]
    assert told[0] == "oderest.example.org asks us to wait; going on in 300 s."
    assert told[1] == "oderest.example.org asks us to wait; going on in 270 s."
    assert max(clock.waits) <= 30


def test_after_two_repeats_the_refusal_is_told(clock):
    server = Server(clock, [403])
    with pytest.raises(NetworkError, match="refuses to answer") as caught:
        fetch(polite(server, clock), ASKED)
    assert caught.value.status == 403
    assert server.asked_at == [1000, 1300, 1600]


@pytest.mark.parametrize("status", [200, 404, 500])
def test_other_statuses_are_handed_on_at_once(clock, status):
    server = Server(clock, [status])
    seen: list[Response] = []

    class Taker:
        def begin(self, head):
            seen.append(head.status)

        def receive(self, chunk):
            seen.append(chunk)

    polite(server, clock).stream(ASKED, Taker())
    assert seen == [status, b"body"]
    assert clock.waits == []


def test_the_server_says_how_long(clock):
    server = Server(clock, [429, 200], {"retry-after": "12"})
    fetch(polite(server, clock), ASKED)
    assert server.asked_at == [1000, 1012]


def test_too_long_a_wait_is_an_answer(clock):
    server = Server(clock, [429], {"retry-after": "7200"})
    with pytest.raises(NetworkError, match="left alone for 120 minutes") as caught:
        fetch(polite(server, clock), ASKED)
    assert caught.value.status == 429
    assert server.asked_at == [1000]


def test_a_pause_holds_for_all_who_ask_the_server(clock):
    hosts = Hosts()
    server = Server(clock, [403, 200])
    clock.cancel_at = 1100
    with pytest.raises(CancelledError):
        fetch(polite(server, clock, hosts=hosts), ASKED)
    clock.cancel_at = float("inf")
    fetch(polite(server, clock, hosts=hosts), ASKED)
    assert server.asked_at == [1000, 1300]


def test_waiting_can_be_cancelled_without_asking_again(clock):
    server = Server(clock, [503])
    clock.cancel_at = 1090
    with pytest.raises(CancelledError):
        fetch(polite(server, clock), ASKED)
    assert server.asked_at == [1000]
    assert clock.now < 1300


def test_a_place_is_free_again_after_an_error(clock):
    class Broken:
        def stream(self, request, receiver):
            raise NetworkError("refused")

    transport = polite(Broken(), clock)
    for _ in range(5):
        with pytest.raises(NetworkError, match="refused"):
            fetch(transport, ASKED)


def test_no_more_than_allowed_are_under_way_at_once():
    manners = Politeness(gap_s=0.0, at_once=2, back_off_s=1.0, back_off_statuses=())
    lock, under_way, most = threading.Lock(), [], []
    two_are_in = threading.Barrier(2)

    class Slow:
        def stream(self, request, receiver):
            with lock:
                under_way.append(request)
                most.append(len(under_way))
            two_are_in.wait(10)  # proves that two may be in at once
            with lock:
                under_way.pop()

    class Nobody:
        def begin(self, head):
            raise AssertionError

        receive = begin

    clock_s = [0.0]
    pause = threading.Event()
    hosts = Hosts()
    ask = Polite(
        Slow(),
        lambda _host: manners,
        lambda: clock_s[0],
        lambda _seconds: pause.wait(0.001),
        hosts=hosts,
    )
    threads = [threading.Thread(target=ask.stream, args=(ASKED, Nobody())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(most) == 8
    assert max(most) == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": " 0 "}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        (
            {
                "retry-after": "Fri, 02 Jan 2026 00:02:00 GMT",
                "date": "Fri, 02 Jan 2026 00:00:00 GMT",
            },
            120.0,
        ),
        (
            {
                "retry-after": "Fri, 02 Jan 2026 00:00:00 GMT",
                "date": "Fri, 02 Jan 2026 00:02:00 GMT",
            },
            0.0,
        ),
        ({"retry-after": "Fri, 02 Jan 2026 00:02:00 GMT"}, None),
        ({"retry-after": "99 Foo 2026", "date": "x"}, None),
    ],
)
def test_retry_after_is_read_as_the_standard_has_it(headers, seconds):
    """RFC 9110, 10.2.3: seconds, or a date."""
    assert retry_after_s(Head("https://example.org", 503, headers)) == seconds
