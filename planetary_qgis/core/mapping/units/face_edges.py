"""Which edges bound which polygons."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.edges import Edges
from planetary_qgis.core.mapping.units.lines import Indices

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93], np.uint64
)
_SHIFT = np.uint64(29)


def bounded(edges: Edges, which: Indices, shapes: Shapes) -> tuple[Indices, Indices]:
    """Pairs of edges, among those asked for, and polygons whose rings run along them."""
    start, stop = edges.start[which], edges.stop[which]
    forth = np.concatenate([edges.xy[start], edges.xy[start + 1]], axis=1)
    back = np.concatenate([edges.xy[stop], edges.xy[stop - 1]], axis=1)
    steps = np.concatenate([forth, back])
    rings, face = shapely.get_rings(shapes, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    inside = np.flatnonzero(ring[1:] == ring[:-1])
    drawn = np.concatenate([xy[inside], xy[inside + 1]], axis=1)
    found, step = _same_rows(steps, drawn)
    edge = which[found % len(which)] if len(which) else found
    pairs = np.unique(np.stack([edge, face[ring[inside[step]]]], axis=1), axis=0)
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)


def _same_rows(few: FloatArray, many: FloatArray) -> tuple[Indices, Indices]:
    """Pairs of rows of four numbers that are the same bit for bit; no two of the few are."""
    sums, order = _sums(few), np.arange(0)
    order = np.argsort(sums)
    if len(few) == 0:
        return order, order
    place = np.minimum(np.searchsorted(sums[order], _sums(many)), len(few) - 1)
    candidate = order[place]
    same = np.flatnonzero((few[candidate] == many).all(axis=1))
    return candidate[same], same


def _sums(rows: FloatArray) -> NDArray[np.uint64]:
    """(n,) numbers that are the same for the same rows, and hardly ever for others."""
    bits = np.ascontiguousarray(rows).view(np.uint64)
    mixed = (bits ^ (bits >> _SHIFT)) * _FACTORS
    mixed ^= mixed >> _SHIFT
    return np.asarray((mixed * _FACTORS[::-1]).sum(axis=1, dtype=np.uint64))
