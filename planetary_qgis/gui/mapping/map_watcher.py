"""Which map the project holds, as it comes and goes."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.journals import reopen_write_ahead
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, session_of, table_of


class MapWatcher(QObject):
    """Follows the project from map to map."""

    session_changed = pyqtSignal()

    def __init__(self, toolbox: Toolbox, parent: QObject) -> None:
        super().__init__(parent)
        self.toolbox = toolbox
        self._session: MapSession | None = None
        self._is_new = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.look)

    @property
    def session(self) -> MapSession | None:
        """The map that the project holds; None while it holds none."""
        return self._session

    def load(self) -> None:
        """Follow the project from now on."""
        for signal in self._signals():
            signal.connect(self._look_soon)
        self.toolbox.project.readProject.connect(self._look_anew)
        self.look()

    def unload(self) -> None:
        for signal in self._signals():
            signal.disconnect(self._look_soon)
        self.toolbox.project.readProject.disconnect(self._look_anew)
        self._soon.stop()
        self._session = None

    def look(self) -> None:
        """See which map the project holds now; tell where that changed."""
        try:
            found = session_of(self.toolbox.project)
        except PlanetaryError as error:
            self.toolbox.reporter.failed(error)
            found = None
        if found != self._session or self._is_new:
            self._session, self._is_new = found, False
            if found is not None:
                self._reopen(found)
            self.session_changed.emit()

    def _reopen(self, session: MapSession) -> None:
        layers = self.toolbox.project.mapLayers().values()
        path = session.geopackage
        reopen_write_ahead(path, [layer for layer in layers if table_of(layer)[0] == path])

    def _look_anew(self, *_: object) -> None:
        """Tell of a map again whose first layers were seen while QGIS was still reading others."""
        self._is_new = True
        self._soon.start()

    def _look_soon(self, *_: object) -> None:
        """Once for all the signals of a project that is being read."""
        self._soon.start()

    def _signals(self):
        project = self.toolbox.project
        return (project.cleared, project.layersAdded, project.layersRemoved)
