"""What the SPICE Footprints dock has done in tasks: plain data in, plain data out.

The libraries behind are imported by the functions, as docks open without waiting for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import QgsFeatureRequest, QgsFeedback, QgsVectorLayerFeatureSource

from planetary_qgis.gui.work import Written, unused_name, written_into
from planetary_qgis.qgis_bridge.tasks import tell

if TYPE_CHECKING:
    import numpy as np

    from planetary_qgis.core.bodies import Body
    from planetary_qgis.core.products import Answer
    from planetary_qgis.core.query import Range
    from planetary_qgis.core.reports import Report
    from planetary_qgis.core.spice.observations import Observation, Times
    from planetary_qgis.qgis_bridge.terrain import DemSource


@dataclass(frozen=True)
class RunOfTimes:
    """Start and stop as typed; without a step one observation, without a stop an instant."""

    start: str
    stop: str
    step_s: float | None


@dataclass(frozen=True)
class TableOfTimes:
    """Fields of a layer that hold the times; "" is no field.

    Attributes:
        system: What times are that do not say it, of `epochs.TIME_SYSTEMS`.
    """

    source: QgsVectorLayerFeatureSource
    start_field: str
    stop_field: str
    system: str = "UTC"


@dataclass(frozen=True)
class Opportunities:
    """Windows of time that are wanted; the arguments of find_opportunities.

    Attributes:
        area: WKT in the house's degrees; "" for the whole body.
        start, stop: As typed.
    """

    observation: Observation
    area: str
    start: str
    stop: str
    limits: dict[str, Range]
    sight: str
    step_s: float


def write_footprints(
    observation: Observation,
    when: RunOfTimes | TableOfTimes,
    path: Path,
    feedback: QgsFeedback,
    *,
    dem: DemSource | None = None,
) -> Written:
    """Compute footprints into a new table of a GeoPackage."""
    from planetary_qgis.core.spice.footprints import compute_footprints

    times, problems = _times(when, observation)
    observation = _on_dem(dem, observation, times, feedback)
    answer = compute_footprints(observation, times)
    name = f"{observation.instrument} footprints on {answer.schema.body.title}"
    written = _in_new_table(answer, path, name, feedback)
    return replace(written, problems=(*problems, *written.problems))


def write_ground_track(
    observation: Observation, run: RunOfTimes, path: Path, feedback: QgsFeedback
) -> Written:
    """Compute the track of sub-spacecraft points into a new table of a GeoPackage."""
    from planetary_qgis.core.spice.curves.tracks import compute_ground_track

    start, stop = _span(observation, run)
    answer = compute_ground_track(
        observation.kernels,
        observation.target,
        observation.observer,
        start,
        stop,
        run.step_s or 0.0,
        abcorr=observation.abcorr,
        body_fixed_frame=observation.body_fixed_frame,
    )
    name = f"{observation.observer} ground track on {answer.schema.body.title}"
    return _in_new_table(answer, path, name, feedback)


def write_boresight_track(
    observation: Observation,
    run: RunOfTimes,
    path: Path,
    feedback: QgsFeedback,
    *,
    dem: DemSource | None = None,
) -> Written:
    """Compute the track along which the boresight met the target into a new table."""
    from planetary_qgis.core.spice.curves.tracks import compute_boresight_track, steps_of_run

    span, step_s = _span(observation, run), run.step_s or 0.0
    observation = _on_dem(dem, observation, steps_of_run(*span, step_s), feedback)
    answer = compute_boresight_track(observation, *span, step_s)
    name = f"{observation.instrument} boresight track on {answer.schema.body.title}"
    return _in_new_table(answer, path, name, feedback)


def write_limb(
    observation: Observation, run: RunOfTimes, path: Path, feedback: QgsFeedback
) -> Written:
    """Compute limb and terminator, of the start or every step, into a new table."""
    from planetary_qgis.core.reports import Report
    from planetary_qgis.core.spice.curves.limbs import Watch, compute_curves
    from planetary_qgis.core.spice.epochs import read_run

    report, stop = Report(), run.stop if run.step_s else ""
    times = read_run(run.start, stop, run.step_s, observation.kernels, observation.observer, report)
    watch = Watch(
        observation.kernels,
        observation.target,
        observation.observer,
        observation.abcorr,
        observation.body_fixed_frame,
    )
    answer = compute_curves(watch, times)
    answer.report.merge(report)
    name = f"Limb and terminator of {answer.schema.body.title} from {observation.observer}"
    return _in_new_table(answer, path, name, feedback)


def body_of_target(observation: Observation) -> Body:
    from planetary_qgis.core.spice.opportunities.finding import body_of_target

    return body_of_target(observation)


def write_opportunities(wanted: Opportunities, path: Path, feedback: QgsFeedback) -> Written:
    """Find windows of time into a new table of a GeoPackage."""
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.reports import Report
    from planetary_qgis.core.spice.epochs import read_span
    from planetary_qgis.core.spice.opportunities.finding import WHOLE_BODY, find_opportunities

    observation, report = wanted.observation, Report()
    start, stop = read_span(
        wanted.start, wanted.stop, observation.kernels, observation.observer, report
    )
    answer = find_opportunities(
        observation,
        shapely.from_wkt(wanted.area) if wanted.area else WHOLE_BODY,
        start,
        start if stop is None else stop,
        limits=wanted.limits,
        sight=wanted.sight,
        step_s=wanted.step_s,
    )
    answer.report.merge(report)
    who = observation.instrument or observation.observer
    name = f"{who} opportunities on {answer.schema.body.title}"
    return _in_new_table(answer, path, name, feedback)


def _in_new_table(answer: Answer, path: Path, name: str, feedback: QgsFeedback) -> Written:
    return written_into(path, unused_name(path, name), answer, feedback, title=name)


def _on_dem(
    dem: DemSource | None, observation: Observation, times: Times, feedback: QgsFeedback
) -> Observation:
    """The observation with a DEM's heights about where it looks, if there is one."""
    if dem is None:
        return observation
    from planetary_qgis.qgis_bridge.terrain import observed_on

    tell(feedback, f"Reading {dem.name}")
    return observed_on(dem, observation, times)


def _span(observation: Observation, run: RunOfTimes) -> tuple[np.datetime64, np.datetime64]:
    from planetary_qgis.core.spice.epochs import read_span

    start, stop = read_span(run.start, run.stop, observation.kernels, observation.observer)
    return start, start if stop is None else stop


def _times(when: RunOfTimes | TableOfTimes, observation: Observation) -> tuple[Times, list[str]]:
    """The times, and sentences about what was left out or is not quite as it was given."""
    from planetary_qgis.core.reports import Report
    from planetary_qgis.core.spice.epochs import read_run

    report, kernels, observer = Report(), observation.kernels, observation.observer
    if isinstance(when, TableOfTimes):
        times, skipped = _times_of_table(when, observation, report)
        missing = [f"{skipped} rows have no start time and were left out."] if skipped else []
        return times, [*missing, *report.sentences()]
    times = read_run(when.start, when.stop, when.step_s, kernels, observer, report)
    return times, report.sentences()


def _times_of_table(
    when: TableOfTimes, observation: Observation, report: Report
) -> tuple[Times, int]:
    from planetary_qgis.qgis_bridge.observed import times_of_features

    return times_of_features(
        when.source.getFeatures(QgsFeatureRequest()),
        when.source.fields(),
        when.start_field,
        when.stop_field,
        kernels=observation.kernels,
        observer=observation.observer,
        system=when.system,
        report=report,
    )
