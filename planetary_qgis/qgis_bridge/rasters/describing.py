"""From what GDAL opened, and what a label says, to all there is to know of a raster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.rasters.addresses import Address
from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts, bands_of, colours_of
from planetary_qgis.qgis_bridge.rasters.images import Image
from planetary_qgis.qgis_bridge.rasters.opened import OpenRaster, wkt_of
from planetary_qgis.qgis_bridge.rasters.pixel_samples import PixelSample
from planetary_qgis.qgis_bridge.rasters.placing import placed_by_label
from planetary_qgis.qgis_bridge.rasters.refusals import refusal
from planetary_qgis.qgis_bridge.rasters.stretch import Stretch, Stretches, stretches_of
from planetary_qgis.qgis_bridge.rasters.virtual import mended_source
from planetary_qgis.qgis_bridge.store import RunCancelledError

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel
    from planetary_qgis.qgis_bridge.crs_doctor.recognising import Recognised

_SAME = 1e-12


def described(
    where: Address, label: RasterLabel | None, found: Image, feedback: QgsFeedback
) -> OpenRaster:
    """All that is to be known of an image before it is shown.

    Raises:
        PlanetaryError: None of its pixels can be read.
        RunCancelledError: The feedback was cancelled.
    """
    bands = bands_of(found.dataset, label, found.told)
    told, geotransform, notes = _placed(found, label)
    crs = told.crs if geotransform is not None else None
    colours = [found.dataset.GetRasterBand(band.number).GetColorInterpretation() for band in bands]
    shown = colours_of(bands, colours)
    stretched = stretches_of(
        found.dataset, tuple(bands[number - 1] for number in shown), feedback=feedback
    )
    if feedback.isCanceled():
        raise RunCancelledError
    notes += _missing_blocks(where, found, stretched.sample)
    source = found.source
    if geotransform != found.own_geotransform or _differ(found.dataset, bands):
        source = mended_source(
            source, found.title, bands=bands, crs=wkt_of(crs), geotransform=geotransform
        )
    return OpenRaster(
        source=source,
        title=found.title,
        notes=tuple(dict.fromkeys(note for note in (*found.notes, *notes) if note)),
        address=where.text,
        crs=_name_of(crs),
        body=told.body.title if told.body else "",
        geotransform=geotransform,
        bands=bands,
        shown=shown,
        stretches=_needed(stretched, bands, colours),
        facts=dict(label.facts) if label else {},
        times=_times(label),
        images=found.images,
        image=found.number,
    )


def _placed(
    found: Image, label: RasterLabel | None
) -> tuple[Recognised, tuple[float, ...] | None, list[str]]:
    """What the image's CRS truly is, where its pixels lie in it, and sentences about that."""
    from planetary_qgis.qgis_bridge.crs_doctor.recognising import recognised

    told = recognised(found.wkt, label)
    mended = placed_by_label(found.dataset, found.geotransform, wkt_of(told.crs), label)
    geotransform = mended or found.geotransform
    if geotransform is None:
        sentence = (
            f"{found.title} says nothing of where it lies: it is an unprojected image, drawn in "
            "lines and samples."
        )
        return told, None, [sentence]
    aside = f"{found.title} lies where its label says; GDAL puts it elsewhere."
    return told, geotransform, [*told.sentences, aside if mended else ""]


def _times(label: RasterLabel | None) -> tuple[int, ...]:
    """Start and stop in milliseconds since 1970; nothing where one of them is not known."""
    texts = [label.facts.get(name, "") for name in ("Start", "Stop")] if label else []
    if not any(texts):
        return ()
    try:
        from planetary_qgis.core.times import parse_utc

        times = [parse_utc(text) for text in texts if text]
    except (PlanetaryError, ImportError):  # times are read with pandas, rasters do without
        return ()
    return tuple(int(time.astype("datetime64[ms]").astype("int64")) for time in times)


def _missing_blocks(where: Address, found: Image, sample: PixelSample) -> list[str]:
    if sample.failed == sample.blocks:
        raise refusal(where, sample.words, list(found.damage) or [f"{found.title} has no pixels."])
    if sample.failed and not found.damage:
        return [
            f"Of {sample.blocks} parts of {found.title} that were looked at, {sample.failed} "
            "cannot be read and stay empty: download it again."
        ]
    return []


def _differ(dataset: gdal.Dataset, bands: Sequence[BandFacts]) -> bool:
    """Whether QGIS would show other values than the label means, or nameless bands."""
    nameless = False
    for told in bands:
        band = dataset.GetRasterBand(told.number)
        scale, offset = band.GetScale(), band.GetOffset()
        scale, offset = 1.0 if scale is None else scale, offset or 0.0
        if abs(scale - told.scale) > _SAME * abs(told.scale):
            return True
        if abs(offset - told.offset) > _SAME * abs(told.offset):
            return True
        nameless |= bool(told.name) and not band.GetDescription()
    return nameless and len(bands) > 1


def _needed(
    stretched: Stretches, bands: Sequence[BandFacts], colours: Sequence[int]
) -> dict[int, Stretch]:
    """The stretches; none for pictures, whose colours are as they are meant to be."""
    meant = (gdal.GCI_RedBand, gdal.GCI_PaletteIndex)
    if any(each in meant for each in colours) and bands[0].data_type == "Byte":
        return {}
    return stretched.by_band


def _name_of(crs: QgsCoordinateReferenceSystem | None) -> str:
    """What the main thread makes the CRS of; a CRS of a task's own would die with its thread."""
    if crs is None or not crs.isValid():
        return ""
    return crs.authid() or wkt_of(crs)
