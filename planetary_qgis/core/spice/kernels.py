"""Kernel files: metakernels resolved, and what a set of kernels knows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.coverage import Coverage, coverage_of
from planetary_qgis.core.spice.instruments import ids_with_field_of_view
from planetary_qgis.core.spice.scene import name_of, pool_names, pool_texts
from planetary_qgis.core.spice.session import furnished, short_message

_LARGEST_HASHED_BYTES = 32 * 2**20
_TRANSFER_MARKS = (b"DAFETF", b"DASETF")


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
        kernels: The files themselves, metakernels replaced by what they list.
        targets: Bodies with radii.
        observers: Spacecraft with positions.
        instruments: Instruments with a field of view.
        coverage: When the observers' positions and attitudes are known.
    """

    kernels: tuple[Path, ...]
    targets: tuple[Known, ...]
    observers: tuple[Known, ...]
    instruments: tuple[Known, ...]
    coverage: Coverage

    @property
    def start(self) -> str | None:
        """UTC at which the first observer's positions begin."""
        return self.coverage.span[0] if self.coverage.span else None

    @property
    def stop(self) -> str | None:
        """UTC at which the last observer's positions end."""
        return self.coverage.span[1] if self.coverage.span else None


def summarise(kernels: Sequence[Path]) -> KernelSummary:
    """What these kernels know; loads them for the moment.

    Raises:
        KernelError: A kernel is missing or cannot be loaded.
    """
    files = expand(kernels)
    with furnished(files):
        coverage = coverage_of(files)
        instruments = tuple(
            Known(naif_id, name_of(naif_id), "".join(pool_texts(f"INS{naif_id}_FOV_SHAPE")))
            for naif_id in ids_with_field_of_view()
        )
        spacecraft = sorted((i for i in coverage.positions if i < 0), reverse=True)
        return KernelSummary(
            kernels=files,
            targets=tuple(Known(i, name_of(i)) for i in _bodies_with_radii()),
            observers=tuple(Known(i, name_of(i)) for i in spacecraft),
            instruments=instruments,
            coverage=coverage,
        )


def expand(kernels: Sequence[Path]) -> tuple[Path, ...]:
    """The kernel files in load order, metakernels replaced by what they list.

    A metakernel's files are looked for where its PATH_VALUES say, relative to its own folder too;
    where that place does not exist here, the end of each path is looked for beside the metakernel.

    Raises:
        KernelError: No kernels are given, or some are missing or in NAIF's transfer format.
    """
    if not kernels:
        raise KernelError("No kernels are given.", hint="Choose a metakernel or kernel files.")
    files: list[Path] = []
    for kernel in kernels:
        path = Path(kernel)
        _check_loadable(path)
        files += _listed_in(path) if _may_be_metakernel(path) else [path]
    return tuple(dict.fromkeys(file.resolve() for file in files))


def provenance_of(kernels: Sequence[Path]) -> str:
    """Names, sizes and, where that is quick, SHA-256 sums of kernel files, one a line."""
    return "\n".join(_described(kernel) for kernel in kernels)


def _check_loadable(path: Path) -> None:
    if not path.is_file():
        raise KernelError(
            f"The kernel {path.name} is not in {path.parent}.",
            hint="Check its name, or fetch it from the mission's SPICE archive.",
        )
    with path.open("rb") as file:
        if file.read(6) in _TRANSFER_MARKS:
            raise KernelError(
                f"The kernel {path.name} is in NAIF's transfer format, which cannot be loaded.",
                details=str(path),
                hint="Convert it with NAIF's program tobin, and choose the file that it writes.",
            )


def _may_be_metakernel(path: Path) -> bool:
    """Whether the words are there; comments of ordinary text kernels may hold them too."""
    with path.open("rb") as file:
        head = file.read(2**20)
    return b"KERNELS_TO_LOAD" in head and not head.startswith((b"DAF/", b"DAS/", b"NAIF/"))


def _listed_in(metakernel: Path) -> list[Path]:
    """The files that a metakernel lists; of any other kernel, that kernel."""
    listed = _listed_names(metakernel)
    if not listed:
        return [metakernel]
    found = [(name, _located(name, metakernel.resolve().parent)) for name in listed]
    missing = [name for name, path in found if path is None]
    if missing:
        raise KernelError(
            f"{len(missing)} of {len(found)} kernels that {metakernel.name} lists are not here: "
            f"{', '.join(PureWindowsPath(name).name for name in missing[:3])}"
            f"{', …' if len(missing) > 3 else '.'}",
            details="\n".join(missing),
            hint=f"Put them below {metakernel.resolve().parent}, or correct its PATH_VALUES.",
        )
    files = [path for _, path in found if path is not None]
    for file in files:
        _check_loadable(file)
    return files


def _listed_names(metakernel: Path) -> list[str]:
    """The files that a kernel lists, path symbols replaced; CSPICE reads the text.

    Source: NAIF KERNEL required reading, "Meta-kernels".
    """
    with furnished([]):
        try:
            spiceypy.ldpool(str(metakernel))
        except SpiceyError as error:
            raise KernelError(
                f"The metakernel {metakernel.name} cannot be read.",
                details=f"{metakernel}\n{short_message(error)}",
                hint="Correct what the details name; a text editor shows it.",
            ) from error
        values, symbols = _joined("PATH_VALUES"), _joined("PATH_SYMBOLS")
        names = _joined("KERNELS_TO_LOAD")
    for symbol, value in sorted(zip(symbols, values), key=lambda pair: -len(pair[0])):
        names = [name.replace(f"${symbol}", value) for name in names]
    return names


def _joined(variable: str) -> list[str]:
    """A text variable's values; one that ends in "+" goes on in the next."""
    joined: list[str] = []
    goes_on = False
    for part in (text.strip() for text in pool_texts(variable)):
        piece = part[:-1].rstrip() if part.endswith("+") else part
        if goes_on:
            joined[-1] += piece
        else:
            joined.append(piece)
        goes_on = part.endswith("+")
    return joined


def _located(name: str, folder: Path) -> Path | None:
    """The file of that name: as it stands, else the longest end of its path below the folder."""
    path = Path(name)
    if path.is_absolute() and path.is_file():
        return path
    parts = [part for part in PureWindowsPath(name).parts if part not in ("/", "\\", ".")]
    if (folder / name).is_file():
        return folder / name
    for begin in range(len(parts)):
        for base in (folder, folder.parent):
            candidate = base.joinpath(*parts[begin:])
            if candidate.is_file():
                return candidate
    return None


def _bodies_with_radii() -> Iterator[int]:
    ids = {
        int(name[len("BODY") : -len("_RADII")])
        for name in pool_names("BODY*_RADII")
        if name[len("BODY") : -len("_RADII")].isdigit()
    }
    yield from sorted(ids)


def _described(kernel: Path) -> str:
    size = kernel.stat().st_size
    if size > _LARGEST_HASHED_BYTES:
        return f"{kernel.name} ({size} bytes)"
    return (
        f"{kernel.name} ({size} bytes, SHA-256 {hashlib.sha256(kernel.read_bytes()).hexdigest()})"
    )
