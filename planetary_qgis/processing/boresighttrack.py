"""The track of an instrument's boresight over its target, as lines."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSink,
)

from planetary_qgis.processing.algorithm import OUTPUT
from planetary_qgis.processing.spice_inputs import (
    START,
    STEP,
    STOP,
    SURFACE,
    SpiceAlgorithm,
)

DEFAULT_STEP_S = 10.0


class BoresightTrack(SpiceAlgorithm):
    """planetary:boresighttrack"""

    def name(self) -> str:
        return "boresighttrack"

    def displayName(self) -> str:
        return self.tr("Boresight track")

    def tags(self) -> list[str]:
        return ["spice", "boresight", "track", "pointing", "line of sight", "kernel", "instrument"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Draws where the boresight of an instrument met a target along a run of time, from "
            "SPICE kernels.\n\n"
            "Kernels: a metakernel, or the kernels themselves in load order: leap seconds, "
            "spacecraft clock, target constants, frames, instrument, positions and attitude. A "
            "metakernel whose paths do not exist here is looked up relative to its own folder.\n\n"
            "Target, observer, instrument: names as SPICE knows them (MARS, MRO, MRO_CTX) or NAIF "
            "ids (499, -74, -74021).\n\n"
            "Start, stop: UTC, as 2007-01-02T22:55:54.959 or by day of year, 2007-002T22:55; TDB, "
            "as ET 221050619.184; or a reading of the observer's clock, as SCLK "
            "1/0852157621.139. A stop may count from the start: +5 min.\n\n"
            "Step: seconds from one line to the next. Each line has a start and a stop time, so "
            "that the temporal controller plays the track, and the angles, distance and light of "
            "its start. Within a step the line follows every turn of the spacecraft.\n\n"
            "Surface: auto takes the target's shape (DSK) where the kernels hold one of all of it, "
            "else the ellipsoid of its radii. A DEM, a raster layer of heights in metres, stands "
            "before both.\n\n"
            "Lines end where the boresight leaves the target, at the limb, and where the kernels "
            "have a gap; steps without any line are left out and told of."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_kernels_and_bodies()
        self.add_instrument()
        self.add_text(START, self.tr("Start (UTC)"))
        self.add_text(STOP, self.tr("Stop (UTC)"))
        self.add_seconds(STEP, self.tr("Step (seconds)"), DEFAULT_STEP_S)
        self.add_surface()
        self.add_corrections()
        self.add_frame()
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Boresight track"), QgsProcessing.SourceType.TypeVectorLine
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.spice.curves.tracks import compute_boresight_track, steps_of_run

        surface = self.choice(parameters, SURFACE, context)
        observation = self.observation(parameters, context, surface=surface)
        start = self.needed_time(parameters, START, context)
        stop = self.needed_time(parameters, STOP, context)
        step_s = self.parameterAsDouble(parameters, STEP, context)
        steps = steps_of_run(start, stop, step_s)
        observation = self.on_surface(observation, steps, parameters, context)
        answer = compute_boresight_track(observation, start, stop, step_s)
        title = self.tr("{instrument} boresight track on {target}")
        title = title.format(instrument=observation.instrument, target=observation.target)
        return self.hand_over(answer, title, parameters, context, feedback)
