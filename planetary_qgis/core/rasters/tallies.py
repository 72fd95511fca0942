"""Weighted statistics of pixels that come in blocks, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

MOST_KEPT = 4_000_000
"""So many pixels of a zone are kept for their percentiles; of more, a fine histogram is made."""
_BINS = 1 << 20


@dataclass(frozen=True)
class Statistics:
    """Of the pixels of a zone; NaN where there are none.

    Attributes:
        count: Pixels, those on the rim by the share that lies within.
        weight: The sum of their weights.
        percentiles: In the order they were asked for.
        majority: The value with the largest weight; NaN where values are too many to be counted.
    """

    count: float
    weight: float
    minimum: float
    maximum: float
    mean: float
    std: float
    percentiles: tuple[float, ...]
    majority: float


@dataclass
class Tally:
    """Takes pixels block by block.

    Attributes:
        overflown: There were too many to keep: their percentiles need a `Histogram`.
    """

    count: float = 0.0
    weight: float = 0.0
    minimum: float = np.inf
    maximum: float = -np.inf
    overflown: bool = False
    _mean: float = 0.0
    _squares: float = 0.0
    _whole: bool = True
    _kept: int = 0
    _values: list[FloatArray] = field(default_factory=list)
    _weights: list[FloatArray] = field(default_factory=list)

    def add(self, values: FloatArray, shares: FloatArray, weights: FloatArray) -> None:
        """(n,) known values, the share of each pixel that lies in the zone, and its weight."""
        if not len(values):
            return
        self.count += float(shares.sum())
        self.minimum = min(self.minimum, float(values.min()))
        self.maximum = max(self.maximum, float(values.max()))
        self._whole = self._whole and bool((values == np.rint(values)).all())
        self._add_moments(values, weights)
        self._keep(values, weights)

    def histogram(self) -> Histogram:
        """An empty one that fits what was added."""
        return Histogram.over(self.minimum, self.maximum, whole=self._whole)

    def statistics(
        self, percents: Sequence[float], histogram: Histogram | None = None
    ) -> Statistics:
        """Args:
        histogram: Where the tally is overflown, filled with all of it once more.
        """
        if not self._kept:
            nothing = float("nan")
            unknown = (nothing,) * len(percents)
            return Statistics(0.0, 0.0, nothing, nothing, nothing, nothing, unknown, nothing)
        if histogram is None:
            values, weights = self._sorted()
            percentiles = weighted_percentiles(values, weights, percents)
        else:
            values, weights = histogram.middles(), histogram.weights
            percentiles = histogram.percentiles(percents)
        countable = histogram is None or histogram.exact
        return Statistics(
            self.count,
            self.weight,
            self.minimum,
            self.maximum,
            self._mean,
            float(np.sqrt(max(self._squares / self.weight, 0.0))),
            percentiles,
            _majority(values, weights) if countable else float("nan"),
        )

    def _add_moments(self, values: FloatArray, weights: FloatArray) -> None:
        """Source: Chan, Golub & LeVeque 1979, Updating formulae for computing sample variances."""
        weight = float(weights.sum())
        mean = float(weights @ values) / weight
        squares = float(weights @ (values - mean) ** 2)
        total, apart = self.weight + weight, mean - self._mean
        self._squares += squares + apart**2 * self.weight * weight / total
        self._mean += apart * weight / total
        self.weight = total

    def _keep(self, values: FloatArray, weights: FloatArray) -> None:
        self._kept += len(values)
        if self._kept > MOST_KEPT:
            self.overflown = True
            self._values, self._weights = [], []
            return
        self._values.append(values)
        self._weights.append(weights)

    def _sorted(self) -> tuple[FloatArray, FloatArray]:
        values, weights = np.concatenate(self._values), np.concatenate(self._weights)
        order = np.argsort(values, kind="stable")
        return values[order], weights[order]


@dataclass
class Histogram:
    """Weights in narrow bins; a bin each where the values are whole numbers and not too many."""

    low: float
    step: float
    exact: bool
    weights: FloatArray

    @staticmethod
    def over(minimum: float, maximum: float, *, whole: bool) -> Histogram:
        if whole and maximum - minimum < _BINS:
            return Histogram(minimum - 0.5, 1.0, True, np.zeros(int(maximum - minimum) + 1))
        step = max((maximum - minimum) / _BINS, float(np.finfo(float).tiny))
        return Histogram(minimum, step, False, np.zeros(_BINS))

    def add(self, values: FloatArray, weights: FloatArray) -> None:
        bins = ((values - self.low) / self.step).astype(np.intp)
        bins = np.clip(bins, 0, len(self.weights) - 1)
        self.weights += np.bincount(bins, weights, minlength=len(self.weights))

    def percentiles(self, percents: Sequence[float]) -> tuple[float, ...]:
        """All that is in a bin has the value of its middle."""
        filled = self.weights > 0.0
        up_to, values = np.cumsum(self.weights[filled]), self.middles()[filled]
        wanted = np.asarray(percents, dtype=float) / 100.0 * up_to[-1]
        which = np.clip(np.searchsorted(up_to, wanted), 0, len(values) - 1)
        return tuple(values[which].tolist())

    def middles(self) -> FloatArray:
        return np.asarray(self.low + (np.arange(len(self.weights)) + 0.5) * self.step)


def weighted_percentiles(
    values: FloatArray, weights: FloatArray, percents: Sequence[float]
) -> tuple[float, ...]:
    """Of values in ascending order: each stands in the middle of its weight, lines in between.

    With equal weights, these are Hazen's (numpy's method "hazen").
    """
    filled = weights > 0.0
    values, weights = values[filled], weights[filled]
    up_to = np.cumsum(weights)
    wanted = np.asarray(percents, dtype=float) / 100.0 * up_to[-1]
    return tuple(np.interp(wanted, up_to - weights / 2.0, values).tolist())


def _majority(values: FloatArray, weights: FloatArray) -> float:
    """The value, of several the least, with the largest weight; values ascend."""
    begins = np.flatnonzero(np.diff(values, prepend=np.nan) != 0.0)
    return float(values[begins[np.argmax(np.add.reduceat(weights, begins))]])
