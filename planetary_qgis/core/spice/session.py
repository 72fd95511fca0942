"""The only owner of CSPICE: one lock, one kernel pool at a time.

CSPICE keeps its kernels and its error state in globals and is not thread-safe.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.kernels.kernel_checks import check_kernel

MOST_KERNELS = 5000
"""How many CSPICE keeps at once (KEEPER's MAXFIL and DAF's FTSIZE, less some for itself)."""
_LOCK = threading.RLock()


@dataclass
class _Kept:
    """Kernels that stay furnished until others are asked for, and what was there before them."""

    names: list[str] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    in_use: bool = False


_kept = _Kept()


@contextmanager
def furnished(kernels: Sequence[Path]) -> Iterator[None]:
    """A pool that holds these kernels alone, in this order; afterwards what it held before.

    Kernels that were kept for later are not furnished again: that ends their keeping.

    Raises:
        KernelError: A kernel cannot be loaded.
    """
    _check(kernels)
    with _LOCK:
        before = _to_restore()
        spiceypy.kclear()
        try:
            for kernel in kernels:
                _furnish(kernel)
            yield
        finally:
            _restore(before)


@contextmanager
def furnished_and_kept(kernels: Sequence[Path]) -> Iterator[None]:
    """The same pool, kept afterwards for whoever asks for these kernels again, as a worker does.

    Raises:
        KernelError: A kernel cannot be loaded; the pool is then what it was before.
    """
    _check(kernels)
    with _LOCK:
        names = [str(kernel) for kernel in kernels]
        if _loaded_kernels() != names:
            before = _to_restore()
            spiceypy.kclear()
            try:
                for kernel in kernels:
                    _furnish(kernel)
            except KernelError:
                _restore(before)
                raise
            _kept.names, _kept.before = names, before
        outer, _kept.in_use = _kept.in_use, True
        try:
            yield
        finally:
            _kept.in_use = outer
            spiceypy.reset()


def short_message(error: SpiceyError) -> str:
    """CSPICE's long message without its frame of rules, version and traceback."""
    long = getattr(error, "long", "") or ""
    short = getattr(error, "short", "") or ""
    return " ".join(f"{long} ({short})".split()) if long else str(error)


def _check(kernels: Sequence[Path]) -> None:
    if len(kernels) > MOST_KERNELS:
        raise KernelError(
            f"{len(kernels)} kernels are more than the {MOST_KERNELS} that SPICE takes at once.",
            hint="Leave out those that cover other times.",
        )
    for kernel in kernels:
        check_kernel(kernel)


def _to_restore() -> list[str]:
    """What is to be furnished again once others have had the pool."""
    loaded = _loaded_kernels()
    is_left_over = bool(_kept.names) and loaded == _kept.names and not _kept.in_use
    return _kept.before if is_left_over else loaded


def _loaded_kernels() -> list[str]:
    """What somebody else in this process has furnished by hand: metakernels stand for their own."""
    names = []
    for index in range(spiceypy.ktotal("ALL")):
        name, _, parent, _ = spiceypy.kdata(index, "ALL")
        if not parent:
            names.append(name)
    return names


def _restore(names: list[str]) -> None:
    spiceypy.reset()
    spiceypy.kclear()
    for name in names:
        with suppress(SpiceyError):  # gone from the disk meanwhile: not ours to tell
            spiceypy.furnsh(name)


def _furnish(kernel: Path) -> None:
    try:
        spiceypy.furnsh(str(kernel))
    except SpiceyError as error:
        raise KernelError(
            f"The kernel {kernel.name} cannot be loaded.",
            details=f"{kernel}\n{short_message(error)}",
            hint="Fetch it again, or leave it out of the list."
            if str(kernel).isascii()
            else "SPICE may not read letters of its path, as on Windows: move it to a folder whose "
            "path has plain letters alone.",
        ) from error
