"""A time axis: which moments are in sight, and where its ticks are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_US = 1_000_000
_DAY_US = 86_400 * _US
_SHORTEST_S = 0.02
"""Closer, microseconds would be told apart, which no coverage is about."""
_MARGIN = 0.04
_SECONDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800)
_HOURS = (1, 2, 3, 6, 12, 24, 48, 96, 192)
_YEARS = tuple(digit * 10**power for power in range(5) for digit in (1, 2, 5))
_MONTHS = (1, 2, 3, 6, *(12 * years for years in _YEARS))


@dataclass(frozen=True)
class Tick:
    time: float
    text: str


@dataclass(frozen=True)
class Axis:
    """The times in sight, in seconds of UTC since 1970."""

    start: float
    stop: float

    @property
    def length(self) -> float:
        return self.stop - self.start

    def share_of(self, time: float) -> float:
        """Where a time lies: 0 at the left end, 1 at the right."""
        return (time - self.start) / self.length

    def time_at(self, share: float) -> float:
        return self.start + share * self.length

    def zoomed(self, factor: float, share: float, limits: Axis) -> Axis:
        """Longer by a factor, the time at a share staying in its place; within limits."""
        length = min(max(self.length * factor, _SHORTEST_S), limits.length)
        start = self.time_at(share) - share * length
        return Axis(start, start + length).within(limits)

    def moved(self, share: float, limits: Axis) -> Axis:
        """Shifted by a share of what is in sight; within limits."""
        by = share * self.length
        return Axis(self.start + by, self.stop + by).within(limits)

    def showing(self, span: tuple[float, float], limits: Axis) -> Axis:
        """Moved until the middle of a span is in sight, or longer where the span is."""
        middle = (span[0] + span[1]) / 2
        if span[1] - span[0] > self.length:
            return axis_over(span)
        if self.start <= middle <= self.stop:
            return self
        return Axis(middle - self.length / 2, middle + self.length / 2).within(limits)

    def within(self, limits: Axis) -> Axis:
        length = min(self.length, limits.length)
        start = min(max(self.start, limits.start), limits.stop - length)
        return Axis(start, start + length)

    def ticks(self, room: int) -> list[Tick]:
        """Round times in sight, at most as many as there is room for."""
        least = self.length / max(room, 1)
        for seconds in (*_SECONDS, *(3600 * hours for hours in _HOURS)):
            if seconds >= least:
                return self._ticks_by_clock(round(seconds * _US))
        for months in _MONTHS:
            if months * 30 * 86_400 >= least:
                break
        return self._ticks_by_month(months)

    def date(self) -> str:
        """What the ticks do not tell: the date at the left end, as far as it matters."""
        if self.length > 600 * 86_400:
            return ""
        return str(_moment(self.start).astype("datetime64[D]"))

    def _ticks_by_clock(self, step: int) -> list[Tick]:
        first, last = -(-self.start * _US // step), self.stop * _US // step
        times = [number * step for number in range(int(first), int(last) + 1)]
        return [Tick(time / _US, _clock_text(time, step)) for time in times]

    def _ticks_by_month(self, step: int) -> list[Tick]:
        first, last = (
            int(_moment(time).astype("datetime64[M]").astype(np.int64)) + 1970 * 12
            for time in (self.start, self.stop)
        )
        numbers = range(-(-first // step), last // step + 1)
        months = (np.datetime64(step * number - 1970 * 12, "M") for number in numbers)
        ticks = [Tick(_seconds(month), _month_text(month, step)) for month in months]
        return [tick for tick in ticks if self.start <= tick.time <= self.stop]


def axis_over(extent: tuple[float, float]) -> Axis:
    """The axis that shows an extent with a little room on both sides."""
    start, stop = extent
    room = max((stop - start) * _MARGIN, _SHORTEST_S / 2)
    return Axis(start - room, stop + room)


def _moment(seconds: float) -> np.datetime64:
    return np.datetime64(round(seconds * _US), "us")


def _seconds(month: np.datetime64) -> float:
    return float(month.astype("datetime64[s]").astype(np.int64))


def _clock_text(time: int, step: int) -> str:
    text = str(np.datetime64(time, "us"))
    if time % _DAY_US == 0:
        return text[5:10]
    if step >= 60 * _US:
        return text[11:16]
    return text[11:19] if step >= _US else text[17:22]


def _month_text(month: np.datetime64, step: int) -> str:
    return str(month)[:-3] if step % 12 == 0 else str(month)
