"""Kernels from an archive onto the disk, and a metakernel that loads them.

They lie below spice_kernels/<set>/ as they lie in the archive. What planetarypy has downloaded is
used where it is.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planetary_qgis.core.archives.neighbours import planetarypy_storage
from planetary_qgis.core.download_parts import size_text
from planetary_qgis.core.downloads import Progress, download, no_progress, saved_at
from planetary_qgis.core.errors import KernelError, PlanetaryError
from planetary_qgis.core.http import Transport
from planetary_qgis.core.safe_names import safe_name, safe_path
from planetary_qgis.core.spice.kernel_archives.finding import RemoteKernel
from planetary_qgis.core.spice.kernel_archives.metakernel_text import metakernel_text
from planetary_qgis.core.spice.kernel_archives.sets import KernelSet
from planetary_qgis.core.spice.kernels.kernel_checks import check_kernel

_FOLDER = "spice_kernels"
_SPARE_BYTES = 64 * 1024 * 1024
_UNCHANGING = ("pds3", "pds4")


@dataclass(frozen=True)
class DownloadedKernels:
    """Kernels on the disk.

    Attributes:
        metakernel: Loads them all, with paths relative to itself where they lie below it.
        files: In load order.
    """

    metakernel: Path
    files: tuple[Path, ...]


def kernel_folder(root: Path, kernel_set: KernelSet) -> Path:
    """Where the kernels of a set lie in the cache."""
    return safe_path(root, _FOLDER, kernel_set.key)


def on_disk(kernel_set: KernelSet, kernel: RemoteKernel, root: Path) -> Path | None:
    """Where a kernel is already: in the cache, or in planetarypy's; None where it is not."""
    path = _place(kernel_set, kernel, root)
    if saved_at(path) is not None:
        return path
    return _planetarypys(kernel_set, kernel)


def bytes_to_download(
    kernel_set: KernelSet, kernels: Sequence[RemoteKernel], root: Path
) -> tuple[int, int]:
    """About how many bytes are not on the disk yet, and of how many kernels that is not known."""
    absent = [kernel for kernel in kernels if on_disk(kernel_set, kernel, root) is None]
    known = [kernel.size_bytes for kernel in absent if kernel.size_bytes is not None]
    return sum(known), len(absent) - len(known)


def download_kernels(
    kernel_set: KernelSet,
    kernels: Sequence[RemoteKernel],
    root: Path,
    transport: Transport,
    *,
    name: str = "",
    progress: Progress = no_progress,
) -> DownloadedKernels:
    """The kernels, each in its place of the cache, and a metakernel that loads them in this order.

    What is there and has not changed is not fetched again; what broke off goes on.

    Args:
        root: The cache's folder.
        name: Of the metakernel, without its ending; told from the set's key and the kernels if "".
        progress: Told bytes where the archive says all sizes, else kernels.

    Raises:
        NetworkError: The archive does not give one of them; what has arrived stays.
        KernelError: What came is no kernel.
        PlanetaryError: The disk has no room for all of them, or cannot be written.
    """
    if not kernels:
        raise PlanetaryError(
            f"There are no kernels of {kernel_set.title} to download.",
            hint="Choose other times, or kernels from the list.",
        )
    _require_room(kernel_set, kernels, root)
    counted = _Counted(kernels, progress)
    files = tuple(
        _on_disk_now(kernel_set, kernel, root, transport, counted.of(kernel)) for kernel in kernels
    )
    folder = kernel_folder(root, kernel_set)
    metakernel = folder / safe_name(f"{name or _name_of(kernel_set, kernels)}.tm")
    _write(metakernel, metakernel_text(kernel_set, kernels, files, folder))
    return DownloadedKernels(metakernel, files)


class _Counted:
    """The progress of many downloads as one."""

    def __init__(self, kernels: Sequence[RemoteKernel], progress: Progress) -> None:
        sizes = [kernel.size_bytes for kernel in kernels]
        known = [size for size in sizes if size is not None]
        self._bytes_known = len(known) == len(sizes)
        self._total = sum(known) if self._bytes_known else len(sizes)
        self._done, self._progress = 0, progress

    def of(self, kernel: RemoteKernel) -> Progress:
        """The progress of one, which ends those before."""
        before = self._done
        self._done += kernel.size_bytes or 0 if self._bytes_known else 1

        def progress(done: int, _total: int | None) -> None:
            gained = min(done, kernel.size_bytes or 0) if self._bytes_known else 0
            self._progress(before + gained, self._total)

        progress(0, None)
        return progress


def _on_disk_now(
    kernel_set: KernelSet,
    kernel: RemoteKernel,
    root: Path,
    transport: Transport,
    progress: Progress,
) -> Path:
    """The kernel's file, fetched where it is not there or may have changed."""
    neighbours = _planetarypys(kernel_set, kernel)
    to = _place(kernel_set, kernel, root)
    known = saved_at(to)
    if known is None and neighbours is not None:
        return neighbours
    if known is not None and known.url == kernel.url and kernel_set.kind in _UNCHANGING:
        return to
    saved = download(
        transport, kernel.url, to, progress=progress, checksum=kernel.checksum, known=known
    )
    check_kernel(saved.path)
    return saved.path


def _place(kernel_set: KernelSet, kernel: RemoteKernel, root: Path) -> Path:
    return safe_path(kernel_folder(root, kernel_set), *kernel.path.split("/"))


def _planetarypys(kernel_set: KernelSet, kernel: RemoteKernel) -> Path | None:
    """The kernel in planetarypy's storage, which keeps it by mission and folder."""
    storage = planetarypy_storage()
    if storage is None or kernel_set.kind not in _UNCHANGING:
        return None
    mission, folder = kernel_set.key.partition(".")[0], Path(kernel.path).parent.name
    path = storage / _FOLDER / mission / folder / kernel.name
    try:
        check_kernel(path)
    except KernelError:
        return None
    return path


def _require_room(kernel_set: KernelSet, kernels: Sequence[RemoteKernel], root: Path) -> None:
    needed, _ = bytes_to_download(kernel_set, kernels, root)
    existing = next(each for each in (root, *root.absolute().parents) if each.is_dir())
    free = shutil.disk_usage(existing).free
    if needed + _SPARE_BYTES > free:
        raise PlanetaryError(
            f"The kernels of {kernel_set.title} have {size_text(needed)} to be downloaded, but the "
            f"disk of {root} has only {size_text(free)} free.",
            hint="Free some space, choose another cache folder, or fewer kernels.",
        )


def _name_of(kernel_set: KernelSet, kernels: Sequence[RemoteKernel]) -> str:
    digest = hashlib.sha256("\n".join(kernel.url for kernel in kernels).encode()).hexdigest()
    return f"{kernel_set.key.replace('.', '_')}_{digest[:8]}"


def _write(path: Path, text: str) -> None:
    """Write a file, whole or not at all."""
    unfinished = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8", newline="\n")
        unfinished.replace(path)
    except OSError as error:
        raise PlanetaryError(
            f"The metakernel {path} cannot be written.",
            details=str(error),
            hint="Check that you may write to the cache folder.",
        ) from error
