"""Why a file is no raster that GDAL can open, and what to try."""

from __future__ import annotations

from pathlib import Path

from osgeo import gdal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.addresses import Address

_LOOKED_AT = 4096
_TABLE_ENDINGS = (".tab", ".csv", ".asc", ".txt")
_HTML = (b"<!doctype html", b"<html")
_LOG_IN = (b"password", b"log in", b"login", b"sign in")
_FORMATS: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000", ("JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID")),
    (b"\xff\x4f\xff\x51", "JPEG 2000", ("JP2OpenJPEG", "JP2KAK", "JP2ECW", "JP2MrSID")),
    (b"\x89HDF", "HDF5", ("HDF5", "netCDF")),
    (b"\x0e\x03\x13\x01", "HDF4", ("HDF4",)),
    (b"CDF", "netCDF", ("netCDF",)),
    (b"SIMPLE  =", "FITS", ("FITS",)),
    (b"II*\x00", "TIFF", ("GTiff",)),
    (b"MM\x00*", "TIFF", ("GTiff",)),
    (b"\x89PNG", "PNG", ("PNG",)),
    (b"\xff\xd8\xff", "JPEG", ("JPEG",)),
)


def check_before_opening(address: Address) -> None:
    """Raise for what GDAL would have only puzzling words.

    Raises:
        PlanetaryError: There is no such file, or it is a folder, empty, or not to be read.
    """
    path = address.path
    if path is None:
        return
    if not path.exists():
        raise PlanetaryError(
            f"There is no file {path}.", hint="Check its name, and whether its disk is connected."
        )
    if path.is_dir():
        raise PlanetaryError(
            f"{path} is a folder, not a raster.", hint="Choose a label or an image in it."
        )
    try:
        beginning = _beginning(path)
    except OSError as error:
        raise PlanetaryError(
            f"{path} cannot be read.", details=str(error), hint="Check your rights to the file."
        ) from error
    if not beginning:
        raise PlanetaryError(f"{path} is empty.", hint="Download it again.")


def refusal(address: Address, words: str, damage: list[str]) -> PlanetaryError:
    """What to say of something that GDAL cannot open.

    Args:
        words: GDAL's own.
        damage: Sentences that its label gives cause for.
    """
    if damage:
        return PlanetaryError(
            " ".join(damage), details=words, hint="Download it again, whole, with all its files."
        )
    what, hint = _by_content(address)
    return PlanetaryError(what or f"GDAL cannot open {address.text}.", details=words, hint=hint)


def is_web_page(beginning: bytes) -> bool:
    """Whether bytes are those of a page for people to read."""
    return beginning.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML)


def web_page_refusal(name: str, beginning: bytes) -> PlanetaryError:
    """What to say where a page for people came instead of an image."""
    asks = any(word in beginning.lower() for word in _LOG_IN)
    return PlanetaryError(
        f"{name} is a web page, not a raster.",
        details=beginning[:1000].decode("utf-8", "replace"),
        hint="The server asks for a log-in; download the product in a browser."
        if asks
        else "The server answered with a page in place of the product; check its address in a "
        "browser.",
    )


def lacks_driver(beginning: bytes) -> tuple[str, tuple[str, ...]]:
    """The format that begins so, and GDAL's drivers for it; empty where GDAL here has one."""
    for signature, name, drivers in _FORMATS:
        if beginning.startswith(signature):
            has_one = any(gdal.GetDriverByName(driver) is not None for driver in drivers)
            return ("", ()) if has_one else (name, drivers)
    return "", ()


def _by_content(address: Address) -> tuple[str, str]:
    """What can be said by the first bytes, and a hint."""
    beginning = b"" if address.path is None else _beginning(address.path)
    if is_web_page(beginning):
        error = web_page_refusal(address.text, beginning)
        return error.message, error.hint
    name, drivers = lacks_driver(beginning)
    if name:
        return (
            f"{address.title} is a {name} image, which the GDAL of this QGIS cannot read: it lacks "
            f"the driver {' or '.join(drivers)}.",
            "Install QGIS with that driver, or convert the image to GeoTIFF elsewhere.",
        )
    if address.title.lower().endswith(_TABLE_ENDINGS):
        return (
            f"{address.title} is a table, not a raster.",
            "Import it as an index in the dock Archive Search.",
        )
    if address.path is not None and not _has_label(address.path):
        return "", (
            "If its label is a file of its own, put it beside it under the same name; or convert "
            "it with ISIS."
        )
    return "", "Download the product with its label, or convert it with ISIS."


def _has_label(path: Path) -> bool:
    names = {each.name.lower() for each in path.parent.iterdir()}
    return any(f"{path.stem}{ending}".lower() in names for ending in (".lbl", ".xml"))


def _beginning(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_LOOKED_AT)
