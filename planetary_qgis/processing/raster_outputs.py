"""Where rasters of algorithms go, and how they look once Processing has loaded them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsRasterLayer,
)

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.opened import OpenRaster

_dressers: list[_Dresser] = []
"""Processing keeps only the C++ half of a post-processor, and uses it after the algorithm ended."""


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
    if context.willLoadLayerOnCompletion(written):
        dresser = _Dresser(raster)
        _dressers.append(dresser)
        context.layerToLoadOnCompletionDetails(written).setPostProcessor(dresser)


class _Dresser(QgsProcessingLayerPostProcessorInterface):
    def __init__(self, raster: OpenRaster) -> None:
        super().__init__()
        self._raster = raster

    def postProcessLayer(
        self,
        layer: QgsRasterLayer,
        _context: QgsProcessingContext,
        _feedback: QgsProcessingFeedback,
    ) -> None:
        if layer.bandCount() == len(self._raster.bands):
            self._raster.dress(layer)
        layer.setName(self._raster.title)
        layer.triggerRepaint()
