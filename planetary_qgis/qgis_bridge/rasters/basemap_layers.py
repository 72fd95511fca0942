"""Basemaps as layers that lie on their body."""

from __future__ import annotations

from dataclasses import replace

from osgeo import gdal
from qgis.core import QgsFeedback, QgsLayerMetadata, QgsRasterLayer

from planetary_qgis.core.bodies import body
from planetary_qgis.core.rasters.basemaps import Basemap, mercator_wkt
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.band_facts import bands_of
from planetary_qgis.qgis_bridge.rasters.opened import OpenRaster
from planetary_qgis.qgis_bridge.rasters.opening import open_raster

_RED_GREEN_BLUE = (1, 2, 3)


def reach(basemap: Basemap, feedback: QgsFeedback | None = None) -> OpenRaster:
    """The basemap, once its service has answered; for any thread.

    Raises:
        PlanetaryError: The service cannot be reached, or does not hold the map any more.
    """
    facts = {"Credit": basemap.credit, "Page": basemap.page, "Service": basemap.url}
    if basemap.kind == "file":
        opened = open_raster(basemap.url, feedback)
        return replace(opened, title=basemap.name, facts={**opened.facts, **facts})
    _ask_for_a_picture(basemap)
    with gdal_told(f"GDAL cannot read the basemap “{basemap.name}”.", "Choose another one."):
        dataset = gdal.OpenEx(basemap.source, gdal.OF_RASTER)
    return OpenRaster(
        source=basemap.source,
        title=basemap.name,
        crs=_crs(basemap),
        body=body(basemap.body).name,
        geotransform=tuple(dataset.GetGeoTransform()),
        bands=bands_of(dataset),
        shown=_RED_GREEN_BLUE,
        facts=facts,
    )


def layer_of(basemap: Basemap, reached: OpenRaster) -> QgsRasterLayer:
    """The layer, which names whom to credit; for the main thread.

    Raises:
        PlanetaryError: QGIS cannot show it.
    """
    layer = reached.layer()
    metadata = layer.metadata()
    metadata.setIdentifier(basemap.id)
    metadata.setRights([basemap.credit])
    metadata.setLinks([QgsLayerMetadata.Link(basemap.provider, "WWW:LINK", basemap.page)])
    layer.setMetadata(metadata)
    return layer


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


def _crs(basemap: Basemap) -> str:
    on = body(basemap.body)
    if basemap.grid == "web mercator":
        return mercator_wkt(on)
    return crs_of(on).authid() or on.sphere_wkt
