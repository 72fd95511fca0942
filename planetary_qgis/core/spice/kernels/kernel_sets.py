"""Kernels as they are given: expanded into files, and what these know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.instruments.instrument import ids_with_field_of_view
from planetary_qgis.core.spice.kernels.coverage import Coverage, coverage_of
from planetary_qgis.core.spice.kernels.generic import Completed, with_generic
from planetary_qgis.core.spice.kernels.kernel_checks import check_kernel, names_assigned, warning_of
from planetary_qgis.core.spice.kernels.kernel_files import (
    KernelFile,
    folder_of_kernels,
    kernel_file,
)
from planetary_qgis.core.spice.kernels.metakernels import listed_in, may_be_metakernel
from planetary_qgis.core.spice.kernels.provenance import provenance_of
from planetary_qgis.core.spice.scene import name_of, pool_names, pool_texts
from planetary_qgis.core.spice.session import furnished

__all__ = ["KernelSummary", "Known", "completed", "expand", "provenance_of", "summarise"]


_METAKERNELS_OWN = frozenset({"PATH_VALUES", "PATH_SYMBOLS", "KERNELS_TO_LOAD"})


@dataclass(frozen=True)
class Known:
    """Something that a set of kernels knows by id."""

    naif_id: int
    name: str
    fov_shape: str = ""


@dataclass(frozen=True)
class KernelSummary:
    """What a set of kernels knows.

    Attributes:
        kernels: The files themselves, metakernels replaced by what they list, in load order.
        targets: Bodies with radii.
        observers: Spacecraft with positions.
        instruments: Instruments with a field of view.
        coverage: When positions, attitudes, orientations and shapes are known.
        files: The same files with what each is, and the metakernel it came by.
        remarks: Sentences: what was chosen of a folder, what was added, what is not read.
    """

    kernels: tuple[Path, ...]
    targets: tuple[Known, ...]
    observers: tuple[Known, ...]
    instruments: tuple[Known, ...]
    coverage: Coverage
    files: tuple[KernelFile, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def start(self) -> str | None:
        """UTC at which the first observer's positions begin."""
        return self.coverage.span[0] if self.coverage.span else None

    @property
    def stop(self) -> str | None:
        """UTC at which the last observer's positions end."""
        return self.coverage.span[1] if self.coverage.span else None


def summarise(kernels: Sequence[Path]) -> KernelSummary:
    """What these kernels know, completed with what ships where they lack it.

    Raises:
        KernelError: A kernel is missing or cannot be loaded.
    """
    expanded = _expanded(kernels)
    files = with_generic([file.path for file in expanded.files])
    given = {file.path: file for file in expanded.files}
    with furnished(files.files):
        coverage = coverage_of(files.files)
        spacecraft = sorted((i for i in coverage.positions if i < 0), reverse=True)
        return KernelSummary(
            kernels=files.files,
            targets=tuple(Known(i, name_of(i)) for i in _bodies_with_radii()),
            observers=tuple(Known(i, name_of(i)) for i in spacecraft),
            instruments=tuple(_instruments()),
            coverage=coverage,
            files=tuple(given.get(path) or kernel_file(path) for path in files.files),
            remarks=(
                *expanded.remarks,
                *(f"{sentence}." for sentence in files.sentences),
                *coverage.untold,
                *_warnings(given),
            ),
        )


def completed(kernels: Sequence[Path]) -> Completed:
    """The kernel files to furnish: expanded, and completed with what ships where they lack it.

    Raises:
        KernelError: As `expand` raises it.
    """
    return with_generic(expand(kernels))


def expand(kernels: Sequence[Path]) -> tuple[Path, ...]:
    """The kernel files in load order, metakernels and folders replaced by what they hold.

    Raises:
        KernelError: No kernels are given, or some are missing or cannot be loaded.
    """
    return tuple(file.path for file in _expanded(kernels).files)


@dataclass(frozen=True)
class _Expanded:
    """Kernel files in load order, each once, and sentences on how they were found."""

    files: tuple[KernelFile, ...]
    remarks: tuple[str, ...]


def _expanded(kernels: Sequence[Path]) -> _Expanded:
    if not kernels:
        raise KernelError("No kernels are given.", hint="Choose a metakernel or kernel files.")
    files: dict[Path, KernelFile] = {}
    remarks: list[str] = []
    for kernel in kernels:
        paths: tuple[Path, ...] = (Path(kernel),)
        if paths[0].is_dir():
            folder = folder_of_kernels(paths[0])
            paths = folder.kernels
            remarks.append(folder.sentence)
        for path in paths:
            for file in _files_of(path, ()):
                files.setdefault(file.path, file)
    return _Expanded(tuple(files.values()), tuple(remarks))


def _files_of(path: Path, listed_by: tuple[Path, ...]) -> Iterator[KernelFile]:
    """A kernel, or what it lists, also of metakernels that it lists."""
    check_kernel(path)
    resolved = path.resolve()
    if resolved in listed_by:
        circle = " → ".join(each.name for each in (*listed_by, resolved))
        raise KernelError(
            f"The metakernel {resolved.name} lists itself: {circle}.",
            hint="Take the metakernel out of that list.",
        )
    listed = listed_in(path) if may_be_metakernel(path) else None
    if listed is None:
        yield kernel_file(resolved, listed_by[-1] if listed_by else None)
        return
    for each in listed:
        yield from _files_of(each, (*listed_by, resolved))


def _instruments() -> Iterator[Known]:
    for naif_id in ids_with_field_of_view():
        yield Known(naif_id, name_of(naif_id), "".join(pool_texts(f"INS{naif_id}_FOV_SHAPE")))


def _bodies_with_radii() -> Iterator[int]:
    ids = {
        int(name[len("BODY") : -len("_RADII")])
        for name in pool_names("BODY*_RADII")
        if name[len("BODY") : -len("_RADII")].isdigit()
    }
    yield from sorted(ids)


def _warnings(files: dict[Path, KernelFile]) -> list[str]:
    """What CSPICE does not read as it was meant."""
    told = [warning_of(path) for path in files]
    metakernels = dict.fromkeys(file.listed_in for file in files.values() if file.listed_in)
    told += [_unread(metakernel) for metakernel in metakernels]
    leap_seconds = [file.path.name for file in files.values() if file.kind == "LSK"]
    if len(leap_seconds) > 1:
        told.append(
            f"{len(leap_seconds)} leap second kernels are loaded; that of {leap_seconds[-1]}, "
            "the last one, counts."
        )
    return [sentence for sentence in told if sentence]


def _unread(metakernel: Path) -> str:
    """What a metakernel sets beside its list; empty where that is nothing."""
    others = sorted(names_assigned(metakernel, r"[^\s=(),']+?") - _METAKERNELS_OWN)
    if not others:
        return ""
    return (
        f"{metakernel.name} also sets {', '.join(others[:3])}{', …' if len(others) > 3 else ''}, "
        "which is not read: put that into a text kernel of its own, and list it."
    )
