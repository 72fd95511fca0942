"""What is wrong with a map package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsWkbTypes,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm
from planetary_qgis.qgis_bridge.compat import field

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.packages.package_report import PackageReport

INPUT, INPUT_FOLDER, REPORT, VALID = "INPUT", "INPUT_FOLDER", "REPORT", "VALID"
_COLUMNS = ("severity", "place", "check", "message", "hint")
_COUNTS = {Severity.ERROR: "ERRORS", Severity.WARNING: "WARNINGS", Severity.NOTE: "NOTES"}


class ValidateMapPackage(MappingAlgorithm):
    """planetary:validatemappackage"""

    def name(self) -> str:
        return "validatemappackage"

    def displayName(self) -> str:
        return self.tr("Validate map package")

    def tags(self) -> list[str]:
        return self.tr("planmap,gems,schema,check,package,geopackage,checksum,zip").split(",")

    def shortHelpString(self) -> str:
        return self.tr(
            "Looks into a map package, a .zip file, a folder or a single GeoPackage, made here or "
            "elsewhere, and says what is wrong with it: layers and columns that PLANMAP's schema, "
            "this plugin's template or GeMS ask for; names, geometries and values that do not fit; "
            "layers on no body, or on different ones; styles and projects that need files which "
            "are not there; checksums, metadata, PDF and sidecars of rasters.\n\n"
            "The package is not changed. A zip file is unpacked into a temporary folder, with care."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterFile(
                INPUT,
                self.tr("Package (.zip or .gpkg)"),
                fileFilter=self.tr("Map packages (*.zip *.gpkg)"),
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterFile(
                INPUT_FOLDER,
                self.tr("Package (folder)"),
                QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Findings"), QgsProcessing.SourceType.TypeVector
            )
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                REPORT, self.tr("Report"), "HTML (*.html)", optional=True, createByDefault=False
            )
        )
        self.addOutput(QgsProcessingOutputBoolean(VALID, self.tr("Valid")))
        for severity, name in _COUNTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, severity.value))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.mapping.packages.validation import validate_package

        def told(sentence: str) -> None:
            if feedback.isCanceled():
                raise PlanetaryError(self.tr("The validation was cancelled."))
            feedback.pushInfo(sentence)

        report = validate_package(self._package(parameters, context), told)
        for finding in report.findings:
            feedback.pushInfo(f"{finding.severity.value}: {finding.layer}: {finding.message}")
        feedback.pushInfo(report.sentence())
        results: dict[str, Any] = {OUTPUT: self._write(report, parameters, context)}
        place = self.parameterAsFileOutput(parameters, REPORT, context)
        if place:
            _write_page(Path(place), report)
            results[REPORT] = place
        counts = {name: report.count(severity) for severity, name in _COUNTS.items()}
        return {**results, VALID: report.is_valid, **counts}

    def _package(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path:
        for name in (INPUT, INPUT_FOLDER):
            given = self.parameterAsFile(parameters, name, context)
            if given:
                return Path(given)
        raise PlanetaryError(
            self.tr("No package is given."),
            hint=self.tr("Choose a .zip or .gpkg file, or the folder of a package."),
        )

    def _write(
        self, report: PackageReport, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> str:
        columns = QgsFields()
        for name in _COLUMNS:
            columns.append(field(name, "text"))
        none = QgsWkbTypes.Type.NoGeometry
        sink, written = self.parameterAsSink(
            parameters, OUTPUT, context, columns, none, QgsCoordinateReferenceSystem()
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        for each in report.findings:
            feature = QgsFeature(columns)
            feature.setAttributes(
                [each.severity.value, each.layer, each.check, each.message, each.hint]
            )
            sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
        return written


def _write_page(path: Path, report: PackageReport) -> None:
    try:
        path.write_text(report.html(), encoding="utf-8", errors="replace")
    except OSError as error:
        raise PlanetaryError(
            f"The report {path} cannot be written.",
            details=str(error),
            hint="Choose a folder that is there and writable.",
        ) from error
