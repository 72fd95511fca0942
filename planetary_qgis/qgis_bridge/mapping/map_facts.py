"""What there is to say of a map at a glance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qgis.core import QgsVectorLayer

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    MAP_BOUNDARY,
    MAP_LAYERS,
    VOCABULARIES,
)
from planetary_qgis.qgis_bridge.crs import body_name
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession

_M2_PER_KM2 = 1e6


@dataclass(frozen=True)
class MapFacts:
    """A map at a glance.

    Attributes:
        body: As its CRS says; as the settings say where that says none.
        area_km2: Within the map's boundary, on the body; None where there is none to measure.
        counts: Features by layer of the template, unsaved ones included, in its order.
        missing: Layers of the template that the project lacks.
    """

    body: str
    crs: str
    area_km2: float | None
    counts: dict[str, int]
    missing: tuple[str, ...]


def facts_of(session: MapSession) -> MapFacts | None:
    """The facts as they are now; None while the project is being closed."""
    layers = map_layers_of(session)
    if CONTACTS not in layers:
        return None
    crs = layers[CONTACTS].crs()
    return MapFacts(
        body=body_name(crs) or session.settings.body.title(),
        crs=crs.description() or crs.authid(),
        area_km2=_area_km2(layers.get(MAP_BOUNDARY)),
        counts={name: int(layer.featureCount()) for name, layer in layers.items()},
        missing=tuple(
            spec.title
            for spec in MAP_LAYERS
            if spec.name != VOCABULARIES and spec.name not in layers
        ),
    )


def map_layers_of(session: MapSession) -> dict[str, QgsVectorLayer]:
    """The map's layers in the project that mappers work on, by name, in the template's order."""
    found = {
        spec.name: session.find_layer(spec.name) for spec in MAP_LAYERS if spec.name != VOCABULARIES
    }
    return {name: layer for name, layer in found.items() if layer is not None}


def unsaved_layers(session: MapSession) -> list[QgsVectorLayer]:
    """Those with edits that are not in the file yet."""
    return [layer for layer in map_layers_of(session).values() if layer.isModified()]


def save_edits(session: MapSession) -> int:
    """How many layers' edits were saved; their edit sessions go on.

    Raises:
        PlanetaryError: Some could not be; they are as they were.
    """
    saved, problems = 0, []
    for layer in unsaved_layers(session):
        if layer.commitChanges(stopEditing=False):
            saved += 1
        else:
            problems += [f"{layer.name()}: {each}" for each in layer.commitErrors()]
    if problems:
        raise PlanetaryError(
            "Not all edits could be saved; what is not saved is still there to be edited.",
            details="\n".join(problems),
            hint="Check that the map's file is writable, its disk not full, and save again.",
        )
    return saved


def _area_km2(boundary: QgsVectorLayer | None) -> float | None:
    if boundary is None:
        return None
    # They import pandas and shapely, which QGIS is not to wait for while it loads the plugin.
    from planetary_qgis.qgis_bridge.mapping.map_reading import LayerSnapshot, ground_of

    ground = ground_of(boundary.crs(), boundary.extent())
    shapes = LayerSnapshot(MAP_BOUNDARY, boundary).read().shapes
    if ground.is_plane or all(each is None for each in shapes):
        return None
    area_km2 = float(ground.areas(shapes).sum()) / _M2_PER_KM2
    return area_km2 if math.isfinite(area_km2) else None
