"""The toolbar as a fitting of QGIS's window: made when the project first holds a map."""

from __future__ import annotations

from qgis.gui import QgisInterface

from planetary_qgis.gui.mapping.map_watcher import MapWatcher
from planetary_qgis.gui.toolbox import Toolbox


class MappingToolbar:
    """Watches the project; the rest is not even imported before there is a map."""

    def __init__(self) -> None:
        self._iface: QgisInterface | None = None
        self._toolbox: Toolbox | None = None
        self._watcher: MapWatcher | None = None
        self._digitising = None

    def install(self, iface: QgisInterface, toolbox: Toolbox) -> None:
        self._iface, self._toolbox = iface, toolbox
        self._watcher = MapWatcher(toolbox, toolbox.reporter)
        self._watcher.session_changed.connect(self._follow)
        self._watcher.load()

    def remove(self) -> None:
        self._watcher.unload()
        if self._digitising is not None:
            self._digitising.close()
        self._digitising = self._watcher = self._iface = self._toolbox = None

    def _follow(self) -> None:
        if self._digitising is None:
            if self._watcher.session is None:
                return
            from planetary_qgis.gui.mapping.digitising.digitising import Digitising

            self._digitising = Digitising(self._iface, self._toolbox, self._watcher)
        self._digitising.show_session()
