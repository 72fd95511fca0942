"""An image as plain numbers in a file: where each pixel's bytes lie, told to GDAL as a VRT."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr  # nosec B406 - writes XML, reads none

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.labels.image_objects import BYTES_OF, BandInfo

MOST_BANDS = 65_536
"""More bands than GDAL takes."""
_MOST_SIDE = 2**31 - 1


@dataclass(frozen=True)
class RawLayout:
    """An image whose pixels are plain numbers in a file.

    Attributes:
        data_type: GDAL's name.
        byte_order: "LSB", "MSB" or "VAX".
        image_offset: Bytes before the first pixel.
        pixel_offset, line_offset, band_offset: Bytes from one to the next.
        no_data: As stored, before scaling; as are the others of specials.
        scale, offset: value = number * scale + offset.
        band_infos: One a band; empty where the label says nothing of them.
    """

    name: str
    file: Path
    samples: int
    lines: int
    bands: int
    data_type: str
    byte_order: str
    image_offset: int
    pixel_offset: int
    line_offset: int
    band_offset: int
    no_data: float | None = None
    other_no_data: tuple[float, ...] = ()
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    band_infos: tuple[BandInfo, ...] = ()

    @property
    def takes_space(self) -> bool:
        """Whether it has at least one pixel and no more of them than GDAL reads."""
        sides = (self.samples, self.lines)
        return min(sides) > 0 and max(sides) <= _MOST_SIDE and 0 < self.bands <= MOST_BANDS

    @property
    def bytes_needed(self) -> int:
        """How long the file must be to hold all of it."""
        return self._end(self.lines, self.bands)

    def there(self) -> RawLayout | None:
        """What of it the file holds: whole lines of all bands, or else the first band's whole
        lines; None where there is not one."""
        size = size_of(self.file)
        if size >= self.bytes_needed:
            return self
        if self.line_offset < 0:  # the top of the image is at the file's end
            return None
        for bands in (self.bands, 1):
            lines = self._whole_lines(size, bands)
            if lines:
                return replace(self, lines=lines, bands=bands, band_infos=self.band_infos[:bands])
        return None

    def vrt(self, *, has_int8: bool = False) -> str:
        """Text of a GDAL VRT that reads it.

        Args:
            has_int8: Whether GDAL knows the type Int8 (from 3.7 on).
        """
        if not self.takes_space:
            raise PlanetaryError(
                f"{self.name} of {self.file.name} has {self.samples} samples, {self.lines} lines "
                f"and {self.bands} bands, which GDAL cannot read.",
                hint="Check the label: no image has that size.",
            )
        bands = "".join(self._band(band, has_int8) for band in range(self.bands))
        size = f'rasterXSize="{self.samples}" rasterYSize="{self.lines}"'
        return f"<VRTDataset {size}>\n{bands}</VRTDataset>\n"

    def _band(self, band: int, has_int8: bool) -> str:
        is_signed_byte = self.data_type == "Int8" and not has_int8
        data_type = "Byte" if is_signed_byte else self.data_type
        lines = [
            f'  <VRTRasterBand dataType="{data_type}" band="{band + 1}" '
            'subClass="VRTRawRasterBand">',
            *self._band_words(band),
            *(['    <Metadata domain="IMAGE_STRUCTURE">', _SIGNED] if is_signed_byte else []),
            *(["    </Metadata>"] if is_signed_byte else []),
            f'    <SourceFilename relativeToVRT="0">{escape(str(self.file))}</SourceFilename>',
            f"    <ImageOffset>{self.image_offset + band * self.band_offset}</ImageOffset>",
            f"    <PixelOffset>{self.pixel_offset}</PixelOffset>",
            f"    <LineOffset>{self.line_offset}</LineOffset>",
            f"    <ByteOrder>{self.byte_order}</ByteOrder>",
            "  </VRTRasterBand>",
        ]
        return "\n".join(lines) + "\n"

    def _band_words(self, band: int) -> Iterator[str]:
        info = self.band_infos[band] if band < len(self.band_infos) else BandInfo()
        if info.name:
            yield f"    <Description>{escape(info.name)}</Description>"
        if self.no_data is not None:
            yield f"    <NoDataValue>{self.no_data!r}</NoDataValue>"
        if self.unit:
            yield f"    <UnitType>{escape(self.unit)}</UnitType>"
        scale = self.scale if info.scale is None else info.scale
        offset = self.offset if info.offset is None else info.offset
        if (scale, offset) != (1.0, 0.0):
            yield f"    <Offset>{offset!r}</Offset>"
            yield f"    <Scale>{scale!r}</Scale>"
        if info.wavelength_nm is not None:
            yield "    <Metadata>"
            yield from _items("wavelength", info.wavelength_nm)
            yield from _items("wavelength_units", "nm")
            yield "    </Metadata>"

    def _whole_lines(self, size: int, bands: int) -> int:
        """How many lines of the first bands lie wholly in so many bytes."""
        low, high = 0, self.lines
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self._end(middle, bands) <= size else (low, middle - 1)
        return low

    def _end(self, lines: int, bands: int) -> int:
        last = (self.samples - 1) * self.pixel_offset + max((lines - 1) * self.line_offset, 0)
        last += (bands - 1) * self.band_offset + BYTES_OF[self.data_type]
        return self.image_offset + last


_SIGNED = '      <MDI key="PIXELTYPE">SIGNEDBYTE</MDI>'


def _items(key: str, value: object) -> Iterator[str]:
    yield f"      <MDI key={quoteattr(key)}>{escape(str(value))}</MDI>"


def size_of(file: Path) -> int:
    """Bytes of a file; 0 where it is not there."""
    try:
        return file.stat().st_size
    except OSError:
        return 0
