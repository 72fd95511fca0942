"""planetarypy's cache is found as planetarypy 0.84.2 lays it out, and left as it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planetary_qgis.core.archives.cache import label_on_disk
from planetary_qgis.core.archives.catalog import find
from planetary_qgis.core.archives.neighbours import planetarypy_index, planetarypy_storage


@pytest.fixture
def home(tmp_path: Path, monkeypatch) -> Path:
    """A home that planetarypy has not seen yet."""
    home = tmp_path / "hömé"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.delenv("PLANETARYPY_CONFIG", raising=False)
    return home


def put_index(storage: Path, folder: str, *names: str) -> Path:
    there = storage / folder
    there.mkdir(parents=True)
    for number, name in enumerate(names):
        (there / name).write_text(name)
        os.utime(there / name, (number, number))
    return there


def test_the_default_storage_is_looked_at(home):
    there = put_index(
        home / "planetarypy_data", "mro/ctx/indexes/edr", "cumindex.lbl", "cumindex.tab"
    )
    assert planetarypy_index("mro.ctx.edr") == there / "cumindex.lbl"
    assert planetarypy_index("mro.hirise.edr") is None


@pytest.mark.parametrize("by_variable", [True, False])
def test_the_configured_storage_is_looked_at(home, tmp_path, monkeypatch, by_variable):
    storage = tmp_path / "data ∅"
    there = put_index(storage, "mgs/moc/indexes/edr", "CUMINDEX.LBL", "CUMINDEX.TAB")
    config = tmp_path / "elsewhere.toml" if by_variable else home / ".planetarypy_config.toml"
    said = f"# PlanetaryPy Configuration\n\nstorage_root = '{storage}'\nmax_table_rows = 4\n"
    config.write_text(said, encoding="utf-8")
    if by_variable:
        monkeypatch.setenv("PLANETARYPY_CONFIG", str(config))
    assert planetarypy_index("mgs.moc.edr") == there / "CUMINDEX.LBL"


def test_without_planetarypy_there_is_nothing_and_nothing_is_made(home):
    assert planetarypy_storage() is None
    assert planetarypy_index("mro.ctx.edr") is None
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("said", ["storage_root = ", "storage_root = 5", "\udcff", ""])
def test_a_strange_configuration_does_no_harm(home, said):
    config = home / ".planetarypy_config.toml"
    config.write_bytes(said.encode("utf-8", "surrogateescape"))
    assert planetarypy_index("mro.ctx.edr") is None


@pytest.mark.parametrize("names", [("cumindex.lbl",), ("cumindex.parq", "cumindex.tab"), ()])
def test_a_label_without_its_table_is_none(home, names):
    put_index(home / "planetarypy_data", "mro/ctx/indexes/edr", *names)
    assert planetarypy_index("mro.ctx.edr") is None


def test_of_several_volumes_the_newest_counts(home):
    there = put_index(
        home / "planetarypy_data",
        "lro/lroc/indexes/edr",
        "LROLRC_0060.LBL",
        "LROLRC_0060.TAB",
        "LROLRC_0061C.LBL",
        "LROLRC_0061C.TAB",
    )
    assert planetarypy_index("lro.lroc.edr") == there / "LROLRC_0061C.LBL"


@pytest.mark.parametrize(
    "key", ["", "mro", "mro.ctx", "mro.ctx.edr.x", "../../.x", "mro/../..", "..", ".ctx.edr"]
)
def test_other_keys_have_no_folder(home, key):
    put_index(home / "planetarypy_data", "mro/ctx/indexes/edr", "cumindex.lbl", "cumindex.tab")
    assert planetarypy_index(key) is None


def test_the_neighbour_is_asked_only_where_the_cache_has_nothing(home, tmp_path):
    assert label_on_disk(find("mro.ctx.edr"), tmp_path / "cache") is None
    there = put_index(
        home / "planetarypy_data", "mro/ctx/indexes/edr", "cumindex.lbl", "cumindex.tab"
    )
    before = sorted((f.name, f.stat().st_mtime_ns) for f in there.iterdir())
    assert label_on_disk(find("mro.ctx.edr"), tmp_path / "cache") == there / "cumindex.lbl"
    assert sorted((f.name, f.stat().st_mtime_ns) for f in there.iterdir()) == before
    assert not (tmp_path / "cache").exists()
