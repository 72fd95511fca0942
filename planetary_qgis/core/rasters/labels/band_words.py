"""Names and wavelengths of an image's bands, in nanometres."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from planetary_qgis.core.rasters.labels.image_objects import BandInfo
from planetary_qgis.core.rasters.labels.words import (
    Words,
    is_told,
    measured,
    number_in,
    spelled,
)

_NAMES = ("BAND_NAME", "BAND_BIN_FILTER_NAME", "FILTER_NAME", "BAND_BIN_NAME")
_ISIS_NAMES = ("FilterName", "Filter", "Filters", "Name", "BandName")
_CENTRES = ("BAND_BIN_CENTER", "CENTER_FILTER_WAVELENGTH", "CENTER_WAVELENGTH", "WAVELENGTH")
_WIDTHS = ("BAND_BIN_WIDTH", "BANDWIDTH", "FILTER_BANDWIDTH", "BAND_WIDTH")
_NANOMETRES = {
    "nm": 1.0,
    "nanometer": 1.0,
    "nanometre": 1.0,
    "um": 1000.0,
    "µm": 1000.0,
    "micron": 1000.0,
    "micrometer": 1000.0,
    "micrometre": 1000.0,
    "angstrom": 0.1,
    "a": 0.1,
    "m": 1e9,
}
_WITH_UNIT = re.compile(r"([\d.]+) *([A-Za-zµ]{1,2}m|microns?)", re.IGNORECASE)
"""640nm: what ISIS writes of Kaguya's Terrain Camera."""
_MICROMETRES_BELOW = 100.0
"""Without a unit: no camera of a planet looks at 0.1 mm or at 100 nm."""


def bands_of_pds3(words: Words, count: int) -> tuple[BandInfo, ...]:
    """One for each band of a PDS3 or ISIS2 image; none where the label says nothing of them."""
    return _bands(
        count,
        words.value(*_NAMES),
        words.value(*_CENTRES),
        words.value(*_WIDTHS),
        unit=words.text("BAND_BIN_UNIT", "WAVELENGTH_UNIT"),
        scales=words.numbers("BAND_BIN_MULTIPLIER"),
        offsets=words.numbers("BAND_BIN_BASE"),
    )


def bands_of_isis(band_bin: Words, count: int) -> tuple[BandInfo, ...]:
    """The same of an ISIS3 cube's BandBin group."""
    return _bands(
        count,
        band_bin.value(*_ISIS_NAMES),
        band_bin.value("Center", "WaveLength"),
        band_bin.value("Width", "BandWidth"),
        unit=band_bin.text("Unit", "Units"),
    )


def nanometres(value: Any, unit: str = "") -> float | None:
    """A wavelength in nanometres; without a unit its size tells whether it is in micrometres."""
    number = number_in(value)
    if number is None or number <= 0.0:
        return None
    spelling = unit.strip().lower()
    factor = _NANOMETRES.get(spelling, _NANOMETRES.get(spelling.rstrip("s")))
    if factor is None:
        factor = 1000.0 if number < _MICROMETRES_BELOW else 1.0
    return number * factor


def _bands(
    count: int,
    names: Any,
    centres: Any,
    widths: Any,
    *,
    unit: str,
    scales: Sequence[float] = (),
    offsets: Sequence[float] = (),
) -> tuple[BandInfo, ...]:
    """Lists that are not as long as there are bands say nothing of single bands."""
    named = [spelled(name) for name, _ in _one_each(names, count)]
    told = _lengths(centres, count)
    middles = [nanometres(centre, said or unit) for centre, said in told]
    factors = [_factor(number_in(centre), middle) for (centre, _), middle in zip(told, middles)]
    breadths = [
        _width(width, said or unit, _at(factors, band))
        for band, (width, said) in enumerate(_lengths(widths, count))
    ]
    if not (named or middles or breadths or len(scales) == count):
        return ()
    return tuple(
        BandInfo(
            name=_at(named, band) or "",
            wavelength_nm=_at(middles, band),
            width_nm=_at(breadths, band),
            scale=scales[band] if len(scales) == len(offsets) == count else None,
            offset=offsets[band] if len(scales) == len(offsets) == count else None,
        )
        for band in range(count)
    )


def _one_each(value: Any, count: int) -> list[tuple[Any, str]]:
    """A value and its unit a band."""
    items = measured(value) if is_told(value) else []
    return items if len(items) == count else []


def _lengths(value: Any, count: int) -> list[tuple[Any, str]]:
    """The same of lengths, whose unit may be written with them."""
    parted = [(_WITH_UNIT.fullmatch(str(v)), v, unit) for v, unit in _one_each(value, count)]
    return [(found[1], found[2]) if found else (v, unit) for found, v, unit in parted]


def _at(items: Sequence[Any], index: int) -> Any:
    return items[index] if index < len(items) else None


def _factor(centre: float | None, middle: float | None) -> float | None:
    """Nanometres a unit of the wavelength: the width shares it, though it is smaller."""
    return middle / centre if centre and middle else None


def _width(value: Any, unit: str, factor: float | None) -> float | None:
    number = number_in(value)
    if number is None or number <= 0.0:
        return None
    known = unit.strip().lower().rstrip("s") in _NANOMETRES or factor is None
    return nanometres(number, unit) if known else number * (factor or 1.0)
