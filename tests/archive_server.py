"""A loopback server that plays archives, good and bad, and a plain transport to ask it with.

Imported as `archive_server` by any test: this folder has a conftest.py, so that pytest finds it.
"""

from __future__ import annotations

import gzip
import http.client
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote, unquote, urljoin, urlsplit

from planetary_qgis.core.http import Head, NetworkError, Receiver, Request

LONGEST_STALL_S = 30.0
Behaviour = Callable[["Exchange"], None]


@dataclass
class Document:
    """What a well-behaved server has at an address."""

    body: bytes
    etag: str = '"v1"'
    last_modified: str = "Thu, 01 Jan 2026 00:00:00 GMT"
    content_type: str = "application/octet-stream"


@dataclass
class Asked:
    """One request that arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100


class ArchiveServer:
    """Serves documents with ETags and ranges, unless told to behave otherwise."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._behaviours: dict[str, list[Behaviour]] = {}
        self._lock = threading.Lock()
        archive = self

        class Handler(Exchange):
            server_of_handler = archive

        self._server = _Server(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        return self._server.server_port

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{quote(path, safe='/?=&%~')}"

    def put(self, path: str, body: bytes, **said: str) -> str:
        """Have a document; gives its address."""
        self.documents[path] = Document(body, **said)
        return self.url(path)

    def behave(self, path: str, *behaviours: Behaviour) -> str:
        """Answer the next requests so, one behaviour a request; the last one stays."""
        self._behaviours[path] = list(behaviours)
        return self.url(path)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [each.path for each in self.asked]

    def behaviour(self, path: str) -> Behaviour:
        with self._lock:
            waiting = self._behaviours.get(path) or self._behaviours.get(path.partition("?")[0], [])
            if not waiting:
                return serve
            return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def archive_server() -> Iterator[ArchiveServer]:
    """A server that listens while the context lasts."""
    archive = ArchiveServer()
    archive.start()
    try:
        yield archive
    finally:
        archive.stop()


class Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    server_of_handler: ArchiveServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        archive = self.server_of_handler
        path = unquote(self.path, "latin-1").encode("latin-1").decode("utf-8", "replace")
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        archive.asked.append(Asked(self.command, path, headers, self.rfile.read(length)))
        self.path = path
        self.close_connection = True
        try:
            archive.behaviour(path)(self)
            self.wfile.flush()
        except (BrokenPipeError, ConnectionResetError):
            return  # whoever asked went away, as a cancelled download does

    def do_POST(self) -> None:
        self.do_GET()

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, *_arguments: object) -> None:
        return

    def head(self, status: int, headers: dict[str, object]) -> None:
        self.send_response(status)
        for name, value in {"Connection": "close", **headers}.items():
            self.send_header(name, str(value))
        self.end_headers()

    def document(self) -> Document | None:
        return self.server_of_handler.documents.get(self.path.partition("?")[0])


def serve(exchange: Exchange) -> None:
    """As a good server does: conditions, ranges, 404."""
    document = exchange.document()
    if document is None:
        answer(404, b"<html>Not found</html>", content_type="text/html")(exchange)
        return
    asked = {name.lower(): value for name, value in exchange.headers.items()}
    validators = {"ETag": document.etag, "Last-Modified": document.last_modified}
    said = {name: value for name, value in validators.items() if value}
    if _is_known(asked, document):
        exchange.head(304, said)
        return
    first = _first_byte(asked, document)
    size = len(document.body)
    if first is not None and first >= size:
        exchange.head(416, {"Content-Range": f"bytes */{size}", "Content-Length": 0})
        return
    if first is not None:
        said["Content-Range"] = f"bytes {first}-{size - 1}/{size}"
    _send(exchange, 200 if first is None else 206, document, document.body[first or 0 :], said)


def ignoring_ranges(exchange: Exchange) -> None:
    """As a server that knows no Range."""
    document = exchange.document()
    _send(exchange, 200, document, document.body, {"ETag": document.etag})


def ignoring_conditions(exchange: Exchange) -> None:
    """As a server that has validators but always sends everything."""
    document = exchange.document()
    said = {"ETag": document.etag, "Last-Modified": document.last_modified}
    _send(exchange, 200, document, document.body, {k: v for k, v in said.items() if v})


def answer(status: int, body: bytes = b"", **headers: object) -> Behaviour:
    """That status and body; header names with _ for -."""
    said = {name.replace("_", "-").title(): value for name, value in headers.items()}

    def behaviour(exchange: Exchange) -> None:
        exchange.head(status, {"Content-Length": len(body), **said})
        exchange.wfile.write(body)

    return behaviour


def redirect(to: str, status: int = 302) -> Behaviour:
    return answer(status, b"<html>moved</html>", location=to)


def cut_short(after: int, *, chunked: bool = False) -> Behaviour:
    """Close the connection after so many bytes of the document, as a server that dies."""

    def behaviour(exchange: Exchange) -> None:
        document = exchange.document()
        said: dict[str, object] = {"ETag": document.etag, "Last-Modified": document.last_modified}
        length = {"Transfer-Encoding": "chunked"} if chunked else {}
        exchange.head(200, {**said, **(length or {"Content-Length": len(document.body)})})
        body = document.body[:after]
        exchange.wfile.write(b"%x\r\n%b\r\n" % (len(body), body) if chunked else body)

    return behaviour


def stall(after: int) -> Behaviour:
    """Send so many bytes of the document, then nothing more."""

    def behaviour(exchange: Exchange) -> None:
        document = exchange.document()
        exchange.head(200, {"Content-Length": len(document.body), "ETag": document.etag})
        exchange.wfile.write(document.body[:after])
        exchange.wfile.flush()
        exchange.server_of_handler.closing.wait(LONGEST_STALL_S)

    return behaviour


def silent(exchange: Exchange) -> None:
    """Never answer at all."""
    exchange.server_of_handler.closing.wait(LONGEST_STALL_S)


def packed(exchange: Exchange) -> None:
    """Send it as gzip whatever was asked for."""
    document = exchange.document()
    said = {"Content-Encoding": "gzip", "ETag": document.etag}
    _send(exchange, 200, document, gzip.compress(document.body), said)


def _is_known(asked: dict[str, str], document: Document) -> bool:
    if "if-none-match" in asked:
        return bool(document.etag) and asked["if-none-match"] == document.etag
    since = asked.get("if-modified-since")
    return bool(since) and since == document.last_modified


def _first_byte(asked: dict[str, str], document: Document) -> int | None:
    told = re.fullmatch(r"bytes=(\d+)-", asked.get("range", ""))
    condition = asked.get("if-range", document.etag)
    strong = document.etag if document.etag.startswith('"') else ""
    fits = condition in {strong, document.last_modified} - {""}
    return int(told[1]) if told and fits else None


def _send(
    exchange: Exchange, status: int, document: Document, body: bytes, headers: dict[str, str]
) -> None:
    said = {"Content-Type": document.content_type, "Content-Length": len(body), **headers}
    exchange.head(status, said)
    exchange.wfile.write(body)


@dataclass
class PlainTransport:
    """Carries requests with Python's own client: for tests that need no QGIS."""

    chunk_bytes: int = 1000
    most_redirects: int = 5
    timeout_s: float = 0.3
    requests: list[Request] = field(default_factory=list)

    def stream(self, request: Request, receiver: Receiver) -> None:
        self.requests.append(request)
        url = request.url
        for _ in range(self.most_redirects):
            place = urlsplit(url)
            connection = http.client.HTTPConnection(
                place.hostname or "", place.port, timeout=self.timeout_s
            )
            try:
                moved = self._exchange(connection, request, url, receiver)
            except (OSError, http.client.HTTPException) as error:
                raise NetworkError(f"{request.url} broke off.", details=str(error)) from error
            finally:
                connection.close()
            if moved is None:
                return
            url = urljoin(url, moved)
        raise NetworkError(f"{request.url} sends from one address to the next without end.")

    def _exchange(
        self,
        connection: http.client.HTTPConnection,
        request: Request,
        url: str,
        receiver: Receiver,
    ) -> str | None:
        path = urlsplit(url)._replace(scheme="", netloc="").geturl() or "/"
        connection.request(request.method, path, request.body, dict(request.headers))
        response = connection.getresponse()
        if response.status in {301, 302, 303, 307, 308}:
            return response.headers["Location"]
        headers = {name.lower(): value for name, value in response.getheaders()}
        receiver.begin(Head(url, response.status, headers))
        while chunk := response.read(self.chunk_bytes):
            receiver.receive(chunk)
        return None
