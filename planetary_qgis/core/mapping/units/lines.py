"""Drawn lines as flat arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]

_LINE, _POLYGON = 1, 2
_COLLECTION = 4
_EPSILON_BITS = 40


class Source(IntEnum):
    """Where a line comes from."""

    CONTACT = 0
    BOUNDARY = 1
    CLOSING = 2


@dataclass(frozen=True)
class Lines:
    """Lines of at least two different vertices each.

    Attributes:
        xy: (n, 2) vertices, line after line; none is the same as the one before it.
        line: (n,) index of the line that each belongs to.
        feature: (k,) ids of the features that lines belong to.
        source: (k,) values of Source.
    """

    xy: FloatArray
    line: Indices
    feature: Indices
    source: Indices

    @classmethod
    def empty(cls) -> Lines:
        return cls(np.zeros((0, 2)), *(np.zeros(0, np.int64) for _ in range(3)))

    @classmethod
    def of(cls, shapes: Shapes, feature: Indices, source: Source) -> Lines:
        """Lines and rings of shapes of any kind, whatever is wrong with them."""
        lines, owner = lines_and_rings(shapes)
        xy, line = shapely.get_coordinates(lines, return_index=True)
        line = line.astype(np.int64)
        sound = np.isfinite(xy).all(axis=1)
        xy, line = xy[sound] + 0.0, line[sound]  # there is one zero, not two
        keep = np.ones(len(xy), dtype=bool)
        keep[1:] = (line[1:] != line[:-1]) | differs_from_last(xy)
        ids = np.asarray(feature, dtype=np.int64)[owner]
        return cls(
            xy[keep], line[keep], ids, np.full(len(ids), int(source), np.int64)
        )._without_empty()

    def _without_empty(self) -> Lines:
        return self.only(np.bincount(self.line, minlength=len(self.feature)) > 1)

    def only(self, wanted: Mask) -> Lines:
        """Those of the (k,) lines that are wanted, in their order."""
        index = np.cumsum(wanted) - 1
        # Numpy takes rows by their numbers faster than by a mask.
        kept = np.flatnonzero(wanted[self.line] if len(self.line) else [])
        return Lines(
            self.xy[kept], index[self.line[kept]], self.feature[wanted], self.source[wanted]
        )

    @classmethod
    def joined(cls, parts: Sequence[Lines]) -> Lines:
        """Lines of several, one after the other."""
        before = np.cumsum([0] + [len(each.feature) for each in parts])
        return cls(
            np.concatenate([each.xy for each in parts]),
            np.concatenate([each.line + shift for each, shift in zip(parts, before)]),
            np.concatenate([each.feature for each in parts]),
            np.concatenate([each.source for each in parts]),
        )

    @cached_property
    def segments(self) -> Indices:
        """(s,) index of the first vertex of each segment."""
        return np.flatnonzero(self.line[1:] == self.line[:-1])

    @cached_property
    def first(self) -> Indices:
        """(k + 1,) index of each line's first vertex, and the number of vertices."""
        return np.searchsorted(self.line, np.arange(len(self.feature) + 1))

    @cached_property
    def running(self) -> FloatArray:
        """(n,) map units from the first vertex of all lines to each: differences count."""
        steps = np.hypot(*np.diff(self.xy, axis=0).T) if len(self.xy) > 1 else np.zeros(0)
        return np.asarray(np.concatenate([[0.0], np.cumsum(steps)])[: len(self.xy)])


def epsilon_of(xy: FloatArray) -> float:
    """What counts as nothing among coordinates of that size: some hundred roundings.

    It is the same until coordinates get twice as large.
    """
    size = float(np.abs(xy).max()) if len(xy) else 1.0
    return float(2.0 ** (np.ceil(np.log2(max(size, 1e-9))) - _EPSILON_BITS))


def lines_of(contacts: LayerContent, boundary: LayerContent, bounding: Mask) -> Lines:
    """Contacts that bound units, and the map's boundary."""
    return Lines.joined(
        [
            Lines.of(contacts.shapes[bounding], contacts.ids[bounding], Source.CONTACT),
            Lines.of(boundary.shapes, boundary.ids, Source.BOUNDARY),
        ]
    )


def differs_from_last(xy: FloatArray) -> Mask:
    """(n - 1,) which of (n, 2) places are others than the one before."""
    x, y = xy[:, 0], xy[:, 1]  # numpy's any() is slow along short axes
    return np.asarray((x[1:] != x[:-1]) | (y[1:] != y[:-1]))


def lines_and_rings(shapes: Shapes) -> tuple[Shapes, Indices]:
    """Single lines and rings of shapes, and which shape each belongs to."""
    parts, owner = shapely.get_parts(np.asarray(shapes, dtype=object), return_index=True)
    while (shapely.get_type_id(parts) >= _COLLECTION).any():  # collections hold collections
        parts, inner = shapely.get_parts(parts, return_index=True)
        owner = owner[inner]
    dimensions = shapely.get_dimensions(parts)
    rings, of_ring = shapely.get_rings(parts[dimensions == _POLYGON], return_index=True)
    is_line = dimensions == _LINE
    return (
        np.concatenate([parts[is_line], rings]),
        np.concatenate([owner[is_line], owner[dimensions == _POLYGON][of_ring]]).astype(np.int64),
    )
