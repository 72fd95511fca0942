"""What the plugin fits into QGIS's window besides docks, and takes out again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QCoreApplication
from qgis.PyQt.QtWidgets import QAction

from planetary_qgis.gui.icons import icon
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
    return ()


def _menu_title() -> str:
    return QCoreApplication.translate("PlanetaryQgisPlugin", "Planetary")
