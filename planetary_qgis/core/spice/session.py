"""The only owner of CSPICE: one lock, one kernel pool at a time.

CSPICE keeps its kernels and its error state in globals and is not thread-safe.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError

_LOCK = threading.RLock()


@contextmanager
def furnished(kernels: Sequence[Path]) -> Iterator[None]:
    """A pool that holds these kernels alone, in this order; afterwards what it held before.

    Raises:
        KernelError: A kernel cannot be loaded.
    """
    with _LOCK:
        before = _loaded_kernels()
        spiceypy.kclear()
        try:
            for kernel in kernels:
                _furnish(kernel)
            yield
        finally:
            spiceypy.kclear()
            for name in before:
                spiceypy.furnsh(name)


def short_message(error: SpiceyError) -> str:
    """CSPICE's long message without its frame of rules, version and traceback."""
    long = getattr(error, "long", "") or ""
    short = getattr(error, "short", "") or ""
    return " ".join(f"{long} ({short})".split()) if long else str(error)


def _loaded_kernels() -> list[str]:
    """What somebody else in this process has furnished by hand: metakernels stand for their own."""
    names = []
    for index in range(spiceypy.ktotal("ALL")):
        name, _, parent, _ = spiceypy.kdata(index, "ALL")
        if not parent:
            names.append(name)
    return names


def _furnish(kernel: Path) -> None:
    try:
        spiceypy.furnsh(str(kernel))
    except SpiceyError as error:
        raise KernelError(
            f"The kernel {kernel.name} cannot be loaded.",
            details=f"{kernel}\n{short_message(error)}",
            hint="Fetch it again, or leave it out of the list.",
        ) from error
