"""Values of rasters at places on a body, read in blocks."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from qgis.core import QgsFeedback

from planetary_qgis.core.rasters.tracks import FloatArray
from planetary_qgis.qgis_bridge.rasters.values.bands import OpenBand
from planetary_qgis.qgis_bridge.rasters.values.on_body import Placing
from planetary_qgis.qgis_bridge.spheres import Sphere
from planetary_qgis.qgis_bridge.store import RunCancelledError

_CLOSES_AROUND = 0.6
"""A raster is so many pixels, at most, from reaching all around the body."""


class Sampled(NamedTuple):
    """Values at places, and by how much the copy of the raster was thinned that they are from."""

    values: FloatArray
    thinning: float


def sampled(
    band: OpenBand,
    placing: Placing,
    degrees: np.ndarray,
    *,
    bilinear: bool,
    feedback: QgsFeedback,
) -> Sampled:
    """The raster's values at places that follow each other, NaN where it knows none.

    Where the places lie several pixels apart, the raster's smaller copies are read, as far as it
    has them.

    Args:
        degrees: (n, 2) longitudes and latitudes.

    Raises:
        PlanetaryError: GDAL cannot read the raster, or the user cancelled.
    """
    pixels = pixels_at(band, placing, degrees)
    thinning = _fitting(band, pixels)
    columns, rows = band.size_of(thinning)
    pixels = pixels * (columns / band.width, rows / band.height)
    grid = _Grid(band, thinning, columns, rows, _goes_around(band, placing), feedback)
    return Sampled(grid.bilinear(pixels) if bilinear else grid.nearest(pixels), thinning)


def pixels_at(band: OpenBand, placing: Placing, degrees: np.ndarray) -> np.ndarray:
    """(n, 2) columns and rows of places, those of a raster all around the body within it."""
    places = placing.places(degrees)
    if placing.period is not None:
        left = band.corners[:, 0].min()
        places[:, 0] -= np.floor((places[:, 0] - left) / placing.period) * placing.period
    return band.pixels(places)


def pixel_size_m(band: OpenBand, placing: Placing, sphere: Sphere, degrees: np.ndarray) -> float:
    """The side of the raster's smallest pixel at these places; NaN where it has none there."""
    pixels = pixels_at(band, placing, degrees)
    with np.errstate(invalid="ignore"):
        within = ((pixels >= 0.0) & (pixels <= (band.width, band.height))).all(axis=1)
    middle = np.clip(pixels[within], 0.5, (band.width - 0.5, band.height - 0.5))
    areas = pixel_areas(band, placing, middle)
    areas = areas[np.isfinite(areas) & (areas > 0.0)]
    return float(np.sqrt(areas.min()) * sphere.radius_m) if len(areas) else float("nan")


def pixel_areas(band: OpenBand, placing: Placing, pixels: np.ndarray) -> FloatArray:
    """(n,) steradians of the pixels around these columns and rows, by their half-way points."""
    steps = np.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 0.5], [0.0, -0.5]])
    around = (pixels[None, :, :] + steps[:, None, :]).reshape(-1, 2)
    degrees = np.radians(placing.degrees(band.places(around)))
    lon, lat = degrees[:, 0], degrees[:, 1]
    points = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)], axis=-1)
    right, left, down, up = points.reshape(4, -1, 3)
    return np.linalg.norm(np.cross(right - left, down - up), axis=1)


def _fitting(band: OpenBand, pixels: np.ndarray) -> float:
    """The strongest thinning that still has a pixel for each place."""
    steps = np.linalg.norm(np.diff(pixels, axis=0), axis=1)
    steps = steps[np.isfinite(steps)]
    usual = float(np.median(steps)) if len(steps) else 1.0
    fine_enough = [each for each in band.thinnings if 1.0 < each <= usual]
    return max(fine_enough, default=1.0)


def _goes_around(band: OpenBand, placing: Placing) -> bool:
    """Whether the pixels right of the last column are those of the first one."""
    if placing.period is None or not band.is_upright:
        return False
    corners = band.corners
    width = abs(corners[1, 0] - corners[0, 0])
    return bool(abs(width - placing.period) < _CLOSES_AROUND * width / band.width)


class _Grid(NamedTuple):
    """A raster, or a smaller copy of it, as one large grid."""

    band: OpenBand
    thinning: float
    columns: int
    rows: int
    goes_around: bool
    feedback: QgsFeedback

    def nearest(self, pixels: np.ndarray) -> FloatArray:
        """(n,) values of the pixels in which places lie."""
        with np.errstate(invalid="ignore"):
            within = ((pixels >= 0.0) & (pixels <= (self.columns, self.rows))).all(axis=1)
        values = np.full(len(pixels), np.nan)
        column, row = np.floor(pixels[within]).astype(np.intp).T
        values[within] = self._at(column, np.clip(row, 0, self.rows - 1))
        return values

    def bilinear(self, pixels: np.ndarray) -> FloatArray:
        """(n,) values between the middles of four pixels, those that are known.

        None where the pixel itself is unknown.
        """
        with np.errstate(invalid="ignore"):
            within = ((pixels >= 0.0) & (pixels <= (self.columns, self.rows))).all(axis=1)
        inside = pixels[within]
        first = np.floor(inside - 0.5)
        right, down = (inside - 0.5 - first).T
        column, row = first.astype(np.intp).T
        columns = np.stack([column, column + 1, column, column + 1])
        rows = np.clip(np.stack([row, row, row + 1, row + 1]), 0, self.rows - 1)
        weights = np.stack(
            [(1 - right) * (1 - down), right * (1 - down), (1 - right) * down, right * down]
        )
        around = self._at(columns.ravel(), rows.ravel()).reshape(4, -1)
        known = np.isfinite(around)
        weights = np.where(known, weights, 0.0)
        sums = np.where(known, around, 0.0) * weights
        own = np.argmax(np.stack([right < 0.5, right >= 0.5]), axis=0)
        own = own + 2 * (down >= 0.5)
        own_known = known[own, np.arange(len(own))]
        values = np.full(len(pixels), np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            values[within] = np.where(own_known, sums.sum(axis=0) / weights.sum(axis=0), np.nan)
        return values

    def _at(self, column: np.ndarray, row: np.ndarray) -> FloatArray:
        """Values of pixels; columns beyond an edge are those of its other side, or of the edge."""
        if self.goes_around:
            column = column % self.columns
        column = np.clip(column, 0, self.columns - 1)
        numbers, place = np.unique(row * self.columns + column, return_inverse=True)
        return self._read(numbers % self.columns, numbers // self.columns)[place]

    def _read(self, column: np.ndarray, row: np.ndarray) -> FloatArray:
        """Values of different pixels, one window a tile."""
        wide, tall = self.band.tile
        tile = (row // tall) * (self.columns // wide + 1) + column // wide
        order = np.argsort(tile, kind="stable")
        values = np.empty(len(column))
        groups = np.split(order, np.flatnonzero(np.diff(tile[order])) + 1)
        for number, group in enumerate(groups if len(order) else ()):
            if self.feedback.isCanceled():
                raise RunCancelledError
            left, top = column[group].min(), row[group].min()
            width, height = column[group].max() - left + 1, row[group].max() - top + 1
            where = (int(left), int(top), int(width), int(height))
            window = self.band.values(*where, self.thinning)
            values[group] = window[row[group] - top, column[group] - left]
            self.feedback.setProgress(100.0 * (number + 1) / len(groups))
        return values
