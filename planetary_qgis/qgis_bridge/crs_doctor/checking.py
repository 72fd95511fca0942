"""A project's layers and the project, checked in the background."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qgis.core import QgsFeedback

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs_doctor.findings import Finding
from planetary_qgis.qgis_bridge.crs_doctor.layer_checks import findings_of
from planetary_qgis.qgis_bridge.crs_doctor.layer_facts import LayerFacts
from planetary_qgis.qgis_bridge.crs_doctor.project_checks import ProjectFacts, project_findings

if TYPE_CHECKING:
    from planetary_qgis.core.rasters.raster_labels import RasterLabel


def check(
    project: ProjectFacts | None,
    layers: Sequence[LayerFacts],
    feedback: QgsFeedback,
    *,
    told: Body | None = None,
    company: Sequence[LayerFacts] | None = None,
) -> list[Finding]:
    """What is wrong with each layer, then with the project; labels beside rasters are read.

    Args:
        told: The body of all layers, as somebody says who knows.
        company: The project's layers where these are not all of them.
    """
    found: list[Finding] = []
    around = project.body if project is not None else None
    for number, facts in enumerate(layers):
        if feedback.isCanceled():
            return found
        found += _of_layer(facts, around, told)
        feedback.setProgress(100.0 * (number + 1) / len(layers))
    if project is None:
        return found
    return [*found, *project_findings(project, layers if company is None else company)]


def _of_layer(facts: LayerFacts, around: Body | None, told: Body | None) -> list[Finding]:
    try:
        return list(findings_of(facts, _label_of(facts), around=around, told=told))
    except PlanetaryError as error:
        sentence = f"It cannot be checked: {error}"
        return [Finding("unreadable", facts.layer_id, facts.name, "warning", sentence)]


def _label_of(facts: LayerFacts) -> RasterLabel | None:
    """The label of a raster; None where it has none that can be read."""
    if not facts.is_raster or facts.path is None or not facts.path.is_file():
        return None
    from planetary_qgis.core.rasters.raster_labels import label_of

    try:
        return label_of(facts.path)
    except PlanetaryError:
        return None
