"""Footprints of many rasters, and a virtual mosaic of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.reports import Report
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.outline_inputs import OutlineAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.outlines.outlines import Outline, PlacedRaster

_PATTERNS = "*.tif; *.tiff; *.vrt; *.cub; *.lbl; *.xml; *.img; *.jp2; *.fits"


class MosaicIndex(OutlineAlgorithm):
    """planetary:mosaicindex"""

    LAYERS, FOLDER, PATTERN, SUBFOLDERS = "LAYERS", "FOLDER", "PATTERN", "SUBFOLDERS"
    CRS, MOSAIC = "CRS", "MOSAIC"

    def name(self) -> str:
        return "mosaicindex"

    def displayName(self) -> str:
        return self.tr("Mosaic index")

    def tags(self) -> list[str]:
        return ["tile index", "vrt", "virtual raster", "mosaic", "footprints", "catalog", "folder"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a table of many rasters of one body, each with the outline of its valid "
            "pixels, its path, its CRS and its metres a pixel, the finest last; and, where asked "
            "for, a virtual mosaic (VRT) of them with the finest on top. Nothing is copied: the "
            "mosaic reads the rasters where they are.\n\n"
            "Rasters: layers or files, or all files of a folder whose names match one of the "
            "patterns, such as *.tif; *.cub. What cannot be read, or lies nowhere, is left out "
            "and told in the log. Rasters of several bodies are refused.\n\n"
            "CRS of the mosaic: empty for the one that most rasters are in; others are warped on "
            "the fly, by small files in a folder beside the mosaic. Rasters with other bands than "
            "most have cannot be part of it, and are told."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        raster = QgsProcessing.SourceType.TypeRaster
        folder = QgsProcessingParameterFile.Behavior.Folder
        polygons = QgsProcessing.SourceType.TypeVectorPolygon
        for parameter in (
            QgsProcessingParameterMultipleLayers(
                self.LAYERS, self.tr("Rasters"), raster, optional=True
            ),
            QgsProcessingParameterFile(
                self.FOLDER, self.tr("and all of a folder"), folder, optional=True
            ),
            QgsProcessingParameterString(
                self.PATTERN, self.tr("whose names match"), _PATTERNS, optional=True
            ),
            QgsProcessingParameterBoolean(
                self.SUBFOLDERS, self.tr("with its subfolders"), defaultValue=False
            ),
        ):
            self.addParameter(parameter)
        self.add_detail(1000)
        for parameter in (
            QgsProcessingParameterCrs(
                self.CRS, self.tr("CRS of the mosaic (empty: that of most)"), optional=True
            ),
            QgsProcessingParameterFeatureSink(OUTPUT, self.tr("Index"), polygons),
            QgsProcessingParameterFileDestination(
                self.MOSAIC,
                self.tr("Mosaic"),
                self.tr("Virtual rasters (*.vrt)"),
                optional=True,
                createByDefault=False,
            ),
        ):
            self.addParameter(parameter)

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.outlines.outline_rows import (
            outlines_answer,
            the_body,
        )
        from planetary_qgis.qgis_bridge.rasters.outlines.outlines import find_outlines

        report, detail = Report(), self.detail(parameters, context)
        rasters = self._rasters(parameters, context, feedback, report)
        for sentence in report.sentences():
            feedback.pushWarning(sentence)
        body = the_body(rasters)
        report = Report()
        outlines = find_outlines(rasters, detail, feedback, report)
        mosaic = self.parameterAsFileOutput(parameters, self.MOSAIC, context)
        made = {}
        if mosaic and outlines:
            made = self._mosaic(outlines, Path(mosaic), parameters, context, feedback, report)
        answer = outlines_answer(outlines, detail, report)
        title = self.tr("Mosaic index of {body}").format(body=body.title)
        return {**self.hand_over(answer, title, parameters, context, feedback), **made}

    def _rasters(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        report: Report,
    ) -> list[PlacedRaster]:
        """What was chosen, each raster once."""
        from planetary_qgis.qgis_bridge.rasters.outlines.mosaics import placed_files, rasters_in
        from planetary_qgis.qgis_bridge.rasters.outlines.outlines import placed_layer

        found: dict[str, PlacedRaster] = {}
        for layer in self.parameterAsLayerList(parameters, self.LAYERS, context):
            try:
                placed = placed_layer(layer)
            except PlanetaryError as error:
                report.add(str(error))
                continue
            found[placed.source] = placed
        folder = self.parameterAsString(parameters, self.FOLDER, context)
        if folder:
            patterns = self.parameterAsString(parameters, self.PATTERN, context) or _PATTERNS
            deep = self.parameterAsBool(parameters, self.SUBFOLDERS, context)
            paths = rasters_in(Path(folder), patterns.split(";"), deep=deep)
            for placed in placed_files(paths, feedback, report):
                found.setdefault(placed.source, placed)
        return list(found.values())

    def _mosaic(
        self,
        outlines: list[Outline],
        path: Path,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        report: Report,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.outlines.mosaics import write_mosaic

        crs = self.parameterAsCrs(parameters, self.CRS, context)
        wkt = crs.toWkt(crs.WktVariant.WKT_PREFERRED) if crs.isValid() else ""
        made = write_mosaic(outlines, path, feedback, report, wkt)
        feedback.pushInfo(
            self.tr("{count} rasters in the mosaic, {warped} of them warped.").format(
                count=made.count, warped=made.warped
            )
        )
        return {self.MOSAIC: str(made.path)}
