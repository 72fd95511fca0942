"""Ends of edges that no other edge meets, and the chains of edges that lead there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.edges import Edges
from planetary_qgis.core.mapping.units.lines import Indices, Mask

LEAST_DETOUR = 4.0
"""An end meets its own line where that leads to it by a way so many times as long."""
_ON_CHAIN = 1e-6
"""Of a gap: what is that close to a chain of edges lies on it."""


@dataclass(frozen=True)
class Hanging:
    """Loose ends and the chains of edges that lead there: (d,) vertices, lengths, LineStrings."""

    vertex: Indices
    length_m: FloatArray
    chain: Shapes

    def without(self, known: Indices) -> Hanging:
        fresh = ~np.isin(self.vertex, known)
        return Hanging(self.vertex[fresh], self.length_m[fresh], self.chain[fresh])


def hanging_ends(edges: Edges, ground: Ground) -> Hanging:
    """What ends loosely, and metres back along lines to where another meets them."""
    loose = edges.degree[edges.ends] == 1
    edge, side = np.nonzero(loose)
    place = np.where(side == 0, edges.start[edge], edges.stop[edge])
    vertex = np.rint(edges.rank[place]).astype(np.int64)
    order = np.argsort(vertex)
    edge, side, vertex = edge[order], side[order], vertex[order]
    chain = edges.shapes(edge)
    inner = edges.ends[edge, 1 - side]
    is_loose = edges.degree[inner] == 1
    for row in np.flatnonzero(edges.degree[inner] == 2):
        parts, last = _walk(edges, int(edge[row]), int(inner[row]))
        chain[row] = shapely.line_merge(shapely.MultiLineString(list(edges.shapes(parts))))
        is_loose[row] = edges.degree[last] == 1
    # A chain with two loose ends leads nowhere: it can be short without having passed a line.
    lengths = np.where(is_loose, np.inf, ground.lengths(chain))
    return Hanging(vertex, lengths, chain)


def _walk(edges: Edges, edge: int, node: int) -> tuple[Indices, int]:
    """The edges from one on, over nodes where two end, and the node behind the last."""
    parts = [edge]
    while edges.degree[node] == 2:
        one, other = edges.at_node(node)
        edge = int(other if one == edge else one)
        if edge in parts:
            break
        parts.append(edge)
        first, second = edges.ends[edge]
        node = int(second if first == node else first)
    return np.array(parts, dtype=np.int64), node


def chain_leads_there(chain: Shapes, xy: FloatArray, foot: FloatArray) -> Mask:
    """Whether feet lie on chains, and these have no detour that would be closed.

    So it is where lines are drawn twice, or go on as other lines.
    """
    feet, places = shapely.points(foot), shapely.points(xy)
    gap = shapely.distance(feet, places)
    is_there = shapely.distance(chain, feet) <= gap * _ON_CHAIN
    way = shapely.line_locate_point(chain, feet) - shapely.line_locate_point(chain, places)
    return np.asarray(is_there & (np.abs(way) <= LEAST_DETOUR * gap))
