"""Directions of slopes of a DEM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext

from planetary_qgis.processing.terrain_algorithm import DerivingAlgorithm, Draw

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.relief.derived import Derivation


class Aspect(DerivingAlgorithm):
    """planetary:aspect"""

    def name(self) -> str:
        return "aspect"

    def displayName(self) -> str:
        return self.tr("Aspect (planetary)")

    def tags(self) -> list[str]:
        return ["direction", "exposition", "dem", "terrain", "slope", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a raster of where downhill is: degrees clockwise from true north, no data on "
            "level ground.\n\n"
            "Every pixel is as wide and as high as it is on its body, in whatever map projection, "
            "also in degrees and near the poles; heights in kilometres, with a scale or offset, "
            "and radii instead of heights are understood. Global DEMs go on over the antimeridian "
            "and the poles.\n\n"
            "North is the body's, also where it is not up on the map: on polar, conic and oblique "
            "ones."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        self.add_output(self.tr("Aspect"))

    def derivation(
        self,
        parameters: dict[str, Any],  # noqa: ARG002 - there is nothing to choose
        context: QgsProcessingContext,  # noqa: ARG002
    ) -> tuple[Derivation, Draw | None]:
        from planetary_qgis.qgis_bridge.rasters.relief.derived import ASPECT
        from planetary_qgis.qgis_bridge.rasters.relief.terrain_styles import colour_aspects

        return ASPECT, colour_aspects
