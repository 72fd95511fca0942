"""Adds basemaps to the map, each where it truly lies."""

from __future__ import annotations

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject, Qt

from planetary_qgis.core.rasters.basemaps import Basemap, basemaps
from planetary_qgis.gui.basemap_dialog import BasemapDialog
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.rasters import basemap_layers
from planetary_qgis.qgis_bridge.rasters.basemap_layers import ReachedBasemap


class BasemapController(QObject):
    """What stands behind the window."""

    def __init__(self, dialog: BasemapDialog, toolbox: Toolbox) -> None:
        super().__init__(dialog)
        self._dialog, self._tools = dialog, toolbox
        self._jobs = Jobs(dialog.job_bar, toolbox.reporter)
        dialog.show_basemaps(basemaps())
        here = body_of(toolbox.project.crs())
        dialog.open_body(here.title if here else "")
        dialog.add_requested.connect(self._add)
        dialog.finished.connect(self._jobs.close)
        self._jobs.busy_changed.connect(self._allow)

    def _add(self, chosen: Basemap) -> None:
        self._jobs.start(
            self.tr("Asking for {basemap}").format(basemap=chosen.name),
            lambda _feedback: basemap_layers.reach(chosen),
            self._show,
        )

    def _show(self, reached: ReachedBasemap) -> None:
        shown = self._tools.results.show(basemap_layers.dressed(reached), on_top=False)
        text = self.tr("{basemap} is on the map. Credit: {credit}.")
        self._tools.tell_shown(
            text.format(basemap=reached.basemap.name, credit=reached.basemap.credit), shown
        )

    def _allow(self) -> None:
        self._dialog.allow(self.tr("Wait for the service") if self._jobs.busy else "")


def open_basemaps(iface: QgisInterface, toolbox: Toolbox) -> None:
    """Open the window; it goes when it is closed."""
    dialog = BasemapDialog(iface.mainWindow())
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    BasemapController(dialog, toolbox)
    dialog.show()
