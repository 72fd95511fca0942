"""The catalogue joined with what is on disk."""

from __future__ import annotations

import subprocess
import sys

import pytest

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.catalog import Dataset, Served
from planetary_qgis.core.archives.sources import Imported, Source, grouped, sources_of


def dataset(key: str, *, url: str = "https://example.org/index.lbl", body: str = "MARS") -> Dataset:
    return Dataset(
        key=key,
        title=f"Title of {key}",
        archive="Archive",
        mission="MISSION",
        instrument="CAM",
        verified="Seen.",
        body=body,
        label_url=url,
    )


SERVED = Served(
    key="ode.mars.x",
    title="Served",
    archive="ODE",
    mission="MISSION",
    instrument="CAM",
    body="MARS",
    service="ode",
    url="https://example.org/live2",
    verified="Seen.",
    ranges=("incidence_angle",),
)


def test_an_index_is_imported_cached_or_remote_and_only_the_first_is_searchable():
    known = [dataset("a.imported"), dataset("a.cached"), dataset("a.remote")]
    tables = [Imported("a.imported cumindex", 7, "a.imported", ranges=("phase_angle",))]
    imported, cached, remote = sources_of(known, [], tables, {"a.cached": "2 MB"})
    assert (imported.state, imported.rows, imported.searchable) == ("imported", 7, True)
    assert imported.key == "a.imported"
    assert imported.table == "a.imported cumindex"
    assert imported.ranges == ("phase_angle",)
    assert (cached.state, cached.note, cached.searchable) == ("cached", "2 MB", False)
    assert (remote.state, remote.note, remote.searchable) == ("remote", "", False)


def test_several_tables_of_an_index_are_told_apart():
    tables = [Imported("a one", 1, "a.b"), Imported("a two", 2, "a.b")]
    first, second = sources_of([dataset("a.b")], [], tables)
    assert first.key == "a.b"
    assert second.key not in ("", "a.b")
    assert "a one" in first.title
    assert "a two" in second.title
    assert second.searchable


def test_tables_that_the_catalogue_does_not_know_are_there_too():
    tables = [Imported("craters", 3, body="MOON"), Imported("gone", 4, "no.longer.known")]
    first, second = sources_of([dataset("a.b")], [], tables)[1:]
    assert (first.kind, first.title, first.body) == ("imported", "craters", "MOON")
    assert second.kind == "imported"
    assert second.table == "gone"
    assert first.key != second.key


def test_what_can_be_neither_searched_nor_fetched_is_left_out():
    hidden = dataset("a.b", url="")
    assert sources_of([hidden], []) == []
    assert len(sources_of([hidden], [], [Imported("t", 1, "a.b")])) == 1
    assert len(sources_of([hidden], [], [], {"a.b": "here"})) == 1


def test_a_service_is_always_searchable():
    (source,) = sources_of([], [SERVED])
    assert source.kind == "service"
    assert source.state == "remote"
    assert source.searchable
    assert source.ranges == ("incidence_angle",)


def test_groups_come_in_the_order_in_which_one_looks_for_them():
    made = [
        Source("several", "index", "S", body="", mission="M", instrument="I"),
        Source("voyager 10", "index", "S", body="JUPITER", mission="Voyager 10", instrument="I"),
        Source("voyager 2", "index", "S", body="JUPITER", mission="Voyager 2", instrument="I"),
        Source("moon", "index", "S", body="MOON", mission="M", instrument="I"),
        Source("mars", "index", "S", body="MARS", mission="M", instrument="I"),
        Source("own", "imported", "S", body="MARS"),
        Source("elsewhere", "index", "S", body="BENNU", mission="M", instrument="I"),
    ]
    tree = grouped(made)
    assert list(tree) == ["MOON", "MARS", "JUPITER", "BENNU", ""]
    assert list(tree["JUPITER"]) == ["Voyager 2", "Voyager 10"]
    assert list(tree["MARS"]) == ["M", ""]
    assert tree["MARS"][""][""][0].key == "own"


def test_names_that_differ_by_case_alone_are_one_group():
    made = [
        Source("a", "index", "A", body="MARS", mission="Viking", instrument="VIS"),
        Source("b", "service", "B", body="MARS", mission="VIKING", instrument="Vis"),
    ]
    (missions,) = grouped(made).values()
    (instruments,) = missions.values()
    ((first, second),) = instruments.values()
    assert {first.key, second.key} == {"a", "b"}


def test_every_source_of_the_catalogue_is_in_one_group_and_keys_are_unique():
    sources = sources_of(catalog.datasets(), catalog.services())
    found = [
        source
        for missions in grouped(sources).values()
        for instruments in missions.values()
        for members in instruments.values()
        for source in members
    ]
    assert sorted(source.key for source in found) == sorted(source.key for source in sources)
    assert len({source.key for source in sources}) == len(sources) > 20


@pytest.mark.parametrize("library", ["pandas", "shapely", "spiceypy"])
def test_listing_sources_loads_no_slow_library(library):
    code = f"import sys, planetary_qgis.core.archives.sources; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
