"""What a coordinate reference system really is: its body, and the same on a CRS that QGIS knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qgis.core import QgsCoordinateReferenceSystem

from planetary_qgis.core.bodies import Body, find_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs_doctor import label_projections, rebuilding
from planetary_qgis.qgis_bridge.crs_doctor.body_names import (
    bodies_of_radius,
    body_named,
    body_of_code,
    is_earth_like,
)
from planetary_qgis.qgis_bridge.crs_doctor.definitions import (
    code_of,
    horizontal,
    modern_code,
    tree_of,
)
from planetary_qgis.qgis_bridge.crs_doctor.label_conventions import MapConventions, conventions_of
from planetary_qgis.qgis_bridge.crs_doctor.remarks import OGRAPHIC, WEST, Remark
from planetary_qgis.qgis_bridge.crs_doctor.wkt_tree import Node, says_ographic

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel

EARTH = "EARTH"
NO_CRS = "It has no coordinate reference system."
_COUNTED = {"west": "west-positive", "ographic": "planetographic"}
_OLD_POLAR_OFFSETS = (18, 19, 20, 21)


@dataclass(frozen=True)
class Recognised:
    """What a definition was recognised as.

    Attributes:
        crs: On a body that QGIS knows by name, by code or WKT; None with a sentence why not.
        remarks: What was wrong or had to be assumed; empty where the definition says it all.
    """

    crs: QgsCoordinateReferenceSystem | None
    body: Body | None
    remarks: tuple[Remark, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        return tuple(remark.sentence for remark in self.remarks)


def recognised(
    wkt: str, label: RasterLabel | None = None, *, body: Body | None = None
) -> Recognised:
    """What a definition and a label together say.

    Args:
        wkt: WKT 1 or 2, a PROJ string, or a code in any spelling; empty where there is none.
        body: Where it is known from elsewhere; the label knows better.
    """
    said = conventions_of(label)
    body = said.body or body
    if not wkt.strip():
        return Recognised(None, body, (Remark("no-crs", NO_CRS),))
    try:
        return _recognised(wkt.strip(), said, body)
    except PlanetaryError as error:
        sentence = f"{error} {error.details}".strip()
        return Recognised(None, body, (Remark("unreadable", sentence),))


def is_ours(wkt: str) -> bool:
    """Whether a WKT is a bound CRS that says by itself what its coordinates count."""
    return wkt.startswith("BOUNDCRS") and "PROJ-based operation method" in wkt


def counts_west(tree: Node, text: str = "") -> bool:
    """Whether an axis of a definition counts towards the west."""
    axes = (node for node in tree.nodes if node.keyword == "AXIS")
    return any(axis.word(1).lower() == "west" for axis in axes) or "+axis=w" in text


def _recognised(text: str, said: MapConventions, told: Body | None) -> Recognised:
    if is_ours(text):
        crs = QgsCoordinateReferenceSystem.fromWkt(text)
        return Recognised(crs, body_named(crs.celestialBodyName()))
    text, about_code = _modern(text)
    tree = horizontal(tree_of(text))
    if tree is None:
        raise PlanetaryError(
            "It is neither in degrees nor a map projection.",
            hint="Choose a coordinate reference system of the body.",
        )
    body, about_body = _body(text, tree, told)
    remarks = (*about_code, *about_body)
    if body is None:
        return Recognised(None, None, remarks)
    if body.name == EARTH:
        return Recognised(_as_it_is(text), body, remarks)
    crs, about_map = _on(body, tree, text, said)
    return Recognised(crs, body, (*remarks, *about_map))


def _modern(text: str) -> tuple[str, tuple[Remark, ...]]:
    """A code that PROJ knows for one that it does not, and what to know of that."""
    code = code_of(text)
    if code is None:
        return text, ()
    authority, number = code
    if not authority.startswith("IAU") or authority == "IAU_2015":
        return f"{authority}:{number}", ()
    modern = modern_code(authority, number)
    if not modern:
        raise PlanetaryError(
            f"{authority}:{number} leaves its central meridian and parallels to be chosen.",
            hint="Ask its source for the parameters, or choose a projection of the body.",
        )
    sentence = f"{authority}:{number} is a code of an earlier report; its heir is {modern}."
    if number % 100 in _OLD_POLAR_OFFSETS and _is_flattened(body_of_code(number)):
        sentence += " Some servers mean a sphere of the polar radius by it: check a landmark."
    return modern, (Remark("old-code", sentence),)


def _is_flattened(body: Body | None) -> bool:
    return body is not None and len(set(body.radii_km)) > 1


def _body(text: str, tree: Node, told: Body | None) -> tuple[Body | None, tuple[Remark, ...]]:
    """Whose CRS it is, by label, code, names and radius, and how sure that is."""
    code, radius = code_of(text), rebuilding.ellipsoid_of(tree)[0]
    if code is not None and code[0] == "IAU_2015":
        return _agreed(told, body_of_code(code[1]), radius)
    named = body_named(*_names_of_datum(tree))
    if named is None and is_earth_like(radius):
        named = find_body(EARTH)
    if told is not None or named is not None:
        return _agreed(told, named, radius)
    found = bodies_of_radius(radius)
    if found.only is not None:
        size = f"its radius of {radius / 1000:.10g} km"
        sentence = f"It names no body; by {size} it is {found.only.title}."
        return found.only, (Remark("no-body", sentence),)
    return None, (Remark("no-body", _no_body(radius, found.bodies)),)


def _agreed(
    told: Body | None, named: Body | None, radius: float
) -> tuple[Body | None, tuple[Remark, ...]]:
    """The body, where the label and the definition do not each name another one."""
    if told is None or named is None or told.naif_id == named.naif_id:
        return told or named, ()
    if named.name == EARTH:
        return told, (Remark("earth-datum", f"It says Earth, but the data are of {told.title}."),)
    if told in bodies_of_radius(radius).bodies:
        sentence = f"It says {named.title}, but name and radius of the data say {told.title}."
        return told, (Remark("conflict", sentence),)
    sentence = (
        f"It says {named.title}, but the data say {told.title}: "
        "one of them is wrong, and the radius does not tell which."
    )
    return None, (Remark("conflict", sentence),)


def _no_body(radius: float, bodies: tuple[Body, ...]) -> str:
    size = f"It names no body, and its radius of {radius / 1000:.10g} km"
    if not bodies:
        return f"{size} is none that is known."
    return f"{size} fits several: {', '.join(body.title for body in bodies)}."


def _names_of_datum(tree: Node) -> tuple[str, ...]:
    """The names that tell the body, the likeliest first; a projection's name may tell a region."""
    nodes = (
        tree.find("DATUM", "ENSEMBLE"),
        tree.find("ELLIPSOID"),
        tree.find("BASEGEOGCRS", "BASEGEODCRS"),
        tree,
    )
    return tuple(node.name for node in nodes if node is not None and node.name)


def _on(
    body: Body, tree: Node, text: str, said: MapConventions
) -> tuple[QgsCoordinateReferenceSystem | None, tuple[Remark, ...]]:
    if tree.keyword != "PROJCRS":
        steps, remarks = _geographic_steps(tree, text)
        counted = " and ".join(_COUNTED[remark.what] for remark in remarks)
        return rebuilding.geographic_on(body, steps, f"{counted} degrees"), remarks
    corrected, steps, remarks = label_projections.corrected(tree, said)
    crs = rebuilding.projected_on(body, corrected, steps)
    if crs is None:
        sentence = f"Its projection cannot be turned into degrees on {body.title}."
        remarks = (*remarks, Remark("no-inverse", sentence))
    return crs, remarks


def _geographic_steps(tree: Node, text: str) -> tuple[tuple[str, ...], tuple[Remark, ...]]:
    """The steps from what a geographic definition says that it counts, and a remark on each."""
    steps, remarks = [], []
    if counts_west(tree, text):
        steps.append(rebuilding.west())
        remarks.append(WEST)
    major, flattening = rebuilding.ellipsoid_of(tree)
    if flattening and any(map(says_ographic, (tree, *tree.nodes))):
        steps.append(rebuilding.ographic(*rebuilding.axes(major, flattening)))
        remarks.append(OGRAPHIC)
    return tuple(steps), tuple(remarks)


def _as_it_is(text: str) -> QgsCoordinateReferenceSystem:
    code = code_of(text)
    if code is not None:
        return QgsCoordinateReferenceSystem(f"{code[0]}:{code[1]}")
    return QgsCoordinateReferenceSystem.fromWkt(str(tree_of(text)))
