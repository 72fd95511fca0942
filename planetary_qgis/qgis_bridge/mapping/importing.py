"""Layers of maps made elsewhere into the layers of a map."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qgis.core import (
    NULL,
    QgsCoordinateTransform,
    QgsCsException,
    QgsFeature,
    QgsFeedback,
    QgsField,
    QgsGeometry,
    QgsMapLayerType,
    QgsProject,
    QgsProviderRegistry,
    QgsVectorLayer,
    QgsVectorLayerUtils,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.working_copies import working_copy
from planetary_qgis.core.mapping.importing.guessing import proposed
from planetary_qgis.core.mapping.importing.kept_mappings import TABLE as MAPPINGS
from planetary_qgis.core.mapping.importing.kept_mappings import keep, kept_in
from planetary_qgis.core.mapping.importing.mappings import LayerMapping
from planetary_qgis.core.mapping.importing.sources import SourceLayer, different_values
from planetary_qgis.core.mapping.map_layers import (
    MAP_LAYERS,
    UNIT,
    UNIT_POINTS,
    UNITS,
    VOCABULARIES,
    LayerGeometry,
)
from planetary_qgis.core.mapping.packages.map_metadata import TABLE as METADATA
from planetary_qgis.core.mapping.settings_table import TABLE as SETTINGS
from planetary_qgis.core.mapping.settings_table import settings_in
from planetary_qgis.core.mapping.vocabularies import vocabularies_for
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.crs import body_name, same_body, transform_between
from planetary_qgis.qgis_bridge.mapping.checks.checking import find_crs, is_map_of
from planetary_qgis.qgis_bridge.mapping.checks.ignored_findings import TABLE as IGNORED
from planetary_qgis.qgis_bridge.mapping.edit_steps import done, edit_step
from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of, layers_of
from planetary_qgis.qgis_bridge.mapping.map_session import session_of, table_of

_GEOMETRIES: dict[QgsWkbTypes.GeometryType, LayerGeometry] = {
    QgsWkbTypes.GeometryType.PointGeometry: "point",
    QgsWkbTypes.GeometryType.LineGeometry: "line",
    QgsWkbTypes.GeometryType.PolygonGeometry: "polygon",
}
_NOT_OF_MAPS = frozenset(
    {"layer_styles", "qgis_projects", VOCABULARIES, SETTINGS, METADATA, IGNORED, MAPPINGS}
)
_SHAPEFILES = "*.shp"


@dataclass(frozen=True)
class ImportOptions:
    """How layers are imported.

    Attributes:
        as_is: Take coordinates as the map's own where a layer lies on another body or nowhere.
        keep_columns: Keep columns that go nowhere, under their own names.
        points_in_units: Where no unit points come along, set one in each unit.
    """

    as_is: bool = False
    keep_columns: bool = True
    points_in_units: bool = True


@dataclass
class Imported:
    """How many features came into each layer of the map, and which had problems."""

    counts: dict[str, int] = field(default_factory=dict)
    report: Report = field(default_factory=Report)


def layers_in(path: Path) -> list[QgsVectorLayer]:
    """The vector layers and tables of a file, or of a folder of shapefiles.

    Raises:
        PlanetaryError: There are none.
    """
    files = sorted(path.glob(_SHAPEFILES)) if path.is_dir() else [path]
    found = [
        QgsVectorLayer(details.uri(), details.name() or file.stem, details.providerKey())
        for file in files
        for details in QgsProviderRegistry.instance().querySublayers(str(file))
        if details.type() == QgsMapLayerType.VectorLayer and details.name() not in _NOT_OF_MAPS
    ]
    usable = [layer for layer in found if layer.isValid()]
    for layer in usable:
        file, table = table_of(layer)
        if file is not None:
            find_crs(layer, file, table)
    if not usable:
        raise PlanetaryError(
            _tr("{path} holds no layers that QGIS can read.").format(path=path),
            hint=_tr("Choose a GeoPackage, a shapefile, or a folder of shapefiles."),
        )
    return usable


def described(layer: QgsVectorLayer) -> SourceLayer:
    """A layer as guessing needs to know it."""
    keys = set(layer.primaryKeyAttributes())
    kept = [index for index in range(layer.fields().count()) if index not in keys]
    rows = [[_plain(each.attribute(index)) for index in kept] for each in layer.getFeatures()]
    columns = zip(*rows) if rows else [()] * len(kept)
    names = [layer.fields().at(index).name() for index in kept]
    return SourceLayer(
        name=layer.name(),
        geometry=_GEOMETRIES.get(layer.geometryType(), "none"),
        count=len(rows),
        columns={name: different_values(values) for name, values in zip(names, columns)},
    )


def proposed_mappings(
    layers: Sequence[QgsVectorLayer], path: Path, given: Mapping[str, LayerMapping]
) -> dict[str, LayerMapping]:
    """Where each layer may go in a map: as is given, as was kept with the map, or guessed.

    Raises:
        PlanetaryError: The map's GeoPackage cannot be read.
    """
    settings = settings_in(path)
    vocabularies = vocabularies_for(settings.body if settings is not None else "")
    return proposed(
        [described(layer) for layer in layers], vocabularies, {**kept_in(path), **given}
    )


@dataclass(frozen=True)
class MapToFill:
    """The layers of a map, by their names in the template.

    Attributes:
        layers: The project's, saved by its user; None where the file is to be filled and saved.
    """

    path: Path
    layers: dict[str, QgsVectorLayer] | None


def map_to_import_into(path: Path, project: QgsProject | None) -> MapToFill:
    """A map's layers: the project's where it holds the map, else the file's own."""
    session = session_of(project) if project is not None else None
    if not is_map_of(session, path):
        return MapToFill(path, None)
    found = {spec.name: session.find_layer(spec.name) for spec in MAP_LAYERS}
    return MapToFill(path, {name: layer for name, layer in found.items() if layer is not None})


def import_into(
    target: MapToFill,
    sources: Sequence[tuple[QgsVectorLayer, LayerMapping]],
    options: ImportOptions,
    feedback: QgsFeedback,
) -> Imported:
    """Import, save where nobody else would, and keep the mappings with the map; all or none.

    Raises:
        PlanetaryError: As `import_layers`, or the file does not take what was imported.
    """
    mappings = {layer.name(): mapping for layer, mapping in sources}
    if target.layers is not None:
        keep(target.path, mappings)
        return import_layers(sources, target.layers, options, feedback)
    with working_copy(target.path) as copy:
        layers = layers_of(copy)
        imported = import_layers(sources, layers, options, feedback)
        _save_all([layers[name] for name in imported.counts])
        keep(copy, mappings)
    return imported


def import_layers(
    sources: Sequence[tuple[QgsVectorLayer, LayerMapping]],
    targets: Mapping[str, QgsVectorLayer],
    options: ImportOptions,
    feedback: QgsFeedback,
) -> Imported:
    """Add the features of layers to those of a map: one undo step a layer, all or none.

    What was there stays. Features of several parts become several.

    Args:
        targets: The layers of the map, by their names in the template.

    Raises:
        PlanetaryError: A layer lies on another body, or the map has no such layer.
    """
    wanted = [(layer, mapping) for layer, mapping in sources if mapping.target]
    if not wanted:
        raise PlanetaryError(
            _tr("No layer is to be imported."), hint=_tr("Choose where at least one goes.")
        )
    moves = [_move(layer, _target(targets, mapping), options) for layer, mapping in wanted]
    makes_points = options.points_in_units and _lacks_points([each for _, each in wanted], targets)
    touched = {mapping.target for _, mapping in wanted} | ({UNIT_POINTS} if makes_points else set())
    imported = Imported()
    with edit_step(_tr("Import map"), *(targets[name] for name in sorted(touched))):
        for number, ((layer, mapping), move) in enumerate(zip(wanted, moves)):
            made = _add_all(layer, targets[mapping.target], mapping, move, options, imported.report)
            imported.counts[mapping.target] = imported.counts.get(mapping.target, 0) + len(made)
            if makes_points and mapping.target == UNITS:
                imported.counts[UNIT_POINTS] = _set_points(made, targets[UNIT_POINTS])
            feedback.setProgress(100.0 * (number + 1) / len(wanted))
            if feedback.isCanceled():
                raise PlanetaryError(_tr("Cancelled; nothing was imported."))
    return imported


def _save_all(layers: Sequence[QgsVectorLayer]) -> None:
    for layer in layers:
        if not layer.commitChanges():
            errors = "\n".join(layer.commitErrors())
            layer.rollBack()
            raise PlanetaryError(
                _tr("“{name}” cannot be saved.").format(name=layer.name()),
                details=errors,
                hint=_tr("Check that the map's GeoPackage may be written, and its disk has room."),
            )


Move = Callable[[QgsGeometry], None]


def _target(targets: Mapping[str, QgsVectorLayer], mapping: LayerMapping) -> QgsVectorLayer:
    if mapping.target not in targets:
        raise PlanetaryError(
            _tr("The map has no layer “{name}”.").format(name=mapping.target),
            hint=_tr("Add it from the map's GeoPackage, then try again."),
        )
    return targets[mapping.target]


def _move(layer: QgsVectorLayer, target: QgsVectorLayer, options: ImportOptions) -> Move:
    """What brings the layer's geometries into the map's plane.

    Raises:
        PlanetaryError: The layer lies on another body, or its CRS cannot be right.
    """
    if not layer.isSpatial() or (options.as_is and not _lies_on_body_of(layer, target)):
        return lambda _geometry: None
    if not _lies_on_body_of(layer, target):
        if layer.crs().isValid() and same_body(layer.crs(), target.crs()):
            raise PlanetaryError(
                _tr("The layer “{name}” has coordinates that its CRS, {crs}, cannot have.").format(
                    name=layer.name(), crs=layer.crs().description()
                ),
                hint=_tr("Give it the CRS that it is in, or take its coordinates as they are."),
            )
        raise PlanetaryError(
            _tr("The layer “{name}” does not lie on {body}: its CRS is {crs}.").format(
                name=layer.name(),
                body=body_name(target.crs()),
                crs=layer.crs().description() or _tr("unknown"),
            ),
            hint=_tr("Give it its CRS, or take its coordinates as they are."),
        )
    transform = transform_between(layer.crs(), target.crs(), target.transformContext())
    return lambda geometry: _transform(geometry, transform)


def _lies_on_body_of(layer: QgsVectorLayer, target: QgsVectorLayer) -> bool:
    if not layer.crs().isValid() or not same_body(layer.crs(), target.crs()):
        return False
    return not ground_of(layer.crs(), layer.extent()).is_plane


def _transform(geometry: QgsGeometry, transform: QgsCoordinateTransform) -> None:
    geometry.transform(transform)


def _add_all(
    layer: QgsVectorLayer,
    target: QgsVectorLayer,
    mapping: LayerMapping,
    move: Move,
    options: ImportOptions,
    report: Report,
) -> list[QgsFeature]:
    """Add a layer's features; gives those that were added."""
    columns = dict(mapping.columns)
    if options.keep_columns:
        columns.update(_kept_columns(layer, target, mapping))
    made = []
    for feature in layer.getFeatures():
        values = {
            target.fields().lookupField(to): _typed(
                mapping.value(to, _plain(feature.attribute(source))),
                target.fields().field(target.fields().lookupField(to)),
                report,
            )
            for to, source in columns.items()
        }
        parts = _parts(feature, target, move, report)
        made.extend(_feature(target, geometry, values) for geometry in parts)
    if made and not target.addFeatures(made):
        done(False, target)
    return made


def _feature(target: QgsVectorLayer, geometry: QgsGeometry, values: dict[int, Any]) -> QgsFeature:
    """A feature with these values, and the layer's defaults where there are none."""
    given = {index: value for index, value in values.items() if value is not None}
    context = target.createExpressionContext()
    return QgsVectorLayerUtils.createFeature(target, geometry, given, context)


def _parts(
    feature: QgsFeature, target: QgsVectorLayer, move: Move, report: Report
) -> Iterator[QgsGeometry]:
    """The feature's geometry in the map's plane, part by part; an empty one for tables."""
    if not target.isSpatial():
        yield QgsGeometry()
        return
    geometry = QgsGeometry(feature.geometry())
    if geometry.isNull() or geometry.isEmpty():
        report.add(_tr("Features without a geometry were left out"), str(feature.id()))
        return
    straight = QgsGeometry(geometry.constGet().segmentize())
    straight.get().dropZValue()
    straight.get().dropMValue()
    try:
        move(straight)
    except QgsCsException:
        report.add(
            _tr("Features that the map's projection does not show were left out"),
            str(feature.id()),
        )
        return
    for part in straight.asGeometryCollection():
        if QgsWkbTypes.isMultiType(target.wkbType()):
            part.convertToMultiType()
        yield part


def _kept_columns(
    layer: QgsVectorLayer, target: QgsVectorLayer, mapping: LayerMapping
) -> dict[str, str]:
    """Columns that go nowhere, made in the target where it does not have them; by their names."""
    used = set(mapping.columns.values())
    keys = {layer.fields().at(index).name() for index in layer.primaryKeyAttributes()}
    kept = {}
    for each in layer.fields():
        name = each.name()
        if name in used or name in keys or name.lower() in _RESERVED:
            continue
        if target.fields().lookupField(name) < 0:
            done(target.addAttribute(QgsField(each)), target)
            target.updateFields()
        if not any(name.lower() == to.lower() for to in mapping.columns):
            kept[target.fields().at(target.fields().lookupField(name)).name()] = name
    return kept


_RESERVED = frozenset(
    {"fid", "ogc_fid", "geom", "geometry", "objectid", "shape_length", "shape_area"}
)


def _set_points(units: Sequence[QgsFeature], points: QgsVectorLayer) -> int:
    """A unit point inside each polygon, naming its unit; gives how many."""
    index = points.fields().lookupField(UNIT)
    made = [
        _feature(points, unit.geometry().pointOnSurface(), {index: unit.attribute(UNIT)})
        for unit in units
        if unit.attribute(UNIT) not in (None, NULL, "")
    ]
    if made and not points.addFeatures(made):
        done(False, points)
    return len(made)


def _lacks_points(mappings: Sequence[LayerMapping], targets: Mapping[str, QgsVectorLayer]) -> bool:
    """Whether units come without points, into a map that has none."""
    coming = {mapping.target for mapping in mappings}
    points = targets.get(UNIT_POINTS)
    return (
        UNITS in coming
        and UNIT_POINTS not in coming
        and points is not None
        and not any(True for _ in points.getFeatures())
    )


def _typed(value: Any, wanted: QgsField, report: Report) -> Any:
    """The value as the column holds it; None, and a line in the report, where it cannot."""
    if value is None:
        return None
    if not wanted.isNumeric():
        return str(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        text = _tr("Values of “{column}” that are no numbers were left out")
        report.add(text.format(column=wanted.name()), str(value))
        return None
    return int(number) if number.is_integer() else number


def _plain(value: Any) -> Any:
    """A value as Python has it; None for NULL, texts for dates."""
    if value is None or value == NULL:
        return None
    if hasattr(value, "toPyDateTime"):
        return value.toPyDateTime().isoformat()
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Importing", text)
