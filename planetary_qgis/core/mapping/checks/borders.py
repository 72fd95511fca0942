"""Borders of units under which no contact lies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.adjacency import borders_of
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.drawn import Indices
from planetary_qgis.core.mapping.checks.sides import NOBODY, Borders, step_hashes
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNITS
from planetary_qgis.core.mapping.wording import length_text


def borders_without_contact(context: CheckContext) -> Iterator[Finding]:
    """Stretches of outlines that neither a contact nor the map's boundary is near."""
    if not len(context.units.shapes):
        return
    if not len(context.contacts.parts) and context.boundary is None:
        yield finding(
            "border-without-contact",
            CONTACTS,
            [],
            None,
            "The map has units, but no contacts.",
            "Draw the contacts, or import them.",
        )
        return
    borders = borders_of(context)
    bare = np.flatnonzero(_is_bare(context, borders))
    neighbour = borders.on_left(borders.end[bare], borders.start[bare])
    for pair, steps in _by_pair(borders.polygon[bare], neighbour, bare):
        line = _merged(borders.start[steps], borders.end[steps])
        length = float(context.ground.lengths(np.array([line], dtype=object))[0])
        ids = context.units.ids[[each for each in pair if each != NOBODY]]
        between = f"between {named(UNITS, ids)}" if len(ids) > 1 else f"of {named(UNITS, ids)}"
        yield finding(
            "border-without-contact",
            UNITS,
            ids,
            line,
            f"The border {between} has no contact for {length_text(length)}.",
            "Draw the contact, or build the units again.",
            size=length,
        )


def _is_bare(context: CheckContext, borders: Borders) -> NDArray[np.bool_]:
    """(s,) which steps have neither the same step of a contact nor a line near them."""
    bare = ~_is_drawn(context, borders)
    unsure = np.flatnonzero(bare)
    start, end = borders.start[unsure], borders.end[unsure]
    lines = [context.lines(layer).parts for layer in (CONTACTS, MAP_BOUNDARY)]
    tree = shapely.STRtree(np.concatenate(lines))
    covered = np.ones(len(unsure), dtype=bool)
    for places in (start, (start + end) / 2.0, end):
        reach = context.limits.closing_m * context.ground.units_per_metre(*places.T)
        near = tree.query(shapely.points(places), predicate="dwithin", distance=reach)[0]
        covered &= np.isin(np.arange(len(unsure)), near)
    bare[unsure] = ~covered
    return bare


def _is_drawn(context: CheckContext, borders: Borders) -> NDArray[np.bool_]:
    """(s,) which steps are those of an edge of the network, in either direction."""
    edges = context.network.edges
    step = np.flatnonzero(np.isin(np.arange(len(edges.xy) - 1), _inner(edges.start, edges.stop)))
    start, end = edges.xy[step], edges.xy[step + 1]
    drawn = np.concatenate([step_hashes(start, end), step_hashes(end, start)])
    return np.isin(step_hashes(borders.start, borders.end), drawn)


def _inner(start: Indices, stop: Indices) -> Indices:
    """All numbers from each start up to, and without, its stop."""
    count = stop - start
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.asarray(np.repeat(start, count) + within)


def _by_pair(
    polygon: Indices, neighbour: Indices, steps: Indices
) -> Iterator[tuple[tuple[int, int], Indices]]:
    """Two polygons, or one and NOBODY, and the steps between them; each step once."""
    once = (neighbour == NOBODY) | (polygon < neighbour)
    pairs = np.stack([polygon, neighbour], axis=1)[once]
    keys, group = np.unique(pairs, axis=0, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    cuts = np.searchsorted(group.ravel()[order], np.arange(1, len(keys)))
    yield from zip(map(tuple, keys.tolist()), np.split(steps[once][order], cuts))


def _merged(start: FloatArray, end: FloatArray) -> shapely.Geometry:
    return shapely.line_merge(shapely.multilinestrings(np.stack([start, end], axis=1)))
