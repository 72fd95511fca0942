"""Contacts against the units on both of their sides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.attributes import quoted
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.drawn import DrawnLines, Indices
from planetary_qgis.core.mapping.checks.sides import NOBODY, Borders
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.map_layers import CONTACT_CERTAINTY, CONTACTS, UNITS
from planetary_qgis.core.mapping.symbols.certainties import location_of
from planetary_qgis.core.mapping.units.lines import Source
from planetary_qgis.core.mapping.wording import length_text

_BUILD = "Build the units again."


def contacts_off_units(context: CheckContext) -> Iterator[Finding]:
    """Contacts with no unit on either side."""
    for each in _flanked(context):
        if each.left == each.right == NOBODY:
            yield _told(
                "contact-off-units",
                each,
                f"{named(CONTACTS, [each.contact])} borders no unit for"
                f" {length_text(each.length_m)}.",
                f"{_BUILD} If there is still no unit, close the contacts around it.",
            )


def contacts_inside_units(context: CheckContext) -> Iterator[Finding]:
    """Contacts with the same polygon on both sides."""
    for each in _flanked(context):
        if each.left == each.right != NOBODY:
            polygon = named(UNITS, [context.units.ids[each.left]])
            yield _told(
                "contact-inside-unit",
                each,
                f"{named(CONTACTS, [each.contact])} runs inside {polygon} for"
                f" {length_text(each.length_m)}.",
                f"{_BUILD} If it still ends inside, draw it on, make it internal, or delete it.",
            )


def same_units(context: CheckContext) -> Iterator[Finding]:
    """Contacts between two polygons of the same unit."""
    units = context.unit_of_polygon
    for each in _flanked(context):
        if NOBODY in (each.left, each.right) or each.left == each.right:
            continue
        if units[each.left] and units[each.left] == units[each.right]:
            ids = context.units.ids[[each.left, each.right]]
            yield _told(
                "same-unit",
                each,
                f"{named(CONTACTS, [each.contact])} has the unit {quoted(units[each.left])} on"
                f" both sides for {length_text(each.length_m)}, in {named(UNITS, ids)}.",
                "Correct the unit of one side, make the contact internal, or delete it.",
            )


def concealed_between_units(context: CheckContext) -> Iterator[Finding]:
    """Concealed contacts that have different units on both sides."""
    contacts, units = context.contacts, context.unit_of_polygon
    certainty = context.layer(CONTACTS).column(CONTACT_CERTAINTY)[contacts.row]
    said = [None if each is None else str(each) for each in certainty]
    concealed = np.flatnonzero([location_of(each) == "concealed" for each in said])
    if not len(context.units.shapes) or not len(concealed):
        return
    start, end = _middle_steps(contacts, concealed)
    left, right = borders_of(context).beside(start, end)
    for part, a, b in zip(concealed, left, right):
        if NOBODY in (a, b) or units[a] == units[b]:
            continue
        one = contacts.ids[part]
        yield finding(
            "concealed-between-units",
            CONTACTS,
            [one],
            contacts.parts[part],
            f"{named(CONTACTS, [one])} is concealed, but parts {quoted(units[a])} from"
            f" {quoted(units[b])}.",
            "Give it the certainty of what is seen, or give both sides the unit that covers it.",
            size=contacts.lengths_m[part],
        )


@dataclass(frozen=True)
class _Flanked:
    """A stretch of a contact with the same polygons on its sides; NOBODY where there is none."""

    contact: int
    left: int
    right: int
    line: shapely.Geometry
    length_m: float


def _told(check: str, each: _Flanked, message: str, hint: str) -> Finding:
    return finding(check, CONTACTS, [each.contact], each.line, message, hint, size=each.length_m)


def _flanked(context: CheckContext) -> list[_Flanked]:
    return context.once("flanked", lambda: [*_found_flanked(context)])


def _found_flanked(context: CheckContext) -> Iterator[_Flanked]:
    """Stretches of contacts on the map that do not part two polygons of different units."""
    edges, lines = context.network.edges, context.network.lines
    of_contact = np.flatnonzero(lines.source[edges.line] == Source.CONTACT)
    if not len(context.units.shapes) or not len(of_contact):
        return
    left, right = _beside_edges(context, of_contact)
    units = np.append(context.unit_of_polygon, "")
    odd = (left == right) | ((units[left] == units[right]) & (left != NOBODY) & (right != NOBODY))
    odd &= _within_map(context, of_contact)
    shapes = edges.shapes(of_contact[odd])
    ids = lines.feature[edges.line[of_contact[odd]]]
    yield from _grouped(context, ids, left[odd], right[odd], shapes)


def _beside_edges(context: CheckContext, which: Indices) -> tuple[Indices, Indices]:
    edges = context.network.edges
    middle = (edges.start[which] + edges.stop[which] - 1) // 2
    return borders_of(context).beside(edges.xy[middle], edges.xy[middle + 1])


def _within_map(context: CheckContext, which: Indices) -> NDArray[np.bool_]:
    """Edges within the boundary, and not on it; all where there is none."""
    if context.boundary is None:
        return np.ones(len(which), dtype=bool)
    edges = context.network.edges
    middle = (edges.start[which] + edges.stop[which] - 1) // 2
    places = shapely.points((edges.xy[middle] + edges.xy[middle + 1]) / 2.0)
    shapely.prepare(context.boundary)
    return np.asarray(shapely.contains_properly(context.boundary, places))


def _grouped(
    context: CheckContext, ids: Indices, left: Indices, right: Indices, shapes: Shapes
) -> Iterator[_Flanked]:
    """One for each contact and pair of polygons, whatever way round, from end to end."""
    if not len(ids):
        return
    low, high = np.minimum(left, right), np.maximum(left, right)
    keys, group = np.unique(np.stack([ids, low, high], axis=1), axis=0, return_inverse=True)
    lengths = np.bincount(group.ravel(), context.ground.lengths(shapes), minlength=len(keys))
    for number, (contact, a, b) in enumerate(keys):
        line = shapely.line_merge(shapely.multilinestrings(list(shapes[group.ravel() == number])))
        yield _Flanked(int(contact), int(a), int(b), line, float(lengths[number]))


def borders_of(context: CheckContext) -> Borders:
    """The outlines of the map's units."""
    return context.once("borders", lambda: Borders.of(context.units))


def _middle_steps(lines: DrawnLines, parts: Indices) -> tuple[FloatArray, FloatArray]:
    """Start and end of the step in the middle of each line."""
    first = np.searchsorted(lines.part_of_step, parts)
    count = np.searchsorted(lines.part_of_step, parts, side="right") - first
    step = lines.steps[first + count // 2]
    return lines.points[step], lines.points[step + 1]
