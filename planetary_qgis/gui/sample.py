"""The sample data that ship with the plugin, opened for a first try."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import QgsProject, QgsRasterLayer
from qgis.gui import QgisInterface
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.dock import ToolDock
from planetary_qgis.gui.spice_work import RunOfTimes
from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.crs import crs_of, same_body

_FOLDER = Path(__file__).resolve().parents[1] / "resources" / "sample"
RASTER = _FOLDER / "synthetic_mars_shade.tif"
LABEL = _FOLDER / "index.lbl"
METAKERNEL = _FOLDER / "synthetic.tm"
# A revolution of the orbiter.
RUN = RunOfTimes(start="2019-09-01T00:10:00", stop="2019-09-01T02:03:00", step_s=60.0)
TARGET, OBSERVER, INSTRUMENT = "MARS", "SYNTHETIC_ORBITER", "SYNTH_FRAME_CAM"


def open_sample(iface: QgisInterface, toolbox: Toolbox, docks: Sequence[ToolDock]) -> None:
    """Put the sample's raster on the map, and the rest of the sample into the docks."""
    try:
        if not _add_raster(iface, toolbox):
            return
    except PlanetaryError as error:
        toolbox.reporter.failed(error)
        return
    for dock in reversed(docks):
        dock.setUserVisible(True)
        controller = dock.build()
        if controller is not None:
            controller.use_sample()


def _add_raster(iface: QgisInterface, toolbox: Toolbox) -> bool:
    """Whether the raster is on the map; False where the user wants to keep another project."""
    raster = QgsRasterLayer(
        str(RASTER), QCoreApplication.translate("Sample", "Synthetic sample of Mars")
    )
    if not raster.isValid():
        raise PlanetaryError(
            f"The sample raster {RASTER} cannot be opened.",
            details=raster.error().summary(),
            hint="Install the plugin again.",
        )
    if _lies_elsewhere(toolbox.project) and not iface.newProject(True):
        return False
    shown = toolbox.results.show(raster, on_top=False)
    ready = QCoreApplication.translate("Sample", "The sample is open.")
    toolbox.tell_shown(ready, shown)
    return True


def _lies_elsewhere(project: QgsProject) -> bool:
    """Whether the project holds layers and is on another body than the sample."""
    return bool(project.mapLayers()) and not same_body(project.crs(), crs_of(body(TARGET)))
