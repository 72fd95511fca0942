"""Times cut into parts: what one worker computes at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.jobs import Job
from planetary_qgis.core.spice.observations import Times

Rows = NDArray[np.intp]

SCANS_A_PART = 200


def parts_of(job: Job, times: Times, size: int) -> Iterator[Times]:
    """The times in their order, at most so many at once; what lasts apart from instants.

    Scans and the like, each of many lines or framelets, come at most 200 at once.
    """
    for begin in range(0, len(times), size):
        rows = np.arange(begin, min(begin + size, len(times)))
        lasting = times.stop[rows] > times.start[rows]
        if job.imaging == "frame" or not lasting.any():
            yield _part(times, rows)
            continue
        for first in range(0, len(rows), SCANS_A_PART):
            some, last = rows[first : first + SCANS_A_PART], lasting[first : first + SCANS_A_PART]
            yield from (_part(times, each) for each in (some[last], some[~last]) if len(each))


def _part(times: Times, rows: Rows) -> Times:
    names, table = times.product_ids, times.carried
    return replace(
        times,
        start=times.start[rows],
        stop=times.stop[rows],
        product_ids=None if names is None else [names[row] for row in rows.tolist()],
        carried=None if table is None else table.iloc[rows].reset_index(drop=True),
    )
