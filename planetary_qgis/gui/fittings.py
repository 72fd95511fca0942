"""What the plugin fits into QGIS's window besides docks, and takes out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QAction

from planetary_qgis.gui.icons import icon
from planetary_qgis.gui.raster_drops import RasterDrops
from planetary_qgis.gui.toolbox import Toolbox


class Fitting(Protocol):
    """Something small in QGIS's window: a menu entry, marks in the layer tree, a drop handler."""

    def install(self, iface: QgisInterface, toolbox: Toolbox) -> None:
        """Put it in."""

    def remove(self) -> None:
        """Take it out again, with everything that it opened."""


class MenuEntry:
    """An entry of the menu Planetary.

    Args:
        name: Stem of the object name.
        work: Called at each choice; it imports what it needs itself, QGIS starts without.
    """

    def __init__(
        self, name: str, title: str, icon_name: str, work: Callable[[QgisInterface, Toolbox], None]
    ) -> None:
        self._name = name
        self._title = title
        self._icon = icon_name
        self._work = work
        self._iface: QgisInterface | None = None
        self._toolbox: Toolbox | None = None
        self._action: QAction | None = None

    def install(self, iface: QgisInterface, toolbox: Toolbox) -> None:
        self._iface, self._toolbox = iface, toolbox
        self._action = QAction(icon(self._icon), self._title, iface.mainWindow())
        self._action.setObjectName(f"planetary{self._name}Action")
        self._action.triggered.connect(self._do)
        iface.addPluginToMenu(_menu_title(), self._action)

    def remove(self) -> None:
        self._iface.removePluginMenu(_menu_title(), self._action)
        self._action.deleteLater()
        self._action = self._iface = self._toolbox = None

    def _do(self) -> None:
        self._work(self._iface, self._toolbox)


def fittings() -> tuple[Fitting, ...]:
    """All of them, in the order of the menu."""
    from planetary_qgis.gui.crs_marks import CrsMarks
    from planetary_qgis.gui.longitude_readout import LongitudeReadout
    from planetary_qgis.gui.mapping.digitising.fitting import MappingToolbar

    translate = QCoreApplication.translate
    return (
        MenuEntry(
            "OpenRaster",
            translate("Fittings", "Open Planetary Raster…"),
            "open_raster",
            _open_raster,
        ),
        RasterDrops(),
        CrsMarks(),
        MenuEntry(
            "ProjectBody",
            translate("Fittings", "Set Project to a Body…"),
            "project_body",
            _project_body,
        ),
        LongitudeReadout(_project_body),
        MappingToolbar(),
        MenuEntry("MapSymbols", translate("Fittings", "Map Symbols…"), "map_symbols", _map_symbols),
        MenuEntry("Basemaps", translate("Fittings", "Basemaps…"), "basemaps", _basemaps),
        MenuEntry(
            "ProjectImage",
            translate("Fittings", "Project Image…"),
            "project_image",
            _project_image,
        ),
        MenuEntry(
            "ShadedTerrain",
            translate("Fittings", "Shaded Terrain…"),
            "shaded_terrain",
            _shaded_terrain,
        ),
    )


# The modules behind are imported when they are first needed: QGIS starts without them.


def _open_raster(iface: QgisInterface, toolbox: Toolbox) -> None:
    from planetary_qgis.gui.raster_opener import open_planetary_raster

    open_planetary_raster(iface, toolbox)


def _project_body(iface: QgisInterface, toolbox: Toolbox, body: str = "") -> None:
    from planetary_qgis.gui.project_body_controller import open_project_body

    open_project_body(iface, toolbox, body)


def _basemaps(iface: QgisInterface, toolbox: Toolbox) -> None:
    from planetary_qgis.gui.basemap_controller import open_basemaps

    open_basemaps(iface, toolbox)


def _map_symbols(iface: QgisInterface, toolbox: Toolbox) -> None:
    from planetary_qgis.gui.mapping.symbols.controller import open_map_symbols

    open_map_symbols(iface, toolbox)


def _shaded_terrain(_iface: QgisInterface, toolbox: Toolbox) -> None:
    from planetary_qgis.gui.shaded_terrain import open_shaded_terrain

    open_shaded_terrain(toolbox)


def _project_image(iface: QgisInterface, toolbox: Toolbox) -> None:
    from planetary_qgis.gui.project_image_controller import open_project_image

    open_project_image(iface, toolbox)


def _menu_title() -> str:
    return QCoreApplication.translate("PlanetaryQgisPlugin", "Planetary")
