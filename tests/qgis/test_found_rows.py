"""What was found, read piece by piece from its file."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qgis.core import QgsFeedback

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.products import SHARED_COLUMNS
from planetary_qgis.qgis_bridge import found_rows, store
from planetary_qgis.qgis_bridge.found_rows import FoundRows, rows_found

TABLE = 'index "1"'.replace('"', "'")


@pytest.fixture
def found(footprints, geopackage) -> FoundRows:
    """All products of the handful, in a table with a quote in its name."""
    store.write_table(geopackage, TABLE, footprints.answer())
    return rows_found(geopackage, TABLE)


@pytest.fixture
def numbers(tmp_path) -> FoundRows:
    """A plain table of 1,000 rows: a number that is often unknown, and a text."""
    path = tmp_path / "plain.gpkg"
    values = [(fid, None if fid % 7 == 0 else float((fid * 37) % 101)) for fid in range(1, 1001)]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (fid INTEGER PRIMARY KEY, geom BLOB, value REAL)")
        connection.executemany("INSERT INTO t VALUES (?, NULL, ?)", values)
    return rows_found(path, "t")


def test_every_row_is_found_without_a_filter(found, footprints):
    assert len(found) == len(footprints.ids)
    assert [name for (name,) in found.rows(found.ids, ["product_id"])] == list(footprints.ids)


def test_a_layers_filter_finds_what_the_layer_shows(found, geopackage):
    layer = store.open_table(geopackage, TABLE)
    assert layer.setSubsetString('"incidence_angle" > 15')
    some = rows_found(geopackage, TABLE, layer.subsetString())
    assert some.ids.tolist() == sorted(feature.id() for feature in layer.getFeatures())
    assert 0 < len(some) < len(found)


def test_columns_keep_their_order_and_kind(found, footprints):
    assert list(found.columns)[: len(SHARED_COLUMNS)] == list(SHARED_COLUMNS)
    assert {name: found.columns[name] for name in SHARED_COLUMNS} == SHARED_COLUMNS
    assert found.columns["Bahnhöhe"] == "real"
    assert found.columns["ORBIT"] == "integer"
    assert not {"fid", "geom"} & set(found.columns)


def test_rows_come_in_the_order_asked_for(found):
    asked = np.array([6, 1, 99, 3])
    columns = ["product_id", "ORBIT", "NOTE", "start_time", "incidence_angle"]
    assert found.rows(asked, columns) == [
        ("no time", 9_007_199_254_740_993, "∅", None, 60.0),
        ("equator", 1, "naïve", "2010-01-01T00:00:00.000Z", 10.0),
        (None, None, None, None, None),
        ("south pole", None, "a 'quote'", "2010-01-03T00:00:00.000Z", None),
    ]


def test_many_rows_are_read_in_pieces(numbers, monkeypatch):
    whole = numbers.rows(numbers.ids[::-1], ["value"])
    monkeypatch.setattr(found_rows, "_IDS_AT_ONCE", 7)
    assert numbers.rows(numbers.ids[::-1], ["value"]) == whole
    assert len(whole) == 1000


def test_geometry_is_the_one_that_was_stored(found, footprints):
    for row_id, shape in zip(found.ids.tolist(), footprints.shapes):
        geometry = found.geometry(row_id)
        assert geometry.isNull() == (shape is None)
        if shape is not None:
            assert shapely.from_wkb(bytes(geometry.asWkb())).equals(shape)


@pytest.mark.parametrize("listed", [0, 50_000])
@pytest.mark.parametrize("descending", [False, True])
def test_sorting_puts_what_is_unknown_last(numbers, monkeypatch, listed, descending):
    monkeypatch.setattr(found_rows, "_LISTED_AT_MOST", listed)
    some = FoundRows(numbers.path, "t", numbers.ids[::3])
    ids = some.sorted_ids("value", descending=descending)
    assert sorted(ids.tolist()) == some.ids.tolist()
    values = [value for (value,) in some.rows(ids, ["value"])]
    known = [value for value in values if value is not None]
    assert known == sorted(known, reverse=descending)
    assert values == known + [None] * (len(values) - len(known))
    assert None in values


@given(st.sets(st.integers(1, 1000)), st.booleans())
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_sorting_neither_loses_nor_invents_rows(numbers, wanted, descending):
    ids = np.array(sorted(wanted), dtype=np.int64)
    some = FoundRows(numbers.path, "t", ids)
    assert sorted(some.sorted_ids("value", descending=descending).tolist()) == ids.tolist()


def test_times_sort_by_time(found):
    ids = found.sorted_ids("start_time", descending=True)
    names = [name for (name,) in found.rows(ids, ["product_id"])]
    assert names == ["instant", "no geometry", "south pole", "antimeridian", "equator", "no time"]


def test_a_sort_can_be_cancelled(numbers, monkeypatch):
    monkeypatch.setattr(found_rows, "_STEPS_BETWEEN_LOOKS", 10)
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(PlanetaryError):
        numbers.sorted_ids("value", feedback=feedback)


def test_a_table_that_has_gone_is_said_so(found, geopackage):
    gone = FoundRows(found.path, TABLE, found.ids)
    store.remove_table(geopackage, TABLE)
    with pytest.raises(PlanetaryError, match="index '1'"):
        _ = gone.columns
    with pytest.raises(PlanetaryError, match=r"gpkg"):
        gone.rows(found.ids, ["product_id"])


def test_nothing_found_is_no_trouble(geopackage, found):
    nothing = rows_found(geopackage, TABLE, "fid < 0")
    assert len(nothing) == 0
    assert nothing.rows(nothing.ids, ["product_id"]) == []
    assert nothing.sorted_ids("product_id").tolist() == []
