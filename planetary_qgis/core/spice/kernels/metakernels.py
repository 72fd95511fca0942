"""Metakernels resolved: what they list, and where that is on this computer."""

from __future__ import annotations

import re
from pathlib import Path, PureWindowsPath

import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.scene import pool_texts
from planetary_qgis.core.spice.session import furnished, short_message

_SYMBOL = re.compile(r"\$(\w+)")


def may_be_metakernel(path: Path) -> bool:
    """Whether the words are there; comments of ordinary text kernels may hold them too."""
    with path.open("rb") as file:
        head = file.read(2**20)
    return b"KERNELS_TO_LOAD" in head and not head.startswith((b"DAF/", b"DAS/", b"NAIF/"))


def listed_in(metakernel: Path) -> list[Path] | None:
    """The files that a metakernel lists; None where the file is another kernel.

    They are looked for where its PATH_VALUES say, relative to its own folder too; where that place
    does not exist here, the end of each path is looked for beside the metakernel.

    Raises:
        KernelError: It cannot be read, or some of what it lists is not here.
    """
    listed = _listed_names(metakernel)
    if not listed:
        return None
    folder = metakernel.resolve().parent
    found = [(name, _located(name, folder)) for name in listed]
    missing = [name for name, path in found if path is None]
    if missing:
        raise _not_here(metakernel, missing, len(found))
    return [path for _, path in found if path is not None]


def _not_here(metakernel: Path, missing: list[str], count: int) -> KernelError:
    undefined = sorted({symbol for name in missing for symbol in _SYMBOL.findall(name)})
    more = ", …" if len(missing) > 3 else "."
    names = ", ".join(PureWindowsPath(name).name for name in missing[:3])
    hint = f"Put them below {metakernel.resolve().parent}, or correct its PATH_VALUES."
    if undefined:
        symbols = ", ".join(f"${symbol}" for symbol in undefined)
        hint = f"Its PATH_SYMBOLS and PATH_VALUES do not say what {symbols} is: add that."
    return KernelError(
        f"{len(missing)} of {count} kernels that {metakernel.name} lists are not here: "
        f"{names}{more}",
        details="\n".join(missing),
        hint=hint,
    )


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
    if names and len(values) != len(symbols):
        raise KernelError(
            f"The metakernel {metakernel.name} has {len(symbols)} PATH_SYMBOLS for "
            f"{len(values)} PATH_VALUES.",
            details=f"{symbols}\n{values}",
            hint="Give each symbol one value.",
        )
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
