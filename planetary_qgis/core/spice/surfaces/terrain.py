"""A raster of heights as the surface that lines of sight meet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.surfaces.grids import Grid
from planetary_qgis.core.spice.surfaces.slopes import Slopes, slopes_of

FloatArray = NDArray[np.float64]

RAYS_AT_ONCE = 50_000
_SHORTEST_STEP = 0.25
"""In pixels; the bilinear surface has no feature that this steps over by more than its edge."""
_MOST_STEPS = 20_000
_EXACT_KM = 1e-7
_MOST_REFINEMENTS = 60


@dataclass(frozen=True, eq=False)
class Terrain:
    """Heights of a part of a body, or of all of it.

    Attributes:
        name: Of the file or layer.
        heights: (rows, columns) km, along the radius above the reference ellipsoid; NaN where
            unknown.
        reference: (3,) km, radii of that ellipsoid.
        body_id: NAIF id of the body it lies on; None where that is not known.
    """

    name: str
    heights: NDArray[np.float32]
    grid: Grid
    reference: FloatArray
    body_id: int | None = None

    def __post_init__(self) -> None:
        if self.heights.ndim != 2 or min(self.heights.shape) < 2:
            raise PlanetaryError(
                f"The DEM {self.name} has too few pixels to be a surface.",
                hint="Choose a raster of at least two rows and two columns.",
            )
        if not np.isfinite(self.heights).any():
            raise PlanetaryError(
                f"The DEM {self.name} knows no height here: every pixel is “no data”.",
                hint="Choose a DEM that covers the area.",
            )

    @cached_property
    def range(self) -> tuple[float, float]:
        """km, of the lowest and the highest point."""
        return float(np.nanmin(self.heights)), float(np.nanmax(self.heights))

    @cached_property
    def slopes(self) -> Slopes:
        """How steep it is where."""
        return slopes_of(self.heights, self.grid)

    def at(self, lon_e: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Bilinear heights, NaN where unknown; and how many pixels outside of them places are."""
        column, row = self.grid.pixels(lon_e, lat)
        return self.at_pixels(row, column)

    def at_pixels(self, row: FloatArray, column: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The same at fractional rows and columns."""
        rows, columns = self.heights.shape
        known = np.isfinite(row) & np.isfinite(column)
        row, column = np.where(known, row, 0.0), np.where(known, column, 0.0)
        outside = np.maximum(-row, row - (rows - 1))
        if not self.grid.wraps:
            outside = np.maximum(outside, np.maximum(-column, column - (columns - 1)))
            column = np.clip(column, 0.0, columns - 1)
        row = np.clip(row, 0.0, rows - 1)
        top = np.minimum(row, rows - 2).astype(np.intp)
        left = np.floor(np.where(self.grid.wraps, column, np.minimum(column, columns - 2)))
        down, along = row - top, column - left
        left = left.astype(np.intp) % columns
        right = (left + 1) % columns
        above = self.heights[top, left] * (1.0 - along) + self.heights[top, right] * along
        below = self.heights[top + 1, left] * (1.0 - along) + self.heights[top + 1, right] * along
        # Half a pixel around the centres of the outermost ones still is theirs.
        there = known & (outside <= 0.5)
        heights = np.where(there, above * (1.0 - down) + below * down, np.nan)
        return heights, np.where(known, np.maximum(outside, 0.0), np.nan)


@dataclass(frozen=True, eq=False)
class TerrainSurface:
    """Terrain on a target; where it knows nothing, the target's ellipsoid.

    Attributes:
        radii: (3,) km, of that ellipsoid.
    """

    terrain: Terrain
    radii: FloatArray

    @property
    def title(self) -> str:
        above = "{} x {} x {} km".format(*self.terrain.reference)
        return f"{self.short_title}, heights above an ellipsoid of {above}; elsewhere the ellipsoid"

    @property
    def short_title(self) -> str:
        return f"DEM {self.terrain.name}"

    @property
    def bounding_radius(self) -> float:
        top = float(np.max(self.terrain.reference)) + self.terrain.range[1]
        return max(top, float(np.max(self.radii)))

    def intercept(
        self,
        origins: FloatArray,
        rays: FloatArray,
        epochs: FloatArray | None = None,  # noqa: ARG002 - it is the same at all times
    ) -> FloatArray:
        shape = np.broadcast_shapes(origins.shape, rays.shape)
        starts = np.broadcast_to(origins, shape).reshape(-1, 3)
        units = np.broadcast_to(rays, shape).reshape(-1, 3)
        units = units / np.linalg.norm(units, axis=1, keepdims=True)
        points = np.empty(starts.shape)
        for begin in range(0, len(starts), RAYS_AT_ONCE):
            part = slice(begin, begin + RAYS_AT_ONCE)
            points[part] = self._meet(starts[part], units[part])
        return points.reshape(shape)

    def outward_normals(
        self,
        points: FloatArray,
        epochs: FloatArray | None = None,  # noqa: ARG002
    ) -> FloatArray:
        """The ellipsoid's, so that angles compare with those of archives and of ISIS."""
        return ellipsoid.outward_normals(points, self.radii)

    def _meet(self, starts: FloatArray, units: FloatArray) -> FloatArray:
        """(n, 3) km: the first point where each ray meets the heights, else the ellipsoid."""
        bare = ellipsoid.intercept(starts, units, self.radii)
        heights, _ = self.terrain.at(*ellipsoid.lon_lat(bare))
        to_bare = np.where(np.isnan(heights), _along(bare - starts, units), np.nan)
        before, behind = self._bracket(starts, units, to_bare)
        found = self._between(starts, units, before, behind)
        distance = np.where(np.isfinite(found), found, to_bare)
        return np.asarray(starts + distance[:, None] * units)

    def _bracket(
        self, starts: FloatArray, units: FloatArray, to_bare: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Distances before and behind the first crossing of the heights; NaN without one."""
        near, far = self._shell(starts, units)
        far = np.fmin(far, to_bare)
        before, behind = np.full(len(starts), np.nan), np.full(len(starts), np.nan)
        active = np.flatnonzero(near <= far)
        here, last = near.copy(), near.copy()
        for _ in range(_MOST_STEPS):
            if not len(active):
                break
            points = starts[active] + here[active, None] * units[active]
            above, steps = self._clearance_and_step(points, units[active])
            through = above < 0.0
            before[active[through]] = last[active[through]]
            behind[active[through]] = here[active[through]]
            going = ~through & (here[active] < far[active])
            active, steps = active[going], steps[going]
            last[active] = here[active]
            here[active] = np.minimum(here[active] + steps, far[active])
        return before, behind

    def _clearance_and_step(
        self, points: FloatArray, units: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """km above the heights, and km that a ray can go without passing through them unseen.

        A ray that sinks by s and goes level by c a kilometre meets slopes of at most t and a ground
        that curves away below: a clearance f lasts for f / (s + c t + c sqrt(2 f / R)).
        """
        radius = np.linalg.norm(points, axis=1)
        column, row = self.terrain.grid.pixels(*ellipsoid.lon_lat(points))
        above, outside = self._above(points, row, column)
        sink = -np.einsum("ni,ni->n", points, units) / radius
        level = np.sqrt(np.maximum(1.0 - sink**2, 0.0))
        curved = np.sqrt(2.0 * np.maximum(above, 0.0) / radius)
        slopes = self.terrain.slopes
        near_by, reach = slopes.near(row, column)
        sinking = np.maximum(sink, 0.0) + level * curved + 1e-9
        free = np.minimum(above / (sinking + level * near_by), reach)
        free = np.maximum(free, above / (sinking + level * slopes.steepest))
        away = outside * slopes.pixel / np.maximum(level, 1e-3)
        steps = np.where(np.isfinite(above), free, away)
        return above, np.maximum(steps, _SHORTEST_STEP * slopes.pixel)

    def _between(
        self, starts: FloatArray, units: FloatArray, before: FloatArray, behind: FloatArray
    ) -> FloatArray:
        """Distances of the crossings, by the Illinois variant of regula falsi; NaN without one."""
        found = np.full(len(starts), np.nan)
        rows = np.flatnonzero(np.isfinite(behind))
        low, high = before[rows], behind[rows]
        f_low = self._clearance_along(starts[rows], units[rows], low)
        f_high = self._clearance_along(starts[rows], units[rows], high)
        # From where nothing is known a ray may come out below the surface: it ends right there.
        blind = ~(f_low > 0.0)
        low, f_low = np.where(blind, high, low), np.where(blind, 0.0, f_low)
        was_below = np.zeros(len(rows), dtype=np.int8)
        for _ in range(_MOST_REFINEMENTS):
            if (high - low < _EXACT_KM).all():
                break
            share = f_low / np.maximum(f_low - f_high, 1e-300)
            middle = low + np.clip(share, 0.0, 1.0) * (high - low)
            value = self._clearance_along(starts[rows], units[rows], middle)
            settled = np.abs(value) < _EXACT_KM
            below = (value < 0.0) | settled
            f_high = np.where(below, value, np.where(was_below == -1, f_high / 2.0, f_high))
            f_low = np.where(
                below,
                np.where(was_below == 1, f_low / 2.0, f_low),
                np.where(np.isnan(value), f_low, value),
            )
            low = np.where(settled, middle, np.where(below, low, middle))
            high = np.where(below, middle, high)
            was_below = np.where(below, 1, -1).astype(np.int8)
        found[rows] = high
        return found

    def _clearance_along(
        self, starts: FloatArray, units: FloatArray, distances: FloatArray
    ) -> FloatArray:
        points = starts + distances[:, None] * units
        column, row = self.terrain.grid.pixels(*ellipsoid.lon_lat(points))
        return self._above(points, row, column)[0]

    def _above(
        self, points: FloatArray, row: FloatArray, column: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """km above the heights, NaN where none is known; and how many pixels outside they are."""
        heights, outside = self.terrain.at_pixels(row, column)
        length = np.linalg.norm(points, axis=-1)
        # The reference ellipsoid's radius in a point's direction: |p| over |p scaled|.
        ground = length / np.linalg.norm(points / self.terrain.reference, axis=-1)
        return length - ground - heights, outside

    def _shell(self, starts: FloatArray, units: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Distances at which rays enter and leave the shell that holds all heights; NaN outside."""
        low, high = self.terrain.range
        reference = self.terrain.reference
        # What lies at one height above an ellipsoid is none, but between two a little apart.
        flattening = 1.0 - float(reference.min() / reference.max())
        spare = 1e-3 + flattening * max(abs(low), abs(high))
        outer, inner = reference + high + spare, reference + low - spare
        inside = np.linalg.norm(starts / outer, axis=1) < 1.0
        enter = np.where(
            inside, 0.0, _along(ellipsoid.intercept(starts, units, outer) - starts, units)
        )
        closest = -np.einsum("ni,ni->n", starts / outer, units / outer)
        closest /= np.einsum("ni,ni->n", units / outer, units / outer)
        leave = np.where(
            inside, np.maximum(closest, 0.0) + 2.0 * outer.max(), 2.0 * closest - enter
        )
        ground = _along(ellipsoid.intercept(starts, units, inner) - starts, units)
        return enter, np.where(np.isfinite(ground), ground, leave)


def _along(ways: FloatArray, units: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ni,ni->n", ways, units))
