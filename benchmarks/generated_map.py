"""A geologic map of any size: cells and islands, with contacts drawn as mappers draw them.

Borders of cells wind, end at junctions, and a few end a little before or behind them; some units
are islands in others. The map lies on Mars, in a projected CRS.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACT_TYPE,
    CONTACTS,
    MAP_BOUNDARY,
    UNIT,
    UNIT_POINTS,
)

CRS = "IAU_2015:49910"
SCALE = 1_000_000.0
CLOSING_M = 500.0
SIDE_M = 3_000_000.0
_ISLANDS = 0.22
_EDGES_A_CELL = 3.0
_WINDING = 0.04
_SHORT, _LONG = 0.04, 0.04


def generated_map(units: int, vertices: int, seed: int = 6) -> dict[str, LayerContent]:
    """Contacts, boundary and unit points, by the layers' names."""
    rng = np.random.default_rng(seed)
    islands = round(units * _ISLANDS)
    sites = rng.random((units - islands, 2)) * SIDE_M
    lines = vertices / (_EDGES_A_CELL * len(sites) + islands)
    borders = [_wound(rng, edge, lines) for edge in _edges(sites)]
    radius = 0.1 * SIDE_M / np.sqrt(len(sites))
    rings = [_ring(site, radius, lines) for site in sites[:islands]]
    beside = sites[:islands] + np.array([0.0, 1.5 * radius])
    points = np.concatenate([sites, beside])
    names = [f"u{each % 40}" for each in range(len(points))]
    return {
        CONTACTS: _layer(CONTACTS, [*borders, *rings], _attributes(len(borders) + islands)),
        MAP_BOUNDARY: _layer(MAP_BOUNDARY, [shapely.box(0.0, 0.0, SIDE_M, SIDE_M)], {}),
        UNIT_POINTS: _layer(UNIT_POINTS, list(shapely.points(points)), {UNIT: names}),
    }


def reshaped(rng: np.random.Generator, contacts: LayerContent, row: int) -> LayerContent:
    """One contact of a map after an edit of its vertices between the ends."""
    xy = shapely.get_coordinates(contacts.shapes[row])
    xy[1:-1] += rng.normal(0.0, CLOSING_M, xy[1:-1].shape)
    shape = np.array([shapely.LineString(xy)], dtype=object)
    return LayerContent(CONTACTS, contacts.ids[[row]], shape, contacts.attributes.iloc[[row]])


def _edges(sites: np.ndarray) -> np.ndarray:
    """Borders between the cells of sites, within the map."""
    frame = shapely.box(0.0, 0.0, SIDE_M, SIDE_M)
    lines = shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=frame, only_edges=True)
    inside = shapely.get_parts(shapely.intersection(shapely.get_parts(lines), frame))
    return inside[shapely.length(inside) > 0.0]


def _wound(rng: np.random.Generator, edge: object, count: float) -> object:
    """A border that winds between its ends; a few end short of them or beyond."""
    start, end = shapely.get_coordinates(edge)[[0, -1]]
    share = np.linspace(0.0, 1.0, max(3, round(count)))[:, None]
    along = end - start
    aside = np.array([-along[1], along[0]]) * _WINDING
    xy = start + share * along + np.sin(np.pi * share) * np.sin(9.0 * share) * aside
    length = np.hypot(*along)
    if length > 10.0 * CLOSING_M:
        chance = rng.random()
        by = CLOSING_M * 0.6 * (chance < _SHORT) - CLOSING_M * 0.6 * (chance > 1.0 - _LONG)
        xy[-1] -= by * (xy[-1] - xy[-2]) / np.hypot(*(xy[-1] - xy[-2]))
    return shapely.LineString(xy)


def _ring(middle: np.ndarray, radius: float, count: float) -> object:
    angle = np.linspace(0.0, 2.0 * np.pi, max(4, round(count)))
    xy = middle + radius * np.column_stack([np.cos(angle), np.sin(angle)])
    xy[-1] = xy[0]
    return shapely.LineString(xy)


def _attributes(count: int) -> dict[str, list[str]]:
    return {CONTACT_TYPE: ["01.01.01"] * count, CONTACT_CERTAINTY: ["certain"] * count}


def _layer(name: str, shapes: list, columns: dict[str, list[str]]) -> LayerContent:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    ids = np.arange(1, len(shapes) + 1, dtype=np.int64)
    return LayerContent(name, ids, array, pd.DataFrame(columns, index=range(len(shapes))))
