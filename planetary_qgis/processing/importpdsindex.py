"""PDS3 label and its table to a layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from planetary_qgis.processing.algorithm import OUTPUT, ArchiveAlgorithm


class ImportPdsIndex(ArchiveAlgorithm):
    """planetary:importpdsindex"""

    INPUT, DATASET = "INPUT", "DATASET"

    def name(self) -> str:
        return "importpdsindex"

    def displayName(self) -> str:
        return self.tr("Import PDS index")

    def tags(self) -> list[str]:
        return ["pds", "pds3", "index", "label", "footprints", "ctx", "hirise", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Turns an index table of the Planetary Data System into a layer of footprints.\n\n"
            "Label: the index's PDS3 label (.lbl), which lies beside its table (.tab) or holds it. "
            "Both come from the index folder of an archive's volume; cumulative indexes list all "
            "products of an instrument.\n\n"
            "Data set: which index of the catalogue this is, for what the label does not say "
            "(body, direction of longitudes, kind of latitudes). Leave it empty to recognise it "
            "by the label. Keys are spelled like mro.ctx.edr; a key that is not known is answered "
            "with the list of those that are.\n\n"
            "Footprints come from the four corners where the index has them, else from its "
            "bounds, else they are points at the centre; the field geometry_source says which. "
            "Longitudes become east-positive −180…180, latitudes planetocentric; unknown values "
            "are NULL. Every column of the index follows under its own name.\n\n"
            "A GeoPackage keeps style, time settings and the body's coordinate system; other "
            "tables in the file stay."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(
            QgsProcessingParameterFile(
                self.INPUT,
                self.tr("Label"),
                fileFilter=self.tr("PDS3 labels (*.lbl *.LBL *.tab *.TAB);;All files (*)"),
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                self.DATASET, self.tr("Data set (empty: from the label)"), optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Products"), QgsProcessing.SourceType.TypeVectorAnyGeometry
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.archives.pds3_index import open_index

        label = Path(self.parameterAsFile(parameters, self.INPUT, context))
        dataset = self.parameterAsString(parameters, self.DATASET, context).strip()
        answer = open_index(label, dataset=dataset or None)
        title = " ".join(part for part in (dataset, label.stem) if part)
        return self.hand_over(answer, title, parameters, context, feedback)
