"""A basemap as a raster file that reads its pictures over the network."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterRasterDestination,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm
from planetary_qgis.processing.raster_outputs import as_vrt, dress_when_loaded

BASEMAP = "BASEMAP"


class LoadBasemap(RasterAlgorithm):
    """planetary:basemap"""

    def name(self) -> str:
        return "basemap"

    def displayName(self) -> str:
        return self.tr("Basemap")

    def tags(self) -> list[str]:
        return ["basemap", "mosaic", "tiles", "wms", "xyz", "mars", "moon", "trek", "usgs", "opm"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a raster of a basemap of a planet or moon that a service holds, in the "
            "coordinate reference system that it truly has: tile services say that they lie on "
            "the Earth.\n\n"
            "The output is a small VRT file; pixels are read over the network when they are "
            "needed. Whom to credit is written to the log."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        from planetary_qgis.core.rasters.basemaps import basemaps

        self.addParameter(
            QgsProcessingParameterEnum(
                BASEMAP,
                self.tr("Basemap"),
                options=[each.id for each in basemaps()],
                usesStaticStrings=True,
            )
        )
        self.addParameter(QgsProcessingParameterRasterDestination(OUTPUT, self.tr("Basemap")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.rasters.basemaps import basemap
        from planetary_qgis.qgis_bridge.rasters.basemap_layers import reach

        chosen = basemap(self.parameterAsEnumString(parameters, BASEMAP, context))
        reached = reach(chosen, feedback)
        path = as_vrt(self.parameterAsOutputLayer(parameters, OUTPUT, context), context)
        reached.write_vrt(path)
        dress_when_loaded(str(path), reached, context)
        feedback.pushInfo(self.tr("Credit: {credit}").format(credit=chosen.credit))
        feedback.pushInfo(chosen.page)
        return {OUTPUT: str(path)}
