"""Bands of rasters as tasks read them: windows of values as QGIS shows them, NaN for no-data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProviderRegistry,
    QgsRasterLayer,
    QgsRasterRange,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import metres_in
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.addresses import address_of, reading

_READ_HINT = "Check that the file is whole and in reach, or save it as a GeoTIFF and use that."
_WIDEST_TILE = 2048
_NARROWED_TILE = 1024
_TALLEST_TILE = 2048
_LEAST_ROWS = 256
_MASKED = gdal.GMF_PER_DATASET | gdal.GMF_ALPHA


class ValueRange(NamedTuple):
    """Values that a user takes for no-data."""

    low: float
    high: float
    with_low: bool
    with_high: bool

    def holds(self, values: np.ndarray) -> np.ndarray:
        above = values >= self.low if self.with_low else values > self.low
        below = values <= self.high if self.with_high else values < self.high
        return above & below


@dataclass(frozen=True)
class RasterSource:
    """One band of a raster layer, as a task may read it.

    Attributes:
        source: What GDAL calls it.
        crs: In which QGIS shows it.
        scale, offset: What QGIS does to the values of the file.
        honours_no_data: Whether QGIS hides the file's own no-data value.
        no_data: What else QGIS hides, in values as it shows them.
    """

    name: str
    source: str
    options: tuple[str, ...]
    band: int
    crs: QgsCoordinateReferenceSystem
    scale: float = 1.0
    offset: float = 0.0
    honours_no_data: bool = True
    no_data: tuple[ValueRange, ...] = ()


def raster_source(layer: QgsRasterLayer, band: int | None = None) -> RasterSource:
    """A band of a raster layer; for the main thread.

    Args:
        band: By default the one that the layer shows.

    Raises:
        PlanetaryError: It is not read by GDAL, has no such band, or does not tell where it lies.
    """
    provider, crs = layer.dataProvider(), layer.crs()
    if layer.providerType() != "gdal" or provider is None:
        raise PlanetaryError(
            f"The layer {layer.name()} is not read by GDAL, so that its values cannot be had.",
            hint="Save it as a GeoTIFF, and choose that.",
        )
    if not crs.isValid():
        raise PlanetaryError(
            f"The layer {layer.name()} says nothing of where it lies.",
            hint="Give it its coordinate reference system.",
        )
    number = shown_band(layer) if band is None else band
    if not 1 <= number <= layer.bandCount():
        raise PlanetaryError(
            f"The layer {layer.name()} has no band {number}.",
            hint=f"Choose one from 1 to {layer.bandCount()}.",
        )
    parts = QgsProviderRegistry.instance().decodeUri("gdal", layer.source())
    return RasterSource(
        name=layer.name(),
        source=_gdal_name(layer.source(), parts),
        options=tuple(parts.get("openOptions") or ()),
        band=number,
        crs=QgsCoordinateReferenceSystem(crs),
        scale=provider.bandScale(number),
        offset=provider.bandOffset(number),
        honours_no_data=provider.useSourceNoDataValue(number),
        no_data=tuple(map(_range_of, provider.userNoDataValues(number))),
    )


def shown_band(layer: QgsRasterLayer) -> int:
    """The number of the band that a layer shows, the first of several."""
    renderer = layer.renderer()
    bands = renderer.usesBands() if renderer is not None else []
    return bands[0] if bands and bands[0] > 0 else 1


class OpenBand:
    """A band that is open, for the thread that opened it.

    Attributes:
        width, height: In pixels.
        unit: Of the values; "" where the raster says none.
        metres: How many a unit of the values is; None where they are no heights: pictures of eight
            bits that say no unit are taken for brightness.
        tile: Columns and rows that are best read together.
        thinnings: By how much the raster's smaller copies (overviews) are smaller, ascending.
    """

    def __init__(self, source: RasterSource) -> None:
        """Open it.

        Raises:
            PlanetaryError: GDAL cannot open it, or cannot tell where it lies.
        """
        self._source = source
        self._address = address_of(source.source)
        with self._told():
            self._dataset = _opened(source)
            self._band = self._dataset.GetRasterBand(source.band)
            if self._band is None:
                raise RuntimeError(f"It has no band {source.band}.")
        self.width, self.height = self._dataset.RasterXSize, self._dataset.RasterYSize
        self.unit = self._band.GetUnitType().strip()
        is_picture = not self.unit and self._band.DataType == gdal.GDT_Byte
        self.metres = None if is_picture else metres_in(self.unit)
        self._transform = self._dataset.GetGeoTransform()
        self._inverse = gdal.InvGeoTransform(self._transform)
        if self._inverse is None:
            raise PlanetaryError(
                f"{source.name} does not tell how large its pixels are.",
                hint="Georeference it, then use it again.",
            )
        self.tile = _tile_of(self._band)
        self.thinnings = tuple(
            self.width / self._band.GetOverview(number).XSize
            for number in range(self._band.GetOverviewCount())
        )

    @property
    def name(self) -> str:
        return self._source.name

    @property
    def corners(self) -> np.ndarray:
        """(4, 2) places of the raster's corners in its CRS."""
        width, height = float(self.width), float(self.height)
        return self.places(np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]]))

    @property
    def is_upright(self) -> bool:
        """Whether rows and columns run along the axes of the CRS."""
        return self._transform[2] == 0.0 and self._transform[4] == 0.0

    def pixels(self, places: np.ndarray) -> np.ndarray:
        """(n, 2) columns and rows, counted from the first pixel's outer corner."""
        return _applied(self._inverse, places)

    def places(self, pixels: np.ndarray) -> np.ndarray:
        """(n, 2) places in the raster's CRS."""
        return _applied(self._transform, pixels)

    def size_of(self, thinning: float) -> tuple[int, int]:
        """Columns and rows of the raster, or of one of its smaller copies."""
        band = self._band_of(thinning)
        return band.XSize, band.YSize

    def values(
        self, left: int, top: int, width: int, height: int, thinning: float = 1.0
    ) -> np.ndarray:
        """(height, width) float64 values of a window, NaN where nothing is known.

        Raises:
            PlanetaryError: GDAL cannot read them.
        """
        band, where = self._band_of(thinning), (left, top, width, height)
        with self._told():
            raw = band.ReadAsArray(*where)
            if raw is None:
                raise RuntimeError(gdal.GetLastErrorMsg())
            unknown = self._unknown(band, raw, where)
        if np.iscomplexobj(raw):
            raise PlanetaryError(
                f"The values of {self.name} are complex numbers.",
                hint="Make a raster of their amplitude first.",
            )
        values = raw.astype(np.float64) * self._source.scale + self._source.offset
        unknown |= ~np.isfinite(values)
        for hidden in self._source.no_data:
            unknown |= hidden.holds(values)
        values[unknown] = np.nan
        return values

    def _unknown(self, band: gdal.Band, raw: np.ndarray, where: tuple[int, ...]) -> np.ndarray:
        unknown = np.zeros(raw.shape, dtype=bool)
        no_data = band.GetNoDataValue() if self._source.honours_no_data else None
        if no_data is not None:
            with np.errstate(over="ignore"):
                unknown |= raw == (np.float32(no_data) if raw.dtype == np.float32 else no_data)
        if band.GetMaskFlags() & _MASKED:
            unknown |= band.GetMaskBand().ReadAsArray(*where) == 0
        return unknown

    def _band_of(self, thinning: float) -> gdal.Band:
        if thinning == 1.0:
            return self._band
        return self._band.GetOverview(self.thinnings.index(thinning))

    @contextmanager
    def _told(self) -> Iterator[None]:
        sentence = f"The values of {self._source.name} cannot be read."
        with reading(self._address), gdal_told(sentence, _READ_HINT):
            yield


def _opened(source: RasterSource) -> gdal.Dataset:
    dataset = gdal.OpenEx(source.source, gdal.OF_RASTER, open_options=list(source.options))
    if dataset is None:
        raise RuntimeError(gdal.GetLastErrorMsg())
    if dataset.GetGeoTransform(can_return_null=True) is None and dataset.GetGCPCount():
        # As QGIS does: control points alone become a raster along the axes of their CRS.
        dataset = gdal.AutoCreateWarpedVRT(dataset)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
    return dataset


def _gdal_name(source: str, parts: dict[str, object]) -> str:
    """The layer's source without what only QGIS understands."""
    return source.partition("|option:")[0] if parts.get("openOptions") else source


def _range_of(hidden: QgsRasterRange) -> ValueRange:
    bounds, kinds = hidden.bounds(), QgsRasterRange.BoundsType
    return ValueRange(
        -np.inf if np.isnan(hidden.min()) else hidden.min(),
        np.inf if np.isnan(hidden.max()) else hidden.max(),
        bounds in (kinds.IncludeMinAndMax, kinds.IncludeMin),
        bounds in (kinds.IncludeMinAndMax, kinds.IncludeMax),
    )


def _tile_of(band: gdal.Band) -> tuple[int, int]:
    """Whole blocks, several where they are thin strips, parts where they are huge."""
    width, height = band.GetBlockSize()
    if width > _WIDEST_TILE:
        width = _NARROWED_TILE
    rows = height * max(1, _LEAST_ROWS // height)
    return width, min(rows, _TALLEST_TILE)


def _applied(transform: tuple[float, ...], places: np.ndarray) -> np.ndarray:
    x, y = places[:, 0], places[:, 1]
    return np.stack(
        [
            transform[0] + transform[1] * x + transform[2] * y,
            transform[3] + transform[4] * x + transform[5] * y,
        ],
        axis=1,
    )
