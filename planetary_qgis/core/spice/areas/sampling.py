"""Observations that last, looked at as often as what they see needs it.

Epochs are added between two where the true track of a tracked point departs from the edge between
its neighbours, great circle or straight line on a map, and where the target comes into view or
leaves it, or kernels have gaps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import views_of

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]

TURN_BETWEEN_EPOCHS_DEG = 1.0
"""How far an instrument may turn or move round the target before it is looked at again."""
MOST_EPOCHS = 20_000
_MOST_BEND_HALVINGS, _MOST_LIMB_HALVINGS, _MOST_GAP_HALVINGS = 7, 14, 30
_SPLIT = 0.47
"""Not the middle, lest a jitter of the same period hide between the epochs."""
_LEAST_TOLERANCE_KM = 1e-5
_MOST_MERIDIANS_DEG = 30.0


@dataclass(frozen=True)
class Sights:
    """What an instrument saw at some epochs.

    Attributes:
        known: (m,) where the kernels tell of place and attitude.
        meets: (m,) where some of the field of view meets the target.
        over_limb: (m,) where some of it does not.
        points: (m, k, 3) km on the surface; NaN where it does not meet the target.
    """

    known: BoolArray
    meets: BoolArray
    over_limb: BoolArray
    points: FloatArray


@dataclass(frozen=True)
class Samples(Sights):
    """The same for several observations, sorted by observation and by time.

    Attributes:
        owner: (m,) numbers of the observations.
        et: (m,)
    """

    owner: IntArray
    et: FloatArray

    def __len__(self) -> int:
        return len(self.et)

    def __getitem__(self, rows: IntArray | BoolArray | slice) -> Samples:
        return Samples(*(getattr(self, field.name)[rows] for field in fields(self)))

    def with_more(self, sights: Sights, owner: IntArray, et: FloatArray) -> Samples:
        """These and others, in this order."""
        more = Samples(sights.known, sights.meets, sights.over_limb, sights.points, owner, et)
        return Samples(
            *(
                np.concatenate([getattr(part, field.name) for part in (self, more)])
                for field in fields(self)
            )
        )

    def runs(self) -> tuple[IntArray, IntArray]:
        """Rows that see the target, and the numbers of the unbroken runs that they belong to."""
        before = np.concatenate([[False], self.meets[:-1] & (self.owner[1:] == self.owner[:-1])])
        rows = np.flatnonzero(self.meets)
        return rows, np.cumsum(self.meets & ~before)[rows] - 1

    def owners_of_runs(self) -> IntArray:
        """Which observation each of these runs belongs to."""
        rows, runs = self.runs()
        return self.owner[rows][np.flatnonzero(np.diff(runs, prepend=-1))]


Look = Callable[[FloatArray, Gaps], Sights]
"""What is seen at (m,) epochs."""


def sampled(
    look: Look,
    start: FloatArray,
    stop: FloatArray,
    counts: IntArray,
    tracked: slice,
    tolerance_share: float,
    gaps: Gaps,
) -> Samples:
    """Observations from start to stop, sampled densely enough.

    Args:
        counts: (n,) epochs to begin with.
        tracked: Which of the points' tracks matter.
        tolerance_share: By what share of the field's width on the ground they may depart.
    """
    samples = _first_samples(look, start, stop, counts, gaps)
    left = np.flatnonzero(samples.owner[1:] == samples.owner[:-1])
    right = left + 1
    for halving in range(_MOST_GAP_HALVINGS):
        if not len(left):
            break
        et, owner = samples.et, samples.owner
        between = et[left] + _SPLIT * (et[right] - et[left])
        middle = len(samples) + np.arange(len(left))
        sights = look(between, gaps if halving == 0 else Gaps())
        samples = samples.with_more(sights, owner[left], between)
        halves = _halves(samples, left, middle, right, tracked, tolerance_share, halving)
        left, right = halves
    return samples[np.lexsort((samples.et, samples.owner))]


def epochs_needed(
    scene: Scene, start: FloatArray, stop: FloatArray, fewest: int
) -> NDArray[np.intp]:
    """(n,) odd numbers of epochs to begin with, by how fast the instrument turns and moves."""
    duration = stop - start
    step = np.minimum(1.0, duration / 50.0)
    moments = start[:, None] + duration[:, None] * np.array([1.0, 2.0]) / 3.0
    both = np.stack([moments, moments + step[:, None]]).ravel()
    views = views_of(scene, both, Gaps())
    first, second = views[: moments.size], views[moments.size :]
    moved = ellipsoid.angle_between(first.origins, second.origins)
    chord = np.linalg.norm(second.turns - first.turns, axis=(1, 2)) / np.sqrt(8.0)
    turned = np.degrees(2.0 * np.arcsin(np.clip(chord, 0.0, 1.0)))
    rates = np.fmax(moved, turned).reshape(moments.shape) / step[:, None]
    rate = np.fmax.reduce(np.nan_to_num(rates), axis=1)
    counts = np.ceil(rate * duration / TURN_BETWEEN_EPOCHS_DEG) + 1.0
    # Odd, so that one epoch lies in the middle of the time.
    return np.asarray(np.clip(counts, fewest, MOST_EPOCHS).astype(np.intp) | 1)


def _first_samples(
    look: Look, start: FloatArray, stop: FloatArray, counts: IntArray, gaps: Gaps
) -> Samples:
    owner = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = step / (counts - 1)[owner]
    et = start[owner] + share * (stop - start)[owner]
    sights = look(et, gaps)
    return Samples(sights.known, sights.meets, sights.over_limb, sights.points, owner, et)


def _halves(
    samples: Samples,
    left: IntArray,
    middle: IntArray,
    right: IntArray,
    tracked: slice,
    tolerance_share: float,
    halving: int,
) -> tuple[IntArray, IntArray]:
    """The intervals to split next: those that bend, and those in which something begins or ends."""
    state = samples.known.astype(np.int8) + samples.meets
    begins = np.concatenate([left, middle])
    ends = np.concatenate([middle, right])
    changes = state[begins] != state[ends]
    if halving >= _MOST_LIMB_HALVINGS:
        changes = samples.known[begins] != samples.known[ends]
    if halving >= _MOST_BEND_HALVINGS:
        return begins[changes], ends[changes]
    points = samples.points[:, tracked]
    tolerance = tolerance_share * _widths(samples, points)[samples.owner[left]]
    tracks = points[left], points[middle], points[right]
    off = np.maximum(_off_great_circles(*tracks), _off_lon_lat_lines(*tracks))
    bent = off > np.maximum(tolerance, _LEAST_TOLERANCE_KM)
    # What begins or ends between left and right may bend on the side where it is seen.
    further = np.tile(bent | (state[left] != state[right]), 2) & samples.meets[begins]
    chosen = changes | further
    return begins[chosen], ends[chosen]


def _widths(samples: Samples, points: FloatArray) -> FloatArray:
    """(n,) km: the largest extent of the tracked points of each observation."""
    spread = np.linalg.norm(points - points.mean(axis=1, keepdims=True), axis=2).max(axis=1)
    widths = np.zeros(samples.owner.max() + 1)
    np.fmax.at(widths, samples.owner, 2.0 * np.nan_to_num(spread))
    return widths


def _off_great_circles(left: FloatArray, middle: FloatArray, right: FloatArray) -> FloatArray:
    """(m,) km: how far points lie from the great circles between their neighbours, at most.

    Measured in the plane that touches the sphere halfway, where great circles are straight.

    Args:
        left, middle, right: (m, k, 3) km; NaN counts as no departure.
    """
    radius = np.linalg.norm(middle, axis=-1)
    a, b = (side / np.linalg.norm(side, axis=-1, keepdims=True) for side in (left, right))
    up = a + b
    up /= np.linalg.norm(up, axis=-1, keepdims=True)
    a, b, m = (x / np.einsum("...i,...i->...", x, up)[..., None] for x in (a, b, middle))
    off = np.nan_to_num(_distances(m - a, b - a) * radius)
    return np.asarray(off.max(axis=1))


def _off_lon_lat_lines(left: FloatArray, middle: FloatArray, right: FloatArray) -> FloatArray:
    """(m,) km: the same for straight lines between longitudes and latitudes, as maps draw them.

    Beside a pole, where edges step over many meridians, polygons follow great circles.
    """
    radius = np.linalg.norm(middle, axis=-1)
    (lon_a, lat_a), (lon, lat), (lon_b, lat_b) = map(ellipsoid.lon_lat, (left, middle, right))
    across = np.cos(np.radians(lat))
    point = np.stack([wrap_180(lon - lon_a) * across, lat - lat_a], axis=-1)
    edge = np.stack([wrap_180(lon_b - lon_a) * across, lat_b - lat_a], axis=-1)
    off = np.nan_to_num(np.radians(_distances(point, edge)) * radius)
    beside_pole = np.abs(wrap_180(lon_b - lon_a)) > _MOST_MERIDIANS_DEG
    return np.asarray(np.where(beside_pole, 0.0, off).max(axis=1))


def _distances(points: FloatArray, edges: FloatArray) -> FloatArray:
    """Distances of points from edges that begin at the origin, both (…, d)."""
    length_squared = np.einsum("...i,...i->...", edges, edges)
    along = np.einsum("...i,...i->...", points, edges) / np.maximum(length_squared, 1e-300)
    nearest = np.clip(along, 0.0, 1.0)[..., None] * edges
    return np.asarray(np.linalg.norm(points - nearest, axis=-1))
