"""Rasters that tests write: PDS3 products by hand, and GDAL's own formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from osgeo import gdal

TYPES = {
    "uint8": ("UNSIGNED_INTEGER", 8),
    "<i2": ("LSB_INTEGER", 16),
    ">i2": ("MSB_INTEGER", 16),
    "<f4": ("PC_REAL", 32),
}
MOON = """OBJECT = IMAGE_MAP_PROJECTION
 MAP_PROJECTION_TYPE = "SIMPLE CYLINDRICAL"
 A_AXIS_RADIUS = 1737.4 <km>
 B_AXIS_RADIUS = 1737.4 <km>
 C_AXIS_RADIUS = 1737.4 <km>
 POSITIVE_LONGITUDE_DIRECTION = "EAST"
 CENTER_LATITUDE = 0.0
 CENTER_LONGITUDE = 0.0
 LINE_FIRST_PIXEL = 1
 LINE_LAST_PIXEL = {lines}
 SAMPLE_FIRST_PIXEL = 1
 SAMPLE_LAST_PIXEL = {samples}
 MAP_PROJECTION_ROTATION = 0.0
 MAP_RESOLUTION = 1.0 <pix/deg>
 MAP_SCALE = 30.3 <km/pix>
 MAXIMUM_LATITUDE = {north}
 MINIMUM_LATITUDE = {south}
 WESTERNMOST_LONGITUDE = {west}
 EASTERNMOST_LONGITUDE = {east}
 LINE_PROJECTION_OFFSET = 10.5
 SAMPLE_PROJECTION_OFFSET = 20.5
 COORDINATE_SYSTEM_NAME = "PLANETOCENTRIC"
END_OBJECT = IMAGE_MAP_PROJECTION
"""


def pds3_label(
    data: str, shape: tuple[int, int, int], kind: str, more: str = "", after: str = ""
) -> str:
    """The text of a detached label for (bands, lines, samples) of numbers in a file."""
    bands, lines, samples = shape
    word, bits = TYPES[kind]
    return (
        f"PDS_VERSION_ID = PDS3\r\nRECORD_TYPE = FIXED_LENGTH\r\nRECORD_BYTES = {samples}\r\n"
        f'FILE_RECORDS = {lines}\r\n^IMAGE = "{data}"\r\nPRODUCT_ID = "MADE_BY_HAND"\r\n'
        f"TARGET_NAME = MOON\r\nOBJECT = IMAGE\r\n LINES = {lines}\r\n LINE_SAMPLES = {samples}\r\n"
        f" BANDS = {bands}\r\n BAND_STORAGE_TYPE = BAND_SEQUENTIAL\r\n SAMPLE_TYPE = {word}\r\n"
        f" SAMPLE_BITS = {bits}\r\n{more}END_OBJECT = IMAGE\r\n{after}END\r\n"
    )


def write_pds3(
    folder: Path, numbers: np.ndarray, *, kind: str = ">i2", more: str = "", after: str = ""
) -> Path:
    """A product of (bands, lines, samples); gives the label's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "PRODUCT.IMG").write_bytes(numbers.astype(kind).tobytes())
    label = folder / "PRODUCT.LBL"
    label.write_text(pds3_label("PRODUCT.IMG", numbers.shape, kind, more, after), encoding="ascii")
    return label


def write_tiff(
    path: Path, numbers: np.ndarray, *, options: tuple[str, ...] = (), **facts: float
) -> Path:
    """A GeoTIFF of (bands, lines, samples) with facts no_data, scale, offset in all bands."""
    types = {"uint8": gdal.GDT_Byte, "int16": gdal.GDT_Int16, "float32": gdal.GDT_Float32}
    bands, lines, samples = numbers.shape
    kind = types[numbers.dtype.name]
    made = gdal.GetDriverByName("GTiff").Create(
        str(path), samples, lines, bands, kind, list(options)
    )
    for number in range(bands):
        band = made.GetRasterBand(number + 1)
        band.WriteArray(numbers[number])
        for name, value in facts.items():
            {
                "no_data": band.SetNoDataValue,
                "scale": band.SetScale,
                "offset": band.SetOffset,
            }[name](value)
    made.FlushCache()
    return path
