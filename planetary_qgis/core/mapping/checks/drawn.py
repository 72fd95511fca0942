"""What of a layer can be looked at: plain, finite, two-dimensional shapes, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes
from planetary_qgis.core.mapping.units.lines import epsilon_of

Indices = NDArray[np.intp]
_LINE, _POLYGON = 1, 2
_KNOWS_COVERAGES = hasattr(shapely, "coverage_invalid_edges") and shapely.geos_version >= (3, 12, 0)
"""Since shapely 2.1."""


def drawable(content: LayerContent) -> NDArray[np.bool_]:
    """(n,) which features have a shape with coordinates that are numbers."""
    shapes = content.shapes
    there = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    there[owner[~np.isfinite(points).all(axis=1)]] = False
    return np.asarray(there)


@dataclass(frozen=True)
class DrawnLines:
    """The single lines of a layer.

    Attributes:
        layer: Its name in the template.
        parts: (m,) LineStrings.
        row: (m,) of the feature that each belongs to.
        ids: (m,) of that feature.
    """

    layer: str
    parts: Shapes
    row: Indices
    ids: NDArray[np.int64]
    ground: Ground

    @classmethod
    def of(cls, content: LayerContent, ground: Ground) -> DrawnLines:
        """Those of a layer; rings of polygons are lines too."""
        parts, row = _parts(content)
        outlined = shapely.get_dimensions(parts) == _POLYGON
        rings, owner = shapely.get_rings(parts[outlined], return_index=True)
        is_line = shapely.get_dimensions(parts) == _LINE
        lines = np.concatenate([parts[is_line], rings])
        rows = np.concatenate([row[is_line], row[outlined][owner]]).astype(np.intp)
        return cls(content.name, lines, rows, content.ids[rows], ground)

    @cached_property
    def _coordinates(self) -> tuple[FloatArray, Indices]:
        points, part = shapely.get_coordinates(self.parts, return_index=True)
        return points, part

    @property
    def points(self) -> FloatArray:
        """(n, 2) all vertices, line after line."""
        return self._coordinates[0]

    @property
    def part_of_point(self) -> Indices:
        return self._coordinates[1]

    @cached_property
    def steps(self) -> Indices:
        """(k,) the vertex before each step from one vertex to the next of the same line."""
        return np.flatnonzero(self.part_of_point[1:] == self.part_of_point[:-1])

    @property
    def part_of_step(self) -> Indices:
        return np.asarray(self.part_of_point[self.steps])

    @cached_property
    def step_lengths_m(self) -> FloatArray:
        start, end = self.points[self.steps], self.points[self.steps + 1]
        return self.ground.distances(start[:, 0], start[:, 1], end[:, 0], end[:, 1])

    @cached_property
    def lengths_m(self) -> FloatArray:
        """(m,) metres on the ground."""
        return np.asarray(
            np.bincount(self.part_of_step, self.step_lengths_m, minlength=len(self.parts))
        )

    @cached_property
    def ends(self) -> FloatArray:
        """(m, 2, 2) first and last vertex of each line."""
        count = np.bincount(self.part_of_point, minlength=len(self.parts))
        last = np.cumsum(count) - 1
        return np.stack([self.points[last - count + 1], self.points[last]], axis=1)

    @cached_property
    def is_closed(self) -> NDArray[np.bool_]:
        return np.asarray((self.ends[:, 0] == self.ends[:, 1]).all(axis=1))

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.parts)

    @cached_property
    def segments(self) -> Shapes:
        """(k,) each step as a line of its own."""
        ends = np.stack([self.points[self.steps], self.points[self.steps + 1]], axis=1)
        return np.asarray(shapely.linestrings(ends))

    def middles(self) -> Shapes:
        """(m,) points half-way along each line."""
        return np.asarray(shapely.line_interpolate_point(self.parts, 0.5, normalized=True))


@dataclass(frozen=True)
class DrawnPolygons:
    """The polygons of a layer.

    Attributes:
        shapes: (m,) Polygons and MultiPolygons as they are drawn.
        row: (m,) of each feature.
        ids: (m,) of each feature.
    """

    layer: str
    shapes: Shapes
    row: Indices
    ids: NDArray[np.int64]
    ground: Ground

    @classmethod
    def of(cls, content: LayerContent, ground: Ground) -> DrawnPolygons:
        """Those of a layer."""
        there = drawable(content)
        there &= shapely.get_dimensions(content.shapes) == _POLYGON
        row = np.flatnonzero(there)
        shapes = np.asarray(shapely.force_2d(content.shapes[row]))
        return cls(content.name, shapes, row, content.ids[row], ground)

    @cached_property
    def is_valid(self) -> NDArray[np.bool_]:
        return np.asarray(shapely.is_valid(self.shapes))

    @cached_property
    def sound(self) -> Shapes:
        """(m,) the same, mended where they are not valid, so that they can be reckoned with."""
        mended = self.shapes.copy()
        for each in np.flatnonzero(~self.is_valid):
            mended[each] = _areas_of(shapely.make_valid(mended[each]))
        return mended

    @cached_property
    def may_overlap(self) -> NDArray[np.bool_]:
        """(m,) which do not fit their neighbours vertex by vertex; of two that overlap one does."""
        if not _KNOWS_COVERAGES:
            return np.ones(len(self.shapes), dtype=bool)
        return np.asarray(~shapely.is_empty(shapely.coverage_invalid_edges(self.sound)))

    @cached_property
    def together(self) -> shapely.Geometry:
        """All of them as one shape."""
        if not self.may_overlap.any():
            return shapely.coverage_union_all(self.sound)
        return shapely.union_all(self.sound)

    @cached_property
    def is_flat(self) -> NDArray[np.bool_]:
        """(m,) which are folded to a line or a point in the map's plane, but for roundings."""
        thickness = epsilon_of(shapely.get_coordinates(self.shapes))
        return np.asarray(shapely.area(self.sound) <= thickness * shapely.length(self.shapes))

    @cached_property
    def areas_m2(self) -> FloatArray:
        return self.ground.areas(self.shapes)

    @cached_property
    def perimeters_m(self) -> FloatArray:
        return self.ground.lengths(self.shapes)

    @cached_property
    def tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.sound)

    def places(self, which: Indices | NDArray[np.bool_]) -> Shapes:
        """Points inside of those; a vertex of what has no inside."""
        places = np.asarray(shapely.point_on_surface(self.sound[which]), dtype=object)
        drawn = self.shapes[which]
        for each in np.flatnonzero(shapely.is_empty(places)):
            places[each] = shapely.Point(shapely.get_coordinates(drawn[each])[0])
        return places


@dataclass(frozen=True)
class DrawnPoints:
    """The points of a layer, one by one."""

    layer: str
    shapes: Shapes
    row: Indices
    ids: NDArray[np.int64]

    @classmethod
    def of(cls, content: LayerContent) -> DrawnPoints:
        """Those of a layer."""
        parts, row = _parts(content)
        pointlike = shapely.get_dimensions(parts) == 0
        return cls(content.name, parts[pointlike], row[pointlike], content.ids[row[pointlike]])


def _areas_of(shape: shapely.Geometry) -> shapely.Geometry:
    """Its polygons without the lines and points that mending leaves where areas fold."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.multipolygons(parts[shapely.get_dimensions(parts) == _POLYGON])


def _parts(content: LayerContent) -> tuple[Shapes, Indices]:
    """Single shapes in two dimensions, and the row that each is of."""
    rows = np.flatnonzero(drawable(content))
    parts, owner = shapely.get_parts(content.shapes[rows], return_index=True)
    # Collections hold collections.
    while (shapely.get_type_id(parts) > 3).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    full = ~shapely.is_empty(parts)
    return np.asarray(shapely.force_2d(parts[full])), rows[owner[full]]
