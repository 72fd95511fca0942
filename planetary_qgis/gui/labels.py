"""Labels of products, opened by what the computer opens such files with."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.PyQt.QtCore import QCoreApplication, QUrl
from qgis.PyQt.QtGui import QDesktopServices
from qgis.PyQt.QtWidgets import QMessageBox, QWidget

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.thumbnails import local_path

_OPENED_UNASKED = 5
_SUFFIXES = (".lbl", ".lblx", ".xml", ".txt", ".html", ".htm")
"""Of files here; what a table from elsewhere names must not be run as a program."""


def open_labels(parent: QWidget, addresses: Iterable[str | None]) -> str:
    """Open each label once, many only after a question; gives a sentence on what could not be."""
    named = list(dict.fromkeys(address for address in addresses if address))
    urls = [url for url in map(label_url, named) if url is not None]
    if len(urls) > _OPENED_UNASKED and not _may_open(parent, len(urls)):
        return ""
    opened = sum(QDesktopServices.openUrl(url) for url in urls)
    if opened == len(named) and named:
        return ""
    return _tr("{opened} of {named} labels could be opened.").format(
        opened=opened, named=len(named)
    )


def label_url(address: str) -> QUrl | None:
    """The address as one that may be opened; None where it had better not be."""
    url = QUrl(address)
    if url.scheme().lower() in ("http", "https"):
        return url if url.isValid() and url.host() else None
    try:
        path = local_path(address)
    except PlanetaryError:
        return None
    return QUrl.fromLocalFile(str(path)) if path.suffix.lower() in _SUFFIXES else None


def _may_open(parent: QWidget, count: int) -> bool:
    question = _tr("Open {count} labels?").format(count=count)
    answer = QMessageBox.question(parent, _tr("Open labels"), question)
    return answer == QMessageBox.StandardButton.Yes


def _tr(text: str) -> str:
    return QCoreApplication.translate("Labels", text)
