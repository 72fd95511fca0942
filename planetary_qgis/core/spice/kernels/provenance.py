"""Which kernels made an answer: names, sizes and checksums, for a layer's metadata."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from planetary_qgis.core.saved_files import saved_at

_LARGEST_HASHED_BYTES = 2**30
_READ_AT_ONCE = 2**20


def provenance_of(kernels: Sequence[Path]) -> str:
    """Names, sizes, SHA-256 sums and, of what was downloaded, addresses; a kernel a line.

    A sum is computed once for as long as the file does not change; that of a downloaded kernel is
    known from its download, and kernels over a GB that were not downloaded go without.
    """
    return "\n".join(_described(kernel) for kernel in kernels)


def _described(kernel: Path) -> str:
    found = kernel.stat()
    facts = [f"{found.st_size} bytes"]
    saved = saved_at(kernel)
    if saved is not None:
        facts += [f"SHA-256 {saved.sha256}", f"from {saved.url}", f"fetched {saved.fetched}"]
    elif found.st_size <= _LARGEST_HASHED_BYTES:
        facts.append(f"SHA-256 {_sha256(str(kernel), found.st_size, found.st_mtime_ns)}")
    return f"{kernel.name} ({', '.join(facts)})"


@lru_cache(maxsize=4096)
def _sha256(path: str, _size: int, _modified: int) -> str:
    digest = hashlib.sha256()
    with Path(path).open("rb") as file:
        while chunk := file.read(_READ_AT_ONCE):
            digest.update(chunk)
    return digest.hexdigest()
