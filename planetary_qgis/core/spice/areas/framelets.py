"""Push frame cameras: framelets one after the other, each at its own moment."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.spice.areas.outlines import Footprints, frame_footprints
from planetary_qgis.core.spice.areas.swept import Swept, batches, joined, united_by_owner
from planetary_qgis.core.spice.instruments.instrument import Instrument
from planetary_qgis.core.spice.instruments.instrument_facts import facts_of
from planetary_qgis.core.spice.observations import Observation
from planetary_qgis.core.spice.scene import Scene, pool_numbers
from planetary_qgis.core.spice.vectorised import Gaps
from planetary_qgis.core.spice.views import views_of

FloatArray = NDArray[np.float64]

FRAMELETS_AT_ONCE = 10_000
_ROUNDING = 1e-6
"""Of an interframe: stop times are written to the millisecond."""


def framelets(
    scene: Scene,
    instrument: Instrument,
    interframe_s: float,
    start: FloatArray,
    stop: FloatArray,
    gaps: Gaps,
) -> Swept:
    """What the framelets from start to stop cover; gaps between them stay gaps.

    Args:
        start, stop: (n,) epochs, TDB.

    Raises:
        PlanetaryError: Nothing tells how often there is a framelet.
    """
    if not interframe_s > 0.0:
        raise PlanetaryError(
            f"Nothing tells how often {instrument.name} ({instrument.naif_id}) takes a framelet.",
            hint="Give the time from framelet to framelet; labels call it INTERFRAME_DELAY.",
        )
    part = instrument.scanning()
    counts = np.floor((stop - start) / interframe_s + _ROUNDING).astype(np.intp) + 1
    first = start + start_bias_s(instrument.naif_id)
    return joined(
        [
            _swept(scene, part, interframe_s, first[rows], counts[rows], gaps)
            for rows in batches(counts, FRAMELETS_AT_ONCE)
        ]
    )


def interframe_of(instrument: Instrument, observation: Observation) -> float:
    """Seconds from framelet to framelet: as asked, as the kernels say, or what is usual; else 0."""
    if observation.interframe_s:
        return observation.interframe_s
    told = pool_numbers(f"INS{instrument.naif_id}_INTERFRAME_DELAY")
    if told and told[0] > 0.0:
        return told[0]
    usual = facts_of(instrument.naif_id).interframe_s
    # JunoCam's kernel corrects the labels' delay by so much.
    delta = pool_numbers(f"INS{instrument.naif_id}_INTERFRAME_DELTA")
    return usual + (delta[0] if delta else 0.0) if usual else 0.0


def start_bias_s(naif_id: int) -> float:
    """Seconds from the labels' start time to the first framelet, where the kernels tell."""
    told = pool_numbers(f"INS{naif_id}_START_TIME_BIAS")
    return told[0] if told else 0.0


def _swept(
    scene: Scene,
    instrument: Instrument,
    interframe_s: float,
    first: FloatArray,
    counts: NDArray[np.intp],
    gaps: Gaps,
) -> Swept:
    owner = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    et = first[owner] + interframe_s * number
    frames, known = _footprints(scene, instrument, et, gaps)
    rows = np.array([_halfway(frames, owner, each) for each in range(len(counts))])
    seen = rows >= 0
    over_limb = np.zeros(len(counts), dtype=bool)
    over_limb[owner[frames.over_limb]] = True
    return Swept(
        shapes=united_by_owner(frames.shapes, owner, len(counts)),
        covered=np.bincount(owner, weights=known, minlength=len(counts)) / counts,
        over_limb=over_limb,
        moments=np.where(seen, et[rows], np.nan),
        middles=np.where(seen[:, None], frames.middles[rows], np.nan),
    )


def _footprints(
    scene: Scene, instrument: Instrument, et: FloatArray, gaps: Gaps
) -> tuple[Footprints, NDArray[np.bool_]]:
    """The framelets' footprints, and where the kernels tell of them; not all of a day's at once."""
    parts, known = [], []
    for begin in range(0, len(et), FRAMELETS_AT_ONCE):
        views = views_of(scene, et[begin : begin + FRAMELETS_AT_ONCE], gaps)
        parts.append(frame_footprints(views, instrument.outline()))
        known.append(views.known)
    joined_parts = (
        np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Footprints)
    )
    return Footprints(*joined_parts), np.concatenate(known)


def _halfway(frames: Footprints, owner: NDArray[np.intp], number: int) -> int:
    """The framelet halfway through those that met the target, -1 where none did."""
    begin, end = np.searchsorted(owner, [number, number + 1])
    meeting = begin + np.flatnonzero(~shapely.is_missing(frames.shapes[begin:end]))
    return int(meeting[len(meeting) // 2]) if len(meeting) else -1
