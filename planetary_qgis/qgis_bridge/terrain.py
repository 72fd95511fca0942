"""DEMs of QGIS as terrain for SPICE footprints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from osgeo import osr
from qgis.core import QgsCoordinateReferenceSystem, QgsRasterLayer

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import body_of
from planetary_qgis.qgis_bridge.dem_files import Datum, placed, values_in

if TYPE_CHECKING:
    from planetary_qgis.core.spice.observations import Observation, Times
    from planetary_qgis.core.spice.surfaces.terrain import Terrain

_VIEWS_LOOKED_AT = 100
_RADII_ABOVE = 0.5
"""Values above that share of the body's radius are radii, not heights."""
_SAME_SPHERE = 1e-4


@dataclass(frozen=True)
class DemSource:
    """A raster of heights as a task may read it.

    Attributes:
        source: What GDAL calls it.
        crs: In which QGIS shows it, as WKT.
        body: The known body that it lies on, None where its CRS names another.
    """

    name: str
    source: str
    crs: str
    body: Body | None


def dem_source(layer: QgsRasterLayer) -> DemSource:
    """A raster layer as a source of heights; for the main thread.

    Raises:
        PlanetaryError: It is not a file, or its CRS does not tell where it lies.
    """
    crs = layer.crs()
    if layer.providerType() != "gdal":
        raise PlanetaryError(
            f"The layer {layer.name()} is not read by GDAL, so that heights cannot be had from it.",
            hint="Save it as a GeoTIFF, and choose that.",
        )
    if not crs.isValid():
        raise PlanetaryError(
            f"The layer {layer.name()} says nothing of where it lies.",
            hint="Give it its coordinate reference system.",
        )
    wkt = crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)
    return DemSource(layer.name(), layer.source(), wkt, body_of(crs))


def observed_on(dem: DemSource, observation: Observation, times: Times) -> Observation:
    """The observation with the DEM's heights around where it looked.

    Raises:
        PlanetaryError: The heights cannot be read.
        KernelError: The kernels lack something that no observation can do without.
    """
    return replace(observation, terrain=read_terrain(dem, *_places_seen(observation, times)))


def read_terrain(
    dem: DemSource, lon_e: np.ndarray | None = None, lat: np.ndarray | None = None
) -> Terrain:
    """The heights, or those around places, at a resolution that fits in memory.

    Args:
        lon_e, lat: Degrees, planetocentric.

    Raises:
        PlanetaryError: GDAL cannot read them, or cannot tell where they lie.
    """
    from planetary_qgis.core.spice.surfaces.terrain import Terrain

    nowhere = np.empty(0)
    raster = placed(dem.source, dem.name, reference_system(dem.name, dem.crs))
    window = raster.window(*((nowhere, nowhere) if lon_e is None or lat is None else (lon_e, lat)))
    heights, reference = _above_reference(
        values_in(raster, window, dem.name), raster.datum, dem.body
    )
    return Terrain(
        name=dem.name,
        heights=(heights / 1000.0).astype(np.float32),
        grid=raster.grid(window),
        reference=reference / 1000.0,
        body_id=None if dem.body is None else dem.body.naif_id,
    )


def reference_system(name: str, wkt: str) -> osr.SpatialReference:
    """A raster's CRS as GDAL has it.

    Raises:
        PlanetaryError: Its longitudes count to the west.
    """
    srs = osr.SpatialReference()
    srs.ImportFromWkt(wkt)
    if osr.OAO_West in (srs.GetAxisOrientation(None, axis) for axis in (0, 1)):
        raise PlanetaryError(
            f"The longitudes of {name} count to the west.",
            hint="Warp it to the body's sphere in the IAU_2015 list, which counts to the east.",
        )
    return srs


def _above_reference(
    values: np.ndarray, datum: Datum, body: Body | None
) -> tuple[np.ndarray, np.ndarray]:
    """Metres above an ellipsoid, and its (3,) radii in metres.

    Radii stand for themselves. Heights count from the CRS's figure; but where that is only the
    sphere on which an oblate body is mapped, from the body's ellipsoid: nobody measures 20 km above
    Mars's poles from its equator.
    """
    a, b = datum.equatorial, datum.polar
    known = values[np.isfinite(values)]
    if len(known) and np.median(known) > _RADII_ABOVE * a:
        return values - a, np.array([a, a, a])
    if body is not None and a == b:
        radii = np.array(body.radii_km) * 1000.0
        if radii[0] == radii[1] and abs(a - radii[0]) < _SAME_SPHERE * a:
            return values, radii
    return values, np.array([a, a, b])


def _places_seen(observation: Observation, times: Times) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes all around what is seen on the ellipsoid, of some of the times."""
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.spice.footprints import compute_footprints
    from planetary_qgis.core.spice.observations import Times

    rows = np.linspace(0, len(times) - 1, min(len(times), _VIEWS_LOOKED_AT)).round().astype(int)
    some = Times(times.start[rows], times.stop[rows])
    answer = compute_footprints(replace(observation, surface="ellipsoid", terrain=None), some)
    shapes = [shape for chunk in answer.chunks for shape in chunk.geometry if shape is not None]
    return tuple(shapely.get_coordinates(shapes).T) if shapes else (np.empty(0), np.empty(0))
