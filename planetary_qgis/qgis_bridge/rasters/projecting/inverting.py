"""Which place of an unprojected image each place of a map shows.

GDAL inverts geolocation arrays itself only to a pixel or so, with holes. So the inverse is computed
here, exactly, at the nodes of an even grid over the map.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_COARSEST_STEP = 32
_MOST_NODES = 4_000_000
_TESTED_CELLS = 400
_WITHIN_PIXELS = 0.05
"""How well the inverse, between nodes, agrees with the exact one."""
_NODES_ALONG = 200
"""Of the image's nodes along each side, among which the nearest is looked for."""
_ITERATIONS = 25
_CONVERGED = 1e-4
_SHORTEST_PACE = 1.0 / 64.0
_AT_ONCE = 200_000

Pair = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class MapGrid:
    """The pixels of a map: its upper left corner in units of its CRS, and their size."""

    left: float
    top: float
    resolution: float
    columns: int
    rows: int

    @property
    def geotransform(self) -> tuple[float, ...]:
        return (self.left, self.resolution, 0.0, self.top, 0.0, -self.resolution)


@dataclass(frozen=True)
class ImageNodes:
    """Where nodes of an image lie on a map.

    Attributes:
        pixel, line: (columns,) and (rows,) ascending, in GDAL's pixel coordinates of the image;
            two lines the same part what is not one piece on the ground.
        x, y: (rows, columns) in the units of the map's CRS; NaN where they miss the ground.
    """

    pixel: np.ndarray
    line: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def parts(self) -> list[ImageNodes]:
        """Those of each piece."""
        cuts = np.flatnonzero(np.diff(self.line) == 0.0) + 1
        return [
            ImageNodes(self.pixel, *(each[first:last] for each in (self.line, self.x, self.y)))
            for first, last in zip([0, *cuts], [*cuts, len(self.line)])
        ]

    def from_line(self, first: float) -> ImageNodes:
        """The same with lines counted from one of them."""
        return ImageNodes(self.pixel, self.line - first, self.x, self.y)

    def on(self, grid: MapGrid) -> ImageNodes:
        """The same in pixel coordinates of the map."""
        return ImageNodes(
            self.pixel,
            self.line,
            (self.x - grid.left) / grid.resolution,
            (grid.top - self.y) / grid.resolution,
        )


@dataclass(frozen=True)
class Inverse:
    """Which place of an image the nodes of a map show.

    Attributes:
        pixel, line: (rows, columns) in the image's pixel coordinates; going on beyond its edges.
        known: (rows, columns) whether that is so; elsewhere the numbers only go on smoothly.
        step: From node to node, in pixels of the map, the first at its upper left corner.
    """

    pixel: np.ndarray
    line: np.ndarray
    known: np.ndarray
    step: int

    def between(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Pixel and line at places of the map between nodes, and whether they are known there."""
        column, row = (
            np.clip((places / self.step).astype(int), 0, size - 2)
            for places, size in zip((x, y), self.pixel.shape[::-1])
        )
        u, v = x / self.step - column, y / self.step - row
        corners = [
            (row, column, (1 - u) * (1 - v)),
            (row, column + 1, u * (1 - v)),
            (row + 1, column, (1 - u) * v),
            (row + 1, column + 1, u * v),
        ]
        pixel = sum(share * self.pixel[r, c] for r, c, share in corners)
        line = sum(share * self.line[r, c] for r, c, share in corners)
        known = np.all([self.known[r, c] for r, c, _ in corners], axis=0)
        return pixel, line, known

    def hidden_cells(self, samples: int, lines: int) -> np.ndarray:
        """(rows - 1, columns - 1) cells that would show the image where it does not look."""
        unknown = ~_all_corners(self.known)
        reached = np.ones_like(unknown)
        for values, size in ((self.pixel, samples), (self.line, lines)):
            least, most = _of_corners(np.minimum, values), _of_corners(np.maximum, values)
            reached &= (most > 0.0) & (least < size)
        return unknown & reached


def inverse_of(nodes: ImageNodes, grid: MapGrid) -> Inverse:
    """The inverse at nodes that lie as densely as it bends."""
    placed = nodes.on(grid)
    starts = _Starts(placed)
    step, inverse = _COARSEST_STEP, None
    while True:
        inverse = _inverse_at(placed, grid, step, starts, inverse)
        error = _error_between(inverse, placed)
        finer = max(1, int(step * min(0.5, np.sqrt(_WITHIN_PIXELS / max(error, 1e-12)) * 0.9)))
        too_many = grid.columns * grid.rows / finer**2 > _MOST_NODES
        if error <= _WITHIN_PIXELS or step == 1 or too_many:
            return inverse
        step = finer


def _inverse_at(
    placed: ImageNodes, grid: MapGrid, step: int, starts: _Starts, coarser: Inverse | None
) -> Inverse:
    """The inverse at every so many pixels of the map, a part of the rows at a time."""
    columns, rows = (int(np.ceil(size / step)) + 1 for size in (grid.columns, grid.rows))
    at_once = max(1, _AT_ONCE // columns)
    parts = []
    for top in range(0, rows, at_once):
        x, y = np.meshgrid(
            step * np.arange(columns, dtype=float),
            step * np.arange(top, min(top + at_once, rows), dtype=float),
        )
        start = starts.near(x.ravel(), y.ravel(), coarser)
        parts.append([each.reshape(x.shape) for each in _newton(placed, x, y, start)])
    pixel, line, known = (np.concatenate(column) for column in zip(*parts))
    return Inverse(pixel, line, known, step)


def _error_between(inverse: Inverse, placed: ImageNodes) -> float:
    """How far, in pixels of the image, the middles of cells are from their exact places."""
    samples, lines = placed.pixel[-1], placed.line[-1]
    pixel, line = (_middles(values) for values in (inverse.pixel, inverse.line))
    inside = _all_corners(inverse.known)
    inside &= (pixel > 0.0) & (pixel < samples) & (line > 0.0) & (line < lines)
    rows, columns = np.nonzero(inside)
    if not len(rows):
        return 0.0
    some = np.unique(np.linspace(0, len(rows) - 1, _TESTED_CELLS).astype(int))
    rows, columns = rows[some], columns[some]
    places = inverse.step * (columns + 0.5), inverse.step * (rows + 0.5)
    start = pixel[rows, columns], line[rows, columns]
    exact_pixel, exact_line, known = _newton(placed, *places, start)
    away = np.hypot(exact_pixel - pixel[rows, columns], exact_line - line[rows, columns])[known]
    return float(away.max(initial=0.0))


class _Starts:
    """The nodes near which a search begins."""

    def __init__(self, placed: ImageNodes) -> None:
        from planetary_qgis.core.geos import shapely

        self._points_of = shapely.points
        rows, columns = (
            np.unique(np.linspace(0, size - 1, _NODES_ALONG).round().astype(int))
            for size in placed.x.shape
        )
        x, y = placed.x[np.ix_(rows, columns)], placed.y[np.ix_(rows, columns)]
        pixel, line = np.meshgrid(placed.pixel[columns], placed.line[rows])
        seen = np.isfinite(x) & np.isfinite(y)
        self._pixel, self._line = pixel[seen], line[seen]
        self._tree = shapely.STRtree(shapely.points(x[seen], y[seen]))

    def near(self, x: np.ndarray, y: np.ndarray, coarser: Inverse | None) -> Pair:
        """Pixel and line where a coarser inverse knows them, else those of the nearest nodes."""
        if coarser is None:
            return self._nearest(x, y)
        pixel, line, known = coarser.between(x, y)
        if not known.all():
            pixel[~known], line[~known] = self._nearest(x[~known], y[~known])
        return pixel, line

    def _nearest(self, x: np.ndarray, y: np.ndarray) -> Pair:
        found = self._tree.nearest(self._points_of(x, y))
        return self._pixel[found], self._line[found]


def _newton(
    placed: ImageNodes, x: np.ndarray, y: np.ndarray, start: Pair
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pixel and line that lie at places of the map, and whether they do.

    By Newton's method on the bilinear cells between nodes, those at the edge going on outwards.
    """
    x, y = x.ravel(), y.ravel()
    pixel, line = start[0].copy(), start[1].copy()
    known = np.zeros(len(x), dtype=bool)
    under_way = np.arange(len(x))
    away, across, along = _misses(placed, pixel, line, x, y)
    for _ in range(_ITERATIONS):
        near = np.hypot(*away) < _CONVERGED
        known[under_way[near]] = True
        going = ~near & np.isfinite(away[0])
        if not going.any():
            break
        under_way = under_way[going]
        away, across, along = ((a[going], b[going]) for a, b in (away, across, along))
        step = _newton_step(away, across, along)
        pixel[under_way], line[under_way], (away, across, along) = _stepped(
            placed, (pixel[under_way], line[under_way]), step, (x[under_way], y[under_way]), away
        )
    return pixel, line, known


def _newton_step(away: Pair, across: Pair, along: Pair) -> Pair:
    determinant = across[0] * along[1] - across[1] * along[0]
    safe = np.where(np.abs(determinant) > 1e-12, determinant, np.inf)
    return (
        (away[0] * along[1] - away[1] * along[0]) / safe,
        (away[1] * across[0] - away[0] * across[1]) / safe,
    )


def _stepped(
    placed: ImageNodes, at: Pair, step: Pair, wanted: Pair, away: Pair
) -> tuple[np.ndarray, np.ndarray, tuple[Pair, Pair, Pair]]:
    """One step; shorter where it would lead off the ground, or further away."""
    pace = np.ones(len(at[0]))
    while True:
        pixel, line = at[0] + pace * step[0], at[1] + pace * step[1]
        there = _misses(placed, pixel, line, *wanted)
        worse = ~(np.hypot(*there[0]) <= np.hypot(*away)) & (pace > _SHORTEST_PACE)
        if not worse.any():
            return pixel, line, there
        pace[worse] /= 4.0


def _misses(
    placed: ImageNodes, pixel: np.ndarray, line: np.ndarray, x: np.ndarray, y: np.ndarray
) -> tuple[Pair, Pair, Pair]:
    """How far places of the image are from places of the map, and how they move along both axes.

    Returns:
        (x, y) still to go, (x, y) a pixel, (x, y) a line.
    """
    column, u, width = _cell(placed.pixel, pixel)
    row, v, height = _cell(placed.line, line)
    misses = []
    for values, wanted in ((placed.x, x), (placed.y, y)):
        upper_left, upper_right = values[row, column], values[row, column + 1]
        lower_left, lower_right = values[row + 1, column], values[row + 1, column + 1]
        upper, lower = upper_right - upper_left, lower_right - lower_left
        left = lower_left - upper_left
        twist = lower - upper
        found = upper_left + u * upper + v * (left + u * twist)
        misses.append((wanted - found, (upper + v * twist) / width, (left + u * twist) / height))
    (x_away, x_across, x_along), (y_away, y_across, y_along) = misses
    return (x_away, y_away), (x_across, y_across), (x_along, y_along)


def _cell(nodes: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The cell between nodes that each place lies in, the share of the way through, its width."""
    cell = np.clip(np.searchsorted(nodes, places, side="right") - 1, 0, len(nodes) - 2)
    width = nodes[cell + 1] - nodes[cell]
    return cell, (places - nodes[cell]) / width, width


def _of_corners(choose: np.ufunc, values: np.ndarray) -> np.ndarray:
    return choose(
        choose(values[1:, 1:], values[1:, :-1]), choose(values[:-1, 1:], values[:-1, :-1])
    )


def _all_corners(flags: np.ndarray) -> np.ndarray:
    return _of_corners(np.logical_and, flags)


def _middles(values: np.ndarray) -> np.ndarray:
    return (values[1:, 1:] + values[1:, :-1] + values[:-1, 1:] + values[:-1, :-1]) / 4.0
