"""Heights of a raster patch by patch, each with the pixels around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from osgeo import gdal

from planetary_qgis.qgis_bridge.dem_files import heights_told, metres_of
from planetary_qgis.qgis_bridge.rasters.relief.ground import Ground, ground_of
from planetary_qgis.qgis_bridge.rasters.relief.lies import Patch
from planetary_qgis.qgis_bridge.terrain import DemSource, reference_system

_PATCH = (512, 1024)
"""Rows and columns: some 4 MB a grid of numbers, of which the work needs about twenty."""
_RADII_ABOVE = 0.5
"""Values above that share of the body's radius are radii, not heights."""
_SAMPLED = 256


@dataclass(frozen=True)
class Heights:
    """A raster of heights, or of radii, in metres.

    Attributes:
        name: For messages.
        radii: Whether values are radii.
        projection: WKT of the CRS in which QGIS shows it.
    """

    name: str
    dataset: gdal.Dataset
    band: gdal.Band
    ground: Ground
    radii: bool
    projection: str

    @property
    def width(self) -> int:
        return self.dataset.RasterXSize

    @property
    def height(self) -> int:
        return self.dataset.RasterYSize

    @property
    def zero(self) -> float:
        """What heights count from: the figure's radius where values are radii."""
        return self.ground.figure.equatorial if self.radii else 0.0

    @cached_property
    def _closed(self) -> bool:
        return self.ground.closes_around(self.width, self.height)

    @cached_property
    def _over_poles(self) -> tuple[bool, bool]:
        """Whether the rows above the first and below the last lie over a pole."""
        if not self._closed:
            return False, False
        last = float(self.height)
        return (
            self.ground.goes_over_a_pole(self.width, 0.0, 0.5),
            self.ground.goes_over_a_pole(self.width, last, last - 0.5),
        )

    def patches(self) -> Iterator[Patch]:
        """All of the raster, from top to bottom."""
        rows, columns = _PATCH
        for top in range(0, self.height, rows):
            for left in range(0, self.width, columns):
                width, height = min(columns, self.width - left), min(rows, self.height - top)
                yield Patch(left, top, width, height)

    def with_rim(self, patch: Patch) -> np.ndarray:
        """(rows + 2, columns + 2) metres, NaN where unknown; global maps go on at their edges.

        Raises:
            PlanetaryError: GDAL cannot read them.
        """
        left, top, width, height = patch
        grid = np.full((height + 2, width + 2), np.nan)
        first, last = max(top - 1, 0), min(top + height + 1, self.height)
        rows = slice(first - top + 1, last - top + 1)
        west, east = max(left - 1, 0), min(left + width + 1, self.width)
        grid[rows, west - left + 1 : east - left + 1] = self._read(west, first, east, last)
        if self._closed and left == 0:
            grid[rows, 0] = self._read(self.width - 1, first, self.width, last)[:, 0]
        if self._closed and left + width == self.width:
            grid[rows, -1] = self._read(0, first, 1, last)[:, 0]
        # Half around the pole, the same row again.
        opposite = (np.arange(left - 1, left + width + 1) + self.width // 2) % self.width
        if top == 0 and self._over_poles[0]:
            grid[0] = self._read(0, 0, self.width, 1)[0, opposite]
        if top + height == self.height and self._over_poles[1]:
            grid[-1] = self._read(0, self.height - 1, self.width, self.height)[0, opposite]
        return grid

    def _read(self, west: int, first: int, east: int, last: int) -> np.ndarray:
        where = (west, first, east - west, last - first)
        with heights_told(self.name):
            raw = self.band.ReadAsArray(*where, buf_type=gdal.GDT_Float64)
            masked = self.band.GetMaskBand().ReadAsArray(*where)
            if raw is None or masked is None:
                raise RuntimeError(gdal.GetLastErrorMsg())
        return metres_of(self.band, raw, masked == 0)


def open_heights(dem: DemSource, band: int = 1) -> Heights:
    """A DEM's heights, ready to be read.

    Raises:
        PlanetaryError: GDAL cannot read it, or cannot tell where it lies.
    """
    srs = reference_system(dem.name, dem.crs)
    with heights_told(dem.name):
        dataset = gdal.OpenEx(dem.source, gdal.OF_RASTER)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        found = dataset.GetRasterBand(band)
        if found is None:
            raise RuntimeError(f"It has no band {band}.")
        if found.GetColorInterpretation() == gdal.GCI_PaletteIndex:
            raise RuntimeError("Its pixels are colours, not heights.")
        if dataset.GetGeoTransform(can_return_null=True) is None:
            raise RuntimeError("It says nothing of where its pixels lie.")
        ground = ground_of(dataset, srs, dem.body)
        radii = _are_radii(found, ground)
    return Heights(dem.name, dataset, found, ground, radii, dem.crs)


def _are_radii(band: gdal.Band, ground: Ground) -> bool:
    size = min(band.XSize, _SAMPLED), min(band.YSize, _SAMPLED)
    raw = band.ReadAsArray(buf_xsize=size[0], buf_ysize=size[1], buf_type=gdal.GDT_Float64)
    if raw is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    values = metres_of(band, raw, np.zeros(raw.shape, bool))
    known = values[np.isfinite(values)]
    return len(known) > 0 and float(np.median(known)) > _RADII_ABOVE * ground.figure.equatorial
