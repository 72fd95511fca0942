"""The same coordinates on a CRS whose body QGIS knows, with what they count put into it.

PROJ (since 6) applies the operation of a bound CRS between that CRS and its target, forth and
back. So a CRS can say that its latitudes are planetographic or that its longitudes count west,
and QGIS, GDAL and PROJ convert them exactly, while the data stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from qgis.core import QgsCoordinateReferenceSystem

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.crs import crs_of, same_body
from planetary_qgis.qgis_bridge.crs_doctor.definitions import spatial_reference, tree_of
from planetary_qgis.qgis_bridge.crs_doctor.wkt_tree import Item, Node, parsed, quoted
from planetary_qgis.qgis_bridge.spheres import axes_m

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
_DEGREE = "0.0174532925199433"
_SERIES_OF_PROJECTIONS = range(10, 100, 5)
_NAMELESS = ("", "unknown", "unnamed")
_WEST = "+step +proj=axisswap +order=-1,2"
_SWAPPED = "+step +proj=axisswap +order=2,1"


def west() -> str:
    """The step from longitudes that count west to east-positive ones."""
    return _WEST


def swapped() -> str:
    """The step from coordinates whose latitude stands where the longitude belongs."""
    return _SWAPPED


def shifted(degrees: float) -> str:
    """The step that adds so many degrees to longitudes."""
    return f"+step +proj=affine +xoff={degrees!r}"


def ographic(equatorial_m: float, polar_m: float) -> str:
    """The step from planetographic to planetocentric latitudes."""
    return (
        "+step +proj=unitconvert +xy_in=deg +xy_out=rad "
        f"+step +proj=geoc +a={equatorial_m!r} +b={polar_m!r} "
        "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )


def geographic_on(
    body: Body, steps: Sequence[str] = (), what: str = ""
) -> QgsCoordinateReferenceSystem:
    """Degrees on the body's sphere; with steps that lead from what the data count to those."""
    if not steps:
        return crs_of(body)
    # A datum of its own: PROJ takes what shares the sphere's datum for the sphere itself.
    title = quoted(f"{body.title} - {what}")
    ellipsoid = f'ELLIPSOID[{quoted(body.title)},{_sphere_radius(body)!r},0,LENGTHUNIT["metre",1]]'
    return _bound(f"GEOGCRS[{title},DATUM[{title},{ellipsoid}],{_GEOGRAPHIC_AXES}]", body, steps)


def projected_on(
    body: Body, tree: Node, steps: Sequence[str] = ()
) -> QgsCoordinateReferenceSystem | None:
    """The same projection on the body, by a code of the database where one is just that.

    Args:
        tree: PROJCRS.
        steps: From the longitudes and latitudes that the projection's inverse gives, to
            east-positive, planetocentric ones.

    Returns:
        None where no projection can be inverted to degrees on the body.
    """
    bare = _titled(tree.without("ID", "USAGE", "REMARK", "SCOPE", "AREA", "BBOX"), body)
    if not steps:
        code = _code_of_same(body, tree)
        if code:
            return QgsCoordinateReferenceSystem(code)
    for rebuild in (_renamed, _rescaled):
        rebuilt = rebuild(bare, body, is_own=bool(steps))
        crs = _bound(rebuilt, body, steps) if steps else _made(rebuilt)
        if crs.isValid() and same_body(crs, crs_of(body)):
            return crs
    return None


def ellipsoid_of(tree: Node) -> tuple[float, float]:
    """Semi-major axis in metres and inverse flattening (0: a sphere) of a CRS."""
    ellipsoid = tree.find("ELLIPSOID", "SPHEROID")
    if ellipsoid is None:
        return 0.0, 0.0
    return ellipsoid.number(1) or 0.0, ellipsoid.number(2) or 0.0


def axes(major: float, inverse_flattening: float) -> tuple[float, float]:
    """Equatorial and polar radius of an ellipsoid as WKT gives it; 0 stands for a sphere."""
    return major, major * (1.0 - 1.0 / inverse_flattening) if inverse_flattening else major


def replaced(tree: Node, keyword: str, by: Node) -> Node:
    """The tree with its nodes of that keyword replaced, wherever they are."""
    return Node(tree.keyword, tuple(_replaced(item, keyword, by) for item in tree.items))


def _replaced(item: Item, keyword: str, by: Node) -> Item:
    if isinstance(item, str):
        return item
    return by if item.keyword == keyword else replaced(item, keyword, by)


def _renamed(tree: Node, body: Body, *, is_own: bool) -> str:
    """With datum and ellipsoid of the body's name, and the axes as they are."""
    radius, flattening = ellipsoid_of(tree)
    return str(_on_base(tree, _base(body, radius, flattening, is_own=is_own)))


def _rescaled(tree: Node, body: Body, *, is_own: bool) -> str:
    """On the body's own radius, the difference put into the unit of length.

    For radii that PROJ counts to no body, or to another one: Mars in Web Mercator's metres.
    """
    own = _sphere_radius(body)
    radius, flattening = ellipsoid_of(tree)
    unit = tree.find("CS")
    metres = (tree.child("AXIS") or tree).find("LENGTHUNIT") or tree.child("LENGTHUNIT")
    factor = (metres.number(1) if metres and unit else None) or 1.0
    scaled = parsed(f'LENGTHUNIT["metre on a sphere of {radius:.0f} m",{factor * own / radius!r}]')
    conversion = tree.child("CONVERSION")
    rebuilt = replaced(tree, "LENGTHUNIT", scaled)
    if conversion is not None:
        rebuilt = replaced(rebuilt, "CONVERSION", _scaled_lengths(conversion, own / radius))
    return str(_on_base(rebuilt, _base(body, own, flattening, is_own=is_own)))


def _titled(tree: Node, body: Body) -> Node:
    """With a name that says what it is, where it has none."""
    if tree.name.lower() not in _NAMELESS:
        return tree
    method = tree.find("METHOD")
    kind = method.name if method is not None else "projection"
    return Node(tree.keyword, (quoted(f"{body.title} / {kind}"), *tree.items[1:]))


def _on_base(tree: Node, base: Node) -> Node:
    return replaced(replaced(tree, "BASEGEODCRS", base), "BASEGEOGCRS", base)


def _scaled_lengths(conversion: Node, factor: float) -> Node:
    """The parameters that are lengths (false eastings, heights), by another metre."""
    metre = parsed(f'LENGTHUNIT["metre on another sphere",{factor!r}]')
    return replaced(conversion, "LENGTHUNIT", metre)


def _base(body: Body, radius: float, inverse_flattening: float, *, is_own: bool) -> Node:
    """The body's own sphere where it is that one, else one of that size with the body's name.

    Args:
        is_own: That its datum is another than the sphere's, even so.
    """
    if radius == _sphere_radius(body) and not inverse_flattening and not is_own:
        own = parsed(crs_of(body).toWkt(_WKT2))
        kept = (i for i in own.items if isinstance(i, str) or i.keyword in ("DATUM", "PRIMEM"))
        return Node("BASEGEOGCRS", tuple(kept))
    kind = "spheroid" if inverse_flattening else "sphere"
    title = quoted(f"{body.title} ({kind} of {radius / 1000.0:.10g} km)")
    return parsed(
        f"BASEGEOGCRS[{title},DATUM[{title},ELLIPSOID[{quoted(body.title)},{radius!r},"
        f'{inverse_flattening!r},LENGTHUNIT["metre",1]]],{_PRIME_MERIDIAN}]'
    )


def _sphere_radius(body: Body) -> float:
    return axes_m(crs_of(body).ellipsoidAcronym())[0]


def _bound(source: str, body: Body, steps: Sequence[str]) -> QgsCoordinateReferenceSystem:
    """A CRS whose coordinates become the body's degrees in these steps.

    Between geographic CRSs the operation's numbers are latitude and longitude in degrees.
    """
    operation = f"+proj=pipeline {_SWAPPED} {' '.join(steps)} {_SWAPPED}"
    return _made(
        f"BOUNDCRS[SOURCECRS[{source}],TARGETCRS[{crs_of(body).toWkt(_WKT2)}],"
        'ABRIDGEDTRANSFORMATION["To east-positive, planetocentric degrees",'
        f"METHOD[{quoted(f'PROJ-based operation method: {operation}')}]]]"
    )


def _made(wkt: str) -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem.fromWkt(wkt)


def _code_of_same(body: Body, tree: Node) -> str:
    """The code of the database with just these parameters on the body's sphere; empty if none."""
    wanted = _parameters(str(tree))
    return next((code for code, known in _projections_of(body) if known == wanted), "")


@lru_cache(maxsize=64)
def _projections_of(body: Body) -> tuple[tuple[str, frozenset[str]], ...]:
    if not QgsCoordinateReferenceSystem(body.sphere_code).isValid():
        return ()
    codes = (f"IAU_2015:{body.naif_id * 100 + offset}" for offset in _SERIES_OF_PROJECTIONS)
    known = (code for code in codes if QgsCoordinateReferenceSystem(code).isValid())
    return tuple((code, _parameters(str(tree_of(code)))) for code in known)


def _parameters(wkt: str) -> frozenset[str]:
    """What PROJ computes with; longitudes of 180 are those of −180."""
    text = spatial_reference(wkt).ExportToProj4().replace("+lon_0=-180 ", "+lon_0=180 ")
    return frozenset(text.split()) - {"+no_defs", "+type=crs", "+k=1", "+lat_0=0", "+lat_ts=0"}


_PRIME_MERIDIAN = f'PRIMEM["Reference Meridian",0,ANGLEUNIT["degree",{_DEGREE}]]'
_GEOGRAPHIC_AXES = (
    f"{_PRIME_MERIDIAN},CS[ellipsoidal,2],"
    f'AXIS["latitude",north,ORDER[1],ANGLEUNIT["degree",{_DEGREE}]],'
    f'AXIS["longitude",east,ORDER[2],ANGLEUNIT["degree",{_DEGREE}]]'
)
