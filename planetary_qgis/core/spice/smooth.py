"""What changes slowly, asked of CSPICE at few epochs and interpolated to many.

Planets, satellites and the Sun move smoothly between the epochs of a run of images, so that a
piecewise polynomial through some of their places gives all others to a millimetre. It is checked
against CSPICE between its nodes; where it does not hold, every epoch is asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.vectorised import Gaps

FloatArray = NDArray[np.float64]
Ask = Callable[[FloatArray, Gaps], FloatArray]
"""From (n,) epochs to (n, c) values, NaN in the gaps."""

_NODES = 12
_CHECKS = np.array([-1.0, -0.55, 0.03, 0.6, 1.0])
"""Where, within each piece from -1 to 1, CSPICE is asked whether the polynomial holds."""
_SAVING = 8
"""Interpolation must ask for so many times fewer epochs than there are."""


def smoothly(ask: Ask, et: FloatArray, tolerance: float, gaps: Gaps) -> FloatArray:
    """(n, c) what `ask` says of each epoch, to this tolerance.

    Args:
        tolerance: In the values' own unit, over their rounding.
    """
    return Smooth.over(ask, et, tolerance)(et, gaps)


@dataclass(frozen=True)
class Smooth:
    """A function of time that asks CSPICE only where its polynomials do not reach.

    Attributes:
        edges: (p + 1,) epochs between which the pieces lie; empty where there are none.
        coefficients: (12, p, c) Chebyshev coefficients.
    """

    ask: Ask
    edges: FloatArray
    coefficients: FloatArray

    @staticmethod
    def over(ask: Ask, et: FloatArray, tolerance: float, *, lead: float = 0.0) -> Smooth:
        """For the span of these epochs, and so many seconds before it."""
        known = et[np.isfinite(et)]
        most = len(known) // (_SAVING * (_NODES + len(_CHECKS)))
        pieces = 1
        while pieces <= most:
            edges = np.linspace(known.min() - lead, known.max() + 1e-3, pieces + 1)
            coefficients = _fitted(ask, edges, tolerance)
            if coefficients is not None:
                return Smooth(ask, edges, coefficients)
            pieces *= 4
        return Smooth(ask, np.empty(0), np.empty((0, 0, 0)))

    def __call__(self, et: FloatArray, gaps: Gaps) -> FloatArray:
        """(n, c) values at these epochs."""
        if not len(self.edges):
            return self.ask(et, gaps)
        within = (et >= self.edges[0]) & (et <= self.edges[-1])
        values = self._interpolated(np.where(within, et, self.edges[0]))
        beyond = np.flatnonzero(~within)
        if len(beyond):
            values[beyond] = self.ask(et[beyond], gaps)
        return values

    def _interpolated(self, et: FloatArray) -> FloatArray:
        width = self.edges[1] - self.edges[0]
        last = len(self.edges) - 2
        piece = np.clip(((et - self.edges[0]) / width).astype(np.intp), 0, last)
        place = 2.0 * (et - self.edges[piece]) / width - 1.0
        alone = last == 0  # then all share the same coefficients
        return _evaluated(self.coefficients if alone else self.coefficients[:, piece], place)


def _fitted(ask: Ask, edges: FloatArray, tolerance: float) -> FloatArray | None:
    """(12, p, c) coefficients, None where they do not hold between the nodes."""
    places = np.concatenate([_chebyshev_nodes(), _CHECKS])
    middles, halves = (edges[1:] + edges[:-1]) / 2.0, np.diff(edges) / 2.0
    epochs = middles[:, None] + halves[:, None] * places
    asked = ask(epochs.ravel(), Gaps())
    if not np.isfinite(asked).all():
        return None
    values = asked.reshape(len(middles), len(places), -1)
    nodes = _chebyshev_values(places[:_NODES])
    # At these nodes the polynomials are orthogonal: the transpose inverts, but for the lengths.
    weights = np.full(_NODES, 2.0 / _NODES)
    weights[0] = 1.0 / _NODES
    coefficients = np.einsum("ji,pjc->ipc", nodes * weights, values[:, :_NODES])
    at_checks = np.einsum("ki,ipc->pkc", _chebyshev_values(_CHECKS), coefficients)
    rounding = 16.0 * np.finfo(float).eps * np.abs(values).max(axis=(0, 1))
    error = np.abs(at_checks - values[:, _NODES:]).max(axis=(0, 1))
    return coefficients if (error <= tolerance + rounding).all() else None


def _chebyshev_nodes() -> FloatArray:
    return np.asarray(np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES))


def _chebyshev_values(places: FloatArray) -> FloatArray:
    """(n, 12) the polynomials at places from -1 to 1."""
    return np.asarray(np.cos(np.arange(_NODES) * np.arccos(places)[:, None]))


def _evaluated(coefficients: FloatArray, place: FloatArray) -> FloatArray:
    """(n, c) sums of Chebyshev polynomials, by Clenshaw's recurrence.

    Args:
        coefficients: (12, n or 1, c).
        place: (n,) from -1 to 1.
    """
    double = 2.0 * place[:, None]
    last, before = coefficients[-1], np.zeros_like(coefficients[-1])
    for term in coefficients[-2:0:-1]:
        last, before = term + double * last - before, last
    return np.asarray(coefficients[0] + place[:, None] * last - before)
