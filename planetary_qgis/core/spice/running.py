"""Chunks computed here or by an executor's workers: in order, a bounded number under way."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.products import Products
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.vectorised import Gaps

A = TypeVar("A")
R = TypeVar("R")

_SECONDS_BETWEEN_LOOKS = 1.0


class WorkersLostError(PlanetaryError):
    """Workers died, or whoever hands them their work; what they gave back before is whole."""


@dataclass(frozen=True)
class Computed:
    """What one part of the times came to; travels between processes.

    Attributes:
        any_known: Whether the kernels told of any of its times.
        gaps: What they did not tell, where they told of none.
    """

    products: Products
    any_known: bool
    report: Report = field(default_factory=Report)
    gaps: Gaps = field(default_factory=Gaps)

    def __reduce__(self) -> tuple[Any, ...]:
        # All shapes at once: pickled one by one they take a third of the time of computing them.
        shapes = shapely.to_wkb(self.products.geometry).tolist()
        return _unpacked, (self.products.table, shapes, self.any_known, self.report, self.gaps)


def _unpacked(
    table: pd.DataFrame, shapes: list[bytes | None], any_known: bool, report: Report, gaps: Gaps
) -> Computed:
    geometry = np.asarray(shapely.from_wkb(np.array(shapes, dtype=object)), dtype=object)
    return Computed(Products(table, geometry), any_known, report, gaps)


def products_of(
    results: Iterable[Computed], report: Report, nothing_known: Callable[[Gaps], PlanetaryError]
) -> Iterator[Products]:
    """The chunks that hold any rows; what went wrong with single items goes into the report.

    Raises:
        PlanetaryError: What `nothing_known` makes of the gaps, once all is read and nothing was.
    """
    any_known, gaps = False, None
    for result in results:
        any_known |= result.any_known
        gaps = result.gaps
        report.merge(result.report)
        if len(result.products):
            yield result.products
    if gaps is not None and not any_known:
        raise nothing_known(gaps)


def in_order(
    executor: Executor,
    work: Callable[[A], R],
    arguments: Iterable[A],
    *,
    under_way: int | None = None,
) -> Iterator[R]:
    """What the workers make of each argument, in the arguments' order.

    Closing the iterator, or an error, cancels what has not begun.

    Args:
        work: A function of a module, where workers are other processes.
        under_way: How many arguments are handed out at once; twice the processors where None.

    Raises:
        WorkersLostError: A worker died; other errors are those of the work.
    """
    waiting = iter(arguments)
    pending: deque[Future[R]] = deque()
    try:
        for argument in islice(waiting, under_way or 2 * (os.cpu_count() or 1)):
            pending.append(_handed_out(executor, work, argument))
        while pending:
            result = _result_of(pending[0], executor)
            pending.popleft()
            for argument in islice(waiting, 1):
                pending.append(_handed_out(executor, work, argument))
            yield result
    finally:
        for future in pending:
            future.cancel()


def _handed_out(executor: Executor, work: Callable[[A], R], argument: A) -> Future[R]:
    try:
        return executor.submit(work, argument)
    except _signs_of_loss() as error:
        raise _lost(error) from error


def _result_of(future: Future[R], executor: Executor) -> R:
    try:
        while not wait([future], timeout=_SECONDS_BETWEEN_LOOKS).done:
            _check_connected(executor)
        return future.result()
    except _signs_of_loss() as error:
        raise _lost(error) from error


def _check_connected(executor: Executor) -> None:
    """Return unless a Dask client has lost its scheduler: some futures then wait for ever.

    Seen with distributed 2026.8: those whose result was under way to the client.
    """
    status = getattr(getattr(executor, "_client", None), "status", "running")
    if status != "running":
        raise BrokenExecutor(f"the client of the Dask scheduler is {status}")


def _signs_of_loss() -> tuple[type[BaseException], ...]:
    """What executors raise once workers are gone; Dask's only where somebody uses Dask."""
    dask = sys.modules.get("distributed")
    if dask is None:
        return (BrokenExecutor, CancelledError)
    return (BrokenExecutor, CancelledError, dask.KilledWorker, dask.comm.CommClosedError)


def _lost(error: BaseException) -> WorkersLostError:
    return WorkersLostError(
        "A worker ended before it gave back what it computed.",
        details=f"{type(error).__name__}: {error}",
        hint="Often memory ran out: use fewer workers, or smaller chunks. "
        "On a cluster, look whether scheduler and workers still run.",
    )
