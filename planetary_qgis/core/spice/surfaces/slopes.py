"""How steep a raster of heights is, tile by tile: how far a ray can go without looking."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.surfaces.grids import Grid

FloatArray = NDArray[np.float64]

TILE = 16
"""Pixels along the side of a tile."""


@dataclass(frozen=True)
class Slopes:
    """The steepest slopes of a raster, each as a tangent.

    Attributes:
        steepest: Of all the raster.
        around: (tile rows, tile columns) of each tile and those around it.
        reach: (tile rows,) km that a ray can go from there and still be in such a neighbourhood.
        pixel: km, the usual size of a pixel.
    """

    steepest: float
    around: FloatArray
    reach: FloatArray
    pixel: float

    def near(self, rows: FloatArray, columns: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Steepest slopes around pixels, and how far from there they hold."""
        tile_rows, tile_columns = self.around.shape
        row = np.clip(rows // TILE, 0, tile_rows - 1).astype(np.intp)
        column = np.clip(columns // TILE, 0, tile_columns - 1).astype(np.intp)
        return self.around[row, column], self.reach[row]


def slopes_of(heights: NDArray[np.float32], grid: Grid) -> Slopes:
    """The slopes between neighbouring pixels."""
    rows, columns = heights.shape
    across, down = grid.pixel_sizes(rows, columns)
    beside = np.roll(heights, -1, axis=1)
    if not grid.wraps:
        beside[:, -1] = heights[:, -1]
    below = np.vstack([heights[1:], heights[-1:]])
    # In single precision: a DEM may be large, and a bound needs no more.
    steep = np.hypot(
        np.nan_to_num(beside - heights) / across.astype(np.float32),
        np.nan_to_num(below - heights) / down.astype(np.float32),
    )
    # A pixel's surface reaches to its right and lower neighbours, and so do its slopes.
    steep = np.maximum(steep, np.roll(steep, 1, axis=0))
    steep = np.maximum(steep, np.roll(steep, 1, axis=1))
    around = _dilated(_largest_in_tiles(steep), wraps=grid.wraps)
    widths = np.broadcast_to(np.minimum(across, down), (rows, 1))
    least = _smallest_in_tiles(widths[:, 0])
    return Slopes(
        steepest=float(steep.max()),
        around=around,
        reach=float(TILE) * np.minimum(least, np.minimum(_shifted(least, 1), _shifted(least, -1))),
        pixel=float(min(np.median(across), np.median(down))),
    )


def _largest_in_tiles(values: FloatArray) -> FloatArray:
    rows, columns = values.shape
    padded = np.pad(values, ((0, -rows % TILE), (0, -columns % TILE)), mode="edge")
    tiles = padded.reshape(len(padded) // TILE, TILE, -1, TILE)
    return np.asarray(tiles.max(axis=(1, 3)), dtype=float)


def _smallest_in_tiles(values: FloatArray) -> FloatArray:
    padded = np.pad(values, (0, -len(values) % TILE), mode="edge")
    return np.asarray(padded.reshape(-1, TILE).min(axis=1))


def _dilated(tiles: FloatArray, *, wraps: bool) -> FloatArray:
    """The largest of each tile and the eight around it."""
    # Where the raster ends within a tile, its first column is nearer than that tile is wide.
    sides = ((0, 0), (2, 2))
    wide = np.pad(tiles, sides, mode="wrap" if wraps and tiles.shape[1] > 2 else "edge")
    columns = [wide[:, shift : shift + tiles.shape[1]] for shift in range(5)]
    across = np.max(columns, axis=0)
    tall = np.pad(across, ((1, 1), (0, 0)), mode="edge")
    return np.asarray(np.maximum(np.maximum(tall[:-2], tall[1:-1]), tall[2:]))


def _shifted(values: FloatArray, by: int) -> FloatArray:
    """The values, each in its neighbour's place; at the ends the last one stays."""
    index = np.clip(np.arange(len(values)) + by, 0, len(values) - 1)
    return np.asarray(values[index])
