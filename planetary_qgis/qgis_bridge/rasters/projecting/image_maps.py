"""From an image file and kernels to a map of it, in one go."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from osgeo import gdal
from qgis.core import QgsCoordinateReferenceSystem, QgsFeedback, QgsRectangle

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.gdal_words import gdal_told
from planetary_qgis.qgis_bridge.rasters.projecting.isis import project_by_isis
from planetary_qgis.qgis_bridge.rasters.projecting.projecting import Projected, project_image
from planetary_qgis.qgis_bridge.rasters.projecting.special_pixels import special_as_null
from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import (
    Given,
    Sight,
    Unprojected,
    geolocation_of,
)
from planetary_qgis.qgis_bridge.tasks import tell

if TYPE_CHECKING:
    from planetary_qgis.core.spice.images.geolocation import Geolocation

BY_ISIS = "Projected by ISIS: spiceinit and cam2map, with ISIS's kernels and shape models."
_HALF_A_TURN = 180.0


@dataclass(frozen=True)
class MapWish:
    """What the map is to be.

    Attributes:
        crs: As WKT; "" for the projection that suits the area.
        resolution_m: Metres a pixel; None for the image's own.
        extent: xmin, ymin, xmax, ymax in the CRS; None for all of the image.
    """

    crs: str = ""
    resolution_m: float | None = None
    extent: tuple[float, float, float, float] | None = None
    resampling: str = "bilinear"


def map_of(
    image: Unprojected,
    given: Given,
    sight: Sight,
    wish: MapWish,
    destination: Path,
    feedback: QgsFeedback,
) -> Projected:
    """The image on the ground as a GeoTIFF; for tasks.

    Raises:
        PlanetaryError: Image, kernels or wish do not allow it.
        RunCancelledError: The feedback was cancelled.
    """
    geolocation = geolocation_of(image, given, sight, feedback)
    crs = QgsCoordinateReferenceSystem.fromWkt(wish.crs) if wish.crs else best_crs(geolocation)
    tell(feedback, f"Projecting {image.path.name}")
    spare = destination.with_name(f"{destination.stem}.source.part.tif")
    try:
        return project_image(
            source_of(image, wish.resampling, spare),
            geolocation,
            destination,
            crs,
            resolution_m=wish.resolution_m,
            extent=None if wish.extent is None else QgsRectangle(*wish.extent),
            resampling=wish.resampling,
            facts={"Image": image.path.name},
            feedback=feedback,
        )
    finally:
        with suppress(OSError):
            spare.unlink(missing_ok=True)


def isis_map_of(
    image: Unprojected,
    given: Given,
    sight: Sight,
    wish: MapWish,
    destination: Path,
    feedback: QgsFeedback,
) -> Projected:
    """The same by ISIS, which brings its own kernels; those given serve to choose the CRS alone.

    Raises:
        PlanetaryError: ISIS is not there, or cannot do it; or no CRS is chosen.
        RunCancelledError: The feedback was cancelled.
    """
    if wish.crs:
        crs = QgsCoordinateReferenceSystem.fromWkt(wish.crs)
    elif sight.kernels:
        crs = best_crs(geolocation_of(image, given, sight, feedback))
    else:
        raise PlanetaryError(
            "Without kernels it is not known which coordinate reference system suits the image.",
            hint="Choose one for the map.",
        )
    instrument = given.instrument or (image.recognised.instrument if image.recognised else "")
    project_by_isis(
        image.path,
        instrument,
        crs,
        destination,
        feedback,
        resolution_m=wish.resolution_m,
        resampling=wish.resampling,
        web=not os.environ.get("ISISDATA"),
    )
    made = gdal.Open(str(destination))
    size = made.RasterXSize, made.RasterYSize, made.GetGeoTransform()[1]
    return Projected(destination, *size, (BY_ISIS,))


def source_of(image: Unprojected, resampling: str, spare: Path) -> gdal.Dataset:
    """The image as GDAL is to resample it: special pixels stay apart from values.

    Args:
        spare: A file for a copy without them, if need be.

    Raises:
        PlanetaryError: It cannot be read.
    """
    with gdal_told(f"{image.path.name} cannot be read.", "Check that its file is whole."):
        dataset = gdal.OpenEx(image.source, gdal.OF_RASTER)
        if dataset is None:
            raise RuntimeError(gdal.GetLastErrorMsg())
        return dataset if resampling == "nearest" else special_as_null(dataset, image.bands, spare)


def best_crs(geolocation: Geolocation) -> QgsCoordinateReferenceSystem:
    """The projection that suits what the image sees, on the body's sphere."""
    from planetary_qgis.core.best_projections import best_projection
    from planetary_qgis.core.map_areas import area_of_places
    from planetary_qgis.qgis_bridge.projections import projected_crs
    from planetary_qgis.qgis_bridge.spheres import sphere_of

    lon, lat = geolocation.lon_e, geolocation.lat
    around = _goes_around(lon)
    middle = float(np.nanmean(lat))
    area = area_of_places(
        lon, lat, holds_north=around and middle > 0.0, holds_south=around and middle < 0.0
    )
    return projected_crs(best_projection(area), sphere_of(crs_of(geolocation.body)))


def _goes_around(lon_e: np.ndarray) -> bool:
    """Whether the image's outline runs around a pole."""
    outline = np.concatenate([lon_e[0], lon_e[1:, -1], lon_e[-1, -2::-1], lon_e[-2::-1, 0]])
    known = outline[np.isfinite(outline)]
    return bool(abs(wrap_180(np.diff(known)).sum()) > _HALF_A_TURN)
