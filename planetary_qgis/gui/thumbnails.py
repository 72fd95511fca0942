"""Browse images, fetched in the background; only the one asked for last is told of."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path

from qgis.core import QgsNetworkAccessManager
from qgis.PyQt.QtCore import QObject, QTimer, QUrl, pyqtSignal
from qgis.PyQt.QtGui import QImage
from qgis.PyQt.QtNetwork import QNetworkReply, QNetworkRequest

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Head, NetworkError, Response, status_error
from planetary_qgis.gui.image_reading import MOST_BYTES, ImageJob, too_large

_IMAGES_KEPT = 100
_SETTLING_MS = 150
"""Whoever walks through the table with the arrow keys passes rows without looking at them."""
_ERROR_STATUS = 400


class Thumbnails(QObject):
    """Gives the image behind an address, from memory, QGIS's disk cache, a file or the network."""

    loaded = pyqtSignal(QImage)
    failed = pyqtSignal(str)
    """A sentence."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._wanted = ""
        self._images: OrderedDict[str, QImage] = OrderedDict()
        self._reply: QNetworkReply | None = None
        self._settled = QTimer(self)
        self._settled.setSingleShot(True)
        self._settled.setInterval(_SETTLING_MS)
        self._settled.timeout.connect(self._begin)

    def ask(self, address: str) -> None:
        """Want this image and no other; the answer comes by signal, at once if it is known."""
        self.forget()
        self._wanted = address
        if address in self._images:
            self._images.move_to_end(address)
            self.loaded.emit(self._images[address])
        else:
            self._settled.start()

    def forget(self) -> None:
        """Want no image any more."""
        self._wanted = ""
        self._settled.stop()
        reply, self._reply = self._reply, None
        if reply is not None:
            reply.abort()

    def _begin(self) -> None:
        url = QUrl(self._wanted)
        if url.scheme().lower() in ("http", "https"):
            self._get(self._wanted, url)
            return
        try:
            self._read(self._wanted, local_path(self._wanted))
        except PlanetaryError as error:
            self.failed.emit(str(error))

    def _get(self, address: str, url: QUrl) -> None:
        request = QNetworkRequest(url)
        attributes, policies = QNetworkRequest.Attribute, QNetworkRequest.RedirectPolicy
        request.setAttribute(attributes.RedirectPolicyAttribute, policies.NoLessSafeRedirectPolicy)
        request.setAttribute(
            attributes.CacheLoadControlAttribute, QNetworkRequest.CacheLoadControl.PreferCache
        )
        reply = QgsNetworkAccessManager.instance().get(request)
        self._reply = reply
        reply.downloadProgress.connect(
            lambda received, total: self._check_size(address, reply, max(received, total))
        )
        reply.finished.connect(lambda: self._receive(address, reply))

    def _check_size(self, address: str, reply: QNetworkReply, size: int) -> None:
        if size > MOST_BYTES and reply is self._reply:
            self._tell(address, too_large(address))
            self._reply = None
            reply.abort()

    def _receive(self, address: str, reply: QNetworkReply) -> None:
        reply.deleteLater()
        if reply is not self._reply:
            return
        self._reply = None
        problem = _problem(address, reply)
        if problem is None:
            self._read(address, bytes(reply.readAll()))
        else:
            self._tell(address, problem)

    def _read(self, address: str, source: Path | bytes) -> None:
        job = ImageJob(address, source)
        job.signals.read.connect(self._tell)
        job.start()

    def _tell(self, address: str, answer: QImage | PlanetaryError) -> None:
        if isinstance(answer, QImage):
            self._images[address] = answer
            if len(self._images) > _IMAGES_KEPT:
                self._images.popitem(last=False)
        if address != self._wanted:
            return
        if isinstance(answer, QImage):
            self.loaded.emit(answer)
        else:
            self.failed.emit(str(answer))


def local_path(address: str) -> Path:
    """The file that an address names.

    Raises:
        PlanetaryError: It names none, or one on another computer: a table from elsewhere shall not
            make this one log in somewhere.
    """
    url = QUrl(address)
    path = url.toLocalFile() if url.isLocalFile() else address
    known = url.isLocalFile() or Path(path).is_absolute()
    if url.host() or path.startswith(("\\\\", "//")) or not known:
        raise PlanetaryError(
            f"“{address}” is no address that an image could be read from.",
            hint="Addresses begin with https://, http:// or file:///.",
        )
    return Path(path)


def _problem(address: str, reply: QNetworkReply) -> PlanetaryError | None:
    """Why there is no image, in a sentence; None where there may be one."""
    status = reply.attribute(QNetworkRequest.Attribute.HttpStatusCodeAttribute)
    if status is not None and int(status) >= _ERROR_STATUS:
        return status_error(Response(Head(address, int(status), {}), b""))
    if reply.error() != QNetworkReply.NetworkError.NoError:
        return NetworkError(f"{address} gave no image: {reply.errorString()}.")
    kind = str(reply.header(QNetworkRequest.KnownHeaders.ContentTypeHeader) or "")
    if kind.startswith("text/html"):
        return NetworkError(f"{address} answered with a web page in place of an image.")
    return None
