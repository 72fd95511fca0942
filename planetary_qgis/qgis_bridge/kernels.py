"""Kernels from archives over QGIS's network, for tasks. Imports pandas: import it late."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from qgis.core import QgsFeedback

from planetary_qgis.core.http import Transport
from planetary_qgis.core.spice.kernel_archives.downloading import (
    DownloadedKernels,
    download_kernels,
)
from planetary_qgis.core.spice.kernel_archives.finding import (
    RemoteKernel,
    find_kernels,
    kernels_of_metakernel,
    metakernels,
)
from planetary_qgis.core.spice.kernel_archives.sets import KernelSet
from planetary_qgis.qgis_bridge.network import polite_transport, progress_of
from planetary_qgis.qgis_bridge.tasks import tell


def found_kernels(
    kernel_set: KernelSet,
    start: np.datetime64 | None,
    stop: np.datetime64 | None,
    feedback: QgsFeedback,
) -> tuple[RemoteKernel, ...]:
    """The set's kernels that cover some of the time, in load order."""
    tell(feedback, f"Asking for the kernels of {kernel_set.title}")
    return find_kernels(kernel_set, start, stop, _transport(feedback))


def found_metakernels(kernel_set: KernelSet, feedback: QgsFeedback) -> tuple[RemoteKernel, ...]:
    """The set's metakernels, the newest last."""
    return metakernels(kernel_set, _transport(feedback))


def listed_kernels(
    kernel_set: KernelSet, metakernel: RemoteKernel, feedback: QgsFeedback
) -> tuple[RemoteKernel, ...]:
    """What a metakernel of the set lists, in its order."""
    return kernels_of_metakernel(kernel_set, metakernel, _transport(feedback))


def downloaded_kernels(
    kernel_set: KernelSet, kernels: Sequence[RemoteKernel], cache: Path, feedback: QgsFeedback
) -> DownloadedKernels:
    """The kernels in the cache, and a metakernel that loads them."""
    transport = _transport(feedback)
    return download_kernels(kernel_set, kernels, cache, transport, progress=progress_of(feedback))


def _transport(feedback: QgsFeedback) -> Transport:
    return polite_transport(feedback, tell=lambda sentence: tell(feedback, sentence))
