"""Who computes: this process, processes of its own, or a Dask cluster."""

from __future__ import annotations

import logging
import multiprocessing
import os
import pkgutil
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

from planetary_qgis.core.dependencies import Feature, require
from planetary_qgis.core.errors import PlanetaryError

_AHEAD = 2
"""Parts handed out for each worker: one at work, one waiting."""
_NOISY = ("distributed", "tornado", "asyncio")
"""Loggers that print tracebacks when a cluster goes; the error that follows says it."""


@dataclass(frozen=True)
class Crew:
    """Open workers.

    Attributes:
        executor: None for this process.
        under_way: How many parts they get at once.
        title: What they are, for people.
    """

    executor: Executor | None
    under_way: int
    title: str


@dataclass(frozen=True)
class Workers:
    """Which workers are asked for; opened anew where some were lost.

    Attributes:
        count: Processes on this machine; 0 for this very process.
        scheduler: The address of a Dask scheduler, which goes before.
    """

    count: int = 0
    scheduler: str = ""

    def open(self) -> AbstractContextManager[Crew]:
        """The workers; what they have not begun when this ends is dropped.

        Raises:
            PlanetaryError: The cluster does not answer, or has no workers.
        """
        if self.scheduler:
            return _cluster(self.scheduler)
        if self.count:
            return _processes(self.count)
        return nullcontext(Crew(None, 1, "this process"))


@contextmanager
def _processes(count: int) -> Iterator[Crew]:
    # Not forked: CSPICE's state and the threads of other libraries do not survive that.
    with ProcessPoolExecutor(
        max_workers=count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_live_with_parent,
    ) as executor:
        title = f"{count} worker process{'es' if count > 1 else ''}"
        yield Crew(executor, _AHEAD * count, title)


def _live_with_parent() -> None:
    """Leave Ctrl-C to the parent, and end with it, however it ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _cluster(address: str) -> Iterator[Crew]:
    require(Feature.DASK)
    import distributed

    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] in _NOISY:
            logging.getLogger(name).setLevel(logging.CRITICAL)
    dask: Any = distributed
    try:
        client = dask.Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        raise PlanetaryError(
            f"No Dask scheduler answers at {address}.",
            details=f"{type(error).__name__}: {error}",
            hint="Start one with `dask scheduler`, and give the address that it prints.",
        ) from error
    with client:
        threads = sum(_threads(client, address).values())
        _check_libraries(client, address)
        # Not pure: equal parts need not be looked for, and their hashes take long.
        executor = client.get_executor(pure=False)
        yield Crew(executor, _AHEAD * threads, f"{threads} threads of the Dask cluster {address}")


def _check_libraries(client: Any, address: str) -> None:
    """Return where scheduler and workers have the plugin and what it stands on."""
    wanted = "planetary_qgis.core.spice.footprints:__name__"
    try:
        client.run_on_scheduler(pkgutil.resolve_name, wanted)
        client.run(pkgutil.resolve_name, wanted)
    except ImportError as error:
        raise PlanetaryError(
            f"The Dask cluster {address} lacks the Python library {error.name}.",
            details=str(error),
            hint="Scheduler and workers need the plugin's folder on Python's path, and the "
            "libraries that this command uses.",
        ) from error


def _threads(client: Any, address: str) -> dict[str, int]:
    """Threads by worker, once there is at least one."""
    import dask.config
    from dask.utils import parse_timedelta

    try:
        seconds = parse_timedelta(dask.config.get("distributed.comm.timeouts.connect"))
        client.wait_for_workers(1, timeout=seconds)
    except (OSError, TimeoutError) as error:
        raise PlanetaryError(
            f"The Dask scheduler at {address} has no workers.",
            details=str(error),
            hint=f"Start some: `dask worker {address} --nworkers auto --nthreads 1`.",
        ) from error
    return dict(client.nthreads())
