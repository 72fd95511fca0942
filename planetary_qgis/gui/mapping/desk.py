"""What the tabs of the Geologic Mapping dock share: the map of the project, and the running job."""

from __future__ import annotations

from planetary_qgis.gui.job_bar import JobBar
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.mapping.map_watcher import MapWatcher
from planetary_qgis.gui.toolbox import Toolbox


class MapDesk(MapWatcher):
    """Follows the project from map to map, and runs one job at a time for all tabs."""

    def __init__(self, toolbox: Toolbox, job_bar: JobBar) -> None:
        super().__init__(toolbox, job_bar)
        self.jobs = Jobs(job_bar, toolbox.reporter)

    def unload(self) -> None:
        super().unload()
        self.jobs.close()
