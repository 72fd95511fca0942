"""Heights as colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.terrain_algorithm import RAMPS, TerrainAlgorithm


class ColourRelief(TerrainAlgorithm):
    """planetary:colourrelief"""

    RAMP, LOW, HIGH = "RAMP", "LOW", "HIGH"

    def name(self) -> str:
        return "colourrelief"

    def displayName(self) -> str:
        return self.tr("Colour relief (planetary)")

    def tags(self) -> list[str]:
        return ["hypsometric", "color relief", "tint", "dem", "terrain", "mola", "lola", "ramp"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a picture of a DEM's heights in colours: red, green, blue and opacity, which is "
            "none where the DEM knows no height. To colour a DEM in QGIS alone no file is needed: "
            "Shaded terrain does it with the layer's style.\n\n"
            "Colours: Mars and Moon are rainbows like those in which their altimeters' maps are "
            "known; Blue to yellow is even in lightness and told apart by colour-blind readers.\n\n"
            "Lowest and highest height: metres, of the ramp's ends; empty for the DEM's own. "
            "Radii count from the body's equatorial radius."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        self.add_choice(self.RAMP, self.tr("Colours"), RAMPS)
        for name, title in (
            (self.LOW, self.tr("Lowest height (metres; empty: the DEM's)")),
            (self.HIGH, self.tr("Highest height (metres; empty: the DEM's)")),
        ):
            real = QgsProcessingParameterNumber.Type.Double
            self.addParameter(QgsProcessingParameterNumber(name, title, real, optional=True))
        self.addParameter(QgsProcessingParameterRasterDestination(OUTPUT, self.tr("Colour relief")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.relief.colour_reliefs import write_colour_relief
        from planetary_qgis.qgis_bridge.rasters.relief.terrain_styles import height_ramp

        dem, band = self.dem(parameters, context)
        path = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        low, high = (
            None
            if parameters.get(name) is None
            else self.parameterAsDouble(parameters, name, context)
            for name in (self.LOW, self.HIGH)
        )
        ramp = height_ramp(self.parameterAsString(parameters, self.RAMP, context))
        ends = write_colour_relief(dem, Path(path), ramp, feedback, low=low, high=high, band=band)
        feedback.pushInfo(
            self.tr("Colours go from {low:.0f} m to {high:.0f} m.").format(
                low=ends.low, high=ends.high
            )
        )
        return {OUTPUT: path}
