"""What live mode has done in tasks: the libraries behind are imported by the functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from planetary_qgis.core.bodies import Body
    from planetary_qgis.core.spice.jobs import Job
    from planetary_qgis.core.spice.moments import Moment
    from planetary_qgis.core.spice.observations import Observation


@dataclass(frozen=True)
class Seen:
    """What a task found."""

    instrument: str
    body: Body
    moment: Moment


class Watcher:
    """Computes moments, one at a time, and keeps what the kernels said of the observation."""

    def __init__(self) -> None:
        self._observation: Observation | None = None
        self._job: Job | None = None

    def seen(self, observation: Observation, milliseconds: int) -> Seen:
        """What there is to see; for a task."""
        from planetary_qgis.core.spice.moments import moment_of, resolved

        if self._job is None or observation != self._observation:
            self._job = None
            self._job = resolved(observation)
            self._observation = observation
        time = np.datetime64(milliseconds, "ms").astype("datetime64[us]")
        moment = moment_of(self._job, time)
        return Seen(self._job.instrument.name, self._job.scene.body, moment)


def let_go() -> None:
    """Give back the kernels that are kept for the next moment; for a task."""
    from planetary_qgis.core.spice import moments

    moments.let_go()
