"""A projection as GDAL read it from a label, put right by what the label says of it.

GDAL takes ISIS's central meridians as if they counted east, its ellipsoidal projections as
spheres, and planetographic latitudes as planetocentric ones.
"""

from __future__ import annotations

import math

from planetary_qgis.core.longitudes import ographic_from_ocentric
from planetary_qgis.qgis_bridge.crs_doctor import rebuilding
from planetary_qgis.qgis_bridge.crs_doctor.definitions import tree_of
from planetary_qgis.qgis_bridge.crs_doctor.label_conventions import MapConventions
from planetary_qgis.qgis_bridge.crs_doctor.remarks import OGRAPHIC, WEST_EASTINGS, Remark
from planetary_qgis.qgis_bridge.crs_doctor.wkt_tree import Item, Node, says_ographic

_ISIS_ELLIPSOIDAL = {
    "POLARSTEREOGRAPHIC": "stere",
    "MERCATOR": "merc",
    "TRANSVERSEMERCATOR": "tmerc",
    "LAMBERTCONFORMAL": "lcc",
}
_SCALE = "Scale factor at natural origin"
_MERIDIANS = ("longitude of natural origin", "longitude of false origin", "longitude of origin")
_SPHERICAL_METHODS = frozenset(
    ("Equidistant Cylindrical", "Equidistant Cylindrical (Spherical)", "Mollweide", "Robinson")
)
"""What PROJ computes on a sphere, whatever the ellipsoid: their latitudes are those of the base."""
_FULL_CIRCLE = 360.0
_ALIKE_DEG = 1e-6
Remarks = tuple[Remark, ...]


def corrected(tree: Node, said: MapConventions) -> tuple[Node, tuple[str, ...], Remarks]:
    """The projection as it is, the steps from its degrees to the body's, and what was mended."""
    if said.is_isis and said.is_flattened and said.projection in _ISIS_ELLIPSOIDAL:
        return _isis_ellipsoidal(said)
    tree, remarks = _unit_scale(_plain_mercator(tree))
    if said.is_west:
        tree, about_meridian = _eastward(tree, said.numbers.get("CENTER_LON"))
        remarks += about_meridian
    if any(axis.word(1).lower() == "west" for axis in _axes(tree)):
        remarks += (WEST_EASTINGS,)
    axes = _axes_of_ographic(tree, said)
    if axes is None:
        return tree, (), remarks
    remarks += (OGRAPHIC,)
    return tree, (rebuilding.ographic(*axes),), remarks


def _axes(tree: Node) -> list[Node]:
    return [node for node in tree.nodes if node.keyword == "AXIS"]


def _axes_of_ographic(tree: Node, said: MapConventions) -> tuple[float, float] | None:
    """The axes that planetographic latitudes refer to; None where they are planetocentric."""
    if said.latitudes == "ographic" and said.is_flattened:
        return said.equatorial_m, said.polar_m
    major, flattening = rebuilding.ellipsoid_of(tree)
    base = tree.child("BASEGEOGCRS", "BASEGEODCRS")
    if said.latitudes or not flattening or base is None:
        return None
    is_ographic = says_ographic(base)
    is_truly_ocentric = base.keyword == "BASEGEODCRS" and _method(tree) not in _SPHERICAL_METHODS
    return rebuilding.axes(major, flattening) if is_ographic or is_truly_ocentric else None


def _method(tree: Node) -> str:
    method = tree.find("METHOD")
    return method.name if method is not None else ""


def _plain_mercator(tree: Node) -> Node:
    """With the Mercator of a sphere for that of web maps, which PROJ knows on Earth alone."""
    if not _method(tree).startswith("Popular Visualisation"):
        return tree
    radius = rebuilding.ellipsoid_of(tree)[0]
    return tree_of(f"+proj=merc +R={radius!r} +units=m +no_defs")


def scale_of(tree: Node) -> float | None:
    """The scale factor of a projection; None where it has none."""
    found = (p for p in tree.walk() if p.keyword == "PARAMETER" and p.name == _SCALE)
    parameter = next(found, None)
    return parameter.number(1) if parameter is not None else None


def _unit_scale(tree: Node) -> tuple[Node, Remarks]:
    """With 1 for a scale factor of nothing, by which no coordinate can be divided."""
    if scale_of(tree) != 0.0:
        return tree, ()
    mended = _with_parameters(tree, {_SCALE.lower(): 1.0})
    sentence = "Its scale factor is 0, which has no inverse operation; 1 is meant."
    return mended, (Remark("scale", sentence),)


def _eastward(tree: Node, center_lon: float | None) -> tuple[Node, Remarks]:
    """With the central meridian counted east, where GDAL took the label's number as it was."""
    current = [p for p in tree.walk() if p.keyword == "PARAMETER" and p.name.lower() in _MERIDIANS]
    if center_lon is None or not current:
        return tree, ()
    is_as_in_label = _is_same_meridian(current[0].number(1) or 0.0, center_lon)
    if not is_as_in_label or _is_same_meridian(center_lon, -center_lon):
        return tree, ()
    mended = _with_parameters(tree, dict.fromkeys(_MERIDIANS, -center_lon))
    east = math.remainder(-center_lon, _FULL_CIRCLE)
    sentence = (
        f"The label's longitudes count west: its central meridian of {center_lon:g}° "
        f"is {east:g}° east."
    )
    return mended, (Remark("west", sentence),)


def _is_same_meridian(a: float, b: float) -> bool:
    return abs(math.remainder(a - b, _FULL_CIRCLE)) < _ALIKE_DEG


def _with_parameters(tree: Node, values: dict[str, float]) -> Node:
    """The tree with other values for parameters of these (lower-case) names."""
    return Node(tree.keyword, tuple(_with_value(item, values) for item in tree.items))


def _with_value(item: Item, values: dict[str, float]) -> Item:
    if isinstance(item, str):
        return item
    if item.keyword == "PARAMETER" and item.name.lower() in values:
        return Node(item.keyword, (item.items[0], repr(values[item.name.lower()]), *item.items[2:]))
    return _with_parameters(item, values)


def _isis_ellipsoidal(said: MapConventions) -> tuple[Node, tuple[str, ...], Remarks]:
    """ISIS's own formulas: ellipsoidal, on planetographic latitudes, whatever its label counts in.

    Source: ISIS 3, classes PolarStereographic, Mercator, TransverseMercator, LambertConformal.
    """
    sign = -1.0 if said.is_west else 1.0
    numbers = said.numbers
    center = _ographic(numbers.get("CENTER_LAT", 0.0), said)
    words = [
        f"+proj={_ISIS_ELLIPSOIDAL[said.projection]}",
        f"+lon_0={sign * numbers.get('CENTER_LON', 0.0)!r}",
        f"+a={said.equatorial_m!r} +b={said.polar_m!r} +units=m +no_defs",
        *_own_words(said, center),
    ]
    step = rebuilding.ographic(said.equatorial_m, said.polar_m)
    remark = Remark("sphere", "ISIS projects on the ellipsoid; GDAL took it for a sphere.")
    return tree_of(" ".join(words)), (step,), (remark,)


def _own_words(said: MapConventions, center: float) -> list[str]:
    """The parameters of each projection besides its central meridian."""
    if said.projection == "POLARSTEREOGRAPHIC":
        return [f"+lat_0={math.copysign(90.0, center)} +lat_ts={center!r}"]
    if said.projection == "MERCATOR":
        return [f"+lat_ts={center!r}"]
    if said.projection == "TRANSVERSEMERCATOR":
        return [f"+lat_0={center!r} +k={said.numbers.get('SCALE', 1.0)!r}"]
    parallels = [_ographic(said.numbers.get(f"PARALLEL_{n}", center), said) for n in (1, 2)]
    return [f"+lat_0={center!r} +lat_1={parallels[0]!r} +lat_2={parallels[1]!r}"]


def _ographic(lat: float, said: MapConventions) -> float:
    if said.latitudes == "ographic":
        return lat
    return float(ographic_from_ocentric(lat, equatorial=said.equatorial_m, polar=said.polar_m))
