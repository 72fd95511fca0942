"""Runs on a Dask cluster that the test starts as processes, and kills."""

from __future__ import annotations

import pytest
from batch_kit import OBSERVATION, RUN, command, environment, rows_of, start
from test_batch_killed import SLOW, assert_sound, has_chunks, wait_until

from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import times_of_run
from planetary_qgis.core.times import parse_utc

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")


def test_neither_a_killed_worker_nor_a_lost_scheduler_costs_a_chunk(cluster, tmp_path):
    command(*SLOW, "--out", tmp_path / "here.gpkg")
    path = tmp_path / "there.gpkg"
    arguments = (*SLOW, "--out", path, "--scheduler", cluster.address)
    process = start(*arguments, env=environment(DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="3s"))
    wait_until(process, has_chunks(path, 2))
    cluster.workers[0].kill()
    wait_until(process, has_chunks(path, 8))
    cluster.scheduler.kill()
    cluster.scheduler.wait()
    told = process.communicate(timeout=150)[1]
    assert process.returncode == 1, told
    assert "threads of the Dask cluster" in told
    assert "The same command goes on where this ended." in told
    assert "Traceback" not in told
    assert_sound(path)
    command(*SLOW, "--out", path)  # without a cluster: who computes does not matter
    assert rows_of(path) == rows_of(tmp_path / "here.gpkg")


def test_the_core_takes_dask_s_executor():
    ends = parse_utc("2019-09-01T01:00:00"), parse_utc("2019-09-01T01:10:00")
    times = times_of_run(*ends, 10.0)
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as local,
        distributed.Client(local, set_as_default=False) as client,
    ):
        executor = client.get_executor(pure=False)
        answer = compute_footprints(OBSERVATION, times, chunk_rows=20, executor=executor)
        there = [chunk.table for chunk in answer.chunks]
    here = [chunk.table for chunk in compute_footprints(OBSERVATION, times, chunk_rows=20).chunks]
    assert len(here) == len(there) == 4
    assert all(one.equals(other) for one, other in zip(here, there))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x"])
def test_nobody_at_the_address_is_told(tmp_path, address):
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        told = command(*RUN, "--out", tmp_path / "x.gpkg", "--scheduler", address, status=1)
    assert f"No Dask scheduler answers at {address}" in told


def test_a_cluster_without_workers_is_told(tmp_path):
    with (
        distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as empty,
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
    ):
        address = empty.scheduler_address
        told = command(*RUN, "--out", tmp_path / "x.gpkg", "--scheduler", address, status=1)
    assert "has no workers" in told


def test_a_cluster_without_the_plugin_is_told(foreign_cluster, tmp_path):
    address = foreign_cluster.address
    told = command(*RUN, "--out", tmp_path / "x.gpkg", "--scheduler", address, status=1)
    assert "lacks the Python library planetary_qgis" in told
