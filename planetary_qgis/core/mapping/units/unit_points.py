"""Which unit points lie in which polygon."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes
from planetary_qgis.core.mapping.map_layers import UNIT
from planetary_qgis.core.mapping.units.lines import Indices, Mask


@dataclass(frozen=True)
class UnitPoints:
    """Unit points, one by one.

    Attributes:
        shapes: (p,) Points.
        ids: (p,) of their features.
        units: (p,) what they say, without spaces around; "" where they say nothing.
    """

    shapes: Shapes
    ids: Indices
    units: NDArray[np.object_]

    @classmethod
    def of(cls, content: LayerContent) -> UnitPoints:
        """All points of a layer that have a place."""
        points, row = shapely.get_parts(content.shapes, return_index=True)
        there = (shapely.get_type_id(points) == 0) & ~shapely.is_empty(points)
        points, row = points[there], row[there]
        there = np.isfinite(shapely.get_coordinates(points)).all(axis=1)
        row = row[there].astype(np.int64)
        return cls(
            np.asarray(shapely.force_2d(points[there])),
            content.ids[row],
            _texts(content.column(UNIT)[row]),
        )

    def located(self, faces: Shapes, epsilon: float) -> LocatedPoints:
        """Where they lie among polygons."""
        face = np.full(len(self.ids), -1, dtype=np.int64)
        is_on_border = np.zeros(len(self.ids), dtype=bool)
        inside, point = shapely.STRtree(self.shapes).query(faces, "dwithin", epsilon)
        borders = shapely.boundary(faces[inside])
        is_on_border[point[shapely.dwithin(borders, self.shapes[point], epsilon)]] = True
        face[point] = inside
        face[is_on_border] = -1
        return LocatedPoints(self, face, is_on_border)

    def joined(self, other: UnitPoints) -> UnitPoints:
        """These, and then the others."""
        return UnitPoints(
            np.concatenate([self.shapes, other.shapes]),
            np.concatenate([self.ids, other.ids]),
            np.concatenate([self.units, other.units]),
        )

    def only(self, wanted: Mask) -> UnitPoints:
        return UnitPoints(self.shapes[wanted], self.ids[wanted], self.units[wanted])


@dataclass(frozen=True)
class LocatedPoints:
    """Points, and where they lie.

    Attributes:
        face: (p,) index of the polygon around each; -1 for none.
        is_on_border: (p,) which lie on the border of a polygon, and so in none.
    """

    points: UnitPoints
    face: Indices
    is_on_border: Mask

    def among(self, wanted: Mask) -> LocatedPoints:
        """The same where only some polygons count, under the indices that these have then."""
        if len(wanted) == 0:
            return self
        index = np.where(wanted, np.cumsum(wanted) - 1, -1)
        return replace(self, face=np.where(self.face < 0, -1, index[self.face]))

    def units_inside(
        self, count: int
    ) -> tuple[NDArray[np.object_], tuple[tuple[int, ...], ...], Indices]:
        """Of (n,) polygons: the unit that all points inside name, their ids; which disagree."""
        units = np.full(count, None, dtype=object)
        ids: list[set[int]] = [set() for _ in range(count)]
        disagree: set[int] = set()
        inside = np.flatnonzero(self.face >= 0)
        features = self.points.ids[inside].tolist()
        for where, unit, feature in zip(
            self.face[inside].tolist(), self.points.units[inside], features
        ):
            ids[where].add(feature)
            if not unit:
                continue
            if units[where] not in (None, unit):
                disagree.add(where)
            units[where] = unit
        apart = np.array(sorted(disagree), dtype=np.int64)
        units[apart] = None
        return units, tuple(tuple(sorted(each)) for each in ids), apart


def _texts(values: NDArray[np.object_]) -> NDArray[np.object_]:
    texts = ["" if value is None or value != value else str(value).strip() for value in values]
    return np.array(texts, dtype=object)
