"""What batch tests share: the command on the sample, as a process of its own, and its rows."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
from contextlib import closing, redirect_stderr, redirect_stdout
from pathlib import Path

from planetary_qgis.batch import main
from planetary_qgis.core.spice.observations import Observation

REPOSITORY = Path(__file__).resolve().parents[3]
SAMPLE = REPOSITORY / "planetary_qgis" / "resources" / "sample"
KERNELS = SAMPLE / "synthetic.tm"
OBSERVATION = Observation((KERNELS,), "MARS", "SYNTHETIC_ORBITER", "SYNTH_FRAME_CAM")
FRAMES = (
    "footprints", "--kernels", str(KERNELS), "--target", "MARS",
    "--observer", "SYNTHETIC_ORBITER", "--instrument", "SYNTH_FRAME_CAM",
)  # fmt: skip
RUN = (*FRAMES, "--start", "2019-09-01T01:00:00", "--stop", "2019-09-01T02:00:00", "--step", "10")
"""361 footprints."""
TABLE = (*FRAMES, "--times", str(SAMPLE / "times_frame.csv"))
"""140 products."""


def environment(**more: str) -> dict[str, str]:
    """The test's own, with the package where any working folder finds it."""
    return {**os.environ, "PYTHONPATH": str(REPOSITORY), **more}


def start(*arguments: object, **options) -> subprocess.Popen[str]:
    """The command as a process of its own, which may be killed."""
    return subprocess.Popen(
        [sys.executable, "-m", "planetary_qgis.batch", *map(str, arguments)],
        **{"env": environment(), **options},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def command(*arguments: object, status: int = 0) -> str:
    """What the command tells, run in this process; fails where it ends with another status."""
    told = io.StringIO()
    with redirect_stdout(told), redirect_stderr(told):
        ended = main([str(each) for each in arguments])
    assert ended == status, told.getvalue()
    return told.getvalue()


def rows_of(path: Path, table: str = "footprints") -> list[tuple]:
    """All rows of a GeoPackage's table, ids and geometries as they are stored."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(" ".join(("SELECT * FROM", table, "ORDER BY fid"))).fetchall()
