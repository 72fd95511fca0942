"""Images made small, off the GUI thread."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QFile,
    QIODevice,
    QObject,
    QRunnable,
    QSize,
    Qt,
    QThreadPool,
    pyqtSignal,
)
from qgis.PyQt.QtGui import QImage, QImageReader

from planetary_qgis.core.errors import PlanetaryError

MOST_BYTES = 32_000_000
_MOST_PIXELS = 200_000_000
_LONGEST_SIDE = 640


class ImageJob(QRunnable):
    """Reads an image and tells on the main thread what came of it."""

    class Signals(QObject):
        read = pyqtSignal(str, object)
        """The address, and a QImage or a PlanetaryError."""

    def __init__(self, address: str, source: Path | bytes) -> None:
        super().__init__()
        self.signals = self.Signals()
        self._address, self._source = address, source

    def start(self) -> None:
        QThreadPool.globalInstance().start(self)

    def run(self) -> None:
        try:
            self.signals.read.emit(self._address, small_image(self._address, self._source))
        except PlanetaryError as error:
            self.signals.read.emit(self._address, error)


def small_image(address: str, source: Path | bytes) -> QImage:
    """The image in a file or in bytes, at most as large as a pane needs it.

    Raises:
        PlanetaryError: It is none, a broken one, or too large to be read for a thumbnail.
    """
    device = QFile(str(source)) if isinstance(source, Path) else _buffer(source)
    if not device.open(QIODevice.OpenModeFlag.ReadOnly):
        raise PlanetaryError(_tr("{address} cannot be read.").format(address=address))
    if device.size() > MOST_BYTES:
        raise too_large(address)
    reader = QImageReader(device)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if not reader.canRead() or not size.isValid():
        raise PlanetaryError(
            _tr("{address} is no image that can be shown.").format(address=address)
        )
    if size.width() * size.height() > _MOST_PIXELS:
        raise too_large(address)
    longest = QSize(_LONGEST_SIDE, _LONGEST_SIDE)
    if max(size.width(), size.height()) > _LONGEST_SIDE:
        reader.setScaledSize(size.scaled(longest, Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        text = _tr("{address} is a broken image.")
        raise PlanetaryError(text.format(address=address), details=reader.errorString())
    return image


def too_large(address: str) -> PlanetaryError:
    return PlanetaryError(
        _tr("{address} is too large to be shown here.").format(address=address),
        hint=_tr("Download the product instead."),
    )


def _buffer(content: bytes) -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray(content))
    return buffer


def _tr(text: str) -> str:
    return QCoreApplication.translate("ImageReading", text)
