"""Whether a layer's coordinates can be where its coordinate reference system puts them."""

from __future__ import annotations

import math
from collections.abc import Iterator

from qgis.core import (
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsPointXY,
)

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.crs import crs_of
from planetary_qgis.qgis_bridge.crs_doctor import rebuilding
from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding, Repair, Severity
from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts
from planetary_qgis.qgis_bridge.crs_doctor.repairs import layer_repair

_SLACK_DEG = 1e-6
_METRES_FROM = 1000.0
_SMALLEST_MAP = 0.02
"""In parts of a radius: who maps in metres hardly maps 360 m around the very origin."""


def extent_findings(facts: LayerFacts, body: Body) -> Iterator[Finding]:
    """What is wrong with where the layer lies, of a CRS on that body."""
    if facts.extent is None:
        return
    if facts.counts_degrees:
        yield from _of_degrees(facts, body)
    else:
        yield from _of_metres(facts, body)


def _of_degrees(facts: LayerFacts, body: Body) -> Iterator[Finding]:
    xmin, ymin, xmax, ymax = facts.extent
    slack = _SLACK_DEG + 1.5 * abs(facts.pixel)
    if ymin >= -90.0 - slack and ymax <= 90.0 + slack and max(-xmin, xmax) <= 360.0 + slack:
        if xmax > 180.0 + slack:
            yield _beyond_180(facts, body)
        return
    if max(-xmin, xmax) <= 90.0 + slack and max(-ymin, ymax) <= 360.0 + slack:
        repair = _to(body, rebuilding.swapped(), "swapped", is_sure=False)
        sentence = (
            f"Its “latitudes” run from {ymin:.6g}° to {ymax:.6g}°: "
            "longitudes and latitudes are swapped."
        )
        yield _finding("swapped-axes", facts, "error", sentence, repair)
        return
    sentence = (
        f"It counts degrees, but its coordinates run to {max(map(abs, facts.extent)):.6g}"
        f"{': they count metres, or lines and samples' if _are_metres(facts) else ''}."
    )
    yield _finding("extent-beyond", facts, "error", sentence)


def _are_metres(facts: LayerFacts) -> bool:
    return max(map(abs, facts.extent)) > _METRES_FROM


def _beyond_180(facts: LayerFacts, body: Body) -> Finding:
    xmin, _, xmax, _ = facts.extent
    sentence = (
        f"Its longitudes run from {xmin:.6g}° to {xmax:.6g}°: "
        "what lies beyond 180° is drawn beside maps that run from −180° to 180°"
    )
    if xmin >= 180.0 - _SLACK_DEG:
        repair = _to(body, rebuilding.shifted(-360.0), "0 to 360")
        return _finding("extent-360", facts, "warning", f"{sentence}.", repair)
    return _finding(
        "extent-360",
        facts,
        "note",
        f"{sentence}. Cut it at 180° and shift the eastern part by −360° where that matters.",
    )


def _of_metres(facts: LayerFacts, body: Body) -> Iterator[Finding]:
    xmin, ymin, xmax, ymax = facts.extent
    are_degrees = max(-xmin, xmax) <= 360.0 and max(-ymin, ymax) <= 90.0
    is_large_body = min(body.radii_km) * 1000.0 * _SMALLEST_MAP > 360.0
    if are_degrees and is_large_body and max(xmax - xmin, ymax - ymin) > 0.0:
        sentence = (
            f"It counts metres, but its coordinates, up to {max(map(abs, facts.extent)):.6g}, "
            "look like degrees."
        )
        repair = layer_repair(crs_of(body), body, is_sure=False)
        yield _finding("extent-degrees", facts, "warning", sentence, repair)
        return
    if not _can_be_inverted(facts, body):
        sentence = (
            f"Its middle cannot be turned into degrees on {body.title}: "
            "it lies beyond what its projection shows, or the projection has no inverse."
        )
        yield _finding("no-inverse", facts, "warning", sentence)


def _can_be_inverted(facts: LayerFacts, body: Body) -> bool:
    """Whether some part of the extent lies on the body; a globe's corners need not."""
    xmin, ymin, xmax, ymax = facts.extent
    transform = QgsCoordinateTransform(facts.crs, crs_of(body), QgsCoordinateTransformContext())
    if not transform.isValid():
        return True  # another finding says so
    middle = QgsPointXY((xmin + xmax) / 2.0, (ymin + ymax) / 2.0)
    try:
        lon_lat = transform.transform(middle)
    except QgsCsException:
        return False
    return math.isfinite(lon_lat.x()) and math.isfinite(lon_lat.y())


def _to(body: Body, step: str, what: str, *, is_sure: bool = True) -> Repair:
    crs = rebuilding.geographic_on(body, (step,), f"{what} degrees")
    return layer_repair(crs, body, is_sure=is_sure)


def _finding(
    what: str, facts: LayerFacts, severity: Severity, sentence: str, repair: Repair | None = None
) -> Finding:
    return Finding(what, facts.layer_id, facts.name, severity, sentence, repair)
