"""Footprints of the Orbital Data Explorer, which gives each in several projections.

Longitudes are east-positive 0 to 360 or -180 to 180, latitudes planetocentric.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planetary_qgis.core.archives.services.polar import Pole, agreement, shape_of_polar_wkt
from planetary_qgis.core.archives.services.values import number_of, text_of
from planetary_qgis.core.archives.services.wkt_shapes import shape_of_unsplit_wkt, shape_of_wkt
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import Body, find_body
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import polygons_from_boxes
from planetary_qgis.core.products import GeometryKind

_DEGREES = "Footprint_C0_geometry"
_UNSPLIT = "Footprint_GL_geometry"
_POLAR: dict[Pole, str] = {"north": "Footprint_NP_geometry", "south": "Footprint_SP_geometry"}
_LEAST_AGREEMENT = 0.5
"""Straight edges of one projection are curves in the other, so that nothing agrees wholly."""
_ROUNDED_DEG = 1e-3
_BOUNDS = (
    "Westernmost_longitude",
    "Easternmost_longitude",
    "Minimum_latitude",
    "Maximum_latitude",
)


def footprint(
    product: Mapping[str, Any], body: Body, kind: GeometryKind, tally: Tally
) -> tuple[Any | None, str | None]:
    """A valid shape and where it comes from, or None twice."""
    name = text_of(product, "pdsid")
    other = find_body(text_of(product, "Target_name") or body.name)
    if other is not None and other != body:
        tally.add("products are about another body and have no place on this one", 1, [name])
        return None, None
    shape, problems = _drawn(product, body, kind)
    for problem in dict.fromkeys(filter(None, problems)):
        tally.add(f"footprints {problem}", 1, [name])
    if shape is not None:
        return shape, "service"
    shape = _box(product) if kind == "polygon" else None
    if shape is not None:
        return shape, "service bounds"
    tally.add("products have no footprint that could be drawn", 1, [name])
    return None, None


def _drawn(
    product: Mapping[str, Any], body: Body, kind: GeometryKind
) -> tuple[Any | None, list[str]]:
    """The best of the projections, and what is wrong with those that were looked at."""
    shape, reason = shape_of_wkt(text_of(product, _DEGREES), kind)
    if kind != "polygon":
        return shape, [reason]
    polar, polar_reason = _polar(product, body, shape)
    if polar is not None:
        return polar, [reason]
    if shape is None:
        shape, unsplit_reason = shape_of_unsplit_wkt(text_of(product, _UNSPLIT))
        return shape, [reason, polar_reason, unsplit_reason]
    return _with_all_corners(product, shape), [polar_reason]


def _with_all_corners(product: Mapping[str, Any], shape: Any) -> Any:
    """The shape; what ODE has split, as it was before, where that holds all that is left of it.

    ODE's splitting loses corners: the Meridiani image of the tests has lost one at 0°.
    """
    if shapely.get_num_geometries(shape) == 1 or _pole(product) is not None:
        return shape
    whole, _ = shape_of_unsplit_wkt(text_of(product, _UNSPLIT))
    if whole is None or not shapely.buffer(whole, _ROUNDED_DEG).covers(shape):
        return shape
    return whole


def _polar(
    product: Mapping[str, Any], body: Body, cylindrical: Any | None
) -> tuple[Any | None, str]:
    """What the polar projection draws, where the footprint holds a pole and both agree."""
    pole = _pole(product)
    if pole is None:
        return None, ""
    shape, reason = shape_of_polar_wkt(text_of(product, _POLAR[pole]), pole, body.sphere_radius_m)
    if shape is None or cylindrical is None:
        return shape, reason
    if agreement(shape, cylindrical, pole) >= _LEAST_AGREEMENT:
        return shape, ""
    return None, "at a pole are drawn at two places; that in degrees was taken"


def _pole(product: Mapping[str, Any]) -> Pole | None:
    state = (text_of(product, "Pole_state") or "").lower()
    return next((pole for pole in _POLAR if pole == state), None)


def _box(product: Mapping[str, Any]) -> Any | None:
    west, east, south, north = (number_of(product, name) for name in _BOUNDS)
    if not (-90.0 <= south < north <= 90.0 and abs(west) <= 360.0 and abs(east) <= 360.0):
        return None
    crosses = (text_of(product, "Footprints_cross_meridian") or "").lower() in ("true", "t")
    if crosses and east - west > 180.0:
        # ODE gives the smallest and the greatest number as bounds of what crosses 0°.
        west, east = east, west
    pole = _pole(product)
    if pole is not None:
        west, east = 0.0, 360.0
        south, north = (south, 90.0) if pole == "north" else (-90.0, north)
    shape = polygons_from_boxes([west], [east], [south], [north])[0]
    return shape if shapely.area(shape) > 0.0 else None
