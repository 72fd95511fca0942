"""What observations cover of their target, by their way of imaging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.areas.framelets import framelets
from planetary_qgis.core.spice.areas.outlines import frame_footprints
from planetary_qgis.core.spice.areas.spots import spots
from planetary_qgis.core.spice.areas.swaths import swaths
from planetary_qgis.core.spice.areas.swept import Swept
from planetary_qgis.core.spice.jobs import Job
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import Views, views_of

FloatArray = NDArray[np.float64]

ON_SURFACE, OVER_LIMB, OFF_TARGET, IN_GAP = "surface", "over the limb", "off target", "unknown"
TINY, INSIDE = "smaller than a pixel", "inside the target"
"""The words of the column `view`."""
_LASTING = {"line scan": "scan", "push frame": "framelets", "spot": "exposure"}
_ROUNDING = 1e-6


@dataclass(frozen=True)
class Seen:
    """What some observations cover.

    Attributes:
        known: (n,) where the kernels tell of place and attitude, of what lasted at least in part.
        views: Of the moment that speaks for each observation.
        middles: (n, 3) km, a point in each shape, or NaN.
        pixel_angle: Radians a pixel subtends, 0 where that is unknown.
    """

    shapes: Shapes
    over_limb: NDArray[np.bool_]
    known: NDArray[np.bool_]
    views: Views
    middles: FloatArray
    pixel_angle: float

    @property
    def view(self) -> NDArray[np.object_]:
        """(n,) how the target was seen, in a word or two."""
        words = np.where(self.over_limb, OVER_LIMB, ON_SURFACE).astype(object)
        words[self.views.angular_diameter < self.pixel_angle] = TINY
        words[shapely.is_missing(self.shapes)] = OFF_TARGET
        words[self.views.inside] = INSIDE
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
    seen = _seen(job, start, stop, names, gaps, report)
    for name in names[seen.view == INSIDE]:
        report.add("The observer is within the target, from where nothing is seen", name)
    return seen


def _seen(
    job: Job,
    start: FloatArray,
    stop: FloatArray,
    names: NDArray[np.object_],
    gaps: Gaps,
    report: Report,
) -> Seen:
    if job.imaging == "frame" or not (stop > start).any():
        return _framed(job, (start + stop) / 2.0, gaps)
    if job.imaging == "push frame":
        swept = framelets(job.scene, job.instrument, job.interframe_s, start, stop, gaps)
    elif job.imaging == "spot":
        swept = spots(job.scene, job.instrument, start, stop, gaps)
    else:
        swept = swaths(job.scene, job.instrument, start, stop, gaps)
    partly = (swept.covered > 0.0) & (swept.covered < 1.0 - _ROUNDING)
    for name in names[partly]:
        report.add(f"The kernels tell of only a part of the {_LASTING[job.imaging]}", name)
    return _of_swept(job, swept, gaps)


def _framed(job: Job, et: FloatArray, gaps: Gaps) -> Seen:
    views = views_of(job.scene, et, gaps)
    frames = frame_footprints(views, job.instrument.outline())
    pixel_angle = job.instrument.pixel_angle or 0.0
    return Seen(frames.shapes, frames.over_limb, views.known, views, frames.middles, pixel_angle)


def _of_swept(job: Job, swept: Swept, gaps: Gaps) -> Seen:
    """The same as everywhere, of what lasted; what swept no area counts as seen in an instant."""
    views = views_of(job.scene, swept.moments, gaps)
    shapes = swept.shapes.copy()
    areas_missing = np.flatnonzero(shapely.is_missing(shapes) & views.known)
    if len(areas_missing):
        outline = job.instrument.scanning().outline()
        shapes[areas_missing] = frame_footprints(views[areas_missing], outline).shapes
    pixel_angle = job.instrument.pixel_angle or 0.0
    known = swept.covered > 0.0
    return Seen(shapes, swept.over_limb, known, views, swept.middles, pixel_angle)
