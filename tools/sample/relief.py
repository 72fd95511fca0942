"""An invented Mars: heights from noise on the sphere, volcanoes and craters, softly lit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

SEED = 499
RADIUS_KM = 3396.19

HIGHLANDS_M, LOWLANDS_M = 1800.0, -2600.0
CAP_M, CAP_EDGE_DEG = 1600.0, 83.5
CRATERS = 4600
SMALLEST_CRATER_KM, LARGEST_CRATER_KM = 38.0, 620.0
CUMULATIVE_SLOPE = 2.0
"""N(>D) ~ D^-2, roughly what Mars's highlands show (Hartmann and Neukum 2001)."""
SHIELDS = ((-106.0, 4.0, 330.0, 14e3), (-122.0, 19.0, 260.0, 11e3), (-93.0, -13.0, 240.0, 9e3))
"""East longitude, latitude, radius in km and height in m of invented volcanoes."""


@dataclass(frozen=True)
class Grid:
    """Middles of the pixels of a global map, west to east from -180, north to south."""

    width: int

    @property
    def shape(self) -> tuple[int, int]:
        return self.width // 2, self.width

    @property
    def lat(self) -> np.ndarray:
        """(rows,) radians."""
        rows = self.shape[0]
        return np.pi / 2 - np.pi * (np.arange(rows) + 0.5) / rows

    @property
    def lon(self) -> np.ndarray:
        """(columns,) radians, east."""
        return -np.pi + 2 * np.pi * (np.arange(self.width) + 0.5) / self.width

    def directions(self) -> np.ndarray:
        """(rows, columns, 3) unit vectors."""
        return unit_vectors(self.lon[np.newaxis, :], self.lat[:, np.newaxis])


def unit_vectors(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """(..., 3) unit vectors of east longitudes and latitudes in radians."""
    lon, lat = np.broadcast_arrays(lon, lat)
    return np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)


def shaded_relief(width: int) -> np.ndarray:
    """(width / 2, width) uint8: the invented planet in grey, 1 to 255."""
    grid = Grid(width)
    rng = np.random.default_rng(SEED)
    heights, highland = _terrain(grid, rng)
    for crater in _craters(rng, grid, highland):
        _dig(heights, grid, crater)
    ice = _polar_caps(grid, rng)
    heights += ice * (_ground_level(highland) + _cap_thickness(grid, rng) - heights)
    return _tone(_hillshade(heights, grid), heights, ice, grid, rng)


# --- Terrain -------------------------------------------------------------------------------------


def _terrain(grid: Grid, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Heights in metres, and how much of a highland (0 to 1) each pixel is."""
    places = grid.directions()
    boundary = np.sin(grid.lat)[:, np.newaxis] - 0.05 + 0.60 * _fractal(places, rng, 1.2, 5)
    highland = 1.0 / (1.0 + np.exp(9.0 * boundary))
    rough = _fractal(places, rng, 2.6, 7, gain=0.60)
    ridges = 1.0 - 2.0 * np.abs(_fractal(places, rng, 5.0, 5, gain=0.55))
    heights = _ground_level(highland)
    heights += (380.0 + 2300.0 * highland) * rough + (240.0 + 520.0 * highland) * ridges
    wobble = 1.0 + 0.25 * _fractal(places, rng, 7.0, 3)
    for lon, lat, radius_km, height_m in SHIELDS:
        top = unit_vectors(np.radians(lon), np.radians(lat))
        away = np.arccos(np.clip(places @ top, -1.0, 1.0)) * RADIUS_KM / radius_km
        heights += height_m * _shield(away * wobble)
    return heights, highland


def _shield(away: np.ndarray) -> np.ndarray:
    """A gentle cone that ends at 1 in a scarp, with a sunken top."""
    flank = np.clip(1.0 - away, 0.0, None) ** 1.15
    return 0.85 * flank + 0.12 * _step(1.0 - away, 0.02) - 0.30 * _step(0.13 - away, 0.012)


def _ground_level(highland: np.ndarray) -> np.ndarray:
    """Mean height in metres of lowlands, highlands and what lies between."""
    return LOWLANDS_M + (HIGHLANDS_M - LOWLANDS_M) * highland


def _cap_thickness(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """Metres of ice, cut by troughs, as if it lay everywhere."""
    return CAP_M * (1.0 - 0.5 * np.abs(_fractal(grid.directions(), rng, 11.0, 4)))


def _polar_caps(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """How much ice (0 to 1) lies on each pixel, with a ragged edge."""
    lat = np.degrees(np.abs(grid.lat))[:, np.newaxis]
    ragged = lat + 4.0 * _fractal(grid.directions(), rng, 6.0, 5)
    return _step(ragged - CAP_EDGE_DEG, 0.5)


def _step(x: np.ndarray, softness: float) -> np.ndarray:
    """0 below zero, 1 above, softly."""
    return 0.5 + 0.5 * np.tanh(0.5 * x / softness)


def _fractal(
    places: np.ndarray,
    rng: np.random.Generator,
    frequency: float,
    octaves: int,
    gain: float = 0.52,
) -> np.ndarray:
    """Gradient noise of several octaves, about -1 to 1; seamless, since it lives in space."""
    total = np.zeros(places.shape[:-1])
    for octave in range(octaves):
        total += gain**octave * _gradient_noise(places * frequency * 2.03**octave + 7.3, rng)
    return total


def _gradient_noise(places: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Perlin's gradient noise (SIGGRAPH 2002) at (..., 3) places."""
    shuffled = rng.permutation(256)
    gradients = rng.normal(size=(256, 3))
    gradients /= np.linalg.norm(gradients, axis=1, keepdims=True)
    # One array an axis: numpy is several times faster on them than on triples.
    axes = [np.ascontiguousarray(axis) for axis in np.moveaxis(places, -1, 0)]
    cells = [np.floor(axis).astype(np.int64) for axis in axes]
    within = [axis - cell for axis, cell in zip(axes, cells)]
    smooth = [t**3 * (t * (t * 6.0 - 15.0) + 10.0) for t in within]
    total = np.zeros(places.shape[:-1])
    for corner in np.ndindex(2, 2, 2):
        hashed = np.zeros(total.shape, dtype=np.int64)
        weight = np.ones(total.shape)
        for cell, near, side in zip(cells, smooth, corner):
            hashed = shuffled[(hashed + cell + side) & 255]
            weight *= near if side else 1.0 - near
        slope = sum(gradients[:, k][hashed] * (within[k] - corner[k]) for k in range(3))
        total += weight * slope
    return 1.5 * total


# --- Craters -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Crater:
    lon: float
    lat: float
    radius_km: float
    freshness: float
    """1 as the impact left it, towards 0 a ghost under younger plains."""


def _craters(rng: np.random.Generator, grid: Grid, highland: np.ndarray) -> Iterator[_Crater]:
    """Impacts in order of time: the great basins early, few and mostly buried in the lowlands."""
    tail = rng.uniform(size=CRATERS)
    diameter = SMALLEST_CRATER_KM * tail ** (-1.0 / CUMULATIVE_SLOPE)
    age = np.argsort(-diameter * rng.uniform(0.05, 1.0, CRATERS))
    lon, lat = rng.uniform(-np.pi, np.pi, CRATERS), np.arcsin(rng.uniform(-1.0, 1.0, CRATERS))
    wear, luck = rng.uniform(size=CRATERS), rng.uniform(size=CRATERS)
    rows = np.clip(((np.pi / 2 - lat) / np.pi * grid.shape[0]).astype(int), 0, grid.shape[0] - 1)
    columns = ((lon + np.pi) / (2 * np.pi) * grid.width).astype(int) % grid.width
    for i in age:
        old_ground = highland[rows[i], columns[i]]
        if diameter[i] > LARGEST_CRATER_KM or luck[i] > 0.22 + 0.78 * old_ground:
            continue
        freshness = (0.15 + 0.85 * wear[i] ** 1.7) * (0.35 + 0.65 * old_ground)
        yield _Crater(lon[i], lat[i], diameter[i] / 2.0, freshness)


def _dig(heights: np.ndarray, grid: Grid, crater: _Crater) -> None:
    """Digs the crater into the heights, in place."""
    rows, columns = _window(grid, crater, reach=2.4)
    window = np.ix_(rows, columns)
    here = unit_vectors(grid.lon[columns][np.newaxis, :], grid.lat[rows][:, np.newaxis])
    center = unit_vectors(np.array(crater.lon), np.array(crater.lat))
    away = np.arccos(np.clip(here @ center, -1.0, 1.0)) * RADIUS_KM / crater.radius_km
    ground = heights[window]
    inside = away < 1.0
    if not inside.any():
        return
    # An impact wipes out what was there; a ghost only shows through.
    level = ground[inside].mean()
    wiped = 0.8 * crater.freshness * _step(0.95 - away, 0.06)
    heights[window] = ground + wiped * (level - ground) + crater.freshness * _bowl(away, crater)


def _window(grid: Grid, crater: _Crater, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns that the crater and its ejecta may touch."""
    angle = reach * crater.radius_km / RADIUS_KM
    rows = np.flatnonzero(np.abs(grid.lat - crater.lat) <= angle)
    widest = np.cos(np.minimum(np.abs(crater.lat) + angle, np.pi / 2))
    if widest < 0.05:
        return rows, np.arange(grid.width)
    half = min(int(angle / widest / (2 * np.pi) * grid.width) + 2, grid.width // 2 - 1)
    middle = int((crater.lon + np.pi) / (2 * np.pi) * grid.width)
    return rows, np.arange(middle - half, middle + half + 1) % grid.width


def _bowl(away: np.ndarray, crater: _Crater) -> np.ndarray:
    """Heights in metres above the ground around, by distance in crater radii.

    Depth of complex craters: 0.36 D^0.49 km (Garvin et al. 2003, LPSC 3277).
    """
    depth = 360.0 * (2.0 * crater.radius_km) ** 0.49
    rim = 0.28 * depth
    wall = np.clip((away - 0.55) / 0.45, 0.0, 1.0)
    cavity = -depth + (depth + rim) * wall**2 * (3.0 - 2.0 * wall)
    ejecta = rim * np.clip(away, 1.0, None) ** -4.0
    peak = 0.30 * depth * np.exp(-((away / 0.13) ** 2)) if 35.0 < crater.radius_km < 90.0 else 0.0
    return np.where(away < 1.0, cavity + peak, ejecta * np.clip((2.4 - away) / 1.4, 0.0, 1.0))


# --- Light ---------------------------------------------------------------------------------------

EXAGGERATION = 11.0
LIGHTS = ((315.0, 42.0, 0.62), (270.0, 50.0, 0.20), (0.0, 55.0, 0.18))
"""Azimuth and height in degrees and share of each lamp: a key light and two that fill."""


def _hillshade(heights: np.ndarray, grid: Grid) -> np.ndarray:
    """0 to 1: Lambert's shading by the lamps above."""
    step_m = np.pi * RADIUS_KM * 1000.0 / grid.shape[0]
    around = np.pad(heights, ((0, 0), (1, 1)), mode="wrap")
    # The grid's columns crowd together at the poles; the last rows keep the spacing of 86 degrees.
    shrink = np.maximum(np.cos(grid.lat), np.cos(np.radians(86.0)))[:, np.newaxis]
    east = (around[:, 2:] - around[:, :-2]) / (2.0 * step_m * shrink) * EXAGGERATION
    north = -np.gradient(heights, axis=0) / step_m * EXAGGERATION
    length = np.sqrt(1.0 + east**2 + north**2)
    shade = np.zeros_like(heights)
    for azimuth, height, share in LIGHTS:
        az, up = np.radians(azimuth), np.radians(height)
        lit = np.sin(up) - np.cos(up) * (np.sin(az) * east + np.cos(az) * north)
        shade += share * np.clip(lit / length, 0.0, None)
    return shade


def _tone(
    shade: np.ndarray,
    heights: np.ndarray,
    ice: np.ndarray,
    grid: Grid,
    rng: np.random.Generator,
) -> np.ndarray:
    """Grey values: shading, plains a little darker than highlands, bright polar caps."""
    albedo = 0.50 + 0.06 * np.tanh(heights / 3000.0)
    albedo += 0.10 * _fractal(grid.directions(), rng, 2.6, 5) + 0.13 * ice
    flat = sum(share * np.sin(np.radians(height)) for _, height, share in LIGHTS)
    curved = 1.0 - np.exp(-1.35 * albedo * (shade / flat) ** 1.15)
    return np.clip(np.rint(330.0 * curved), 1, 255).astype(np.uint8)
