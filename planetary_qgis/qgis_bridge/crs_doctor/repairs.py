"""Repairs done: on layers and projects at once, in files only where somebody says so."""

from __future__ import annotations

from collections.abc import Iterable

from qgis.core import QgsCoordinateReferenceSystem, QgsMapLayer, QgsProject

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import is_hollow
from planetary_qgis.qgis_bridge.crs_doctor.findings import PROJECT, Finding, Repair

_WKT2 = QgsCoordinateReferenceSystem.WktVariant.WKT2_2019


def layer_repair(crs: QgsCoordinateReferenceSystem, body: Body, *, is_sure: bool = True) -> Repair:
    """That a layer gets this CRS, which is on that body."""
    return Repair(f"Use {called(crs, body)}", "layer crs", definition_of(crs), is_sure)


def called(crs: QgsCoordinateReferenceSystem, body: Body) -> str:
    """What people call a CRS: its name, and its code or its body."""
    name = f"“{crs.description()}”"
    if crs.authid():
        return f"{name} ({crs.authid()})"
    return name if body.title in crs.description() else f"{name} on {body.title}"


def definition_of(crs: QgsCoordinateReferenceSystem) -> str:
    """A code, or WKT for what has none: as text, as CRSs that tasks make die with their thread."""
    return crs.authid() or crs.toWkt(_WKT2)


def do_repair(finding: Finding, project: QgsProject, layer: QgsMapLayer | None = None) -> bool:
    """Mend what was found, on the main thread; whether there was something to mend.

    Args:
        layer: Where it is none of the project.

    Raises:
        PlanetaryError: QGIS does not take the repair.
    """
    repair = finding.repair
    if repair is None:
        return False
    if finding.layer_id == PROJECT:
        _mend_project(project, repair)
        return True
    layer = layer or project.mapLayer(finding.layer_id)
    if layer is None:
        return False
    layer.setCrs(crs_of_repair(repair))
    layer.triggerRepaint()
    return True


def sure_repairs(findings: Iterable[Finding]) -> list[Finding]:
    """What may be mended without asking: the first such repair of each layer's CRS, and so on."""
    chosen: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        if finding.repair is not None and finding.repair.is_sure:
            chosen.setdefault((finding.layer_id, finding.repair.setting), finding)
    return list(chosen.values())


def crs_of_repair(repair: Repair) -> QgsCoordinateReferenceSystem:
    """The CRS that a repair sets.

    Raises:
        PlanetaryError: This QGIS does not know it.
    """
    crs = _crs(repair.value)
    if is_hollow(crs):
        QgsCoordinateReferenceSystem.invalidateCache()
        crs = _crs(repair.value)
    if not crs.isValid():
        raise PlanetaryError(
            "QGIS does not take the system that would mend it.",
            details=repair.value,
            hint="Choose one of the body in the layer's properties.",
        )
    return crs


def _crs(value: str) -> QgsCoordinateReferenceSystem:
    if "[" in value:
        return QgsCoordinateReferenceSystem.fromWkt(value)
    return QgsCoordinateReferenceSystem(value)


def _mend_project(project: QgsProject, repair: Repair) -> None:
    if repair.setting == "project ellipsoid":
        project.setEllipsoid(repair.value)
    else:
        project.setCrs(crs_of_repair(repair))
