"""What observations cover of their target, by their way of imaging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.jobs import Job
from planetary_qgis.core.spice.outlines import frame_footprints
from planetary_qgis.core.spice.swaths import swaths
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import Views, views_of

FloatArray = NDArray[np.float64]

ON_SURFACE, OVER_LIMB, OFF_TARGET, IN_GAP = "surface", "over the limb", "off target", "unknown"
"""The words of the column `view`."""


@dataclass(frozen=True)
class Seen:
    """What some observations cover.

    Attributes:
        known: (n,) where the kernels tell of place and attitude, of a scan at least in part.
        views: Of the moment that speaks for each observation.
        middles: (n, 3) km, a point in each shape, or NaN.
    """

    shapes: Shapes
    over_limb: NDArray[np.bool_]
    known: NDArray[np.bool_]
    views: Views
    middles: FloatArray

    @property
    def view(self) -> NDArray[np.object_]:
        """(n,) how the target was seen, in a word or two."""
        words = np.where(self.over_limb, OVER_LIMB, ON_SURFACE).astype(object)
        words[shapely.is_missing(self.shapes)] = OFF_TARGET
        words[~self.known] = IN_GAP
        return words


def seen_by(
    job: Job,
    start: FloatArray,
    stop: FloatArray,
    names: NDArray[np.object_],
    gaps: Gaps,
    report: Report,
) -> Seen:
    """What observations saw between these epochs, TDB; an instant where both are the same."""
    if job.imaging == "line scan" and (stop > start).any():
        return _scanned(job, start, stop, names, gaps, report)
    return _framed(job, (start + stop) / 2.0, gaps)


def _framed(job: Job, et: FloatArray, gaps: Gaps) -> Seen:
    views = views_of(job.scene, et, gaps)
    frames = frame_footprints(views, job.instrument.outline())
    return Seen(frames.shapes, frames.over_limb, views.known, views, frames.middles)


def _scanned(
    job: Job,
    start: FloatArray,
    stop: FloatArray,
    names: NDArray[np.object_],
    gaps: Gaps,
    report: Report,
) -> Seen:
    found = swaths(job.scene, job.instrument, start, stop, gaps)
    covered = np.array([swath.covered for swath in found])
    for name in names[(covered > 0.0) & (covered < 1.0 - 1e-6)]:
        report.add("The kernels tell of only a part of the scan", name)
    shapes = np.full(len(found), None, dtype=object)
    shapes[:] = [swath.shape for swath in found]
    return Seen(
        shapes=shapes,
        over_limb=np.array([swath.over_limb for swath in found]),
        known=covered > 0.0,
        views=views_of(job.scene, np.array([swath.moment for swath in found]), gaps),
        middles=np.array([swath.middle for swath in found]),
    )
