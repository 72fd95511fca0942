"""Footprints by executors: the same rows as in process, in order, little under way, clean after."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
import spiceypy
from batch_kit import KERNELS, OBSERVATION, SAMPLE

from planetary_qgis.core.errors import CoverageError
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import Times, times_of_run
from planetary_qgis.core.spice.running import WorkersLostError, in_order
from planetary_qgis.core.times import parse_utc, parse_utc_column

TIMES = times_of_run(parse_utc("2019-09-01T01:00:00"), parse_utc("2019-09-01T03:00:00"), 10.0)


class Recorded(Executor):
    """Works at once, and remembers what was handed out and cancelled."""

    def __init__(self) -> None:
        self.futures: list[Future] = []

    def submit(self, fn, /, *args, **kwargs) -> Future:
        future: Future = Future()
        self.futures.append(future)
        if len(self.futures) <= 2:
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture(scope="module")
def processes():
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        yield executor


def read(answer) -> tuple[pd.DataFrame, list[bytes]]:
    chunks = list(answer.chunks)
    table = pd.concat([chunk.table for chunk in chunks], ignore_index=True)
    shapes = np.concatenate([chunk.geometry for chunk in chunks])
    return table, shapely.to_wkb(shapes).tolist()


def assert_same(one, other) -> None:
    (table, shapes), (other_table, other_shapes) = read(one), read(other)
    pd.testing.assert_frame_equal(table, other_table, check_exact=True)
    assert shapes == other_shapes
    assert one.report == other.report


def named_products(name: str) -> Times:
    listed = pd.read_csv(SAMPLE / name)
    return Times(
        parse_utc_column(listed["start_time"]),
        parse_utc_column(listed["stop_time"]),
        product_ids=listed["product_id"].tolist(),
        carried=listed,
        carried_kinds={"note": "text"},
    )


@pytest.mark.parametrize("executor", ["processes", "threads"])
def test_the_rows_are_those_computed_in_process(executor, processes):
    chosen = processes if executor == "processes" else ThreadPoolExecutor(3)
    options = {"chunk_rows": 100}
    assert_same(
        compute_footprints(OBSERVATION, TIMES, executor=chosen, **options),
        compute_footprints(OBSERVATION, TIMES, **options),
    )
    assert spiceypy.ktotal("ALL") == 0


def test_scans_with_columns_of_their_own_travel_too(processes):
    scanning = replace(OBSERVATION, instrument="SYNTH_LINE_CAM")
    times = named_products("times_line.csv")
    assert_same(
        compute_footprints(scanning, times, executor=processes, chunk_rows=30),
        compute_footprints(scanning, times, chunk_rows=30),
    )


def test_workers_keep_their_kernels_and_change_them_with_the_job(processes, tmp_path):
    renamed = tmp_path / "renamed.tm"
    renamed.write_text(KERNELS.read_text().replace("'.'", f"'{SAMPLE}'"))
    other = replace(OBSERVATION, kernels=(renamed,), instrument="SYNTH_LINE_CAM", imaging="frame")
    for observation in (OBSERVATION, other, OBSERVATION):
        assert_same(
            compute_footprints(observation, TIMES, executor=processes, chunk_rows=200),
            compute_footprints(observation, TIMES, chunk_rows=200),
        )


def test_an_error_of_the_workers_comes_as_it_is(processes):
    years_later = replace(TIMES, start=TIMES.start + np.timedelta64(3650, "D"))
    with pytest.raises(CoverageError, match="do not tell"):
        read(compute_footprints(OBSERVATION, years_later, executor=processes))


def test_little_is_under_way_and_closing_cancels_it():
    executor = Recorded()
    results = in_order(executor, abs, iter(range(100)), under_way=5)
    assert next(results) == 0
    assert len(executor.futures) == 6, "five, and one in place of what came back"
    results.close()
    assert all(future.cancelled() for future in executor.futures[2:])


def test_a_closed_answer_leaves_nothing_under_way():
    executor = Recorded()
    answer = compute_footprints(OBSERVATION, TIMES, chunk_rows=10, executor=executor)
    next(answer.chunks)
    answer.close()
    assert all(future.cancelled() for future in executor.futures[2:])
    assert spiceypy.ktotal("ALL") == 0


def _die(_: int) -> None:
    os._exit(9)


def test_a_dead_worker_is_told():
    with (
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor,
        pytest.raises(WorkersLostError, match=r"ended before.*fewer workers"),
    ):
        list(in_order(executor, _die, [1]))


def test_errors_travel_between_processes_whole():
    error = CoverageError("What.", details="Why.", hint="How.")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert (again.message, again.details, again.hint) == ("What.", "Why.", "How.")
