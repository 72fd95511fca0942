"""Metakernels that load what was downloaded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from planetary_qgis.core.spice.kernel_archives.finding import RemoteKernel
from planetary_qgis.core.spice.kernel_archives.sets import KernelSet

_LONGEST_STRING = 70


def metakernel_text(
    kernel_set: KernelSet, kernels: Sequence[RemoteKernel], files: Sequence[Path], folder: Path
) -> str:
    """A metakernel for a folder, that lists files in this order, relative to it where it can.

    Source: NAIF KERNEL required reading, "Meta-kernels": strings of 80 characters at most, longer
    ones in pieces that end in "+".
    """
    listed = [line for file in files for line in _strings(_relative(file, folder))]
    sources = [f"      {kernel.url}" for kernel in kernels]
    return "\n".join(
        [
            "KPL/MK",
            "",
            f"   Kernels of {kernel_set.title}, downloaded by Planetary QGIS from",
            "",
            *sources,
            "",
            "   The paths are relative to this file's folder. Planetary QGIS finds them from",
            "   anywhere; other programs have to be started in that folder.",
            "",
            "\\begindata",
            "",
            "   KERNELS_TO_LOAD = (",
            *(f"      '{string}'" for string in listed),
            "   )",
            "",
            "\\begintext",
            "",
        ]
    )


def _relative(file: Path, folder: Path) -> str:
    try:
        return file.relative_to(folder).as_posix()
    except ValueError:
        return file.as_posix()


def _strings(path: str) -> list[str]:
    """A path as the strings of a kernel; quotes are written twice."""
    pieces = [
        path[begin : begin + _LONGEST_STRING] for begin in range(0, len(path), _LONGEST_STRING)
    ]
    continued = [f"{piece}+" for piece in pieces[:-1]]
    return [string.replace("'", "''") for string in (*continued, pieces[-1])]
