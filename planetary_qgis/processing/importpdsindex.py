"""A PDS3 index, or PDS4 labels, to a layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from planetary_qgis.processing.algorithm import OUTPUT, ArchiveAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.core.products import Answer


class ImportPdsIndex(ArchiveAlgorithm):
    """planetary:importpdsindex"""

    INPUT, DATASET, BODY = "INPUT", "DATASET", "BODY"

    def name(self) -> str:
        return "importpdsindex"

    def displayName(self) -> str:
        return self.tr("Import PDS index")

    def tags(self) -> list[str]:
        words = ["pds", "pds3", "pds4", "index", "label", "collection", "inventory", "footprints"]
        return [*words, "ctx", "hirise", "mars", "moon"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Turns an index table, or PDS4 labels, of the Planetary Data System into a layer of "
            "footprints.\n\n"
            "Label: a PDS3 index's label (.lbl), which lies beside its table (.tab) or holds it. "
            "Both come from the index folder of an archive's volume; cumulative indexes list all "
            "products of an instrument. Or a PDS4 label (.xml, .lblx): of one product, of a "
            "collection, or of a bundle. A collection's inventory is read, and with it the labels "
            "of those members that lie under the collection's folder; the others become rows "
            "without a footprint. In scripts and models a folder does, too: all PDS4 labels under "
            "it are read.\n\n"
            "Data set: which index of the catalogue this is, for what the label does not say "
            "(body, direction of longitudes, kind of latitudes). Leave it empty to recognise it "
            "by the label, and for PDS4. Keys are spelled like mro.ctx.edr; a key that is not "
            "known is answered with the list of those that are.\n\n"
            "Body: whose products get a footprint, for data about several bodies: a NAIF name "
            "such as MARS or an id such as 499. Leave it empty for the one that the data are "
            "about.\n\n"
            "Footprints come from the corners or vertices where the index or label has them, else "
            "from its bounds, else, for indexes, they are points at the centre; the field "
            "geometry_source says which. "
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
                fileFilter=self.tr(
                    "PDS3 and PDS4 labels (*.lbl *.LBL *.tab *.TAB *.xml *.XML *.lblx *.LBLX);;"
                    "All files (*)"
                ),
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                self.DATASET, self.tr("Data set (empty: from the label)"), optional=True
            )
        )
        self.addParameter(
            QgsProcessingParameterString(
                self.BODY, self.tr("Body (empty: the one that the data are about)"), optional=True
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
        label = Path(self.parameterAsFile(parameters, self.INPUT, context))
        dataset = self.parameterAsString(parameters, self.DATASET, context).strip()
        body = self.parameterAsString(parameters, self.BODY, context).strip()
        answer = self._opened(label, dataset, body, feedback)
        title = " ".join(part for part in (dataset, label.stem) if part)
        return self.hand_over(answer, title, parameters, context, feedback)

    def _opened(
        self, label: Path, dataset: str, body: str, feedback: QgsProcessingFeedback
    ) -> Answer:
        # pandas and shapely come along; Processing loads this module while QGIS starts.
        from planetary_qgis.core.archives.pds3.index import open_index
        from planetary_qgis.core.archives.pds4.folder import is_pds4, open_pds4

        if not is_pds4(label):
            return open_index(label, dataset=dataset or None, body=body or None)
        if dataset:
            told = self.tr(
                "The data set “{0}” was not used: PDS4 labels say themselves what it is."
            )
            feedback.pushWarning(told.format(dataset))
        return open_pds4(label, body=body or None)
