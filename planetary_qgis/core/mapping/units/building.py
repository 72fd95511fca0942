"""Contacts, a map boundary and unit points as polygons."""

from __future__ import annotations

from collections.abc import Callable

from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.units.assembly import FaceTable, assembled
from planetary_qgis.core.mapping.units.bounding import Bounding, bounding_contacts
from planetary_qgis.core.mapping.units.built_units import BuiltUnits
from planetary_qgis.core.mapping.units.faces import faces_of
from planetary_qgis.core.mapping.units.lines import epsilon_of, lines_of
from planetary_qgis.core.mapping.units.network import networked
from planetary_qgis.core.mapping.units.previous import OldPolygons
from planetary_qgis.core.mapping.units.unit_points import UnitPoints

_NODED, _CLOSED = 0.5, 0.7


def build_units(
    contacts: LayerContent,
    boundary: LayerContent,
    points: LayerContent,
    ground: Ground,
    *,
    scale: float,
    closing_distance_m: float,
    previous: LayerContent | None = None,
    bounding: Bounding = bounding_contacts,
    progress: Callable[[float], None] = lambda _share: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> BuiltUnits:
    """The polygons that lines close, with the units of the points inside.

    Vertices stay where they are drawn. Where there is a boundary, polygons outside of it are none;
    where there is none, lines alone close polygons.

    Args:
        scale: The map's denominator.
        closing_distance_m: On the ground, up to which ends of lines are joined to what is near.
        previous: Polygons whose ids new ones take over, the largest overlap first.
        bounding: Which contacts take part.
        progress: Told the share that is done.
        cancelled: Where it says so, nothing is built: there are no polygons and no findings.
    """
    lines = lines_of(contacts, boundary, bounding(contacts))
    network = networked(lines, ground, closing_distance_m)
    progress(_NODED)
    if cancelled():
        return BuiltUnits.nothing()
    epsilon = epsilon_of(lines.xy)
    faces = FaceTable.of(faces_of(network.edge_shapes, epsilon), ground, scale)
    progress(_CLOSED)
    if cancelled():
        return BuiltUnits.nothing()
    old = OldPolygons.of(previous)
    built, _ = assembled(
        network,
        faces,
        boundary,
        UnitPoints.of(points).located(faces.shapes, epsilon),
        old,
        old.overlaps(faces.shapes),
        lambda rows: ground.areas(faces.shapes[rows]),
    )
    return built
