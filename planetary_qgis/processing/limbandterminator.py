"""Limb and terminator of a target as lines, and what they bound as polygons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSink,
)

from planetary_qgis.core.errors import PlanetaryError
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

if TYPE_CHECKING:
    from planetary_qgis.core.spice.observations import Times

LINES, SIDES, AREAS = "LINES", "SIDES", "AREAS"
# Spelled here as the core's module stands on pandas; a test compares the two.
CURVE_KINDS = ["limb", "terminator", "umbral terminator", "penumbral terminator"]
AREA_KINDS = ["visible side", "day side", "night side"]


class LimbAndTerminator(SpiceAlgorithm):
    """planetary:limbandterminator"""

    def name(self) -> str:
        return "limbandterminator"

    def displayName(self) -> str:
        return self.tr("Limb and terminator")

    def tags(self) -> list[str]:
        return ["spice", "limb", "horizon", "terminator", "day", "night", "shadow", "kernel"]

    def shortHelpString(self) -> str:
        return self.tr(
            "Draws how much of a target an observer sees, and where day and night meet, from SPICE "
            "kernels.\n\n"
            "Kernels: a metakernel, or the kernels themselves in load order: leap seconds, target "
            "constants, and positions of observer, target and Sun.\n\n"
            "Target and observer: names as SPICE knows them (MARS, MRO) or NAIF ids (499, -74). "
            "The observer may be a body, as EARTH.\n\n"
            "Times: a start alone is one moment; start, stop and a step in seconds are a moment "
            "every so many seconds. Each then lasts until the next, so that the temporal "
            "controller plays them. UTC, as 2007-01-02T22:55:54.959 or by day of year, "
            "2007-002T22:55; TDB, as ET 221050619.184; or a reading of the observer's clock, as "
            "SCLK 1/0852157621.139.\n\n"
            "Lines: the limb is where lines of sight graze the target's ellipsoid. The terminator "
            "is where the centre of the Sun stands on the horizon; the penumbral one bounds where "
            "the whole Sun is up, the umbral one where nothing of it is.\n\n"
            "Sides, as polygons, if an output is named for them: what the observer sees, day and "
            "night.\n\n"
            "All are split at the antimeridian; sides are closed over poles."
        )

    def initAlgorithm(self, _configuration: dict[str, Any] | None = None) -> None:
        self.add_kernels_and_bodies()
        self.add_text(START, self.tr("Start (UTC)"))
        self.add_text(STOP, self.tr("Stop (UTC)"), optional=True)
        self.add_seconds(STEP, self.tr("Step (seconds; empty: one moment)"))
        self._add_kinds(LINES, self.tr("Lines"), CURVE_KINDS, CURVE_KINDS[:2])
        self._add_kinds(SIDES, self.tr("Sides"), AREA_KINDS, [AREA_KINDS[0], AREA_KINDS[2]])
        self.add_corrections()
        self.add_frame()
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                OUTPUT, self.tr("Limb and terminator"), QgsProcessing.SourceType.TypeVectorLine
            )
        )
        self.addParameter(
            QgsProcessingParameterFeatureSink(
                AREAS,
                self.tr("Visible and lit sides"),
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
        from planetary_qgis.core.spice.curves.limbs import Watch, compute_areas, compute_curves

        watch = Watch(
            kernels=self.kernels(parameters, context),
            target=self.text(parameters, TARGET, context),
            observer=self.text(parameters, OBSERVER, context),
            abcorr=self.choice(parameters, ABCORR, context),
            body_fixed_frame=self.text(parameters, FRAME, context),
        )
        times = self._times(parameters, context)
        pair = {"observer": watch.observer, "target": watch.target}
        lines = compute_curves(watch, times, self._kinds(parameters, LINES, context))
        title = self.tr("Limb and terminator of {target} from {observer}").format(**pair)
        results = self.hand_over(lines, title, parameters, context, feedback)
        if parameters.get(AREAS) and not feedback.isCanceled():
            sides = compute_areas(watch, times, self._kinds(parameters, SIDES, context))
            title = self.tr("Sides of {target} from {observer}").format(**pair)
            results.update(self.hand_over(sides, title, parameters, context, feedback, AREAS))
        return results

    def _add_kinds(self, name: str, title: str, kinds: list[str], usual: list[str]) -> None:
        self.addParameter(
            QgsProcessingParameterEnum(
                name,
                title,
                options=kinds,
                allowMultiple=True,
                defaultValue=usual,
                usesStaticStrings=True,
            )
        )

    def _kinds(
        self, parameters: dict[str, Any], name: str, context: QgsProcessingContext
    ) -> list[str]:
        return self.parameterAsEnumStrings(parameters, name, context)

    def _times(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Times:
        from planetary_qgis.core.spice.curves.tracks import steps_of_run
        from planetary_qgis.core.spice.observations import times_of_run

        start = self.needed_time(parameters, START, context)
        stop, step_s = self.time(parameters, STOP, context), self.seconds(parameters, STEP, context)
        if stop is None and step_s is None:
            return times_of_run(start, None)
        if stop is None or step_s is None:
            raise PlanetaryError(
                "A stop time and a step belong together.",
                hint="Give both for a run of moments, or neither for one moment.",
            )
        return steps_of_run(start, stop, step_s)
