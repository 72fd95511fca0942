"""What heights around a pixel say of the ground: gradient, light, curvature, roughness.

All functions take heights with a rim of one pixel more on each side than what they give back, and
know of the map only how many metres east and north a step of a column or a row is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_LIGHTS_OF_RELIEF_DEG = (225.0, 270.0, 315.0, 360.0)
"""Source: Mark 1992, A multidirectional, oblique-weighted, shaded-relief image (OFR 92-422)."""
_JUST_BELOW_360 = 360.0 - 1e-5
"""What lies above is 360 as single precision has it."""


class Steps(NamedTuple):
    """Metres that a step to the next column and to the next row goes on the ground.

    All arrays are (rows, columns), or (rows, 1) where each row's pixels are alike.

    Attributes:
        east_c, north_c: Of a column.
        east_r, north_r: Of a row.
    """

    east_c: FloatArray
    north_c: FloatArray
    east_r: FloatArray
    north_r: FloatArray

    def gradient(self, by_column: FloatArray, by_row: FloatArray) -> Gradient:
        """Metres up a metre, of metres up a column and a row."""
        area = self.east_c * self.north_r - self.north_c * self.east_r
        with np.errstate(divide="ignore", invalid="ignore"):
            return Gradient(
                (by_column * self.north_r - by_row * self.north_c) / area,
                (by_row * self.east_c - by_column * self.east_r) / area,
            )


class Gradient(NamedTuple):
    """Metres up a metre eastwards and northwards."""

    east: FloatArray
    north: FloatArray

    @property
    def steepness(self) -> FloatArray:
        """Metres up a metre straight uphill: the tangent of the slope."""
        return np.asarray(np.hypot(self.east, self.north))


class Bends(NamedTuple):
    """How the steps themselves change, in metres east and north.

    Attributes:
        east_cc, north_cc: Those of a column, from column to column.
        east_cr, north_cr: From row to row.
        east_rr, north_rr: Those of a row, from row to row.
    """

    east_cc: FloatArray
    north_cc: FloatArray
    east_cr: FloatArray
    north_cr: FloatArray
    east_rr: FloatArray
    north_rr: FloatArray


class Around(NamedTuple):
    """Heights of the eight neighbours and of each pixel itself, by compass as the map shows it."""

    nw: FloatArray
    n: FloatArray
    ne: FloatArray
    w: FloatArray
    centre: FloatArray
    e: FloatArray
    sw: FloatArray
    s: FloatArray
    se: FloatArray

    @property
    def others(self) -> tuple[FloatArray, ...]:
        return (*self[:4], *self[5:])


def around(heights: FloatArray) -> Around:
    """The neighbours of all pixels but the rim's.

    Unknown ones lie on a line with their opposites, or, at corners, on a plane with the others: at
    its edge, too, a plane has its slope. Where both sides are unknown, they are as high as the
    pixel.
    """
    rows, columns = heights.shape
    views = [
        heights[down : rows - 2 + down, right : columns - 2 + right]
        for down in range(3)
        for right in range(3)
    ]
    if not np.isnan(heights).any():
        return Around(*views)
    nw, n, ne, w, centre, e, sw, s, se = views
    n, s = _filled(n, s, centre, centre), _filled(s, n, centre, centre)
    w, e = _filled(w, e, centre, centre), _filled(e, w, centre, centre)
    nw, ne, sw, se = (
        _filled(here, opposite, centre, beside + above - centre)
        for here, opposite, beside, above in (
            (nw, se, w, n),
            (ne, sw, e, n),
            (sw, ne, w, s),
            (se, nw, e, s),
        )
    )
    return Around(nw, n, ne, w, centre, e, sw, s, se)


def _filled(
    here: FloatArray, opposite: FloatArray, centre: FloatArray, otherwise: FloatArray
) -> FloatArray:
    """Neighbours; unknown ones on a line with their opposites, or as is otherwise guessed."""
    guess = np.where(np.isnan(opposite), otherwise, 2.0 * centre - opposite)
    return np.where(np.isnan(here), guess, here)


def horn_gradient(near: Around, steps: Steps) -> Gradient:
    """Source: Horn 1981, Hill shading and the reflectance map."""
    by_column = (near.ne + 2.0 * near.e + near.se - near.nw - 2.0 * near.w - near.sw) / 8.0
    by_row = (near.sw + 2.0 * near.s + near.se - near.nw - 2.0 * near.n - near.ne) / 8.0
    known = np.isfinite(near.centre)
    return steps.gradient(np.where(known, by_column, np.nan), by_row)


def slope_degrees(gradient: Gradient) -> FloatArray:
    return np.asarray(np.degrees(np.arctan(gradient.steepness)))


def slope_percent(gradient: Gradient) -> FloatArray:
    return 100.0 * gradient.steepness


def aspect_degrees(gradient: Gradient) -> FloatArray:
    """Where downhill is, clockwise from north in [0, 360); NaN on level ground."""
    angles = np.degrees(np.arctan2(-gradient.east, -gradient.north)) % 360.0
    angles = np.where(angles > _JUST_BELOW_360, 0.0, angles)
    return np.where(gradient.steepness > 0.0, angles, np.nan)


def shade(
    gradient: Gradient, azimuth: float, altitude: float, exaggeration: float = 1.0
) -> FloatArray:
    """Brightness from 1 (in the dark) to 255 (facing the light), as GDAL's hillshade counts it.

    Args:
        gradient: Along the map's right and upward directions, or east and north: the azimuth
            counts clockwise from the second.
        azimuth, altitude: Degrees, of the light.
    """
    return np.asarray(1.0 + 254.0 * _lit(gradient, azimuth, altitude, exaggeration))


def shade_from_many_sides(
    gradient: Gradient, altitude: float, exaggeration: float = 1.0
) -> FloatArray:
    """The same with four lights; those count most that shine along the slope, up or down.

    As GDAL and QGIS weigh them.
    """
    steepness2 = gradient.steepness**2
    total = np.zeros(np.broadcast(*gradient).shape)
    for azimuth in _LIGHTS_OF_RELIEF_DEG:
        angle = np.radians(azimuth)
        along = gradient.east * np.sin(angle) + gradient.north * np.cos(angle)
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.where(steepness2 > 0.0, along**2 / steepness2, 0.5)
        total += weight * _lit(gradient, azimuth, altitude, exaggeration)
    return np.asarray(1.0 + 127.0 * total)


def _lit(gradient: Gradient, azimuth: float, altitude: float, exaggeration: float) -> FloatArray:
    """Cosine of the angle between the light and the ground's normal, 0 where it is beyond 90°."""
    angle, height = np.radians(azimuth), np.radians(altitude)
    towards = gradient.east * np.sin(angle) + gradient.north * np.cos(angle)
    cosine = np.sin(height) - exaggeration * np.cos(height) * towards
    cosine /= np.sqrt(1.0 + exaggeration**2 * (gradient.east**2 + gradient.north**2))
    return np.where(cosine < 0.0, 0.0, cosine)


class Curvatures(NamedTuple):
    """Per metre, positive where the ground bulges: along the slope, across it, and their mean."""

    profile: FloatArray
    tangential: FloatArray
    mean: FloatArray


def curvatures(near: Around, steps: Steps, bends: Bends) -> Curvatures:
    """Curvatures of the surface; level ground has none along or across its slope.

    Source: Zevenbergen & Thorne 1987 for the derivatives; Florinsky 2016, Digital Terrain Analysis
    in Soil Science and Geology, ch. 2, for the curvatures.
    """
    known = np.isfinite(near.centre)
    gradient = steps.gradient(
        np.where(known, (near.e - near.w) / 2.0, np.nan), (near.s - near.n) / 2.0
    )
    p, q = gradient
    r, s, t = _second_derivatives(near, steps, bends, gradient)
    p2, q2 = p**2, q**2
    steep2 = p2 + q2
    root = np.sqrt(1.0 + steep2)
    with np.errstate(divide="ignore", invalid="ignore"):
        along = -(p2 * r + 2.0 * p * q * s + q2 * t) / (steep2 * root**3)
        across = -(q2 * r - 2.0 * p * q * s + p2 * t) / (steep2 * root)
    level = steep2 == 0.0
    mean = -((1.0 + q2) * r - 2.0 * p * q * s + (1.0 + p2) * t) / (2.0 * root**3)
    return Curvatures(np.where(level, 0.0, along), np.where(level, 0.0, across), mean)


def _second_derivatives(
    near: Around, steps: Steps, bends: Bends, gradient: Gradient
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """East by east, east by north and north by north, per metre.

    A straight line of the map need not be straight on the ground: what height changes because the
    steps bend is no curvature of the ground.
    """
    cc = _unbent(near.e - 2.0 * near.centre + near.w, bends[0:2], gradient)
    rr = _unbent(near.s - 2.0 * near.centre + near.n, bends[4:6], gradient)
    cr = _unbent((near.se - near.ne - near.sw + near.nw) / 4.0, bends[2:4], gradient)
    area = steps.east_c * steps.north_r - steps.north_c * steps.east_r
    with np.errstate(divide="ignore", invalid="ignore"):
        # Columns and rows a metre eastwards and northwards.
        c_e, r_e = steps.north_r / area, -steps.north_c / area
        c_n, r_n = -steps.east_r / area, steps.east_c / area
    return (
        c_e**2 * cc + 2.0 * c_e * r_e * cr + r_e**2 * rr,
        c_e * c_n * cc + (c_e * r_n + r_e * c_n) * cr + r_e * r_n * rr,
        c_n**2 * cc + 2.0 * c_n * r_n * cr + r_n**2 * rr,
    )


def _unbent(second: FloatArray, bend: tuple[FloatArray, ...], gradient: Gradient) -> FloatArray:
    return np.asarray(second - bend[0] * gradient.east - bend[1] * gradient.north)


def ruggedness(near: Around) -> FloatArray:
    """Source: Riley et al. 1999, A terrain ruggedness index; metres."""
    return np.asarray(np.sqrt(sum((other - near.centre) ** 2 for other in near.others)))


def mean_difference(near: Around) -> FloatArray:
    """Mean of the differences in height to the eight neighbours; metres.

    Source: Wilson et al. 2007, Multiscale terrain analysis of multibeam bathymetry data.
    """
    return np.asarray(sum(np.abs(other - near.centre) for other in near.others) / 8.0)


def position(near: Around) -> FloatArray:
    """How far a pixel lies above the mean of its neighbours; metres. Source: the same."""
    return np.asarray(near.centre - sum(near.others) / 8.0)


def height_range(near: Around) -> FloatArray:
    """The highest minus the lowest of the nine; metres. Source: the same."""
    highest, lowest = near.centre, near.centre
    for other in near.others:
        highest, lowest = np.maximum(highest, other), np.minimum(lowest, other)
    return np.asarray(highest - lowest)
