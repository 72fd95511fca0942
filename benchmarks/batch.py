"""Batch runs: what a second worker brings, what writing costs, and memory, which stays flat.

The synthetic sample's framing camera, chunks of 5,000. Starting workers counts.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr
from pathlib import Path

import numpy as np

from benchmarks.footprints import OBSERVATION, SAMPLE
from planetary_qgis.batch import main
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import times_of_run
from planetary_qgis.core.times import parse_utc

START, STOP = "2019-09-01T00:30:00", "2019-09-02T23:30:00"
SPAN_S = 169_200.0
FOOTPRINTS = 40_000
FEW, MANY = 10_000, 100_000
REPEATS = 3
_RUN = """
import resource, sys
from planetary_qgis.batch import main
status = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(status)
"""


def measure() -> None:
    """Print the ratios and the peaks."""
    works = {
        "alone": lambda: _computing_s(FOOTPRINTS),
        "GeoPackage": lambda: _run_s(FOOTPRINTS, "run.gpkg"),
        "GeoParquet": lambda: _run_s(FOOTPRINTS, "run.parquet"),
        "one": lambda: _run_s(FOOTPRINTS, "run.gpkg", "--workers", "1"),
        "two": lambda: _run_s(FOOTPRINTS, "run.gpkg", "--workers", "2"),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(REPEATS):  # turn about, so that all meet the same machine
        for name, work in works.items():
            seconds[name].append(work())
    took = {name: float(np.median(each)) for name, each in seconds.items()}
    print(f"Batch runs of {FOOTPRINTS} footprints:")
    for name in ("GeoPackage", "GeoParquet"):
        print(f"  {name} against computing alone  {took[name] / took['alone']:6.2f} times as long")
    print(f"  two workers against one             {took['one'] / took['two']:6.2f} times as fast")
    for count in (FEW, MANY):
        print(f"  peak memory of {count:7d} footprints  {_peak_mb(count):6.0f} MB")


def _computing_s(count: int) -> float:
    """Seconds for the same footprints, thrown away."""
    times = times_of_run(parse_utc(START), parse_utc(STOP), _step_s(count))
    begin = time.perf_counter()
    for _ in compute_footprints(OBSERVATION, times).chunks:
        pass
    return time.perf_counter() - begin


def _run_s(count: int, name: str, *options: str) -> float:
    with tempfile.TemporaryDirectory() as folder, redirect_stderr(io.StringIO()):
        begin = time.perf_counter()
        status = main([*_arguments(count, Path(folder) / name), *options])
        took = time.perf_counter() - begin
    assert status == 0
    return took


def _peak_mb(count: int) -> float:
    """Of a process that computes so many footprints into a GeoPackage."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-c", _RUN, *_arguments(count, Path(folder) / "run.gpkg")],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            check=True,
        )
    return int(done.stdout.split()[-1]) / 1024.0


def _step_s(count: int) -> float:
    return SPAN_S / (count - 0.5)


def _arguments(count: int, out: Path) -> list[str]:
    arguments = [
        "footprints", "--kernels", SAMPLE, "--target", OBSERVATION.target,
        "--observer", OBSERVATION.observer, "--instrument", OBSERVATION.instrument,
        "--imaging", "frame", "--start", START, "--stop", STOP,
        "--step", _step_s(count), "--out", out,
    ]  # fmt: skip
    return [str(argument) for argument in arguments]
