"""GeoJSON footprints and boxes of STAC items as valid shapes in the house's degrees.

RFC 7946 wants footprints cut at the antimeridian, with straight lon/lat edges. Those that are not
cut and jump from one end of the world to the other are taken the short way around.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from planetary_qgis.core.archives.services.wkt_shapes import (
    NO_AREA,
    NO_POSITIONS,
    shape_of_unsplit_wkt,
    shape_of_wkt,
)
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import polygons_from_boxes

UNREADABLE = "cannot be read as GeoJSON"
_LEAST_AREA_DEG2 = 1e-12
_SEAM_DEG = 1e-6
_FULL_DIGITS = -1


def shape_of_geojson(geometry: Any, bbox: Any) -> tuple[Any | None, str]:
    """A valid shape, or None with what completes “footprints …”; both empty where none is given.

    Args:
        bbox: The item's, which alone can say that a plain box goes through the antimeridian: its
            western bound is the greater number then.
    """
    if geometry is None:
        return None, ""
    drawn = (
        shapely.from_geojson(json.dumps(geometry), on_invalid="ignore")
        if isinstance(geometry, Mapping)
        else None
    )
    if drawn is None:
        return None, UNREADABLE
    parts = shapely.get_parts(drawn)
    if any(_is_box(part) for part in parts) and _goes_through_seam(bbox):
        return shape_of_box(bbox)
    text = shapely.to_wkt(shapely.force_2d(drawn), rounding_precision=_FULL_DIGITS)
    jumps = any(_jumps(part) for part in parts)
    return shape_of_unsplit_wkt(text) if jumps else shape_of_wkt(text)


def shape_of_box(bbox: Any) -> tuple[Any | None, str]:
    """The same of west, south, east, north, with or without heights."""
    if bbox is None:
        return None, ""
    bounds = _bounds(bbox)
    if bounds is None:
        return None, "are not four or six numbers"
    west, south, east, north = bounds
    if not (max(abs(west), abs(east)) <= 360.0 and max(abs(south), abs(north)) <= 90.0):
        return None, NO_POSITIONS
    shape = polygons_from_boxes([west], [east], [south], [north])[0]
    return (shape, "") if shapely.area(shape) > _LEAST_AREA_DEG2 else (None, NO_AREA)


def _bounds(bbox: Any) -> tuple[float, float, float, float] | None:
    if not isinstance(bbox, Sequence) or len(bbox) not in (4, 6):
        return None
    half = len(bbox) // 2
    numbers = [bbox[0], bbox[1], bbox[half], bbox[half + 1]]
    if not all(isinstance(number, (int, float)) and math.isfinite(number) for number in numbers):
        return None
    west, south, east, north = numbers
    return float(west), float(south), float(east), float(north)


def _goes_through_seam(bbox: Any) -> bool:
    bounds = _bounds(bbox)
    return bounds is not None and bounds[0] > bounds[2]


def _is_box(part: shapely.Geometry) -> bool:
    """Whether a polygon's corners have two longitudes and two latitudes."""
    vertices = _ring(part)
    return len(vertices) > 0 and all(len(np.unique(column)) == 2 for column in vertices.T)


def _jumps(part: shapely.Geometry) -> bool:
    """Whether an edge is longer than half a turn and is not meant so.

    Boxes may be as wide as they like, and edges from one end of the world to the other run along
    a pole or a parallel, unless they double back on the ring that they belong to.
    """
    vertices = _ring(part)
    if len(vertices) == 0 or _is_box(part):
        return False
    start, end = vertices[:-1, 0], vertices[1:, 0]
    far = np.abs(end - start) > 180.0
    at_ends = (np.abs(np.abs(start) - 180.0) < _SEAM_DEG) & (
        np.abs(np.abs(end) - 180.0) < _SEAM_DEG
    )
    return bool((far & ~at_ends).any() or (far.any() and not part.is_valid))


def _ring(part: shapely.Geometry) -> Any:
    if shapely.get_type_id(part) != shapely.GeometryType.POLYGON:
        return np.empty((0, 2))
    return shapely.get_coordinates(shapely.get_exterior_ring(part))
