"""What of a query a service can be asked in its simpler words: boxes, and pieces of names.

Whatever is asked here finds at least all that matches; the rest is filtered afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from planetary_qgis.core.geos import shapely

_MARGIN_DEG = 0.01
"""Services round their footprints, and may draw their edges as other lines than we do."""
_MOST_BOXES = 8
_WIDEST_DEG = 180.0

WideBox = tuple[float, float, float, float]
"""West, south, east, north: west < east, not wider than 180°, east may run on past 180."""


@dataclass(frozen=True)
class Name:
    """A piece that every wanted product id has.

    Attributes:
        starts: Whether the id begins with the piece; both flags: it is the whole id.
        ends: Whether the id ends with it.
    """

    piece: str
    starts: bool
    ends: bool


def boxes_of(area: str) -> tuple[WideBox, ...]:
    """Boxes that together cover an area, none where there is no area.

    Args:
        area: WKT in the house's degrees, cut at the antimeridian.
    """
    if not area:
        return ()
    bounds = [tuple(each) for each in shapely.bounds(shapely.get_parts(shapely.from_wkt(area)))]
    if len(bounds) > _MOST_BOXES:
        east = [box for box in bounds if box[0] + box[2] >= 0.0]
        west = [box for box in bounds if box[0] + box[2] < 0.0]
        bounds = [_around(boxes) for boxes in (east, west) if boxes]
    return tuple(half for box in bounds for half in _halves(*box))


def names_of(patterns: Sequence[str]) -> tuple[Name, ...]:
    """A piece of each pattern, none where a pattern says nothing or no name is asked for."""
    names = [_longest_piece(pattern) for pattern in patterns]
    known = [name for name in names if name is not None]
    return tuple(dict.fromkeys(known)) if len(known) == len(names) else ()


def _around(boxes: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    west, south, east, north = zip(*boxes)
    return min(west), min(south), max(east), max(north)


def _halves(west: float, south: float, east: float, north: float) -> list[WideBox]:
    """The box with its margin, in two halves where it is wider than a service may be asked."""
    low, high = max(south - _MARGIN_DEG, -90.0), min(north + _MARGIN_DEG, 90.0)
    west, east = west - _MARGIN_DEG, east + _MARGIN_DEG
    if east - west >= 360.0:
        west, east = -180.0, 180.0
    if east - west <= _WIDEST_DEG:
        return [(west, low, east, high)]
    middle = (west + east) / 2.0
    return [(west, low, middle, high), (middle, low, east, high)]


def _longest_piece(pattern: str) -> Name | None:
    pieces = re.split(r"[*?]", pattern)
    longest = max(range(len(pieces)), key=lambda index: len(pieces[index]))
    if not pieces[longest]:
        return None
    return Name(pieces[longest], starts=longest == 0, ends=longest == len(pieces) - 1)
