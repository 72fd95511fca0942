"""What is wrong with a layer's coordinate reference system, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from qgis.core import QgsCoordinateReferenceSystem

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.crs import body_of, crs_of, same_body
from planetary_qgis.qgis_bridge.crs_doctor import rebuilding
from planetary_qgis.qgis_bridge.crs_doctor.body_names import body_named
from planetary_qgis.qgis_bridge.crs_doctor.definitions import horizontal
from planetary_qgis.qgis_bridge.crs_doctor.extent_checks import extent_findings
from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding, Repair, Severity
from planetary_qgis.qgis_bridge.crs_doctor.geopackage_codes import lost_definition
from planetary_qgis.qgis_bridge.crs_doctor.label_projections import scale_of
from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts, is_unprojected
from planetary_qgis.qgis_bridge.crs_doctor.recognising import (
    EARTH,
    NO_CRS,
    Recognised,
    is_ours,
    recognised,
)
from planetary_qgis.qgis_bridge.crs_doctor.repairs import layer_repair
from planetary_qgis.qgis_bridge.crs_doctor.wkt_tree import Node, parsed

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
_SEVERITIES: dict[str, Severity] = {
    "earth-datum": "error",
    "no-body": "warning",
    "conflict": "warning",
    "unreadable": "error",
    "no-inverse": "error",
    "scale": "error",
    "west": "error",
    "ographic": "error",
    "sphere": "warning",
    "old-code": "note",
}
_NAMELESS = ("", "unknown", "unnamed", "not specified", "non-earth body")
_MANGLED_OFFSETS = ("01", "02")
_HALF_A_METRE = 0.5


def findings_of(
    facts: LayerFacts,
    label: RasterLabel | None = None,
    *,
    around: Body | None = None,
    told: Body | None = None,
) -> tuple[Finding, ...]:
    """Everything that is wrong with a layer's CRS, the gravest first.

    It may read a GeoPackage's table of CRSs and takes up to some tenths of a second.

    Args:
        around: The body of the project.
        told: The layer's body, as somebody says who knows; names tell less.
    """
    found = list(_findings(facts, label, around, told))
    if any(each.what == "extent-beyond" for each in found):
        # No degrees of whatever body: what it needs is a projection, and nothing tells which.
        found = [replace(each, repair=None) for each in found]
    return tuple(sorted(found, key=lambda each: ("error", "warning", "note").index(each.severity)))


def is_plainly_right(facts: LayerFacts, around: Body | None) -> bool:
    """Whether the layer is on its body by a code that QGIS handles, and where it can be.

    Found out without reading anything: most layers need no more.
    """
    authority, _, code = facts.crs.authid().partition(":")
    body = body_of(facts.crs)
    if facts.is_hollow or body is None or not code or _is_mangled(facts.crs.authid()):
        return False
    if {body} != {body, *filter(None, (facts.told, around))}:
        return False
    is_ordinary = authority == "IAU_2015" or body.name == EARTH
    return is_ordinary and not any(extent_findings(facts, body))


def _findings(
    facts: LayerFacts, label: RasterLabel | None, around: Body | None, told: Body | None
) -> Iterator[Finding]:
    if facts.is_hollow:
        yield _hollow(facts)
        return
    if not facts.definition:
        yield _without_crs(facts, label, told or facts.told or around)
        return
    seen = recognised(facts.definition, label, body=told or facts.told)
    is_told = told is not None or label is not None or facts.told in (None, around)
    yield from _about_definition(facts, seen, is_sure=is_told)
    if seen.body is not None:
        yield from _about_body(facts, seen, around)
        if not _is_replaced(seen) and not is_ours(facts.definition):
            yield from extent_findings(facts, seen.body)


def _about_definition(facts: LayerFacts, seen: Recognised, *, is_sure: bool) -> Iterator[Finding]:
    """What recognising it brought up, and what one sees in it besides.

    Args:
        is_sure: Whether more than its name tells the layer's body.
    """
    is_guess = not is_sure and any(remark.what == "earth-datum" for remark in seen.remarks)
    repair = _repair_to(seen, is_sure=not is_guess)
    is_on_its_body = seen.body is not None and _lies_on(facts.crs, seen.body)
    for remark in seen.remarks:
        if remark.what == "no-body" and (is_on_its_body or _has_own_name(facts)):
            continue
        yield _finding(remark.what, facts, _SEVERITIES[remark.what], remark.sentence, repair)
    if not seen.remarks and not is_on_its_body and seen.body is not None:
        sentence = f"QGIS does not see that it lies on {seen.body.title}."
        yield _finding("no-body", facts, "error", sentence, repair)
    if _is_mangled(facts.crs.authid()):
        sentence = f"QGIS mixes up the axes of {facts.crs.authid()} when it draws or converts."
        yield _finding("code-mangles", facts, "error", sentence, repair)
    if not is_ours(facts.definition):
        yield from _about_numbers(facts, seen, horizontal(parsed(facts.definition)), repair)


def _about_numbers(
    facts: LayerFacts, seen: Recognised, tree: Node | None, repair: Repair | None
) -> Iterator[Finding]:
    """Scale factors and radii that are rarely meant."""
    if tree is None or tree.keyword != "PROJCRS" or seen.body is None or seen.body.name == EARTH:
        return
    scale = scale_of(tree)
    if scale not in (None, 0.0, 1.0) and "Polar" in str(tree.find("METHOD")):
        sentence = (
            f"Its scale factor at the pole is {scale:g}, as is usual on Earth only: "
            "distances come out right where the scale is 1, away from the pole."
        )
        yield _finding("scale", facts, "note", sentence, None)
    radius, flattening = rebuilding.ellipsoid_of(tree)
    polar = seen.body.radii_km[2] * 1000.0
    is_polar = not flattening and abs(radius - polar) < _HALF_A_METRE
    if is_polar and seen.body.radii_km[0] != seen.body.radii_km[2]:
        sentence = (
            f"It stands on a sphere of {seen.body.title}'s polar radius, {polar / 1000.0:.10g} km: "
            "right at the pole, and some per mille off in length elsewhere."
        )
        is_seen = _lies_on(facts.crs, seen.body)
        severity: Severity = "note" if is_seen else "warning"
        yield _finding("sphere", facts, severity, sentence, None if is_seen else repair)


def _about_body(facts: LayerFacts, seen: Recognised, around: Body | None) -> Iterator[Finding]:
    """Whether the layer lies on the project's body."""
    if around is None or seen.body.naif_id == around.naif_id:
        return
    if seen.body.name != EARTH:
        sentence = (
            f"It lies on {seen.body.title}, the project on {around.title}: "
            "QGIS draws it as if they were one."
        )
        yield _finding("two-bodies", facts, "warning", sentence, None)
        return
    meant = recognised(facts.definition, body=around)
    sentence = (
        f"It says Earth, the project is on {around.title}: "
        f"QGIS draws its coordinates on {around.title} unchanged."
    )
    repair = _repair_to(meant, is_sure=False)
    yield _finding("two-bodies", facts, "warning", sentence, repair)


def _without_crs(facts: LayerFacts, label: RasterLabel | None, body: Body | None) -> Finding:
    lost = lost_definition(facts.path, facts.table)
    if lost:
        seen = recognised(lost, label, body=body)
        sentence = "Its GeoPackage names its system in a way that this QGIS does not read."
        return _finding("lost-code", facts, "error", sentence, _repair_to(seen))
    seen = recognised("", label, body=body)
    if is_unprojected(facts):
        sentence = f"{NO_CRS} It seems to be an image that is not projected."
        return _finding("no-crs", facts, "warning", sentence, None)
    repair = None
    if seen.body is not None and _may_be_degrees(facts):
        repair = layer_repair(crs_of(seen.body), seen.body, is_sure=False)
    return _finding("no-crs", facts, "error", NO_CRS, repair)


def _hollow(facts: LayerFacts) -> Finding:
    sentence = "QGIS has lost the definition of its system; what is written with it has none."
    repair = None
    if facts.crs.authid():
        repair = Repair(f"Read {facts.crs.authid()} again", "layer crs", facts.crs.authid())
    return _finding("hollow-crs", facts, "error", sentence, repair)


def _is_mangled(authid: str) -> bool:
    """Whether it is a code of degrees on an ellipsoid, whose axes QGIS mixes up (PROJ#2299)."""
    return authid.startswith("IAU_2015:") and authid.endswith(_MANGLED_OFFSETS)


def _may_be_degrees(facts: LayerFacts) -> bool:
    if facts.extent is None:
        return False
    xmin, ymin, xmax, ymax = facts.extent
    return xmin >= -360.0 and xmax <= 360.0 and ymin >= -90.0 and ymax <= 90.0


def _has_own_name(facts: LayerFacts) -> bool:
    """Whether the datum bears the name of a body that this project does not know."""
    datum = parsed(facts.definition).find("DATUM")
    return datum is not None and datum.name.lower() not in _NAMELESS and not body_named(datum.name)


def _lies_on(crs: QgsCoordinateReferenceSystem, body: Body) -> bool:
    return same_body(crs, crs_of(body))


def _is_replaced(seen: Recognised) -> bool:
    """Whether the coordinates are going to mean something else."""
    return any(remark.what in ("west", "ographic", "scale") for remark in seen.remarks)


def _repair_to(seen: Recognised, *, is_sure: bool = True) -> Repair | None:
    if seen.crs is None or seen.body is None:
        return None
    return layer_repair(seen.crs, seen.body, is_sure=is_sure)


def _finding(
    what: str, facts: LayerFacts, severity: Severity, sentence: str, repair: Repair | None
) -> Finding:
    return Finding(what, facts.layer_id, facts.name, severity, sentence, repair)
