"""A geologic map made elsewhere into the layers of a map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsVectorLayer,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.importing.mappings import LayerMapping
    from planetary_qgis.qgis_bridge.mapping.importing import Imported

FEATURES = "FEATURES"


class ImportMap(MappingAlgorithm):
    """planetary:importmap"""

    INPUT, FOLDER, MAPPING, USED = "INPUT", "FOLDER", "MAPPING", "USED_MAPPING"
    AS_IS, KEEP_COLUMNS, POINTS = "AS_IS", "KEEP_COLUMNS", "POINTS"

    def name(self) -> str:
        return "importmap"

    def displayName(self) -> str:
        return self.tr("Import geologic map")

    def tags(self) -> list[str]:
        return [
            "shapefile",
            "geopackage",
            "planmap",
            "gems",
            "usgs",
            "contacts",
            "units",
            "convert",
        ]

    def shortHelpString(self) -> str:
        return self.tr(
            "Adds the layers of a map made elsewhere, a GeoPackage, a shapefile or a folder of "
            "shapefiles, to the layers of a map of the template.\n\n"
            "Which layer, column and value becomes which is guessed from names and values, as "
            "those of PLANMAP's packages, USGS's published maps and GeMS, unless a file with a "
            "column mapping says it; the mapping that was used can be written into such a file, "
            "looked through, changed and used again. It is kept in the map's GeoPackage too.\n\n"
            "Layers are transformed into the map's coordinate system. One on another body, or "
            "whose coordinates cannot be those of its system, is refused, unless its coordinates "
            "are to be taken as they are.\n\n"
            "The project's map is edited, one undo step a layer; save the layers to keep it. "
            "Other GeoPackages are saved."
        )

    def flags(self) -> Any:
        # The layers of the project are edited on their own thread.
        return super().flags() | QgsProcessingAlgorithm.Flag.FlagNoThreading

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        for parameter in (
            QgsProcessingParameterFile(
                self.INPUT,
                self.tr("GeoPackage or shapefile"),
                fileFilter=self.tr("Maps (*.gpkg *.shp *.geojson *.fgb);;All files (*)"),
                optional=True,
            ),
            QgsProcessingParameterFile(
                self.FOLDER,
                self.tr("… or folder of shapefiles"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            ),
            QgsProcessingParameterFile(
                self.MAPPING, self.tr("Column mapping"), extension="json", optional=True
            ),
            QgsProcessingParameterBoolean(
                self.AS_IS,
                self.tr("Take coordinates as they are where the system is another body's"),
                False,
            ),
            QgsProcessingParameterBoolean(
                self.KEEP_COLUMNS, self.tr("Keep columns that the template does not have"), True
            ),
            QgsProcessingParameterBoolean(
                self.POINTS, self.tr("Set a unit point in each unit where none come along"), True
            ),
            QgsProcessingParameterFileDestination(
                self.USED,
                self.tr("Column mapping that was used"),
                "JSON (*.json)",
                optional=True,
                createByDefault=False,
            ),
        ):
            self.addParameter(parameter)
        self.add_map_parameter()
        self.addOutput(QgsProcessingOutputNumber(FEATURES, self.tr("Imported features")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.mapping.importing.mappings import write_mappings
        from planetary_qgis.qgis_bridge.mapping import importing

        path = self.map_path(parameters, context)
        layers = importing.layers_in(self._input(parameters, context))
        mappings = self._mappings(layers, path, parameters, context)
        for name, mapping in mappings.items():
            feedback.pushInfo(f"{name} → {mapping.target or self.tr('not imported')}")
        options = importing.ImportOptions(
            as_is=self.parameterAsBoolean(parameters, self.AS_IS, context),
            keep_columns=self.parameterAsBoolean(parameters, self.KEEP_COLUMNS, context),
            points_in_units=self.parameterAsBoolean(parameters, self.POINTS, context),
        )
        sources = [(layer, mappings[layer.name()]) for layer in layers]
        imported = importing.import_into(
            importing.map_to_import_into(path, context.project()), sources, options, feedback
        )
        self._tell(imported, feedback)
        results: dict[str, Any] = {FEATURES: sum(imported.counts.values())}
        used = self.parameterAsFileOutput(parameters, self.USED, context)
        if used:
            write_mappings(Path(used), mappings)
            results[self.USED] = used
        return results

    def _input(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        given = [
            self.parameterAsString(parameters, name, context) for name in (self.INPUT, self.FOLDER)
        ]
        chosen = [Path(each) for each in given if each]
        if len(chosen) != 1:
            raise PlanetaryError(
                self.tr("Either a file or a folder is to be imported."),
                hint=self.tr("Give one of both."),
            )
        if not chosen[0].exists():
            raise PlanetaryError(
                self.tr("There is no {path}.").format(path=chosen[0]),
                hint=self.tr("Choose the file or folder that holds the map."),
            )
        return chosen[0]

    def _mappings(
        self,
        layers: list[QgsVectorLayer],
        path: Path,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> dict[str, LayerMapping]:
        from planetary_qgis.core.mapping.importing.mappings import read_mappings
        from planetary_qgis.qgis_bridge.mapping.importing import proposed_mappings

        given = self.parameterAsFile(parameters, self.MAPPING, context)
        return proposed_mappings(layers, path, read_mappings(Path(given)) if given else {})

    def _tell(self, imported: Imported, feedback: QgsProcessingFeedback) -> None:
        for name, count in imported.counts.items():
            feedback.pushInfo(f"{name}: {count:,}")
        for sentence in imported.report.sentences():
            feedback.pushWarning(sentence)
