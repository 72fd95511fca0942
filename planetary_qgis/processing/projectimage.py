"""An unprojected image on the map, by its kernels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterExtent,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterRasterDestination,
)

from planetary_qgis.core.dependencies import Feature
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.raster_outputs import dress_when_loaded
from planetary_qgis.processing.spice_inputs import (
    ABCORR,
    DEM,
    FRAME,
    INSTRUMENT,
    KERNELS,
    OBSERVER,
    START,
    SURFACE,
    TARGET,
    SpiceAlgorithm,
)

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.rasters.projecting.image_maps import MapWish
    from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import Given, Sight

INPUT, CRS, RESOLUTION, EXTENT, RESAMPLING = "INPUT", "CRS", "RESOLUTION", "EXTENT", "RESAMPLING"
EXPOSURE, LINE_TIME, INTERFRAME = "EXPOSURE", "LINE_TIME", "INTERFRAME"
FIRST_SAMPLE, FIRST_LINE = "FIRST_SAMPLE", "FIRST_LINE"
SAMPLE_SUMMING, LINE_SUMMING = "SAMPLE_SUMMING", "LINE_SUMMING"
FRAMELET_LINES, BY_ISIS = "FRAMELET_LINES", "BY_ISIS"
FOOTPRINT = "FOOTPRINT"
# Spelled here as the bridge's module stands on heavy libraries; a test compares the two.
RESAMPLINGS = ["nearest", "bilinear", "cubic", "cubicspline", "lanczos", "average", "mode"]
_NUMBERS = {
    EXPOSURE: "exposure_s",
    LINE_TIME: "line_s",
    INTERFRAME: "interframe_s",
    FIRST_SAMPLE: "first_sample",
    FIRST_LINE: "first_line",
    SAMPLE_SUMMING: "sample_summing",
    LINE_SUMMING: "line_summing",
}


class ProjectImage(SpiceAlgorithm):
    """planetary:projectimage"""

    feature = Feature.IMAGE_PROJECTION

    def name(self) -> str:
        return "projectimage"

    def displayName(self) -> str:
        return self.tr("Project image")

    def group(self) -> str:
        return self.tr("Rasters")

    def groupId(self) -> str:
        return "rasters"

    def tags(self) -> list[str]:
        return ["spice", "cam2map", "raw", "edr", "level 1", "orthorectify", "georeference", "warp"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Puts an unprojected (raw or calibrated) image onto the map, without ISIS: a quick "
            "look, good to a few pixels where its kernels are.\n\n"
            "Image: the file or its label. Instrument, observer, target, times, detector window "
            "and summing are read from the label; whatever you fill in stands before that.\n\n"
            "Kernels: those of the image's time: a metakernel, or the files in load order. An "
            "image that comes with planes of longitude and latitude, as of the Moon Mineralogy "
            "Mapper, needs none.\n\n"
            "Surface: auto takes the target's shape (DSK) where the kernels hold one of all of it, "
            "else the ellipsoid. A DEM stands before both.\n\n"
            "Map: by default the projection that suits the area, at the image's own resolution. "
            "An extent without a coordinate reference system brings its own. Numbers, no-data, "
            "scaling and band names stay as they are.\n\n"
            "By ISIS: where ISIS and the library kalasiris are installed, spiceinit and cam2map do "
            "the work, with a map file made of the CRS; ISIS then brings its own kernels.\n\n"
            "Left out: photometry, jitter that the attitude kernels do not hold, and bundle "
            "adjustment; the log says so, and what else it does not know."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.addParameter(QgsProcessingParameterFile(INPUT, self.tr("Image (file or label)")))
        self.addParameter(
            QgsProcessingParameterMultipleLayers(
                KERNELS,
                self.tr("Kernels (a metakernel, or files in load order)"),
                QgsProcessing.SourceType.TypeFile,
                optional=True,
            )
        )
        self.add_surface()
        self.addParameter(
            QgsProcessingParameterCrs(
                CRS, self.tr("CRS (empty: what suits the area)"), optional=True
            )
        )
        self.add_number(RESOLUTION, self.tr("Resolution (m a pixel; empty: the image's own)"))
        self.addParameter(
            QgsProcessingParameterExtent(
                EXTENT, self.tr("Extent (empty: all of the image)"), optional=True
            )
        )
        self.add_choice(RESAMPLING, self.tr("Resampling"), RESAMPLINGS, default="bilinear")
        self._add_what_labels_say()
        by_isis = QgsProcessingParameterBoolean(
            BY_ISIS, self.tr("By ISIS, where it is installed"), defaultValue=False
        )
        _make_advanced(by_isis)
        self.addParameter(by_isis)
        self.addParameter(
            QgsProcessingParameterRasterDestination(OUTPUT, self.tr("Projected image"))
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                FOOTPRINT,
                self.tr("Footprint (outline of the image's own pixels, from kernels)"),
                QgsProcessing.SourceType.TypeVectorPolygon,
                optional=True,
                createByDefault=False,
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.qgis_bridge.rasters.opening import open_raster
        from planetary_qgis.qgis_bridge.rasters.projecting.image_maps import isis_map_of, map_of
        from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import (
            footprint_of,
            read_unprojected,
        )

        image = read_unprojected(Path(self.parameterAsFile(parameters, INPUT, context)))
        if image.lacking:
            feedback.pushInfo(image.lacking)
        work = isis_map_of if self.parameterAsBool(parameters, BY_ISIS, context) else map_of
        given, sight = self._given(parameters, context), self._sight(parameters, context)
        made = work(
            image,
            given,
            sight,
            self._wish(parameters, context),
            Path(self.parameterAsOutputLayer(parameters, OUTPUT, context)),
            feedback,
        )
        for note in made.notes:
            feedback.pushInfo(note)
        written = str(made.path)
        dress_when_loaded(written, open_raster(written, feedback), context)
        results = {OUTPUT: written}
        if parameters.get(FOOTPRINT) is not None and not feedback.isCanceled():
            answer = footprint_of(image, given, sight, feedback)
            title = self.tr("Footprint of {image}").format(image=image.path.stem)
            results.update(
                self.hand_over(answer, title, parameters, context, feedback, output=FOOTPRINT)
            )
        return results

    def add_number(
        self, name: str, title: str, *, whole: bool = False, advanced: bool = False
    ) -> None:
        """An optional number above zero."""
        kinds = QgsProcessingParameterNumber.Type
        number = QgsProcessingParameterNumber(
            name,
            title,
            kinds.Integer if whole else kinds.Double,
            optional=True,
            minValue=1 if whole else 1e-6,
        )
        if advanced:
            _make_advanced(number)
        self.addParameter(number)

    def _add_what_labels_say(self) -> None:
        for name, title in (
            (TARGET, self.tr("Target (name or NAIF id; empty: as the label says)")),
            (OBSERVER, self.tr("Observer (name or NAIF id; empty: as the label says)")),
            (INSTRUMENT, self.tr("Instrument (name or NAIF id; empty: as the label says)")),
            (START, self.tr("Start of the exposure (UTC; empty: as the label says)")),
        ):
            self.add_text(name, title, optional=True)
            _make_advanced(self.parameterDefinition(name))
        for name, title in (
            (EXPOSURE, self.tr("Exposure of the frame, or of a line (s)")),
            (LINE_TIME, self.tr("From line to line of a scanner (s)")),
            (INTERFRAME, self.tr("From framelet to framelet (s)")),
            (FIRST_SAMPLE, self.tr("First detector sample (from 1)")),
            (FIRST_LINE, self.tr("First detector line (from 1)")),
            (SAMPLE_SUMMING, self.tr("Detector samples in a pixel")),
            (LINE_SUMMING, self.tr("Detector lines in a pixel")),
        ):
            self.add_number(name, title, advanced=True)
        self.add_number(FRAMELET_LINES, self.tr("Lines of a framelet"), whole=True, advanced=True)
        self.add_corrections()
        _make_advanced(self.parameterDefinition(ABCORR))
        self.add_frame()

    def _given(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Given:
        from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import Given

        lines = self.number(parameters, FRAMELET_LINES, context)
        return Given(
            target=self.text(parameters, TARGET, context),
            observer=self.text(parameters, OBSERVER, context),
            instrument=self.text(parameters, INSTRUMENT, context),
            start=self.text(parameters, START, context),
            framelet_lines=None if lines is None else int(lines),
            **{field: self.number(parameters, name, context) for name, field in _NUMBERS.items()},
        )

    def _sight(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Sight:
        from planetary_qgis.qgis_bridge.rasters.projecting.unprojected import Sight
        from planetary_qgis.qgis_bridge.terrain import dem_source

        dem = self.parameterAsRasterLayer(parameters, DEM, context)
        return Sight(
            kernels=self.kernels(parameters, context),
            abcorr=self.choice(parameters, ABCORR, context),
            body_fixed_frame=self.text(parameters, FRAME, context),
            surface=self.choice(parameters, SURFACE, context),
            dem=None if dem is None else dem_source(dem),
        )

    def _wish(self, parameters: dict[str, Any], context: QgsProcessingContext) -> MapWish:
        from planetary_qgis.qgis_bridge.crs import transform_between
        from planetary_qgis.qgis_bridge.rasters.projecting.image_maps import MapWish

        crs = self.parameterAsCrs(parameters, CRS, context)
        extent = self.parameterAsExtent(parameters, EXTENT, context)
        if not extent.isNull():
            own = self.parameterAsExtentCrs(parameters, EXTENT, context)
            if not crs.isValid():
                crs = own
            elif own.isValid() and own != crs:
                extent = transform_between(own, crs).transformBoundingBox(extent)
        bounds = extent.xMinimum(), extent.yMinimum(), extent.xMaximum(), extent.yMaximum()
        preferred = QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED
        return MapWish(
            crs=crs.toWkt(preferred) if crs.isValid() else "",
            resolution_m=self.number(parameters, RESOLUTION, context),
            extent=None if extent.isNull() else bounds,
            resampling=self.choice(parameters, RESAMPLING, context),
        )

    def number(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> float | None:
        """A number, or None where it was left empty."""
        return self.seconds(parameters, name, context)


def _make_advanced(parameter: QgsProcessingParameterDefinition) -> None:
    advanced = QgsProcessingParameterDefinition.Flag.FlagAdvanced
    parameter.setFlags(parameter.flags() | advanced)
