"""Units built from contacts, boundary and points: inputs read, polygons ready to be written.

Imports pandas and shapely: import it late.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransformContext,
    QgsFeatureRequest,
    QgsFeedback,
    QgsFields,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorLayerFeatureSource,
)
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    MAP_BOUNDARY,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.units import BuiltUnits, build_units
from planetary_qgis.core.mapping.units.live import LiveUnits
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.crs import transform_between
from planetary_qgis.qgis_bridge.mapping.edited_features import EditedFeatures
from planetary_qgis.qgis_bridge.mapping.map_reading import content_of, ground_of
from planetary_qgis.qgis_bridge.mapping.map_session import MapSession
from planetary_qgis.qgis_bridge.mapping.units.rows import (
    Described,
    UnitRow,
    described_in,
    row_of,
    said_by_points,
)

_SOURCES = (CONTACTS, MAP_BOUNDARY, UNIT_POINTS, UNITS, DESCRIPTION)


@dataclass(frozen=True)
class UnitInputs:
    """What units are built from.

    Attributes:
        previous: The polygons that were built before; None where there are none.
        described: What the description says of each unit.
        report: Features that could not be read as they should.
    """

    contacts: LayerContent
    boundary: LayerContent
    points: LayerContent
    previous: LayerContent | None
    described: Described
    ground: Ground
    scale: float
    closing_distance_m: float
    report: Report


@dataclass(frozen=True)
class UnitsBuild:
    """Built units, and what they are to be in the map.

    Attributes:
        live: What keeps up with edits from here on; None where nothing is to.
    """

    inputs: UnitInputs
    built: BuiltUnits
    rows: tuple[UnitRow, ...]
    live: LiveUnits | None = None

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(self.built.findings)


class FeatureReading:
    """Features of a layer or of Processing's source, read later and maybe in another thread.

    Args:
        name: Of the layer of the template that they stand for.
        crs: Of the features; of tables an invalid one.
        target: The map's.

    Raises:
        PlanetaryError: They lie on another body than the map.
    """

    def __init__(
        self,
        name: str,
        source: Any,
        fields: QgsFields,
        crs: QgsCoordinateReferenceSystem,
        target: QgsCoordinateReferenceSystem,
        context: QgsCoordinateTransformContext,
    ) -> None:
        self.name = name
        self._source = source
        self._fields = [field.name() for field in fields]
        self._request = QgsFeatureRequest()
        self._lost: list[int] = []
        if crs.isValid() and target.isValid() and crs != target:
            transform_between(crs, target, context)
            self._request.setDestinationCrs(target, context)
            self._request.setTransformErrorCallback(lambda each: self._lost.append(each.id()))

    @classmethod
    def of_layer(
        cls, name: str, layer: QgsVectorLayer, target: QgsCoordinateReferenceSystem
    ) -> FeatureReading:
        """Of a layer as it is now, unsaved edits included."""
        refuse_filtered(layer)
        return cls._of(name, layer, QgsVectorLayerFeatureSource(layer), target)

    @classmethod
    def of_edited(
        cls,
        name: str,
        layer: QgsVectorLayer,
        features: EditedFeatures,
        target: QgsCoordinateReferenceSystem,
    ) -> FeatureReading:
        """The same, as the layer will be when it is read: in the main thread."""
        refuse_filtered(layer)
        return cls._of(name, layer, features, target)

    @classmethod
    def _of(
        cls, name: str, layer: QgsVectorLayer, source: Any, target: QgsCoordinateReferenceSystem
    ) -> FeatureReading:
        context = layer.transformContext()
        return cls(name, source, layer.fields(), layer.crs(), target, context)

    def read(self, report: Report, ids: Collection[int] | None = None) -> LayerContent:
        """All features, or those with these ids that are there."""
        self._lost.clear()
        request = QgsFeatureRequest(self._request)
        if ids is not None:
            request.setFilterFids(list(ids))
        content = content_of(self.name, self._fields, self._source.getFeatures(request))
        for fid in self._lost:
            report.add(
                f"A feature of {self.name} has no place in the coordinate reference system of the "
                "contacts, and was left out.",
                str(fid),
            )
        return content


class UnitsSnapshot:
    """What units are built from, as it is now, to be read in a task. Made on the main thread.

    Args:
        readings: By the names of the template's layers; contacts at least.
    """

    def __init__(
        self,
        readings: Iterable[FeatureReading],
        ground: Ground,
        scale: float,
        closing_distance_m: float,
    ) -> None:
        self._readings = {each.name: each for each in readings}
        self._ground = ground
        self._scale, self._closing_distance_m = scale, closing_distance_m

    def read(self) -> UnitInputs:
        report = Report()
        contents = {name: each.read(report) for name, each in self._readings.items()}
        found = {name: contents.get(name) or LayerContent.empty(name) for name in _SOURCES}
        return UnitInputs(
            contacts=found[CONTACTS],
            boundary=found[MAP_BOUNDARY],
            points=found[UNIT_POINTS],
            previous=contents.get(UNITS),
            described=described_in(found[DESCRIPTION]),
            ground=self._ground,
            scale=self._scale,
            closing_distance_m=self._closing_distance_m,
            report=report,
        )


def units_snapshot(session: MapSession) -> UnitsSnapshot:
    """What the units of a project's map are built from, unsaved edits included.

    Raises:
        PlanetaryError: The contacts or the units are not in the project, or layers are filtered.
    """
    layers = {CONTACTS: session.layer(CONTACTS), UNITS: session.layer(UNITS)}
    for name in (MAP_BOUNDARY, UNIT_POINTS, DESCRIPTION):
        layer = session.find_layer(name)
        if layer is not None:
            layers[name] = layer
    settings = session.settings
    return snapshot_of_layers(layers, settings.scale, settings.closing_distance_m)


def snapshot_of_layers(
    layers: Mapping[str, QgsVectorLayer], scale: float, closing_distance_m: float
) -> UnitsSnapshot:
    """The same of layers by their names in the template."""
    crs = layers[CONTACTS].crs()
    return UnitsSnapshot(
        [FeatureReading.of_layer(name, layer, crs) for name, layer in layers.items()],
        ground_of(crs, extent_of(layers.values(), crs)),
        scale,
        closing_distance_m,
    )


def extent_of(layers: Iterable[QgsVectorLayer], crs: QgsCoordinateReferenceSystem) -> QgsRectangle:
    """What layers in a CRS cover together."""
    extent = QgsRectangle()
    for layer in layers:
        if layer.isSpatial() and layer.crs() == crs:
            extent.combineExtentWith(layer.extent())
    return extent


def build(inputs: UnitInputs, feedback: QgsFeedback) -> UnitsBuild:
    """The units; what was found so far where it was cancelled."""
    built = build_units(
        inputs.contacts,
        inputs.boundary,
        inputs.points,
        inputs.ground,
        scale=inputs.scale,
        closing_distance_m=inputs.closing_distance_m,
        previous=inputs.previous,
        progress=lambda share: feedback.setProgress(100.0 * share),
        cancelled=feedback.isCanceled,
    )
    return UnitsBuild(inputs, built, rows_of(built, inputs.points))


def build_live(inputs: UnitInputs) -> UnitsBuild:
    """The same units, with what keeps up with edits."""
    live = LiveUnits(
        inputs.contacts,
        inputs.boundary,
        inputs.points,
        inputs.ground,
        scale=inputs.scale,
        closing_distance_m=inputs.closing_distance_m,
        previous=inputs.previous,
    )
    return UnitsBuild(inputs, live.built, rows_of(live.built, inputs.points), live)


def rows_of(built: BuiltUnits, points: LayerContent) -> tuple[UnitRow, ...]:
    """Built units as rows."""
    said = said_by_points(points)
    columns: Sequence[Any] = (built.shapes, built.previous, built.units, built.points)
    return tuple(row_of(*each, said) for each in zip(*columns))


def refuse_filtered(layer: QgsVectorLayer) -> None:
    """Raise where a filter hides features: units built from a part would overwrite the whole."""
    if layer.subsetString():
        text = QCoreApplication.translate("UnitBuilding", "A filter hides features of “{layer}”.")
        raise PlanetaryError(
            text.format(layer=layer.name()),
            details=layer.subsetString(),
            hint=QCoreApplication.translate(
                "UnitBuilding", "Remove the filter: units are built from the whole map."
            ),
        )
