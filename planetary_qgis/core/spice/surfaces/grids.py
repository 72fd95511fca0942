"""Where the pixels of a raster of heights lie on a body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import ographic_from_ocentric, wrap_180

FloatArray = NDArray[np.float64]


class Grid(Protocol):
    """Pixel centres of a raster on a body."""

    @property
    def wraps(self) -> bool:
        """Whether the last column's eastern neighbour is the first column."""

    def pixels(self, lon_e: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Fractional columns and rows of places, whole numbers at pixel centres.

        Args:
            lon_e, lat: Degrees, planetocentric.
        """

    def pixel_sizes(self, rows: int, columns: int) -> tuple[FloatArray, FloatArray]:
        """Smallest ground distances between neighbours across and down, km; (rows, 1) or (1, 1)."""


@dataclass(frozen=True)
class LonLatGrid:
    """Pixels along parallels and meridians.

    Attributes:
        west_e, north: Degrees, of the first pixel's centre; latitudes are those of the datum.
        step_e, step_south: Degrees from pixel to pixel.
        columns: How many there are.
        equatorial, polar: km, the datum's axes.
    """

    west_e: float
    north: float
    step_e: float
    step_south: float
    columns: int
    equatorial: float
    polar: float

    @property
    def wraps(self) -> bool:
        return abs(self.columns * self.step_e - 360.0) < 0.1 * self.step_e

    def pixels(self, lon_e: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        middle = (self.columns - 1) / 2.0
        away = wrap_180(lon_e - (self.west_e + middle * self.step_e))
        on_datum = ographic_from_ocentric(lat, equatorial=self.equatorial, polar=self.polar)
        return middle + away / self.step_e, (self.north - on_datum) / self.step_south

    def pixel_sizes(self, rows: int, columns: int) -> tuple[FloatArray, FloatArray]:  # noqa: ARG002
        lat = np.radians(self.north - self.step_south * np.arange(rows))
        a_degree = np.radians(min(self.equatorial, self.polar))
        # Rows at a pole have no width; a thousandth of a pixel stands for that.
        across = a_degree * self.step_e * np.maximum(np.cos(lat), 1e-3)
        return across[:, None], np.full((1, 1), a_degree * self.step_south)


@dataclass(frozen=True)
class PolarGrid:
    """Pixels of a polar stereographic map, true to scale at its pole, longitude 0 up or down.

    Attributes:
        north: Whether the north pole is in its middle.
        left, top: km, of the first pixel's centre.
        right_step, down_step: km from pixel to pixel.
        equatorial, polar: km, the datum's axes.
    """

    north: bool
    left: float
    top: float
    right_step: float
    down_step: float
    equatorial: float
    polar: float

    @property
    def wraps(self) -> bool:
        return False

    def pixels(self, lon_e: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Source: Snyder, Map Projections: A Working Manual (USGS PP 1395), eq. 15-9, 21-30, 33."""
        pole = 1.0 if self.north else -1.0
        on_datum = ographic_from_ocentric(lat, equatorial=self.equatorial, polar=self.polar)
        phi, lon = np.radians(pole * on_datum), np.radians(lon_e)
        e = np.sqrt(max(0.0, 1.0 - (self.polar / self.equatorial) ** 2))
        bend = ((1.0 - e * np.sin(phi)) / (1.0 + e * np.sin(phi))) ** (e / 2.0)
        scale = 2.0 * self.equatorial / np.sqrt((1.0 + e) ** (1.0 + e) * (1.0 - e) ** (1.0 - e))
        rho = scale * np.tan(np.pi / 4.0 - phi / 2.0) / bend
        x, y = rho * np.sin(lon), -pole * rho * np.cos(lon)
        return (x - self.left) / self.right_step, (self.top - y) / self.down_step

    def pixel_sizes(self, rows: int, columns: int) -> tuple[FloatArray, FloatArray]:
        farthest = np.hypot(
            max(abs(self.left), abs(self.left + columns * self.right_step)),
            max(abs(self.top), abs(self.top - rows * self.down_step)),
        )
        # The map stretches by 1 + (rho / 2R)² on a sphere; ground distances are that much shorter.
        stretched = 1.0 + (farthest / (2.0 * self.equatorial)) ** 2
        across, down = self.right_step / stretched, self.down_step / stretched
        return np.full((1, 1), across), np.full((1, 1), down)
