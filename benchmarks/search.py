"""The first hundred rows of a search by map extent and three ranges, against DuckDB on Parquet.

DuckDB compares bounds alone; ours also decides by the shapes, so that a footprint over the
antimeridian is not found in between. Both answer a query that they have answered before.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from qgis.core import QgsApplication

from benchmarks.generated_index import write_index
from benchmarks.ingest import ROWS, TABLE, ingest
from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.query import Query, Range

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_WANTED = 100
_REPEATS = 15
_EXTENTS = {
    "a region, 60 x 40 degrees": (20.0, -10.0, 80.0, 30.0),
    "a crater, 4 x 4 degrees": (136.0, -6.0, 140.0, -2.0),
    "all of the map": (-180.0, -90.0, 180.0, 90.0),
}
_RANGES = {
    "incidence_angle": Range(40.0, 70.0),
    "emission_angle": Range(None, 5.0),
    "resolution": Range(5.0, 6.0),
}


def measure(rows: int = ROWS) -> None:
    """Print how many milliseconds each takes to its first rows."""
    application = QgsApplication([], False)
    application.initQgis()
    with tempfile.TemporaryDirectory(prefix="planetary_qgis_") as folder:
        label, store = write_index(Path(folder), rows), Path(folder) / "store.gpkg"
        ingest(label, store)
        duck = _duck(label, Path(folder) / "rows.parquet")
        print(f"Search by extent and three ranges over {rows} rows, to the first {_WANTED} rows:")
        for name, extent in _EXTENTS.items():
            found = _first_rows(store, extent)
            ours = _milliseconds(lambda where=extent: _first_rows(store, where))
            print(f"  {name:28} planetary_qgis {ours:8.1f} ms  ({len(found)} rows)", end="")
            if duck is not None:
                theirs = _milliseconds(lambda where=extent: _first_rows_of_duck(duck, where))
                print(f"  DuckDB {theirs:8.1f} ms  ratio {ours / theirs:6.2f}", end="")
            print()
    application.exitQgis()


def _first_rows(path: Path, extent: tuple[float, ...]) -> list[tuple[Any, ...]]:
    """All attributes of the first rows that answer, as the results' table shows them."""
    from planetary_qgis.qgis_bridge.found_rows import FoundRows
    from planetary_qgis.qgis_bridge.search import found_ids

    found, some = 0, []
    for ids in found_ids(path, TABLE, Query(area=shapely.box(*extent).wkt, ranges=_RANGES)):
        some.append(ids)
        found += len(ids)
        if found >= _WANTED:
            break
    if not found:
        return []
    first = np.concatenate(some)[:_WANTED]
    shown = FoundRows(path, TABLE, first)
    return shown.rows(first, list(shown.columns))


def _duck(label: Path, parquet: Path) -> DuckDBPyConnection | None:
    """DuckDB with the same rows and their bounds in Parquet; None where it is not installed."""
    try:
        import duckdb
    except ImportError:
        print("DuckDB is not installed, so there is no comparison: .venv/bin/pip install duckdb")
        return None
    connection = duckdb.connect()
    for number, chunk in enumerate(open_index(label).chunks):
        frame = chunk.table.drop(columns=["LOCAL_TIME_INDEX"], errors="ignore")
        bounds = shapely.bounds(chunk.geometry)
        frame[["min_x", "min_y", "max_x", "max_y"]] = bounds
        connection.register("frame", frame)
        create = "INSERT INTO rows" if number else "CREATE TABLE rows AS"
        connection.execute(" ".join((create, "SELECT * FROM frame")))
        connection.unregister("frame")
    connection.execute(f"COPY rows TO '{parquet}' (FORMAT parquet)")
    connection.execute("DROP TABLE rows")
    connection.read_parquet(str(parquet)).create_view("rows")
    return connection


def _first_rows_of_duck(
    connection: DuckDBPyConnection, extent: tuple[float, ...]
) -> list[tuple[Any, ...]]:
    west, south, east, north = extent
    conditions = ["max_x >= ?", "min_x <= ?", "max_y >= ?", "min_y <= ?"]
    values = [west, east, south, north]
    for name, asked in _RANGES.items():
        for end, sign in ((asked.low, ">="), (asked.high, "<=")):
            if end is not None:
                conditions.append(f"{name} {sign} ?")
                values.append(end)
    where = " AND ".join(conditions)
    return connection.execute(
        " ".join(("SELECT * FROM rows WHERE", where, "LIMIT", str(_WANTED))), values
    ).fetchall()


def _milliseconds(work: Callable[[], object]) -> float:
    """The median of some runs."""
    took = []
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return 1000.0 * statistics.median(took)
