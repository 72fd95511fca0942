"""Which link of the chain of SPK segments between two bodies is missing, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from planetary_qgis.core.spice.kernels.binary_times import Links, links_of
from planetary_qgis.core.spice.kernels.coverage import utc_of
from planetary_qgis.core.spice.kernels.intervals import (
    ALWAYS,
    NEVER,
    Intervals,
    intersection,
    union,
)
from planetary_qgis.core.spice.kernels.kernel_files import kernel_file
from planetary_qgis.core.spice.kernels.missing import Missing, Window, described, gaps_told

_BARYCENTRE = 0
_LEAST_GAP_S = 1e-6


def missing_positions(
    observer: int, target: int, files: Sequence[Path], window: Window | None, abcorr: str
) -> Iterator[Missing]:
    """What SPKs do not tell of where both are: from the solar system's barycentre, or, without
    correction for light time, from any body that both lead to."""
    links = links_of(f.path for f in map(kernel_file, files) if f.is_binary and f.kind == "SPK")
    if abcorr == "NONE" and not _lacks_common(observer, target, links, window):
        return
    told: set[str] = set()
    for body in (observer, target):
        for missing in _missing_links(body, links, window, ()):
            if missing.sentence not in told:
                told.add(missing.sentence)
                yield missing


def _lacks_common(observer: int, target: int, links: Links, window: Window | None) -> bool:
    """Whether there are times at which no body is known from which both are known."""
    common = _ancestors(observer, links) & _ancestors(target, links)
    known = union(
        *(
            intersection(_reach(observer, each, links, ()), _reach(target, each, links, ()))
            for each in common
        )
    )
    return any(gaps_told("positions", "", "", known, window))


def _missing_links(
    body: int, links: Links, window: Window | None, trail: tuple[int, ...]
) -> Iterator[Missing]:
    """The links that lack between a body and the barycentre."""
    if body == _BARYCENTRE or body in trail:
        return
    centres = links.centres(body)
    own = union(*(links.by_pair[body, centre] for centre in centres))
    yield from gaps_told("positions", _sentence(body, trail), _hint(body, own), own, window)
    reach = _reach(body, _BARYCENTRE, links, ())
    for centre in centres:
        if _is_dead_end(links.by_pair[body, centre], own, reach, window):
            yield from _missing_links(
                centre, links, _within(links, body, centre, window), (*trail, body)
            )


def _is_dead_end(link: Intervals, own: Intervals, reach: Intervals, window: Window | None) -> bool:
    """Whether a link is there at times at which the body is known but leads nowhere."""
    if window is None:
        return bool(len(own)) and not len(reach)
    asked = np.array([[window.start, window.stop]])
    here = intersection(link, asked)
    return _length(here) > _length(intersection(here, reach)) + _LEAST_GAP_S or (
        window.start == window.stop and bool(len(here)) and not len(intersection(here, reach))
    )


def _within(links: Links, body: int, centre: int, window: Window | None) -> Window | None:
    """The part of the window in which the link is there."""
    if window is None:
        return None
    asked = np.array([[window.start, window.stop]])
    here = intersection(links.by_pair[body, centre], asked)
    return window.part(float(here[0, 0]), float(here[-1, 1])) if len(here) else window


def _sentence(body: int, trail: tuple[int, ...]) -> str:
    known = f"No SPK holds positions of {described(body)}"
    return f"{known}, to which those of {described(trail[-1])} are relative," if trail else known


def _hint(body: int, own: Intervals) -> str:
    add = f"Add an SPK (.bsp) that holds {described(body)} then."
    if body >= 0:
        add = f"Add an SPK (.bsp) that holds {described(body)}, such as a planetary ephemeris."
    if not len(own):
        return add
    return f"They hold those from {utc_of(own[0, 0])} to {utc_of(own[-1, 1])}. {add}"


def _reach(body: int, root: int, links: Links, trail: tuple[int, ...]) -> Intervals:
    """When a body's positions relative to the root are known, by some chain."""
    if body == root:
        return ALWAYS
    if body in trail:
        return NEVER
    return union(
        *(
            intersection(links.by_pair[body, centre], _reach(centre, root, links, (*trail, body)))
            for centre in links.centres(body)
        )
    )


def _ancestors(body: int, links: Links) -> set[int]:
    """The body, and all that its positions are relative to in the end."""
    found, pending = {body}, [body]
    while pending:
        new = set(links.centres(pending.pop())) - found
        found |= new
        pending += new
    return found


def _length(known: Intervals) -> float:
    return float((known[:, 1] - known[:, 0]).sum())
