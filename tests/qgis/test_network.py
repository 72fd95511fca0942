"""QGIS's network against a server that plays archives, on the main thread and in a task."""

from __future__ import annotations

import gzip
import os
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from archive_server import (
    ArchiveServer,
    answer,
    archive_server,
    cut_short,
    ignoring_ranges,
    packed,
    redirect,
    serve,
    silent,
    stall,
)
from pytest_qgis.utils import wait_until
from qgis.core import (
    QgsFeedback,
    QgsNetworkAccessManager,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
)
from qgis.PyQt.QtCore import QTimer

from planetary_qgis.about import about
from planetary_qgis.core.downloads import download, saved_at
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Head, NetworkError, Request, fetch
from planetary_qgis.qgis_bridge import network, tasks
from planetary_qgis.qgis_bridge.network import QgisTransport, polite_transport, progress_of
from planetary_qgis.qgis_bridge.store import RunCancelledError

WAIT_MS = 20_000
STALL_S = 0.3
TABLE = b"".join(b'"P01_%06d",%8.3f\r\n' % (row, row / 7) for row in range(20_000))
Run = Callable[[Callable[[QgsFeedback], Any]], Any]


@pytest.fixture
def archive(qgis_app) -> Iterator[ArchiveServer]:
    with archive_server() as archive:
        yield archive


def here(work: Callable[[QgsFeedback], Any]) -> Any:
    return work(QgsFeedback())


def in_task(work: Callable[[QgsFeedback], Any]) -> Any:
    """What the work gives or raises in a task's thread."""
    told: list[tuple[str, Any]] = []
    threads = []

    def working(feedback: QgsFeedback) -> Any:
        threads.append(threading.current_thread())
        return work(feedback)

    tasks.run_in_task(
        "test",
        working,
        on_done=lambda result: told.append(("done", result)),
        on_error=lambda error: told.append(("error", error)),
        on_cancelled=lambda: told.append(("cancelled", None)),
    )
    wait_until(lambda: bool(told), timeout_milliseconds=WAIT_MS)
    assert threads != [threading.main_thread()]
    what, value = told[0]
    if what == "error":
        raise value
    assert what == "done"
    return value


@pytest.fixture(params=[here, in_task], ids=["main thread", "task"])
def run(request) -> Run:
    return request.param


class Taker:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.heads: list[Head] = []
        self.body = b""
        self.largest = 0

    def begin(self, head: Head) -> None:
        assert not self.body
        self.heads.append(head)

    def receive(self, chunk: bytes) -> None:
        assert self.heads
        self.body += chunk
        self.largest = max(self.largest, len(chunk))


def streamed(url: str, feedback: QgsFeedback, **options) -> Taker:
    taker = Taker()
    QgisTransport(feedback, stall_s=STALL_S, **options).stream(Request(url), taker)
    return taker


def test_an_answer_comes_in_pieces_after_its_head(archive, run):
    url = archive.put("/a b/índex.tab", TABLE)
    taker = run(lambda feedback: streamed(url, feedback))
    assert taker.body == TABLE
    (head,) = taker.heads
    assert (head.status, head.url) == (200, url)
    assert head.header("ETag") == '"v1"'
    assert head.header("content-length") == str(len(TABLE))
    assert taker.largest <= 64 * 1024 < len(TABLE)


def test_the_server_learns_who_asks(archive):
    url = archive.put("/x", b"x")
    here(lambda feedback: streamed(url, feedback))
    said = archive.asked[0].headers
    assert about().version in said["x-requested-with"]
    assert "QGIS" in said["user-agent"]


def test_headers_and_bodies_go_out(archive, run):
    url = archive.behave("/search", answer(200, b"{}"))
    asked = Request(url, "POST", {"Content-Type": "application/json"}, b'{"limit": 1}')
    assert run(lambda feedback: fetch(QgisTransport(feedback), asked)).json() == {}
    (seen,) = archive.asked
    assert (seen.method, seen.body) == ("POST", b'{"limit": 1}')
    assert seen.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_to_another_path(archive, run, status):
    there = archive.put("/there", TABLE)
    url = archive.behave("/here", redirect("/there", status))
    taker = run(lambda feedback: streamed(url, feedback))
    assert taker.body == TABLE
    assert [(head.status, head.url) for head in taker.heads] == [(200, there)]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 418, 429, 500, 501, 503])
def test_a_refusal_is_an_answer(archive, status):
    url = archive.behave("/x", answer(status, b"because", retry_after=5))
    taker = here(lambda feedback: streamed(url, feedback))
    (head,) = taker.heads
    assert (head.status, head.header("retry-after")) == (status, "5")
    assert taker.body == b"because"
    with pytest.raises(NetworkError) as caught:
        fetch(QgisTransport(QgsFeedback()), Request(url))
    assert caught.value.status == status


def test_an_answer_without_a_body_has_a_head(archive, run):
    url = archive.behave("/x", answer(304, etag='"v1"'))
    taker = run(lambda feedback: streamed(url, feedback))
    assert [head.status for head in taker.heads] == [304]
    assert taker.body == b""


@pytest.mark.parametrize(
    ("behaviour", "says"),
    [
        (redirect("/x"), "without end"),
        (redirect("file:///etc/passwd"), "cannot be read"),
        (cut_short(3000), "broke off after 3000 bytes"),
        (cut_short(3000, chunked=True), "broke off after 3000 bytes"),
        (cut_short(0), "broke off after 0 bytes"),
        (stall(3000), "has sent nothing for 0.3 s after 3000 bytes"),
        (silent, "has sent nothing for 0.3 s"),
    ],
)
def test_a_server_that_fails_is_told_in_a_sentence(archive, run, behaviour, says):
    archive.put("/x", TABLE)
    url = archive.behave("/x", behaviour)
    with pytest.raises(NetworkError) as caught:
        run(lambda feedback: streamed(url, feedback))
    assert says in caught.value.message
    assert caught.value.message.startswith(url)
    assert caught.value.hint


def test_a_server_that_does_not_listen_is_told(archive, run):
    url = archive.url("/x")
    archive.stop()
    with pytest.raises(NetworkError, match=r"127\.0\.0\.1 refuses the connection"):
        run(lambda feedback: streamed(url, feedback))


def test_a_server_that_nobody_knows_is_told(run):
    with pytest.raises(NetworkError, match=r"nobody knows the server no-such-host\.invalid"):
        run(
            lambda feedback: QgisTransport(feedback, stall_s=20).stream(
                Request("https://no-such-host.invalid/x"), Taker()
            )
        )


def test_a_server_that_cannot_be_trusted_is_told(archive, run):
    url = archive.put("/x", TABLE).replace("http:", "https:")
    with pytest.raises(NetworkError, match="no secure connection"):
        run(lambda feedback: QgisTransport(feedback, stall_s=20).stream(Request(url), Taker()))


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "", "index.lbl", "https:///x", "qrc:/x"]
)
def test_what_is_no_web_address_is_not_asked(url):
    with pytest.raises(NetworkError, match="is not an address on the web"):
        here(lambda feedback: streamed(url, feedback))


def test_qgis_unpacks_what_nobody_asked_to_have_as_it_is(archive):
    archive.put("/x", TABLE)
    url = archive.behave("/x", packed)
    assert here(lambda feedback: streamed(url, feedback)).body == TABLE
    taker = Taker()
    asked = Request(url, headers={"Accept-Encoding": "identity"})
    QgisTransport(QgsFeedback()).stream(asked, taker)
    assert gzip.decompress(taker.body) == TABLE


class TooMuchError(Exception):
    pass


@pytest.mark.parametrize("where", ["begin", "receive"])
def test_what_a_receiver_raises_ends_the_exchange(archive, where):
    url = archive.put("/x", TABLE)

    class Picky(Taker):
        def begin(self, head):
            if where == "begin":
                raise TooMuchError
            super().begin(head)

        def receive(self, chunk):
            raise TooMuchError

    with pytest.raises(TooMuchError):
        QgisTransport(QgsFeedback()).stream(Request(url), Picky())
    assert here(lambda feedback: streamed(url, feedback)).body == TABLE


def test_what_is_cancelled_before_is_not_sent(archive):
    url = archive.put("/x", TABLE)
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        streamed(url, feedback)
    assert archive.asked == []


@pytest.mark.parametrize("behaviour", [silent, stall(3000)])
def test_cancelling_ends_a_wait(archive, behaviour):
    archive.put("/x", TABLE)
    url = archive.behave("/x", behaviour)
    feedback, taker = QgsFeedback(), Taker()
    QTimer.singleShot(200, feedback.cancel)
    with pytest.raises(RunCancelledError):
        QgisTransport(feedback).stream(Request(url), taker)
    assert len(taker.body) in {0, 3000}


def test_cancelling_between_two_pieces_ends_the_exchange(archive):
    url = archive.put("/x", TABLE)
    feedback = QgsFeedback()

    class Cancelling(Taker):
        def receive(self, chunk):
            super().receive(chunk)
            feedback.cancel()

    taker = Cancelling()
    with pytest.raises(RunCancelledError):
        QgisTransport(feedback).stream(Request(url), taker)
    assert 0 < len(taker.body) < len(TABLE)


def test_a_task_that_is_cancelled_leaves_a_part_that_goes_on(archive, tmp_path):
    archive.put("/x", TABLE)
    url = archive.behave("/x", stall(100_000), serve)
    to = tmp_path / "x"
    told, begun = [], threading.Event()

    def work(feedback: QgsFeedback) -> Any:
        def progress(done: int, total: int | None) -> None:
            begun.set()
            progress_of(feedback)(done, total)

        return download(QgisTransport(feedback), url, to, progress=progress)

    task = tasks.run_in_task(
        "test",
        work,
        on_done=told.append,
        on_error=told.append,
        on_cancelled=lambda: told.append("cancelled"),
    )
    wait_until(begun.is_set, timeout_milliseconds=WAIT_MS)
    task.cancel()
    wait_until(lambda: bool(told), timeout_milliseconds=WAIT_MS)
    assert told == ["cancelled"]
    assert sorted(os.listdir(tmp_path)) == ["x.part", "x.part.json"]
    size = to.with_name("x.part").stat().st_size
    saved = in_task(lambda feedback: download(QgisTransport(feedback), url, to))
    assert to.read_bytes() == TABLE
    assert saved_at(to) == saved
    assert archive.asked[-1].headers["range"] == f"bytes={size}-"


@pytest.mark.parametrize("second", [serve, ignoring_ranges])
def test_a_download_goes_on_or_starts_over(archive, run, tmp_path, second):
    archive.put("/x", TABLE)
    url = archive.behave("/x", cut_short(100_000), second)
    to = tmp_path / "x"
    with pytest.raises(NetworkError, match="broke off after 100000 bytes"):
        run(lambda feedback: download(QgisTransport(feedback), url, to))
    assert to.with_name("x.part").stat().st_size == 100_000
    saved = run(lambda feedback: download(QgisTransport(feedback), url, to))
    assert to.read_bytes() == TABLE
    assert run(lambda feedback: download(QgisTransport(feedback), url, to, known=saved)) == saved
    assert archive.asked[-1].headers["if-none-match"] == '"v1"'


def test_ten_gigabytes_too_many_write_nothing(archive, tmp_path):
    url = archive.behave("/x", answer(200, b"some", content_length=10**18, etag='"v1"'))
    with pytest.raises(PlanetaryError, match="has only"):
        download(QgisTransport(QgsFeedback()), url, tmp_path / "x")
    assert os.listdir(tmp_path) == []


def test_a_download_is_never_kept_in_qgis_cache_nor_taken_from_it(archive):
    url = archive.put("/x", TABLE)
    for _ in range(2):
        here(lambda feedback: streamed(url, feedback))
    assert len(archive.asked) == 2


def test_small_things_may_come_from_qgis_cache(archive, run):
    url = archive.behave("/browse.jpg", answer(200, b"JPEG", cache_control="max-age=3600"))
    for _ in range(3):
        taker = run(lambda feedback: streamed(url, feedback, may_cache=True))
        assert taker.body == b"JPEG"
    assert len(archive.asked) == 1


def test_qgis_own_time_limit_does_not_cut_in(archive, monkeypatch):
    """The user's setting is for maps; an archive may take longer to begin."""
    archive.put("/x", TABLE)
    released = threading.Event()

    def slowly(exchange):
        released.wait(10)
        serve(exchange)

    url = archive.behave("/x", slowly)
    before = QgsNetworkAccessManager.timeout()
    timed_out = []
    manager = QgsNetworkAccessManager.instance()
    manager.requestTimedOut.connect(timed_out.append)
    QgsNetworkAccessManager.setTimeout(50)
    try:
        QTimer.singleShot(400, released.set)
        taker = Taker()
        QgisTransport(QgsFeedback(), stall_s=20).stream(Request(url), taker)
    finally:
        QgsNetworkAccessManager.setTimeout(before)
        manager.requestTimedOut.disconnect(timed_out.append)
    assert taker.body == TABLE
    assert timed_out == []


def in_tasks(urls: Collection[str], done: Callable[[], None]) -> dict[str, Any]:
    """How many bytes each address gave to a task of its own, or the error.

    None may end before all are begun: where short tasks come and go, QgsTaskManager 3.22 leaves
    about one in a thousand queued for ever, whatever they do.
    """
    told: dict[str, Any] = {}
    for url in urls:
        tasks.run_in_task(
            "test",
            lambda feedback, url=url: len(fetch(QgisTransport(feedback), Request(url)).body),
            on_done=lambda size, url=url: told.update({url: size}),
            on_error=lambda error, url=url: told.update({url: error}),
        )
    done()
    wait_until(lambda: len(told) == len(urls), timeout_milliseconds=WAIT_MS)
    return told


def test_many_tasks_at_once_each_get_their_own(archive):
    """Again and again, so that replies come to lie where others lay before."""
    sizes = {archive.put(f"/{n}", TABLE[: 1000 * n + 1]): 1000 * n + 1 for n in range(12)}
    for _ in range(20):
        begun = threading.Event()

        def held(exchange, begun=begun):
            begun.wait(10)
            serve(exchange)

        for n in range(12):
            archive.behave(f"/{n}", held)
        assert in_tasks(sizes, begun.set) == sizes


def test_memory_does_not_grow_with_the_file(archive):
    """The server sends without end while the receiver is slow: Qt must not take it all in."""
    sent = []

    def endless(exchange):
        exchange.head(200, {"Content-Length": 10**12})
        exchange.connection.settimeout(0.5)
        try:
            while len(sent) < 2000:
                exchange.wfile.write(bytes(64 * 1024))
                sent.append(1)
        except TimeoutError:
            return

    url = archive.behave("/x", endless)

    class Slow(Taker):
        def receive(self, chunk):
            self.body = chunk
            time.sleep(1.0)
            raise TooMuchError

    with pytest.raises(TooMuchError):
        QgisTransport(QgsFeedback()).stream(Request(url), Slow())
    assert len(sent) * 64 * 1024 < 40 * 1024 * 1024


def test_archives_are_asked_politely(archive, monkeypatch):
    url = archive.behave("/x", answer(503, retry_after=25), answer(200, b"{}"))
    url = url.replace("127.0.0.1", "localhost")  # the whole process leaves it alone from now on
    waits, told = [], []

    def waiting(_feedback, seconds):
        waits.append(seconds)
        raise RunCancelledError

    monkeypatch.setattr(network, "wait", waiting)
    with pytest.raises(RunCancelledError):
        fetch(polite_transport(QgsFeedback(), tell=told.append), Request(url))
    assert told == ["localhost asks us to wait; going on in 25 s."]
    assert waits == [pytest.approx(25, abs=5)]
    assert len(archive.asked) == 1


def test_waiting_is_cancelled():
    feedback = QgsFeedback()
    timer = threading.Timer(0.1, feedback.cancel)
    timer.start()
    with pytest.raises(RunCancelledError):
        network.wait(feedback, 1000)
    timer.join()


def test_progress_is_told_and_cancels():
    feedback, seen = QgsFeedback(), []
    feedback.progressChanged.connect(seen.append)
    progress = progress_of(feedback)
    for done in range(0, 1001, 5):
        progress(done, 1000)
    assert seen == list(range(1, 101))
    progress(5, None)
    feedback.cancel()
    with pytest.raises(RunCancelledError):
        progress(0, None)


@pytest.fixture
def algorithm(monkeypatch, archive, tmp_path):
    """Runs planetary:downloadindex on a data set of the loopback server; its results."""
    from planetary_qgis.core.archives import catalog
    from planetary_qgis.processing.downloadindex import DownloadIndex

    monkeypatch.setenv("PLANETARYPY_CONFIG", str(tmp_path / "planetarypy.toml"))
    (tmp_path / "planetarypy.toml").write_text(f"storage_root = '{tmp_path / 'neighbour'}'\n")
    found = next(each for each in catalog.datasets() if each.key == "mro.hirise.rdr")
    monkeypatch.setattr(
        catalog, "find", lambda _key: replace(found, label_url=archive.url("/ctx/cumindex.lbl"))
    )

    at_once = catalog.Politeness(0.0, 2, 30.0, ())
    monkeypatch.setattr(catalog, "politeness_of", lambda _host: at_once)

    def run(feedback: QgsProcessingFeedback | None = None, **parameters: Any) -> dict[str, Any]:
        given = {"DATASET": "mro.hirise.rdr", "FOLDER": str(tmp_path / "cache"), **parameters}
        results, ok = DownloadIndex().run(
            given,
            QgsProcessingContext(),
            feedback or QgsProcessingFeedback(),
            catchExceptions=False,
        )
        assert ok
        return results

    return run


LABEL = b"""PDS_VERSION_ID = PDS3
^INDEX_TABLE = "CUMINDEX.TAB"
OBJECT = INDEX_TABLE
OBJECT = COLUMN
NAME = PRODUCT_ID
DATA_TYPE = CHARACTER
START_BYTE = 2
BYTES = 10
END_OBJECT = COLUMN
END_OBJECT = INDEX_TABLE
END
"""


def test_the_algorithm_fetches_an_index_once(archive, algorithm, tmp_path):
    archive.put("/ctx/cumindex.lbl", LABEL)
    archive.put("/ctx/cumindex.tab", TABLE)
    results = algorithm()
    label = Path(results["LABEL"])
    assert label.parent == tmp_path / "cache" / "indexes" / "mro.hirise.rdr"
    assert label.read_bytes() == LABEL
    assert label.with_name("cumindex.tab").read_bytes() == TABLE
    assert results["CHANGED"] is True
    assert algorithm() == {"LABEL": str(label), "CHANGED": False}
    assert algorithm(FORCE=True)["CHANGED"] is True


def test_the_algorithm_takes_what_planetarypy_has(archive, algorithm, tmp_path):
    folder = tmp_path / "neighbour" / "mro" / "hirise" / "indexes" / "rdr"
    folder.mkdir(parents=True)
    for name in ("rdrcumindex.lbl", "rdrcumindex.tab"):
        (folder / name).write_bytes(LABEL)
    assert algorithm() == {"LABEL": str(folder / "rdrcumindex.lbl"), "CHANGED": False}
    assert archive.asked == []


def test_the_algorithm_tells_what_went_wrong(archive, algorithm, notes):
    with pytest.raises(QgsProcessingException, match=r"cumindex\.lbl does not exist \(HTTP 404\)"):
        algorithm(notes)


def test_the_algorithm_is_cancelled_without_a_word(archive, algorithm, tmp_path):
    archive.put("/ctx/cumindex.lbl", LABEL)
    archive.put("/ctx/cumindex.tab", TABLE)
    feedback = QgsProcessingFeedback()
    feedback.cancel()
    assert algorithm(feedback) == {}
    assert not (tmp_path / "cache" / "indexes" / "mro.hirise.rdr" / "cumindex.lbl").exists()
