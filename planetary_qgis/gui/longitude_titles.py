"""How longitudes can be shown, in the user's language."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.longitudes import LongitudeStyle


def style_titles() -> dict[LongitudeStyle, str]:
    """Titles by style, in the order of menus."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Longitudes", text)

    return {
        "east 180": tr("Degrees east and west, up to 180°"),
        "east 360": tr("Degrees east, 0° to 360°"),
        "west 360": tr("Degrees west, 0° to 360°"),
    }
