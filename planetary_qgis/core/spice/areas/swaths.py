"""Line scanners: the area that a line sweeps between two epochs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.areas.sampling import Sights, epochs_needed, sampled
from planetary_qgis.core.spice.areas.sweeps import strips
from planetary_qgis.core.spice.areas.swept import Swept, batches, gathered, joined, united_by_owner
from planetary_qgis.core.spice.instruments.instrument import Instrument
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import Views, look, views_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

FEWEST_LINES = 33
LINES_AT_ONCE = 10_000
POINTS_OF_NARROW_LINE, POINTS_OF_WIDE_LINE = 11, 41
WIDE_LINE_DEG = 10.0
"""On the ground, about the target's middle: longer lines get more points."""
FINEST_SHARE, COARSEST_SHARE = 1.0 / 60_000.0, 1.0 / 2_000.0
"""What the true track of an end may depart from the great circle between samples, in widths."""
_SHARE_OF_PIXEL = 0.1
_HALVINGS = 30


def swaths(
    scene: Scene, instrument: Instrument, start: FloatArray, stop: FloatArray, gaps: Gaps
) -> Swept:
    """The swath of each scan; where kernels have gaps, what they do tell of.

    Args:
        start, stop: (n,) epochs, TDB.
    """
    counts = epochs_needed(scene, start, stop, FEWEST_LINES)
    line = _line_for(scene, instrument.scanning(), (start + stop) / 2.0)
    return joined(
        [
            _swept(line, start[rows], stop[rows], counts[rows], gaps)
            for rows in batches(counts, LINES_AT_ONCE)
        ]
    )


def _swept(line: _Line, start: FloatArray, stop: FloatArray, counts: IntArray, gaps: Gaps) -> Swept:
    samples = sampled(
        line.look,
        start,
        stop,
        counts,
        tracked=slice(None, None, line.count - 1),
        tolerance_share=_tolerance_share(line.instrument),
        gaps=gaps,
    )
    rows, runs = samples.runs()
    of_runs = strips(samples.points[rows], runs)
    return gathered(samples, united_by_owner(of_runs, samples.owners_of_runs(), len(start)))


def _line_for(scene: Scene, instrument: Instrument, et: FloatArray) -> _Line:
    """The line, with as many points as its length on the ground at these epochs needs."""
    narrow = _Line(scene, instrument, POINTS_OF_NARROW_LINE)
    sights = narrow.look(et, Gaps())
    arcs = ellipsoid.angle_between(sights.points[:, 0], sights.points[:, -1])
    if sights.over_limb.any() or np.nanmax(arcs, initial=0.0) > WIDE_LINE_DEG:
        return _Line(scene, instrument, POINTS_OF_WIDE_LINE)
    return narrow


def _tolerance_share(instrument: Instrument) -> float:
    """A tenth of a pixel in lengths of the line."""
    if instrument.pixel_angle is None:
        return COARSEST_SHARE
    share = _SHARE_OF_PIXEL * instrument.pixel_angle / instrument.extent[0]
    return float(np.clip(share, FINEST_SHARE, COARSEST_SHARE))


@dataclass(frozen=True)
class _Line:
    """A scanner's line, as it meets the target at many epochs.

    Attributes:
        count: Points looked at along it.
    """

    scene: Scene
    instrument: Instrument
    count: int

    def look(self, et: FloatArray, gaps: Gaps) -> Sights:
        """The line's points from where it begins to meet the target to where it ends."""
        views = views_of(self.scene, et, gaps)
        # Cosines lie densest at the ends, where near the limb the ground runs fastest.
        shares = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, self.count))
        points = self._points(views, np.tile(shares, (len(views), 1)))
        hit = np.isfinite(points[..., 0])
        over_limb = views.known & ~hit.all(axis=1)
        meets = hit.any(axis=1)
        partly = np.flatnonzero(over_limb)
        if len(partly):
            ends = self._ends(views[partly], shares, hit[partly])
            meets[partly] = np.isfinite(ends[:, 0])
            points[partly] = self._points(
                views[partly], ends[:, :1] + shares * np.ptp(ends, axis=1, keepdims=True)
            )
        return Sights(views.known, meets, over_limb & meets, _without_holes(points))

    def _points(self, views: Views, shares: FloatArray) -> FloatArray:
        """(m, k, 3) km: where shares of the line, 0 and 1 being its ends, meet the target."""
        return np.asarray(look(views, self.instrument.rays_on_line(shares)).points)

    def _ends(self, views: Views, shares: FloatArray, hit: BoolArray) -> FloatArray:
        """(m, 2) shares of each line between which it meets the target; NaN where it does not."""
        ends: FloatArray = np.full((len(views), 2), np.nan)
        ends[:, 0] = shares[hit.argmax(axis=1)]
        ends[:, 1] = shares[len(shares) - 1 - hit[:, ::-1].argmax(axis=1)]
        missed = np.flatnonzero(~hit.any(axis=1))
        if len(missed):
            ends[missed] = self._nearest_to_target(views[missed])[:, None]
        for side, outside in ((0, 0.0), (1, 1.0)):
            ends[:, side] = self._limb_share(views, ends[:, side], outside)
        return ends

    def _nearest_to_target(self, views: Views) -> FloatArray:
        """(m,) the share of each line that passes the target's middle closest, NaN if that misses.

        In space scaled by the radii, where the target is a sphere.
        """
        rays = self.instrument.rays_on_line(np.array([0.0, 1.0]))
        ends = views.directions(rays) / views.radii
        to_middle = -views.origins / views.radii
        middle = to_middle / np.linalg.norm(to_middle, axis=1, keepdims=True)
        first, last = ends[:, 0], ends[:, 1]
        step = last - first
        # On the line, the direction with the largest cosine to the middle: d(cos)/d(share) = 0.
        f_m, s_m = (first * middle).sum(axis=1), (step * middle).sum(axis=1)
        f_f, f_s = (first * first).sum(axis=1), (first * step).sum(axis=1)
        s_s = (step * step).sum(axis=1)
        share = np.clip((s_m * f_f - f_m * f_s) / (f_m * s_s - s_m * f_s), 0.0, 1.0)
        hit = np.isfinite(self._points(views, share[:, None])[:, 0, 0])
        return np.where(hit, share, np.nan)

    def _limb_share(self, views: Views, hitting: FloatArray, missing: float) -> FloatArray:
        """The share of each line nearest to `missing` that meets the target, by bisection."""
        at_end = np.full(len(hitting), missing)
        end_hits = np.isfinite(self._points(views, at_end[:, None])[:, 0, 0])
        inside, outside = np.where(end_hits, missing, hitting), at_end
        for _ in range(_HALVINGS):
            middle = (inside + outside) / 2.0
            hit = np.isfinite(self._points(views, middle[:, None])[:, 0, 0])
            inside, outside = np.where(hit, middle, inside), np.where(hit, outside, middle)
        return inside


def _without_holes(points: FloatArray) -> FloatArray:
    """Points along lines, those that miss a rugged limb put where the last one before them met."""
    known = np.isfinite(points[..., 0])
    partly = np.flatnonzero(known.any(axis=1) & ~known.all(axis=1))
    columns = np.arange(points.shape[1])
    for row in partly:
        nearest = np.abs(columns[:, None] - columns[known[row]]).argmin(axis=1)
        points[row] = points[row, columns[known[row]][nearest]]
    return points
