"""A project set to a body: CRS, an ellipsoid that measures, units; and what to know of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsMapLayer,
    QgsProject,
    QgsScaleCalculator,
    QgsUnitTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.bodies import Body
from planetary_qgis.qgis_bridge.crs import body_name, crs_of, same_body
from planetary_qgis.qgis_bridge.measuring import PLANIMETRIC, ellipsoid_for

_LAYERS_NAMED = 3
_NEW_SCALE_BAR = {"/Placement": 0, "/MarginH": 3, "/MarginV": 3}
"""Millimetres from the corner that QGIS numbers 0."""


@dataclass(frozen=True)
class ProjectChange:
    """What setting a project to a CRS means.

    Attributes:
        ellipsoid: That QGIS measures on; NONE where it only can in the plane of the map.
        notes: Sentences to know.
    """

    crs: QgsCoordinateReferenceSystem
    ellipsoid: str
    notes: tuple[str, ...]

    def apply(self, project: QgsProject) -> None:
        """Set the project's CRS, ellipsoid and units."""
        project.setCrs(self.crs)
        project.setEllipsoid(self.ellipsoid)
        project.setDistanceUnits(QgsUnitTypes.DistanceUnit.DistanceMeters)
        project.setAreaUnits(QgsUnitTypes.AreaUnit.AreaSquareMeters)


def set_project_body(project: QgsProject, body: Body) -> ProjectChange:
    """Give the project the CRS of a body's sphere, in degrees."""
    return set_project_crs(project, crs_of(body))


def set_project_crs(project: QgsProject, crs: QgsCoordinateReferenceSystem) -> ProjectChange:
    """Give the project a CRS, an ellipsoid that measures, metres and square metres."""
    change = change_to(project, crs)
    change.apply(project)
    return change


def change_to(project: QgsProject, crs: QgsCoordinateReferenceSystem) -> ProjectChange:
    """What would be set; nothing is.

    Raises:
        PlanetaryError: QGIS does not know the CRS's ellipsoid.
    """
    ellipsoid = ellipsoid_for(crs)
    notes = (
        _on_measuring(ellipsoid),
        _on_scale(crs),
        _on_layers(layers_elsewhere(project.mapLayers().values(), crs), crs),
    )
    return ProjectChange(crs, ellipsoid, tuple(note for note in notes if note))


def has_scale_bar(project: QgsProject) -> bool:
    """Whether the project's map has a scale bar."""
    return project.readBoolEntry("ScaleBar", "/Enabled", False)[0]


def show_scale_bar(project: QgsProject, wanted: bool) -> None:
    """Write into the project whether its map has a scale bar; a new one goes to the bottom left.

    The window draws it once it reads the project's decorations again. It measures along the middle
    of the map on the project's ellipsoid, so it is right up to half a turn of the body.
    """
    project.writeEntry("ScaleBar", "/Enabled", wanted)
    _, is_placed = project.readNumEntry("ScaleBar", "/Placement")
    if wanted and not is_placed:
        for entry, value in _NEW_SCALE_BAR.items():
            project.writeEntry("ScaleBar", entry, value)


def layers_elsewhere(
    layers: Iterable[QgsMapLayer], crs: QgsCoordinateReferenceSystem
) -> list[QgsMapLayer]:
    """The layers that lie on another body than a CRS does, or on none."""
    return [layer for layer in layers if layer.isSpatial() and not same_body(layer.crs(), crs)]


def bodies_of_layers(project: QgsProject) -> dict[str, list[QgsMapLayer]]:
    """The project's layers by the names of their bodies, the Earth's left out."""
    found: dict[str, list[QgsMapLayer]] = {}
    for layer in project.mapLayers().values():
        name = body_name(layer.crs())
        if layer.isSpatial() and is_elsewhere(name):
            found.setdefault(name, []).append(layer)
    return found


def is_elsewhere(name: str) -> bool:
    """Whether PROJ's name of a body is one, and not the Earth's."""
    return name not in ("", "Earth", "Non-Earth body")


def _on_measuring(ellipsoid: str) -> str:
    if ellipsoid != PLANIMETRIC:
        return ""
    return _tr(
        "In this projection this version of QGIS can measure only in the plane of the map: "
        "$area, $length and the measuring tools are as far off as the map is. planetary_area() and "
        "planetary_length() measure on the body."
    )


def _on_scale(crs: QgsCoordinateReferenceSystem) -> str:
    # QGIS before 4.2 takes degrees for those of the Earth, whatever the body (qgis/QGIS#65086).
    if not crs.isGeographic() or hasattr(QgsScaleCalculator, "setEllipsoid"):
        return ""
    if body_name(crs) == "Earth":
        return ""
    return _tr(
        "While the map is in degrees, the scale 1:… that QGIS shows is the Earth's, also in "
        "layouts; scale bars are right. For maps to scale choose a projection."
    )


def _on_layers(layers: list[QgsMapLayer], crs: QgsCoordinateReferenceSystem) -> str:
    if not layers:
        return ""
    names = ", ".join(f"“{layer.name()}”" for layer in layers[:_LAYERS_NAMED])
    if len(layers) > _LAYERS_NAMED:
        names += _tr(" and {count} more").format(count=len(layers) - _LAYERS_NAMED)
    text = _tr("Not on {body}, so not drawn in their place: {names}.")
    return text.format(body=body_name(crs), names=names)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ProjectBody", text)
