"""An archive's index from its server to the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputBoolean,
    QgsProcessingOutputFile,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from planetary_qgis.processing.algorithm import ArchiveAlgorithm

DATASET, FOLDER, FORCE, LABEL, CHANGED = "DATASET", "FOLDER", "FORCE", "LABEL", "CHANGED"


class DownloadIndex(ArchiveAlgorithm):
    """planetary:downloadindex"""

    def name(self) -> str:
        return "downloadindex"

    def displayName(self) -> str:
        return self.tr("Download PDS index")

    def tags(self) -> list[str]:
        return ["pds", "pds3", "index", "label", "download", "archive", "cache", "update"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Fetches the index of a data set, label and table, from its archive. “Import PDS "
            "index” turns the label into a layer.\n\n"
            "Data set: a key of the catalogue, spelled like mro.ctx.edr; a key that is not known "
            "is answered with the list of those that are.\n\n"
            "Cache folder: where downloads are kept, in a folder of their own for each data set; "
            "the plugin's cache in your profile if empty. An index that is there is fetched only "
            "if the archive has changed it. If planetarypy's cache holds an index that this one "
            "does not, planetarypy's files are taken as they are.\n\n"
            "Download again: fetch it whether it has changed or not.\n\n"
            "A download that breaks off or is cancelled goes on where it stopped when it is "
            "started again, and until it is whole the old index stays."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(QgsProcessingParameterString(DATASET, self.tr("Data set")))
        self.addParameter(
            QgsProcessingParameterFile(
                FOLDER,
                self.tr("Cache folder (empty: the plugin's)"),
                behavior=QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterBoolean(FORCE, self.tr("Download again"), defaultValue=False)
        )
        self.addOutput(QgsProcessingOutputFile(LABEL, self.tr("Label")))
        self.addOutput(QgsProcessingOutputBoolean(CHANGED, self.tr("Changed")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.archives.cache import label_on_disk, state_of
        from planetary_qgis.core.archives.catalog import find
        from planetary_qgis.qgis_bridge.places import places_in_use, use_own_catalog

        use_own_catalog()
        dataset = find(self.parameterAsString(parameters, DATASET, context))
        folder = self.parameterAsString(parameters, FOLDER, context).strip()
        root = Path(folder) if folder else places_in_use().cache
        force = self.parameterAsBoolean(parameters, FORCE, context)
        label = label_on_disk(dataset, root)
        is_neighbours = label is not None and state_of(dataset, root).state == "absent"
        if is_neighbours and not force:
            feedback.pushInfo(self.tr("planetarypy has this index: {label}").format(label=label))
            return {LABEL: str(label), CHANGED: False}
        return self._download(dataset, root, force, feedback)

    def _download(
        self, dataset: Any, root: Path, force: bool, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from planetary_qgis.core.archives.index_download import download_index
        from planetary_qgis.core.reports import Report
        from planetary_qgis.qgis_bridge.network import polite_transport, progress_of

        report = Report()
        index = download_index(
            dataset,
            root,
            polite_transport(feedback, tell=feedback.pushInfo),
            progress=progress_of(feedback),
            report=report,
            force=force,
        )
        for sentence in report.sentences():
            feedback.pushWarning(sentence)
        for saved in index.saved:
            feedback.pushInfo(f"{saved.url}: {saved.size} bytes, {saved.fetched}")
        return {LABEL: str(index.label), CHANGED: index.changed}
