"""Where sets of kernels of each kind keep what."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from planetary_qgis.core.spice.kernel_archives.sets import KernelSet

_CHECKSUM_TABLE = re.compile(r"checksum.*\.tab", re.IGNORECASE)


@dataclass(frozen=True)
class Layout:
    """Folders below a set's address, without a slash at their ends.

    Attributes:
        kernels: Where metakernels' path symbols lead.
        index: The index without its ending, None where there is none.
        endings: Of the index's label and table.
    """

    kernels: str
    metakernels: str | None = None
    index: str | None = None
    checksums: str | None = None
    endings: tuple[str, str] = (".lbl", ".tab")

    @staticmethod
    def is_checksum(name: str) -> bool:
        return _CHECKSUM_TABLE.fullmatch(name) is not None


def layout_of(kernel_set: KernelSet, names: Iterable[str]) -> Layout:
    """The layout of a set.

    Args:
        names: The folders at its address: ESA's PDS3 volumes spell theirs in upper case.
    """
    if kernel_set.kind == "pds3":
        is_upper = "DATA" in names
        lower = Layout("data", "extras/mk", "index/index", "index")
        upper = Layout("DATA", "EXTRAS/MK", "INDEX/INDEX", "INDEX", (".LBL", ".TAB"))
        return upper if is_upper else lower
    if kernel_set.kind == "pds4":
        return Layout("spice_kernels", "spice_kernels/mk", "../dsindex", "miscellaneous/checksum")
    if kernel_set.kind == "operational":
        return Layout("", "mk")
    return Layout("")
