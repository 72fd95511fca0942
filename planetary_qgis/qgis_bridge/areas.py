"""Where to search: map views, boxes and shapes of any CRS as areas in a body's degrees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCsException,
    QgsGeometry,
    QgsLineString,
    QgsRectangle,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import transform_between
from planetary_qgis.qgis_bridge.views import (
    Extent,
    extent_of_view,
    is_one_to_one,
    nothing_of,
    rows_of_the_map,
)

if TYPE_CHECKING:
    from planetary_qgis.core.geos import shapely

__all__ = [
    "Extent",
    "area_of_extent",
    "area_of_geometries",
    "area_of_view",
    "box_of_area",
    "extent_of_view",
]

FloatArray = NDArray[np.float64]

_WKB_LINE_HEADER = 9


def area_of_extent(extent: Extent) -> str:
    """WKT of a box, or of two where it crosses the antimeridian; "" for the whole body.

    A box without width or height is the line or the point that it shrinks to.
    """
    from planetary_qgis.core.polygons import lines_from_tracks, points_from, polygons_from_boxes

    west, south, east, north = (float(bound) for bound in extent)
    if west != east and south != north:
        (shape,) = polygons_from_boxes([west], [east], [south], [north])
    elif west == east and south == north:
        (shape,) = points_from([west], [south])
    else:
        width = 360.0 if abs(east - west) >= 360.0 else (east - west) % 360.0
        lon, lat = np.linspace(west, west + width, 5), np.linspace(south, north, 5)
        (shape,) = lines_from_tracks([lon], [lat])
    return _text(shape)


def box_of_area(wkt: str) -> Extent | None:
    """The box that `area_of_extent` wrote; None of any other area."""
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.polygons import polygons_from_boxes

    parts = shapely.get_parts(shapely.from_wkt(wkt))
    if not 1 <= len(parts) <= 2 or not (shapely.area(parts) > 0.0).all():
        return None
    bounds = sorted(map(tuple, shapely.bounds(parts).tolist()))
    # Cut at the antimeridian, the western half of a box is the eastern part of the map.
    (_, south, east, north), west = bounds[0], bounds[-1][0]
    (box,) = polygons_from_boxes([west], [east], [south], [north])
    return (west, south, east, north) if shapely.equals(box, shapely.union_all(parts)) else None


def area_of_view(
    view: QgsRectangle, crs: QgsCoordinateReferenceSystem, degrees: QgsCoordinateReferenceSystem
) -> str:
    """WKT of what a view shows of the body; "" for all of it.

    Args:
        crs: The view's.
        degrees: The CRS of the body's sphere.

    Raises:
        PlanetaryError: The view lies on another body, or beside this one.
    """
    transform = transform_between(crs, degrees)
    if crs.isGeographic():
        if view.width() >= 360.0:
            view = QgsRectangle(-180.0, view.yMinimum(), 180.0, view.yMaximum())
        return _area_of_rectangle(_cut(view, (-90.0, 90.0)), crs, degrees)
    rows = rows_of_the_map(transform)
    for seen in (view, view if rows is None else _cut(view, rows)):
        if is_one_to_one(seen, transform):
            return _area_of_rectangle(seen, crs, degrees)
    return area_of_extent(extent_of_view(seen, crs, degrees))


def area_of_geometries(
    geometries: Sequence[QgsGeometry],
    crs: QgsCoordinateReferenceSystem,
    degrees: QgsCoordinateReferenceSystem,
) -> str:
    """WKT of all that points, lines and polygons cover on the body; "" for all of it.

    Args:
        crs: The geometries'. Edges are straight there.
        degrees: The CRS of the body's sphere.

    Raises:
        PlanetaryError: They lie on another body, or beside this one, or there are none.
    """
    transform = transform_between(crs, degrees)
    whole = [_straight(geometry) for geometry in geometries if not geometry.isEmpty()]
    try:
        shape = _on_body(whole, transform)
    except PlanetaryError:
        rows = rows_of_the_map(transform)
        shape = rows and _on_body([_between(rows, geometry) for geometry in whole], transform)
        if not shape:
            raise
    if shape is None:
        raise PlanetaryError(
            "The area is empty.",
            hint="Draw it, or select features that have shapes on the body.",
        )
    return _text(shape)


def _area_of_rectangle(
    view: QgsRectangle, crs: QgsCoordinateReferenceSystem, degrees: QgsCoordinateReferenceSystem
) -> str:
    if view.height() <= 0.0:
        raise nothing_of(degrees)
    return area_of_geometries([QgsGeometry.fromRect(view)], crs, degrees)


def _cut(view: QgsRectangle, rows: tuple[float, float]) -> QgsRectangle:
    """The part of a view between two rows; without height where there is none."""
    low, high = max(view.yMinimum(), rows[0]), min(view.yMaximum(), rows[1])
    return QgsRectangle(view.xMinimum(), low, view.xMaximum(), max(low, high))


def _text(shape: shapely.Geometry) -> str:
    from planetary_qgis.core.map_shapes import is_whole_body

    return "" if is_whole_body(shape) else str(shape.wkt)


def _on_body(
    geometries: Sequence[QgsGeometry], transform: QgsCoordinateTransform
) -> shapely.Geometry | None:
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.map_shapes import shape_on_body

    drawn = [
        shapely.force_2d(shapely.from_wkb(bytes(geometry.asWkb())))
        for geometry in geometries
        if not geometry.isEmpty()
    ]
    return shape_on_body(drawn, lambda plane: _placed(plane, transform))


def _placed(plane: FloatArray, transform: QgsCoordinateTransform) -> FloatArray:
    """Longitudes and latitudes of places on the map, all at once."""
    line = QgsLineString(plane[:, 0].tolist(), plane[:, 1].tolist())
    try:
        line.transform(transform)
    except QgsCsException as error:
        raise PlanetaryError(
            "The area reaches beyond what its map shows of "
            f"{transform.destinationCrs().celestialBodyName()}.",
            details=str(error),
            hint="Keep the area within the body.",
        ) from error
    numbers = np.frombuffer(bytes(line.asWkb()), dtype="<f8", offset=_WKB_LINE_HEADER)
    return numbers.reshape(-1, 2)


def _straight(geometry: QgsGeometry) -> QgsGeometry:
    """The geometry with arcs as chords."""
    return QgsGeometry(geometry.constGet().segmentize())


def _between(rows: tuple[float, float], geometry: QgsGeometry) -> QgsGeometry:
    """What lies neither above nor below the map: people draw beyond a plate carrée's edge."""
    bounds = geometry.boundingBox()
    margin = bounds.width() + 1.0
    window = QgsRectangle(bounds.xMinimum() - margin, rows[0], bounds.xMaximum() + margin, rows[1])
    return geometry.intersection(QgsGeometry.fromRect(window))
