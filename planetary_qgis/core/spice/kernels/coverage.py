"""When a set of kernels knows positions, attitudes, orientations and shapes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.kernels.binary_times import (
    Links,
    attitudes_in,
    links_of,
    shapes_in,
    times_by_id,
)
from planetary_qgis.core.spice.kernels.intervals import Intervals, union, without_tiny_holes
from planetary_qgis.core.spice.kernels.kernel_files import kernel_file
from planetary_qgis.core.spice.scene import name_of
from planetary_qgis.core.spice.vectorised import utc_from_et
from planetary_qgis.core.times import TimeArray, utc_text

Covered = Literal["positions", "attitude", "orientation", "shape"]
_PCK_CLASS, _CK_CLASS = 2, 3
_FURTHEST_S = 1e12
"""About 30,000 years: what is known for all times is known that long."""


@dataclass(frozen=True)
class Timeline:
    """When something of an object is known.

    Attributes:
        naif_id: The body's; of attitudes the structure's, of orientations the frame class's.
        name: The body's, or the frame's.
        intervals: (n, 2) datetime64[us] UTC, sorted; what lies between them is unknown.
        relative_to: Bodies that positions are relative to.
    """

    naif_id: int
    name: str
    what: Covered
    intervals: NDArray[np.datetime64]
    relative_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """TDB intervals by NAIF id.

    Attributes:
        positions: Of bodies and spacecraft, from SPKs.
        attitudes: Of structures and instruments, from CKs.
        orientations: Of frames, by their class id, from binary PCKs.
        shapes: Of bodies, from DSKs.
        links: What the positions are relative to.
        lines: All of these in UTC, with names.
        span: UTC texts between which spacecraft positions are known, None where there are none.
        untold: Sentences on CKs whose times cannot be read.
    """

    positions: dict[int, Intervals]
    attitudes: dict[int, Intervals]
    orientations: dict[int, Intervals]
    shapes: dict[int, Intervals]
    links: Links
    lines: tuple[Timeline, ...]
    span: tuple[str, str] | None
    untold: tuple[str, ...] = ()

    def sentence(self, naif_id: int, name: str) -> str:
        """From when to when the position of a body is known, as a sentence."""
        known = self.positions.get(naif_id)
        if known is None or not len(known):
            return f"They hold no positions of {name} at all."
        begin, end = utc_of(known[0, 0]), utc_of(known[-1, 1])
        return f"They hold positions of {name} from {begin} to {end}."


def timelines(coverage: Coverage, *, merge_share: float = 0.0) -> tuple[Timeline, ...]:
    """What is known when: spacecraft first, then by what it is and by id.

    Args:
        merge_share: For drawing: holes shorter than this share of a timeline are filled.
    """
    return tuple(_drawn(line, merge_share) for line in coverage.lines)


def coverage_of(kernels: Sequence[Path]) -> Coverage:
    """What the loaded kernels cover; text kernels cover nothing by themselves.

    Args:
        kernels: Furnished already: CKs need their clock kernel, and UTC its leap seconds.

    Raises:
        KernelError: There are no leap seconds.
    """
    files = [kernel_file(path) for path in kernels]
    binary = {kind: [f.path for f in files if f.is_binary and f.kind == kind] for kind in _KINDS}
    links = links_of(binary["SPK"])
    positions = _by_body(links)
    untold: list[str] = []
    attitudes = _gathered(_attitudes(ck, untold) for ck in binary["CK"])
    orientations = _gathered(times_by_id(path, 0) for path in binary["PCK"])
    shapes = _gathered(shapes_in(path) for path in binary["DSK"])
    lines = (
        *_position_lines(positions, links),
        *_frame_lines(attitudes, "attitude", _CK_CLASS),
        *_frame_lines(orientations, "orientation", _PCK_CLASS),
        *(Timeline(i, name_of(i), "shape", _in_utc(known)) for i, known in sorted(shapes.items())),
    )
    return Coverage(
        positions, attitudes, orientations, shapes, links, lines, _span(positions), tuple(untold)
    )


def utc_of(et: float) -> str:
    """UTC text of a moment, for a sentence."""
    return utc_text(_utc(np.array([et]))[0])


_KINDS = ("SPK", "CK", "PCK", "DSK")


def _by_body(links: Links) -> dict[int, Intervals]:
    return _gathered([(body, known)] for (body, _), known in links.by_pair.items())


def _attitudes(ck: Path, untold: list[str]) -> Iterator[tuple[int, Intervals]]:
    for structure, _ in times_by_id(ck, 0):
        yield from _attitudes_of(ck, structure, untold)


def _attitudes_of(ck: Path, structure: int, untold: list[str]) -> list[tuple[int, Intervals]]:
    try:
        return [(structure, attitudes_in(ck, structure))]
    except KernelError as error:
        untold.append(str(error))
        return []


def _gathered(parts: Iterable[Iterable[tuple[int, Intervals]]]) -> dict[int, Intervals]:
    found: dict[int, list[Intervals]] = {}
    for part in parts:
        for naif_id, known in part:
            found.setdefault(naif_id, []).append(known)
    return {naif_id: union(*each) for naif_id, each in found.items()}


def _position_lines(positions: dict[int, Intervals], links: Links) -> list[Timeline]:
    """Spacecraft first."""
    order = sorted(positions, key=lambda naif_id: (naif_id >= 0, abs(naif_id)))
    return [
        Timeline(
            naif_id,
            name_of(naif_id),
            "positions",
            _in_utc(positions[naif_id]),
            tuple(map(name_of, links.centres(naif_id))),
        )
        for naif_id in order
    ]


def _frame_lines(known: dict[int, Intervals], what: Covered, frame_class: int) -> list[Timeline]:
    return [
        Timeline(naif_id, frame_name(frame_class, naif_id), what, _in_utc(known[naif_id]))
        for naif_id in sorted(known, key=abs)
    ]


def frame_name(frame_class: int, class_id: int) -> str:
    """The name of the frame whose attitude is known by that id; the id's own where it has none."""
    try:
        return str(spiceypy.ccifrm(frame_class, class_id)[1])
    except SpiceyError:
        return name_of(class_id)


def _drawn(line: Timeline, merge_share: float) -> Timeline:
    known = line.intervals
    seconds = known.astype("int64").astype(float)
    merged = without_tiny_holes(seconds, merge_share)
    if len(merged) == len(known):
        return line
    intervals = merged.astype("int64").astype("datetime64[us]")
    return Timeline(line.naif_id, line.name, line.what, intervals, line.relative_to)


def _in_utc(known: Intervals) -> TimeArray:
    return _utc(known.ravel()).reshape(-1, 2)


def _utc(et: NDArray[np.float64]) -> TimeArray:
    return utc_from_et(np.clip(et, -_FURTHEST_S, _FURTHEST_S))


def _span(positions: dict[int, Intervals]) -> tuple[str, str] | None:
    """First and last moment, in UTC, of what is known of spacecraft."""
    known = [times for naif_id, times in positions.items() if naif_id < 0 and len(times)]
    if not known:
        return None
    whole = union(*known)
    return utc_of(whole[0, 0]), utc_of(whole[-1, 1])
