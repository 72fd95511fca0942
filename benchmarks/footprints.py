"""Footprints a second, against other ways to the same intercepts with the same kernels.

The synthetic sample's framing camera, 40 rays a footprint, LT+S, one core, turn about. A loop of
spiceypy.sincpt and planetary-coverage's FovsCollection do less: they stop at the intercepts, while
ours goes on to polygons, angles and a table. Under all lies what CSPICE takes for the states and
attitudes alone, asked for by spiceypy's compiled loops.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import spiceypy
from numpy.typing import NDArray

import planetary_qgis
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.instruments.instrument import Instrument, instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand, summarise
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
REPEATS = 5
_VIEWS_AT_ONCE = 256
HOW_TO_GET_IT = (
    "planetary-coverage is not there; to compare with it, `pip install --target DIR "
    "planetary-coverage==1.2.1` and give --planetary-coverage DIR"
)


def measure(planetary_coverage: Path | None = None) -> None:
    """Print all rates, their ratios and the worst difference.

    Args:
        planetary_coverage: The folder that it is installed in; None to find it as any module.
    """
    times = _times(FOOTPRINTS)
    spread = slice(None, None, FOOTPRINTS // LOOPED)
    few = Times(times.start[spread], times.stop[spread])
    with furnished(expand([SAMPLE])):
        et = et_from_utc(times.start)
    other = _planetary_coverage(planetary_coverage, few)
    ways: dict[str, tuple[int, Callable[[], object]]] = {
        "planetary_qgis": (FOOTPRINTS, lambda: _drain(times)),
        "its intercepts alone": (FOOTPRINTS, lambda: _intercepts(times)),
        "spiceypy.sincpt loop": (LOOPED, lambda: _sincpt_loop(few)),
        "planetary-coverage": (LOOPED, other or (lambda: None)),
        "bare states, attitudes": (FOOTPRINTS, lambda: _bare_states(et)),
        "bare Sun, L_s": (FOOTPRINTS, lambda: _bare_sun(et)),
    }
    if other is None:
        del ways["planetary-coverage"]
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):  # turn about, so that all meet the same machine
        for name, (count, work) in ways.items():
            took[name].append(_seconds(work) / count * 1e6)
    print(f"SPICE footprints, {_rays_a_footprint()} rays each, {OBSERVATION.abcorr}, one core:")
    median = {name: float(np.median(micros)) for name, micros in took.items()}
    for name, micros in median.items():
        print(f"  {name:22} {1e6 / micros:10.0f} footprints/s {micros:10.1f} µs each")
    _print_ratios(median)
    if other is None:
        print(f"  ({HOW_TO_GET_IT})")
    print(f"  worst difference to sincpt {_worst_difference_m(few):10.4f} m")


def _print_ratios(micros: dict[str, float]) -> None:
    whole, alone = micros["planetary_qgis"], micros["its intercepts alone"]
    bare = micros["bare states, attitudes"]
    print(f"  times faster than the sincpt loop     {micros['spiceypy.sincpt loop'] / whole:7.1f}")
    if "planetary-coverage" in micros:
        ratio = micros["planetary-coverage"] / whole
        print(f"  times faster than planetary-coverage  {ratio:7.1f}")
    print(f"  times the bare states and attitudes   {whole / bare:7.2f} (whole)")
    print(f"                                        {alone / bare:7.2f} (intercepts alone)")
    with_sun = bare + micros["bare Sun, L_s"]
    print(f"  times these with Sun and L_s          {whole / with_sun:7.2f} (whole)")


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


def _intercepts(times: Times) -> None:
    """States and attitudes, and where all rays meet the target."""
    with furnished(expand([SAMPLE])):
        scene, instrument = _resolved()
        views, outline = views_of(scene, et_from_utc(times.start), Gaps()), instrument.outline()
        for begin in range(0, len(times), _VIEWS_AT_ONCE):
            look(views[begin : begin + _VIEWS_AT_ONCE], outline)


def _bare_states(et: NDArray[np.float64]) -> None:
    """What every way needs: observer, target, and how body and camera were turned."""
    cyice = importlib.import_module("spiceypy.cyice")
    with furnished(expand([SAMPLE])):
        scene, _ = _resolved()
        cyice.spkssb_v(scene.observer_id, et, "J2000")
        cyice.spkssb_v(scene.target_id, et, "J2000")
        cyice.pxform_v("J2000", scene.body_fixed_frame, et)
        cyice.pxform_v(scene.instrument_frame, "J2000", et)


def _bare_sun(et: NDArray[np.float64]) -> None:
    cyice = importlib.import_module("spiceypy.cyice")
    with furnished(expand([SAMPLE])):
        scene, _ = _resolved()
        cyice.spkpos_v("SUN", et, "J2000", scene.abcorr, str(scene.target_id))
        cyice.lspcn_v(str(scene.target_id), et, scene.abcorr)


def _planetary_coverage(folder: Path | None, times: Times) -> Callable[[], object] | None:
    """What computes its fields of view at these times; None where it is not installed."""
    if folder is not None:
        sys.path.append(str(folder))
    try:
        trajectory = importlib.import_module("planetary_coverage.trajectory.trajectory").Trajectory
    except ImportError:
        return None
    kernels = tuple(str(kernel) for kernel in expand([SAMPLE]))
    with furnished(expand([SAMPLE])):
        et, rays = et_from_utc(times.start), len(_resolved()[1].outline())

    def fields_of_view() -> Any:
        made = trajectory(
            kernels, OBSERVATION.instrument, OBSERVATION.target, et, abcorr=OBSERVATION.abcorr
        )
        fields = made.fovs
        fields.npts = rays + 1  # it counts the first point twice
        try:
            return fields.pts
        finally:
            spiceypy.kclear()  # its kernels stay loaded

    return fields_of_view


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
