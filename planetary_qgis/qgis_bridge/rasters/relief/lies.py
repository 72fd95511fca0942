"""How many metres a raster's pixels are apart on the ground, whatever its map projection.

Map projections stretch, turn and shear. What one does in a patch of a raster is told by a
polynomial through a few places: PROJ takes about a microsecond a place, too much for every pixel.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from planetary_qgis.core.rasters.chebyshev import Places, between, nodes
from planetary_qgis.core.rasters.relief import Bends, Steps
from planetary_qgis.qgis_bridge.rasters.relief.ground import Ground

_MISSED_PIXELS = 1e-3
"""By which a polynomial may miss; slopes are then right to a tenth of a per cent."""
_FEW_PIXELS = 16
_ALIKE = 1e-7
Orders = tuple[tuple[int, int], ...]
_ORDERS: Orders = ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0))
"""Of derivation by rows and by columns: positions, steps and bends, as `_lie` takes them."""


class Patch(NamedTuple):
    """Pixels of a raster."""

    left: int
    top: int
    width: int
    height: int

    def halves(self) -> tuple[Patch, Patch]:
        """The two parts of its longer side."""
        left, top, width, height = self
        if width >= height:
            half = width // 2
            return Patch(left, top, half, height), Patch(left + half, top, width - half, height)
        half = height // 2
        return Patch(left, top, width, half), Patch(left, top + half, width, height - half)


class Lie(NamedTuple):
    """How the pixels of a patch lie: arrays of (rows, columns), or (rows, 1) of rows all alike.

    Attributes:
        radius: Metres from the body's centre to its figure.
        steps: NaN where the map has no ground.
        bends: None unless asked for.
    """

    radius: np.ndarray
    steps: Steps
    bends: Bends | None


def lie_of(ground: Ground, patch: Patch, *, bends: bool = False) -> Lie:
    """How the pixels of a patch lie."""
    found = _lie_of(ground, patch, _ORDERS if bends else _ORDERS[:3])
    return Lie(found[0], Steps(*found[1:5]), Bends(*found[5:]) if bends else None)


def _lie_of(ground: Ground, patch: Patch, orders: Orders) -> np.ndarray:
    """(k, rows, columns or 1): the radius, the steps and the bends."""
    derivatives = _by_polynomials(ground, patch, orders)
    if derivatives is None and max(patch.width, patch.height) > _FEW_PIXELS:
        halves = patch.halves()
        parts = [_lie_of(ground, half, orders) for half in halves]
        whole = [
            np.broadcast_to(part, (len(part), half.height, half.width))
            for part, half in zip(parts, halves)
        ]
        return np.concatenate(whole, axis=2 if halves[0].top == halves[1].top else 1)
    return _lie(derivatives or _by_differences(ground, patch)[: len(orders)])


def _by_polynomials(ground: Ground, patch: Patch, orders: Orders) -> list[np.ndarray] | None:
    """Positions and derivatives of all pixels, or of the first column where rows lie alike.

    None where polynomials do not tell them well enough, as at the edge of the map.
    """
    ends = (float(patch.height), float(patch.width))
    places = ground.positions(patch.left + nodes(ends[1]), (patch.top + nodes(ends[0]))[:, None])
    if not np.isfinite(places).all():
        return None
    rows, columns = (Places(0.02 * end, 0.45 * end, 3) for end in ends)
    probes = [between(places, ends, rows, columns, order) for order in _ORDERS[:3]]
    truth = ground.positions(
        patch.left + columns.first + columns.step * np.arange(3),
        (patch.top + rows.first + rows.step * np.arange(3))[:, None],
    )
    missed = np.linalg.norm(probes[0] - truth, axis=0)
    if (missed > _MISSED_PIXELS * np.linalg.norm(probes[2], axis=0)).any():
        return None
    every = Places(0.5, 1.0, patch.height), Places(0.5, 1.0, patch.width)
    if _rows_lie_alike(Steps(*_lie(probes)[1:])):
        every = every[0], Places(0.5, 1.0, 1)
    return [between(places, ends, *every, order) for order in orders]


def _rows_lie_alike(probes: Steps) -> bool:
    """Whether columns run along parallels and rows along meridians, evenly."""
    scale = np.abs(probes.north_r).max()
    slanted = max(np.abs(probes.north_c).max(), np.abs(probes.east_r).max())
    uneven = max(np.ptp(each, axis=1).max() for each in (probes.east_c, probes.north_r))
    return bool(slanted < _ALIKE * scale and uneven < _ALIKE * scale)


def _by_differences(ground: Ground, patch: Patch) -> list[np.ndarray]:
    """The same, each from places half a pixel around a pixel's centre."""
    columns = patch.left + np.arange(2 * patch.width + 1) / 2.0
    rows = patch.top + np.arange(2 * patch.height + 1) / 2.0
    grid = ground.positions(columns, rows[:, None])
    first, middle, last = slice(0, -1, 2), slice(1, None, 2), slice(2, None, 2)
    centre = grid[:, middle, middle]
    west, east = grid[:, middle, first], grid[:, middle, last]
    north, south = grid[:, first, middle], grid[:, last, middle]
    corners = (grid[:, last, last], grid[:, last, first], grid[:, first, last])
    return [
        centre,
        east - west,
        south - north,
        4.0 * (east - 2.0 * centre + west),
        corners[0] - corners[1] - corners[2] + grid[:, first, first],
        4.0 * (south - 2.0 * centre + north),
    ]


def _lie(derivatives: list[np.ndarray]) -> np.ndarray:
    """Radius and steps, of (3, rows, columns) positions and derivatives as in `_ORDERS`."""
    position, *others = derivatives
    radius = np.linalg.norm(position, axis=0)
    across = np.hypot(position[0], position[1])
    # A pixel on the pole itself may call any direction east.
    at_pole = across < 1e-12 * radius
    divisor = np.where(at_pole, 1.0, across)
    sin = np.where(at_pole, 0.0, position[1] / divisor)
    cos = np.where(at_pole, 1.0, position[0] / divisor)
    outward, up = across / radius, position[2] / radius
    parts = [radius]
    for vectors in others:
        x, y, z = vectors
        parts += [y * cos - x * sin, z * outward - (x * cos + y * sin) * up]
    return np.stack(parts)
