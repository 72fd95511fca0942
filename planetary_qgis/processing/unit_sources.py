"""What units are built from, out of Processing's parameters. Imports pandas: import it late."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProject,
    QgsVectorLayer,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    MAP_BOUNDARY,
    UNIT,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.map_settings import MapSettings
from planetary_qgis.core.mapping.settings_table import settings_in
from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of, layers_of
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.units.building import (
    FeatureReading,
    UnitsSnapshot,
    extent_of,
)

_BUILT_FROM = (CONTACTS, MAP_BOUNDARY, UNIT_POINTS, UNITS, DESCRIPTION)

Sources = Mapping[str, QgsProcessingFeatureSource]
Layers = Mapping[str, QgsVectorLayer]


def snapshot_of_sources(
    sources: Sources,
    layers: Layers,
    context: QgsProcessingContext,
    scale: float,
    closing_distance_m: float,
) -> UnitsSnapshot:
    """What units are built from, by the names of the template's layers; all in the contacts' CRS.

    Args:
        layers: Take part where no source does.

    Raises:
        PlanetaryError: One lies on another body than the contacts.
    """
    crs = crs_of_contacts(sources, layers)
    extent = extent_of(layers.values(), crs)
    if CONTACTS in sources:
        extent.combineExtentWith(sources[CONTACTS].sourceExtent())
    readings = [
        FeatureReading.of_layer(name, layer, crs)
        for name, layer in layers.items()
        if name in _BUILT_FROM and name not in sources
    ]
    for name, source in sources.items():
        own = QgsCoordinateReferenceSystem() if name == DESCRIPTION else source.sourceCrs()
        transforms = context.transformContext()
        readings.append(FeatureReading(name, source, source.fields(), own, crs, transforms))
    return UnitsSnapshot(readings, ground_of(crs, extent), scale, closing_distance_m)


def layers_of_map(path: Path, project: QgsProject | None) -> dict[str, QgsVectorLayer]:
    """The layers of a map: the project's own where it holds the map, else opened from the file.

    Raises:
        PlanetaryError: There are no contacts.
    """
    layers = layers_of(path)
    if project is not None:
        session = MapSession(project, path, MapSettings("", "", 0.0))
        in_project = {name: session.find_layer(name) for name in layers}
        layers |= {name: layer for name, layer in in_project.items() if layer is not None}
    if CONTACTS not in layers:
        raise PlanetaryError(
            f"{path} has no layer {CONTACTS}.",
            hint="Choose the GeoPackage of a geologic map, or name the contacts.",
        )
    return layers


def crs_of_contacts(sources: Sources, layers: Layers) -> QgsCoordinateReferenceSystem:
    """The CRS that all else comes to."""
    return sources[CONTACTS].sourceCrs() if CONTACTS in sources else layers[CONTACTS].crs()


def check_target(layer: QgsVectorLayer | None, crs: QgsCoordinateReferenceSystem) -> None:
    """Refuse to write units where no layer takes them, or one in another CRS.

    Raises:
        PlanetaryError: It is so.
    """
    if layer is None:
        raise PlanetaryError(
            f"The map has no layer {UNITS} to write into.",
            hint="Choose the GeoPackage of a geologic map, or do not write into the map.",
        )
    if layer.readOnly() or not layer.supportsEditing():
        raise PlanetaryError(
            f"The layer “{layer.name()}” cannot be edited.",
            details=layer.source(),
            hint="Check that its file may be written, and that the project does not protect it.",
        )
    if layer.crs() != crs:
        raise PlanetaryError(
            f"The contacts are in “{crs.description()}”, the layer {UNITS} of the map in "
            f"“{layer.crs().description()}”.",
            hint="Reproject the contacts, so that their vertices are those of the units.",
        )


def scale_and_tolerance(scale: float, tolerance_m: float, path: Path | None) -> tuple[float, float]:
    """The scale's denominator and the closing distance in metres; one tells the other.

    Raises:
        PlanetaryError: Neither is given, and no map says them.
    """
    settings = settings_in(path) if path is not None else None
    if scale <= 0.0 and settings is not None:
        tolerance_m = tolerance_m or settings.closing_distance_m
        scale = settings.scale
    if scale <= 0.0 and tolerance_m > 0.0:
        scale = tolerance_m / MapSettings("", "", 1.0).closing_distance_m
    if scale <= 0.0:
        raise PlanetaryError(
            "It is not known at which scale the map is made.",
            hint="Give the scale (1000000 for 1:1 M), or up to how many metres ends are to meet.",
        )
    return scale, MapSettings("", "", scale, tolerance_m=tolerance_m).closing_distance_m


def with_units_in(points: LayerContent, column: str) -> LayerContent:
    """The points with what they name in the template's column.

    Raises:
        PlanetaryError: They have no such column.
    """
    wanted = column or UNIT
    found = next((each for each in points.attributes if each.lower() == wanted.lower()), None)
    if found is None:
        raise PlanetaryError(
            f"The unit points have no field “{wanted}”.",
            details=", ".join(map(str, points.attributes)),
            hint="Choose the field that names the unit of each point.",
        )
    others = [each for each in points.attributes if each.lower() != UNIT.lower()]
    table = pd.DataFrame({UNIT: points.attributes[found]}, dtype=object)
    return LayerContent(
        points.name, points.ids, points.shapes, table.join(points.attributes[others])
    )
