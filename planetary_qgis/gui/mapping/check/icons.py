"""The signs of findings as icons."""

from __future__ import annotations

from functools import lru_cache

from qgis.core import QgsSymbolLayerUtils
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QIcon, QPixmap

from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.qgis_bridge.mapping.checks.finding_symbols import finding_symbol

_LIST_PIXELS, _MAP_PIXELS = 64, 22


@lru_cache(maxsize=8)
def finding_icon(severity: Severity | None) -> QIcon:
    """The sign of a severity in lists; None is what is ignored."""
    symbol = finding_symbol(severity, on_map=False)
    symbol.setSize(symbol.size() * _LIST_PIXELS / _MAP_PIXELS)
    return QIcon(_picture(symbol, _LIST_PIXELS))


@lru_cache(maxsize=8)
def finding_picture(severity: Severity | None) -> QPixmap:
    """The same as it is on the map."""
    return _picture(finding_symbol(severity), _MAP_PIXELS)


def _picture(symbol: object, pixels: int) -> QPixmap:
    return QgsSymbolLayerUtils.symbolPreviewPixmap(symbol, QSize(pixels, pixels))
