"""How closely outlines follow pixels, as parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext, QgsProcessingParameterNumber

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.outlines.valid_pixels import Detail

MOST_PIXELS, TOLERANCE, LEAST_PIXELS = "MOST_PIXELS", "TOLERANCE", "LEAST_PIXELS"


class OutlineAlgorithm(RasterAlgorithm):
    """An algorithm that makes outlines of valid pixels."""

    feature = Feature.RASTER_OUTLINES

    def add_detail(self, most_pixels: int) -> None:
        """Declare how closely outlines follow pixels."""
        whole, real = (
            QgsProcessingParameterNumber.Type.Integer,
            QgsProcessingParameterNumber.Type.Double,
        )
        for name, title, kind, default in (
            (
                MOST_PIXELS,
                self.tr("Pixels looked at on the longer side (0: every one)"),
                whole,
                most_pixels,
            ),
            (TOLERANCE, self.tr("Simplify by at most (pixels looked at)"), real, 1.0),
            (LEAST_PIXELS, self.tr("Leave out holes and islands below (pixels)"), whole, 0),
        ):
            self.addParameter(
                QgsProcessingParameterNumber(name, title, kind, defaultValue=default, minValue=0)
            )

    def detail(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Detail:
        from planetary_qgis.qgis_bridge.rasters.outlines.valid_pixels import Detail

        return Detail(
            self.parameterAsInt(parameters, MOST_PIXELS, context),
            self.parameterAsDouble(parameters, TOLERANCE, context),
            self.parameterAsInt(parameters, LEAST_PIXELS, context),
        )
