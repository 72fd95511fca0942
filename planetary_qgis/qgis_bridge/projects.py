"""A project that opens with body, ellipsoid, layers, time and view all set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from qgis.core import (
    Qgis,
    QgsCoordinateTransform,
    QgsDateTimeRange,
    QgsMapLayer,
    QgsProject,
    QgsRectangle,
    QgsReferencedRectangle,
    QgsUnitTypes,
    QgsVectorLayer,
)

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import same_body
from planetary_qgis.qgis_bridge.layers import time_range
from planetary_qgis.qgis_bridge.project_body import set_project_body

_FRAMES_OF_A_RUN = 60
_MARGIN = 1.05


def new_project(
    path: Path, body: Body, layers: Sequence[QgsMapLayer], *, title: str = ""
) -> QgsProject:
    """A saved project with these layers, the topmost first; rasters belong last.

    It knows the body's CRS and an ellipsoid that measures, shows all layers, and its temporal
    controller runs over their times. Paths in it are relative, so that it moves with its data.

    Raises:
        PlanetaryError: A layer lies on another body, or the project cannot be saved.
    """
    path = Path(path)
    project = QgsProject()
    project.setTitle(title or path.stem)
    project.setFilePathStorage(Qgis.FilePathType.Relative)
    set_project_body(project, body)
    _add_layers(project, layers)
    _set_time(project, [layer for layer in layers if isinstance(layer, QgsVectorLayer)])
    _set_view(project, layers)
    if not project.write(str(path)):
        raise PlanetaryError(
            f"The project {path} cannot be saved.",
            details=project.error(),
            hint="Check that its folder exists and is writable.",
        )
    return project


def _add_layers(project: QgsProject, layers: Sequence[QgsMapLayer]) -> None:
    for layer in layers:
        if not same_body(layer.crs(), project.crs()):
            raise PlanetaryError(
                f"The layer “{layer.name()}” does not lie on {project.crs().celestialBodyName()}.",
                details=layer.crs().toWkt(),
                hint="Put layers of one body into one project.",
            )
        project.addMapLayer(layer, False)
        project.layerTreeRoot().addLayer(layer)


def _set_time(project: QgsProject, layers: Sequence[QgsVectorLayer]) -> None:
    """Let the temporal controller run over all layers in some sixty steps."""
    ranges = [found for found in map(time_range, layers) if found is not None]
    if not ranges:
        return
    whole = QgsDateTimeRange(
        min(found.begin() for found in ranges), max(found.end() for found in ranges)
    )
    seconds = max(1.0, whole.begin().secsTo(whole.end()) / _FRAMES_OF_A_RUN)
    times = project.timeSettings()
    times.setTemporalRange(whole)
    times.setTimeStepUnit(QgsUnitTypes.TemporalUnit.TemporalSeconds)
    times.setTimeStep(seconds)


def _set_view(project: QgsProject, layers: Sequence[QgsMapLayer]) -> None:
    view = QgsRectangle()
    view.setMinimal()
    for layer in layers:
        if not layer.extent().isNull():
            transform = QgsCoordinateTransform(layer.crs(), project.crs(), project)
            view.combineExtentWith(transform.transformBoundingBox(QgsRectangle(layer.extent())))
    if view.isNull():
        return
    view.scale(_MARGIN)
    project.viewSettings().setDefaultViewExtent(QgsReferencedRectangle(view, project.crs()))
