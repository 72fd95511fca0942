"""Optical distortion: from where light falls on a focal plane to where a pinhole would have it.

Coordinates are (n, 2) millimetres from the optical axis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_MOST_ITERATIONS = 30
_EXACT_MM, _MISSED_MM = 1e-10, 1e-6
_STEP_MM = 1e-4
_MOST_BENT, _MOST_SHIFTED_MM = 0.5, 1.0


class Distortion(Protocol):
    """A lens's departure from a pinhole."""

    def undistorted(self, place: FloatArray) -> FloatArray:
        """(n, 2) mm where a pinhole would have what falls there; NaN where nothing can fall."""


@dataclass(frozen=True)
class NoDistortion:
    """A pinhole's."""

    def undistorted(self, place: FloatArray) -> FloatArray:
        return place


@dataclass(frozen=True)
class Radial:
    """Ideal places are real ones times a polynomial of the distance of the real ones.

    Attributes:
        factors: Of the distance's powers 0, 1, 2, …, in millimetres.
        centre: mm, about which it is radial.
    """

    factors: tuple[float, ...]
    centre: tuple[float, float] = (0.0, 0.0)

    def undistorted(self, place: FloatArray) -> FloatArray:
        offsets = place - np.array(self.centre)
        scale = _polynomial(self.factors, np.linalg.norm(offsets, axis=1))
        return np.asarray(np.array(self.centre) + offsets * scale[:, None])


@dataclass(frozen=True)
class RadialFromIdeal:
    """Real places are ideal ones times a polynomial of the distance of the ideal ones.

    Attributes:
        factors: Of the distance's powers 0, 1, 2, …, in millimetres.
        centre: mm, about which it is radial.
    """

    factors: tuple[float, ...]
    centre: tuple[float, float] = (0.0, 0.0)

    def undistorted(self, place: FloatArray) -> FloatArray:
        middle = np.array(self.centre)

        def distorted(ideal: FloatArray) -> FloatArray:
            scale = _polynomial(self.factors, np.linalg.norm(ideal - middle, axis=1))
            return np.asarray(middle + (ideal - middle) * scale[:, None])

        return _inverted(distorted, place)


@dataclass(frozen=True)
class Taylor:
    """Real places are polynomials of third degree of ideal ones.

    Attributes:
        x, y: Ten factors each, of 1, x, y, x², xy, y², x³, x²y, xy², y³.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]

    def undistorted(self, place: FloatArray) -> FloatArray:
        factors = np.array([self.x, self.y])
        return _inverted(lambda ideal: np.asarray(_to_third_degree(ideal) @ factors.T), place)


@dataclass(frozen=True)
class Rational:
    """Ideal places are ratios of polynomials of second degree of real ones.

    Attributes:
        x, y: Six factors each of both numerators, of x², xy, y², x, y, 1.
        below: Six of the denominator.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    below: tuple[float, ...]

    def undistorted(self, place: FloatArray) -> FloatArray:
        x, y = place.T
        terms = np.stack([x * x, x * y, y * y, x, y, np.ones_like(x)], axis=1)
        above = terms @ np.array([self.x, self.y]).T
        return np.asarray(above / (terms @ np.array(self.below))[:, None])


@dataclass(frozen=True)
class AlongY:
    """A scanner's: ideal y is y / (1 + k y²), x stays."""

    k: float

    def undistorted(self, place: FloatArray) -> FloatArray:
        x, y = place.T
        return np.stack([x, y / (1.0 + self.k * y * y)], axis=1)


@dataclass(frozen=True)
class ShiftsByY:
    """A scanner's: polynomials of y, and a constant, are added to x and to y.

    Attributes:
        x, y: Factors of y's powers 0, 1, 2, …
        shift: mm, added as well.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    shift: tuple[float, float]

    def undistorted(self, place: FloatArray) -> FloatArray:
        along = place[:, 1]
        added = np.stack([_polynomial(self.x, along), _polynomial(self.y, along)], axis=1)
        return np.asarray(place + added + np.array(self.shift))


@dataclass(frozen=True)
class Tilted:
    """Ideal places are real ones times 1 - radial r² - by_y y - by_x x."""

    radial: float
    by_y: float
    by_x: float

    def undistorted(self, place: FloatArray) -> FloatArray:
        x, y = place.T
        scale = 1.0 - self.radial * (x * x + y * y) - self.by_y * y - self.by_x * x
        return np.asarray(place * scale[:, None])


def _polynomial(factors: tuple[float, ...], value: FloatArray) -> FloatArray:
    total = np.zeros_like(value)
    for factor in reversed(factors):
        total = total * value + factor
    return total


def _to_third_degree(place: FloatArray) -> FloatArray:
    x, y = place.T
    one = np.ones_like(x)
    return np.stack([one, x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], axis=1)


def _inverted(function: Callable[[FloatArray], FloatArray], wanted: FloatArray) -> FloatArray:
    """(n, 2) what the function maps to what is wanted, near it; NaN where there is no such place.

    By Newton's method. Derivatives are taken by differences, which costs accuracy of the steps, not
    of the answer.
    """
    found = wanted.copy()
    to_x, to_y = np.array([_STEP_MM, 0.0]), np.array([0.0, _STEP_MM])
    for _ in range(_MOST_ITERATIONS):
        here = function(found)
        off = wanted - here
        by_x = (function(found + to_x) - here) / _STEP_MM
        by_y = (function(found + to_y) - here) / _STEP_MM
        determinant = by_x[:, 0] * by_y[:, 1] - by_x[:, 1] * by_y[:, 0]
        found[:, 0] += (off[:, 0] * by_y[:, 1] - off[:, 1] * by_y[:, 0]) / determinant
        found[:, 1] += (off[:, 1] * by_x[:, 0] - off[:, 0] * by_x[:, 1]) / determinant
        if np.nanmax(np.abs(off), initial=0.0) < _EXACT_MM:
            break
    missed = ~(np.abs(wanted - function(found)).max(axis=1) < _MISSED_MM)
    # Polynomials have other roots, which no lens reaches.
    away = np.linalg.norm(found - wanted, axis=1)
    elsewhere = away > _MOST_BENT * np.linalg.norm(wanted, axis=1) + _MOST_SHIFTED_MM
    return np.where((missed | elsewhere)[:, None], np.nan, found)
