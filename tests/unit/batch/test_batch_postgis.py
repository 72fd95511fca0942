"""PostGIS output, in a real server."""

from __future__ import annotations

import time
from contextlib import closing

import pytest
from batch_kit import RUN, TABLE, command, rows_of, start

psycopg2 = pytest.importorskip("psycopg2")
shapely = pytest.importorskip("shapely")


def asked(address, sql):
    with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_rows_are_those_of_the_geopackage(database, tmp_path):
    command(*TABLE, "--out", database)
    command(*TABLE, "--out", tmp_path / "same.gpkg")
    sql = (
        "SELECT fid, ST_AsBinary(geom), product_id, center_lon_e, start_time::text FROM footprints"
    )
    found = asked(database, f"SET TIME ZONE 'UTC'; {sql} ORDER BY fid")
    for ours, stored in zip(found, rows_of(tmp_path / "same.gpkg"), strict=True):
        assert (ours[0], ours[2], ours[3]) == (stored[0], stored[2], stored[8])
        shape = None if ours[1] is None else bytes(ours[1])
        wkb = None if stored[1] is None else stored[1][40:]
        assert shape == wkb
        assert ours[4][:19] == stored[6][:19].replace("T", " ")


def test_the_table_is_one_that_gis_programs_know(database):
    command(*TABLE, "--out", database)
    ((name, srid, kind),) = asked(
        database,
        "SELECT auth_name || ':' || auth_srid, srid, type FROM geometry_columns "
        "JOIN spatial_ref_sys USING (srid) WHERE f_table_name = 'footprints'",
    )
    assert (name, srid, kind) == ("IAU_2015:49900", 49900, "MULTIPOLYGON")
    ((definition,),) = asked(
        database, "SELECT indexdef FROM pg_indexes WHERE indexdef LIKE '%gist%'"
    )
    assert "(geom)" in definition
    ((comment,),) = asked(database, "SELECT obj_description('footprints'::regclass)")
    assert "Kernels: synthetic.tls" in comment
    assert "Instrument: SYNTH_FRAME_CAM" in comment
    # PostGIS itself uses the definition that it was given.
    ((length,),) = asked(
        database,
        "SELECT ST_Length(geography(ST_SetSRID('LINESTRING(0 0, 1 0)'::geometry, 49900)))",
    )
    assert length == pytest.approx(59274.6975, abs=0.01)


def test_a_table_in_a_schema_of_its_own_and_odd_texts(database, tmp_path):
    table = tmp_path / "odd.csv"
    table.write_text(
        'product_id,start_time,note\nA,2019-09-01T01:00:00,"tab\there, \\N and\na line"\n'
        "B,2019-09-01T01:00:10,\n"
    )
    with closing(psycopg2.connect(database)) as connection, connection:
        connection.cursor().execute("CREATE SCHEMA mars")
    arguments = (*TABLE[:-1], table, "--out", database, "--layer", "mars.odd")
    command(*arguments)
    notes = asked(database, "SELECT note FROM mars.odd ORDER BY fid")
    assert notes == [("tab\there, \\N and\na line",), (None,)]
    assert "not made by this command" in command(
        *TABLE, "--out", database, "--layer", "mars.planetary_qgis_runs", status=2
    )


def test_one_run_at_a_time_and_a_killed_server_loses_no_chunk(postgres, database, tmp_path):
    command(*RUN, "--chunk", "5", "--out", tmp_path / "whole.gpkg")
    arguments = (*RUN, "--chunk", "5", "--out", database)
    process = start(*arguments)
    while not _chunks(database):
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    assert "Another run is writing" in command(*arguments, status=2)
    postgres.stop("immediate")
    told = process.communicate(timeout=60)[1]
    postgres.start()
    if process.returncode:
        assert process.returncode == 1
        assert "The same command goes on" in told
        assert 0 < _chunks(database) < 73
    command(*arguments)
    found = asked(database, "SELECT fid, product_id, center_lon_e FROM footprints ORDER BY fid")
    assert found == [(row[0], row[2], row[8]) for row in rows_of(tmp_path / "whole.gpkg")]


def test_a_database_without_postgis_or_server_is_told(postgres):
    assert "CREATE EXTENSION postgis" in command(
        *RUN, "--out", postgres.address("postgres"), status=2
    )
    told = command(*RUN, "--out", "postgresql://me:hidden@127.0.0.1:1/planets", status=2)
    assert "postgresql://127.0.0.1:1/planets cannot be read or written" in told
    assert "hidden" not in told


def _chunks(address) -> int:
    try:
        return asked(address, "SELECT (record::json->>'chunks')::int FROM planetary_qgis_runs")[0][
            0
        ]
    except (psycopg2.errors.UndefinedTable, IndexError):
        return 0
