"""Curvatures of a DEM."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext

from planetary_qgis.processing.terrain_algorithm import DerivingAlgorithm, Draw

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.relief.derived import Derivation


class Curvature(DerivingAlgorithm):
    """planetary:curvature"""

    KIND = "KIND"

    def name(self) -> str:
        return "curvature"

    def displayName(self) -> str:
        return self.tr("Curvature (planetary)")

    def tags(self) -> list[str]:
        return ["convexity", "profile", "plan", "dem", "terrain", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a raster of how the ground of a DEM bends, per metre: positive where it "
            "bulges, negative where it is hollow (Zevenbergen and Thorne 1987; Florinsky 2016).\n\n"
            "Every pixel is as wide and as high as it is on its body, in whatever map projection, "
            "also in degrees and near the poles; heights in kilometres, with a scale or offset, "
            "and radii instead of heights are understood. Global DEMs go on over the antimeridian "
            "and the poles.\n\n"
            "Kind: profile, along the slope; tangential, across it; or mean, of both.\n\n"
            "The roundness of the body itself does not count. Curvatures of noisy DEMs are noise: "
            "smooth them first."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        self.add_choice(self.KIND, self.tr("Kind"), ["profile", "tangential", "mean"])
        self.add_output(self.tr("Curvature"))

    def derivation(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[Derivation, Draw | None]:
        from planetary_qgis.qgis_bridge.rasters.relief.derived import CURVATURES

        return CURVATURES[self.parameterAsString(parameters, self.KIND, context)], None
