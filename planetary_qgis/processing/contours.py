"""Contours of a DEM."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterVectorDestination,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.terrain_algorithm import TerrainAlgorithm
from planetary_qgis.processing.when_loaded import when_loaded


class Contours(TerrainAlgorithm):
    """planetary:contours"""

    INTERVAL, BASE = "INTERVAL", "BASE"

    def name(self) -> str:
        return "contours"

    def displayName(self) -> str:
        return self.tr("Contours (planetary)")

    def tags(self) -> list[str]:
        return ["isolines", "dem", "terrain", "heights", "elevation", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes contours of a DEM, in its own coordinate system, with their heights in metres "
            "(height_m) whatever the DEM counts in; radii count from the body's equatorial "
            "radius. Every fifth contour is drawn thicker and says its height.\n\n"
            "Interval: metres; 0 for 1, 2 or 5 times a power of ten that gives some twenty "
            "contours.\n\n"
            "Base: a height that is one of them."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        self.add_number(self.INTERVAL, self.tr("Interval (metres; 0: one that suits)"), 0.0, 0.0)
        self.add_number(self.BASE, self.tr("Base (metres)"), 0.0, None)
        self.addParameter(
            QgsProcessingParameterVectorDestination(
                OUTPUT, self.tr("Contours"), QgsProcessing.SourceType.TypeVectorLine
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.relief.contours import write_contours
        from planetary_qgis.qgis_bridge.rasters.relief.terrain_styles import draw_contours

        dem, band = self.dem(parameters, context)
        path = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        if Path(path).suffix.lower() != ".gpkg":
            raise PlanetaryError(
                f"{path} cannot be written: contours are written as GeoPackage.",
                hint="Let its name end with .gpkg; other formats lose the body's CRS.",
            )
        interval = write_contours(
            dem,
            Path(path),
            feedback,
            interval=self.parameterAsDouble(parameters, self.INTERVAL, context),
            base=self.parameterAsDouble(parameters, self.BASE, context),
            band=band,
        )
        feedback.pushInfo(self.tr("A contour every {interval:g} m.").format(interval=interval))
        when_loaded(path, context, partial(draw_contours, interval=interval))
        return {OUTPUT: path}
