"""Elevations and slopes of units from a DEM."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from osgeo import gdal
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCsException,
    QgsFeedback,
    QgsRasterLayer,
    QgsRectangle,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import UNIT
from planetary_qgis.core.rasters.tallies import Statistics
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.crs import transform_between
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of
from planetary_qgis.qgis_bridge.rasters.relief.derived import SLOPES, derive
from planetary_qgis.qgis_bridge.rasters.relief.heights import open_heights
from planetary_qgis.qgis_bridge.rasters.relief.metres import write_metres
from planetary_qgis.qgis_bridge.rasters.values.bands import RasterSource
from planetary_qgis.qgis_bridge.rasters.values.chosen import Rasters, chosen_rasters
from planetary_qgis.qgis_bridge.rasters.values.zonal import InZone, Question, statistics_of_zones
from planetary_qgis.qgis_bridge.rasters.values.zones import Zone, zone_of
from planetary_qgis.qgis_bridge.terrain import DemSource, dem_source

_MARGIN_PIXELS = 4


@dataclass(frozen=True)
class UnitTerrain:
    """Metres and degrees within a unit; None where the DEM knows nothing."""

    elevation: Statistics | None
    slope: Statistics | None


@dataclass(frozen=True)
class UnitDem:
    """A DEM as a task may read it for units. Made on the main thread.

    Attributes:
        rasters: How its CRS and that of the units lie on the body.
        units_crs: Of the units as they were drawn.
        window: The part of the DEM's plane that the units may cover.
    """

    dem: DemSource
    rasters: Rasters
    units_crs: QgsCoordinateReferenceSystem
    window: QgsRectangle


def dem_for_units(
    layer: QgsRasterLayer, units_crs: QgsCoordinateReferenceSystem, extent: QgsRectangle
) -> UnitDem:
    """A raster layer as the DEM of units.

    Args:
        extent: Of the units.

    Raises:
        PlanetaryError: The raster is no DEM, lies on another body, or does not reach the units.
    """
    rasters = chosen_rasters([layer], units_crs, "The units", 1)
    window = _window(layer, units_crs, extent)
    return UnitDem(dem_source(layer), rasters, QgsCoordinateReferenceSystem(units_crs), window)


def terrain_of_units(
    units: LayerContent, source: UnitDem, feedback: QgsFeedback
) -> tuple[dict[str, UnitTerrain], Report]:
    """Elevations and slopes by unit, pixels weighing what they measure; and who had no answer.

    Raises:
        PlanetaryError: The DEM cannot be read.
    """
    report = Report()
    zones = _zones(units, source.rasters, report)
    with _metres_and_slopes(source, feedback) as rasters:
        answers, problems = statistics_of_zones(
            zones, rasters, source.units_crs, Question(()), feedback
        )
    report.merge(problems)
    found = {
        unit: UnitTerrain(_known(elevation), _known(slope))
        for (unit, _), (elevation, slope) in zip(zones, answers)
    }
    return found, report


@contextmanager
def _metres_and_slopes(source: UnitDem, feedback: QgsFeedback) -> Iterator[Rasters]:
    """The DEM around the units in metres, and its slopes in degrees; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        cut = Path(folder) / "dem.vrt"
        metres, slopes = Path(folder) / "elevation.tif", Path(folder) / "slope.tif"
        _cut(source, cut)
        dem = replace(source.dem, source=str(cut))
        write_metres(open_heights(dem), metres, feedback)
        derive(dem, SLOPES["degrees"], slopes, feedback)
        (shown,) = source.rasters.sources
        files = tuple(
            RasterSource(f"{shown.name}: {path.stem}", str(path), (), 1, shown.crs)
            for path in (metres, slopes)
        )
        yield replace(source.rasters, sources=files, placings=source.rasters.placings * 2)


def _cut(source: UnitDem, path: Path) -> None:
    window = source.window
    bounds = [window.xMinimum(), window.yMaximum(), window.xMaximum(), window.yMinimum()]
    with gdal_told(
        f"The DEM {source.dem.name} cannot be cut to the map.", "Check that its file is whole."
    ):
        made = gdal.Translate(str(path), source.dem.source, format="VRT", projWin=bounds)
        if made is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        made = None


def _window(
    layer: QgsRasterLayer, units_crs: QgsCoordinateReferenceSystem, extent: QgsRectangle
) -> QgsRectangle:
    """What of the DEM the units may cover; all of it where that cannot be told."""
    whole = layer.extent()
    try:
        near = transform_between(units_crs, layer.crs()).transformBoundingBox(extent)
    except QgsCsException:
        return whole
    near.grow(_MARGIN_PIXELS * max(layer.rasterUnitsPerPixelX(), layer.rasterUnitsPerPixelY()))
    window = near.intersect(whole)
    if window.isEmpty():
        raise PlanetaryError(
            f"The DEM {layer.name()} does not reach the map.",
            hint="Choose one that covers the units.",
        )
    return window


def _zones(units: LayerContent, rasters: Rasters, report: Report) -> list[tuple[str, Zone]]:
    """All polygons of each unit as one zone on the body."""
    column = units.column(UNIT)
    names = ["" if value is None else str(value).strip() for value in column]
    zones = []
    for unit in dict.fromkeys(names):
        shapes = [
            shape for shape, name in zip(units.shapes, names) if name == unit and shape is not None
        ]
        try:
            valid = shapely.union_all(shapely.make_valid(shapes))
            zones.append((unit, zone_of(geometry_of(valid), rasters.shapes)))
        except PlanetaryError as error:
            report.add(str(error), unit)
    return zones


def _known(answer: InZone | None) -> Statistics | None:
    if answer is None or not answer.statistics.count:
        return None
    return answer.statistics
