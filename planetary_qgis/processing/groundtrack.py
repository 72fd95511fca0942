"""The sub-spacecraft track of an orbiter as lines."""

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
    ABCORR,
    FRAME,
    OBSERVER,
    START,
    STEP,
    STOP,
    TARGET,
    SpiceAlgorithm,
)

DEFAULT_STEP_S = 60.0


class GroundTrack(SpiceAlgorithm):
    """planetary:groundtrack"""

    def name(self) -> str:
        return "groundtrack"

    def displayName(self) -> str:
        return self.tr("Ground track")

    def tags(self) -> list[str]:
        return ["spice", "orbit", "track", "sub-spacecraft", "nadir", "kernel"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Draws where an observer stood over a target, from SPICE kernels.\n\n"
            "Kernels: a metakernel, or the kernels themselves in load order: leap seconds, the "
            "target's constants and the observer's positions. A metakernel whose paths do not "
            "exist here is looked up relative to its own folder.\n\n"
            "Target and observer: names as SPICE knows them (MARS, MRO) or NAIF ids "
            "(499, -74).\n\n"
            "Start, stop: UTC, as 2007-01-02T22:55:54.959 or by day of year, 2007-002T22:55.\n\n"
            "Step: seconds from one line to the next. Each line has a start and a stop time, so "
            "that the temporal controller plays the track."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_kernels_and_bodies()
        self.add_text(START, self.tr("Start (UTC)"))
        self.add_text(STOP, self.tr("Stop (UTC)"))
        self.add_seconds(STEP, self.tr("Step (seconds)"), DEFAULT_STEP_S)
        self.add_corrections()
        self.add_frame()
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Ground track"), QgsProcessing.SourceType.TypeVectorLine
            )
        )

    def work(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from planetary_qgis.core.spice.curves.tracks import compute_ground_track

        target = self.text(parameters, TARGET, context)
        observer = self.text(parameters, OBSERVER, context)
        answer = compute_ground_track(
            self.kernels(parameters, context),
            target,
            observer,
            self.needed_time(parameters, START, context),
            self.needed_time(parameters, STOP, context),
            self.parameterAsDouble(parameters, STEP, context),
            abcorr=self.choice(parameters, ABCORR, context),
            body_fixed_frame=self.text(parameters, FRAME, context),
        )
        title = self.tr("{observer} ground track on {target}")
        title = title.format(observer=observer, target=target)
        return self.hand_over(answer, title, parameters, context, feedback)
