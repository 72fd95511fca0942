"""Well-known text of a service's footprints as valid shapes in the house's degrees.

What a service draws is taken as drawn: straight lon/lat edges stay straight.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import GeometryKind
from planetary_qgis.core.seams import mended, polygons_of_oriented_rings

_MOST_LONGITUDE = 540.0
_MOST_LATITUDE = 90.0 + 1e-3
"""Rounding may put a vertex a little beyond a pole; it is cut off there."""
_LEAST_AREA_DEG2 = 1e-12
_DIMENSIONS = {"point": 0, "line": 1, "polygon": 2}
_TURNS = (0.0, -360.0, 360.0)

UNREADABLE = "cannot be read as well-known text"
NO_POSITIONS = "have coordinates that are no longitudes and latitudes"
NO_AREA = "enclose no area"


def shape_of_wkt(text: str | None, kind: GeometryKind = "polygon") -> tuple[Any | None, str]:
    """A valid shape within ±180° and ±90°, or None with a reason.

    Args:
        text: East longitudes, 0 to 360 or -180 to 180, cut at the seam or running on past it.
        kind: What to keep of a collection.

    Returns:
        The shape, and "" or what completes “footprints …”. Both are empty where the text says
        nothing: None, "" or EMPTY.
    """
    drawn, reason = _drawn(text)
    if drawn is None:
        return None, reason
    pieces = _of_kind(_within_world(_valid(drawn)), kind)
    if not pieces:
        flat = kind == "polygon" and shapely.get_dimensions(drawn) == _DIMENSIONS[kind]
        return None, NO_AREA if flat else f"hold no {kind}"
    return _together(pieces, kind), ""


def shape_of_unsplit_wkt(text: str | None) -> tuple[Any | None, str]:
    """The same of polygons whose edges go the short way around: 359 to 1 is two degrees wide.

    Interiors are what each ring surrounds on its smaller side; holes are not known in such texts
    and are left out.
    """
    drawn, reason = _drawn(text)
    if drawn is None:
        return None, reason
    rings = [
        shapely.get_coordinates(part.exterior)[:-1]
        for part in shapely.get_parts(drawn)
        if shapely.get_type_id(part) == shapely.GeometryType.POLYGON and not part.is_empty
    ]
    if not rings:
        return None, NO_AREA
    vertices = np.concatenate([_counter_clockwise(ring) for ring in rings])
    owner = np.repeat(np.arange(len(rings)), [len(ring) for ring in rings])
    shapes = polygons_of_oriented_rings(vertices[:, 0], vertices[:, 1], owner)
    pieces = _of_kind(shapes, "polygon")
    return (_together(pieces, "polygon"), "") if pieces else (None, NO_AREA)


def read_wkt(text: str | None) -> Any | None:
    """The geometry as it is written, in two dimensions; None where it cannot be read."""
    with np.errstate(invalid="ignore"):  # NaN among the coordinates is the caller's to find
        drawn = shapely.from_wkt((text or "").strip(), on_invalid="ignore")
    return None if drawn is None else shapely.force_2d(drawn)


def _drawn(text: str | None) -> tuple[Any | None, str]:
    """The geometry that a text draws, in its own degrees."""
    if text is None or not text.strip():
        return None, ""
    drawn = read_wkt(text)
    if drawn is None:
        return None, UNREADABLE
    if drawn.is_empty:
        return None, ""
    vertices = shapely.get_coordinates(drawn)
    # Written so that NaN, too, is no position.
    if not (np.abs(vertices) <= [_MOST_LONGITUDE, _MOST_LATITUDE]).all():
        return None, NO_POSITIONS
    return drawn, ""


def _valid(drawn: Any) -> Any:
    return drawn if drawn.is_valid else shapely.make_valid(drawn)


def _within_world(drawn: Any) -> NDArray[np.object_]:
    """Pieces of a shape, each moved by whole turns into the world's rectangle."""
    west, south, east, north = drawn.bounds
    pieces = []
    for turn in _TURNS:
        if west + turn >= 180.0 or east + turn <= -180.0:
            continue
        moved = _moved(drawn, turn)
        if west + turn < -180.0 or east + turn > 180.0 or south < -90.0 or north > 90.0:
            moved = shapely.intersection(moved, shapely.box(-180.0, -90.0, 180.0, 90.0))
        pieces.append(moved)
    return np.array(pieces, dtype=object)


def _moved(drawn: Any, turn: float) -> Any:
    if turn == 0.0:
        return drawn
    return shapely.transform(drawn, lambda vertices: vertices + np.array([turn, 0.0]))


def _of_kind(shapes: Any, kind: GeometryKind) -> list[Any]:
    """The simple parts of one kind, wherever they hide in collections."""
    parts = shapely.get_parts(shapely.get_parts(shapely.get_parts(shapes)))
    right = (shapely.get_dimensions(parts) == _DIMENSIONS[kind]) & ~shapely.is_empty(parts)
    if kind == "polygon":
        right &= shapely.area(parts) > _LEAST_AREA_DEG2
    return list(parts[right])


def _together(pieces: list[Any], kind: GeometryKind) -> Any:
    if len(pieces) == 1:
        return pieces[0]
    if kind != "polygon":
        return shapely.union_all(pieces)
    # Parts of one footprint may overlap or share an edge, as the halves of a sphere do.
    many = shapely.MultiPolygon(pieces)
    return many if many.is_valid else mended(np.array([many], dtype=object))[0]


def _counter_clockwise(ring: NDArray[np.float64]) -> NDArray[np.float64]:
    """An open ring turned so that its smaller side is on the left."""
    steps = (np.diff(ring[:, 0], append=ring[:1, 0]) + 180.0) % 360.0 - 180.0
    lon = np.concatenate([[0.0], np.cumsum(steps)[:-1]])
    if abs(steps.sum()) > 180.0:  # once around: the pole on its own side is inside
        clockwise = steps.sum() * ring[:, 1].mean() < 0.0
    else:
        lat = ring[:, 1]
        clockwise = float((lon * np.roll(lat, -1) - np.roll(lon, -1) * lat).sum()) < 0.0
    return ring[::-1] if clockwise else ring
