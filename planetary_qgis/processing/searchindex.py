"""What an index holds of an area, a time, a condition."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingParameterExpression,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterString,
)

from planetary_qgis.processing.algorithm import OUTPUT, ArchiveAlgorithm

INPUT, EXTENT, START, STOP, FILTER = "INPUT", "EXTENT", "START", "STOP", "FILTER"


class SearchIndex(ArchiveAlgorithm):
    """planetary:searchindex"""

    def name(self) -> str:
        return "searchindex"

    def displayName(self) -> str:
        return self.tr("Search index")

    def tags(self) -> list[str]:
        return ["pds", "index", "products", "filter", "area", "time", "select"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Copies the products of an index that meet all that is asked of them.\n\n"
            "Index: a layer made by “Import PDS index”, or any footprints.\n\n"
            "Area: products whose footprint touches it, in any coordinate system of the same "
            "body. Over the antimeridian let the east bound exceed 180, as 170, 190. Products "
            "without a footprint are found only if no area is given.\n\n"
            "Start, stop: products taken within these UTC times, even if only in part; written as "
            "2007-01-02T22:55:54.959 or by day of year, 2007-002T22:55. The index tells times in "
            "its fields start_time and stop_time.\n\n"
            "Filter: an expression on the index's fields, such as "
            '"incidence_angle" < 60 AND "resolution" < 10.'
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        any_vector = [QgsProcessing.SourceType.TypeVector]
        self.addParameter(QgsProcessingParameterFeatureSource(INPUT, self.tr("Index"), any_vector))
        self.addParameter(QgsProcessingParameterExtent(EXTENT, self.tr("Area"), optional=True))
        for name, title in ((START, self.tr("Start (UTC)")), (STOP, self.tr("Stop (UTC)"))):
            self.addParameter(QgsProcessingParameterString(name, title, optional=True))
        self.addParameter(
            QgsProcessingParameterExpression(
                FILTER, self.tr("Filter"), parentLayerParameterName=INPUT, optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Found products"), QgsProcessing.SourceType.TypeVectorAnyGeometry
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.processing.outputs import finish_sink
        from planetary_qgis.qgis_bridge.layers import Dress

        source = self.parameterAsSource(parameters, INPUT, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, INPUT))
        question = self._question(source, parameters, context)
        sink, written = self.parameterAsSink(
            parameters,
            OUTPUT,
            context,
            source.fields(),
            source.wkbType(),
            source.sourceCrs(),
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        found = question.copy(source, sink, feedback)
        # The file is complete only once its sink is gone.
        del sink
        feedback.pushInfo(self.tr("{count} products found.").format(count=found))
        title = self.tr("{index}: found products").format(index=source.sourceName())
        facts = {"Index": source.sourceName(), **question.facts()}
        finish_sink(written, Dress(title, facts), context)
        return {OUTPUT: written}

    def _question(
        self,
        source: QgsProcessingFeatureSource,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> Any:
        from planetary_qgis.qgis_bridge.questions import Question, boxes_in

        boxes = None
        if parameters.get(EXTENT) is not None:
            area_crs = self.parameterAsExtentCrs(parameters, EXTENT, context)
            area = self.parameterAsExtent(parameters, EXTENT, context)
            boxes = boxes_in(source.sourceCrs(), area, area_crs)
        return Question(
            boxes=boxes,
            start=self.parameterAsString(parameters, START, context).strip(),
            stop=self.parameterAsString(parameters, STOP, context).strip(),
            expression=self.parameterAsExpression(parameters, FILTER, context).strip(),
        )
