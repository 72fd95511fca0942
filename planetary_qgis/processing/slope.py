"""Slopes of a DEM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext

from planetary_qgis.processing.terrain_algorithm import DerivingAlgorithm, Draw

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.relief.derived import Derivation


class Slope(DerivingAlgorithm):
    """planetary:slope"""

    UNIT = "UNIT"

    def name(self) -> str:
        return "slope"

    def displayName(self) -> str:
        return self.tr("Slope (planetary)")

    def tags(self) -> list[str]:
        return ["steepness", "gradient", "dem", "terrain", "landing site", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a raster of how steep the ground of a DEM is (Horn 1981).\n\n"
            "Every pixel is as wide and as high as it is on its body, in whatever map projection, "
            "also in degrees and near the poles; heights in kilometres, with a scale or offset, "
            "and radii instead of heights are understood. Global DEMs go on over the antimeridian "
            "and the poles.\n\n"
            "Unit: degrees from level, or per cent: metres up a hundred metres."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        self.add_choice(self.UNIT, self.tr("Unit"), ["degrees", "percent"])
        self.add_output(self.tr("Slope"))

    def derivation(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[Derivation, Draw | None]:
        from planetary_qgis.qgis_bridge.rasters.relief.derived import SLOPES
        from planetary_qgis.qgis_bridge.rasters.relief.terrain_styles import colour_slopes

        unit = self.parameterAsString(parameters, self.UNIT, context)
        return SLOPES[unit], colour_slopes if unit == "degrees" else None
