"""Which old polygon each new one takes over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes
from planetary_qgis.core.mapping.units.lines import Indices, Mask

_POLYGON = 2
_LEAST_SHARE = 0.1
"""Of the smaller of both: polygons that share less are not the same polygon."""


@dataclass(frozen=True)
class OldPolygons:
    """The polygons that were there before.

    Attributes:
        shapes: (q,) valid and normalised ones.
        ids: (q,)
    """

    shapes: Shapes
    ids: Indices
    tree: shapely.STRtree

    @classmethod
    def of(cls, content: LayerContent | None) -> OldPolygons:
        """Those of a layer, mended where they are not valid."""
        if content is None:
            none = np.zeros(0, dtype=object)
            return cls(none, np.zeros(0, np.int64), shapely.STRtree(none))
        shapes = np.asarray(shapely.force_2d(content.shapes))
        is_area = (shapely.get_dimensions(shapes) == _POLYGON) & ~shapely.is_empty(shapes)
        shapes = _single(shapes[is_area])
        is_bad = ~shapely.is_valid(shapes)
        shapes[is_bad] = shapely.make_valid(shapes[is_bad])
        shapes = np.asarray(shapely.normalize(shapes))
        return cls(shapes, content.ids[is_area], shapely.STRtree(shapes))

    def overlaps(self, faces: Shapes) -> Overlaps:
        """What faces and old polygons share."""
        if not len(self.ids):
            return Overlaps.none()
        face, old = self.tree.query(faces, "intersects")
        same = shapely.equals_exact(shapely.normalize(faces)[face], self.shapes[old])
        kept = np.zeros(len(faces), dtype=bool)
        kept[face[same]] = True
        rest = same | ~kept[face]  # what is the same shares nothing with others
        face, old, same = face[rest], old[rest], same[rest]
        area = np.asarray(shapely.area(faces[face]))
        area[~same] = shapely.area(
            shapely.intersection(faces[face[~same]], self.shapes[old[~same]])
        )
        smaller = np.minimum(shapely.area(faces[face]), shapely.area(self.shapes[old]))
        enough = area >= _LEAST_SHARE * smaller
        return Overlaps(face.astype(np.int64)[enough], old.astype(np.int64)[enough], area[enough])

    def taken_over(self, overlaps: Overlaps, places: FloatArray) -> Indices:
        """(n,) ids of old polygons for faces, the largest overlap first; -1 where none is left.

        Args:
            places: (n, 2) of faces, by which equal overlaps are told apart.
        """
        taken = np.full(len(places), -1, dtype=np.int64)
        is_free = np.ones(len(self.ids), dtype=bool)
        x, y = places[overlaps.face].T
        for row in np.lexsort((y, x, self.ids[overlaps.old], -overlaps.area)):
            face, old = overlaps.face[row], overlaps.old[row]
            if taken[face] == -1 and is_free[old]:
                taken[face], is_free[old] = self.ids[old], False
        return taken


@dataclass(frozen=True)
class Overlaps:
    """What faces and old polygons share: (k,) indices of both, and areas in map units."""

    face: Indices
    old: Indices
    area: FloatArray

    def only(self, wanted: Mask) -> Overlaps:
        """Those of the faces that are wanted, under the indices that these have then."""
        index = np.cumsum(wanted) - 1
        kept = wanted[self.face]
        return Overlaps(index[self.face[kept]], self.old[kept], self.area[kept])

    def joined(self, other: Overlaps, shift: int) -> Overlaps:
        """These, and others of faces that come after so many."""
        return Overlaps(
            np.concatenate([self.face, other.face + shift]),
            np.concatenate([self.old, other.old]),
            np.concatenate([self.area, other.area]),
        )

    @classmethod
    def none(cls) -> Overlaps:
        return cls(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


def _single(shapes: Shapes) -> Shapes:
    """The same, where collections of one part are that part."""
    alone = (shapely.get_num_geometries(shapes) == 1) & (shapely.get_type_id(shapes) > _POLYGON + 1)
    shapes[alone] = shapely.get_geometry(shapes[alone], 0)
    return shapes
