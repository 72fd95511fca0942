"""Finds kernels in archives and downloads them, in tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from qgis.core import QgsFeedback
from qgis.PyQt.QtCore import QObject, pyqtSignal
from qgis.PyQt.QtWidgets import QWidget

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.gui.jobs import Jobs
from planetary_qgis.gui.kernel_search_dialog import KernelSearchDialog
from planetary_qgis.gui.reporter import Reporter
from planetary_qgis.qgis_bridge import settings

if TYPE_CHECKING:
    from planetary_qgis.core.spice.kernel_archives.downloading import DownloadedKernels
    from planetary_qgis.core.spice.kernel_archives.finding import RemoteKernel
    from planetary_qgis.core.spice.kernel_archives.sets import KernelSet


@dataclass(frozen=True)
class Found:
    """What an archive has.

    Attributes:
        here: Addresses of kernels that are on this computer already.
        metakernels: The archive's own choices, the newest first.
    """

    kernel_set: KernelSet
    kernels: tuple[RemoteKernel, ...]
    here: frozenset[str]
    metakernels: tuple[RemoteKernel, ...] = ()


class KernelSearch(QObject):
    """What stands behind the window; `downloaded` tells the metakernel that was written."""

    downloaded = pyqtSignal(object)

    def __init__(self, parent: QWidget, reporter: Reporter) -> None:
        super().__init__(parent)
        from planetary_qgis.core.spice.kernel_archives.sets import kernel_sets

        self.dialog = KernelSearchDialog(parent)
        self._reporter = reporter
        self._jobs = Jobs(self.dialog.job_bar, reporter)
        self._found: Found | None = None
        self.dialog.offer_sets(kernel_sets())
        self.dialog.find_requested.connect(self._find)
        self.dialog.metakernel_chosen.connect(self._take_metakernel)
        self.dialog.download_requested.connect(self._download)
        self.dialog.kernels.changed.connect(self._allow)
        self._jobs.busy_changed.connect(self._allow)
        self._allow()

    def show(self, naif_id: int | None, start: str, stop: str) -> None:
        """Open the window on a spacecraft's kernels of a time."""
        if naif_id is not None:
            self.dialog.choose_set(naif_id)
        if start:
            self.dialog.set_times(start, stop)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def close(self) -> None:
        self._jobs.close()
        self.dialog.close()

    def _find(self) -> None:
        from planetary_qgis.core.times import parse_utc

        asked = self.dialog.kernel_set()
        if asked is None:
            self._reporter.warn(self.tr("Choose one of the archives in the list."))
            return
        texts = (self.dialog.start(), self.dialog.stop())
        try:
            start, stop = (parse_utc(text) if text else None for text in texts)
        except PlanetaryError as error:
            self._reporter.failed(error)
            return
        cache = settings.load().cache_path
        self._jobs.start(
            self.tr("Finding kernels"),
            lambda feedback: _find(asked, start, stop, cache, feedback),
            self._show_found,
        )

    def _show_found(self, found: Found) -> None:
        self._found = found
        self.dialog.offer_metakernels(found.metakernels)
        self._list(found)
        if not found.kernels:
            self._reporter.note(self.tr("The archive has no kernels of that time."))

    def _take_metakernel(self, number: int) -> None:
        found = self._found
        if found is None:
            return
        if number < 0:
            self._list(found)
            return
        cache = settings.load().cache_path
        self._jobs.start(
            self.tr("Reading what the metakernel lists"),
            lambda feedback: _listed(found, number, cache, feedback),
            self._list,
        )

    def _list(self, found: Found) -> None:
        self.dialog.kernels.show_kernels(found.kernels, found.here)

    def _download(self) -> None:
        found, chosen = self._found, self.dialog.kernels.chosen()
        if found is None or not chosen:
            return
        cache = settings.load().cache_path
        self._jobs.start(
            self.tr("Downloading kernels"),
            lambda feedback: _download(found.kernel_set, chosen, cache, feedback),
            lambda downloaded: self._add(downloaded, chosen),
        )

    def _add(self, downloaded: DownloadedKernels, chosen: Sequence[RemoteKernel]) -> None:
        self.dialog.kernels.note_here(frozenset(kernel.url for kernel in chosen))
        text = self.tr("{count} kernels are here now, loaded by {metakernel}.").format(
            count=len(downloaded.files), metakernel=downloaded.metakernel.name
        )
        self._reporter.succeeded(text)
        self.downloaded.emit(downloaded.metakernel)

    def _allow(self) -> None:
        busy = self.tr("Wait until the running job is done") if self._jobs.busy else ""
        chosen = "" if self.dialog.kernels.chosen() else self.tr("Find and check kernels first")
        self.dialog.allow(finding=busy, downloading=busy or chosen)


def _find(
    asked: KernelSet,
    start: np.datetime64 | None,
    stop: np.datetime64 | None,
    cache: Path,
    feedback: QgsFeedback,
) -> Found:
    from planetary_qgis.qgis_bridge.kernels import found_kernels, found_metakernels

    kernels = found_kernels(asked, start, stop, feedback)
    metakernels = found_metakernels(asked, feedback)
    here = _here(asked, kernels, cache)
    return Found(asked, kernels, here, tuple(reversed(metakernels)))


def _listed(found: Found, number: int, cache: Path, feedback: QgsFeedback) -> Found:
    from planetary_qgis.qgis_bridge.kernels import listed_kernels

    kernels = listed_kernels(found.kernel_set, found.metakernels[number], feedback)
    return Found(found.kernel_set, kernels, _here(found.kernel_set, kernels, cache))


def _here(asked: KernelSet, kernels: Sequence[RemoteKernel], cache: Path) -> frozenset[str]:
    from planetary_qgis.core.spice.kernel_archives.downloading import on_disk

    return frozenset(each.url for each in kernels if on_disk(asked, each, cache) is not None)


def _download(
    kernel_set: KernelSet, kernels: Sequence[RemoteKernel], cache: Path, feedback: QgsFeedback
) -> DownloadedKernels:
    from planetary_qgis.qgis_bridge.kernels import downloaded_kernels

    return downloaded_kernels(kernel_set, kernels, cache, feedback)
