"""Rasters of heights read by GDAL, as pixels along parallels and meridians or around a pole."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from osgeo import gdal, osr

from planetary_qgis.qgis_bridge.gdal_words import gdal_told

if TYPE_CHECKING:
    from planetary_qgis.core.spice.surfaces.grids import Grid

MOST_PIXELS = 12_000_000
"""More are averaged; heights and the work with them then take some 200 MB."""
_MARGIN = 0.3
"""Of the width of the places, on each side."""
_LEAST_MARGIN_PIXELS = 16
_POLAR_LATITUDE = 75.0
_LATTICE = 21
_NOT_A_HEIGHT = 1e9


@dataclass(frozen=True)
class Datum:
    """The figure that a raster's latitudes count on; axes in metres."""

    equatorial: float
    polar: float
    ocentric: bool


@dataclass(frozen=True)
class Placed:
    """A raster whose rows and columns run along something simple.

    Attributes:
        left, top: Of the first pixel's outer corner: degrees, or metres around a pole.
        right_step, down_step: From pixel to pixel.
        pole: 1 around the north pole, -1 around the south pole, 0 along parallels.
    """

    dataset: gdal.Dataset
    datum: Datum
    left: float
    top: float
    right_step: float
    down_step: float
    pole: int

    def grid(self, window: Window) -> Grid:
        """The grid of pixels read from a window."""
        from planetary_qgis.core.spice.surfaces.grids import LonLatGrid, PolarGrid

        right, down = (
            self.right_step * window.width / window.columns,
            self.down_step * window.height / window.rows,
        )
        first_x = self.left + self.right_step * window.left + right / 2.0
        first_y = self.top - self.down_step * window.top - down / 2.0
        equatorial, polar = self.datum.equatorial / 1000.0, self.datum.polar / 1000.0
        if self.pole:
            return PolarGrid(
                north=self.pole > 0,
                left=first_x / 1000.0,
                top=first_y / 1000.0,
                right_step=right / 1000.0,
                down_step=down / 1000.0,
                equatorial=equatorial,
                polar=polar,
            )
        return LonLatGrid(
            west_e=first_x,
            north=first_y,
            step_e=right,
            step_south=down,
            columns=window.columns,
            equatorial=equatorial,
            polar=equatorial if self.datum.ocentric else polar,
        )

    def window(self, lon_e: np.ndarray, lat: np.ndarray) -> Window:
        """The pixels around these places, or all where there are none."""
        width, height = self.dataset.RasterXSize, self.dataset.RasterYSize
        whole = Window(0, 0, width, height, width, height)
        if len(lon_e):
            columns, rows = self.grid(whole).pixels(lon_e, lat)
            left, right = _span(columns, width)
            top, bottom = _span(rows, height)
            if left < right and top < bottom:
                whole = Window(left, top, right - left, bottom - top, right - left, bottom - top)
        return whole.thinned()


@dataclass(frozen=True)
class Window:
    """Pixels to read, and how many rows and columns to make of them."""

    left: int
    top: int
    width: int
    height: int
    columns: int
    rows: int

    def thinned(self) -> Window:
        """The same window in as many pixels as memory allows."""
        times = max(1.0, float(np.sqrt(self.width * self.height / MOST_PIXELS)))
        columns, rows = max(2, round(self.width / times)), max(2, round(self.height / times))
        return Window(
            self.left,
            self.top,
            self.width,
            self.height,
            min(columns, self.width),
            min(rows, self.height),
        )


def placed(source: str, name: str, srs: osr.SpatialReference) -> Placed:
    """The raster; warped where its map projection is not a simple one.

    Raises:
        PlanetaryError: GDAL cannot read it, or cannot tell where it lies.
    """
    with heights_told(name):
        dataset = gdal.OpenEx(source, gdal.OF_RASTER)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        if gdal.GCI_PaletteIndex == dataset.GetRasterBand(1).GetColorInterpretation():
            raise RuntimeError("Its pixels are colours, not heights.")
        return _simple(dataset, srs) or _warped(dataset, srs)


def values_in(raster: Placed, window: Window, name: str) -> np.ndarray:
    """(rows, columns) float32 metres, NaN where the raster knows none.

    Raises:
        PlanetaryError: GDAL cannot read them.
    """
    band = raster.dataset.GetRasterBand(1)
    where = (window.left, window.top, window.width, window.height, window.columns, window.rows)
    with heights_told(name):
        raw = band.ReadAsArray(*where, buf_type=gdal.GDT_Float32, resample_alg=gdal.GRIORA_Average)
        if raw is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        masked = band.GetMaskBand().ReadAsArray(*where) == 0
    return metres_of(band, raw, masked)


def metres_of(band: gdal.Band, raw: np.ndarray, masked: np.ndarray) -> np.ndarray:
    """What a band's values mean, as raw's type; NaN where they are masked or no heights."""
    no_data = band.GetNoDataValue()
    if no_data is not None:
        masked = masked | (raw == raw.dtype.type(no_data))
    scale, offset = band.GetScale(), band.GetOffset()
    metres = raw * np.float64(1.0 if scale is None else scale) + (offset or 0.0)
    metres *= metres_a_unit(band)
    return np.where(masked | ~(np.abs(metres) < _NOT_A_HEIGHT), np.nan, metres)


def metres_a_unit(band: gdal.Band) -> float:
    """Metres in what a band's heights count, 1 where it does not say."""
    kilometres = ("km", "kilometer", "kilometers", "kilometre", "kilometres")
    return 1000.0 if band.GetUnitType().strip().lower() in kilometres else 1.0


def _simple(dataset: gdal.Dataset, srs: osr.SpatialReference) -> Placed | None:
    """A raster along parallels and meridians as it is; None for others."""
    left, right_step, skew, top, other_skew, up_step = dataset.GetGeoTransform()
    if skew or other_skew or right_step <= 0.0 or up_step >= 0.0:
        return None
    datum, terms = datum_of(srs), proj_terms(srs)
    x_degree = y_degree = 1.0
    lon_0 = lat_0 = x_0 = y_0 = 0.0
    if terms.get("proj") == "eqc" and terms.get("units", "m") == "m":
        y_degree = np.radians(datum.equatorial)
        x_degree = y_degree * np.cos(np.radians(float(terms.get("lat_ts", 0.0))))
        lon_0, lat_0, x_0, y_0 = (
            float(terms.get(k, 0.0)) for k in ("lon_0", "lat_0", "x_0", "y_0")
        )
    elif terms.get("proj") != "longlat":
        return None
    return Placed(
        dataset=dataset,
        datum=datum,
        left=lon_0 + (left - x_0) / x_degree,
        top=lat_0 + (top - y_0) / y_degree,
        right_step=right_step / x_degree,
        down_step=-up_step / y_degree,
        pole=0,
    )


def _warped(dataset: gdal.Dataset, srs: osr.SpatialReference) -> Placed:
    """A raster of any other map projection, warped: near a pole around it, else along parallels."""
    datum = datum_of(srs)
    axes = f"+a={datum.equatorial!r} +b={datum.polar!r} +units=m +no_defs"
    lon, lat = _lattice(dataset, srs, f"+proj=longlat {axes}")
    pole = int(np.sign(lat.mean())) if np.abs(lat).max() > _POLAR_LATITUDE else 0
    lon_0 = float(np.degrees(np.angle(np.exp(1j * np.radians(lon)).mean())))
    target = (
        f"+proj=stere +lat_0={90 * pole} +k=1 {axes}"
        if pole
        else f"+proj=eqc +lon_0={lon_0!r} {axes}"
    )
    virtual = gdal.Warp(
        "",
        dataset,
        format="VRT",
        srcSRS=srs.ExportToProj4(),
        dstSRS=target,
        resampleAlg="bilinear",
        outputType=gdal.GDT_Float32,
        dstNodata=float("nan"),
    )
    if virtual is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    left, right_step, _, top, _, up_step = virtual.GetGeoTransform()
    degree = 1.0 if pole else np.radians(datum.equatorial)
    return Placed(
        dataset=virtual,
        datum=datum,
        left=(0.0 if pole else lon_0) + left / degree,
        top=top / degree,
        right_step=right_step / degree,
        down_step=-up_step / degree,
        pole=pole,
    )


def _lattice(
    dataset: gdal.Dataset, srs: osr.SpatialReference, lon_lat: str
) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes, on the raster's datum, of places all over it."""
    left, x_right, x_down, top, y_right, y_down = dataset.GetGeoTransform()
    columns, rows = (
        part.ravel()
        for part in np.meshgrid(
            np.linspace(0, dataset.RasterXSize, _LATTICE),
            np.linspace(0, dataset.RasterYSize, _LATTICE),
        )
    )
    x, y = left + x_right * columns + x_down * rows, top + y_right * columns + y_down * rows
    source, target = osr.SpatialReference(), osr.SpatialReference()
    source.ImportFromProj4(srs.ExportToProj4())
    target.ImportFromProj4(lon_lat)
    for system in (source, target):
        system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    found = np.array(osr.CoordinateTransformation(source, target).TransformPoints(np.c_[x, y]))
    known = found[np.isfinite(found[:, :2]).all(axis=1)]
    if not len(known):
        raise RuntimeError(f"Its map projection has no inverse: {srs.ExportToProj4()}")
    return known[:, 0], known[:, 1]


def datum_of(srs: osr.SpatialReference) -> Datum:
    """The figure that a CRS stands on."""
    equatorial, polar = srs.GetSemiMajor(), srs.GetSemiMinor()
    return Datum(equatorial, polar, "ocentric" in (srs.GetName() or "").lower())


def proj_terms(srs: osr.SpatialReference) -> dict[str, str]:
    """The terms of a PROJ string: {"proj": "eqc", "lon_0": "180", …}."""
    words = (word.lstrip("+").partition("=") for word in srs.ExportToProj4().split())
    return {name: value for name, _, value in words}


def _span(numbers: np.ndarray, count: int) -> tuple[int, int]:
    """The first pixel and the one behind the last of those numbered, with a margin."""
    known = numbers[np.isfinite(numbers)]
    first, last = (known.min(), known.max()) if len(known) else (0.0, count)
    margin = _MARGIN * (last - first) + _LEAST_MARGIN_PIXELS
    return int(max(0, np.floor(first - margin))), int(min(count, np.ceil(last + margin)))


def heights_told(name: str) -> AbstractContextManager[None]:
    """GDAL's complaints while the heights of a raster are read, as errors."""
    return gdal_told(
        f"The heights of {name} cannot be read.",
        "Check that the raster draws in QGIS, or warp it to its body's longitudes and latitudes.",
    )
