"""One image of a file: by GDAL's drivers, or as plain numbers where these refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from osgeo import gdal

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal
from planetary_qgis.qgis_bridge.rasters.addresses import Address
from planetary_qgis.qgis_bridge.rasters.refusals import refusal
from planetary_qgis.qgis_bridge.rasters.virtual import raw_source

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.labels.image_objects import ImageObject
    from planetary_qgis.core.rasters.raster_labels import RasterLabel
    from planetary_qgis.core.rasters.raw_layouts import RawLayout

_ABSURD = 100_000
"""Labels that promise so many times what their file holds describe something else."""

GeoTransform = tuple[float, ...]


@dataclass(frozen=True)
class Image:
    """An image that GDAL has open.

    Attributes:
        source: What GDAL calls it.
        told: What its label says of it.
        wkt: Its CRS as GDAL has it; empty if none.
        geotransform: Where its pixels lie, as GDAL has it.
        own_geotransform: The same as the source itself says it: nothing where lines were cut off.
        images, number: Names of all that the file holds, and which of them this is.
        damage: Sentences about what is not there.
    """

    dataset: gdal.Dataset
    source: str
    title: str
    told: ImageObject | None = None
    wkt: str = ""
    geotransform: GeoTransform | None = None
    own_geotransform: GeoTransform | None = None
    images: tuple[str, ...] = ()
    number: int = 0
    damage: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def image_of(where: Address, label: RasterLabel | None, number: int) -> Image:
    """The image of that number.

    Raises:
        PlanetaryError: It cannot be opened, there are not so many, or none of its lines is there.
    """
    damage = _damage(label) if where.path is not None else []
    source, dataset, words = _first_opened(where, label)
    if dataset is None:
        return _raw_image(where, label, number, damage, words)
    parts = dataset.GetSubDatasets()
    if len(parts) > 1 or (parts and not dataset.RasterCount):
        return _part(where, label, dataset, number, damage)
    if not dataset.RasterCount:
        raise refusal(where, words, damage or [f"{where.title} holds no image."])
    checked(number, 1, where.title)
    return _whole_or_cut(where, label, source, dataset, damage)


def checked(number: int, count: int, title: str) -> int:
    """The number of an image, if there are so many.

    Raises:
        PlanetaryError: There are not.
    """
    if 0 <= number < count:
        return number
    raise PlanetaryError(
        f"{title} has no image {number + 1}, but {count}.", hint="Choose one of those."
    )


def _first_opened(
    where: Address, label: RasterLabel | None
) -> tuple[str, gdal.Dataset | None, str]:
    """What GDAL makes of the file, or else of its label; and its words."""
    dataset, words = opened_by_gdal(where.source)
    if label is None or where.path is None or label.path == where.path:
        return where.source, dataset, words
    if dataset is not None and _agree(label, dataset):
        return where.source, dataset, words
    of_label, said = opened_by_gdal(str(label.path))
    if of_label is not None:
        return str(label.path), of_label, said
    return where.source, dataset, "\n".join(dict.fromkeys(filter(None, (words, said))))


def _agree(label: RasterLabel, dataset: gdal.Dataset) -> bool:
    """Whether a file is as large as its detached label says; which knows better."""
    told = label.image
    return told is None or (told.samples, told.lines) == (dataset.RasterXSize, dataset.RasterYSize)


def opened_by_gdal(source: str) -> tuple[gdal.Dataset | None, str]:
    """A raster as GDAL opens it, and what it said."""
    with quiet_gdal():
        try:
            dataset = gdal.OpenEx(source, gdal.OF_RASTER)
        except RuntimeError as error:  # where another plugin switched GDAL's exceptions on
            return None, str(error)
        return dataset, gdal.GetLastErrorMsg()


def _damage(label: RasterLabel | None) -> list[str]:
    from planetary_qgis.core.rasters.raw_layouts import damage_of

    return list(damage_of(label)) if label is not None else []


def _part(
    where: Address,
    label: RasterLabel | None,
    dataset: gdal.Dataset,
    number: int,
    damage: Sequence[str],
) -> Image:
    """One of several images that GDAL finds in a file."""
    parts = dataset.GetSubDatasets()
    source, name = parts[checked(number, len(parts), where.title)]
    opened, words = opened_by_gdal(source)
    if opened is None or not opened.RasterCount:
        raise refusal(where, words, list(damage))
    names = tuple(title or name for name, title in parts)
    told = label.objects[number] if label and number < len(label.objects) else None
    return Image(
        dataset=opened,
        source=source,
        title=f"{where.title} {name.rpartition(':')[2].strip(chr(34))}",
        told=told,
        wkt=_wkt(opened),
        geotransform=_geotransform(opened),
        own_geotransform=_geotransform(opened),
        images=names,
        number=number,
        damage=tuple(damage),
        notes=(*damage, _choice(where.title, names, number)),
    )


def _whole_or_cut(
    where: Address,
    label: RasterLabel | None,
    source: str,
    dataset: gdal.Dataset,
    damage: Sequence[str],
) -> Image:
    """The image, or the lines of it that are there."""
    layout = next(iter(_layouts(label)), None) if where.path is not None else None
    told = label.objects[0] if label and label.objects else None
    wkt, geotransform = _wkt(dataset), _geotransform(dataset)
    placed_here, damage = geotransform, _left_of(damage, told)
    if layout is not None and _same_size(layout, dataset):
        there = _there(where, layout, damage)
        if there != layout:
            source, placed_here = raw_source(there), None
            dataset, words = opened_by_gdal(source)
            if dataset is None:
                raise refusal(where, words, list(damage))
    return Image(
        dataset=dataset,
        source=source,
        title=where.title,
        told=told,
        wkt=wkt,
        geotransform=geotransform,
        own_geotransform=placed_here,
        damage=tuple(damage),
        notes=tuple(damage),
    )


def _left_of(damage: Sequence[str], told: ImageObject | None) -> Sequence[str]:
    """What matters of the damage where GDAL has opened the image all the same."""
    if told is None:
        return damage
    return [] if told.encoding else [each for each in damage if each != told.refusal]


def _raw_image(
    where: Address, label: RasterLabel | None, number: int, damage: Sequence[str], words: str
) -> Image:
    """An image that GDAL's drivers refuse, but that is nothing but numbers in a file."""
    layouts = _layouts(label) if where.path is not None else ()
    if not layouts:
        raise refusal(where, words, list(damage))
    layout = layouts[checked(number, len(layouts), where.title)]
    source = raw_source(_there(where, layout, damage))
    dataset, said = opened_by_gdal(source)
    if dataset is None:
        raise refusal(where, said or words, list(damage))
    names = tuple(each.name for each in layouts) if len(layouts) > 1 else ()
    told = next((each for each in label.objects if each.name == layout.name), None)
    return Image(
        dataset=dataset,
        source=source,
        title=f"{where.title} {layout.name}" if names else where.title,
        told=told,
        images=names,
        number=number,
        damage=tuple(damage),
        notes=(*damage, _choice(where.title, names, number)),
    )


def _layouts(label: RasterLabel | None) -> tuple[RawLayout, ...]:
    from planetary_qgis.core.rasters.raw_layouts import raw_layouts_of

    return raw_layouts_of(label) if label is not None else ()


def _same_size(layout: RawLayout, dataset: gdal.Dataset) -> bool:
    told = (layout.samples, layout.lines, layout.bands)
    return told == (dataset.RasterXSize, dataset.RasterYSize, dataset.RasterCount)


def _there(where: Address, layout: RawLayout, damage: Sequence[str]) -> RawLayout:
    """What of an image its file holds.

    Raises:
        PlanetaryError: Not one line, or next to nothing.
    """
    there = layout.there()
    size = layout.file.stat().st_size
    if there is None or layout.bytes_needed > _ABSURD * size:
        sentence = (
            f"{layout.file.name} has {size} bytes, but its label speaks of {layout.lines} lines of "
            f"{layout.samples} samples in {layout.bands} bands."
        )
        raise refusal(where, "", list(damage) or [sentence])
    return there


def _choice(title: str, names: Sequence[str], number: int) -> str:
    if len(names) < 2:
        return ""
    listed = ", ".join(f"{place}: {name}" for place, name in enumerate(names, 1))
    return f"{title} holds {len(names)} images, of which this is {number + 1} ({listed})."


def _wkt(dataset: gdal.Dataset) -> str:
    srs = dataset.GetSpatialRef()
    if srs is None:
        return ""
    with quiet_gdal():
        try:
            return srs.ExportToWkt(["FORMAT=WKT2_2019"]) or srs.ExportToWkt()
        except RuntimeError:  # PROJ cannot spell it in WKT 2
            return dataset.GetProjection()


def _geotransform(dataset: gdal.Dataset) -> GeoTransform | None:
    return dataset.GetGeoTransform(can_return_null=True)
