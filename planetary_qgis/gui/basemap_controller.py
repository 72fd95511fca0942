"""Adds basemaps to the map, each where it truly lies."""

from __future__ import annotations

from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QObject

from planetary_qgis.core.rasters.basemaps import Basemap, basemaps
from planetary_qgis.gui.basemap_dialog import BasemapDialog
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.rasters import basemap_layers
from planetary_qgis.qgis_bridge.rasters.opened import OpenRaster


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
            lambda feedback: basemap_layers.reach(chosen, feedback),
            lambda reached: self._show(chosen, reached),
        )

    def _show(self, chosen: Basemap, reached: OpenRaster) -> None:
        layer = basemap_layers.layer_of(chosen, reached)
        shown = self._tools.results.show(layer, on_top=False)
        text = self.tr("{basemap} is on the map. Credit: {credit}.")
        self._tools.tell_shown(
            text.format(basemap=chosen.name, credit=chosen.credit), shown, reached.notes
        )

    def _allow(self) -> None:
        self._dialog.allow(self.tr("Wait for the service") if self._jobs.busy else "")


def open_basemaps(iface: QgisInterface, toolbox: Toolbox) -> None:
    """Open the window."""
    dialog = BasemapDialog(iface.mainWindow())
    BasemapController(dialog, toolbox)
    toolbox.show_window(dialog)
