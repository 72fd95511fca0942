"""Kernels on servers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.checksums import Checksum


@dataclass(frozen=True)
class RemoteKernel:
    """A kernel on a server.

    Attributes:
        name: The file's.
        kind: As SPICE names it: SPK, CK, …, MK.
        path: Where it lies below the set's address, as data/spk/mro_psp12.bsp.
        start, stop: UTC of what it covers; None where it covers all times or nobody says.
        size_bytes: About, as servers' listings round it; None where nobody says.
        checksum: What the archive publishes, None where it does not.
    """

    name: str
    url: str
    kind: str
    path: str
    start: np.datetime64 | None = None
    stop: np.datetime64 | None = None
    size_bytes: int | None = None
    checksum: Checksum | None = None
