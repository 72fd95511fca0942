"""Where products lie, as their PDS4 labels say: outline, bounds and centre in the house's terms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.archives.pds4.corners import Point, centre_of, footprint_of
from planetary_qgis.core.archives.pds4.units import degrees_of, metres_of
from planetary_qgis.core.archives.pds4.xml import Element
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import Body, find_body, naif_name
from planetary_qgis.core.corners import corners_in_ring_order
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import Direction, LatitudeKind, to_house_convention
from planetary_qgis.core.polygons import polygons_from_boxes, polygons_from_rings

Shapes = NDArray[np.object_]
FloatArray = NDArray[np.float64]
Bounds = tuple[float, float, float, float]
"""West, east, south, north."""

FROM_VERTICES, FROM_BOUNDS = "label vertices", "label bounds"

_EAST_ON = frozenset(
    (10, 399, 301, 299, 799, 701, 702, 703, 704, 705, 801, 999, 901, 2000001, 2000004, 2000021)
)
"""Bodies whose planetographic longitudes run east, too: Sun, Earth and Moon by custom, those that
turn backwards, and dwarf planets and small bodies (IAU WGCCRE 2015; NAIF, RECPGR)."""
_LEAST_AREA_DEG2 = 1e-12
_CORNERS = 4
_MOST_LONGITUDE_DEG = 540.0
_NO_WIDTH_DEG = 1e-6
_EDGES = (
    tuple(f"{side}_bounding_coordinate" for side in ("west", "east", "south", "north")),
    ("westernmost_longitude", "easternmost_longitude", "minimum_latitude", "maximum_latitude"),
    ("minimum_longitude", "maximum_longitude", "minimum_latitude", "maximum_latitude"),
)


@dataclass(frozen=True)
class Place:
    """Where one product lies: degrees, east-positive, planetocentric.

    Attributes:
        outline: (n, 2) longitudes and latitudes, or None.
        centre: NaN where unknown.
        assumed: Whether the label says nothing of its longitudes and latitudes.
    """

    outline: FloatArray | None = None
    bounds: Bounds | None = None
    centre: Point = (np.nan, np.nan)
    assumed: bool = False


@dataclass(frozen=True)
class _Convention:
    direction: Direction
    latitude_kind: LatitudeKind
    body: Body
    stated: bool

    def house(self, points: Sequence[Point]) -> FloatArray:
        lon, lat = np.asarray(points, dtype=float).T
        lon_e, lat_ocentric = to_house_convention(
            lon, lat, direction=self.direction, latitude_kind=self.latitude_kind, body=self.body
        )
        return np.column_stack([lon_e, lat_ocentric])


def place_of(root: Element, body: Body) -> Place:
    """What a label about a body says of where its product lies on it."""
    root = _without_other_targets(root, body)
    outline, edges, centre = footprint_of(root), _edges_of(root), centre_of(root)
    if not (outline or edges or centre):
        return Place()
    convention = _convention(root, body, of_bounds=not outline)
    return Place(
        outline=convention.house(outline) if outline else None,
        bounds=_house_bounds(*edges, _convention(root, body, of_bounds=True)) if edges else None,
        centre=_house_centre(centre, convention) if centre else (np.nan, np.nan),
        assumed=not convention.stated,
    )


def shapes_of(places: Sequence[Place | None], tally: Tally) -> tuple[Shapes, Shapes]:
    """A shape or None each, and what it was made from: outlines come before bounds."""
    shapes = np.full(len(places), None, dtype=object)
    sources = shapes.copy()
    _add_outlines(shapes, places, tally)
    sources[shapes != None] = FROM_VERTICES  # noqa: E711 - elementwise
    _add_bounds(shapes, places, tally)
    sources[(shapes != None) & (sources == None)] = FROM_BOUNDS  # noqa: E711 - elementwise
    return shapes, sources


def _add_outlines(shapes: Shapes, places: Sequence[Place | None], tally: Tally) -> None:
    by_length: dict[int, list[int]] = {}
    for row, place in enumerate(places):
        if place is None or place.outline is None:
            continue
        if _are_positions(place.outline):
            by_length.setdefault(len(place.outline), []).append(row)
        else:
            tally.add("labels have vertices that are no positions", 1)
    for rows in by_length.values():
        rings = np.stack([_outline(places[row]) for row in rows])
        lon, lat = rings[..., 0], rings[..., 1]
        if lon.shape[1] == _CORNERS:
            lon, lat = corners_in_ring_order(lon, lat)
        found = _with_area(polygons_from_rings(lon, lat))
        shapes[rows] = found
        flat = sum(shape is None for shape in found)
        tally.add("labels have vertices that enclose no area", flat)


def _add_bounds(shapes: Shapes, places: Sequence[Place | None], tally: Tally) -> None:
    rows, boxes = [], []
    for row, place in enumerate(places):
        if place is None or place.bounds is None or shapes[row] is not None:
            continue
        west, east, south, north = place.bounds
        if _are_positions(np.array([[west, south], [east, north]])):
            rows.append(row)
            boxes.append(place.bounds)
        else:
            tally.add("labels have bounds that are no positions", 1)
    if rows:
        found = _with_area(polygons_from_boxes(*np.asarray(boxes, dtype=float).T))
        shapes[rows] = found
        flat = sum(shape is None for shape in found)
        tally.add("labels have bounds that enclose no area", flat)


def _outline(place: Place | None) -> FloatArray:
    return np.empty((0, 2)) if place is None or place.outline is None else place.outline


def _are_positions(points: FloatArray) -> bool:
    near = (np.abs(points[:, 0]) <= _MOST_LONGITUDE_DEG) & (np.abs(points[:, 1]) <= 90.0)
    return bool(near.all())


def _with_area(shapes: Shapes) -> Shapes:
    kept = shapes.copy()
    kept[shapely.area(shapes) < _LEAST_AREA_DEG2] = None
    return kept


def _edges_of(root: Element) -> tuple[Bounds, bool] | None:
    """The bounds, and whether they are told by compass; by number, they are least and greatest."""
    for names in _EDGES:
        for element in root.walked:
            named = {child.name: child for child in element.children if child.name in names}
            edges = [degrees_of(named.get(name)) for name in names]
            known = [edge for edge in edges if edge is not None]
            if len(known) == len(names):
                return (known[0], known[1], known[2], known[3]), not names[0].startswith("min")
    return None


def _house_bounds(bounds: Bounds, by_compass: bool, convention: _Convention) -> Bounds:
    west, east, south, north = bounds
    # From −2 to 359, each counted its own way, is one degree; from −180 to 180 is all around.
    around = east != west and abs(math.remainder(east - west, 360.0)) < _NO_WIDTH_DEG
    if convention.direction == "west" and not by_compass:
        west, east = east, west
    (west_e, low), (east_e, high) = convention.house([(west, south), (east, north)]).tolist()
    return (-180.0, 180.0, low, high) if around else (west_e, east_e, low, high)


def _house_centre(centre: Point, convention: _Convention) -> Point:
    house = convention.house([centre])
    return (float(house[0, 0]), float(house[0, 1])) if _are_positions(house) else (np.nan, np.nan)


def _convention(root: Element, body: Body, *, of_bounds: bool) -> _Convention:
    """What the cartography says of bounds and the geometry of vertices; else what the other says.

    Without a direction, planetocentric longitudes run east and planetographic ones as the IAU
    adopted it, as the cartography dictionary has it.
    """
    cartography, geometry = _kind(root, "latitude_type"), _kind(root, "coordinate_system_type")
    kind = (cartography or geometry) if of_bounds else (geometry or cartography)
    told = _direction(root) if kind in ("", cartography) else None
    usual: Direction = "west" if _runs_west(kind, body) else "east"
    return _Convention(
        direction=told or usual,
        latitude_kind="ographic" if kind in ("graphic", "detic") else "ocentric",
        body=_with_radii_of(root, body),
        stated=bool(kind or told),
    )


def _kind(root: Element, name: str) -> str:
    """“centric”, “graphic” or “detic”, by the first element of that name that says so."""
    texts = ((element.text or "").lower() for element in root.all(name))
    said = (kind for text in texts for kind in ("centric", "graphic", "detic") if kind in text)
    return next(said, "")


def _direction(root: Element) -> Direction | None:
    for element in root.all("longitude_direction"):
        text = (element.text or "").lower()
        if ("west" in text) != ("east" in text):
            return "west" if "west" in text else "east"
    return None


def _runs_west(kind: str, body: Body) -> bool:
    return kind == "graphic" and body.naif_id not in _EAST_ON


def _with_radii_of(root: Element, body: Body) -> Body:
    """The body with the spheroid that the label's planetographic latitudes stand on."""
    for model in root.all("Geodetic_Model"):
        named = {child.name: metres_of(child) for child in model.children}
        equatorial = named.get("a_axis_radius") or named.get("semi_major_radius")
        polar = named.get("c_axis_radius") or named.get("polar_radius")
        if equatorial and polar:
            return replace(body, radii_km=(equatorial / 1e3, equatorial / 1e3, polar / 1e3))
    return body


def _without_other_targets(root: Element, body: Body) -> Element:
    """The tree without the geometry blocks that are about another body."""
    if not any(_is_about_another(block, body) for block in root.all("Geometry_Orbiter")):
        return root
    children = [
        _without_other_targets(child, body)
        for child in root.children
        if child.name != "Geometry_Orbiter" or not _is_about_another(child, body)
    ]
    return replace(root, children=children)


def _is_about_another(block: Element, body: Body) -> bool:
    names = [
        child.text or ""
        for target in block.all("Geometry_Target_Identification")
        for child in target.children
        if child.name in ("body_spice_name", "name")
    ]
    known = {found.name for found in map(find_body, map(naif_name, names)) if found is not None}
    return bool(known) and body.name not in known
