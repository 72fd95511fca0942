"""What a label says of each image in it: its size, its numbers, and where its bytes lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

BYTES_OF = {
    "Byte": 1,
    "Int8": 1,
    "UInt16": 2,
    "Int16": 2,
    "UInt32": 4,
    "Int32": 4,
    "UInt64": 8,
    "Int64": 8,
    "Float32": 4,
    "Float64": 8,
    "CFloat32": 8,
    "CFloat64": 16,
}
"""Bytes of a pixel by GDAL's name of its type."""

_NO_DATA = ("null", "missing", "invalid", "unknown", "not_applicable", "error")


@dataclass(frozen=True)
class BandInfo:
    """What a label says of one band; None and empty where it does not.

    Attributes:
        scale, offset: The band's own, where bands differ.
    """

    name: str = ""
    wavelength_nm: float | None = None
    width_nm: float | None = None
    scale: float | None = None
    offset: float | None = None


@dataclass(frozen=True)
class ImageFacts:
    """An image's size and what its numbers mean.

    Attributes:
        data_type: GDAL's name, a key of BYTES_OF; empty for what GDAL has no name for.
        scale, offset: value = number * scale + offset.
        specials: Numbers, as stored, that are no values: null, missing, invalid, unknown,
            not_applicable, error; lrs, lis, his, hrs (ISIS's low and high saturation), saturated.
    """

    samples: int
    lines: int
    bands: int = 1
    data_type: str = ""
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    specials: Mapping[str, float] = field(default_factory=dict)

    @property
    def no_data(self) -> float | None:
        """The number that says there is nothing; the first of those that the label names."""
        return next((self.specials[name] for name in _NO_DATA if name in self.specials), None)

    @property
    def other_no_data(self) -> tuple[float, ...]:
        """The other numbers that are no values, in ascending order, NaN left out."""
        others = {*self.specials.values()} - {self.no_data}
        return tuple(sorted(number for number in others if not math.isnan(number)))


@dataclass(frozen=True)
class Strides:
    """Bytes from the file's start to the first pixel, and from a pixel to its neighbours."""

    image: int
    pixel: int
    line: int
    band: int


@dataclass(frozen=True)
class ImageObject:
    """One image of a label.

    Attributes:
        name: As the label calls it.
        file_name: As the label spells it; empty for the label's own file.
        strides: None where its bytes are no plain rows of numbers.
        byte_order: "LSB", "MSB" or "VAX".
        encoding: The compression's or the other format's name; empty for plain numbers.
        packed_in: The file that holds the image's own in that encoding, as the label spells it.
        refusal: A sentence why it cannot be read as plain numbers; empty where it can.
        begin: Bytes before the first pixel, where strides do not tell.
        tile: Samples and lines of a tile, where it is kept in tiles.
    """

    name: str
    facts: ImageFacts
    file_name: str = ""
    strides: Strides | None = None
    byte_order: str = "MSB"
    bands: tuple[BandInfo, ...] = ()
    encoding: str = ""
    packed_in: str = ""
    refusal: str = ""
    begin: int = 0
    tile: tuple[int, int] | None = None

    @property
    def pixel_bytes(self) -> int:
        return BYTES_OF.get(self.facts.data_type, 0)

    def end(self, lines: int, bands: int) -> int:
        """The byte after the last pixel of the first lines of the first bands; 0 if unknown."""
        if self.strides is None or not self.pixel_bytes or not lines or not bands:
            return 0
        last = _last(self.facts.samples, self.strides.pixel) + _last(lines, self.strides.line)
        last += _last(bands, self.strides.band)
        return self.strides.image + last + self.pixel_bytes

    @property
    def bytes_needed(self) -> int:
        """How long its file must be; 0 where the label does not tell."""
        if self.tile is not None:
            return self.begin + _tiled_bytes(self.facts, self.tile)
        return self.end(self.facts.lines, self.facts.bands)


def _last(count: int, stride: int) -> int:
    """From the first to the furthest of so many; strides run backwards in bottom-up images."""
    return max((count - 1) * stride, 0)


def _tiled_bytes(facts: ImageFacts, tile: tuple[int, int]) -> int:
    """Bytes of an image that is kept in whole tiles."""
    across, down = math.ceil(facts.samples / tile[0]), math.ceil(facts.lines / tile[1])
    pixels = across * tile[0] * down * tile[1] * facts.bands
    return pixels * BYTES_OF.get(facts.data_type, 0)
