"""Grids fine enough that what lies between their nodes is straight to a part of a pixel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.images.sights import FrameSight, ScanSight, Sight

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]
Step = Callable[[], None]

MOST_NODES = 1_000_000
_FEWEST_INTERVALS = 8
_MOST_HALVINGS = 16
_PROBED = 33
"""Rows or columns that speak for all where the other direction is halved."""


@dataclass(frozen=True)
class Grid:
    """Nodes, and what was found there.

    Attributes:
        columns, rows: In GDAL's pixel coordinates.
        points: (rows, columns, 3) km; NaN where they miss.
        error_pixels: How far what is interpolated between nodes was from what is seen, at most.
    """

    columns: FloatArray
    rows: FloatArray
    points: FloatArray
    error_pixels: float


def frame_grid(sight: Sight, samples: int, lines: int, within_pixels: float, step: Step) -> Grid:
    """The nodes of an image that any row and column can be asked of.

    Where the target ends, pixel by pixel as far as `MOST_NODES` allow.

    Args:
        step: Called now and then; what it raises ends the work.
    """
    columns, rows, over_limb = _first_to_see(sight, samples, lines)
    error = np.inf
    for _ in range(_MOST_HALVINGS):
        step()
        # Over the limb, few rows do not speak for all.
        probed = (columns, rows) if over_limb else (_probes(columns), _probes(rows))
        by_column = _misfits(sight, columns, probed[1], within_pixels)
        by_row = _misfits(_Turned(sight), rows, probed[0], within_pixels)
        error = by_column.error + by_row.error
        more = _halved(columns, by_column.split), _halved(rows, by_row.split)
        was_probed, over_limb = over_limb, by_column.over_limb or by_row.over_limb
        grows = len(more[0]) > len(columns) or len(more[1]) > len(rows) or over_limb > was_probed
        if not grows or len(more[0]) * len(more[1]) > MOST_NODES:
            break
        columns, rows = more
    return Grid(columns, rows, sight.points(columns, rows), error)


def scan_grid(sight: ScanSight, samples: int, lines: int, within_pixels: float, step: Step) -> Grid:
    """The nodes of a scan: rows chosen by what every line sees, here and there along it."""
    seen = sight.points(_even(samples, 2), np.arange(lines + 1.0))
    hit = np.isfinite(seen[..., 0])
    whole = hit.all(axis=1)
    over_limb = bool((hit.any(axis=1) & ~whole).any()) or not whole.any()
    if over_limb:
        rows, row_error = _even(lines, MOST_NODES // (4 * _PROBED)), 0.0
    else:
        rows, row_error = _rows_of_scan(seen, samples, within_pixels / 2.0)
    probed = _probes(rows, _PROBED * (8 if over_limb else 1))
    columns, error = _even(samples, _PROBED if over_limb else _FEWEST_INTERVALS), np.inf
    for _ in range(_MOST_HALVINGS):
        step()
        found = _misfits(sight, columns, probed, within_pixels)
        error = found.error + row_error
        more = _halved(columns, found.split)
        if len(more) == len(columns) or len(more) * len(rows) > MOST_NODES:
            break
        columns = more
    return Grid(columns, rows, sight.points(columns, rows), error)


def framelet_grid(
    sights: Sequence[FrameSight],
    samples: int,
    lines: int,
    framelet_lines: int,
    within_pixels: float,
    step: Step,
) -> Grid:
    """The nodes of framelets stacked in an image; where two touch, rows of both at one place.

    Nodes lie within each as the first, the middle and the last that see anything need them.
    """
    seeing = [sight for sight in sights if sight.views.known.all()]
    probed = [seeing[0], seeing[len(seeing) // 2], seeing[-1]]
    height = min(framelet_lines, lines)
    grids = [frame_grid(sight, samples, height, within_pixels, step) for sight in probed]
    columns = np.unique(np.concatenate([grid.columns for grid in grids]))
    rows = np.unique(np.concatenate([grid.rows for grid in grids]))
    last = lines - height * (len(sights) - 1)
    each = [rows] * (len(sights) - 1) + [np.append(rows[rows < last], last)]
    return Grid(
        columns,
        np.concatenate([own + number * height for number, own in enumerate(each)]),
        np.concatenate([sight.points(columns, own) for sight, own in zip(sights, each)]),
        float(np.fmax.reduce([grid.error_pixels for grid in grids])),
    )


def pixel_km(grid: Grid) -> FloatArray:
    """(rows - 1, columns - 1) km across a pixel; NaN where that is not known."""
    across = np.diff(grid.points, axis=1)[:-1] / np.diff(grid.columns)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):  # framelets touch: no pixel between
        along = np.diff(grid.points, axis=0)[:, :-1] / np.diff(grid.rows)[:, None, None]
    return _pixel_km(across, along)


@dataclass(frozen=True)
class _Turned:
    """A sight with rows and columns exchanged."""

    sight: Sight

    def points(self, columns: FloatArray, rows: FloatArray) -> FloatArray:
        return self.sight.points(rows, columns).transpose(1, 0, 2)


@dataclass(frozen=True)
class _Misfits:
    """(intervals,) which to split, the largest error in pixels, and whether some pixels miss.

    Intervals of one pixel are as they are.
    """

    split: BoolArray
    error: float
    over_limb: bool


def _misfits(sight: Sight, columns: FloatArray, rows: FloatArray, within_pixels: float) -> _Misfits:
    """How far middles between columns lie off the straight lines between their neighbours.

    Off in space: a grid's cells must be flat as well, or maps bend what lies between.
    """
    middles = (columns[1:] + columns[:-1]) / 2.0
    nodes, seen = sight.points(columns, rows), sight.points(middles, rows)
    off = np.linalg.norm(seen - (nodes[:, 1:] + nodes[:, :-1]) / 2.0, axis=2)
    across = np.diff(nodes, axis=1) / np.diff(columns)[:, None]
    along = np.gradient(seen, rows, axis=0)
    errors = off / _pixel_km(across, along)
    hit, hit_between = np.isfinite(nodes[..., 0]), np.isfinite(seen[..., 0])
    ends_within = (hit[:, 1:] != hit[:, :-1]) | (hit_between != hit[:, 1:])
    worst = np.fmax.reduce(errors, axis=0, initial=0.0)
    # Middles see what is off in one direction; of what a cell is off, the other has its part.
    split = (worst > within_pixels / 2.0) | ends_within.any(axis=0)
    divisible = np.diff(columns) > 1.0
    return _Misfits(
        split=split & divisible,
        error=float(worst[divisible].max(initial=0.0)),
        over_limb=bool(ends_within.any()),
    )


def _rows_of_scan(
    points: FloatArray, samples: int, within_pixels: float
) -> tuple[FloatArray, float]:
    """Rows between which all that lines see lies straight; and how far off it is, in pixels.

    Args:
        points: (lines + 1, k, 3) km, where the ends of every line look and others along it.
    """
    every = np.arange(len(points))
    across = (points[:, -1] - points[:, 0])[:, None] / samples
    pixel = _pixel_km(across, np.gradient(points, axis=0))
    hit = np.isfinite(points[..., 0])
    changes = np.concatenate([[0], np.cumsum((hit[1:] != hit[:-1]).any(axis=1))])
    rows = _even(len(points) - 1).astype(np.intp)
    error = np.inf
    for _ in range(_MOST_HALVINGS):
        errors = np.fmax.reduce(_off_between(points, rows) / pixel, axis=1, initial=0.0)
        worst = np.maximum.reduceat(errors, rows[:-1])
        error = float(errors.max())
        split = (worst > within_pixels) | (changes[rows[1:]] != changes[rows[:-1]])
        split &= np.diff(rows) > 1
        if not split.any():
            break
        rows = np.union1d(rows, (rows[:-1][split] + rows[1:][split]) // 2)
    return every[rows].astype(float), error


def _off_between(points: FloatArray, rows: IntArray) -> FloatArray:
    """(n, 3) km by which points are off the straight lines between those of the rows."""
    every = np.arange(len(points))
    left = np.clip(np.searchsorted(rows, every, side="right") - 1, 0, len(rows) - 2)
    start, end = rows[left], rows[left + 1]
    share = ((every - start) / (end - start))[:, None, None]
    between = points[start] + share * (points[end] - points[start])
    return np.asarray(np.linalg.norm(points - between, axis=2))


def _pixel_km(across: FloatArray, along: FloatArray) -> FloatArray:
    """Across a pixel, as the root of its area; NaN where that is not known."""
    with np.errstate(invalid="ignore"):
        area = np.linalg.norm(np.cross(across, along), axis=-1)
    return np.asarray(np.sqrt(np.where((area > 0.0) & np.isfinite(area), area, np.nan)))


def _first_to_see(sight: Sight, samples: int, lines: int) -> tuple[FloatArray, FloatArray, bool]:
    """The coarsest even grid of which some node sees the target; and whether some miss."""
    intervals, most = _FEWEST_INTERVALS, int(np.sqrt(MOST_NODES))
    while True:
        columns, rows = _even(samples, intervals), _even(lines, intervals)
        seen = np.isfinite(sight.points(columns, rows)[..., 0])
        if seen.any() or intervals >= min(max(samples, lines), most):
            return columns, rows, not seen.all()
        intervals = min(4 * intervals, most)


def _even(pixels: int, intervals: int = _FEWEST_INTERVALS) -> FloatArray:
    """Edges of at most so many intervals of whole pixels, both outer edges among them."""
    edges = np.rint(np.linspace(0.0, pixels, min(intervals, pixels) + 1))
    return np.asarray(np.unique(edges), dtype=float)


def _halved(edges: FloatArray, split: BoolArray) -> FloatArray:
    """The edges and whole pixels halfway between those chosen."""
    middles = np.floor((edges[:-1][split] + edges[1:][split]) / 2.0)
    return np.asarray(np.union1d(edges, middles), dtype=float)


def _probes(edges: FloatArray, most: int = _PROBED) -> FloatArray:
    """Some of them, spread, both ends among them."""
    chosen = np.linspace(0, len(edges) - 1, min(most, len(edges)))
    return np.asarray(edges[np.unique(np.rint(chosen).astype(np.intp))])
