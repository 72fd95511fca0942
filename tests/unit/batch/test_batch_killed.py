"""Nothing finished is lost: runs that are killed, workers that die, disks that are full."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from batch_kit import RUN, command, rows_of, start

SLOW = (*RUN[:-1], "20", "--chunk", "5")
"""181 footprints in 37 chunks."""


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The rows of a run that nothing disturbed."""
    path = tmp_path_factory.mktemp("undisturbed") / "run.gpkg"
    command(*SLOW, "--out", path)
    return rows_of(path)


def record_in(path: Path) -> dict:
    """What a GeoPackage says of its run; nothing where there is none."""
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path, timeout=30)) as file:
        found = file.execute(
            "SELECT metadata FROM gpkg_metadata WHERE mime_type = 'application/json'"
        ).fetchone()
        return json.loads(found[0]) if found else {}
    return {}


def assert_sound(path: Path) -> None:
    """Table, R-tree, counts, triggers and record agree, and SQLite finds no damage."""
    record = record_in(path)
    rows = rows_of(path)
    assert len(rows) == record["rows"]
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        found = file.execute(
            "SELECT feature_count, (SELECT count(*) FROM rtree_footprints_geom), "
            "(SELECT count(*) FROM sqlite_master WHERE type = 'trigger') FROM gpkg_ogr_contents"
        ).fetchone()
    assert found == (len(rows), sum(row[1] is not None for row in rows), 8)


def has_chunks(path: Path, count: int) -> Callable[[], bool]:
    return lambda: path.exists() and record_in(path).get("chunks", 0) >= count


def wait_until(process, holds) -> None:
    while not holds():
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)


def test_a_killed_command_goes_on_where_it_ended(tmp_path, undisturbed):
    """Killed at the very beginning, and at moments that nobody chose, within chunks or between."""
    path, chance = tmp_path / "run.gpkg", random.Random()  # noqa: S311
    for kill in range(3):
        process = start(*SLOW, "--out", path)
        wanted = 10 * kill + chance.randrange(8) if kill else 0
        wait_until(process, has_chunks(path, wanted))
        time.sleep(chance.random() * 0.03)
        process.kill()
        process.communicate()
        if wanted:
            assert_sound(path)
            assert rows_of(path) == undisturbed[: len(rows_of(path))]
        assert wanted <= record_in(path).get("chunks", 0) < 37
    told = command(*SLOW, "--out", path)
    assert "Going on after" in told
    assert_sound(path)
    assert rows_of(path) == undisturbed


def test_parquet_parts_survive_and_are_joined(tmp_path, undisturbed):
    pq = pytest.importorskip("pyarrow.parquet")
    path = tmp_path / "run.parquet"
    parts = tmp_path / "run.parquet.parts"
    process = start(*SLOW, "--out", path)
    wait_until(process, lambda: len(list(parts.glob("*.parquet"))) >= 10)
    process.kill()
    process.communicate()
    whole = sorted(parts.glob("part-*.parquet"))
    assert sum(len(pq.read_table(part)) for part in whole) >= 50
    assert not path.exists()
    before = {part: part.stat().st_mtime_ns for part in whole[:-1]}
    command(*SLOW, "--out", path, status=0)
    assert not parts.exists()
    assert pq.read_table(path)["product_id"].to_pylist() == [row[2] for row in undisturbed]
    assert before, "some were not computed again"


def test_an_interrupted_command_says_how_to_go_on(tmp_path, undisturbed):
    """Before, others read the file, which holds whole chunks alone, and another run is refused."""
    path = tmp_path / "run.gpkg"
    process = start(*SLOW, "--out", path)
    wait_until(process, has_chunks(path, 1))
    assert "Another run is writing" in command(*SLOW, "--out", path, status=2)
    counts = {len(rows_of(path)) % 5 for _ in range(20)}
    assert counts == {0}
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130, told
    assert "Interrupted. The same command goes on where this ended." in told
    assert_sound(path)
    command(*SLOW, "--out", path)
    assert rows_of(path) == undisturbed


def children_of(pid: int) -> list[int]:
    """Worker processes, by what they were started as."""
    psutil = pytest.importorskip("psutil")
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        with suppress(psutil.ZombieProcess, psutil.NoSuchProcess):
            if "spawn_main" in " ".join(child.cmdline()):
                found.append(child.pid)
    return found


def test_a_killed_worker_costs_no_rows_and_workers_end_with_their_command(tmp_path, undisturbed):
    psutil = pytest.importorskip("psutil")
    path = tmp_path / "run.gpkg"
    process = start(*SLOW, "--out", path, "--workers", "2")
    wait_until(process, has_chunks(path, 3))
    first = children_of(process.pid)
    os.kill(first[0], signal.SIGKILL)
    wait_until(process, lambda: set(children_of(process.pid)) - set(first))
    workers = children_of(process.pid)
    process.kill()
    told = process.communicate()[1]
    assert "Going on with new workers." in told
    until = time.monotonic() + 30
    while any(map(psutil.pid_exists, workers)):
        assert time.monotonic() < until, "workers live on without their command"
        time.sleep(0.05)
    assert_sound(path)
    command(*SLOW, "--out", path, "--workers", "1")
    assert rows_of(path) == undisturbed


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="no limits of file sizes here")
@pytest.mark.parametrize("name", ["run.gpkg", "run.parquet"])
def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path, undisturbed, name):
    path = tmp_path / name
    limit = 200_000 if name.endswith("gpkg") else 100_000
    arguments = (*SLOW, "--out", path)
    process = start(*arguments, preexec_fn=lambda: _limit_file_sizes(limit))
    told = process.communicate(timeout=120)[1]
    assert process.returncode == 1, told
    assert "not full" in told
    assert "The same command goes on where this ended." in told
    assert "Traceback" not in told
    if name.endswith("gpkg"):
        assert_sound(path)
        assert 0 < len(rows_of(path)) < 181
    else:
        assert not path.exists(), "parts fitted, joined they did not"
        assert len(list((tmp_path / "run.parquet.parts").glob("part-*.parquet"))) == 37
    command(*arguments)
    if name.endswith("gpkg"):
        assert rows_of(path) == undisturbed
    assert sorted(each.name for each in tmp_path.iterdir()) == [name]


def _limit_file_sizes(limit: int) -> None:
    """As where a disk is full: writing beyond fails, rather than ending the process."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
