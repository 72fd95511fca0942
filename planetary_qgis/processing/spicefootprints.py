"""Footprints of an instrument, from SPICE kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterField,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.spice_inputs import (
    OBSERVER,
    START,
    STEP,
    STOP,
    SURFACE,
    TIME_SYSTEM,
    SpiceAlgorithm,
)

if TYPE_CHECKING:
    from planetary_qgis.core.spice.observations import Times

IMAGING, INTERFRAME = "IMAGING", "INTERFRAME"
VERTICES = "VERTICES"
INPUT, START_FIELD, STOP_FIELD = "INPUT", "START_FIELD", "STOP_FIELD"
# Spelled here as the core's module stands on pandas; a test compares the two.
IMAGING_MODES = ["auto", "frame", "line scan", "push frame", "spot"]


class SpiceFootprints(SpiceAlgorithm):
    """planetary:spicefootprints"""

    def name(self) -> str:
        return "spicefootprints"

    def displayName(self) -> str:
        return self.tr("SPICE footprints")

    def tags(self) -> list[str]:
        return ["spice", "naif", "kernel", "footprint", "fov", "camera", "swath", "line scanner"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Computes where an instrument looked, from SPICE kernels.\n\n"
            "Kernels: a metakernel, or the kernels themselves in load order: leap seconds, "
            "spacecraft clock, target constants, frames, instrument (with its field of view), "
            "positions and attitude. A metakernel whose paths do not exist here is looked up "
            "relative to its own folder.\n\n"
            "Target, observer, instrument: names as SPICE knows them (MARS, MRO, MRO_CTX) or NAIF "
            "ids (499, -74, -74021).\n\n"
            "Times, one of:\n"
            "• start and stop: one observation from start to stop. UTC, as "
            "2007-01-02T22:55:54.959 or by day of year, 2007-002T22:55; TDB, as ET 221050619.184 "
            "or 2007-01-02T22:55:54 TDB; or a reading of the observer's clock, as SCLK "
            "1/0852157621.139. A stop may count from the start: +30 s, +5 min;\n"
            "• these and a step in seconds: an image every so many seconds;\n"
            "• a layer or table with a start field and, where images last, a stop field: an image "
            "a row, with the row's other fields carried over.\n\n"
            "Imaging: frame takes an image at the middle of its times; line scan sweeps a line "
            "from start to stop; push frame takes a framelet every interframe from start to stop; "
            "spot covers what the field of view passes over from start to stop; auto decides by "
            "the instrument. Interframe: labels call it INTERFRAME_DELAY; empty takes what the "
            "kernels say, or what is usual for the instrument.\n\n"
            "An instrument kernel without a field of view will do where it has focal length, pixel "
            "size and detector size; of THEMIS and Viking the plugin knows them itself.\n\n"
            "Surface: auto takes the target's shape (DSK) where the kernels hold one of all of it, "
            "else the ellipsoid of its radii. A DEM, a raster layer of heights in metres, stands "
            "before both; where it has no data, the ellipsoid does. Heights count from the figure "
            "of the raster's CRS (on Mars and its like, where that is the map's sphere: from the "
            "ellipsoid); values of the size of the body are taken for radii. Angles are those on "
            "the ellipsoid with a DEM, on the plates of a DSK.\n\n"
            "Footprints lie on that surface without what its ridges hide, are cut at the limb, "
            "split at the antimeridian and closed over poles. With them come the centre, angles, "
            "resolution, solar longitude and local time where the middle of the field of view "
            "meets the target. The temporal controller plays the layer.\n\n"
            "Vertices, if asked for: a point layer with the same angles wherever a ray at the edge "
            "of the field of view meets the target."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_kernels_and_bodies()
        self.add_instrument()
        self.add_text(START, self.tr("Start (UTC)"), optional=True)
        self.add_text(STOP, self.tr("Stop (UTC)"), optional=True)
        self.add_seconds(STEP, self.tr("Step (seconds; empty: one observation from start to stop)"))
        self._add_table()
        self.add_time_system()
        self.add_choice(IMAGING, self.tr("Imaging"), IMAGING_MODES, default="auto")
        self.add_seconds(
            INTERFRAME, self.tr("Interframe of push frames (seconds; empty: as usual)")
        )
        self.add_corrections()
        self.add_surface()
        self.add_frame()
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Footprints"), QgsProcessing.SourceType.TypeVectorPolygon
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                VERTICES,
                self.tr("Vertices (angles around the footprints)"),
                QgsProcessing.SourceType.TypeVectorPoint,
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
        from planetary_qgis.core.spice.footprints import compute_footprints
        from planetary_qgis.core.spice.vertices import compute_vertices

        observation = self.observation(
            parameters,
            context,
            imaging=self.choice(parameters, IMAGING, context),
            interframe_s=self.seconds(parameters, INTERFRAME, context),
            surface=self.choice(parameters, SURFACE, context),
        )
        times = self._times(parameters, context, feedback)
        observation = self.on_surface(observation, times, parameters, context)
        answer = compute_footprints(observation, times)
        title = self.tr("{instrument} footprints on {target}")
        title = title.format(instrument=observation.instrument, target=observation.target)
        results = self.hand_over(answer, title, parameters, context, feedback)
        if parameters.get(VERTICES) is not None and not feedback.isCanceled():
            answer = compute_vertices(observation, times)
            title = self.tr("{title}: vertices").format(title=title)
            results.update(
                self.hand_over(answer, title, parameters, context, feedback, output=VERTICES)
            )
        return results

    def _add_table(self) -> None:
        self.addParameter(
            QgsProcessingParameterFeatureSource(
                INPUT,
                self.tr("Layer or table with times"),
                [QgsProcessing.SourceType.TypeVector],
                optional=True,
            )
        )
        for name, title in (
            (START_FIELD, self.tr("Start field")),
            (STOP_FIELD, self.tr("Stop field")),
        ):
            self.addParameter(
                QgsProcessingParameterField(
                    name, title, parentLayerParameterName=INPUT, optional=True
                )
            )

    def _times(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Times:
        from planetary_qgis.core.spice.observations import times_of_run

        source = self.parameterAsSource(parameters, INPUT, context)
        if source is not None:
            return self._times_of_table(source, parameters, context, feedback)
        start = self.time(parameters, START, context)
        if start is None:
            raise PlanetaryError(
                "There are no times to compute footprints for.",
                hint="Give a start time, or a layer with a start field.",
            )
        stop = self.time(parameters, STOP, context)
        return times_of_run(start, stop, self.seconds(parameters, STEP, context))

    def _times_of_table(
        self,
        source: QgsProcessingFeatureSource,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> Times:
        from planetary_qgis.qgis_bridge.observed import times_of_features

        times, skipped = times_of_features(
            source.getFeatures(),
            source.fields(),
            self.text(parameters, START_FIELD, context),
            self.text(parameters, STOP_FIELD, context),
            kernels=self.kernels(parameters, context),
            observer=self.text(parameters, OBSERVER, context),
            system=self.choice(parameters, TIME_SYSTEM, context),
            report=self._noted,
        )
        if skipped:
            text = self.tr("{count} rows have no start time and were left out.")
            feedback.pushWarning(text.format(count=skipped))
        return times
