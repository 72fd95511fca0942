"""Shaded terrain of the current DEM, by the dialog of its algorithm."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from qgis.core import QgsMapLayer, QgsRasterLayer
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.gui.toolbox import Toolbox
from planetary_qgis.qgis_bridge.crs import body_of

_ALGORITHM = "planetary:shadedterrain"
_RAMPS = {"MARS": "Mars", "MOON": "Moon"}
_RAMP_OF_OTHERS = "Blue to yellow"


def open_shaded_terrain(toolbox: Toolbox) -> None:
    """Open the algorithm's dialog, filled in for the current layer."""
    layer = toolbox.canvas.currentLayer()
    if not _may_be_a_dem(layer):
        toolbox.reporter.warn(
            _tr("Choose a DEM in the layer tree first: a raster with a band of heights.")
        )
        return
    processing = sys.modules.get("processing")  # QGIS's own plugin, loaded if it is switched on
    if processing is None:
        toolbox.reporter.warn(_tr("Switch on the plugin Processing, which makes the terrain."))
        return
    dialog = processing.createAlgorithmDialog(_ALGORITHM, parameters_for(layer))
    if dialog is None:
        toolbox.reporter.warn(_tr("Processing does not know Shaded terrain: reload the plugin."))
        return
    toolbox.show_window(dialog)


def parameters_for(layer: QgsRasterLayer) -> dict[str, Any]:
    """What suits a DEM: its body's colours, and a folder beside it where that can be."""
    body = body_of(layer.crs())
    ramp = _RAMPS.get(body.name if body is not None else "", _RAMP_OF_OTHERS)
    parameters = {"INPUT": layer.id(), "RAMP": ramp}
    file = Path(layer.source())
    if file.is_absolute() and file.is_file() and os.access(file.parent, os.W_OK):
        parameters["FOLDER"] = str(file.with_name(f"{file.stem}_terrain"))
    return parameters


def _may_be_a_dem(layer: QgsMapLayer | None) -> bool:
    return isinstance(layer, QgsRasterLayer) and layer.isValid() and layer.providerType() == "gdal"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ShadedTerrain", text)
