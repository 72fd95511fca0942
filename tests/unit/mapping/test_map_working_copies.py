"""Working copies of GeoPackages: all of their changes come true at once, or none."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages import working_copies
from planetary_qgis.core.geopackages.working_copies import working_copy

ROOT = Path(__file__).resolve().parents[3]
ROWS = 5_000

KILLED = """
import os, signal, sqlite3, sys, threading
from contextlib import closing
from pathlib import Path
from planetary_qgis.core.geopackages.working_copies import working_copy
path, wait = Path(sys.argv[1]), float(sys.argv[2])
with working_copy(path) as copy:
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("UPDATE t SET a = a || '-new'")
    threading.Timer(wait, os.kill, (os.getpid(), signal.SIGKILL)).start()
threading.Event().wait()
"""


@pytest.fixture
def path(tmp_path):
    made = tmp_path / "Kärte.gpkg"
    with closing(sqlite3.connect(made)) as connection, connection:
        connection.execute("CREATE TABLE t (a TEXT)")
        connection.executemany("INSERT INTO t VALUES (?)", [(f"{i:0500}",) for i in range(ROWS)])
    return made


def change(path, text="new"):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE t SET a = ?", (text,))


def grow(path):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO t SELECT a FROM t")


def fail(_path):
    raise ValueError("no")


def work(path, *steps):
    with working_copy(path) as copy:
        for step in steps:
            step(copy)


def values(path):
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {a for (a,) in connection.execute("SELECT a FROM t")}


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_it_takes_the_place_of_the_file_and_readers_go_on(path, mode):
    with closing(sqlite3.connect(path)) as reader:
        reader.execute(f"PRAGMA journal_mode = {mode}")
        assert reader.execute("SELECT count(*) FROM t").fetchone() == (ROWS,)
        with working_copy(path) as copy:
            change(copy)
            assert len(values(path)) == ROWS
        assert reader.execute("SELECT DISTINCT a FROM t").fetchall() == [("new",)]
    assert values(path) == {"new"}


def test_an_error_leaves_the_file_and_nothing_beside_it(path):
    before = path.read_bytes()
    with pytest.raises(ValueError, match="no"):
        work(path, change, fail)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_what_somebody_else_saves_meanwhile_is_not_overwritten(path):
    with pytest.raises(PlanetaryError, match="changed by somebody else"):
        work(path, change, lambda _copy: change(path, "theirs"))
    assert values(path) == {"theirs"}


def test_a_file_that_is_locked_is_refused_before_the_work(path, monkeypatch):
    monkeypatch.setattr(working_copies, "_BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(PlanetaryError, match="cannot be read or written"), working_copy(path):
            pytest.fail("the work was begun")


def test_a_full_disk_leaves_the_file(path, monkeypatch):
    with closing(sqlite3.connect(path)) as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    original = sqlite3.connect

    def small(where, *args, **options):
        connection = original(where, *args, **options)
        if Path(where) == path:
            connection.execute(f"PRAGMA max_page_count = {pages}")
        return connection

    monkeypatch.setattr(working_copies.sqlite3, "connect", small)
    with pytest.raises(PlanetaryError, match="cannot be read or written"):
        work(path, grow)
    assert len(values(path)) == ROWS


@pytest.mark.parametrize("wait", [0.0, 0.001, 0.004, 0.01, 0.03])
def test_killed_while_it_is_put_back_the_file_is_old_or_new(path, wait):
    before = values(path)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(wait)], cwd=ROOT, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    assert values(path) in (before, {f"{each}-new" for each in before})
