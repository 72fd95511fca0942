"""Which polygon lies on which side of a line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.drawn import DrawnPolygons, Indices
from planetary_qgis.core.mapping.ground import FloatArray

NOBODY = -1
_ASIDE = 1e-4
"""Of a step's length: how far beside it polygons are looked for where none shares the step."""


@dataclass(frozen=True)
class Borders:
    """The outlines of polygons, step by step, so that each polygon is on the left of its own.

    Attributes:
        polygon: (s,) index of the polygon.
        start, end: (s, 2).
    """

    polygons: DrawnPolygons
    polygon: Indices
    start: FloatArray
    end: FloatArray

    @classmethod
    def of(cls, polygons: DrawnPolygons) -> Borders:
        """Those of all polygons, those of holes too."""
        parts, owner = shapely.get_parts(polygons.sound, return_index=True)
        is_area = shapely.get_dimensions(parts) == 2
        singles, part = shapely.get_parts(parts[is_area], return_index=True)
        owner = owner[is_area][part]
        rings, of_single = shapely.get_rings(singles, return_index=True)
        is_hole = np.zeros(len(rings), dtype=bool)
        is_hole[1:] = of_single[1:] == of_single[:-1]
        turned = shapely.is_ccw(rings) == is_hole
        rings[turned] = shapely.reverse(rings[turned])
        points, ring = shapely.get_coordinates(rings, return_index=True)
        step = np.flatnonzero(ring[1:] == ring[:-1])
        polygon = owner[of_single[ring[step]]].astype(np.intp)
        return cls(polygons, polygon, points[step], points[step + 1])

    @cached_property
    def _lookup(self) -> tuple[NDArray[np.uint64], Indices]:
        """Hashes of steps in order, and the step of each."""
        hashes = step_hashes(self.start, self.end)
        order = np.argsort(hashes)
        return hashes[order], order

    def on_left(self, start: FloatArray, end: FloatArray) -> Indices:
        """(n,) the polygon to the left of each step that has this very step; NOBODY where none."""
        hashes, order = self._lookup
        if not len(hashes):
            return np.full(len(start), NOBODY, np.intp)
        place = np.searchsorted(hashes, step_hashes(start, end))
        step = order[np.minimum(place, len(hashes) - 1)]
        same = (self.start[step] == start).all(axis=1) & (self.end[step] == end).all(axis=1)
        return np.where(same, self.polygon[step], NOBODY)

    def beside(self, start: FloatArray, end: FloatArray) -> tuple[Indices, Indices]:
        """(n,), (n,) the polygons to the left and to the right of each step; NOBODY where none."""
        left, right = self.on_left(start, end), self.on_left(end, start)
        return self._looked_for(left, start, end), self._looked_for(right, end, start)

    def _looked_for(self, known: Indices, start: FloatArray, end: FloatArray) -> Indices:
        """The same, where polygons that have other vertices there are found by place."""
        unknown = np.flatnonzero(known == NOBODY)
        along = end[unknown] - start[unknown]
        to_left = np.stack([-along[:, 1], along[:, 0]], axis=1)
        places = (start[unknown] + end[unknown]) / 2.0 + _ASIDE * to_left
        which, polygon = self.polygons.tree.query(shapely.points(places), predicate="within")
        found = known.copy()
        found[unknown[which]] = polygon
        return found


def step_hashes(start: FloatArray, end: FloatArray) -> NDArray[np.uint64]:
    """(n,) a number for each directed step. Source: the finaliser of MurmurHash3."""
    words = np.ascontiguousarray(np.concatenate([start, end], axis=1) + 0.0)  # one zero, not two
    found = np.zeros(len(words), np.uint64)
    for word in words.view(np.uint64).T:
        found = (found ^ word) * np.uint64(0xFF51AFD7ED558CCD)
        found ^= found >> np.uint64(33)
    return found
