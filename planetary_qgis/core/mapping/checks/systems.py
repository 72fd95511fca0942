"""Coordinates and the systems they are in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planetary_qgis.core.bodies import find_body
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import LINE_LAYERS, CheckContext, places
from planetary_qgis.core.mapping.checks.drawn import drawable
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_content import LayerContent, LayerSystem
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNITS
from planetary_qgis.core.mapping.wording import length_text

_FARTHEST_LON, _FARTHEST_LAT = 360.0, 90.0
_SEAM = 180.0 + 1e-9
_SET_IT = "Set the layer's coordinate reference system to that in which it was drawn."
_PLACED = (MAP_BOUNDARY, UNITS)


def wrong_systems(context: CheckContext) -> Iterator[Finding]:
    """Layers on another body, in another system than the contacts, or in one they cannot be in."""
    systems = context.content.systems
    main = systems.get(CONTACTS)
    for layer, system in systems.items():
        yield from _on_another_body(layer, system, context.content.body)
        if main is not None and system.text != main.text:
            yield finding(
                "wrong-crs",
                layer,
                [],
                None,
                f"The layer {layer} is in {system.text or 'no system'}, the contacts are in"
                f" {main.text or 'none'}.",
                "Reproject the layer into the system of the contacts.",
                subject="other system",
            )
        if system.in_degrees:
            yield from _no_degrees(context.layer(layer), system)


def no_geometry(context: CheckContext) -> Iterator[Finding]:
    """Features without a shape, or with coordinates that are no numbers."""
    for layer, content in context.content.layers.items():
        if layer not in context.placed_layers:
            continue
        for row in np.flatnonzero(~drawable(content)):
            empty = shapely.is_missing(content.shapes[row]) or shapely.is_empty(content.shapes[row])
            what = "has no geometry" if empty else "has coordinates that are no numbers"
            yield finding(
                "no-geometry",
                layer,
                [content.ids[row]],
                None,
                f"{named(layer, [content.ids[row]])} {what}.",
                "Draw it again, or delete the row.",
                subject=str(content.ids[row]),
            )


def seam(context: CheckContext) -> Iterator[Finding]:
    """In maps in degrees: jumps over the ±180° meridian, and what stands beyond or just short."""
    if not context.in_degrees:
        return
    for layer in (*LINE_LAYERS, *_PLACED):
        yield from _jumps(context, layer)
        yield from _beyond_seam(context, layer)
    yield from _short_of_seam(context)


def _on_another_body(layer: str, system: LayerSystem, mapped: str) -> Iterator[Finding]:
    if not mapped or system.body.upper() == mapped.upper():
        return
    where = f"on {_title(system.body)}" if system.body else "on no body that is known"
    yield finding(
        "wrong-crs",
        layer,
        [],
        None,
        f"The layer {layer} is in {system.text or 'no system'}, which is {where}; the map is of"
        f" {_title(mapped)}.",
        _SET_IT,
        subject="other body",
    )


def _no_degrees(content: LayerContent, system: LayerSystem) -> Iterator[Finding]:
    rows = np.flatnonzero(drawable(content))
    left, bottom, right, top = shapely.bounds(content.shapes[rows]).T
    farthest = np.maximum(np.abs([left, right]).max(axis=0), np.abs([bottom, top]).max(axis=0))
    beyond = (np.abs([left, right]) > _FARTHEST_LON).any(axis=0)
    beyond |= (np.abs([bottom, top]) > _FARTHEST_LAT).any(axis=0)
    if beyond.any():
        worst = rows[beyond][np.argmax(farthest[beyond])]
        yield finding(
            "wrong-crs",
            content.name,
            content.ids[rows[beyond]],
            places(content, np.array([worst]))[0],
            f"The layer {content.name} is in {system.text}, which is in degrees, but has"
            f" coordinates up to {farthest[beyond].max():,.0f}.",
            _SET_IT,
            subject="no degrees",
        )


def _jumps(context: CheckContext, layer: str) -> Iterator[Finding]:
    lines = context.lines(layer)
    across = np.abs(lines.points[lines.steps + 1, 0] - lines.points[lines.steps, 0])
    # What goes all the way around is the edge of a map of the whole body.
    jumps = np.flatnonzero((across > 180.0) & (across < 360.0))
    _, first = np.unique(lines.part_of_step[jumps], return_index=True)
    for step in jumps[first]:
        one = lines.ids[lines.part_of_step[step]]
        yield finding(
            "seam",
            layer,
            [one],
            shapely.Point(lines.points[lines.steps[step]]),
            f"{named(layer, [one])} jumps from one side of the ±180° meridian to the other,"
            " across the whole map.",
            "Cut it at ±180°, and end both parts there.",
        )


def _beyond_seam(context: CheckContext, layer: str) -> Iterator[Finding]:
    """Where other features keep to -180…180."""
    lines = context.lines(layer)
    beyond = np.abs(lines.points[:, 0]) > _SEAM
    if context.keeps_east_360 or not beyond.any():
        return
    parts, first = np.unique(lines.part_of_point[beyond], return_index=True)
    for part, point in zip(parts, lines.points[beyond][first]):
        yield finding(
            "seam",
            layer,
            [lines.ids[part]],
            shapely.Point(point),
            f"{named(layer, [lines.ids[part]])} has longitudes beyond ±180°, up to"
            f" {point[0]:.6g}°.",
            "Cut it at ±180°, and move what lies beyond to the other side of the map.",
        )


def _short_of_seam(context: CheckContext) -> Iterator[Finding]:
    """Ends of contacts that stop so close to ±180° that they are meant to reach it."""
    ends = context.contacts.ends.reshape(-1, 2)
    line = np.repeat(np.arange(len(context.contacts.parts)), 2)
    x, y = ends.T
    away = context.ground.distances(x, y, np.copysign(180.0, x), y)
    short = (away > context.limits.nothing_m) & (away < context.limits.closing_m)
    for each in np.flatnonzero(short & (np.abs(x) < _SEAM)):
        one = context.contacts.ids[line[each]]
        yield finding(
            "seam",
            CONTACTS,
            [one],
            shapely.Point(ends[each]),
            f"{named(CONTACTS, [one])} ends {length_text(away[each])} from the ±180° meridian.",
            "Let it end on ±180°.",
            size=away[each],
        )


def _title(body: str) -> str:
    known = find_body(body)
    return known.title if known else body
