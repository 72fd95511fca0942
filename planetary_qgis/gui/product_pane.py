"""The product that the table is at: its browse image, and what is known of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from qgis.PyQt.QtCore import QSize, Qt
from qgis.PyQt.QtGui import QImage, QPixmap, QResizeEvent
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QTextBrowser, QWidget

_SMALLEST_IMAGE = QSize(96, 72)
_SHARES = (2, 3)


class ProductPane(QWidget):
    """A picture to the left, facts to the right."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.thumbnail = Thumbnail(self)
        self._facts = self._facts_box()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.thumbnail, _SHARES[0])
        layout.addWidget(self._facts, _SHARES[1])

    def show_facts(self, title: str, facts: Sequence[str]) -> None:
        """A title, and a line for each fact."""
        self._facts.setHtml("<br>".join((f"<b>{escape(title)}</b>", *map(escape, facts))))

    def clear(self) -> None:
        self._facts.clear()
        self.thumbnail.tell("")

    def _facts_box(self) -> QTextBrowser:
        """A text that wraps anywhere, as ids are longer than a narrow dock is wide."""
        box = QTextBrowser(self)
        box.setObjectName("resultsFacts")
        box.setFrameShape(QFrame.Shape.NoFrame)
        box.setOpenLinks(False)
        box.viewport().setAutoFillBackground(False)
        box.document().setDocumentMargin(0)
        box.setMinimumSize(_SMALLEST_IMAGE)
        box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        return box


class Thumbnail(QLabel):
    """An image as large as there is room for, or a sentence in its place."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("resultsThumbnail")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setWordWrap(True)
        self.setMinimumSize(_SMALLEST_IMAGE)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._image: QImage | None = None

    def show_image(self, image: QImage) -> None:
        self._image = image
        self.setToolTip("")
        self._fill()

    def tell(self, sentence: str) -> None:
        self._image = None
        self.setText(_breakable(sentence))
        self.setToolTip(sentence)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fill()

    def _fill(self) -> None:
        if self._image is None:
            return
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap.fromImage(self._image).scaled(
            self.contentsRect().size() * ratio,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        pixmap.setDevicePixelRatio(ratio)
        self.setPixmap(pixmap)


def _breakable(sentence: str) -> str:
    """The sentence with places in it where addresses may wrap."""
    return re.sub(r"([/_.?&=-])(?=\S)", "\\1\u200b", sentence)
