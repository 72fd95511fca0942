"""What is wrong with the coordinate reference systems of layers and project, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureSink,
    QgsFields,
    QgsMapLayer,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
    QgsWkbTypes,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm
from planetary_qgis.qgis_bridge.compat import field

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding
    from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts
    from planetary_qgis.qgis_bridge.crs_doctor.project_checks import ProjectFacts

LAYERS = "LAYERS"
BODY = "BODY"
REPAIR = "REPAIR"
KEEP = "KEEP"
REPORT = "REPORT"
FOUND = "FOUND"
REPAIRED = "REPAIRED"
_COLUMNS = ("layer", "severity", "finding", "sentence", "repair", "repaired")


class CheckCrs(RasterAlgorithm):
    """planetary:checkcrs"""

    def __init__(self) -> None:
        super().__init__()
        self._layers: dict[str, QgsMapLayer] = {}
        self._facts: list[LayerFacts] = []
        self._project: ProjectFacts | None = None
        self._found: list[Finding] = []
        self._chosen: list[Finding] = []

    def name(self) -> str:
        return "checkcrs"

    def displayName(self) -> str:
        return self.tr("Check coordinate reference systems")

    def tags(self) -> list[str]:
        return self.tr(
            "crs,projection,body,datum,ellipsoid,repair,planetographic,west,iau,mars,moon"
        ).split(",")

    def shortHelpString(self) -> str:
        return self.tr(
            "Looks for what makes maps of other bodies wrong: layers that name no body or Earth, "
            "planetographic latitudes and west longitudes that nobody says, codes that QGIS mixes "
            "up, scale factors and spheres that are not meant, coordinates that cannot be, several "
            "bodies in one project, and an ellipsoid that measures nonsense.\n\n"
            "Body: that of all the layers, where nothing in them tells (optional).\n\n"
            "Repair: give the layers and the project what would mend them, where that is sure. "
            "Files stay as they are.\n\n"
            "Keep beside the files: let the repaired layers' files say so too, for other "
            "programs: rasters in .aux.xml or a VRT, shapefiles in .prj."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                LAYERS, self.tr("Layers"), QgsProcessing.SourceType.TypeMapLayer
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                BODY, self.tr("Body, where nothing tells it"), optional=True
            )
        )
        for name, title in (
            (REPAIR, self.tr("Repair what is sure")),
            (KEEP, self.tr("Keep repairs beside the files")),
        ):
            self.addParameter(QgsProcessingParameterBoolean(name, title, defaultValue=False))
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
        self.addOutput(QgsProcessingOutputNumber(FOUND, self.tr("Findings")))
        self.addOutput(QgsProcessingOutputNumber(REPAIRED, self.tr("Repairs")))

    def prepareAlgorithm(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> bool:
        """Take from layers and project, on their own thread, what the checks need of them."""
        from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import facts_of_layer
        from planetary_qgis.qgis_bridge.crs_doctor.project_checks import facts_of_project

        for layer in self.parameterAsLayerList(parameters, LAYERS, context):
            facts = facts_of_layer(layer)
            if facts is None:
                feedback.pushInfo(self.tr("{layer} lies nowhere.").format(layer=layer.name()))
                continue
            self._layers[layer.id()] = layer
            self._facts.append(facts)
        if context.project() is not None:
            self._project = facts_of_project(context.project())
        return True

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.crs_doctor.checking import check
        from planetary_qgis.qgis_bridge.crs_doctor.repairs import sure_repairs

        named = self.parameterAsString(parameters, BODY, context).strip()
        told = body(named) if named else None
        self._found = check(self._project, self._facts, feedback, told=told)
        if self.parameterAsBool(parameters, REPAIR, context):
            self._chosen = sure_repairs(self._found)
        for finding in self._found:
            feedback.pushInfo(f"{finding.where}: {finding.sentence}")
        results = {OUTPUT: self._write_table(parameters, context), FOUND: len(self._found)}
        report = self.parameterAsFileOutput(parameters, REPORT, context)
        if report:
            _write_report(Path(report), self._found)
            results[REPORT] = report
        if self.parameterAsBool(parameters, KEEP, context):
            self._keep(feedback)
        return {**results, REPAIRED: len(self._chosen)}

    def postProcessAlgorithm(
        self, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Mend layers and project, on their own thread."""
        # What the checks put into QGIS's cache of CRSs dies with their thread: see crs.is_hollow.
        QgsCoordinateReferenceSystem.invalidateCache()
        for finding in self._chosen:
            self._mend(finding, context, feedback)
        self._layers.clear()
        return {}

    def _mend(
        self, finding: Finding, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        from planetary_qgis.qgis_bridge.crs_doctor.repairs import do_repair

        try:
            do_repair(finding, context.project(), self._layers.get(finding.layer_id))
        except PlanetaryError as error:
            feedback.reportError(f"{finding.where}: {error}")
        else:
            feedback.pushInfo(f"{finding.where}: {finding.repair.title}")

    def _keep(self, feedback: QgsProcessingFeedback) -> None:
        """Write the chosen repairs beside the files; one that cannot be never stops the others."""
        from planetary_qgis.qgis_bridge.crs_doctor.repairs import crs_of_repair
        from planetary_qgis.qgis_bridge.crs_doctor.sidecars import keep_beside

        facts = {each.layer_id: each for each in self._facts}
        for finding in self._chosen:
            if finding.layer_id not in facts:
                continue
            try:
                kept = keep_beside(facts[finding.layer_id], crs_of_repair(finding.repair))
                feedback.pushInfo(", ".join(map(str, kept)))
            except PlanetaryError as error:
                feedback.pushWarning(f"{finding.where}: {error}")

    def _write_table(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        fields = QgsFields()
        for name in _COLUMNS:
            fields.append(field(name, "text"))
        sink, written = self.parameterAsSink(
            parameters,
            OUTPUT,
            context,
            fields,
            QgsWkbTypes.Type.NoGeometry,
            QgsCoordinateReferenceSystem(),
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        for finding in self._found:
            feature = QgsFeature(fields)
            done = "yes" if finding in self._chosen else "no"
            feature.setAttributes([*_row(finding), done])
            sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert)
        return written


def _row(finding: Finding) -> list[str]:
    repair = finding.repair.title if finding.repair else ""
    return [finding.where, finding.severity, finding.what, finding.sentence, repair]


def _write_report(path: Path, found: Sequence[Finding]) -> None:
    rows = "\n".join(
        f'<tr class="{finding.severity}">'
        + "".join(f"<td>{escape(text)}</td>" for text in _row(finding))
        + "</tr>"
        for finding in found
    )
    heads = "".join(f"<th>{escape(name)}</th>" for name in _COLUMNS[:-1])
    text = _REPORT.format(heads=heads, rows=rows or _NOTHING)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PlanetaryError(
            f"The report {path} cannot be written.",
            details=str(error),
            hint="Choose a folder that is there and writable.",
        ) from error


_NOTHING = '<tr><td colspan="5">Nothing is wrong.</td></tr>'
_REPORT = """<!DOCTYPE html>
<html><head><meta charset="utf-8"><title>Coordinate reference systems</title>
<style>
body {{ font-family: sans-serif }} table {{ border-collapse: collapse }}
th, td {{ border: 1px solid #999; padding: 0.3em 0.6em; text-align: left; vertical-align: top }}
.error td:nth-child(2) {{ color: #a00 }} .warning td:nth-child(2) {{ color: #850 }}
</style></head>
<body><h1>Coordinate reference systems</h1>
<table><tr>{heads}</tr>
{rows}
</table></body></html>
"""
