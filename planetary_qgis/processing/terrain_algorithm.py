"""What the algorithms on DEMs share: their inputs, and how results are written and drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBand,
    QgsProcessingParameterEnum,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
    QgsProcessingParameterRasterLayer,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm
from planetary_qgis.processing.when_loaded import when_loaded

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.relief.derived import Derivation
    from planetary_qgis.qgis_bridge.terrain import DemSource

Draw = Callable[[QgsMapLayer], None]

INPUT, BAND = "INPUT", "BAND"
RAMPS = ["Mars", "Moon", "Blue to yellow", "Ochre", "Grey"]
"""terrain_styles.HEIGHT_RAMPS; a test holds them equal."""


class TerrainAlgorithm(RasterAlgorithm):
    """An algorithm on a DEM."""

    def add_dem(self) -> None:
        """Declare the DEM and its band."""
        self.addParameter(
            QgsProcessingParameterRasterLayer(INPUT, self.tr("DEM (heights, or radii)"))
        )
        self.addParameter(
            QgsProcessingParameterBand(BAND, self.tr("Band"), 1, INPUT, optional=True)
        )

    def add_number(
        self, name: str, title: str, default: float, least: float | None, most: float | None = None
    ) -> None:
        """Declare a real number."""
        limits = {"minValue": least, "maxValue": most}
        self.addParameter(
            QgsProcessingParameterNumber(
                name,
                title,
                QgsProcessingParameterNumber.Type.Double,
                defaultValue=default,
                **{key: value for key, value in limits.items() if value is not None},
            )
        )

    def add_choice(self, name: str, title: str, choices: list[str]) -> None:
        """Declare a choice of words; the first is the usual one."""
        self.addParameter(
            QgsProcessingParameterEnum(
                name, title, options=choices, defaultValue=choices[0], usesStaticStrings=True
            )
        )

    def dem(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[DemSource, int]:
        """The DEM and its band.

        Raises:
            PlanetaryError: It is none that can be read as one.
        """
        from planetary_qgis.qgis_bridge.terrain import dem_source

        layer = self.parameterAsRasterLayer(parameters, INPUT, context)
        if layer is None or not layer.isValid():
            raise PlanetaryError(
                "The DEM cannot be opened.", hint="Choose a raster that draws in QGIS."
            )
        return dem_source(layer), self.parameterAsInt(parameters, BAND, context)


class DerivingAlgorithm(TerrainAlgorithm):
    """An algorithm that makes a raster of a DEM's size.

    Children define `derivation`.
    """

    def add_output(self, title: str) -> None:
        self.addParameter(QgsProcessingParameterRasterDestination(OUTPUT, title))

    def derivation(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[Derivation, Draw | None]:
        """What is derived, and how it is drawn."""
        raise NotImplementedError

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.relief.derived import derive

        dem, band = self.dem(parameters, context)
        path = self.parameterAsOutputLayer(parameters, OUTPUT, context)
        derivation, draw = self.derivation(parameters, context)
        derive(dem, derivation, Path(path), feedback, band)
        if draw is not None:
            when_loaded(path, context, draw)
        return {OUTPUT: path}
