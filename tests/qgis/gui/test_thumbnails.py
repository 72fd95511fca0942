"""Browse images from files and from a server that behaves well, badly, slowly or not at all."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from gui_kit import settle, wait_until
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, QObject
from qgis.PyQt.QtGui import QColor, QImage

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui import image_reading, thumbnails
from planetary_qgis.gui.image_reading import small_image
from planetary_qgis.gui.labels import label_url
from planetary_qgis.gui.product_pane import ProductPane
from planetary_qgis.gui.thumbnails import Thumbnails, local_path


def png(width=40, height=30, colour="#804020") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(content)


class Archive(ThreadingHTTPServer):
    """A server on this computer that counts what it is asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Pages)
        self.asked: list[str] = []
        self.may_answer = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        if self.path == "/moved.png":
            self._answer(302, b"", Location="/red.png")
        elif self.path == "/missing.png":
            self._answer(404, b"nothing here")
        elif self.path == "/login.png":
            self._answer(200, b"<html>log in</html>", **{"Content-Type": "text/html"})
        elif self.path == "/broken.png":
            self._answer(200, png()[:60])
        elif self.path == "/endless.png":
            self._answer(200, b"x" * 1000, **{"Content-Length": str(10**10)})
        else:
            if self.path == "/slow.png":
                self.server.may_answer.wait(60)
            self._answer(200, png(colour="#ff0000" if "red" in self.path else "#0000ff"))

    def _answer(self, status, content, **headers) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            return  # who asked has hung up

    def log_message(self, *_args) -> None:
        """Say nothing."""


@pytest.fixture
def archive():
    server = Archive()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.may_answer.set()
    server.shutdown()
    server.server_close()
    thread.join()


class Told(QObject):
    """What a loader of images tells, in turn."""

    def __init__(self) -> None:
        super().__init__()
        self.loader = Thumbnails(self)
        self.images: list[QImage] = []
        self.sentences: list[str] = []
        self.loader.loaded.connect(self.images.append)
        self.loader.failed.connect(self.sentences.append)

    def wait(self) -> None:
        before = len(self.images) + len(self.sentences)
        wait_until(lambda: len(self.images) + len(self.sentences) > before)


@pytest.fixture
def told(qgis_app) -> Told:
    made = Told()
    yield made
    made.loader.forget()
    made.deleteLater()


@pytest.fixture
def picture(tmp_path):
    path = tmp_path / "Bild ü #1.png"
    path.write_bytes(png())
    return path


@pytest.mark.parametrize("spelled", [str, lambda path: path.as_uri()])
def test_an_image_is_read_from_a_file(told, picture, spelled):
    told.loader.ask(spelled(picture))
    told.wait()
    (image,) = told.images
    assert (image.width(), image.height()) == (40, 30)
    assert image.pixelColor(20, 15) == QColor("#804020")


def test_an_image_is_fetched_and_then_remembered(told, archive):
    told.loader.ask(f"{archive.address}/red.png")
    told.wait()
    told.loader.ask(f"{archive.address}/red.png")
    assert [image.pixelColor(1, 1).name() for image in told.images] == ["#ff0000"] * 2
    assert archive.asked == ["/red.png"]


def test_a_redirect_is_followed(told, archive):
    told.loader.ask(f"{archive.address}/moved.png")
    told.wait()
    assert told.images[0].pixelColor(1, 1).name() == "#ff0000"


@pytest.mark.parametrize(
    ("page", "word"),
    [
        ("missing.png", "404"),
        ("login.png", "web page"),
        ("broken.png", "broken.png"),
        ("endless.png", "too large"),
    ],
)
def test_what_gives_no_image_gives_a_sentence(told, archive, page, word):
    told.loader.ask(f"{archive.address}/{page}")
    told.wait()
    assert told.images == []
    assert word in told.sentences[0]


def test_a_server_that_is_not_there_gives_a_sentence(told, archive):
    address = archive.address
    archive.shutdown()
    archive.server_close()
    told.loader.ask(f"{address}/red.png")
    told.wait()
    assert f"{address}/red.png" in told.sentences[0]


@pytest.mark.parametrize("address", ["browse/P01.png", "//host/share/a.png", r"\\host\share\a.png"])
def test_other_addresses_give_a_sentence(told, address):
    told.loader.ask(address)
    told.wait()
    assert address in told.sentences[0]


def test_a_file_that_is_not_there_gives_a_sentence(told, tmp_path):
    told.loader.ask(str(tmp_path / "none.png"))
    told.wait()
    assert "none.png" in told.sentences[0]


def test_an_old_answer_does_not_come_after_a_newer_question(told, archive):
    told.loader.ask(f"{archive.address}/slow.png")
    wait_until(lambda: archive.asked == ["/slow.png"])
    told.loader.ask(f"{archive.address}/red.png")
    told.wait()
    archive.may_answer.set()
    settle(200)
    assert [image.pixelColor(1, 1).name() for image in told.images] == ["#ff0000"]
    assert told.sentences == []


def test_what_is_only_passed_by_is_not_fetched(told, archive):
    for number in range(20):
        told.loader.ask(f"{archive.address}/{number}.png")
    told.loader.ask(f"{archive.address}/red.png")
    told.wait()
    assert archive.asked == ["/red.png"]


def test_what_is_no_longer_wanted_is_not_told(told, archive):
    told.loader.ask(f"{archive.address}/slow.png")
    wait_until(lambda: archive.asked == ["/slow.png"])
    told.loader.forget()
    archive.may_answer.set()
    settle(200)
    assert (told.images, told.sentences) == ([], [])


def test_memory_holds_a_bounded_number_of_images(told, tmp_path, monkeypatch):
    monkeypatch.setattr(thumbnails, "_IMAGES_KEPT", 2)
    for number in range(4):
        path = tmp_path / f"{number}.png"
        path.write_bytes(png())
        told.loader.ask(str(path))
        told.wait()
    assert [address[-5:] for address in told.loader._images] == ["2.png", "3.png"]


def test_large_images_are_made_small_and_keep_their_shape():
    image = small_image("long.png", png(3000, 1000))
    assert max(image.width(), image.height()) <= 640
    assert image.width() / image.height() == pytest.approx(3, rel=0.02)


def test_images_of_too_many_pixels_are_refused_unread(monkeypatch):
    monkeypatch.setattr(image_reading, "_MOST_PIXELS", 40 * 30 - 1)
    with pytest.raises(PlanetaryError, match="too large"):
        small_image("a.png", png(40, 30))


def test_files_of_too_many_bytes_are_refused_unread(monkeypatch, picture):
    monkeypatch.setattr(image_reading, "MOST_BYTES", 10)
    with pytest.raises(PlanetaryError, match="too large"):
        small_image("a.png", picture)


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"<svg", b"GIF89a"])
def test_what_is_no_image_is_refused(content):
    with pytest.raises(PlanetaryError, match=r"a\.png"):
        small_image("a.png", content)


def test_a_path_is_local_or_none(tmp_path):
    assert local_path(str(tmp_path / "a#b.png")) == tmp_path / "a#b.png"
    assert local_path((tmp_path / "a#b.png").as_uri()) == tmp_path / "a#b.png"
    for elsewhere in ("file://host/share/a.png", "ftp://host/a.png", "a.png", ""):
        with pytest.raises(PlanetaryError):
            local_path(elsewhere)


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://example.org/a.lbl", True),
        ("HTTP://example.org/a", True),
        ("file:///data/a.LBL", True),
        ("/data/a.xml", True),
        ("https:///a.lbl", False),
        ("file:///data/program.exe", False),
        ("file://host/share/a.lbl", False),
        ("javascript:alert(1)", False),
        ("a.lbl", False),
    ],
)
def test_only_labels_are_opened_as_labels(address, opened):
    assert (label_url(address) is not None) == opened


def test_the_pane_shows_the_whole_image_at_any_size(qgis_app):
    pane = ProductPane(None)
    pane.resize(320, 150)
    pane.show()
    image = QImage()
    image.loadFromData(png(400, 100))
    pane.thumbnail.show_image(image)
    for width in (320, 600, 250):
        pane.resize(width, 150)
        settle()
        shown = pane.thumbnail.pixmap()
        ratio = shown.devicePixelRatioF()
        room = pane.thumbnail.contentsRect()
        assert shown.width() / ratio <= room.width()
        assert shown.height() / ratio <= room.height()
        assert shown.width() / shown.height() == pytest.approx(4, rel=0.1)
    pane.close()
    pane.deleteLater()


def test_the_pane_shows_what_an_archive_writes_as_text(qgis_app):
    pane = ProductPane(None)
    pane.show_facts("<b>P01</b>", ["<img src=x>", "a & b"])
    text = pane.findChild(QObject, "resultsFacts").toPlainText()
    assert text == "<b>P01</b>\n<img src=x>\na & b"
    pane.deleteLater()
