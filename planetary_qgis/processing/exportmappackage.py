"""A geologic map as a package."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingOutputString,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.packages.map_metadata import MapMetadata
    from planetary_qgis.qgis_bridge.mapping.packaging import PackagePlan

FOLDER, NAME, ZIP = "FOLDER", "NAME", "ZIP"
RASTERS, PDF, REPORT, GEMS = "RASTERS", "PDF", "REPORT", "GEMS"
AS_SAVED, OVERWRITE = "AS_SAVED", "OVERWRITE"
_COUNTS = {Severity.ERROR: "ERRORS", Severity.WARNING: "WARNINGS", Severity.NOTE: "NOTES"}
_LISTS = ("keywords", "data_sources")


class ExportMapPackage(MappingAlgorithm):
    """planetary:exportmappackage"""

    def __init__(self) -> None:
        super().__init__()
        self._plan: PackagePlan | None = None

    def name(self) -> str:
        return "exportmappackage"

    def displayName(self) -> str:
        return self.tr("Export map package")

    def tags(self) -> list[str]:
        return self.tr(
            "deliver,publish,geopackage,metadata,fgdc,csdgm,iso,gems,planmap,readme,checksum,zip"
        ).split(",")

    def shortHelpString(self) -> str:
        return self.tr(
            "Packs a geologic map for those who get it: its GeoPackage with styles and metadata, a "
            "QGIS project with relative paths, the map sheet as PDF, a report of the checks, "
            "metadata (FGDC CSDGM as XML and text; QGIS's own, which follow ISO 19115), a readme, "
            "and the SHA-256 of every file.\n\n"
            "Folder and name: where the package comes to lie, as a folder or a .zip file. It is "
            "built beside its place and gets its name when it is whole.\n\n"
            "GeMS: also write the map in the tables of GeMS (USGS TM 11-B10), into a GeoPackage of "
            "its own.\n\n"
            "Rasters: copy the local rasters of the project, with their sidecars and the sources "
            "of VRTs. Layers that do not go along are named in the readme.\n\n"
            "What there is to say of the map, as abstract and licence, is what the map remembers; "
            "what is given here is said in the package instead. Title and authors are always the "
            "map's. Keywords are parted by commas, data sources by vertical bars."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_map_parameter()
        self.addParameter(
            QgsProcessingParameterFile(
                FOLDER, self.tr("Folder"), QgsProcessingParameterFile.Behavior.Folder
            )
        )
        self.addParameter(QgsProcessingParameterString(NAME, self.tr("Name of the package")))
        for name, title, default in (
            (ZIP, self.tr("As a .zip file"), False),
            (RASTERS, self.tr("With the project's local rasters"), False),
            (PDF, self.tr("With the map sheet as PDF"), True),
            (REPORT, self.tr("With a report of the checks"), True),
            (GEMS, self.tr("With GeMS tables"), False),
            (AS_SAVED, self.tr("Pack the map as last saved where it has unsaved edits"), False),
            (OVERWRITE, self.tr("Replace a package that is there"), False),
        ):
            self.addParameter(QgsProcessingParameterBoolean(name, title, defaultValue=default))
        for name, title in self._texts().items():
            parameter = QgsProcessingParameterString(
                name.upper(),
                title,
                multiLine=name in ("abstract", "purpose", "licence"),
                optional=True,
            )
            parameter.setFlags(
                parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced
            )
            self.addParameter(parameter)
        self.addOutput(QgsProcessingOutputString(OUTPUT, self.tr("Package")))
        for severity, name in _COUNTS.items():
            self.addOutput(QgsProcessingOutputNumber(name, severity.value))

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        self._plan = self._prepared(parameters, context)

    def work(
        self,
        _parameters: dict[str, Any],
        _context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.mapping.packaging import build_package

        plan, self._plan = self._plan, None
        result = build_package(plan, feedback)
        for note in result.notes:
            feedback.pushWarning(note)
        for finding in result.report.findings:
            feedback.pushInfo(f"{finding.severity.value}: {finding.layer}: {finding.message}")
        feedback.pushInfo(result.report.sentence())
        counts = {name: result.report.count(severity) for severity, name in _COUNTS.items()}
        return {OUTPUT: str(result.path), **counts}

    def _texts(self) -> dict[str, str]:
        """The names of metadata, and what the parameters for them are called."""
        return {
            "abstract": self.tr("Abstract"),
            "purpose": self.tr("Purpose"),
            "keywords": self.tr("Keywords, parted by commas"),
            "licence": self.tr("Licence"),
            "contact": self.tr("Contact"),
            "organization": self.tr("Organization"),
            "email": self.tr("E-mail"),
            "doi": self.tr("DOI"),
            "version": self.tr("Version"),
            "data_sources": self.tr("Data sources, parted by vertical bars"),
        }

    def _prepared(self, parameters: dict[str, Any], context: QgsProcessingContext) -> PackagePlan:
        from planetary_qgis.qgis_bridge.mapping.packaging import PackageOptions, prepare_package

        def wanted(name: str) -> bool:
            return self.parameterAsBool(parameters, name, context)

        name = self.parameterAsString(parameters, NAME, context).strip()
        if not name or Path(name).name != name:
            raise PlanetaryError(
                self.tr("“{name}” is no name for a package.").format(name=name),
                hint=self.tr("Give a name without slashes."),
            )
        if wanted(ZIP) and not name.lower().endswith(".zip"):
            name = f"{name}.zip"
        options = PackageOptions(
            destination=Path(self.parameterAsFile(parameters, FOLDER, context)) / name,
            with_rasters=wanted(RASTERS),
            with_pdf=wanted(PDF),
            with_report=wanted(REPORT),
            with_gems=wanted(GEMS),
            as_last_saved=wanted(AS_SAVED),
            overwrite=wanted(OVERWRITE),
        )
        plan = prepare_package(self.map_path(parameters, context), options, context.project())
        return replace(plan, metadata=self._metadata(plan.metadata, parameters, context))

    def _metadata(
        self, known: MapMetadata, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> MapMetadata:
        """What the map remembers, with what is given in its place."""
        given: dict[str, Any] = {}
        texts = self._texts()
        for name in (each.name for each in fields(known) if each.name in texts):
            text = self.parameterAsString(parameters, name.upper(), context).strip()
            if text and name in _LISTS:
                sign = "," if name == "keywords" else "|"
                given[name] = tuple(part.strip() for part in text.split(sign) if part.strip())
            elif text:
                given[name] = text
        return replace(known, **given)
