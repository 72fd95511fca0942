"""What the raster algorithms share."""

from __future__ import annotations

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.processing.algorithm import PlanetaryAlgorithm


class RasterAlgorithm(PlanetaryAlgorithm):
    """An algorithm of the group Rasters."""

    feature = Feature.RASTERS

    def group(self) -> str:
        return self.tr("Rasters")

    def groupId(self) -> str:
        return "rasters"
