"""Smooth functions of two variables from a few of their values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.polynomial.chebyshev
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

# numpy does not say what its polynomials take and give.
chebyshev: Any = numpy.polynomial.chebyshev

NODES = 17
"""In each direction: enough for a sine over a whole turn to 1e-9."""


class Places(NamedTuple):
    """Evenly spaced places on an axis that begins at 0: first, first + step, …"""

    first: float
    step: float
    number: int


def nodes(end: float) -> FloatArray:
    """Where from 0 to an end values are wanted; (NODES,)."""
    return np.asarray(end / 2.0 * (1.0 + chebyshev.chebpts1(NODES)))


def between(
    values: FloatArray,
    ends: tuple[float, float],
    rows: Places,
    columns: Places,
    orders: tuple[int, int],
) -> FloatArray:
    """(k, rows, columns) of functions, or one of their derivatives, between nodes.

    Args:
        values: (k, NODES, NODES) at the nodes.
        ends: Of the axis of rows and that of columns.
        orders: Of derivation by rows and by columns, up to 2.
    """
    by_row = _weights(ends[0], rows, orders[0])
    by_column = _weights(ends[1], columns, orders[1])
    return np.asarray(by_row @ values @ by_column.T)


@lru_cache(maxsize=64)
def _weights(end: float, places: Places, order: int) -> FloatArray:
    """(places, NODES) weights of the nodes' values."""
    at = (places.first + places.step * np.arange(places.number)) / (end / 2.0) - 1.0
    terms = np.eye(NODES)
    if order:
        terms = chebyshev.chebder(terms, order) / (end / 2.0) ** order
    series = chebyshev.chebvander(at, len(terms) - 1) @ terms
    return np.asarray(series @ _terms_of_values())


@lru_cache(maxsize=1)
def _terms_of_values() -> FloatArray:
    """(terms, NODES)"""
    return np.asarray(np.linalg.inv(chebyshev.chebvander(chebyshev.chebpts1(NODES), NODES - 1)))
