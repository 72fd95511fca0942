"""Rasters of archives, opened by GDAL where they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from osgeo import gdal
from qgis.core import QgsRasterLayer

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import gdal_told

# As the archives' cloud-optimised files are meant to be read: in few requests, folders not listed.
_REMOTE_OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "GDAL_HTTP_MULTIPLEX": "YES",
    "VSI_CACHE": "TRUE",
}


@dataclass(frozen=True)
class OpenRaster:
    """A raster that GDAL can open.

    Attributes:
        source: What GDAL calls it.
        warning: What to know before trusting where it lies.
    """

    source: str
    title: str
    warning: str = ""

    def layer(self) -> QgsRasterLayer:
        """A layer of it; for the main thread.

        Raises:
            PlanetaryError: QGIS cannot show it.
        """
        layer = QgsRasterLayer(self.source, self.title)
        if not layer.isValid():
            raise PlanetaryError(
                f"{self.title} cannot be shown.",
                details=layer.error().summary(),
                hint="Download it, and open it with the tools it was made for.",
            )
        return layer


def open_raster(address: str) -> OpenRaster:
    """What GDAL makes of a file or an address; nothing but its header is read.

    Raises:
        PlanetaryError: GDAL cannot open it; the details are its own words.
    """
    for option, value in _REMOTE_OPTIONS.items():
        gdal.SetThreadLocalConfigOption(option, value)
    try:
        return _opened(address)
    finally:
        for option in _REMOTE_OPTIONS:
            gdal.SetThreadLocalConfigOption(option, None)


def _opened(address: str) -> OpenRaster:
    is_remote = urlsplit(address).scheme in ("http", "https")
    source = f"/vsicurl/{address}" if is_remote else address
    title = PurePosixPath(urlsplit(address).path).name or address
    with gdal_told(
        f"GDAL cannot open {address}.",
        "Download the product with its label, or convert it with ISIS.",
    ):
        dataset = gdal.OpenEx(source, gdal.OF_RASTER)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
    return OpenRaster(source, title, _warning(dataset, title))


def _warning(dataset: gdal.Dataset, title: str) -> str:
    if dataset.GetGeoTransform(can_return_null=True) is None or dataset.GetSpatialRef() is None:
        return (
            f"{title} says nothing of where it lies: it is an unprojected image, "
            "drawn in lines and samples."
        )
    return ""
