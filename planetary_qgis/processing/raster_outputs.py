"""Where rasters of algorithms go, and how they look once Processing has loaded them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsProcessingContext, QgsRasterLayer

from planetary_qgis.processing.when_loaded import when_loaded

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.opened import OpenRaster


def as_vrt(destination: str, context: QgsProcessingContext) -> Path:
    """The destination with the ending of virtual rasters: Processing's own choice is .tif."""
    path = Path(destination)
    if path.suffix.lower() == ".vrt":
        return path
    path = path.with_suffix(".vrt")
    loading = context.layersToLoadOnCompletion()
    if destination in loading:
        loading[str(path)] = loading.pop(destination)
        context.setLayersToLoadOnCompletion(loading)
    return path


def dress_when_loaded(written: str, raster: OpenRaster, context: QgsProcessingContext) -> None:
    """Give the layer, once Processing has put it into the project, its stretch and its facts."""

    def dress(layer: QgsRasterLayer) -> None:
        if layer.bandCount() == len(raster.bands):
            raster.dress(layer)
        layer.setName(raster.title)

    when_loaded(written, context, dress)
