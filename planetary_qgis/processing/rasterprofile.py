"""Rasters along lines, as points."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from qgis.core import (
    QgsFeature,
    QgsFeedback,
    QgsFields,
    QgsGeometry,
    QgsPointXY,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsWkbTypes,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import Profile, write_csv
from planetary_qgis.core.reports import Report
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.raster_algorithm import RasterAlgorithm
from planetary_qgis.processing.sphere_layers import mend, put
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.rasters.values.chosen import Rasters, chosen_rasters
from planetary_qgis.qgis_bridge.rasters.values.profile_layers import point_fields, point_rows
from planetary_qgis.qgis_bridge.rasters.values.profiles import (
    AS_DRAWN,
    GREAT_CIRCLES,
    MOST_PLACES,
    Options,
    lines_of,
    open_bands,
    profile_along,
)

_EDGES = (GREAT_CIRCLES, AS_DRAWN)
_LINE_ID = "line_id"
_AT_ONCE = 5_000
_MOST_OF_ALL = 10_000_000


class RasterProfile(RasterAlgorithm):
    """planetary:rasterprofile"""

    INPUT, RASTERS, BAND, SPACING = "INPUT", "RASTERS", "BAND", "SPACING"
    EDGES, BILINEAR, MOST, SLOPES, CSV = "EDGES", "BILINEAR", "MOST", "SLOPES", "CSV_FOLDER"

    def name(self) -> str:
        return "rasterprofile"

    def displayName(self) -> str:
        return self.tr("Raster profile")

    def tags(self) -> list[str]:
        return ["profile", "elevation", "dem", "terrain", "transect", "cross section", "line"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Reads rasters along lines: a point a step, with the distance along the line, "
            "longitude and latitude, and the value of each raster as QGIS shows it.\n\n"
            "Lines and rasters may be in any CRS of one body. Distances are measured on the body's "
            "sphere. Between its vertices a line is a great circle, or straight on the map that it "
            "was drawn on.\n\n"
            "Spacing: metres from point to point at most; 0 takes the pixel size of the finest "
            "raster along the line. Lines over the antimeridian and the poles are followed; lines "
            "that were split at the antimeridian are joined again.\n\n"
            "Where points lie further apart than pixels, the raster's overviews are read, as far "
            "as it has any. Where a raster knows nothing, its value is NULL.\n\n"
            "CSV folder: a table a line as well."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        kinds, numbers = QgsProcessing.SourceType, QgsProcessingParameterNumber.Type
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                self.INPUT, self.tr("Lines"), [kinds.TypeVectorLine]
            )
        )
        self.addParameter(
            QgsProcessingParameterMultipleLayers(self.RASTERS, self.tr("Rasters"), kinds.TypeRaster)
        )
        self.addParameter(
            QgsProcessingParameterNumber(
                self.SPACING, self.tr("Spacing (m; 0: a pixel)"), numbers.Double, 0.0, False, 0.0
            )
        )
        edges = [self.tr("Great circles"), self.tr("Straight on the map")]
        self.addParameter(
            QgsProcessingParameterEnum(self.EDGES, self.tr("Between vertices"), edges, False, 0)
        )
        self.addParameter(
            QgsProcessingParameterBoolean(self.SLOPES, self.tr("Slopes along the line"), False)
        )
        for advanced in (
            QgsProcessingParameterNumber(self.BAND, self.tr("Band"), numbers.Integer, 1, False, 1),
            QgsProcessingParameterBoolean(
                self.BILINEAR, self.tr("Interpolate between pixels (bilinear)"), True
            ),
            QgsProcessingParameterNumber(
                self.MOST,
                self.tr("Most points a line"),
                numbers.Integer,
                MOST_PLACES,
                False,
                2,
                _MOST_OF_ALL,
            ),
        ):
            flag = QgsProcessingParameterDefinition.Flag.FlagAdvanced
            advanced.setFlags(advanced.flags() | flag)
            self.addParameter(advanced)
        self.addParameter(
            QgsProcessingParameterFeatureSink(OUTPUT, self.tr("Profile"), kinds.TypeVectorPoint)
        )
        self.addParameter(
            QgsProcessingParameterFolderDestination(
                self.CSV, self.tr("CSV folder"), optional=True, createByDefault=False
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        source = self.parameterAsSource(parameters, self.INPUT, context)
        if source is None:
            raise QgsProcessingException(self.invalidSourceError(parameters, self.INPUT))
        layers = self.parameterAsLayerList(parameters, self.RASTERS, context)
        band = self.parameterAsInt(parameters, self.BAND, context)
        rasters = chosen_rasters(layers, source.sourceCrs(), source.sourceName(), band)
        with_slopes = self.parameterAsBoolean(parameters, self.SLOPES, context)
        fields = _fields(rasters, with_slopes)
        sink, written = self.parameterAsSink(
            parameters, OUTPUT, context, fields, QgsWkbTypes.Type.Point, rasters.sphere.crs
        )
        if sink is None:
            raise QgsProcessingException(self.invalidSinkError(parameters, OUTPUT))
        folder = self.parameterAsString(parameters, self.CSV, context)
        report = Report()
        options = self._options(parameters, context)
        for line_id, profile in _profiles(source, rasters, options, report, feedback):
            for features in _features(line_id, profile, fields, with_slopes):
                put(sink, features)
            if folder:
                _write(profile, Path(folder), line_id)
        del sink
        mend(written)
        for sentence in report.sentences():
            feedback.pushWarning(sentence)
        return {OUTPUT: written, **({self.CSV: folder} if folder else {})}

    def _options(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Options:
        return Options(
            edges=_EDGES[self.parameterAsEnum(parameters, self.EDGES, context)],
            spacing_m=self.parameterAsDouble(parameters, self.SPACING, context) or None,
            bilinear=self.parameterAsBoolean(parameters, self.BILINEAR, context),
            most=self.parameterAsInt(parameters, self.MOST, context),
        )


def _profiles(
    source: QgsProcessingFeatureSource,
    rasters: Rasters,
    options: Options,
    report: Report,
    feedback: QgsProcessingFeedback,
) -> Iterator[tuple[int, Profile]]:
    """Feature ids and profiles of the lines; those that cannot be followed are reported."""
    count = max(source.featureCount(), 1)
    bands = open_bands(rasters)
    for number, feature in enumerate(source.getFeatures()):
        lines = lines_of(feature.geometry())
        # Of its own, as each raster counts up to 100 again.
        within = QgsFeedback()
        feedback.canceled.connect(within.cancel)
        try:
            profile = profile_along(lines, rasters, options, within, bands)
        except PlanetaryError as error:
            if feedback.isCanceled():
                raise
            report.add(str(error), str(feature.id()))
            continue
        finally:
            feedback.setProgress(100.0 * (number + 1) / count)
        for note in profile.notes:
            report.add(note, str(feature.id()))
        yield feature.id(), profile


def _fields(rasters: Rasters, with_slopes: bool) -> QgsFields:
    fields = QgsFields()
    fields.append(field(_LINE_ID, "integer"))
    names = [source.name for source in rasters.sources]
    fields.extend(point_fields(names, slopes=with_slopes))
    return fields


def _features(
    line_id: int, profile: Profile, fields: QgsFields, with_slopes: bool
) -> Iterator[list[QgsFeature]]:
    """The places of a profile, some thousand at a time."""
    features = []
    for row in point_rows(profile, slopes=with_slopes):
        feature = QgsFeature(fields)
        feature.setAttributes([line_id, *row])
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(row[2], row[3])))
        features.append(feature)
        if len(features) == _AT_ONCE:
            yield features
            features = []
    yield features


def _write(profile: Profile, folder: Path, line_id: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlanetaryError(
            f"The folder {folder} cannot be made.",
            details=str(error),
            hint="Choose a folder that may be written to.",
        ) from error
    write_csv(profile, folder / f"profile_{line_id}.csv")
