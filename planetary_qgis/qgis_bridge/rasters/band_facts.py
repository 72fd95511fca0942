"""What the numbers of a raster's bands mean, by its label where it has one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from osgeo import gdal

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.image_objects import BandInfo, ImageFacts, ImageObject
    from planetary_qgis.core.rasters.raster_labels import RasterLabel

Range = tuple[float, float]
_INVENTING_DRIVERS = ("PDS", "ISIS2", "ISIS3", "VICAR")
"""Where a label names no special numbers, these say what is usual elsewhere."""
_FLOATS = ("Float32", "Float64")
_SAME_FLOAT = 1e-6
_LARGEST = 1.7976931348623157e308
_RED_NM, _GREEN_NM, _BLUE_NM = 650.0, 550.0, 450.0
_RED_FROM_NM, _BLUE_TO_NM = 580.0, 510.0
_LENGTHS_NM = {
    **dict.fromkeys(("nm", "nanometer", "nanometers", "nanometre", "nanometres"), 1.0),
    **dict.fromkeys(("um", "µm", "micron", "microns", "micrometer", "micrometers"), 1000.0),
}
_RGB = (gdal.GCI_RedBand, gdal.GCI_GreenBand, gdal.GCI_BlueBand)


@dataclass(frozen=True)
class BandFacts:
    """A band, and what its numbers mean.

    Attributes:
        data_type: GDAL's name.
        no_data: Ranges of numbers, as stored, that are no values.
        null: The one of them that is written where there is nothing.
        scale, offset: value = number * scale + offset.
    """

    number: int
    data_type: str
    no_data: tuple[Range, ...] = ()
    null: float | None = None
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    name: str = ""
    wavelength_nm: float | None = None

    @property
    def is_scaled(self) -> bool:
        return (self.scale, self.offset) != (1.0, 0.0)

    @property
    def no_values(self) -> tuple[Range, ...]:
        """The ranges as they are once scaled."""
        return tuple(self._scaled(each) for each in self.no_data)

    def valid(self, numbers: np.ndarray) -> np.ndarray:
        """Those of the numbers, as stored, that are values; scaled."""
        keep = np.ones(len(numbers), dtype=bool)
        for low, high in self.no_data:
            keep &= ~((numbers >= low) & (numbers <= high))
        return numbers[keep].astype(np.float64) * self.scale + self.offset

    def _scaled(self, numbers: Range) -> Range:
        if not self.is_scaled:
            return numbers
        low, high = sorted(number * self.scale + self.offset for number in numbers)
        # QGIS scales in single precision, too; half a step aside is still no other number.
        slack = 1e-6 * max(abs(low), abs(high))
        if self.data_type not in _FLOATS:
            slack = 0.4 * abs(self.scale)
        return (low - slack, high + slack)


def bands_of(
    dataset: gdal.Dataset, label: RasterLabel | None = None, image: ImageObject | None = None
) -> tuple[BandFacts, ...]:
    """All bands of a raster.

    Args:
        image: Which of the label's images it is; None where the label describes no such one.
    """
    told = None if image is None or not _describes(image.facts, dataset) else image.facts
    infos = _infos(label, image, dataset.RasterCount)
    invents = dataset.GetDriver().ShortName in _INVENTING_DRIVERS
    return tuple(
        _band(dataset.GetRasterBand(number), number, told, infos[number - 1], invents)
        for number in range(1, dataset.RasterCount + 1)
    )


def colours_of(bands: Sequence[BandFacts], interpretations: Sequence[int]) -> tuple[int, ...]:
    """Numbers of the bands to show as red, green and blue; just one to show in grey.

    True colours where the wavelengths reach over the visible ones, else the longest as red.
    """
    named = [_numbered(interpretations, colour) for colour in _RGB]
    if all(named):
        return tuple(named)
    known = sorted((band for band in bands if band.wavelength_nm), key=_wavelength_nm)
    if len({band.wavelength_nm for band in known}) < len(_RGB):
        return (1,)
    if _wavelength_nm(known[0]) <= _BLUE_TO_NM and _wavelength_nm(known[-1]) >= _RED_FROM_NM:
        chosen = tuple(_nearest(known, each) for each in (_RED_NM, _GREEN_NM, _BLUE_NM))
        if len(set(chosen)) == len(_RGB):
            return chosen
    return tuple(known[int(part * len(known))].number for part in (5 / 6, 3 / 6, 1 / 6))


def _numbered(interpretations: Sequence[int], colour: int) -> int:
    """The number of the band that is that colour, 0 if none is."""
    return next((n for n, each in enumerate(interpretations, 1) if each == colour), 0)


def _nearest(bands: Iterable[BandFacts], wavelength_nm: float) -> int:
    return min(bands, key=lambda band: abs(_wavelength_nm(band) - wavelength_nm)).number


def _wavelength_nm(band: BandFacts) -> float:
    return band.wavelength_nm or 0.0


def _describes(told: ImageFacts, dataset: gdal.Dataset) -> bool:
    """Whether a label's image is this one; its lines may have been cut short."""
    return told.samples == dataset.RasterXSize and told.lines >= dataset.RasterYSize


def _infos(
    label: RasterLabel | None, image: ImageObject | None, count: int
) -> tuple[BandInfo | None, ...]:
    """What the label says of each band; nothing where it speaks of another number of bands."""
    for told in (image.bands if image else (), label.bands if label else ()):
        if len(told) >= count:
            return tuple(told[:count])
    return (None,) * count


def _band(
    band: gdal.Band, number: int, told: ImageFacts | None, info: BandInfo | None, invents: bool
) -> BandFacts:
    scale, offset = band.GetScale(), band.GetOffset()
    scale, offset = 1.0 if scale is None else scale, offset or 0.0
    if told is not None and (told.scale, told.offset) != (1.0, 0.0):
        scale, offset = told.scale, told.offset
    data_type = gdal.GetDataTypeName(band.DataType)
    stated = None if told and (told.specials or invents) else _stated(band)
    numbers = sorted({*told.specials.values()}) if told and stated is None else []
    return BandFacts(
        number=number,
        data_type=data_type,
        no_data=_ranges(numbers if stated is None else [stated], data_type),
        null=told.no_data if told and stated is None else stated,
        scale=scale,
        offset=offset,
        unit=(told.unit if told else "") or band.GetUnitType(),
        name=(info.name if info else "") or band.GetDescription(),
        wavelength_nm=(info.wavelength_nm if info else None) or _told_wavelength(band),
    )


def _stated(band: gdal.Band) -> float | None:
    """The number that GDAL takes for nothing; NaN is nothing anyway."""
    stated = band.GetNoDataValue()
    return None if stated is None or math.isnan(stated) else stated


def _ranges(numbers: Sequence[float], data_type: str) -> tuple[Range, ...]:
    if data_type not in _FLOATS:
        return tuple((number, number) for number in numbers)
    return _merged([_float_range(number) for number in numbers if not math.isnan(number)])


def _float_range(number: float) -> Range:
    """A number, however files and languages round it."""
    if math.isinf(number):
        return (number, number)
    slack = _SAME_FLOAT * abs(number)
    return (max(number - slack, -_LARGEST), min(number + slack, _LARGEST))


def _merged(ranges: Sequence[Range]) -> tuple[Range, ...]:
    """The same numbers in as few ranges: ISIS's special ones lie side by side."""
    merged: list[Range] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return tuple(merged)


def _told_wavelength(band: gdal.Band) -> float | None:
    """Nanometres that a band's metadata tell, as several drivers spell them."""
    told = {name.lower(): value for name, value in band.GetMetadata().items()}
    unit = told.get("wavelength_unit", told.get("wavelength_units", "")).strip().lower()
    try:
        wavelength = float(told.get("wavelength", "")) * _LENGTHS_NM[unit]
    except (ValueError, KeyError):
        return None
    return wavelength if wavelength > 0.0 else None
