"""Rasters of archives, opened where they are: files, labels, archives, addresses on the web."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from osgeo import gdal
from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters import remote
from planetary_qgis.qgis_bridge.rasters.addresses import (
    Address,
    address_of,
    is_label_name,
    members_of,
    reading,
    unpacked_name,
)
from planetary_qgis.qgis_bridge.rasters.describing import described
from planetary_qgis.qgis_bridge.rasters.images import checked, image_of
from planetary_qgis.qgis_bridge.rasters.opened import OpenRaster
from planetary_qgis.qgis_bridge.rasters.refusals import check_before_opening
from planetary_qgis.qgis_bridge.rasters.unpacking import unpacked
from planetary_qgis.qgis_bridge.store import RunCancelledError

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel

__all__ = ["OpenRaster", "open_raster"]

_FIRST_BYTES = 65_536


def open_raster(
    address: str, feedback: QgsFeedback | None = None, *, label_address: str = "", image: int = 0
) -> OpenRaster:
    """What GDAL makes of a file or an address; of the pixels just a sample is read.

    Runs in tasks: what it hands back makes the layer, on the main thread.

    Args:
        address: A path, an address on the web, a member of an archive (/vsizip/…), or a label.
        label_address: Where an archive says that its label is.
        image: Which one, where the file holds several.

    Raises:
        PlanetaryError: It cannot be opened; the details are GDAL's own words.
        RunCancelledError: The feedback was cancelled.
    """
    feedback = feedback or QgsFeedback()
    where = address_of(address)
    check_before_opening(where)
    if where.path is not None and unpacked_name(where.title):
        return replace(
            open_raster(str(unpacked(where.path, feedback)), feedback, image=image),
            address=where.text,
        )
    if where.is_archive:
        return _of_archive(where, feedback, image)
    if where.url.startswith("http") and where.source.startswith("/vsicurl/"):
        return _of_web(where, label_address, feedback, image)
    return _opened(where, _label_beside(where), feedback, image)


def _of_archive(where: Address, feedback: QgsFeedback, image: int) -> OpenRaster:
    """One of the rasters in an archive."""
    with reading(where):
        members = members_of(where)
    if not members:
        raise PlanetaryError(
            f"There is no raster in {where.title} that its name would tell.",
            hint="Unpack it, and open what came out of it.",
        )
    number = checked(image, len(members), where.title)
    try:
        opened = open_raster(members[number], feedback)
    except PlanetaryError:
        label = None if where.url else _tolerant(lambda: _label_of(Path(where.text)))
        if label is None or label.path == Path(where.text):
            raise
        return open_raster(str(label.path), feedback)  # which says what is packed in the archive
    if len(members) == 1:
        return replace(opened, address=where.text)
    names = tuple(member[len(where.source) + 1 :] for member in members)
    return replace(opened, images=names, image=number)


def _of_web(where: Address, told_label: str, feedback: QgsFeedback, image: int) -> OpenRaster:
    """A raster on the web, read there where GDAL can, and fetched where it cannot."""
    from planetary_qgis.core.rasters.raster_labels import label_from_text

    seen = remote.glimpse(where.url, feedback)
    if unpacked_name(where.title):
        packed = remote.fetched(where.url, where.url, feedback)
        return replace(open_raster(str(packed), feedback, image=image), address=where.text)
    label = _tolerant(lambda: label_from_text(seen.beginning, where.title))
    if seen.in_parts:
        try:
            return _opened(where, label, feedback, image)
        except PlanetaryError as error:
            if isinstance(error, RunCancelledError):
                raise
            refused = error
    else:
        refused = PlanetaryError("")
    files = _fetched(where, label, told_label, feedback)
    try:
        opened = open_raster(str(files[0]), feedback, image=image)
    except PlanetaryError as error:
        raise PlanetaryError(
            f"{where.text}: {error.message}",
            details="\n".join(filter(None, (error.details, refused.details))),
            hint=error.hint,
        ) from error
    note = f"It was downloaded to {files[0]}, as it cannot be read where it is."
    return replace(opened, notes=(*opened.notes, note), address=where.text)


def _fetched(
    where: Address, label: RasterLabel | None, told_label: str, feedback: QgsFeedback
) -> list[Path]:
    """The files of a product on this machine: what to open comes first."""
    urls = [where.url]
    if is_label_name(where.title) and label is not None:
        names = dict.fromkeys(each.file_name for each in label.objects if each.file_name)
        urls += [remote.beside(where.url, name) for name in names]
    elif label is None:
        found = remote.label_url(where.url, told_label, feedback)
        urls += [found] if found else []
    return [remote.fetched(url, where.url, feedback) for url in urls]


def _label_beside(where: Address) -> RasterLabel | None:
    from planetary_qgis.core.rasters.raster_labels import label_from_text

    if where.path is not None:
        return _tolerant(lambda: _label_of(where.path))
    if not where.source.startswith("/vsi"):
        return None
    with reading(where):
        beginning = _first_bytes(where.source)
    return _tolerant(lambda: label_from_text(beginning, where.title))


def _opened(
    where: Address, label: RasterLabel | None, feedback: QgsFeedback, image: int
) -> OpenRaster:
    with reading(where):
        found = image_of(where, label, image)
        if feedback.isCanceled():
            raise RunCancelledError
        return described(where, label, found, feedback)


def _label_of(path: Path) -> RasterLabel | None:
    from planetary_qgis.core.rasters.raster_labels import label_of

    return label_of(path)


def _tolerant(read: Callable[[], RasterLabel | None]) -> RasterLabel | None:
    """The label, or None where it is broken: GDAL may still read what it describes."""
    try:
        return read()
    except PlanetaryError:
        return None


def _first_bytes(source: str) -> bytes:
    file = gdal.VSIFOpenL(source, "rb")
    if file is None:
        return b""
    try:
        return bytes(gdal.VSIFReadL(1, _FIRST_BYTES, file) or b"")
    finally:
        gdal.VSIFCloseL(file)
