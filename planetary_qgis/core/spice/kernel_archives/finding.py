"""Which kernels of an archived set cover a time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import numpy as np

from planetary_qgis.core.http import Transport
from planetary_qgis.core.spice.kernel_archives.asking import Archive
from planetary_qgis.core.spice.kernel_archives.remote_kernels import RemoteKernel
from planetary_qgis.core.spice.kernel_archives.sets import KernelSet
from planetary_qgis.core.spice.kernels.kernel_files import by_version, load_rank

__all__ = ["RemoteKernel", "find_kernels", "kernels_of_metakernel", "metakernels"]

_YEAR = re.compile(r"(?<!\d)(19[5-9]\d|20\d\d)(?!\d)")
_VERSION = re.compile(r"_?v\d+.*$", re.IGNORECASE)


def find_kernels(
    kernel_set: KernelSet,
    start: np.datetime64 | None,
    stop: np.datetime64 | None,
    transport: Transport,
) -> tuple[RemoteKernel, ...]:
    """The set's kernels that cover some of the time, in load order, metakernels left out.

    Which kernels go together, and their order, is what the set's metakernels say; without any,
    all are taken. Times are those of its index, else those in the names. Kernels without times,
    as frames and clocks, always belong to them.

    Args:
        start, stop: UTC; None for no bound.

    Raises:
        NetworkError: The archive does not answer.
        PlanetaryError: It answers with something else than its listing or index.
    """
    archive = Archive(kernel_set, transport)
    listed = [
        path
        for metakernel in _fitting(kernel_set, archive.metakernels(), start, stop)
        for path in archive.listed_by(metakernel)
    ]
    found = [archive.kernel(path) for path in dict.fromkeys(listed or archive.all_paths())]
    if not listed:
        found.sort(
            key=lambda kernel: (*load_rank(kernel.kind, kernel.name), by_version(kernel.name))
        )
    return archive.with_sizes(kernel for kernel in found if _covers(kernel, start, stop))


def metakernels(kernel_set: KernelSet, transport: Transport) -> tuple[RemoteKernel, ...]:
    """The set's metakernels, the newest last; none where the set has no folder of them.

    Raises:
        NetworkError: The archive does not answer.
    """
    return Archive(kernel_set, transport).metakernels()


def kernels_of_metakernel(
    kernel_set: KernelSet, metakernel: RemoteKernel, transport: Transport
) -> tuple[RemoteKernel, ...]:
    """What a metakernel of the set lists, in its order.

    Raises:
        NetworkError: The archive does not answer.
        PlanetaryError: It lists nothing.
    """
    archive = Archive(kernel_set, transport)
    return archive.with_sizes(archive.kernel(path) for path in archive.listed_by(metakernel))


def _fitting(
    kernel_set: KernelSet,
    found: Sequence[RemoteKernel],
    start: np.datetime64 | None,
    stop: np.datetime64 | None,
) -> list[RemoteKernel]:
    """The metakernels for a time: of those by year the years', else the one for all times.

    That is the one whose name adds the least; where a mission keeps them as it works, it is ESA's
    “ops”, as others are for single plans and phases. Of each, the newest version; they come sorted
    by it.
    """
    newest = {_VERSION.sub("", PurePosixPath(each.name).stem).lower(): each for each in found}
    by_year = {stem: year for stem in newest if (year := _YEAR.search(stem))}
    if by_year:
        first = _year_of(start, 0)
        last = _year_of(stop if stop is not None else start, 9999)
        years = {
            stem: int(year[0]) for stem, year in by_year.items() if first <= int(year[0]) <= last
        }
        if years:
            return [newest[stem] for stem in sorted(years, key=lambda stem: (years[stem], stem))]
    is_archived = kernel_set.kind in ("pds3", "pds4")
    plain = [stem for stem in newest if stem not in by_year and (is_archived or "ops" in stem)]
    return [newest[min(plain, key=lambda stem: (len(stem), stem))]] if plain else []


def _year_of(time: np.datetime64 | None, otherwise: int) -> int:
    return otherwise if time is None else int(time.astype("datetime64[Y]").astype(int)) + 1970


def _covers(kernel: RemoteKernel, start: np.datetime64 | None, stop: np.datetime64 | None) -> bool:
    """Whether a kernel holds some of the time; what has no times of its own always does."""
    is_binary, _ = load_rank(kernel.kind, kernel.name)
    if not is_binary or kernel.start is None or kernel.stop is None:
        return True
    last = start if stop is None else stop
    begins_late = last is not None and bool(kernel.start > last)
    ends_early = start is not None and bool(kernel.stop < start)
    return not (begins_late or ends_early)
