"""Images' places in the coordinates of a map, and the pixels that such a map needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from osgeo import osr
from qgis.core import QgsCoordinateReferenceSystem, QgsRectangle

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import ographic_from_ocentric, wrap_180
from planetary_qgis.qgis_bridge.crs import crs_of, same_body
from planetary_qgis.qgis_bridge.gdal_words import quiet_gdal
from planetary_qgis.qgis_bridge.rasters.projecting.inverting import ImageNodes, MapGrid

if TYPE_CHECKING:
    from planetary_qgis.core.spice.images.geolocation import Geolocation

_MOST_PIXELS = 4_000_000_000
_TORN = 100.0
"""So many times the usual stretch between two nodes means that the map is torn between them."""
_SAME_X = 1e-9
_HINT = "Choose another coordinate reference system, such as the one that suits the area best."


def nodes_on_map(geolocation: Geolocation, crs: QgsCoordinateReferenceSystem) -> ImageNodes:
    """Where the nodes of an image lie in a CRS; what its longitudes' seam would part stays whole.

    Raises:
        PlanetaryError: The CRS lies on another body, or is torn where the image is.
    """
    system = reference_system(crs)
    if not same_body(crs, crs_of(geolocation.body)):
        raise PlanetaryError(
            f"The image shows {geolocation.body.title}, and “{crs.description()}” lies on "
            f"{crs.celestialBodyName() or 'no known body'}.",
            hint=f"Choose a coordinate reference system of {geolocation.body.title}.",
        )
    x, y = _transformed(system, geolocation.lon_e, geolocation.lat)
    if not np.isfinite(x).any():
        raise PlanetaryError(
            f"Nothing of the image lies where “{crs.description()}” has a place for it.", hint=_HINT
        )
    x = _whole(x, _turn(system))
    _check_whole(x, y, geolocation, crs)
    return ImageNodes(geolocation.pixel, geolocation.line, x, y)


def reference_system(crs: QgsCoordinateReferenceSystem) -> osr.SpatialReference:
    """The CRS as GDAL has it, x before y.

    Raises:
        PlanetaryError: It is none, or GDAL would mirror what is put in it.
    """
    system = osr.SpatialReference()
    with quiet_gdal():
        failed = system.ImportFromWkt(
            crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)
        )
    if failed or not crs.isValid():
        raise PlanetaryError("The map has no coordinate reference system.", hint=_HINT)
    if osr.OAO_West in (system.GetAxisOrientation(None, axis) for axis in (0, 1)):
        raise PlanetaryError(
            f"In “{crs.description()}” longitudes count to the west, which GDAL would mirror.",
            hint="Choose one whose longitudes count to the east, as those of the body's sphere do.",
        )
    system.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    return system


def grid_of(
    nodes: ImageNodes,
    system: osr.SpatialReference,
    resolution_m: float | None,
    extent: QgsRectangle | None,
) -> MapGrid:
    """The pixels of a map of the image, of the size asked for or else the image's own.

    Args:
        resolution_m: Metres a pixel.
        extent: In units of the CRS; what the map is to hold, instead of all of the image.

    Raises:
        PlanetaryError: They would be too many, or none.
    """
    own = _own_resolution(nodes)
    step = own if resolution_m is None else resolution_m * _units_a_metre(system)
    if not 0.0 < step < np.inf:
        raise PlanetaryError(
            f"A resolution of {resolution_m} metres a pixel makes no map.",
            hint="Give a number above zero, or none.",
        )
    box = _box(nodes, own) if extent is None else extent
    left, top = (
        np.floor(box.xMinimum() / step + _SAME_X) * step,
        np.ceil(box.yMaximum() / step - _SAME_X) * step,
    )
    columns, rows = (
        int(min(np.ceil(size / step - _SAME_X), 2**31))
        for size in (box.xMaximum() - left, top - box.yMinimum())
    )
    _check_size(columns, rows, step / _units_a_metre(system))
    return MapGrid(float(left), float(top), float(step), columns, rows)


def _transformed(
    system: osr.SpatialReference, lon_e: np.ndarray, lat_ocentric: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(rows, columns) x and y; NaN where there is no place on the map."""
    lat = _latitudes(system, lat_ocentric)
    if system.IsGeographic():
        return lon_e.copy(), lat
    degrees = system.CloneGeogCS()
    degrees.SetAxisMappingStrategy(osr.OAMS_TRADITIONAL_GIS_ORDER)
    seen = np.isfinite(lon_e) & np.isfinite(lat)
    transformation = osr.CoordinateTransformation(degrees, system)
    with quiet_gdal():  # some points may lie where the map has no place
        found = transformation.TransformPoints(np.stack([lon_e[seen], lat[seen]], axis=1))
    found = np.array(found).reshape(-1, 3)
    x, y = np.full_like(lat, np.nan), np.full_like(lat, np.nan)
    placed = np.where(np.isfinite(found[:, :2]).all(axis=1, keepdims=True), found[:, :2], np.nan)
    x[seen], y[seen] = placed.T
    return x, y


def _latitudes(system: osr.SpatialReference, lat_ocentric: np.ndarray) -> np.ndarray:
    """Latitudes as the CRS counts them."""
    equatorial, polar = system.GetSemiMajor(), system.GetSemiMinor()
    if equatorial == polar or "ocentric" in (system.GetName() or "").lower():
        return lat_ocentric
    return ographic_from_ocentric(lat_ocentric, equatorial=equatorial, polar=polar)


def _turn(system: osr.SpatialReference) -> float | None:
    """How far around the body x goes, where it goes around it evenly; None on other maps."""
    if system.IsGeographic():
        return 360.0
    middle = system.GetNormProjParm("central_meridian", 0.0)
    lon, lat = np.meshgrid(middle + np.array([-100.0, 0.0, 100.0]), [-30.0, 0.0, 40.0])
    x, _y = _transformed(system, wrap_180(lon), lat)
    quarter = np.diff(x, axis=1)
    even = np.abs(quarter - quarter[0, 0]) <= _SAME_X * abs(quarter[0, 0])
    return float(quarter[0, 0] * 3.6) if even.all() else None


def _whole(x: np.ndarray, turn: float | None) -> np.ndarray:
    """x as it goes on from the image's middle, beyond the map's edge if need be."""
    if turn is None:
        return x
    angles = np.radians(x * (360.0 / turn))
    middle = np.degrees(np.arctan2(np.nanmean(np.sin(angles)), np.nanmean(np.cos(angles))))
    return (middle + wrap_180(x * (360.0 / turn) - middle)) * (turn / 360.0)


def _check_whole(
    x: np.ndarray, y: np.ndarray, geolocation: Geolocation, crs: QgsCoordinateReferenceSystem
) -> None:
    """Refuse a map on which neighbours of the image lie far apart, as about a pole."""
    lon, lat = np.radians(geolocation.lon_e), np.radians(geolocation.lat)
    ground = np.stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    stretches = []
    for axis in (0, 1):
        away = np.hypot(np.diff(x, axis=axis), np.diff(y, axis=axis)).ravel()
        really = np.linalg.norm(np.diff(ground, axis=axis + 1), axis=0).ravel()
        known = np.isfinite(away) & (really > 0.0)
        stretches.append(away[known] / really[known])
    stretch = np.concatenate(stretches)
    if stretch.max(initial=0.0) > _TORN * np.median(stretch):
        raise PlanetaryError(
            f"The image lies where “{crs.description()}” is torn apart, such as about a pole.",
            hint=_HINT,
        )


def _own_resolution(nodes: ImageNodes) -> float:
    """Units of the map that a pixel of the image takes, in the middle of all."""
    width, height = np.diff(nodes.pixel)[None, :], np.diff(nodes.line)[:, None]
    height = np.where(height > 0.0, height, np.nan)
    across = np.diff(nodes.x, axis=1)[:-1] / width, np.diff(nodes.y, axis=1)[:-1] / width
    along = np.diff(nodes.x, axis=0)[:, :-1] / height, np.diff(nodes.y, axis=0)[:, :-1] / height
    area = np.abs(across[0] * along[1] - across[1] * along[0])
    known = area[np.isfinite(area)]
    if not len(known) or not np.median(known) > 0.0:
        raise PlanetaryError(
            "The image meets the ground in single points only.",
            hint="Check target, time and kernels: it looks past the body.",
        )
    return float(np.sqrt(np.median(known)))


def _box(nodes: ImageNodes, margin: float) -> QgsRectangle:
    """Around all nodes; and half a pixel more, as those of backplanes lie in pixels' middles."""
    margin = 0.0 if nodes.pixel[0] <= 0.0 else margin
    return QgsRectangle(
        float(np.nanmin(nodes.x)) - margin,
        float(np.nanmin(nodes.y)) - margin,
        float(np.nanmax(nodes.x)) + margin,
        float(np.nanmax(nodes.y)) + margin,
    )


def _units_a_metre(system: osr.SpatialReference) -> float:
    if system.IsGeographic():
        return float(np.degrees(1.0 / system.GetSemiMajor()))
    return 1.0 / system.GetLinearUnits()


def _check_size(columns: int, rows: int, resolution_m: float) -> None:
    if columns < 1 or rows < 1:
        raise PlanetaryError("The map's extent is empty.", hint="Choose a larger extent, or none.")
    if columns * rows > _MOST_PIXELS:
        raise PlanetaryError(
            f"The map would have {columns} × {rows} pixels of {resolution_m:.6g} m.",
            hint="Choose a coarser resolution, a smaller extent, or another coordinate reference "
            "system.",
        )
