"""Roughness of a DEM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext

from planetary_qgis.processing.terrain_algorithm import DerivingAlgorithm, Draw

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.relief.derived import Derivation


class Roughness(DerivingAlgorithm):
    """planetary:roughness"""

    KIND = "KIND"

    def name(self) -> str:
        return "roughness"

    def displayName(self) -> str:
        return self.tr("Roughness (planetary)")

    def tags(self) -> list[str]:
        return ["tri", "tpi", "ruggedness", "dem", "terrain", "landing site", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a raster of how a DEM's heights differ from pixel to pixel, in metres.\n\n"
            "Kind: ruggedness, the root of the summed squares of the differences to the eight "
            "neighbours (Riley et al. 1999); difference, their mean (Wilson et al. 2007); "
            "position, how far a pixel lies above the mean of its neighbours; range, the highest "
            "minus the lowest.\n\n"
            "Heights in kilometres or with a scale are understood; global DEMs go on over the "
            "antimeridian and the poles. These numbers depend on the size of the pixels: compare "
            "them only among DEMs of one resolution and map projection."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        kinds = ["ruggedness", "difference", "position", "range"]
        self.add_choice(self.KIND, self.tr("Kind"), kinds)
        self.add_output(self.tr("Roughness"))

    def derivation(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[Derivation, Draw | None]:
        from planetary_qgis.qgis_bridge.rasters.relief.derived import ROUGHNESS

        return ROUGHNESS[self.parameterAsString(parameters, self.KIND, context)], None
