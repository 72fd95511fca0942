"""A PDS3 index into a searchable GeoPackage, against ogr2ogr and the same rows as ready-made WKT.

ogr2ogr does less: it takes the shapes as they are, while ours turns corners in west-positive
planetographic degrees into valid polygons, adds the shared columns, and keeps style and metadata.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.generated_index import write_index
from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.geos import shapely

ROWS = 1_000_000
TABLE = "index"
_UNKNOWN = (b'"UNK                    "', b"-999.000")


@dataclass(frozen=True)
class Cost:
    """What a process took; where it says so itself, without its start."""

    seconds: float
    cpu_seconds: float
    peak_mb: float | None = None


def measure(rows: int = ROWS) -> None:
    """Print both rates, their ratio and the peaks of memory."""
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        label = write_index(Path(folder), rows)
        ours, theirs = Path(folder) / "ours.gpkg", Path(folder) / "theirs.gpkg"
        print(f"PDS3 index of {rows} rows and 30 columns to a searchable GeoPackage:")
        cost = _cost([sys.executable, "-m", "benchmarks.ingest", str(label), str(ours)])
        _print("planetary_qgis", rows, cost, ours)
        if shutil.which("ogr2ogr") is None:
            print("  ogr2ogr is not installed; it comes with GDAL (Debian: gdal-bin).")
            return
        _write_csv(label, label.with_suffix(".csv"))
        other = _cost(_ogr2ogr(label.with_suffix(".csv"), theirs))
        _print("ogr2ogr", rows, other, theirs)
        print(f"  ratio of times       {cost.seconds / other.seconds:10.2f}")
        print(f"  ratio of CPU times   {cost.cpu_seconds / other.cpu_seconds:10.2f}")


def ingest(label: Path, path: Path) -> int:
    """How many rows an index put into a fresh GeoPackage."""
    from planetary_qgis.qgis_bridge import store

    return store.write_table(path, TABLE, open_index(label))


def _print(who: str, rows: int, cost: Cost, path: Path) -> None:
    peak = "" if cost.peak_mb is None else f", memory at most {cost.peak_mb:.0f} MB"
    print(
        f"  {who:20} {rows / cost.seconds:10.0f} rows/s  ({cost.seconds:.1f} s, CPU"
        f" {cost.cpu_seconds:.1f} s{peak}, file {path.stat().st_size / 1e6:.0f} MB)"
    )


def _cost(command: list[str]) -> Cost:
    """What a command took, by its own account on its last line if it gives one."""
    begin = time.perf_counter()
    # S603: the commands are this module's own.
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        said = process.stdout.read() if process.stdout else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    own = json.loads(said) if said else {}
    return Cost(**own) if own else Cost(seconds, used.ru_utime + used.ru_stime)


def _ogr2ogr(csv: Path, path: Path) -> list[str]:
    reading = "-oo GEOM_POSSIBLE_NAMES=WKT -oo KEEP_GEOM_COLUMNS=NO -oo AUTODETECT_TYPE=YES"
    writing = f"-f GPKG -nln {TABLE} -nlt MULTIPOLYGON -a_srs IAU_2015:49900"
    return ["ogr2ogr", *writing.split(), *reading.split(), str(path), str(csv)]


def _write_csv(label: Path, path: Path) -> None:
    """The index's own columns, what is unknown left empty, and the shapes as WKT."""
    names = [
        line.split("=")[1].strip() for line in label.read_text().splitlines() if " NAME" in line
    ]
    with path.open("wb") as csv, label.with_suffix(".tab").open("rb") as table:
        csv.write(f"{','.join([*names, 'WKT'])}\n".encode())
        for chunk in open_index(label).chunks:
            for wkt, line in zip(shapely.to_wkt(chunk.geometry).tolist(), table):
                row = line.rstrip()
                for unknown in _UNKNOWN:
                    row = row.replace(unknown, b"")
                csv.write(row + (f',"{wkt}"\n' if wkt else ",\n").encode())


def _as_child(label: Path, path: Path) -> None:
    """Do it in a QGIS without windows, and tell what it took."""
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    from planetary_qgis.qgis_bridge import store  # noqa: F401 - QGIS has it loaded by then

    begin, cpu = time.perf_counter(), time.process_time()
    ingest(label, path)
    took = Cost(
        seconds=time.perf_counter() - begin,
        cpu_seconds=time.process_time() - cpu,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )
    sys.stdout.write(json.dumps(asdict(took)))
    application.exitQgis()


if __name__ == "__main__":
    _as_child(Path(sys.argv[1]), Path(sys.argv[2]))
