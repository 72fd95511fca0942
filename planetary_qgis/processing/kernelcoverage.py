"""What kernels cover, as a table of times."""

from __future__ import annotations

from collections.abc import Iterator
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
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.spice_inputs import KERNELS, SpiceAlgorithm
from planetary_qgis.qgis_bridge.compat import layer_time

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernels.coverage import Timeline

SHARE = "SHARE"
_KINDS = {
    "naif_id": "integer",
    "name": "text",
    "what": "text",
    "relative_to": "text",
    "start_time": "datetime",
    "stop_time": "datetime",
    "hours": "real",
}


class KernelCoverage(SpiceAlgorithm):
    """planetary:kernelcoverage"""

    def name(self) -> str:
        return "kernelcoverage"

    def displayName(self) -> str:
        return self.tr("Kernel coverage")

    def tags(self) -> list[str]:
        return ["spice", "kernel", "coverage", "gap", "spk", "ck", "pck", "dsk", "time"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes a table of the times at which SPICE kernels know positions (SPK), attitudes "
            "(CK), orientations (binary PCK) and shapes (DSK): a row for each object and each "
            "stretch of time without a gap.\n\n"
            "Kernels: a metakernel, or the kernels themselves; leap seconds that lack are taken "
            "from the plugin.\n\n"
            "Fill holes: gaps shorter than this share of an object's whole time are left out, as "
            "attitudes often have thousands of tiny ones; 0 keeps all.\n\n"
            "What else is known of the kernels is written to the log."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                KERNELS,
                self.tr("Kernels (a metakernel, or files in load order)"),
                QgsProcessing.SourceType.TypeFile,
            )
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                SHARE,
                self.tr("Fill holes shorter than (per cent of the whole time)"),
                QgsProcessingParameterNumber.Type.Double,
                defaultValue=0.0,
                minValue=0.0,
                maxValue=100.0,
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Coverage"), QgsProcessing.SourceType.TypeVector
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.spice.kernels.coverage import timelines
        from planetary_qgis.core.spice.kernels.kernel_sets import summarise

        summary = summarise(self.kernels(parameters, context))
        for file in summary.files:
            feedback.pushInfo(f"{file.kind or '?'}: {file.path.name}, {file.size_bytes} bytes")
        for remark in summary.remarks:
            feedback.pushWarning(remark)
        share = self.parameterAsDouble(parameters, SHARE, context) / 100.0
        fields = _fields()
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
        for line in timelines(summary.coverage, merge_share=share):
            sink.addFeatures(list(_features(line, fields)), QgsFeatureSink.Flag.FastInsert)
        return {OUTPUT: written}


def _fields() -> QgsFields:
    from planetary_qgis.qgis_bridge.store import field

    fields = QgsFields()
    for name, kind in _KINDS.items():
        fields.append(field(name, kind))
    return fields


def _features(line: Timeline, fields: QgsFields) -> Iterator[QgsFeature]:
    facts = [line.naif_id, line.name, line.what, ", ".join(line.relative_to) or None]
    milliseconds = line.intervals.astype("datetime64[ms]").astype("int64").tolist()
    hours = (line.intervals[:, 1] - line.intervals[:, 0]).astype("int64") / 3.6e9
    for (start, stop), duration in zip(milliseconds, hours.tolist()):
        feature = QgsFeature(fields)
        feature.setAttributes([*facts, layer_time(start), layer_time(stop), duration])
        yield feature
