"""What findings look like on a map and in lists: by severity, and whether they are ignored."""

from __future__ import annotations

from qgis.core import (
    QgsCategorizedSymbolRenderer,
    QgsMarkerSymbol,
    QgsRendererCategory,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.qgis_bridge.map_tips import escaped

IGNORED = "ignored"
# Okabe & Ito 2008: told apart by colour-blind readers; shapes tell them apart without colour.
_SIGNS: dict[Severity | None, tuple[str, str]] = {
    Severity.ERROR: ("diamond", "#d55e00"),
    Severity.WARNING: ("triangle", "#f0e442"),
    Severity.NOTE: ("circle", "#56b4e9"),
    None: ("cross_fill", "#b0b0b0"),
}
_SIZE, _HALO, _RIM = 3.4, 5.0, 0.3
_SHEEN = "255,255,255,200"


def severity_titles() -> dict[Severity, str]:
    """What severities are called, several at once."""
    return {
        Severity.ERROR: _tr("Errors"),
        Severity.WARNING: _tr("Warnings"),
        Severity.NOTE: _tr("Notes"),
    }


def finding_symbol(severity: Severity | None, *, on_map: bool = True) -> QgsMarkerSymbol:
    """The sign of a severity; None is what is ignored.

    Args:
        on_map: On a light disc, so that it is seen over dark and light maps alike.
    """
    shape, colour = _SIGNS[severity]
    sign = QgsMarkerSymbol.createSimple(
        {
            "name": shape,
            "color": colour,
            "outline_color": "0,0,0",
            "outline_width": str(_RIM),
            "size": str(_SIZE),
        }
    )
    if not on_map:
        return sign
    disc = QgsMarkerSymbol.createSimple(
        {"name": "circle", "color": _SHEEN, "outline_style": "no", "size": str(_HALO)}
    )
    disc.appendSymbolLayer(sign.symbolLayer(0).clone())
    return disc


def style_findings(layer: QgsVectorLayer) -> None:
    """Symbols by severity, and what a finding says as its map tip."""
    expression = f'if("{IGNORED}" = 1, \'{IGNORED}\', "severity")'
    layer.setRenderer(QgsCategorizedSymbolRenderer(expression, _categories()))
    layer.setDisplayExpression('"message"')
    layer.setMapTipTemplate(
        "[% '<b>' || " + escaped("title") + " || '</b><br>' || " + escaped("message") + " %]"
        "[% coalesce('<br><i>' || " + escaped("hint") + " || '</i>', '') %]"
        "[% coalesce('<br>' || " + escaped("reason") + ", '') %]"
    )


def _categories() -> list[QgsRendererCategory]:
    titles = severity_titles()
    known = [
        QgsRendererCategory(severity.value, finding_symbol(severity), titles[severity])
        for severity in Severity
    ]
    return [*known, QgsRendererCategory(IGNORED, finding_symbol(None), _tr("Ignored"))]


def _tr(text: str) -> str:
    return QCoreApplication.translate("FindingSymbols", text)
