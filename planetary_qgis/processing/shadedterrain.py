"""A DEM as a group of layers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFolderDestination,
)

from planetary_qgis.processing.terrain_algorithm import RAMPS, TerrainAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.relief.shaded_terrain import Recipe, TerrainFiles


class ShadedTerrain(TerrainAlgorithm):
    """planetary:shadedterrain"""

    RAMP, MULTIDIRECTIONAL, EXAGGERATION = "RAMP", "MULTIDIRECTIONAL", "EXAGGERATION"
    AZIMUTH, ALTITUDE = "AZIMUTH", "ALTITUDE"
    SLOPE, CONTOURS, INTERVAL, LOAD = "SLOPE", "CONTOURS", "INTERVAL", "LOAD"
    FOLDER, DEFINITION = "FOLDER", "DEFINITION"

    def __init__(self) -> None:
        super().__init__()
        self._made: tuple[TerrainFiles, Recipe, Path, bool] | None = None

    def name(self) -> str:
        return "shadedterrain"

    def displayName(self) -> str:
        return self.tr("Shaded terrain")

    def tags(self) -> list[str]:
        return ["hillshade", "colour relief", "contours", "slope", "dem", "basemap", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a group of layers of a DEM: heights in colours, a hillshade that darkens them, "
            "and, switched off at first, slopes and contours.\n\n"
            "Colours: Mars and Moon are rainbows like those in which their altimeters' maps are "
            "known; Blue to yellow is even in lightness and told apart by colour-blind readers.\n\n"
            "Exaggeration: times that heights count for the shades; 0 lets the steeper tenth of "
            "the ground look steep.\n\n"
            "Contour interval: metres; 0 for one that gives some twenty contours.\n\n"
            "Folder: gets hillshade.tif, slope.tif and contours.gpkg, and shaded_terrain.qlr, "
            "which opens the whole group in any project. Where the map is true to scale in "
            "metres, QGIS shades while it draws, and no hillshade is written."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_dem()
        self.add_choice(self.RAMP, self.tr("Colours"), RAMPS)
        self.add_number(self.AZIMUTH, self.tr("Azimuth of the light (degrees)"), 315.0, 0.0, 360.0)
        self.add_number(self.ALTITUDE, self.tr("Altitude of the light (degrees)"), 45.0, 0.0, 90.0)
        self.add_number(
            self.EXAGGERATION, self.tr("Exaggeration of heights (0: one that suits)"), 0.0, 0.0
        )
        self.add_number(
            self.INTERVAL, self.tr("Contour interval (metres; 0: one that suits)"), 0.0, 0.0
        )
        for name, title, default in (
            (self.MULTIDIRECTIONAL, self.tr("Light from several directions"), False),
            (self.SLOPE, self.tr("Slopes"), True),
            (self.CONTOURS, self.tr("Contours"), True),
            (self.LOAD, self.tr("Add the group to the project"), True),
        ):
            self.addParameter(QgsProcessingParameterBoolean(name, title, defaultValue=default))
        self.addParameter(QgsProcessingParameterFolderDestination(self.FOLDER, self.tr("Folder")))
        self.addOutput(QgsProcessingOutputFile(self.DEFINITION, self.tr("Layer definition")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.relief.shaded_terrain import DEFINITION, make_files

        dem, band = self.dem(parameters, context)
        folder = Path(self.parameterAsString(parameters, self.FOLDER, context))
        recipe = self._recipe(parameters, context)
        files = make_files(dem, folder, recipe, feedback, band)
        load = self.parameterAsBool(parameters, self.LOAD, context)
        self._made = files, recipe, folder / DEFINITION, load
        feedback.pushInfo(
            self.tr("Heights count {times:g} times for the shades.").format(
                times=files.light.exaggeration
            )
        )
        return {self.FOLDER: str(folder), self.DEFINITION: str(folder / DEFINITION)}

    def end(self, context: QgsProcessingContext, _feedback: QgsProcessingFeedback) -> None:
        """Make the layers, for which QGIS wants its main thread."""
        from planetary_qgis.qgis_bridge.rasters.relief.shaded_terrain import (
            add_group,
            terrain_layers,
            write_definition,
        )

        if self._made is None:
            return
        (files, recipe, definition, load), self._made = self._made, None
        title = self.tr("Shaded terrain: {dem}").format(dem=files.dem.name)
        layers = terrain_layers(files, recipe)
        write_definition(definition, title, layers)
        if load and context.project() is not None:
            add_group(context.project(), title, layers)

    def _recipe(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Recipe:
        from planetary_qgis.qgis_bridge.rasters.relief.derived import Light
        from planetary_qgis.qgis_bridge.rasters.relief.shaded_terrain import Recipe

        return Recipe(
            ramp=self.parameterAsString(parameters, self.RAMP, context),
            light=Light(
                azimuth=self.parameterAsDouble(parameters, self.AZIMUTH, context),
                altitude=self.parameterAsDouble(parameters, self.ALTITUDE, context),
                exaggeration=self.parameterAsDouble(parameters, self.EXAGGERATION, context),
                many_sides=self.parameterAsBool(parameters, self.MULTIDIRECTIONAL, context),
            ),
            slope=self.parameterAsBool(parameters, self.SLOPE, context),
            contours=self.parameterAsBool(parameters, self.CONTOURS, context),
            interval=self.parameterAsDouble(parameters, self.INTERVAL, context),
        )
