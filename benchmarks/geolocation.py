"""Where the pixels of a raw image look, against a loop of SINCPT over the same nodes.

The synthetic sample's line camera as a scanner of 5000 samples and 50000 lines, and its framing
camera, LT+S, one core, turn about. To choose its nodes, a scan is looked at in every line, at both
ends and in the middle; the loop is timed for some nodes and reckoned for as many rays.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import spiceypy
from numpy.typing import NDArray

from benchmarks.footprints import OBSERVATION, SAMPLE
from planetary_qgis.core.spice.images.geolocation import Geolocation, geolocate
from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.spice.instruments.detectors import Detector, detector_of
from planetary_qgis.core.spice.instruments.instrument import instrument_of
from planetary_qgis.core.spice.kernels.kernel_sets import expand, summarise
from planetary_qgis.core.spice.observations import Observation
from planetary_qgis.core.spice.scene import naif_id, scene_of
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.times import parse_utc

REPEATS = 3
LOOPED = 2_000
_RAYS_A_LINE = 3
_MARGIN = np.timedelta64(60, "s")


def measure() -> None:
    """Print seconds an image, the ratio to the loop and the worst difference."""
    start = parse_utc(str(summarise([SAMPLE]).start)) + _MARGIN
    scanner = replace(OBSERVATION, instrument="SYNTH_LINE_CAM", imaging="line scan")
    scan = RawImage(samples=5000, lines=50_000, start=start, exposure_s=2e-3, line_s=2e-3)
    frame = RawImage(samples=1024, lines=1024, start=start, exposure_s=0.01)
    print(f"Geolocation of raw images, {OBSERVATION.abcorr}, one core:")
    _measure_one("scan 5000 × 50000", scanner, scan)
    _measure_one("frame 1024 × 1024", OBSERVATION, frame)


def _measure_one(title: str, observation: Observation, image: RawImage) -> None:
    ours, looped = [], []
    for _ in range(REPEATS):
        ours.append(_seconds(lambda: geolocate(observation, image)))
        found = geolocate(observation, image)
        looped.append(_seconds(lambda nodes=found: _sincpt_loop(observation, image, nodes)))
    nodes, whole, ray = found.lon_e.size, float(np.median(ours)), float(np.median(looped)) / LOOPED
    rays = nodes + (_RAYS_A_LINE * (image.lines + 1) if image.is_scan else 0)
    print(f"  {title}: {whole:.3f} s, {nodes} nodes, within {found.error_pixels:.3f} pixels")
    print(f"    a spiceypy.sincpt loop over as many rays {ray * rays:9.1f} s")
    print(f"    times faster                             {ray * rays / whole:9.1f}")
    every_s = ray * image.samples * image.lines
    print(f"    the loop over every pixel                {every_s:9.0f} s")
    worst_m = _worst_m(observation, image, found)
    print(f"    worst difference to sincpt               {worst_m:9.4f} m")


def _seconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _worst_m(observation: Observation, image: RawImage, found: Geolocation) -> float:
    rows, columns = _picked(found)
    truth = _sincpt_loop(observation, image, found)
    return float(np.linalg.norm(found.points[rows, columns] - truth, axis=1).max() * 1000.0)


def _sincpt_loop(
    observation: Observation, image: RawImage, found: Geolocation
) -> NDArray[np.float64]:
    """(n, 3) km of some nodes, one by one."""
    rows, columns = _picked(found)
    with furnished(expand([SAMPLE])):
        scene = scene_of(observation.target, observation.observer, observation.abcorr)
        detector = _detector(observation, image)
        start = spiceypy.str2et(str(image.start))
        seconds = np.full(len(rows), image.exposure_s / 2.0)
        lines = image.detector_lines(found.line[rows])
        if image.is_scan:
            seconds = image.seconds_of_rows(found.line[rows])
            lines = np.full(len(rows), detector.scan_line)
        rays = detector.directions(image.detector_samples(found.pixel[columns]), lines)
        return np.array(
            [
                spiceypy.sincpt(
                    "ELLIPSOID", scene.target_name, start + s, scene.body_fixed_frame,
                    scene.abcorr, scene.observer_name, detector.frame, ray,
                )[0]
                for s, ray in zip(seconds, rays)
            ]
        )  # fmt: skip


def _detector(observation: Observation, image: RawImage) -> Detector:
    instrument = instrument_of(naif_id(observation.instrument, "instrument"))
    return detector_of(instrument, image.samples, 1.0 if image.is_scan else image.lines)


def _picked(found: Geolocation) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of some nodes."""
    picked = np.random.default_rng(7).integers(0, found.lon_e.size, LOOPED)
    rows, columns = np.unravel_index(picked, found.lon_e.shape)
    return rows, columns
