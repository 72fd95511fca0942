"""Which share of each pixel polygons cover, exactly.

Each edge is cut where it leaves a pixel. A piece adds, to its pixel and to all pixels right of it,
the area between itself and the pixels' right sides; pieces that run down and up again leave just
what lies between them. Source: the accumulation buffers of font rasterisers (R. Levien, 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]


class Edges(NamedTuple):
    """Edges of polygons in pixels, (n,) each: x to the right and y down from a raster's corner.

    Outer rings run one way around and holes the other, so that what lies in them has two signs.
    """

    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray

    @staticmethod
    def of(outlines: Sequence[FloatArray], holes: Sequence[FloatArray]) -> Edges:
        """The edges of (k, 2) rings, open or closed, whichever way around they run."""
        rings = [(ring, 1.0) for ring in outlines] + [(ring, -1.0) for ring in holes]
        turned = [
            ring if _area(ring) * sign >= 0.0 else ring[::-1] for ring, sign in rings if len(ring)
        ]
        starts = [np.empty((0, 2)), *turned]
        ends = [np.empty((0, 2)), *(np.roll(ring, -1, axis=0) for ring in turned)]
        return Edges(*np.concatenate(starts).T, *np.concatenate(ends).T)

    def moved(self, right: float, down: float) -> Edges:
        return Edges(self.x0 + right, self.y0 + down, self.x1 + right, self.y1 + down)

    def joined(self, other: Edges) -> Edges:
        return Edges(*(np.concatenate(pair) for pair in zip(self, other)))

    def where(self, kept: NDArray[np.bool_]) -> Edges:
        return Edges(*(column[kept] for column in self))

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom."""
        return (
            float(min(self.x0.min(), self.x1.min())),
            float(min(self.y0.min(), self.y1.min())),
            float(max(self.x0.max(), self.x1.max())),
            float(max(self.y0.max(), self.y1.max())),
        )

    @property
    def area(self) -> float:
        """In pixels."""
        middle = float(self.x0.mean()) if len(self.x0) else 0.0
        return float(((self.x0 + self.x1) / 2.0 - middle) @ (self.y1 - self.y0))


def coverage(edges: Edges, left: int, top: int, width: int, height: int) -> FloatArray:
    """(height, width) shares from 0 to 1 of the pixels of a window that polygons cover."""
    in_rows = _within_rows(edges.moved(-left, -top), height)
    pieces = _cut_at_pixels(in_rows, width)
    row = np.clip(np.floor((pieces.y0 + pieces.y1) / 2.0), 0, height - 1).astype(np.intp)
    x0, x1 = np.clip(pieces.x0, 0.0, width), np.clip(pieces.x1, 0.0, width)
    middle = (x0 + x1) / 2.0
    column = np.floor(middle).astype(np.intp)
    falls = pieces.y1 - pieces.y0
    right_of_it = falls * (middle - column)
    # Two columns more take what begins at the window's right side.
    place = row * (width + 2) + column
    sums = np.bincount(place, falls - right_of_it, minlength=height * (width + 2))
    sums += np.bincount(place + 1, right_of_it, minlength=height * (width + 2))
    # What lies right of an edge that runs down is outside of a ring that runs clockwise here.
    shares = -np.cumsum(sums.reshape(height, width + 2)[:, :width], axis=1)
    return np.asarray(np.clip(shares, 0.0, 1.0))


def _area(ring: FloatArray) -> float:
    """Of a ring in pixels, with a sign that says which way around it runs."""
    x, y = ring[:, 0] - ring[0, 0], ring[:, 1] - ring[0, 1]
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2.0)


def _within_rows(edges: Edges, height: int) -> Edges:
    """The parts of the edges between the first row's upper and the last row's lower side."""
    low, high = np.minimum(edges.y0, edges.y1), np.maximum(edges.y0, edges.y1)
    edges = edges.where((high > 0.0) & (low < height) & (low < high))
    fall, run = edges.y1 - edges.y0, edges.x1 - edges.x0
    y0, y1 = np.clip(edges.y0, 0.0, height), np.clip(edges.y1, 0.0, height)
    x0 = np.where(y0 == edges.y0, edges.x0, edges.x0 + (y0 - edges.y0) / fall * run)
    x1 = np.where(y1 == edges.y1, edges.x1, edges.x0 + (y1 - edges.y0) / fall * run)
    return Edges(x0, y0, x1, y1)


def _cut_at_pixels(edges: Edges, width: int) -> Edges:
    """The edges in pieces, none of which is in two pixels, or on both sides of the window's."""
    x0, x1 = np.clip(edges.x0, -1.0, width + 1.0), np.clip(edges.x1, -1.0, width + 1.0)
    across, at_x = _whole_numbers_between(x0, x1)
    down, at_y = _whole_numbers_between(edges.y0, edges.y1)
    every = np.arange(len(edges.x0))
    edge = np.concatenate([every, across, down])
    share = np.concatenate(
        [
            np.zeros(len(every)),
            (at_x - edges.x0[across]) / (edges.x1 - edges.x0)[across],
            (at_y - edges.y0[down]) / (edges.y1 - edges.y0)[down],
        ]
    )
    order = np.lexsort((share, edge))
    edge, share = edge[order], share[order]
    after = np.append(share[1:], 1.0)
    after[np.append(edge[1:] != edge[:-1], True)] = 1.0
    run, fall = (edges.x1 - edges.x0)[edge], (edges.y1 - edges.y0)[edge]
    return Edges(
        edges.x0[edge] + share * run,
        edges.y0[edge] + share * fall,
        np.where(after == 1.0, edges.x1[edge], edges.x0[edge] + after * run),
        np.where(after == 1.0, edges.y1[edge], edges.y0[edge] + after * fall),
    )


def _whole_numbers_between(a: FloatArray, b: FloatArray) -> tuple[IntArray, FloatArray]:
    """Which edges pass which whole numbers, once for each."""
    first = np.floor(np.minimum(a, b)).astype(np.intp) + 1
    counts = np.maximum(np.ceil(np.maximum(a, b)).astype(np.intp) - first, 0)
    edge = np.repeat(np.arange(len(a)), counts)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    return edge, (first[edge] + step).astype(float)
