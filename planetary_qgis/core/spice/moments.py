"""What there is to see at one moment: field of view, limb, terminator, and the points below."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import points_from
from planetary_qgis.core.spice.areas.outlines import frame_footprints
from planetary_qgis.core.spice.curves.horizons import (
    limb_points,
    lines_around,
    polygons_around,
    sun_seen,
    terminator_points,
)
from planetary_qgis.core.spice.illumination import Conditions, conditions_at_boresight
from planetary_qgis.core.spice.jobs import Job, job_of
from planetary_qgis.core.spice.kernels.kernel_sets import completed
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished, furnished_and_kept
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc
from planetary_qgis.core.spice.views import Views, look, sub_spacecraft_points, views_of
from planetary_qgis.core.times import utc_text

FloatArray = NDArray[np.float64]


POINTS = 360
"""Around limb and terminator: few enough to be drawn many times a second."""


@dataclass(frozen=True)
class Moment:
    """What an observation sees at one time; None and NaN for what is not known or not there.

    Attributes:
        conditions: One row: where the boresight meets the target, else within the field of view.
        problem: A sentence about what is missing; "" where all is there.
    """

    time: np.datetime64
    field_of_view: shapely.Geometry | None = None
    limb: shapely.Geometry | None = None
    terminator: shapely.Geometry | None = None
    night: shapely.Geometry | None = None
    boresight: shapely.Geometry | None = None
    sub_spacecraft: shapely.Geometry | None = None
    subsolar: shapely.Geometry | None = None
    conditions: Conditions | None = None
    problem: str = ""


def resolved(observation: Observation) -> Job:
    """The observation as its kernels resolve it; they stay furnished for `moment_of`.

    Raises:
        KernelError: They lack something that no moment can do without.
    """
    files = completed(observation.kernels).files
    at_no_time = times_of_run(np.datetime64("2000-01-01"), None)
    with furnished_and_kept(files):
        return job_of(observation, at_no_time, files)


def moment_of(job: Job, time: np.datetime64) -> Moment:
    """What the job's observation sees at a UTC time. The kernels stay furnished for the next one.

    Raises:
        KernelError: The kernels lack something that no moment can do without.
    """
    gaps = Gaps()
    with furnished_and_kept(job.files):
        views = views_of(job.scene, et_from_utc(np.array([time], dtype="datetime64[us]")), gaps)
        moment = Moment(time)
        if np.isfinite(views.origins).all():
            moment = _around_the_target(moment, job, views, gaps)
        if views.known.all():
            moment = _in_view(moment, job, views, gaps)
    return replace(moment, problem=_problem(moment, job, gaps))


def let_go() -> None:
    """Give the kernels back that are still furnished for the next moment."""
    with furnished(()):
        pass


def _around_the_target(moment: Moment, job: Job, views: Views, gaps: Gaps) -> Moment:
    sun = sun_seen(job.scene, views, gaps)
    limb, dusk = limb_points(views, POINTS), terminator_points(views, sun, count=POINTS)
    below, _ = sub_spacecraft_points(views)
    return replace(
        moment,
        limb=lines_around(limb)[0],
        terminator=lines_around(dusk)[0],
        night=polygons_around(dusk[:, ::-1])[0],
        sub_spacecraft=_point(below),
        subsolar=_point(sun),
    )


def _in_view(moment: Moment, job: Job, views: Views, gaps: Gaps) -> Moment:
    boresight = job.instrument.boresight
    seen = frame_footprints(views, job.instrument.outline())
    return replace(
        moment,
        field_of_view=seen.shapes[0],
        boresight=_point(look(views, boresight[None]).points[:, 0]),
        conditions=conditions_at_boresight(job.scene, views, boresight, seen.middles, gaps),
    )


def _point(points: FloatArray) -> shapely.Geometry | None:
    return points_from(*ellipsoid.lon_lat(points))[0]


def _problem(moment: Moment, job: Job, gaps: Gaps) -> str:
    if gaps.epochs:
        return f"The kernels do not tell {next(iter(gaps.epochs))} at {utc_text(moment.time)}."
    if moment.field_of_view is None:
        return f"The field of view misses {job.scene.body.title}."
    return ""
