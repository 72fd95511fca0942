"""Shades of a DEM under a light."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterBoolean

from planetary_qgis.processing.terrain_algorithm import DerivingAlgorithm, Draw

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.relief.derived import Derivation


class Hillshade(DerivingAlgorithm):
    """planetary:hillshade"""

    AZIMUTH, ALTITUDE, EXAGGERATION = "AZIMUTH", "ALTITUDE", "EXAGGERATION"
    MULTIDIRECTIONAL, FROM_NORTH = "MULTIDIRECTIONAL", "FROM_NORTH"

    def name(self) -> str:
        return "hillshade"

    def displayName(self) -> str:
        return self.tr("Hillshade (planetary)")

    def tags(self) -> list[str]:
        return ["shaded relief", "dem", "terrain", "light", "multidirectional", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes the shades of a DEM under a light: 1 is dark, 255 faces the light, 0 is no "
            "data.\n\n"
            "Every pixel is as wide and as high as it is on its body, in whatever map projection, "
            "also in degrees and near the poles; heights in kilometres, with a scale or offset, "
            "and radii instead of heights are understood. Global DEMs go on over the antimeridian "
            "and the poles.\n\n"
            "Azimuth: of the light, clockwise from the top of the map; with From north, clockwise "
            "from true north, which on a polar map is not its top. On maps, light from the upper "
            "left keeps craters from looking like domes.\n\n"
            "Several directions: four lights from the west to the north, of which each slope "
            "shows those that graze it (Mark 1992).\n\n"
            "Exaggeration: times that heights count, for gentle terrain."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        self.add_number(self.AZIMUTH, self.tr("Azimuth of the light (degrees)"), 315.0, 0.0, 360.0)
        self.add_number(self.ALTITUDE, self.tr("Altitude of the light (degrees)"), 45.0, 0.0, 90.0)
        self.add_number(self.EXAGGERATION, self.tr("Exaggeration of heights"), 1.0, 0.0001)
        for name, title in (
            (self.MULTIDIRECTIONAL, self.tr("Several directions")),
            (self.FROM_NORTH, self.tr("Azimuth counts from north instead of the top of the map")),
        ):
            self.addParameter(QgsProcessingParameterBoolean(name, title, defaultValue=False))
        self.add_output(self.tr("Hillshade"))

    def derivation(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[Derivation, Draw | None]:
        from planetary_qgis.qgis_bridge.rasters.relief.derived import Light, hillshade

        light = Light(
            azimuth=self.parameterAsDouble(parameters, self.AZIMUTH, context),
            altitude=self.parameterAsDouble(parameters, self.ALTITUDE, context),
            exaggeration=self.parameterAsDouble(parameters, self.EXAGGERATION, context),
            many_sides=self.parameterAsBool(parameters, self.MULTIDIRECTIONAL, context),
            from_north=self.parameterAsBool(parameters, self.FROM_NORTH, context),
        )
        return hillshade(light), None
