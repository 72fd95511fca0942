"""How much of a map each unit takes, how high and steep it lies, how certain its contacts are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFields,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterRasterLayer,
    QgsWkbTypes,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.mapping_algorithm import MappingAlgorithm
from planetary_qgis.processing.sphere_layers import put
from planetary_qgis.qgis_bridge.compat import field

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.map_content import MapContent
    from planetary_qgis.core.mapping.statistics import LineStatistics, UnitStatistics
    from planetary_qgis.core.rasters.tallies import Statistics
    from planetary_qgis.qgis_bridge.mapping.checks.checking import MapToCheck
    from planetary_qgis.qgis_bridge.mapping.units.terrain import UnitDem, UnitTerrain

_UNIT_FIELDS = {
    "unit": "text",
    "name": "text",
    "polygons": "integer",
    "area_km2": "real",
    "share_percent": "real",
    "perimeter_km": "real",
    "largest_km2": "real",
}
_TERRAIN_FIELDS = (
    "elevation_mean_m",
    "elevation_min_m",
    "elevation_max_m",
    "elevation_std_m",
    "slope_mean_deg",
    "slope_max_deg",
    "slope_std_deg",
)
_LINE_FIELDS = {
    "layer": "text",
    "type": "text",
    "label": "text",
    "certainty": "text",
    "lines": "integer",
    "length_km": "real",
}


class UnitStatisticsAlgorithm(MappingAlgorithm):
    """planetary:unitstatistics"""

    DEM, LINES = "DEM", "LINES"

    def __init__(self) -> None:
        super().__init__()
        self._subject: MapToCheck | None = None
        self._dem: UnitDem | None = None

    def name(self) -> str:
        return "unitstatistics"

    def displayName(self) -> str:
        return self.tr("Statistics of a geologic map")

    def tags(self) -> list[str]:
        return ["unit", "area", "perimeter", "contact", "length", "slope", "elevation", "geologic"]

    def shortHelpString(self) -> str:
        return self.tr(
            "One row for each unit of a geologic map: how many polygons, their area and perimeter "
            "on the body, the share of all units' area, and the largest polygon; with a DEM also "
            "elevations and slopes within the unit, pixels weighing what they measure on the "
            "body. Another table holds the lengths of contacts and linear features by type and "
            "certainty.\n\n"
            "Areas and lengths are those on the body's sphere, whatever projection the map has. "
            "Areas are those of polygons as they are drawn, with edges straight in the map's "
            "coordinates: together they are what lies within the map's boundary. Lengths are "
            "those of great circles from vertex to vertex. Slopes are degrees from level, in any "
            "map projection. Unsaved edits of the project's map count."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        table = QgsProcessing.SourceType.TypeVector
        self.add_map_parameter()
        self.addParameter(
            QgsProcessingParameterRasterLayer(self.DEM, self.tr("DEM"), optional=True)
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(OUTPUT, self.tr("Statistics of units"), table)
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(self.LINES, self.tr("Lengths of lines"), table)
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.mapping.statistics import line_statistics, unit_statistics

        content = self._subject.snapshot.read()
        terrain: dict[str, UnitTerrain] = {}
        if self._dem is not None:
            terrain = self._terrain(content, feedback)
        units = [
            [*_unit_values(row), *_terrain_values(terrain.get(row.unit))]
            for row in unit_statistics(content)
        ]
        labels = _labels()
        lines = [_line_values(row, labels) for row in line_statistics(content)]
        unit_fields = {**_UNIT_FIELDS, **dict.fromkeys(_TERRAIN_FIELDS, "real")}
        return {
            OUTPUT: self._write(OUTPUT, unit_fields, units, parameters, context),
            self.LINES: self._write(self.LINES, _LINE_FIELDS, lines, parameters, context),
        }

    def take(self, parameters: dict[str, Any], context: QgsProcessingContext) -> None:
        self._subject = self.taken_map(parameters, context)
        dem = self.parameterAsRasterLayer(parameters, self.DEM, context)
        if dem is not None:
            from planetary_qgis.qgis_bridge.mapping.units.terrain import dem_for_units

            self._dem = dem_for_units(dem, self._subject.crs, self._subject.snapshot.extent)

    def _terrain(
        self, content: MapContent, feedback: QgsProcessingFeedback
    ) -> dict[str, UnitTerrain]:
        from planetary_qgis.core.mapping.map_layers import UNITS
        from planetary_qgis.qgis_bridge.mapping.units.terrain import terrain_of_units

        found, report = terrain_of_units(content.layer(UNITS), self._dem, feedback)
        for sentence in report.sentences():
            feedback.pushWarning(sentence)
        return found

    def _write(
        self,
        output: str,
        kinds: dict[str, str],
        rows: list[list[Any]],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> str:
        fields = QgsFields()
        for name, kind in kinds.items():
            fields.append(field(name, kind))
        sink, written = self.parameterAsSink(
            parameters,
            output,
            context,
            fields,
            QgsWkbTypes.Type.NoGeometry,
            QgsCoordinateReferenceSystem(),
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, output))
        features = []
        for values in rows:
            feature = QgsFeature(fields)
            feature.setAttributes(values + [NULL] * (len(fields) - len(values)))
            features.append(feature)
        put(sink, features)
        return written


def _unit_values(row: UnitStatistics) -> list[Any]:
    return [
        row.unit or NULL,
        row.name or NULL,
        row.polygons,
        row.area_m2 / 1e6,
        100.0 * row.share,
        row.perimeter_m / 1000.0,
        row.largest_m2 / 1e6,
    ]


def _line_values(row: LineStatistics, labels: dict[str, str]) -> list[Any]:
    label = labels.get(row.type, "")
    return [row.layer, row.type, label, row.certainty, row.lines, row.length_m / 1000.0]


def _terrain_values(found: UnitTerrain | None) -> list[Any]:
    if found is None:
        return [NULL] * len(_TERRAIN_FIELDS)
    heights, slopes = found.elevation, found.slope
    return [
        *([NULL] * 4 if heights is None else _spread(heights)),
        *([NULL] * 3 if slopes is None else [slopes.mean, slopes.maximum, slopes.std]),
    ]


def _spread(heights: Statistics) -> list[float]:
    return [heights.mean, heights.minimum, heights.maximum, heights.std]


def _labels() -> dict[str, str]:
    """What types of lines are called."""
    from planetary_qgis.core.mapping.vocabularies import vocabularies

    terms = vocabularies()
    return {
        term.code: term.label for name in ("contact_type", "linear_type") for term in terms[name]
    }
