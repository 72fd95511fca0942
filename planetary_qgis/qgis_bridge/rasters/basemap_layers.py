"""Basemaps as layers that lie on their body."""

from __future__ import annotations

from dataclasses import dataclass, replace

from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsLayerMetadata,
    QgsMultiBandColorRenderer,
    QgsRasterLayer,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.basemaps import Basemap, mercator_wkt
from planetary_qgis.qgis_bridge.crs import crs_of, is_hollow
from planetary_qgis.qgis_bridge.gdal_words import gdal_told

_RGB = 3


@dataclass(frozen=True)
class ReachedBasemap:
    """A basemap whose service answered, and its layer so far: `dressed` makes it whole."""

    basemap: Basemap
    layer: QgsRasterLayer


def reach(basemap: Basemap) -> ReachedBasemap:
    """The basemap's layer, once its service has sent a first picture; for any thread.

    Raises:
        PlanetaryError: The service cannot be reached, or does not hold the map any more.
    """
    _ask_for_a_picture(basemap)
    # QGIS asks for more pictures while it makes the layer, so that is done here, in a task.
    layer = QgsRasterLayer(basemap.source, basemap.name, "gdal")
    if not layer.isValid():
        raise PlanetaryError(
            f"QGIS cannot show the basemap “{basemap.name}”.",
            details=layer.error().summary(),
            hint="Choose another basemap of the body.",
        )
    layer.moveToThread(QCoreApplication.instance().thread())
    return ReachedBasemap(basemap, layer)


def dressed(reached: ReachedBasemap) -> QgsRasterLayer:
    """The layer with its CRS and whom to credit; for the main thread."""
    basemap, layer = reached.basemap, reached.layer
    if basemap.kind != "file":
        layer.setCrs(_crs(basemap))
        # As the service paints it: QGIS would stretch the colours by the first pictures it got.
        layer.setRenderer(QgsMultiBandColorRenderer(layer.dataProvider(), 1, 2, _RGB))
    layer.setMetadata(_metadata(basemap, layer))
    return layer


def write_vrt(basemap: Basemap, path: str) -> None:
    """Write a file that reads the basemap over the network.

    Raises:
        PlanetaryError: The service cannot be reached, or the file cannot be written.
    """
    _ask_for_a_picture(basemap)
    with gdal_told(
        f"The basemap “{basemap.name}” cannot be written to {path}.",
        "Give a file name that ends with .vrt in a folder that is there and writable.",
    ):
        if gdal.Translate(path, basemap.source, format="VRT") is None:
            raise RuntimeError(gdal.GetLastErrorMsg())


def _ask_for_a_picture(basemap: Basemap) -> None:
    """Read the coarsest picture; missing ones are errors here, while later ones stay blank."""
    strict = replace(basemap, blank_codes="").source
    with gdal_told(
        f"The basemap “{basemap.name}” cannot be reached.",
        f"Check the connection to the network, and whether {basemap.page} still offers it.",
    ):
        dataset = gdal.OpenEx(strict, gdal.OF_RASTER)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        band = dataset.GetRasterBand(1)
        overviews = band.GetOverviewCount()
        coarsest = band.GetOverview(overviews - 1) if overviews else band
        width, height = coarsest.GetBlockSize()
        size = min(width, coarsest.XSize), min(height, coarsest.YSize)
        if coarsest.ReadRaster(0, 0, *size) is None:
            raise RuntimeError(gdal.GetLastErrorMsg())


def _crs(basemap: Basemap) -> QgsCoordinateReferenceSystem:
    on = body(basemap.body)
    if basemap.grid == "geographic":
        return crs_of(on)
    crs = QgsCoordinateReferenceSystem.fromWkt(mercator_wkt(on))
    if is_hollow(crs):
        QgsCoordinateReferenceSystem.invalidateCache()
        crs = QgsCoordinateReferenceSystem.fromWkt(mercator_wkt(on))
    return crs


def _metadata(basemap: Basemap, layer: QgsRasterLayer) -> QgsLayerMetadata:
    metadata = QgsLayerMetadata()
    metadata.setIdentifier(basemap.id)
    metadata.setTitle(basemap.name)
    metadata.setType("dataset")
    metadata.setRights([basemap.credit])
    metadata.setCrs(layer.crs())
    metadata.setLinks(
        [
            QgsLayerMetadata.Link(basemap.provider, "WWW:LINK", basemap.page),
            QgsLayerMetadata.Link("Service", "WWW:LINK", basemap.url),
        ]
    )
    return metadata
