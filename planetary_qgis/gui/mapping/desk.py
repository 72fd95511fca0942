"""What the tabs of the Geologic Mapping dock share: the map of the project."""

from __future__ import annotations

from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession, session_of


class MapDesk(QObject):
    """Follows the project from map to map, and runs one job at a time for all tabs."""

    session_changed = pyqtSignal()
    checks_wanted = pyqtSignal()

    def __init__(self, toolbox: Toolbox, job_bar: JobBar) -> None:
        super().__init__(job_bar)
        self.toolbox = toolbox
        self.jobs = Jobs(job_bar, toolbox.reporter)
        self._session: MapSession | None = None
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
        project = self.toolbox.project
        for signal in self._signals(project):
            signal.connect(self._look_soon)
        self.look()

    def unload(self) -> None:
        for signal in self._signals(self.toolbox.project):
            signal.disconnect(self._look_soon)
        self._soon.stop()
        self.jobs.close()
        self._session = None

    def look(self) -> None:
        """See which map the project holds now; tell where that changed."""
        try:
            found = session_of(self.toolbox.project)
        except PlanetaryError as error:
            self.toolbox.reporter.failed(error)
            found = None
        if found != self._session:
            self._session = found
            self.session_changed.emit()

    def _look_soon(self, *_: object) -> None:
        """Once for all the signals of a project that is being read."""
        self._soon.start()

    def _signals(self, project):
        return (project.readProject, project.cleared, project.layersAdded, project.layersRemoved)
