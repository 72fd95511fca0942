"""What mappers draw, done to the layers of a map: split, reshape, close."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from qgis.core import (
    QgsFeature,
    QgsFeatureRequest,
    QgsGeometry,
    QgsPointXY,
    QgsTracer,
    QgsVectorLayer,
    QgsVectorLayerUtils,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.drawing.courses import Course, course_of, with_course
from planetary_qgis.core.mapping.drawing.meetings import between, meetings
from planetary_qgis.core.mapping.drawing.splits import split_of
from planetary_qgis.core.mapping.drawing.vertices import same_place, shape_with_vertices
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    MAP_BOUNDARY,
    SURFACE_FEATURES,
    UNITS,
)
from planetary_qgis.qgis_bridge.mapping.edit_steps import done, edit_step
from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.shapes import geometry_of, shape_of


@dataclass(frozen=True)
class SplitUnits:
    """What a drawn line split.

    Attributes:
        split: How many units fell apart.
        new_units: Ids of the pieces that are new, still named as what they were cut from.
    """

    split: int
    new_units: tuple[int, ...]


@dataclass(frozen=True)
class Reshaped:
    """What took a new course.

    Attributes:
        shapes: How many lines and polygons.
        loose_ends: Ids of contacts that ended on the old course, and end on nothing now.
    """

    shapes: int
    loose_ends: tuple[int, ...]


def split_units(session: MapSession, drawn: QgsGeometry) -> SplitUnits:
    """Cut units along a line, which becomes a contact from edge to edge; one undo step a layer.

    Args:
        drawn: In the CRS of the contacts.

    Raises:
        PlanetaryError: The line cuts no unit in two, or a layer cannot be edited.
    """
    contacts, units = session.layer(CONTACTS), session.layer(UNITS)
    line = shape_of(drawn)
    crossed = list(_near(units, drawn.boundingBox()))
    split = split_of([shape_of(each.geometry()) for each in crossed], line, _reach(session, line))
    if split is None:
        raise PlanetaryError(
            _tr("The line cuts no unit in two."),
            hint=_tr("Draw from one edge of a unit to another, or a closed line inside it."),
        )
    with edit_step(_tr("Split units"), contacts, units):
        for layer in (contacts, units):
            _put_vertices(layer, split.nodes)
        _add(contacts, split.contact)
        new = [
            piece
            for number, pieces in split.pieces.items()
            for piece in _cut(units, crossed[number], pieces)
        ]
    return SplitUnits(len(split.pieces), tuple(new))


def add_contact(session: MapSession, drawn: QgsGeometry) -> int:
    """A line as a contact with the defaults of its layer; one undo step. Gives its id."""
    contacts = session.layer(CONTACTS)
    with edit_step(_tr("Add contact"), contacts):
        return _add(contacts, shape_of(drawn))


def reshape(session: MapSession, drawn: QgsGeometry) -> Reshaped:
    """Give the contact that a line meets twice its course, and all that runs along it.

    Units, surface features and other lines along the same stretch follow. The map boundary stays.

    Raises:
        PlanetaryError: No contact is met twice, or a layer cannot be edited.
    """
    line = shape_of(drawn)
    course = _course(session, drawn, line)
    layers = _layers(session, CONTACTS, LINEAR_FEATURES, UNITS, SURFACE_FEATURES)
    changes = [(layer, _followers(layer, course)) for layer in layers]
    loose = _loose_ends(session.layer(CONTACTS), course)
    touched = [layer for layer, shapes in changes if shapes]
    with edit_step(_tr("Reshape contact"), *touched):
        for layer, shapes in changes:
            for fid, shape in shapes.items():
                done(layer.changeGeometry(fid, geometry_of(shape, layer)), layer)
    return Reshaped(sum(len(shapes) for _, shapes in changes), loose)


def close_polygon(session: MapSession, drawn: QgsGeometry, target: QgsVectorLayer) -> int:
    """A polygon of a drawn line and the shortest way back along contacts; gives its id.

    In the layer of units the line becomes a contact as well.

    Raises:
        PlanetaryError: The line does not end on lines of the map, or no way leads back.
    """
    contacts = session.layer(CONTACTS)
    outline = _layers(session, CONTACTS, MAP_BOUNDARY)
    line = shape_of(drawn)
    edges = [
        shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
        for layer in outline
        for shape in (shape_of(each.geometry()) for each in _near(layer, drawn.boundingBox()))
    ]
    met = meetings(line, shapely.union_all(edges), _reach(session, line)) if edges else []
    if len(met) < 2:
        raise PlanetaryError(
            _tr("The line does not begin and end on contacts."),
            hint=_tr("Draw from one contact or the map boundary to another; snapping helps."),
        )
    whole = between(line, [met[0], met[-1]])
    back = _way_along(outline, whole[-1], whole[0])
    ring = np.vstack([whole, back[1:]])
    is_unit = target == session.find_layer(UNITS)
    touched = [contacts, target] if is_unit else [target]
    with edit_step(_tr("Close polygon along contacts"), *touched):
        if is_unit:
            _add(contacts, shapely.LineString(whole))
        return _add(target, shapely.Polygon(ring))


def _course(session: MapSession, drawn: QgsGeometry, line: Any) -> Course:
    """What the line makes of the contact that it meets first."""
    found = []
    for feature in _near(session.layer(CONTACTS), drawn.boundingBox()):
        shape = shape_of(feature.geometry())
        for part in shapely.get_parts(shape):
            course = course_of(part, line)
            if course is not None:
                begin = shapely.line_locate_point(line, shapely.Point(course.new[0]))
                found.append((begin, course))
    if not found:
        raise PlanetaryError(
            _tr("The line meets no contact twice."),
            hint=_tr("Begin on the contact, draw its new course and end on it again."),
        )
    return min(found, key=lambda each: each[0])[1]


def _followers(layer: QgsVectorLayer, course: Course) -> dict[int, Any]:
    """By id, the layer's shapes that run along the old course, with the new one."""
    bounds = geometry_of(course.stretch).boundingBox()
    changed = {
        feature.id(): with_course(shape_of(feature.geometry()), course)
        for feature in _near(layer, bounds)
    }
    return {fid: shape for fid, shape in changed.items() if shape is not None}


def _loose_ends(contacts: QgsVectorLayer, course: Course) -> tuple[int, ...]:
    """Contacts that end within the old course."""
    inner = shapely.difference(course.stretch, shapely.LineString(course.new))
    same = same_place(course.stretch)
    bounds = geometry_of(course.stretch).boundingBox()
    found = []
    for feature in _near(contacts, bounds):
        shape = shape_of(feature.geometry())
        ends = shapely.get_coordinates(shape)[[0, -1]]
        on_new_ends = np.min(
            [np.hypot(*(ends - end).T) for end in (course.old[0], course.old[-1])], axis=0
        )
        on_old = shapely.distance(inner, shapely.points(ends)) <= same
        if with_course(shape, course) is None and np.any(on_old & (on_new_ends > same)):
            found.append(feature.id())
    return tuple(found)


def _cut(units: QgsVectorLayer, feature: QgsFeature, pieces: tuple[Any, ...]) -> list[int]:
    """Leave a unit its largest piece, add the others with its attributes; gives their ids."""
    done(units.changeGeometry(feature.id(), geometry_of(pieces[0], units)), units)
    return [_add(units, piece, feature) for piece in pieces[1:]]


def _add(layer: QgsVectorLayer, shape: Any, like: QgsFeature | None = None) -> int:
    """A new feature with the layer's defaults, or another's attributes; gives its id."""
    keys = set(layer.primaryKeyAttributes())
    values = {} if like is None else dict(enumerate(like.attributes()))
    kept = {index: value for index, value in values.items() if index not in keys}
    context = layer.createExpressionContext()
    made = QgsVectorLayerUtils.createFeature(layer, geometry_of(shape, layer), kept, context)
    done(layer.addFeature(made), layer)
    return made.id()


def _put_vertices(layer: QgsVectorLayer, places: NDArray[np.float64]) -> None:
    """Give all shapes of a layer that pass these places a vertex there."""
    bounds = geometry_of(shapely.MultiPoint(places)).boundingBox()
    for feature in _near(layer, bounds) if len(places) else ():
        shape = shape_of(feature.geometry())
        changed = shape_with_vertices(shape, places)
        if changed is not shape:
            done(layer.changeGeometry(feature.id(), geometry_of(changed, layer)), layer)


def _way_along(
    layers: list[QgsVectorLayer], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(n, 2) the shortest way along lines of layers; QGIS's own tracer finds it."""
    tracer = QgsTracer()
    tracer.setLayers(layers)
    tracer.setDestinationCrs(layers[0].crs(), layers[0].transformContext())
    path, outcome = tracer.findShortestPath(QgsPointXY(*start), QgsPointXY(*end))
    if outcome != QgsTracer.PathError.ErrNone or len(path) < 2:
        raise PlanetaryError(
            _tr("No way leads back along contacts."),
            hint=_tr("Check that the contacts between both ends meet; dangles break the way."),
        )
    return np.array([[point.x(), point.y()] for point in path])


def _near(layer: QgsVectorLayer, bounds: Any) -> Iterator[QgsFeature]:
    """Features that may touch a rectangle, with the margin of a rounding error."""
    grown = bounds.buffered(max(map(abs, bounds.toRectF().getCoords())) * 1e-9)
    for feature in layer.getFeatures(QgsFeatureRequest().setFilterRect(grown)):
        if feature.hasGeometry() and not feature.geometry().isEmpty():
            yield feature


def _reach(session: MapSession, line: Any) -> float:
    """The map's closing distance in the units of its plane, at the line's ends."""
    contacts = session.layer(CONTACTS)
    ground = ground_of(contacts.crs(), geometry_of(line).boundingBox())
    x, y = shapely.get_coordinates(line)[[0, -1]].T
    return session.settings.closing_distance_m * float(ground.units_per_metre(x, y).min())


def _layers(session: MapSession, *names: str) -> list[QgsVectorLayer]:
    """Those of the layers that the project has."""
    found = (session.find_layer(name) for name in names)
    return [layer for layer in found if layer is not None]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Drawing", text)
