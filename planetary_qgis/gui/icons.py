"""The plugin's own icons."""

from __future__ import annotations

from pathlib import Path

from qgis.PyQt.QtGui import QIcon

_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "icons"


def icon(name: str) -> QIcon:
    """The icon of that name; scalable, legible on light and on dark toolbars."""
    return QIcon(str(_FOLDER / f"{name}.svg"))
