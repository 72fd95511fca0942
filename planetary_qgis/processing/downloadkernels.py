"""An archive's kernels for a time from its server to the disk."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.spice_inputs import START, STOP, SpiceAlgorithm

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernel_archives.finding import RemoteKernel
    from planetary_qgis.core.spice.kernel_archives.sets import KernelSet

SET, LISTED, FOLDER, LIST_ONLY = "SET", "LISTED", "FOLDER", "LIST_ONLY"
METAKERNEL, COUNT = "METAKERNEL", "COUNT"


class DownloadKernels(SpiceAlgorithm):
    """planetary:downloadkernels"""

    def name(self) -> str:
        return "downloadkernels"

    def displayName(self) -> str:
        return self.tr("Download SPICE kernels")

    def tags(self) -> list[str]:
        return ["spice", "kernel", "download", "naif", "esa", "pds", "archive", "metakernel"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Fetches the kernels of a mission that cover a time from the archives of NAIF, ESA or "
            "JAXA, and writes a metakernel that loads them in the right order.\n\n"
            "Set of kernels: spelled like mro.pds3; one that is not known is answered with the "
            "list of those that are.\n\n"
            "Start, stop: UTC, as 2007-01-02T22:55:54 or by day of year, 2007-002T22:55. Without "
            "a stop, the moment of the start.\n\n"
            "Metakernel: the name of one of the archive's own, such as mro_2007_v17.tm, to have "
            "all that it lists, whatever the time.\n\n"
            "Cache folder: where downloads are kept; the plugin's cache in your profile if empty. "
            "What is there is not fetched again, and what broke off goes on where it stopped.\n\n"
            "Only list: download nothing, and write to the log what would be downloaded. Mission's "
            "kernels may have many gigabytes."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(QgsProcessingParameterString(SET, self.tr("Set of kernels")))
        self.add_text(START, self.tr("Start (UTC)"), optional=True)
        self.add_text(STOP, self.tr("Stop (UTC)"), optional=True)
        self.add_text(LISTED, self.tr("Metakernel of the archive"), optional=True)
        self.addParameter(
            QgsProcessingParameterFile(
                FOLDER,
                self.tr("Cache folder (empty: the plugin's)"),
                behavior=QgsProcessingParameterFile.Behavior.Folder,
                optional=True,
            )
        )
        self.addParameter(
            QgsProcessingParameterBoolean(LIST_ONLY, self.tr("Only list"), defaultValue=False)
        )
        self.addOutput(QgsProcessingOutputFile(METAKERNEL, self.tr("Metakernel")))
        self.addOutput(QgsProcessingOutputNumber(COUNT, self.tr("Number of kernels")))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.spice.kernel_archives.sets import find_kernel_set
        from planetary_qgis.qgis_bridge.kernels import downloaded_kernels
        from planetary_qgis.qgis_bridge.places import places_in_use

        kernel_set = find_kernel_set(self.text(parameters, SET, context))
        folder = self.text(parameters, FOLDER, context)
        cache = Path(folder) if folder else places_in_use().cache
        kernels = self._found(kernel_set, parameters, context, feedback)
        _tell(kernel_set, kernels, cache, feedback)
        if self.parameterAsBoolean(parameters, LIST_ONLY, context):
            return {METAKERNEL: "", COUNT: len(kernels)}
        done = downloaded_kernels(kernel_set, kernels, cache, feedback)
        feedback.pushInfo(self.tr("Load them with {path}").format(path=done.metakernel))
        return {METAKERNEL: str(done.metakernel), COUNT: len(done.files)}

    def _found(
        self,
        kernel_set: KernelSet,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> tuple[RemoteKernel, ...]:
        from planetary_qgis.qgis_bridge.kernels import found_kernels, listed_kernels

        listed = self.text(parameters, LISTED, context)
        if listed:
            chosen = _named(listed, kernel_set, feedback)
            return listed_kernels(kernel_set, chosen, feedback)
        start = self.time(parameters, START, context)
        stop = self.time(parameters, STOP, context)
        if start is None and kernel_set.kind != "generic":
            raise PlanetaryError(
                "There is no time to look for kernels of.",
                hint="Give a start, or the name of a metakernel of the archive.",
            )
        return found_kernels(kernel_set, start, stop, feedback)


def _named(name: str, kernel_set: KernelSet, feedback: QgsProcessingFeedback) -> RemoteKernel:
    """The set's metakernel of that name."""
    from planetary_qgis.qgis_bridge.kernels import found_metakernels

    offered = found_metakernels(kernel_set, feedback)
    for each in offered:
        if each.name.lower() == name.lower():
            return each
    raise PlanetaryError(
        f"{kernel_set.title} has no metakernel “{name}”.",
        details="It has: " + ", ".join(each.name for each in offered),
        hint="Choose one of those that the log lists, or give a time.",
    )


def _tell(
    kernel_set: KernelSet,
    kernels: tuple[RemoteKernel, ...],
    cache: Path,
    feedback: QgsProcessingFeedback,
) -> None:
    """Write to the log what is to be downloaded."""
    from planetary_qgis.core.download_parts import size_text
    from planetary_qgis.core.spice.kernel_archives.downloading import bytes_to_download

    for kernel in kernels:
        size = "" if kernel.size_bytes is None else f", {size_text(kernel.size_bytes)}"
        feedback.pushInfo(f"{kernel.kind}: {kernel.path}{size}")
    size, unknown = bytes_to_download(kernel_set, kernels, cache)
    more = f" and {unknown} kernels of unknown size" if unknown else ""
    feedback.pushInfo(f"To be downloaded: about {size_text(size)}{more}")
