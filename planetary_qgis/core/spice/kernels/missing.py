"""One thing that an observation needs and the kernels do not have, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.spice.kernels.intervals import Intervals, gaps_in
from planetary_qgis.core.spice.scene import name_of
from planetary_qgis.core.spice.vectorised import et_from_utc, utc_from_et
from planetary_qgis.core.times import utc_text

_MOST_GAPS_TOLD = 3
_LEAST_GAP_S = 1e-6


@dataclass(frozen=True)
class Missing:
    """Something that an observation needs and the kernels do not have.

    Attributes:
        what: "kernel", "generic", "name", "radii", "body frame", "field of view", "frame",
            "clock", "attitude", "orientation", "positions" or "light".
        sentence: What is missing, with ids and times.
        hint: What to add.
        start, stop: UTC between which it is missing; None where it is missing at all times.
        is_needed: False where footprints can be had without it.
    """

    what: str
    sentence: str
    hint: str
    start: np.datetime64 | None = None
    stop: np.datetime64 | None = None
    is_needed: bool = True


@dataclass(frozen=True)
class Window:
    """The times of an observation, in TDB and in UTC."""

    start: float
    stop: float
    utc_start: np.datetime64
    utc_stop: np.datetime64

    @property
    def text(self) -> str:
        if self.utc_start == self.utc_stop:
            return f"at {utc_text(self.utc_start)}"
        return f"between {utc_text(self.utc_start)} and {utc_text(self.utc_stop)}"

    def part(self, start: float, stop: float) -> Window:
        """Other times of TDB."""
        utc = utc_from_et(np.array([start, stop]))
        return Window(start, stop, utc[0], utc[1])


def window_of(start: np.datetime64 | None, stop: np.datetime64 | None) -> Window | None:
    """From start to stop, by the loaded leap seconds; None without a start."""
    if start is None or np.isnat(start):
        return None
    last = start if stop is None or np.isnat(stop) else stop
    utc = np.array([start, last], dtype="datetime64[us]")
    first_et, last_et = et_from_utc(utc).tolist()
    return Window(first_et, last_et, utc[0], utc[1])


def gaps_told(
    what: str, sentence: str, hint: str, known: Intervals, window: Window | None
) -> Iterator[Missing]:
    """What is missing at the times of a window that are not known; at all times without a window.

    Args:
        sentence: Without its end: times and a full stop are appended.
    """
    if window is None:
        if not len(known):
            yield Missing(what, f"{sentence}.", hint)
        return
    gaps = gaps_in(known, window.start, window.stop)
    gaps = gaps[(gaps[:, 1] - gaps[:, 0] > _LEAST_GAP_S) | (window.start == window.stop)]
    for start, stop in gaps[:_MOST_GAPS_TOLD].tolist():
        part = window.part(start, stop)
        yield Missing(what, f"{sentence} {part.text}.", hint, part.utc_start, part.utc_stop)
    further = gaps[_MOST_GAPS_TOLD:]
    if len(further):
        part = window.part(float(further[0, 0]), float(further[-1, 1]))
        times = f"at {len(further)} further times {part.text}"
        yield Missing(what, f"{sentence} {times}.", hint, part.utc_start, part.utc_stop)


def described(naif_id: int) -> str:
    """Name and id, as MARS (499); the id alone where it has no name."""
    name = name_of(naif_id)
    return name if name == str(naif_id) else f"{name} ({naif_id})"
