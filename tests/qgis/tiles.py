"""Pictures of one colour, as tile services send them."""

from __future__ import annotations

from osgeo import gdal

TILE = 256


def painted(red: int, green: int, blue: int, width: int = TILE) -> bytes:
    """A picture of one colour, as PNG."""
    memory = gdal.GetDriverByName("MEM").Create("", width, TILE, 3)
    for band, value in enumerate((red, green, blue), start=1):
        memory.GetRasterBand(band).Fill(value)
    path = f"/vsimem/tile-{red}-{green}-{blue}.png"
    gdal.GetDriverByName("PNG").CreateCopy(path, memory)
    file = gdal.VSIFOpenL(path, "rb")
    content = bytes(gdal.VSIFReadL(1, 1_000_000, file))
    gdal.VSIFCloseL(file)
    gdal.Unlink(path)
    return content
