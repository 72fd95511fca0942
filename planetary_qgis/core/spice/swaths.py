"""Line scanners: the area that a line sweeps between two epochs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import polygons_from_rings, united
from planetary_qgis.core.spice import ellipsoid
from planetary_qgis.core.spice.instruments import Instrument
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import Views, look, places_of, views_of

FloatArray = NDArray[np.float64]

LINE_POINTS = 11
"""Vertices along the first and the last line."""
FEWEST_LINES = 21
MOST_LINES = 721
ARC_BETWEEN_LINES_DEG = 0.25
"""How far the observer may move round the target between two sampled lines."""
_LINES_A_PIECE = 60
_HALVINGS = 30


@dataclass(frozen=True)
class Swath:
    """What one scan covered.

    Attributes:
        shape: None where no line met the target.
        covered: The share of the scan's time that the kernels tell of.
        over_limb: Whether some line ran over the limb.
        moment: Epoch of a line halfway through what met the target; NaN where none did.
        middle: (3,) km, the middle of that line.
    """

    shape: shapely.Geometry | None
    covered: float
    over_limb: bool
    moment: float
    middle: FloatArray


def swaths(
    scene: Scene, instrument: Instrument, start: FloatArray, stop: FloatArray, gaps: Gaps
) -> list[Swath]:
    """The swath of each scan; where kernels have gaps, what they do tell of.

    Args:
        start, stop: (n,) epochs, TDB.
    """
    scans = [
        np.linspace(first, last, count)
        for first, last, count in zip(start, stop, _line_counts(scene, start, stop))
    ]
    views = views_of(scene, np.concatenate(scans), gaps)
    bounds = np.cumsum([0] + [len(lines) for lines in scans])
    found = []
    for begin, end in zip(bounds[:-1], bounds[1:]):
        lines = views[slice(begin, end)]
        whole = lines.known.all() or not lines.known.any()
        found.append(
            _swath(lines, instrument) if whole else _swath_with_gaps(scene, instrument, lines)
        )
    return found


def _line_counts(scene: Scene, start: FloatArray, stop: FloatArray) -> NDArray[np.intp]:
    """How many lines to sample of each scan, by the observer's motion round the target."""
    first, last = places_of(scene, start, Gaps()), places_of(scene, stop, Gaps())
    arcs = ellipsoid.angle_between(first.origins, last.origins)
    known = np.where(np.isfinite(arcs), arcs, 0.0)
    counts = np.clip(np.ceil(known / ARC_BETWEEN_LINES_DEG) + 1, FEWEST_LINES, MOST_LINES)
    # Odd, so that one line lies in the middle of the time.
    return np.asarray(counts.astype(np.intp) | 1)


def _swath_with_gaps(scene: Scene, instrument: Instrument, lines: Views) -> Swath:
    """The swaths of the runs that the kernels do cover, from their first to their last moment."""
    runs = [_widened(scene, lines, run) for run in _runs(lines.known)]
    first, last = np.array(runs).T
    parts = swaths(scene, instrument, first, last, Gaps())
    covered = sum(last - first for first, last in runs) / (lines.et[-1] - lines.et[0])
    return Swath(
        shape=united([part.shape for part in parts]),
        covered=covered,
        over_limb=any(part.over_limb for part in parts),
        moment=parts[len(parts) // 2].moment,
        middle=parts[len(parts) // 2].middle,
    )


def _widened(scene: Scene, lines: Views, run: slice) -> tuple[float, float]:
    """A run of known lines out to where the kernels' knowledge begins and ends."""
    first, last = lines.et[run.start], lines.et[run.stop - 1]
    if run.start > 0:
        first = _edge_of_knowledge(scene, first, lines.et[run.start - 1])
    if run.stop < len(lines):
        last = _edge_of_knowledge(scene, last, lines.et[run.stop])
    return float(first), float(last)


def _edge_of_knowledge(scene: Scene, known: float, unknown: float) -> float:
    """The last epoch toward the unknown one that the kernels tell of, by bisection."""
    for _ in range(_HALVINGS):
        middle = (known + unknown) / 2.0
        if views_of(scene, np.array([middle]), Gaps()).known[0]:
            known = middle
        else:
            unknown = middle
    return known


def _swath(lines: Views, instrument: Instrument) -> Swath:
    """What an unbroken sequence of lines covers."""
    ends, over_limb = _ends_on_target(lines, instrument)
    pieces = []
    for run in _runs(np.isfinite(ends[:, 0])):
        for begin in range(run.start, run.stop - 1, _LINES_A_PIECE):
            piece = slice(begin, min(begin + _LINES_A_PIECE + 1, run.stop))
            pieces.append(_piece(lines[piece], instrument, ends[piece]))
    moment, middle = _halfway(lines, instrument, ends)
    return Swath(
        shape=united(pieces),
        covered=float(lines.known.all()),
        over_limb=bool(over_limb.any()),
        moment=moment,
        middle=middle,
    )


def _halfway(lines: Views, instrument: Instrument, ends: FloatArray) -> tuple[float, FloatArray]:
    """Epoch and middle of the line halfway through those that met the target."""
    meeting = np.flatnonzero(np.isfinite(ends[:, 0]))
    if not len(meeting):
        return np.nan, np.full(3, np.nan)
    row = meeting[len(meeting) // 2 : len(meeting) // 2 + 1]
    middle = _points(lines[row], instrument, ends[row].mean(axis=1, keepdims=True))[0, 0]
    return float(lines.et[row[0]]), middle


def _piece(lines: Views, instrument: Instrument, ends: FloatArray) -> shapely.Geometry | None:
    """The polygon between the first and the last of these lines and along their ends."""
    along = np.linspace(0.0, 1.0, LINE_POINTS)
    first = _points(lines[:1], instrument, ends[:1, :1] + along * np.ptp(ends[:1]))[0]
    last = _points(lines[-1:], instrument, ends[-1:, :1] + along * np.ptp(ends[-1:]))[0]
    sides = _points(lines[1:-1], instrument, ends[1:-1])
    ring = np.concatenate([first, sides[:, 1], last[::-1], sides[::-1, 0]])
    lon, lat = ellipsoid.lon_lat(ring)
    return polygons_from_rings(lon[None], lat[None])[0]


def _points(lines: Views, instrument: Instrument, shares: FloatArray) -> FloatArray:
    """(n, k, 3) km: where shares of the line, 0 and 1 being its ends, meet the target."""
    return look(lines, instrument.rays_on_line(shares)).points


def _ends_on_target(lines: Views, instrument: Instrument) -> tuple[FloatArray, NDArray[np.bool_]]:
    """(n, 2) shares of each line between which it meets the target, and where that is not all.

    NaN for lines that miss the target.
    """
    shares = np.linspace(0.0, 1.0, LINE_POINTS)
    hit = look(lines, instrument.rays_on_line(np.tile(shares, (len(lines), 1)))).hit
    any_hit = hit.any(axis=1)
    left, right = hit.argmax(axis=1), LINE_POINTS - 1 - hit[:, ::-1].argmax(axis=1)
    ends = np.where(any_hit[:, None], np.stack([shares[left], shares[right]], axis=1), np.nan)
    for side, index, outward in ((0, left, -1), (1, right, 1)):
        cut = np.flatnonzero(any_hit & (index != (0 if side == 0 else LINE_POINTS - 1)))
        if len(cut):
            missing = shares[index[cut] + outward]
            ends[cut, side] = _limb_share(lines[cut], instrument, ends[cut, side], missing)
    return ends, any_hit & ((left > 0) | (right < LINE_POINTS - 1))


def _limb_share(
    lines: Views, instrument: Instrument, hitting: FloatArray, missing: FloatArray
) -> FloatArray:
    """The outermost share of each line that still meets the target, by bisection."""
    for _ in range(_HALVINGS):
        middle = (hitting + missing) / 2.0
        hit = look(lines, instrument.rays_on_line(middle[:, None])).hit[:, 0]
        hitting, missing = np.where(hit, middle, hitting), np.where(hit, missing, middle)
    return hitting


def _runs(flags: NDArray[np.bool_]) -> list[slice]:
    """The unbroken runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [slice(int(begin), int(end)) for begin, end in zip(edges[::2], edges[1::2])]
