"""Where products of the PDS4 Registry lie: inside the bounds that their labels' cartography gives.

West and east are those of the compass, whichever way longitudes count (PDS4 Cartography Local Data
Dictionary, Bounding_Coordinates).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.services.values import number_of, text_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import Body
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import Direction, LatitudeKind, to_house_convention
from planetary_qgis.core.polygons import polygons_from_boxes

_COORDINATE = "cart:Bounding_Coordinates.cart:{}_bounding_coordinate"
BOUNDS = {
    f"{side}_bounding_coordinate": _COORDINATE.format(side)
    for side in ("west", "east", "south", "north")
}
"""Columns of records, and the registry's properties."""
DIRECTION = "cart:Geodetic_Model.cart:longitude_direction"
LATITUDE_TYPE = "cart:Geodetic_Model.cart:latitude_type"

_DIRECTIONS: dict[str, Direction] = {"positive east": "east", "positive west": "west"}
_LATITUDES: dict[str, LatitudeKind] = {"planetocentric": "ocentric", "planetographic": "ographic"}
_MOST_LONGITUDE = 540.0
_LEAST_AREA_DEG2 = 1e-12
Record = Mapping[str, Any]
Bounds = NDArray[np.float64]


def located(body: Body, records: Sequence[Record], here: Sequence[bool], tally: Tally) -> list[Any]:
    """A box for each record that has bounds, None for the others.

    Args:
        here: Whether the record is about the body that the shapes lie on.
    """
    shapes = []
    for record, wanted in zip(records, here):
        bounds = np.array([number_of(record, name) for name in BOUNDS])
        known = wanted and bool(np.isfinite(bounds).all())
        shape, problem = _box(body, record, bounds, tally) if known else (None, "")
        if problem:
            tally.add(f"products have bounds that {problem}", 1, [_name(record)])
        shapes.append(shape)
    return shapes


def _box(body: Body, record: Record, bounds: Bounds, tally: Tally) -> tuple[Any, str]:
    most = [_MOST_LONGITUDE, _MOST_LONGITUDE, 90.0, 90.0]
    if not (np.abs(bounds) <= most).all():
        return None, "are no positions"
    lon, lat = bounds[:2], bounds[2:]
    around = abs(lon[1] - lon[0]) >= 360.0
    lon_e, lat_ocentric = to_house_convention(
        lon,
        lat,
        direction=_direction(record, tally),
        latitude_kind=_latitude_kind(record, tally),
        body=body,
    )
    west, east = (-180.0, 180.0) if around else (lon_e[0], lon_e[1])
    shape = polygons_from_boxes([west], [east], lat_ocentric[:1], lat_ocentric[1:])[0]
    return (shape, "") if shapely.area(shape) > _LEAST_AREA_DEG2 else (None, "enclose no area")


def _direction(record: Record, tally: Tally) -> Direction:
    said = (text_of(record, "longitude_direction") or "").lower()
    if said not in _DIRECTIONS:
        problem = "products do not say which way their longitudes count; east was taken"
        tally.add(problem, 1, [_name(record)])
    return _DIRECTIONS.get(said, "east")


def _latitude_kind(record: Record, tally: Tally) -> LatitudeKind:
    said = (text_of(record, "latitude_type") or "").lower()
    if said not in _LATITUDES:
        problem = "products do not say of which kind their latitudes are; planetocentric was taken"
        tally.add(problem, 1, [_name(record)])
    return _LATITUDES.get(said, "ocentric")


def _name(record: Record) -> str:
    return text_of(record, "lidvid") or "a product without identifier"
