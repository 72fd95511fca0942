"""Contacts that end where no other line is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.core.mapping.units.network import LooseEnd
from planetary_qgis.core.mapping.wording import length_text

_ROUNDING = 1e-9
"""Degrees."""
_DETOUR = 4.0
"""Times the gap: a longer way back to where a line met another leads to another place."""


def dangles(context: CheckContext) -> Iterator[Finding]:
    """Ends that are farther from any line than the closing distance."""
    for end in _on_the_map(context, context.network.dangles):
        nearest = (
            f"{length_text(end.gap_m)} from the nearest line"
            if math.isfinite(end.gap_m)
            else "far from any other line"
        )
        yield finding(
            "dangle",
            end.layer,
            [end.line],
            end.place,
            f"{named(end.layer, [end.line])} ends {nearest}.",
            "Draw it on to the line that it should end on, or delete what hangs over.",
            size=end.gap_m if math.isfinite(end.gap_m) else None,
        )


def overshoots(context: CheckContext) -> Iterator[Finding]:
    """Ends that are a little beyond a line."""
    for end in _on_the_map(context, context.network.overshoots):
        yield finding(
            "overshoot",
            end.layer,
            [end.line],
            end.place,
            f"{named(end.layer, [end.line])} runs {length_text(end.overhang_m)} beyond the line"
            " that it meets.",
            "Cut off what hangs over.",
            fix="trim",
            size=end.overhang_m,
        )


def undershoots(context: CheckContext) -> Iterator[Finding]:
    """Ends that are a little before a line."""
    for end in _on_the_map(context, context.network.undershoots):
        yield finding(
            "undershoot",
            end.layer,
            [end.line],
            end.place,
            f"{named(end.layer, [end.line])} ends {length_text(end.gap_m)} before the line that it"
            " should meet.",
            "Let it end on that line; if it has run over it, cut off what hangs over.",
            fix="" if may_have_run_over(end.overhang_m, end.gap_m) else "snap",
            size=end.gap_m,
        )


def may_have_run_over(overhang_m: float, gap_m: float) -> bool:
    """Whether the line that an end is near to may be the one that it has just crossed.

    To draw it back there would leave a sliver.
    """
    return overhang_m <= _DETOUR * gap_m


def _on_the_map(context: CheckContext, ends: Iterable[LooseEnd]) -> list[LooseEnd]:
    """Ends of contacts within the boundary that do not go on beyond the ±180° meridian."""
    contacts = [end for end in ends if end.layer == CONTACTS]
    if not contacts:
        return []
    keep = ~_go_on_beyond_seam(context, contacts)
    if context.boundary is not None:
        shapely.prepare(context.boundary)
        keep &= shapely.intersects(context.boundary, [end.place for end in contacts])
    return [end for end, wanted in zip(contacts, keep) if wanted]


def _go_on_beyond_seam(context: CheckContext, ends: list[LooseEnd]) -> NDArray[np.bool_]:
    """(n,) whether a contact ends on the other side of the ±180° meridian at the same latitude."""
    if not context.in_degrees:
        return np.zeros(len(ends), dtype=bool)
    x = np.array([end.place.x for end in ends])
    y = np.array([end.place.y for end in ends])
    others = context.contacts.ends.reshape(-1, 2)
    others = others[_is_on_seam(others[:, 0])]
    goes_on = np.zeros(len(ends), dtype=bool)
    for each in np.flatnonzero(_is_on_seam(x)):
        there = others[np.sign(others[:, 0]) == -np.sign(x[each])]
        away = context.ground.distances(*np.broadcast_arrays(x[each], y[each], *there.T))
        goes_on[each] = bool((away <= context.limits.closing_m).any())
    return goes_on


def _is_on_seam(lon: FloatArray) -> NDArray[np.bool_]:
    return np.asarray(np.abs(np.abs(lon) - 180.0) <= _ROUNDING)
