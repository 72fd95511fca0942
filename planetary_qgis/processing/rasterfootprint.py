"""The true outline of a raster's valid pixels."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBand,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterRasterLayer,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.reports import Report
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.outline_inputs import OutlineAlgorithm


class RasterFootprint(OutlineAlgorithm):
    """planetary:rasterfootprint"""

    INPUT, BAND = "INPUT", "BAND"

    def name(self) -> str:
        return "rasterfootprint"

    def displayName(self) -> str:
        return self.tr("Raster footprint")

    def tags(self) -> list[str]:
        return ["outline", "valid pixels", "extent", "no data", "polygonize", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes the outline of a raster's valid pixels: a polygon with holes, in longitudes "
            "and latitudes on the body's sphere, valid also over the antimeridian and around the "
            "poles.\n\n"
            "No data are pixels with the no-data value, masked and wholly transparent ones, and "
            "special pixels of archives. A pixel counts where any band has a value (of more than "
            "four, some spread over all are looked at); or choose one band.\n\n"
            "Pixels looked at: larger rasters are thinned out first, which is quick and good to "
            "a pixel of those looked at. 0 looks at every one.\n\n"
            "The table tells the size of a pixel on the ground in the middle of the raster, the "
            "area on the body's sphere, and how much of the raster is valid."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(QgsProcessingParameterRasterLayer(self.INPUT, self.tr("Raster")))
        self.addParameter(
            QgsProcessingParameterBand(
                self.BAND, self.tr("Band (none: any)"), None, self.INPUT, optional=True
            )
        )
        self.add_detail(2000)
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Footprint"), QgsProcessing.SourceType.TypeVectorPolygon
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.outlines.outline_rows import outlines_answer
        from planetary_qgis.qgis_bridge.rasters.outlines.outlines import outline_of, placed_layer

        layer = self.parameterAsRasterLayer(parameters, self.INPUT, context)
        if layer is None or not layer.isValid():
            raise PlanetaryError(
                "The raster cannot be opened.", hint="Choose one that draws in QGIS."
            )
        band = parameters.get(self.BAND)
        number = None if band is None else self.parameterAsInt(parameters, self.BAND, context)
        detail = self.detail(parameters, context)
        outline = outline_of(placed_layer(layer), detail, feedback, number)
        if outline.shape is None:
            raise PlanetaryError(
                f"{layer.name()} has no valid pixel on the map: there is no footprint.",
                hint="Choose another band, or check its no-data value.",
            )
        if outline.step > 1.0:
            feedback.pushInfo(
                self.tr("One of {step:.1f} × {step:.1f} pixels was looked at.").format(
                    step=outline.step
                )
            )
        answer = outlines_answer([outline], detail, Report())
        title = self.tr("Footprint of {raster}").format(raster=layer.name())
        return self.hand_over(answer, title, parameters, context, feedback)
