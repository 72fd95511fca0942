"""A new map's file gets its name whole or not at all, and never another file's."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.new_map_file import check_place, file_name, put_in_place

REPOSITORY = Path(__file__).resolve().parents[3]
_KILLED_WHILE_NAMING = """
import os, signal, sys
from pathlib import Path
from planetary_qgis.core.mapping import new_map_file
new_map_file.os.link = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
new_map_file.put_in_place(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A SQLite file whose last row is still in its write-ahead log."""
    path = tmp_path / "scratch" / "map.gpkg"
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (word TEXT)")
        connection.execute("INSERT INTO t VALUES ('first')")
    connection.close()
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Kärten ∅"
    made.mkdir()
    return made


def words_in(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    found = [row[0] for row in connection.execute("SELECT word FROM t")]
    connection.close()
    return found


def test_what_is_still_in_a_journal_is_copied_too(made, folder):
    writing = sqlite3.connect(made)
    writing.execute("PRAGMA journal_mode = WAL")
    writing.execute("INSERT INTO t VALUES ('second')")
    writing.commit()
    put_in_place(made, folder / "map.gpkg")
    writing.close()
    assert words_in(folder / "map.gpkg") == ["first", "second"]
    assert os.listdir(folder) == ["map.gpkg"]


def test_a_file_that_is_there_stays_as_it_is(made, folder):
    (folder / "map.gpkg").write_text("mine")
    for refused in (
        lambda: put_in_place(made, folder / "map.gpkg"),
        lambda: check_place(folder / "map.gpkg"),
    ):
        with pytest.raises(PlanetaryError, match="already"):
            refused()
    assert (folder / "map.gpkg").read_text() == "mine"
    assert os.listdir(folder) == ["map.gpkg"]


def test_a_link_to_nowhere_counts_as_a_file(made, folder):
    (folder / "map.gpkg").symlink_to(folder / "gone")
    with pytest.raises(PlanetaryError, match="already"):
        check_place(folder / "map.gpkg")
    with pytest.raises(PlanetaryError, match="already"):
        put_in_place(made, folder / "map.gpkg")


def test_file_systems_without_links_will_do(made, folder, monkeypatch):
    def no_links(*_):
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", no_links)
    put_in_place(made, folder / "map.gpkg")
    assert words_in(folder / "map.gpkg") == ["first"]
    with pytest.raises(PlanetaryError, match="already"):
        put_in_place(made, folder / "map.gpkg")


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_killed_at_the_last_moment_there_is_no_map_and_the_next_attempt_works(made, folder):
    path = folder / "map.gpkg"
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_WHILE_NAMING, str(made), str(path)],
        check=False,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    assert done.returncode == -9
    assert not path.exists()
    check_place(path)
    put_in_place(made, path)
    assert words_in(path) == ["first"]
    assert os.listdir(folder) == ["map.gpkg"]


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of files")
def test_a_full_disk_leaves_nothing_behind(made, folder):
    import resource

    with sqlite3.connect(made) as connection:
        connection.execute("INSERT INTO t VALUES (?)", ("x" * 1_000_000,))
    connection.close()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(PlanetaryError, match="cannot be written"):
            put_in_place(made, folder / "map.gpkg")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert os.listdir(folder) == []


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PlanetaryError, match="nowhere"):
        check_place(tmp_path / "nowhere" / "map.gpkg")


def test_a_closed_folder_is_named(folder, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *_: False)  # who runs the tests may write everywhere
    with pytest.raises(PlanetaryError, match="cannot be written to"):
        check_place(folder / "map.gpkg")


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Jezero crater", "jezero_crater"),
        ("Čerňanský’s Map: 1:1 M", "cernanskys_map_1_1_m"),
        ("../../etc/passwd", "etc_passwd"),
        ("火星", "map"),
        ("CON", "con_map"),
        ("", "map"),
    ],
)
def test_titles_give_names_for_files(title, name):
    assert file_name(title) == name


@given(st.text(max_size=300))
def test_every_title_gives_a_plain_short_name(title):
    assert re.fullmatch(r"[a-z0-9][a-z0-9_]{0,63}", file_name(title))
