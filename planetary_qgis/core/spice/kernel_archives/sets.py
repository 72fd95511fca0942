"""The archived sets of kernels that are known, from kernel_archives.toml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.errors import PlanetaryError

SetKind = Literal["pds3", "pds4", "operational", "generic"]
_FILE = Path(__file__).with_name("kernel_archives.toml")


@dataclass(frozen=True)
class KernelSet:
    """A set of kernels on a server.

    Attributes:
        key: Mission and archive, e.g. mro.pds3.
        naif_id: The spacecraft's; 0 for generic kernels.
        url: The folder that holds it, with a slash at the end.
        kind: How it is laid out.
        folders: Below the address, where kernels are; empty where the kind says that.
    """

    key: str
    title: str
    mission: str
    naif_id: int
    url: str
    kind: SetKind
    folders: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def kernel_sets() -> tuple[KernelSet, ...]:
    """All known sets, in the data file's order."""
    return tuple(_set(key, entry) for key, entry in read_toml(_FILE)["sets"].items())


def find_kernel_set(key: str) -> KernelSet:
    """The set of that key.

    Raises:
        PlanetaryError: There is none.
    """
    wanted = key.strip().lower()
    for known in kernel_sets():
        if known.key == wanted:
            return known
    raise PlanetaryError(
        f"There is no set of kernels “{key}”.",
        details="Known keys: " + ", ".join(known.key for known in kernel_sets()),
        hint="Choose one of the known sets, such as mro.pds3.",
    )


def _set(key: str, entry: dict[str, Any]) -> KernelSet:
    return KernelSet(key=key, **{**entry, "folders": tuple(entry.get("folders", ()))})
