"""The way of footprints to the map, against computing them alone; and how QGIS fares meanwhile.

A task computes 100,000 footprints of the synthetic sample's camera into a GeoPackage; the styled
layer is added to the project and drawn once. Meanwhile a timer beats on the main thread: the
longest pause between two beats is how long the interface was blocked. An idle process beats beside
it: what that one misses, the machine was busy with something else.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

SIZES = (10_000, 100_000, 300_000)
TIMED = 100_000
_BEAT_MS = 5
_SIDE_PX = 800


def measure() -> None:
    """Print the ratio of times, the longest pause of the interface, and peaks of memory."""
    print(f"{TIMED} footprints to a styled layer on the map:")
    alone = _child("alone", TIMED)
    for size in SIZES:
        cost = _child("layer", size)
        peak = f"memory at most {cost['peak_mb']:.0f} MB"
        pauses = ", ".join(
            f"{what} {pause:.0f} ms ({busy:.0f} at work)"
            for what, (pause, busy) in cost["pauses"].items()
        )
        parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in cost["parts"].items())
        print(f"  {size:7} rows {cost['seconds']:7.1f} s ({parts})")
        print(f"          {peak}; interface blocked at most: {pauses}")
        print(f"          an idle process beside it missed {cost['idle_ms']:.0f} ms")
        if size == TIMED:
            print(f"    computing alone {alone['seconds']:7.1f} s")
            print(f"    ratio of times  {cost['seconds'] / alone['seconds']:7.2f}")
            print(f"    of CPU times    {cost['cpu_seconds'] / alone['cpu_seconds']:7.2f}")


def _child(what: str, size: int) -> dict:
    """What a process of its own measured: memory peaks are a process's."""
    command = [sys.executable, "-m", "benchmarks.layers", what, str(size)]
    # S603: the command is this module's own.
    done = subprocess.run(command, check=True, capture_output=True)  # noqa: S603
    return json.loads(done.stdout.splitlines()[-1])


def _compute_alone(size: int) -> dict:
    from benchmarks.footprints import OBSERVATION, _times
    from planetary_qgis.core.spice.footprints import compute_footprints

    begin, cpu = time.perf_counter(), time.process_time()
    for _products in compute_footprints(OBSERVATION, _times(size)).chunks:
        pass
    return {
        "seconds": time.perf_counter() - begin,
        "cpu_seconds": time.process_time() - cpu,
        "peak_mb": _peak_mb(),
    }


def _compute_to_map(size: int) -> dict:
    from qgis.core import QgsApplication

    application = QgsApplication([], True)
    application.initQgis()
    # S603: the command is this module's own.
    idle = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.layers", "idle", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        found = _layer_on_map(Path(folder) / "footprints.gpkg", size)
    said, _ = idle.communicate()
    return {**found, **json.loads(said.splitlines()[-1])}


def _idle(_size: int) -> dict:
    """The longest pause of a process that does nothing but beat, until its input ends."""
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    longest, last = 0.0, time.perf_counter()
    while not ended.wait(_BEAT_MS / 1000.0):
        now = time.perf_counter()
        longest, last = max(longest, now - last), now
    return {"idle_ms": 1000.0 * longest}


def _layer_on_map(path: Path, size: int) -> dict:
    from qgis.core import QgsProject
    from qgis.gui import QgsMapCanvas
    from qgis.PyQt.QtCore import QEventLoop

    from benchmarks.footprints import OBSERVATION, _times
    from planetary_qgis.gui import work  # as the docks do, so that libraries are loaded by then
    from planetary_qgis.gui.results import MapResults
    from planetary_qgis.qgis_bridge import store
    from planetary_qgis.qgis_bridge.tasks import run_in_task

    times = _times(size)
    canvas = QgsMapCanvas()
    canvas.resize(_SIDE_PX, _SIDE_PX)
    canvas.show()
    results = MapResults(QgsProject.instance(), canvas, canvas.setCurrentLayer)
    loop, beats = QEventLoop(), Heartbeat()
    errors: list[object] = []

    def compute(feedback: object) -> work.Written:
        from planetary_qgis.core.spice.footprints import compute_footprints

        answer = compute_footprints(OBSERVATION, times)
        rows = store.write_table(path, "footprints", answer, feedback=feedback, title="Footprints")
        return work.Written(path, "footprints", rows, ())

    def show(written: work.Written) -> None:
        beats.say("showing")
        layer = store.open_table(written.path, written.table)
        results.show(layer)
        canvas.setLayers([layer])
        canvas.setExtent(layer.extent())
        beats.say("drawing")
        canvas.mapCanvasRefreshed.connect(loop.quit)
        canvas.refresh()

    def fail(error: object) -> None:
        errors.append(error)
        loop.quit()

    begin, cpu = time.perf_counter(), time.process_time()
    beats.start()
    task = run_in_task("footprints", compute, on_done=show, on_error=fail)
    loop.exec()
    seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu
    del task
    if errors:
        raise SystemExit(str(errors[0]))
    pauses = beats.stop()
    QgsProject.instance().clear()
    return {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "parts": beats.seconds,
        "pauses": pauses,
        "peak_mb": _peak_mb(),
    }


class Heartbeat:
    """Beats on the main thread, and remembers its longest pauses and what went on then."""

    def __init__(self) -> None:
        from qgis.PyQt.QtCore import QTimer

        self._timer = QTimer()
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._last = self._busy = self._since = 0.0
        self._doing = self._begun_with = "computing"
        self._pauses: dict[str, tuple[float, float]] = {}
        self.seconds: dict[str, float] = {}

    def start(self) -> None:
        self._last = self._since = time.perf_counter()
        self._busy = time.thread_time()
        self._timer.start()

    def say(self, doing: str) -> None:
        """What goes on from now on; what went on before is timed."""
        now = time.perf_counter()
        self.seconds[self._doing] = now - self._since
        self._doing, self._since = doing, now

    def stop(self) -> dict[str, tuple[float, float]]:
        """The longest pause while each thing went on, and how much of it this thread worked, ms."""
        self._timer.stop()
        self.say("")
        return self._pauses

    def _beat(self) -> None:
        now, busy = time.perf_counter(), time.thread_time()
        pause = 1000.0 * (now - self._last), 1000.0 * (busy - self._busy)
        # A pause belongs to what went on when it began: one beat covers all of “showing”.
        doing = "showing" if "showing" in self.seconds and self._begun_with == "computing" else ""
        doing = doing or self._begun_with
        self._pauses[doing] = max(self._pauses.get(doing, (0.0, 0.0)), pause)
        self._last, self._busy, self._begun_with = now, busy, self._doing


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    chosen = {"alone": _compute_alone, "layer": _compute_to_map, "idle": _idle}[sys.argv[1]]
    sys.stdout.write("\n" + json.dumps(chosen(int(sys.argv[2]))) + "\n")
    sys.stdout.flush()
    # Canvas and application would be taken apart in an order of Python's, which can crash Qt.
    os._exit(0)
