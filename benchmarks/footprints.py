"""Footprints a second, against a plain spiceypy.sincpt loop over the same rays and epochs.

The synthetic sample's framing camera, 40 rays a footprint, LT+S, one core. The loop does less: it
stops at the intercepts, while ours goes on to polygons, angles and a table.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import spiceypy
from numpy.typing import NDArray

import planetary_qgis
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments import Instrument, instrument_of
from planetary_qgis.core.spice.kernels import expand, summarise
from planetary_qgis.core.spice.observations import Observation, Times, times_of_run
from planetary_qgis.core.spice.scene import Scene, naif_id, scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc
from planetary_qgis.core.spice.views import look, views_of
from planetary_qgis.core.times import parse_utc

SAMPLE = Path(planetary_qgis.__file__).parent / "resources" / "sample" / "synthetic.tm"
OBSERVATION = Observation(
    kernels=(SAMPLE,),
    target="MARS",
    observer="SYNTHETIC_ORBITER",
    instrument="SYNTH_FRAME_CAM",
    imaging="frame",
)
FOOTPRINTS = 20_000
LOOPED = 400
REPEATS = 3


def measure() -> None:
    """Print both rates, their ratio and the worst difference between the two."""
    times = _times(FOOTPRINTS)
    spread = slice(None, None, FOOTPRINTS // LOOPED)
    looped_times = Times(times.start[spread], times.stop[spread])
    ours, loops = [], []
    for _ in range(REPEATS):  # turn about, so that both meet the same machine
        ours.append(FOOTPRINTS / _seconds(lambda: _drain(times)))
        loops.append(len(looped_times) / _seconds(lambda: _sincpt_loop(looped_times)))
    rate, loop_rate = float(np.median(ours)), float(np.median(loops))
    rays = _rays_a_footprint()
    print(f"SPICE footprints, {rays} rays each, {OBSERVATION.abcorr}, one core:")
    print(f"  planetary_qgis       {rate:10.0f} footprints/s  ({FOOTPRINTS} with angles and rows)")
    print(f"  spiceypy.sincpt loop {loop_rate:10.0f} footprints/s  ({LOOPED}, intercepts alone)")
    print(f"  ratio                {rate / loop_rate:10.1f}")
    print(f"  worst difference     {_worst_difference_m(looped_times):10.4f} m")


def _times(count: int) -> Times:
    known = summarise([SAMPLE])
    start, stop = parse_utc(str(known.start)), parse_utc(str(known.stop))
    margin = np.timedelta64(60, "s")
    span = (stop - margin - (start + margin)) / np.timedelta64(1, "us") * 1e-6
    times = times_of_run(start + margin, stop - margin, span / (count - 0.5))
    return Times(times.start[:count], times.stop[:count])


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _drain(times: Times) -> int:
    return sum(len(products) for products in compute_footprints(OBSERVATION, times).chunks)


def _sincpt_loop(times: Times) -> NDArray[np.float64]:
    """(n, k, 3) km; NaN never occurs: every ray of the sample's camera meets Mars."""
    with furnished(expand([SAMPLE])):
        scene, instrument = _resolved()
        points = [
            [
                spiceypy.sincpt(
                    "ELLIPSOID",
                    scene.target_name,
                    epoch,
                    scene.body_fixed_frame,
                    scene.abcorr,
                    scene.observer_name,
                    instrument.frame,
                    ray,
                )[0]
                for ray in instrument.outline()
            ]
            for epoch in et_from_utc(times.start)
        ]
    return np.array(points)


def _worst_difference_m(times: Times) -> float:
    truth = _sincpt_loop(times)
    with furnished(expand([SAMPLE])):
        scene, instrument = _resolved()
        views = views_of(scene, et_from_utc(times.start), Gaps())
        points = look(views, instrument.outline()).points
    return float(np.linalg.norm(points - truth, axis=-1).max() * 1000.0)


def _resolved() -> tuple[Scene, Instrument]:
    instrument = instrument_of(naif_id(OBSERVATION.instrument, "instrument"))
    scene = scene_of(OBSERVATION.target, OBSERVATION.observer, OBSERVATION.abcorr)
    return replace(scene, instrument_frame=instrument.frame), instrument


def _rays_a_footprint() -> int:
    with furnished(expand([SAMPLE])):
        return len(_resolved()[1].outline())
