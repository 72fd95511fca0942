"""Geologic units from contacts, map boundary and unit points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterNumber,
    QgsVectorLayer,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.mapping_algorithm import MAP, MappingAlgorithm
from planetary_qgis.processing.sphere_layers import put

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.units.building import UnitsBuild, UnitsSnapshot

CONTACTS, BOUNDARY, POINTS = "CONTACTS", "BOUNDARY", "POINTS"
UNIT_FIELD, DESCRIPTION, PREVIOUS = "UNIT_FIELD", "DESCRIPTION", "PREVIOUS"
SCALE, TOLERANCE, WRITE, PROBLEMS = "SCALE", "TOLERANCE", "WRITE", "PROBLEMS"
COUNTS = ("UNITS", "KINDS", "ERRORS", "WARNINGS", "NOTES")


class BuildUnits(MappingAlgorithm):
    """planetary:buildunits"""

    def __init__(self) -> None:
        super().__init__()
        self._path: Path | None = None
        self._layers: dict[str, QgsVectorLayer] = {}
        self._snapshot: UnitsSnapshot | None = None
        self._build: UnitsBuild | None = None
        self._unit_field = ""
        self._writes = False
        self._crs = QgsCoordinateReferenceSystem()
        self._own_fields = QgsFields()
        self._facts: dict[str, str] = {}

    def name(self) -> str:
        return "buildunits"

    def displayName(self) -> str:
        return self.tr("Build units from contacts")

    def tags(self) -> list[str]:
        return ["geologic", "map", "units", "contacts", "polygonize", "polygons", "topology"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Makes the polygons of a geologic map: lines are noded where they cross, ends that "
            "nearly meet a line are joined to it, and the points inside say what unit a polygon "
            "is. No vertex that was drawn is moved, and the layers that are read stay as they "
            "are.\n\n"
            "Without contacts, those of the project's map are taken (or of the GeoPackage that is "
            "named), with all the map's other layers, unsaved edits included.\n\n"
            "Tolerance: metres on the ground up to which an end is joined to a line; by default "
            "half a millimetre at the map's scale.\n\n"
            "Previous units: polygons whose attributes go over to the new polygon that covers "
            "most of each. A polygon without a point keeps the unit that it had; one with points "
            "that disagree has none.\n\n"
            "Problems: a point where something needs a decision: a polygon without a point or "
            "with points that disagree, a point outside all polygons, a loose end, a sliver, a gap "
            "that was closed.\n\n"
            "Write into the map: the map's layer geologic_units is brought up to date, in one "
            "undo step if it is being edited (save it with your other edits), else it is saved "
            "at once. Polygons that do not change are not touched."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self._add_sources()
        numbers = QgsProcessingParameterNumber
        for name, title in (
            (SCALE, self.tr("Scale's denominator (by default the map's)")),
            (TOLERANCE, self.tr("Tolerance (m on the ground; by default from the scale)")),
        ):
            self.addParameter(numbers(name, title, numbers.Type.Double, None, True, 0.0))
        self.add_map_parameter()
        self.addParameter(
            QgsProcessingParameterBoolean(
                WRITE, self.tr("Write into the map's geologic_units"), False
            )
        )
        self._add_outputs()

    def _add_sources(self) -> None:
        kinds, source = QgsProcessing.SourceType, QgsProcessingParameterFeatureSource
        areas = [kinds.TypeVectorPolygon, kinds.TypeVectorLine]
        for name, title, types in (
            (CONTACTS, self.tr("Contacts (by default the map's)"), [kinds.TypeVectorLine]),
            (BOUNDARY, self.tr("Map boundary"), areas),
            (POINTS, self.tr("Unit points"), [kinds.TypeVectorPoint]),
        ):
            self.addParameter(source(name, title, types, optional=True))
        self.addParameter(
            QgsProcessingParameterField(
                UNIT_FIELD,
                self.tr("Field of the points that names the unit (by default Unit)"),
                None,
                POINTS,
                optional=True,
            )
        )
        for name, title, types in (
            (DESCRIPTION, self.tr("Description of map units"), [kinds.TypeVector]),
            (PREVIOUS, self.tr("Previous units"), [kinds.TypeVectorPolygon]),
        ):
            self.addParameter(source(name, title, types, optional=True))

    def _add_outputs(self) -> None:
        kinds, sink = QgsProcessing.SourceType, QgsProcessingParameterFeatureSink
        for name, title, kind in (
            (OUTPUT, self.tr("Units"), kinds.TypeVectorPolygon),
            (PROBLEMS, self.tr("Problems"), kinds.TypeVectorPoint),
        ):
            self.addParameter(sink(name, title, kind, optional=True))
        for name, title in zip(
            COUNTS,
            (
                self.tr("Units"),
                self.tr("Kinds of units"),
                self.tr("Errors"),
                self.tr("Warnings"),
                self.tr("Notes"),
            ),
        ):
            self.addOutput(QgsProcessingOutputNumber(name, title))

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.processing.unit_outputs import counts
        from planetary_qgis.processing.unit_sources import with_units_in
        from planetary_qgis.qgis_bridge.mapping.units.building import build

        inputs = self._snapshot.read()
        if len(inputs.points.ids):
            inputs = replace(inputs, points=with_units_in(inputs.points, self._unit_field))
        made = build(inputs, feedback)
        if feedback.isCanceled():
            return {}
        self._build = made
        for sentence in inputs.report.sentences():
            feedback.pushWarning(sentence)
        return {
            **self._write_outputs(parameters, context),
            **dict(zip(COUNTS, counts(made))),
        }

    def end(self, _context: QgsProcessingContext, feedback: QgsProcessingFeedback) -> None:
        """Write into the map's layer, on its own thread."""
        if self._writes and self._build is not None:
            self._write_into_map(feedback)

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        from planetary_qgis.core.mapping import map_layers
        from planetary_qgis.processing import unit_sources

        sources = {
            layer: self.parameterAsSource(parameters, name, context)
            for name, layer in (
                (CONTACTS, map_layers.CONTACTS),
                (BOUNDARY, map_layers.MAP_BOUNDARY),
                (POINTS, map_layers.UNIT_POINTS),
                (PREVIOUS, map_layers.UNITS),
                (DESCRIPTION, map_layers.DESCRIPTION),
            )
        }
        sources = {layer: source for layer, source in sources.items() if source is not None}
        takes_map = map_layers.CONTACTS not in sources
        self._writes = self.parameterAsBoolean(parameters, WRITE, context)
        if self._writes:
            sources.pop(map_layers.UNITS, None)
        if takes_map or self._writes or parameters.get(MAP):
            self._path = self.map_path(parameters, context)
            self._layers = unit_sources.layers_of_map(self._path, context.project())
        target = {name: layer for name, layer in self._layers.items() if name == map_layers.UNITS}
        layers = self._layers if takes_map else target if self._writes else {}
        scale, tolerance = unit_sources.scale_and_tolerance(
            self.parameterAsDouble(parameters, SCALE, context),
            self.parameterAsDouble(parameters, TOLERANCE, context),
            self._path,
        )
        self._unit_field = self.parameterAsString(parameters, UNIT_FIELD, context)
        self._snapshot = unit_sources.snapshot_of_sources(
            sources, layers, context, scale, tolerance
        )
        self._facts = {
            **{name: layer.source() for name, layer in layers.items()},
            **{name: source.sourceName() for name, source in sources.items()},
            "Scale": f"1:{scale:,.0f}",
            "Ends were joined up to": f"{tolerance:,g} m",
        }
        self._crs = unit_sources.crs_of_contacts(sources, layers)
        for polygons in (layers.get(map_layers.UNITS), sources.get(map_layers.UNITS)):
            self._own_fields = self._own_fields if polygons is None else polygons.fields()
        if self._writes:
            unit_sources.check_target(target.get(map_layers.UNITS), self._crs)

    def _write_outputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> dict[str, Any]:
        from planetary_qgis.processing import unit_outputs

        outputs = {
            OUTPUT: unit_outputs.units_output(self._build, self._own_fields),
            PROBLEMS: unit_outputs.problems_output(self._build),
        }
        results = {}
        for name, output in outputs.items():
            sink, written = self.parameterAsSink(
                parameters, name, context, output.fields, output.geometry, self._crs
            )
            if sink is None:
                if parameters.get(name):
                    raise QgsProcessingException(self.invalidSinkError(parameters, name))
                continue
            put(sink, list(output.features))
            del sink
            unit_outputs.finish(written, output, self._facts, context)
            results[name] = written
        return results

    def _write_into_map(self, feedback: QgsProcessingFeedback) -> None:
        from planetary_qgis.core.mapping.map_layers import DESCRIPTION as DESCRIBED
        from planetary_qgis.core.mapping.map_layers import UNITS
        from planetary_qgis.qgis_bridge.mapping.units.styling import restyle_units
        from planetary_qgis.qgis_bridge.mapping.units.writing import save_units, write_build

        layer = self._layers[UNITS]
        is_being_edited = layer.isEditable()
        written = write_build(layer, self._build, self.displayName())
        if not is_being_edited:
            save_units(layer)
        restyle_units(layer, self._layers.get(DESCRIBED))
        feedback.pushInfo(
            self.tr("{layer}: {added} added, {changed} changed, {removed} removed.").format(
                layer=layer.name(),
                added=written.added,
                changed=written.changed,
                removed=written.removed,
            )
        )
        if is_being_edited and written.did_something:
            feedback.pushWarning(
                self.tr("{layer} is being edited: save its edits to keep the units.").format(
                    layer=layer.name()
                )
            )
