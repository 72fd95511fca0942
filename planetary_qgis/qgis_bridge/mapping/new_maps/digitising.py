"""Drawing on a map: what lines snap to, and how closely vertices follow each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import Qgis, QgsProject, QgsSettings, QgsSnappingConfig, QgsTolerance, QgsVectorLayer

from planetary_qgis.core.mapping.map_layers import CONTACTS, LINEAR_FEATURES, MAP_BOUNDARY
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.qgis_bridge.mapping.map_session import table_of

SNAPPED_TO = (CONTACTS, MAP_BOUNDARY, LINEAR_FEATURES)
_SNAPPING_PX = 12.0
_LEAST_PX, _MOST_PX = 1, 200
"""What QGIS lets its users set."""
_STREAM_TOLERANCES = (
    "qgis/digitizing/stream_tolerance",  # QGIS 3.20 to 3.24
    "digitizing/stream_tolerance",  # 3.26 and 3.28
    "digitizing/stream-tolerance",  # since 3.30
)


def set_up_digitising(project: QgsProject) -> None:
    """Let lines snap to the map's lines and their crossings, and shared vertices move together.

    Units may lie over each other while they are drawn: they are built from contacts.
    """
    config = QgsSnappingConfig(project)
    config.setEnabled(True)
    config.setMode(QgsSnappingConfig.SnappingMode.AdvancedConfiguration)
    config.setIntersectionSnapping(True)
    pixels = QgsTolerance.UnitType.Pixels
    for layer in project.mapLayers().values():
        if isinstance(layer, QgsVectorLayer) and layer.isSpatial():
            wanted = table_of(layer)[1] in SNAPPED_TO
            how = QgsSnappingConfig.IndividualLayerSettings(
                wanted, _vertex_and_segment(), _SNAPPING_PX, pixels
            )
            config.setIndividualLayerSettings(layer, how)
    project.setSnappingConfig(config)
    project.setTopologicalEditing(True)
    project.setAvoidIntersectionsMode(QgsProject.AvoidIntersectionsMode.AllowIntersections)
    project.setAvoidIntersectionsLayers([])


def guide_digitising(settings: MapSettings, metres_per_pixel: float) -> int:
    """Let stream digitising set vertices as far apart as the map's scale asks; gives pixels.

    QGIS counts in pixels of the screen, so this holds for one scale of the view only.
    """
    wanted = settings.vertex_spacing_m / metres_per_pixel
    pixels = int(min(max(round(wanted), _LEAST_PX), _MOST_PX))
    store = QgsSettings()
    for key in _STREAM_TOLERANCES:
        store.setValue(key, pixels)
    return pixels


def stream_tolerance() -> dict[str, Any]:
    """What is set now, as `restore_stream_tolerance` takes it."""
    store = QgsSettings()
    return {key: store.value(key) for key in _STREAM_TOLERANCES if store.contains(key)}


def restore_stream_tolerance(before: Mapping[str, Any]) -> None:
    """Set what was set before."""
    store = QgsSettings()
    for key in _STREAM_TOLERANCES:
        if key in before:
            store.setValue(key, before[key])
        else:
            store.remove(key)


def _vertex_and_segment() -> Any:
    """What QGIS calls it since 3.26, and before."""
    if hasattr(Qgis, "SnappingType"):
        return Qgis.SnappingTypes(Qgis.SnappingType.Vertex | Qgis.SnappingType.Segment)
    kinds = QgsSnappingConfig.SnappingTypes
    return QgsSnappingConfig.SnappingTypeFlag(kinds.VertexFlag | kinds.SegmentFlag)
