"""Statistics of rasters within geologic units."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from qgis.core import (
    NULL,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsWkbTypes,
)

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import column_names
from planetary_qgis.core.reports import Report
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm
from planetary_qgis.processing.sphere_layers import mend, put
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.rasters.values.chosen import Rasters, chosen_rasters

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.values.zonal import InZone
    from planetary_qgis.qgis_bridge.rasters.values.zones import Zone

_DEFAULT_PERCENTS = "5, 25, 75, 95"
_MEDIAN = 50.0
_STATISTICS = ("count", "valid", "min", "max", "mean", "std", "median", "majority")
_ID_FIELD, _AREA_FIELD, _PARTS_FIELD = "zone_id", "area_m2", "polygons"


@dataclass(frozen=True)
class Unit:
    """Polygons that count as one zone: a feature, or all that have the same value in a field."""

    name: str
    value: Any
    geometry: QgsGeometry
    polygons: int


class ZonalStatistics(RasterAlgorithm):
    """planetary:zonalstatistics"""

    feature = Feature.RASTER_ZONES
    INPUT, UNITS, RASTERS, BAND = "INPUT", "UNITS", "RASTERS", "BAND"
    PERCENTILES, BY_AREA = "PERCENTILES", "BY_AREA"

    def name(self) -> str:
        return "zonalstatistics"

    def displayName(self) -> str:
        return self.tr("Zonal statistics on the body")

    def tags(self) -> list[str]:
        return ["zonal", "statistics", "unit", "geologic", "mean", "median", "histogram", "area"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Statistics of rasters within polygons, such as the units of a geologic map: how many "
            "pixels, least and largest value, mean, standard deviation, median, percentiles and "
            "the most common value.\n\n"
            "Units: a field by whose values polygons are taken together; without one, each "
            "feature is a zone.\n\n"
            "By area: a pixel weighs what it measures on the body. On a map in degrees, a pixel at "
            "80° latitude is a sixth of one at the equator, and would else count as much. Without "
            "it, all pixels weigh the same.\n\n"
            "Pixels on the rim count by the share that lies within, so that polygons smaller than "
            "a pixel have statistics too. Polygons and rasters may be in any CRS of one body; "
            "holes, the antimeridian and the poles are minded.\n\n"
            "area_m2 is the polygons' area on the body's sphere; edges are straight in the "
            "polygons' CRS. …_valid is the share of it where the raster knows something, …_count "
            "the number of pixels. Percentiles of zones with more than four million pixels are "
            "those of a histogram of a million classes."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        kinds = QgsProcessing.SourceType
        numbers = QgsProcessingParameterNumber.Type
        for parameter in (
            QgsProcessingParameterFeatureSource(
                self.INPUT, self.tr("Polygons"), [kinds.TypeVectorPolygon]
            ),
            QgsProcessingParameterField(
                self.UNITS, self.tr("Units"), None, self.INPUT, optional=True
            ),
            QgsProcessingParameterMultipleLayers(
                self.RASTERS, self.tr("Rasters"), kinds.TypeRaster
            ),
            QgsProcessingParameterNumber(self.BAND, self.tr("Band"), numbers.Integer, 1, False, 1),
            QgsProcessingParameterString(
                self.PERCENTILES, self.tr("Percentiles"), _DEFAULT_PERCENTS, optional=True
            ),
            QgsProcessingParameterBoolean(
                self.BY_AREA, self.tr("Weigh pixels by their area on the body"), True
            ),
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Zonal statistics"), kinds.TypeVectorPolygon
            ),
        ):
            self.addParameter(parameter)

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.values.zonal import Question, statistics_of_zones

        source = self.parameterAsSource(parameters, self.INPUT, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.INPUT))
        layers = self.parameterAsLayerList(parameters, self.RASTERS, context)
        band = self.parameterAsInt(parameters, self.BAND, context)
        percents = percents_in(self.parameterAsString(parameters, self.PERCENTILES, context))
        question = Question(
            (_MEDIAN, *percents), self.parameterAsBoolean(parameters, self.BY_AREA, context)
        )
        rasters = chosen_rasters(layers, source.sourceCrs(), source.sourceName(), band)
        units = _units(source, self.parameterAsString(parameters, self.UNITS, context))
        zones, report = _zones(units, rasters)
        named = [(unit.name, zone) for unit, zone in zip(units, zones) if zone is not None]
        answers, problems = statistics_of_zones(
            named, rasters, source.sourceCrs(), question, feedback
        )
        report.merge(problems)
        fields = self._fields(parameters, context, source, rasters, percents)
        sink, written = self.parameterAsSink(
            parameters,
            OUTPUT,
            context,
            fields,
            QgsWkbTypes.multiType(QgsWkbTypes.flatType(source.wkbType())),
            source.sourceCrs(),
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        radius = rasters.sphere.radius_m
        rows = iter(answers)
        put(
            sink,
            [
                _feature(unit, zone, next(rows) if zone is not None else [], radius, fields)
                for unit, zone in zip(units, zones)
            ],
        )
        del sink
        mend(written)
        for sentence in report.sentences():
            feedback.pushWarning(sentence)
        return {OUTPUT: written}

    def _fields(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        source: QgsProcessingFeatureSource,
        rasters: Rasters,
        percents: Sequence[float],
    ) -> QgsFields:
        unit_field = self.parameterAsString(parameters, self.UNITS, context)
        fields = QgsFields()
        if unit_field:
            fields.append(source.fields().field(unit_field))
        else:
            fields.append(field(_ID_FIELD, "integer"))
        fields.append(field(_PARTS_FIELD, "integer"))
        fields.append(field(_AREA_FIELD, "real"))
        names = column_names([each.name for each in rasters.sources], [])
        for name in names:
            for statistic in (*_STATISTICS, *(f"p{percent:g}" for percent in percents)):
                fields.append(field(f"{name}_{statistic}", "real"))
        return fields


def percents_in(text: str) -> tuple[float, ...]:
    """The percentiles that a user has typed, each once.

    Raises:
        PlanetaryError: One is none.
    """
    percents = []
    for word in text.replace(";", ",").split(","):
        if not word.strip():
            continue
        try:
            percent = float(word)
        except ValueError:
            percent = math.nan
        if not 0.0 <= percent <= 100.0:
            raise PlanetaryError(
                f"“{word.strip()}” is no percentile.",
                hint="Give numbers from 0 to 100 with commas in between: 5, 25, 75, 95.",
            )
        percents.append(percent)
    return tuple(dict.fromkeys(percents))


def _units(source: QgsProcessingFeatureSource, unit_field: str) -> list[Unit]:
    """The zones: features, or all that share a value, in the order of their first ones."""
    if not unit_field:
        return [
            Unit(str(feature.id()), feature.id(), feature.geometry(), 1)
            for feature in source.getFeatures()
        ]
    shapes: dict[Any, list[QgsGeometry]] = {}
    for feature in source.getFeatures():
        value = feature[unit_field]
        shapes.setdefault(None if value == NULL else value, []).append(feature.geometry())
    return [
        Unit(str(value), NULL if value is None else value, _together(parts), len(parts))
        for value, parts in shapes.items()
    ]


def _together(parts: Sequence[QgsGeometry]) -> QgsGeometry:
    """All of them as one; what they share counts once."""
    if len(parts) == 1:
        return parts[0]
    valid = [part if part.isGeosValid() else part.makeValid() for part in parts]
    return QgsGeometry.unaryUnion([part for part in valid if not part.isEmpty()])


def _zones(units: Sequence[Unit], rasters: Rasters) -> tuple[list[Zone | None], Report]:
    """The units on the body; None, and a line in the report, where one has no place there."""
    report = Report()
    return [_zone_or_none(unit, rasters, report) for unit in units], report


def _zone_or_none(unit: Unit, rasters: Rasters, report: Report) -> Zone | None:
    from planetary_qgis.qgis_bridge.rasters.values.zones import zone_of

    try:
        return zone_of(unit.geometry, rasters.shapes)
    except PlanetaryError as error:
        report.add(str(error), unit.name)
        return None


def _feature(
    unit: Unit,
    zone: Zone | None,
    answers: Sequence[InZone | None],
    radius_m: float,
    fields: QgsFields,
) -> QgsFeature:
    area = NULL if zone is None else zone.steradians * radius_m**2
    values = [value for answer in answers for value in _values(answer, fields, len(answers))]
    feature = QgsFeature(fields)
    row = [unit.value, unit.polygons, area, *values]
    feature.setAttributes(row + [NULL] * (len(fields) - len(row)))
    geometry = QgsGeometry(unit.geometry)
    geometry.convertToMultiType()
    feature.setGeometry(geometry)
    return feature


def _values(answer: InZone | None, fields: QgsFields, rasters: int) -> list[Any]:
    """One raster's columns."""
    if answer is None:
        return [NULL] * ((len(fields) - 3) // rasters)
    found = answer.statistics
    median, *percentiles = found.percentiles
    values = (
        found.count,
        answer.valid_share,
        found.minimum,
        found.maximum,
        found.mean,
        found.std,
        median,
        found.majority,
        *percentiles,
    )
    return [NULL if math.isnan(value) else value for value in values]
