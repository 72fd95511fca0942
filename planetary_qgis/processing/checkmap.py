"""What is wrong on a geologic map."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from planetary_qgis.core.mapping.checks.catalogue import CHECKS as KNOWN
from planetary_qgis.core.mapping.findings import Severity
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm
from planetary_qgis.processing.when_loaded import when_loaded

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.checks.checking import CheckedMap, MapToCheck

CHECKS, SCALE, TOLERANCE, REPORT = "CHECKS", "SCALE", "TOLERANCE", "REPORT"
_COUNTS = {Severity.ERROR: "ERRORS", Severity.WARNING: "WARNINGS", Severity.NOTE: "NOTES"}
IGNORED = "IGNORED"


class CheckMap(MappingAlgorithm):
    """planetary:checkmap"""

    def __init__(self) -> None:
        super().__init__()
        self._subject: MapToCheck | None = None

    def name(self) -> str:
        return "checkmap"

    def displayName(self) -> str:
        return self.tr("Check geologic map")

    def tags(self) -> list[str]:
        return self.tr(
            "topology,dangle,overshoot,gap,overlap,contact,unit,validate,gems,planmap,quality"
        ).split(",")

    def shortHelpString(self) -> str:
        return self.tr(
            "Looks for what is wrong on a geologic map, measured on the body: lines that dangle, "
            "overshoot, cross or are drawn twice; gaps and overlaps of units; the same unit on "
            "both sides of a contact; small and skinny polygons; wrong codes and empty "
            "attributes; units that the description misses; features outside the map.\n\n"
            "GeoPackage: by default the project's map, unsaved edits included. A GeoPackage that "
            "was made elsewhere does as well where its layers have PLANMAP's names, in any "
            "case.\n\n"
            "Scale and tolerance: what is small, narrow or nearly touching follows from the "
            "denominator of the published scale (0: as the map says), and from the metres on the "
            "ground up to which lines are meant to meet (0: half a millimetre on the published "
            "map).\n\n"
            "The findings are points in the map's coordinate system, each with a hint and, where "
            "a mapper has given one in the Geologic Mapping dock, the reason why it is ignored. "
            "The counts of errors, warnings and notes leave these out.\n\n"
            "The report is a page of HTML."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_map_parameter()
        self.addParameter(
            QgsProcessingParameterEnum(
                CHECKS,
                self.tr("Checks"),
                [check.title for check in KNOWN],
                allowMultiple=True,
                defaultValue=list(range(len(KNOWN))),
            )
        )
        for name, title in (
            (SCALE, self.tr("Scale 1:N (0: as the map says)")),
            (TOLERANCE, self.tr("Lines meet within, metres (0: as the map says)")),
        ):
            self.addParameter(
                QgsProcessingParameterNumber(
                    name,
                    title,
                    QgsProcessingParameterNumber.Type.Double,
                    defaultValue=0.0,
                    minValue=0.0,
                )
            )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Findings"), QgsProcessing.SourceType.TypeVectorPoint
            )
        )
        self.addParameter(
            QgsProcessingParameterFileDestination(
                REPORT, self.tr("Report"), "HTML (*.html)", optional=True, createByDefault=False
            )
        )
        for name, title in (
            ("ERRORS", self.tr("Errors")),
            ("WARNINGS", self.tr("Warnings")),
            ("NOTES", self.tr("Notes")),
            (IGNORED, self.tr("Ignored findings")),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        self._subject = self.taken_map(
            parameters,
            context,
            scale=self.parameterAsDouble(parameters, SCALE, context),
            tolerance_m=self.parameterAsDouble(parameters, TOLERANCE, context),
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.mapping.checks.checking import check, write_report

        chosen = self.parameterAsEnums(parameters, CHECKS, context)
        checked = check(self._subject, keys={KNOWN[i].key for i in chosen}, feedback=feedback)
        if feedback.isCanceled():
            return {}
        self._tell(checked, feedback)
        results = {OUTPUT: self._write(checked, parameters, context)}
        report = self.parameterAsFileOutput(parameters, REPORT, context)
        if report:
            write_report(Path(report), checked)
            results[REPORT] = report
        counts = {name: checked.count(severity) for severity, name in _COUNTS.items()}
        return {**results, **counts, IGNORED: len(checked.findings) - sum(counts.values())}

    def _tell(self, checked: CheckedMap, feedback: QgsProcessingFeedback) -> None:
        if checked.missing:
            text = self.tr("The map lacks the layers {layers}; what is in them is not checked.")
            feedback.pushWarning(text.format(layers=", ".join(checked.missing)))
        for severity, name in _COUNTS.items():
            feedback.pushInfo(f"{name.title()}: {checked.count(severity):,}")

    def _write(
        self, checked: CheckedMap, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> str:
        from planetary_qgis.processing.outputs import geopackage_table
        from planetary_qgis.processing.sphere_layers import put
        from planetary_qgis.qgis_bridge.mapping.checks import finding_layers
        from planetary_qgis.qgis_bridge.mapping.checks.finding_symbols import style_findings

        sink, written = self.parameterAsSink(
            parameters,
            OUTPUT,
            context,
            finding_layers.finding_fields(),
            QgsWkbTypes.Type.Point,
            checked.crs,
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        put(sink, list(finding_layers.finding_features(checked.findings, checked.ignored)))
        sink.flushBuffer()
        del sink  # the file is whole once its writer is gone
        table = geopackage_table(written)
        if table is not None and table[0].is_file():
            finding_layers.finish_table(*table)
        in_memory = context.temporaryLayerStore().mapLayer(written)
        if in_memory is not None:
            style_findings(in_memory)
        when_loaded(written, context, style_findings)
        return written
