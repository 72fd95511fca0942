"""Virtual rasters: what GDAL is to make of files that it reads wrongly, or not at all."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from osgeo import gdal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts
from planetary_qgis.qgis_bridge.rasters.vrt_files import say_crs

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raw_layouts import RawLayout

_FOLDER = "rasters"
_MOST_COPIED = 1_000_000_000
_HINT = "Check that there is room on the disk and that the folder can be written to."


def raw_source(layout: RawLayout) -> str:
    """The path of a VRT that reads plain numbers from a file, kept in the user's cache.

    The file itself lies beside the VRT under another name: from 3.12 on, GDAL refuses raw bands of
    files elsewhere.
    """
    from dataclasses import replace

    text = layout.vrt(has_int8=hasattr(gdal, "GDT_Int8"))
    folder = _folder_for(f"{layout.file}\n{text}")
    linked = folder / layout.file.name
    _link(layout.file, linked)
    text = replace(layout, file=linked).vrt(has_int8=hasattr(gdal, "GDT_Int8"))
    text = text.replace('relativeToVRT="0"', 'relativeToVRT="1"')
    text = text.replace(f">{_escaped(linked)}<", f">{_escaped(linked.name)}<")
    path = folder / f"{layout.file.name}.vrt"
    _write_whole(path, text)
    return str(path)


def mended_source(
    source: str,
    title: str,
    *,
    bands: Sequence[BandFacts],
    crs: str,
    geotransform: Sequence[float] | None,
) -> str:
    """The path of a VRT, kept in the user's cache, that reads a raster and says what is right."""
    told = repr((source, bands, crs, geotransform))
    path = _folder_for(told) / f"{title}.vrt"
    write_virtual(source, path, bands=bands, crs=crs, geotransform=geotransform)
    return str(path)


def write_virtual(
    source: str,
    path: Path,
    *,
    bands: Sequence[BandFacts],
    crs: str,
    geotransform: Sequence[float] | None,
    facts: Mapping[str, str] | None = None,
    chosen: Sequence[int] = (),
) -> None:
    """Write a VRT of a raster that has this CRS and place, and bands that mean this.

    Args:
        crs: WKT; empty for none.
        facts: Metadata, by name.
        chosen: Numbers of the bands that it is to have; all if empty.

    Raises:
        PlanetaryError: It cannot be written; what was there before is still there.
    """
    part = path.with_name(f"{path.stem}.part.vrt")
    numbers = list(chosen) or [band.number for band in bands]
    with gdal_told(f"The virtual raster {path} cannot be written.", _HINT):
        path.parent.mkdir(parents=True, exist_ok=True)
        read = gdal.OpenEx(source, gdal.OF_RASTER)
        size = (read.RasterXSize, read.RasterYSize) if read is not None else (0, 0)
        virtual = gdal.GetDriverByName("VRT").Create(str(part), *size, 0) if read else None
        if virtual is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        _tell(virtual, crs, geotransform, facts or {})
        for number in numbers:
            _add_band(virtual, read.GetRasterBand(number), _source_words(source, path), number)
            _tell_band(virtual.GetRasterBand(virtual.RasterCount), bands[number - 1])
        virtual.FlushCache()
        del virtual
    if crs:
        say_crs(part, crs)
    _move(part, path)


def _source_words(source: str, path: Path) -> str:
    """Where the pixels come from: what lies beside the VRT may move with it."""
    beside = Path(source).parent == path.parent
    name = Path(source).name if beside else source
    return f'<SourceFilename relativeToVRT="{int(beside)}">{_escaped(name)}</SourceFilename>'


def _add_band(virtual: gdal.Dataset, read: gdal.Band, where: str, number: int) -> None:
    """A band that takes its pixels from another: VRTs of VRTs do not copy what these contain."""
    virtual.AddBand(read.DataType)
    band = virtual.GetRasterBand(virtual.RasterCount)
    words = f"<SimpleSource>{where}<SourceBand>{number}</SourceBand></SimpleSource>"
    band.SetMetadataItem("source_0", words, "new_vrt_sources")
    band.SetColorInterpretation(read.GetColorInterpretation())
    if read.GetColorTable() is not None:
        band.SetColorTable(read.GetColorTable())


def _tell(
    virtual: gdal.Dataset,
    crs: str,
    geotransform: Sequence[float] | None,
    facts: Mapping[str, str],
) -> None:
    if geotransform is not None:
        virtual.SetGeoTransform(list(geotransform))
    if crs:
        virtual.SetProjection(crs)
    for name, value in facts.items():
        virtual.SetMetadataItem(name.replace(" ", "_").replace("=", "_"), value)


def _tell_band(band: gdal.Band, facts: BandFacts) -> None:
    band.SetScale(facts.scale)
    band.SetOffset(facts.offset)
    if facts.unit:
        band.SetUnitType(facts.unit)
    band.SetDescription(facts.name)
    if facts.null is not None:
        band.SetNoDataValue(facts.null)
    if facts.wavelength_nm is not None:
        band.SetMetadataItem("WAVELENGTH", repr(facts.wavelength_nm))
        band.SetMetadataItem("WAVELENGTH_UNIT", "NANOMETERS")


def _folder_for(told: str) -> Path:
    """A folder of the cache that belongs to just these words."""
    number = zlib.crc32(told.encode("utf-8", "surrogateescape"))
    length = len(told)
    return settings.load().cache_path / _FOLDER / f"{number:08x}{length:x}"


def _link(file: Path, beside: Path) -> None:
    """Have a file under another name: as a link, or where the system allows none, as a copy."""
    beside.parent.mkdir(parents=True, exist_ok=True)
    if beside.is_symlink() or beside.exists():
        beside.unlink()
    for link in (os.symlink, os.link):
        try:
            link(file.resolve(), beside)
        except OSError:
            continue
        return
    if file.stat().st_size > _MOST_COPIED:
        raise PlanetaryError(
            f"{file} cannot be linked into {beside.parent}, and is too large to be copied.",
            hint="Allow symbolic links (on Windows: developer mode), or keep the plugin's store on "
            "the same disk as the image.",
        )
    shutil.copyfile(file, beside)


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
    except OSError as error:
        raise PlanetaryError(
            f"{path} cannot be written.", details=str(error), hint=_HINT
        ) from error
    _move(part, path)


def _move(part: Path, path: Path) -> None:
    try:
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise PlanetaryError(
            f"{path} cannot be written.", details=str(error), hint=_HINT
        ) from error


def _escaped(text: object) -> str:
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
