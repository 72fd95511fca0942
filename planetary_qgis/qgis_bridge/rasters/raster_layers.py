"""Rasters as layers: no-data, stretch, CRS, and what their labels say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qgis.core import (
    QgsContrastEnhancement,
    QgsCoordinateReferenceSystem,
    QgsDateTimeRange,
    QgsLayerMetadata,
    QgsMultiBandColorRenderer,
    QgsPalettedRasterRenderer,
    QgsRasterDataProvider,
    QgsRasterInterface,
    QgsRasterLayer,
    QgsRasterMinMaxOrigin,
    QgsRasterRange,
    QgsRasterRenderer,
    QgsReadWriteContext,
    QgsSingleBandGrayRenderer,
)
from qgis.PyQt.QtCore import QDateTime, Qt
from qgis.PyQt.QtXml import QDomDocument

from planetary_qgis.about import about
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.compat import box_3d
from planetary_qgis.qgis_bridge.crs import is_hollow
from planetary_qgis.qgis_bridge.rasters.band_facts import BandFacts
from planetary_qgis.qgis_bridge.rasters.stretch import Stretch

_PRODUCT_ID = "Product id"
_NOTE = "Note"
_LINE_LENGTH = 4000


@dataclass(frozen=True)
class RasterDress:
    """What a raster's layer is to look like, and what it says of itself.

    Attributes:
        crs: A code or WKT; empty for none.
        shown: Numbers of the bands shown as red, green and blue, or of the one shown in grey.
        stretches: By the band's number; bands without are shown as they are.
        facts: What is known of it, in reading order.
        notes: Sentences about what was repaired.
        times: Start and stop, in milliseconds since 1970.
    """

    title: str
    crs: str = ""
    bands: Sequence[BandFacts] = ()
    shown: Sequence[int] = (1,)
    stretches: Mapping[int, Stretch] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    times: Sequence[int] = ()


def layer_of(source: str, dress: RasterDress) -> QgsRasterLayer:
    """A layer of what GDAL calls so; for the main thread.

    Raises:
        PlanetaryError: QGIS cannot show it.
    """
    layer = _plain_layer(source, dress)
    if not layer.isValid():
        raise PlanetaryError(
            f"{dress.title} cannot be shown.",
            details=layer.error().summary(),
            hint="Download it, and open it with the tools it was made for.",
        )
    dress_layer(layer, dress)
    return layer


def dress_layer(layer: QgsRasterLayer, dress: RasterDress) -> None:
    """Give a layer its CRS, no-data, stretch and metadata."""
    layer.setCrs(crs_named(dress.crs))
    for band in dress.bands:
        _hide_no_data(layer.dataProvider(), band)
    layer.setRenderer(_renderer(layer.dataProvider(), dress))
    layer.setMetadata(_metadata(layer, dress))


def _plain_layer(source: str, dress: RasterDress) -> QgsRasterLayer:
    """The layer as a project would read it: without a style of QGIS's own.

    For that, whatever options a new layer is given, GDAL's statistics would be computed on this
    thread and written beside the file.
    """
    document = QDomDocument()
    element = document.createElement("maplayer")
    element.setAttribute("type", "raster")
    for name, text in (("datasource", source), ("layername", dress.title), ("provider", "gdal")):
        child = document.createElement(name)
        child.appendChild(document.createTextNode(text))
        element.appendChild(child)
    crs = crs_named(dress.crs)
    if crs.isValid():
        srs = document.createElement("srs")
        crs.writeXml(srs, document)
        element.appendChild(srs)
    document.appendChild(element)
    layer = QgsRasterLayer()
    layer.readLayerXml(element, QgsReadWriteContext())
    return layer


def crs_named(name: str) -> QgsCoordinateReferenceSystem:
    """The CRS of a code or WKT; an invalid one for none."""
    crs = _crs(name)
    if is_hollow(crs):
        QgsCoordinateReferenceSystem.invalidateCache()
        crs = _crs(name)
    return crs


def _crs(name: str) -> QgsCoordinateReferenceSystem:
    if not name:
        return QgsCoordinateReferenceSystem()
    if "[" in name:
        return QgsCoordinateReferenceSystem.fromWkt(name)
    return QgsCoordinateReferenceSystem(name)


def _hide_no_data(provider: QgsRasterDataProvider, band: BandFacts) -> None:
    """Have the provider hide what is no value.

    It compares the file's own no-data value with numbers before and again after these are scaled,
    and what users add only after; so that for scaled bands the file's own is told as theirs.
    """
    own = provider.sourceNoDataValue(band.number)
    is_all = provider.sourceHasNoDataValue(band.number) and band.no_data == ((own, own),)
    if is_all and not band.is_scaled:
        return
    provider.setUseSourceNoDataValue(band.number, False)
    provider.setUserNoDataValue(
        band.number, [QgsRasterRange(low, high) for low, high in band.no_values]
    )


def _renderer(provider: QgsRasterDataProvider, dress: RasterDress) -> QgsRasterRenderer:
    if len(dress.shown) > 1:
        return _in_colours(provider, dress)
    (number,) = dress.shown
    if provider.colorTable(number):
        classes = QgsPalettedRasterRenderer.colorTableToClassData(provider.colorTable(number))
        return QgsPalettedRasterRenderer(provider, number, classes)
    renderer = QgsSingleBandGrayRenderer(provider, number)
    enhancement = _enhancement(provider, number, dress.stretches)
    if enhancement is not None:
        renderer.setContrastEnhancement(enhancement)
    renderer.setMinMaxOrigin(_chosen_by_us())
    return renderer


def _in_colours(provider: QgsRasterDataProvider, dress: RasterDress) -> QgsRasterRenderer:
    renderer = QgsMultiBandColorRenderer(provider, *dress.shown)
    setters = (
        renderer.setRedContrastEnhancement,
        renderer.setGreenContrastEnhancement,
        renderer.setBlueContrastEnhancement,
    )
    for number, give in zip(dress.shown, setters):
        enhancement = _enhancement(provider, number, dress.stretches)
        if enhancement is not None:
            give(enhancement)
    renderer.setMinMaxOrigin(_chosen_by_us())
    return renderer


def _enhancement(
    provider: QgsRasterInterface, number: int, stretches: Mapping[int, Stretch]
) -> QgsContrastEnhancement | None:
    if number not in stretches:
        return None
    enhancement = QgsContrastEnhancement(provider.dataType(number))
    algorithms = QgsContrastEnhancement.ContrastEnhancementAlgorithm
    enhancement.setContrastEnhancementAlgorithm(algorithms.StretchToMinimumMaximum, False)
    enhancement.setMinimumValue(stretches[number].low, False)
    enhancement.setMaximumValue(stretches[number].high, True)
    return enhancement


def _chosen_by_us() -> QgsRasterMinMaxOrigin:
    """As if the user had typed the values: QGIS does not compute them again."""
    origin = QgsRasterMinMaxOrigin()
    limits = getattr(QgsRasterMinMaxOrigin, "Limits", None)
    nothing = getattr(limits, "None_", None)
    if nothing is not None:
        origin.setLimits(nothing)
    return origin


def _metadata(layer: QgsRasterLayer, dress: RasterDress) -> QgsLayerMetadata:
    metadata = QgsLayerMetadata()
    metadata.setIdentifier(dress.facts.get(_PRODUCT_ID, dress.title))
    metadata.setTitle(dress.title)
    metadata.setType("dataset")
    metadata.setLanguage("ENG")
    metadata.setCrs(layer.crs())
    metadata.setExtent(_extent(layer, dress))
    lines = [f"{name}: {value}"[:_LINE_LENGTH] for name, value in dress.facts.items() if value]
    notes = [f"{_NOTE}: {note}"[:_LINE_LENGTH] for note in dress.notes]
    me = about()
    metadata.setAbstract("\n".join([f"Opened by {me.name} {me.version}.", *lines, *notes]))
    metadata.setHistory([*lines, *notes])
    metadata.setKeywords({"gmd:topicCategory": ["Geoscientific Information"]})
    metadata.setLinks(
        [
            QgsLayerMetadata.Link(name, "WWW:LINK", value)
            for name, value in dress.facts.items()
            if value.startswith(("http://", "https://"))
        ]
    )
    return metadata


def _extent(layer: QgsRasterLayer, dress: RasterDress) -> QgsLayerMetadata.Extent:
    extent = QgsLayerMetadata.Extent()
    if layer.crs().isValid():
        spatial = QgsLayerMetadata.SpatialExtent()
        spatial.extentCrs = layer.crs()
        spatial.bounds = box_3d(layer.extent())
        extent.setSpatialExtents([spatial])
    if dress.times:
        moments = [QDateTime.fromMSecsSinceEpoch(each, Qt.TimeSpec.UTC) for each in dress.times]
        extent.setTemporalExtents([QgsDateTimeRange(moments[0], moments[-1])])
    return extent
