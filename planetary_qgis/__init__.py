"""Planetary QGIS: what QGIS imports to start the plugin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qgis.gui import QgisInterface

    from planetary_qgis.plugin import PlanetaryQgisPlugin


def classFactory(iface: QgisInterface | None) -> PlanetaryQgisPlugin:  # noqa: N802 - QGIS's name
    """The plugin; `iface` is None where QGIS runs without windows."""
    from planetary_qgis.plugin import PlanetaryQgisPlugin

    return PlanetaryQgisPlugin(iface)
