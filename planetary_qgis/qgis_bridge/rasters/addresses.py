"""Where a raster is, as people say it and as GDAL calls it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from osgeo import gdal
from qgis.PyQt.QtCore import QUrl

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal

RASTER_ENDINGS = (
    *("img", "lbl", "xml", "cub", "qub", "dat", "raw", "imq", "ibg", "vic", "vicar", "fit", "fits"),
    *("fts", "tif", "tiff", "vrt", "jp2", "j2k", "jpx", "png", "jpg", "jpeg", "nc", "grd", "h5"),
    *("hdf", "hdf5", "he5", "asc", "dem", "bil", "bip", "bsq", "ers", "gtiff"),
)
"""How names of rasters end, without the dot, in lower case."""
ARCHIVES = {
    ".zip": "/vsizip/",
    ".tar": "/vsitar/",
}
PACKED = {".gz": "", ".tgz": ".tar"}
"""Endings of single files that have to be unpacked first, and what to put in their place."""
_WEB = ("http", "https", "ftp")
_SUBDATASET = re.compile(r"^[A-Za-z][A-Za-z0-9_]+:")
# As the archives' cloud-optimised files are meant to be read: in few requests, folders not listed,
# sidecars not asked for.
_REMOTE_OPTIONS = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "GDAL_HTTP_MULTIPLEX": "YES",
    "GDAL_HTTP_VERSION": "2",
    "GDAL_HTTP_CONNECTTIMEOUT": "15",
    "GDAL_HTTP_LOW_SPEED_LIMIT": "1",
    "GDAL_HTTP_LOW_SPEED_TIME": "30",
    "GDAL_HTTP_MAX_RETRY": "2",
    "GDAL_HTTP_RETRY_DELAY": "1",
    "VSI_CACHE": "TRUE",
    "VSI_CACHE_SIZE": "5000000",
}


@dataclass(frozen=True)
class Address:
    """Where a raster is.

    Attributes:
        text: As it was given.
        source: What GDAL calls it.
        path: The file on this machine; None for what is inside an archive, on the web, or a part of
            a file that has a name with GDAL only.
        url: On the web; empty elsewhere.
    """

    text: str
    source: str
    title: str
    path: Path | None = None
    url: str = ""

    @property
    def is_archive(self) -> bool:
        prefix = archive_prefix(self.title)
        return bool(prefix) and self.source.startswith(prefix)


def address_of(text: str) -> Address:
    """What a path, an address on the web, or one of GDAL's own names stands for.

    Raises:
        PlanetaryError: It is none.
    """
    text = text.strip().strip('"')
    if not text:
        raise PlanetaryError("No raster is named.", hint="Choose a file, or give an address.")
    parts = urlsplit(text)
    if parts.scheme.lower() in _WEB:
        return _on_the_web(text, parts.path)
    if parts.scheme.lower() == "file":
        text = QUrl(text).toLocalFile()
    if text.startswith("/vsi"):
        return Address(text, text, PurePosixPath(text).name or text, url=_url_within(text))
    path = Path(text).expanduser()
    if not path.exists() and _SUBDATASET.match(text) and not path.drive:
        return Address(text, text, text.rpartition("/")[2])
    prefix = archive_prefix(path.name)
    return Address(text, f"{prefix}{path}", path.name, None if prefix else path)


def archive_prefix(name: str) -> str:
    """What GDAL puts before an archive of that name to look into it; empty for other files."""
    lowered = name.lower()
    return next((ARCHIVES[end] for end in ARCHIVES if lowered.endswith(end)), "")


def unpacked_name(name: str) -> str:
    """What a packed file is called once it is unpacked; empty for others."""
    ending = PurePosixPath(name).suffix.lower()
    return f"{name[: -len(ending)]}{PACKED[ending]}" if ending in PACKED else ""


def members_of(address: Address) -> tuple[str, ...]:
    """What GDAL calls the rasters in an archive; labels come before the data they describe."""
    with quiet_gdal():
        names = gdal.ReadDirRecursive(address.source) or []
    found = [name for name in names if _ending(name) in RASTER_ENDINGS]
    labels = {PurePosixPath(name).with_suffix("") for name in found if is_label_name(name)}
    kept = [
        name
        for name in found
        if is_label_name(name) or PurePosixPath(name).with_suffix("") not in labels
    ]
    return tuple(f"{address.source}/{name}" for name in kept)


def is_label_name(name: str) -> bool:
    """Whether files of that name are labels beside their data."""
    return _ending(name) in ("lbl", "xml")


@contextmanager
def reading(address: Address) -> Iterator[None]:
    """GDAL's settings for reading there, for this thread, while the context lasts."""
    options = _REMOTE_OPTIONS if address.url else {}
    before = {name: gdal.GetThreadLocalConfigOption(name) for name in options}
    for name, value in options.items():
        gdal.SetThreadLocalConfigOption(name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            gdal.SetThreadLocalConfigOption(name, value)


def _on_the_web(text: str, path: str) -> Address:
    title = unquote(PurePosixPath(path).name) or text
    return Address(text, f"{archive_prefix(title)}/vsicurl/{text}", title, url=text)


def _url_within(source: str) -> str:
    return source.partition("/vsicurl/")[2]


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()
