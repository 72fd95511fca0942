"""What is wrong with a project's coordinate reference system, ellipsoid and company of layers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsCsException,
    QgsPointXY,
    QgsProject,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.crs import body_of, crs_of, same_body
from planetary_qgis.qgis_bridge.crs_doctor.findings import PROJECT, Finding, Repair, Severity
from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts, project_body
from planetary_qgis.qgis_bridge.crs_doctor.recognising import EARTH, is_ours, recognised
from planetary_qgis.qgis_bridge.crs_doctor.repairs import called, definition_of
from planetary_qgis.qgis_bridge.measuring import PLANIMETRIC, ellipsoid_for, measures_right

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019
_ALIKE_DEG = 1e-6


@dataclass(frozen=True)
class ProjectFacts:
    """What the checks need of a project; taken on the main thread."""

    crs: QgsCoordinateReferenceSystem
    ellipsoid: str
    body: Body | None


def facts_of_project(project: QgsProject) -> ProjectFacts:
    return ProjectFacts(project.crs(), project.ellipsoid(), project_body(project))


def is_of_earth(facts: ProjectFacts) -> bool:
    """Whether a project is of Earth, or says of no body."""
    return facts.body is None or facts.body.name == EARTH


def project_findings(facts: ProjectFacts, layers: Sequence[LayerFacts]) -> tuple[Finding, ...]:
    """Everything that is wrong with the project itself."""
    if not facts.crs.isValid():
        return tuple(_company(layers))
    found = list(_own_crs(facts))
    if not found:
        found += _ellipsoid(facts)
    return (*found, *_company(layers), *_lost_latitudes(facts, layers))


def _own_crs(facts: ProjectFacts) -> Iterator[Finding]:
    seen = recognised(facts.crs.toWkt(_WKT2))
    if seen.body is None or seen.body.name == EARTH:
        return
    if same_body(facts.crs, crs_of(seen.body)) and not seen.remarks:
        return
    repair = None
    if seen.crs is not None:
        # What layers count, the map need not.
        counts_degrees = seen.crs.mapUnits() == QgsUnitTypes.DistanceUnit.DistanceDegrees
        better = crs_of(seen.body) if counts_degrees else seen.crs
        title = f"Use {called(better, seen.body)}"
        repair = Repair(title, "project crs", definition_of(better))
    sentence = " ".join(seen.sentences) or f"QGIS does not see that it is on {seen.body.title}."
    yield _finding("no-body", "error", f"The project's system: {sentence}", repair)


def _ellipsoid(facts: ProjectFacts) -> Iterator[Finding]:
    if is_of_earth(facts):
        return
    if measures_right(facts.crs, facts.ellipsoid):
        return
    best = ellipsoid_for(facts.crs)
    if best == facts.ellipsoid:
        sentence = (
            "In this system QGIS measures in the plane of the map, which is not "
            f"{facts.body.title}'s surface: take Planetary's own expressions and tools."
        )
        yield _finding("ellipsoid", "note", sentence, None)
        return
    title = "Measure in the plane of the map" if best == PLANIMETRIC else f"Measure on {best}"
    sentence = (
        f"With {_ellipsoid_called(facts.ellipsoid)} QGIS does not measure on "
        f"{facts.body.title}: lengths and areas are wrong, or no numbers at all."
    )
    yield _finding("ellipsoid", "error", sentence, Repair(title, "project ellipsoid", best))


def _ellipsoid_called(name: str) -> str:
    return "no ellipsoid" if name in ("", PLANIMETRIC) else f"the ellipsoid {name}"


def _company(layers: Sequence[LayerFacts]) -> Iterator[Finding]:
    """Whether the layers lie on one body."""
    names: dict[str, list[str]] = {}
    for layer in layers:
        body = body_of(layer.crs) if layer.crs.isValid() else None
        if body is not None:
            names.setdefault(body.title, []).append(layer.name)
    if len(names) > 1:
        told = "; ".join(f"{body}: {', '.join(each[:3])}" for body, each in names.items())
        sentence = f"Its layers lie on several bodies, and QGIS draws them as if on one ({told})."
        yield _finding("two-bodies", "warning", sentence, None)


def _lost_latitudes(facts: ProjectFacts, layers: Sequence[LayerFacts]) -> Iterator[Finding]:
    """Layers whose way to planetocentric, eastern degrees PROJ leaves out on the way to this CRS.

    Source: PROJ applies a bound CRS's operation only towards systems of its target's datum.
    """
    lost = [layer.name for layer in layers if _is_lost(layer, facts.crs)]
    if lost:
        sentence = (
            "In this system QGIS does not convert the latitudes or longitudes of "
            f"{', '.join(lost[:3])}{', …' if len(lost) > 3 else ''}."
        )
        repair = None
        if facts.body is not None:
            own = crs_of(facts.body)
            title = f"Use {called(own, facts.body)}"
            repair = Repair(title, "project crs", definition_of(own), is_sure=False)
        yield _finding("latitudes-lost", "error", sentence, repair)


def _is_lost(layer: LayerFacts, crs: QgsCoordinateReferenceSystem) -> bool:
    body = body_of(layer.crs)
    if not is_ours(layer.definition) or layer.extent is None or body is None:
        return False
    if not same_body(layer.crs, crs):
        return False
    xmin, ymin, xmax, ymax = layer.extent
    point, context = (
        QgsPointXY((xmin + xmax) / 2, (ymin + ymax) / 2),
        QgsCoordinateTransformContext(),
    )
    degrees = crs_of(body)
    try:
        direct = QgsCoordinateTransform(layer.crs, degrees, context).transform(point)
        there = QgsCoordinateTransform(layer.crs, crs, context).transform(point)
        by_way = QgsCoordinateTransform(crs, degrees, context).transform(there)
    except QgsCsException:
        return False
    return direct.distance(by_way) > _ALIKE_DEG


def _finding(what: str, severity: Severity, sentence: str, repair: Repair | None) -> Finding:
    where = QCoreApplication.translate("CrsDoctor", "Project")
    return Finding(what, PROJECT, where, severity, sentence, repair)
