"""Ends of contacts brought to the lines that they should end on."""

from __future__ import annotations

from typing import Any

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.limits import limits_of
from planetary_qgis.core.mapping.checks.line_ends import may_have_run_over
from planetary_qgis.core.mapping.checks.told import named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.fixes.edits import Edit, Fix
from planetary_qgis.core.mapping.fixes.line_parts import (
    cut_back,
    drawn_on,
    nearest_vertex,
    with_vertex,
)
from planetary_qgis.core.mapping.fixes.looking_up import around, at_place, shape_of, xy_of
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import MapContent
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY
from planetary_qgis.core.mapping.units.bounding import bounding_contacts
from planetary_qgis.core.mapping.units.lines import Source, epsilon_of
from planetary_qgis.core.mapping.units.network import Network, network_of

_LOOK_FARTHER = 5.0
"""Times the closing distance: lines that take part are nearer to an end."""
_ON_IT = 8.0


def snap(finding: Finding, content: MapContent) -> Fix | None:
    """The end goes on to the nearest place of the line before it, which gets a vertex there."""
    network = _network_around(content, finding.place)
    ends = network.ends
    found = at_place(ends.xy[network.closed], finding.place, _nothing(content, finding.place))
    if not len(found):
        return None
    end = network.closed[found[0]]
    if may_have_run_over(float(ends.overhang_m[end]), float(ends.gap_m[end])):
        return None
    one = int(network.lines.feature[network.lines.line[ends.vertex[end]]])
    met = int(network.lines.line[ends.at[end]])
    layer = CONTACTS if network.lines.source[met] == Source.CONTACT else MAP_BOUNDARY
    other = int(network.lines.feature[met])
    shapes = {(layer, other): shape_of(content.layer(layer), other)}
    foot = _meeting_place(content, shapes[(layer, other)], ends.foot[end])
    shapes[(layer, other)] = with_vertex(shapes[(layer, other)], foot)
    own = shapes.get((CONTACTS, one), shape_of(content.layer(CONTACTS), one))
    shapes[(CONTACTS, one)] = drawn_on(own, ends.xy[end], foot)
    title = f"Let {named(CONTACTS, [one])} end on {named(layer, [other])}"
    return Fix(title, _changes(content, shapes))


def trim(finding: Finding, content: MapContent) -> Fix | None:
    """What hangs over is cut off, and the line that is met gets a vertex there."""
    network = _network_around(content, finding.place)
    edges = network.edges
    edge, side = np.nonzero(edges.degree[edges.ends] == 1)
    loose = edges.nodes[edges.ends[edge, side]]
    found = at_place(loose, finding.place, _nothing(content, finding.place))
    if not len(found):
        return None
    which, at = edge[found[0]], side[found[0]]
    piece = network.edges.shapes(np.array([which]))
    is_short = content.ground.lengths(piece)[0] <= content.closing_distance_m
    is_stub = edges.degree[edges.ends[which, 1 - at]] == 1
    one = int(network.lines.feature[edges.line[which]])
    if not is_short or is_stub or network.lines.source[edges.line[which]] != Source.CONTACT:
        return None
    node, end = edges.nodes[edges.ends[which, 1 - at]], loose[found[0]]
    own = cut_back(shape_of(content.layer(CONTACTS), one), end, node, float(piece[0].length))
    shapes = {(CONTACTS, one): own, **_met_at(content, network, node, one)}
    return Fix(f"Cut off what hangs over of {named(CONTACTS, [one])}", _changes(content, shapes))


def _network_around(content: MapContent, place: Any) -> Network:
    near = around(content, place, _LOOK_FARTHER * content.closing_distance_m)
    return network_of(
        near.layer(CONTACTS),
        near.layer(MAP_BOUNDARY),
        content.ground,
        content.closing_distance_m,
        bounding=bounding_contacts,
    )


def _met_at(
    content: MapContent, network: Network, node: FloatArray, one: int
) -> dict[tuple[str, int], Any]:
    """Other contacts and boundaries that pass a node, with a vertex there."""
    near = around(content, shapely.Point(node), _LOOK_FARTHER * content.closing_distance_m)
    on_it = _ON_IT * epsilon_of(network.lines.xy)
    found = {}
    for layer in (CONTACTS, MAP_BOUNDARY):
        others = near.layer(layer)
        bounds = bounding_contacts(others) if layer == CONTACTS else np.ones(len(others.ids), bool)
        away = shapely.distance(_outlines(others.shapes), shapely.Point(node))
        for row in np.flatnonzero((away <= on_it) & bounds):
            if (layer, int(others.ids[row])) != (CONTACTS, one):
                shape = shapely.force_2d(others.shapes[row])
                found[(layer, int(others.ids[row]))] = with_vertex(shape, node)
    return found


def _outlines(shapes: Any) -> Any:
    areas = shapely.get_dimensions(shapes) == 2
    return np.where(areas, shapely.boundary(shapes), shapes)


def _changes(content: MapContent, shapes: dict[tuple[str, int], Any]) -> tuple[Edit, ...]:
    """Edits for those shapes that are others than before; None deletes."""
    return tuple(
        Edit(layer, one, shape)
        for (layer, one), shape in shapes.items()
        if shape is None or not _is_same(shape, shape_of(content.layer(layer), one))
    )


def _is_same(shape: Any, other: Any) -> bool:
    return bool(shapely.equals_exact(shape, other, 0.0))


def _meeting_place(content: MapContent, shape: Any, foot: FloatArray) -> FloatArray:
    """The foot, or the vertex of the line that is there already but for roundings."""
    vertex = nearest_vertex(shape, foot)
    away = content.ground.distances(foot[0], foot[1], vertex[0], vertex[1])[0]
    return vertex if away < limits_of(content).nothing_m else foot


def _nothing(content: MapContent, place: Any) -> float:
    x, y = xy_of(place)
    return limits_of(content).nothing_m * float(content.ground.units_per_metre([x], [y])[0])
