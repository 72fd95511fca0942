"""Kernel files: what kind each is, and what a folder of them holds, in load order."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from planetary_qgis.core.errors import KernelError

METAKERNEL = "MK"
BINARY_KINDS = ("PCK", "DSK", "SPK", "CK", "EK")
"""Kinds that tell of some times only, in load order; PCKs may also be text."""
_KIND_BY_ENDING = {
    ".tls": "LSK",
    ".tpc": "PCK",
    ".bpc": "PCK",
    ".tf": "FK",
    ".ti": "IK",
    ".tsc": "SCLK",
    ".tm": METAKERNEL,
    ".mk": METAKERNEL,
    ".bsp": "SPK",
    ".bc": "CK",
    ".bds": "DSK",
    ".bes": "EK",
    ".bep": "EK",
    ".bdb": "EK",
}
_TEXT_ORDER = ("LSK", "PCK", "FK", "SCLK", "IK")
_BINARY_ENDINGS = (".bpc", ".bsp", ".bc", ".bds", ".bes", ".bep", ".bdb")
_ARCHITECTURES = (b"DAF/", b"DAS/", b"NAIF/")
_IDENTIFIED = re.compile(rb"(?:KPL|DAF|DAS)/([A-Z]+)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class KernelFile:
    """A kernel on the disk.

    Attributes:
        kind: As SPICE names it: SPK, CK, PCK, FK, IK, SCLK, LSK, DSK, EK, MK; "" where nothing
            tells.
        listed_in: The metakernel that it came by, None where it was given by itself.
    """

    path: Path
    kind: str
    size_bytes: int
    is_binary: bool
    listed_in: Path | None = None


@dataclass(frozen=True)
class FolderOfKernels:
    """What to load of a folder, and in a sentence why that.

    Attributes:
        kernels: In load order.
    """

    kernels: tuple[Path, ...]
    sentence: str


def kernel_file(path: Path, listed_in: Path | None = None) -> KernelFile:
    """What the file says that it is, by its first bytes, else by its ending."""
    with path.open("rb") as file:
        head = file.read(16)
    told = _IDENTIFIED.match(head)
    kind = told[1].decode("ascii").upper() if told else kind_of_name(path.name)
    return KernelFile(
        path=path,
        kind=kind,
        size_bytes=path.stat().st_size,
        is_binary=head.startswith(_ARCHITECTURES),
        listed_in=listed_in,
    )


def kind_of_name(name: str) -> str:
    """The kind that a file's ending tells; "" where it is none of kernels."""
    return _KIND_BY_ENDING.get(PurePosixPath(name).suffix.lower(), "")


def load_rank(kind: str, name: str) -> tuple[bool, int]:
    """A sorting key for kernels of which only kind and name are known."""
    return _rank(kind, name.lower().endswith(_BINARY_ENDINGS))


def kernels_in(folder: Path) -> tuple[Path, ...]:
    """What to load of a folder, in load order; see `folder_of_kernels`."""
    return folder_of_kernels(folder).kernels


def folder_of_kernels(folder: Path) -> FolderOfKernels:
    """The kernels in a folder and the folders in it: its metakernel, else all files.

    Raises:
        KernelError: There are none.
    """
    files = [kernel_file(path) for path in _kernel_paths(folder)]
    metakernels = sorted(
        (f.path for f in files if f.kind == METAKERNEL), key=lambda path: by_version(path.name)
    )
    if metakernels:
        return FolderOfKernels((metakernels[-1],), _why_metakernel(metakernels))
    if not files:
        raise KernelError(
            f"There are no kernels in {folder}.",
            hint="Choose a folder that holds files such as .tls, .tpc, .tf, .ti, .tsc, .bsp, .bc.",
        )
    ordered = tuple(file.path for file in in_load_order(files))
    return FolderOfKernels(ordered, f"{len(ordered)} kernels of {folder.name}, without metakernel.")


def in_load_order(files: list[KernelFile]) -> list[KernelFile]:
    """Text before binary, by kind, of a kind by name and version: what is loaded last wins."""
    return sorted(
        files, key=lambda file: (*_rank(file.kind, file.is_binary), by_version(file.path.name))
    )


def by_version(name: str) -> tuple[object, ...]:
    """A sorting key under which v9 comes before v10."""
    parts = re.split(r"(\d+)", name.lower())
    return tuple((part.isdigit(), int(part) if part.isdigit() else part) for part in parts)


def _rank(kind: str, is_binary: bool) -> tuple[bool, int]:
    order = BINARY_KINDS if is_binary else _TEXT_ORDER
    return is_binary, order.index(kind) if kind in order else len(order)


def _kernel_paths(folder: Path) -> list[Path]:
    try:
        found = [path for path in folder.rglob("*") if path.suffix.lower() in _KIND_BY_ENDING]
    except OSError as error:
        raise KernelError(
            f"The folder {folder} cannot be read.",
            details=str(error),
            hint="Check that you may read it, or choose another.",
        ) from error
    return sorted(path for path in found if path.is_file())


def _why_metakernel(metakernels: list[Path]) -> str:
    chosen, others = metakernels[-1], metakernels[:-1]
    left_out = f" (not {', '.join(path.name for path in others)})" if others else ""
    return f"The metakernel {chosen.name}{left_out} says what is loaded."
