"""Lengths, directions and areas on a sphere, by closed formulas.

Longitudes are east-positive, latitudes planetocentric, both in degrees; lengths are radians and
areas steradians: times the radius, and times its square.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.longitudes import wrap_180, wrap_360

FloatArray = NDArray[np.float64]
Edges = Literal["great circles", "drawn"]

_SHORT = 1e-3


def distances(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> FloatArray:
    """Great-circle distances in radians, exact also for neighbours and antipodes.

    Source: Vincenty's formula for the ellipsoid of no flattening.
    """
    across, along, first, second = _steps(lon_a, lat_a, lon_b, lat_b)
    # 1 - cos loses the digits of neighbours; twice the squared sine of the half keeps them.
    versine = 2.0 * np.sin(across / 2.0) ** 2
    north = np.sin(along) + np.sin(first) * np.cos(second) * versine
    east = np.cos(second) * np.sin(across)
    towards = np.cos(along) - np.cos(first) * np.cos(second) * versine
    return np.asarray(np.arctan2(np.hypot(east, north), towards))


def azimuths(lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike) -> FloatArray:
    """Directions at a of great circles to b: degrees clockwise from north, in [0, 360)."""
    across, along, first, second = _steps(lon_a, lat_a, lon_b, lat_b)
    north = np.sin(along) + np.sin(first) * np.cos(second) * 2.0 * np.sin(across / 2.0) ** 2
    return wrap_360(np.degrees(np.arctan2(np.cos(second) * np.sin(across), north)))


def running_lengths(lon_e: ArrayLike, lat: ArrayLike) -> FloatArray:
    """(n,) radians from the first of n vertices to each, along great circles."""
    lon, height = np.asarray(lon_e, dtype=float), np.asarray(lat, dtype=float)
    steps = distances(lon[:-1], height[:-1], lon[1:], height[1:])
    return np.concatenate([[0.0], np.cumsum(steps)])


def points_along(
    lon_e: ArrayLike, lat: ArrayLike, lengths: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Longitudes in [-180, 180) and latitudes at so many radians along a line of great circles."""
    lon, height = np.asarray(lon_e, dtype=float), np.asarray(lat, dtype=float)
    until, wanted = running_lengths(lon, height), np.asarray(lengths, dtype=float)
    edge = np.clip(np.searchsorted(until, wanted, side="right") - 1, 0, len(lon) - 2)
    return destinations(
        lon[edge],
        height[edge],
        azimuths(lon[edge], height[edge], lon[edge + 1], height[edge + 1]),
        wanted - until[edge],
    )


def destinations(
    lon_e: ArrayLike, lat: ArrayLike, azimuth: ArrayLike, length: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Where great circles lead: longitudes in [-180, 180) and latitudes.

    Args:
        azimuth: Degrees clockwise from north.
        length: Radians.
    """
    start, turn, far = np.radians(lat), np.radians(azimuth), np.asarray(length, dtype=float)
    north = np.cos(start) * np.sin(far) * np.cos(turn) + np.sin(start) * np.cos(far)
    outwards = np.cos(start) * np.cos(far) - np.sin(start) * np.sin(far) * np.cos(turn)
    east = np.sin(far) * np.sin(turn)
    lon = np.asarray(lon_e, dtype=float) + np.degrees(np.arctan2(east, outwards))
    return wrap_180(lon), np.asarray(np.degrees(np.arctan2(north, np.hypot(east, outwards))))


def ring_area(lon_e: ArrayLike, lat: ArrayLike, edges: Edges = "great circles") -> float:
    """Steradians that a ring holds, on its smaller side where it runs around a pole.

    Great circles go the shorter way around, also over the antimeridian; edges from -180 to 180 go
    all around, as those of shapes do that hold a pole or are as wide as the map. "drawn" edges are
    straight in longitude and latitude, and never go over the antimeridian.

    Args:
        lon_e, lat: (n,) the ring's vertices, open or closed.
    """
    lon, height = np.asarray(lon_e, dtype=float), np.asarray(lat, dtype=float)
    across, start, end = np.roll(lon, -1) - lon, height, np.roll(height, -1)
    whole_way = np.abs(across) == 360.0
    if edges == "drawn":
        return float(abs(below_straight(across, start, end).sum()))
    short_way = np.where(whole_way, across, wrap_180(across))
    below = np.where(
        whole_way,
        below_straight(short_way, start, end),
        below_great_circle(short_way, start, end),
    ).sum()
    if abs(short_way.sum()) > 180.0:
        return float(2.0 * np.pi - abs(below))
    return float(abs(below))


def ring_moment(lon_e: ArrayLike, lat: ArrayLike) -> FloatArray:
    """(3,) the sum of all directions in a ring of great circles, towards its vertices.

    Its direction is the ring's middle, also around poles and over the antimeridian.
    Source: Stokes's theorem; each edge gives half its angle times its plane's normal.
    """
    points = unit_vectors(np.asarray(lon_e, dtype=float), np.asarray(lat, dtype=float))
    following = np.roll(points, -1, axis=0)
    normals = np.cross(points, following)
    sines = np.linalg.norm(normals, axis=1)
    angles = np.arctan2(sines, np.einsum("ij,ij->i", points, following))
    weights = np.divide(angles, 2.0 * sines, out=np.full_like(sines, 0.5), where=sines > 0.0)
    moment = np.asarray(weights @ normals)
    return moment if moment @ points.sum(axis=0) >= 0.0 else -moment


def outline_length(lon_e: ArrayLike, lat: ArrayLike, *, seam_counts: bool) -> float:
    """Radians along a closed ring of great circles; edges from -180 to 180 go all around.

    Args:
        lon_e, lat: (n,) the ring's vertices, the last as the first.
        seam_counts: Whether edges on the antimeridian are the shape's own, and not those of a cut.
    """
    lon, height = np.asarray(lon_e, dtype=float), np.asarray(lat, dtype=float)
    lengths = distances(lon[:-1], height[:-1], lon[1:], height[1:])
    whole_way = np.abs(np.diff(lon)) == 360.0
    lengths[whole_way] = 2.0 * np.pi * np.cos(np.radians(height[:-1][whole_way]))
    on_seam = (np.diff(lon) == 0.0) & (np.abs(lon[:-1]) == 180.0)
    return float(lengths[~on_seam | seam_counts].sum())


def _steps(
    lon_a: ArrayLike, lat_a: ArrayLike, lon_b: ArrayLike, lat_b: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Radians across and up from a to b, and both latitudes."""
    across = wrap_180(np.asarray(lon_b, dtype=float) - np.asarray(lon_a, dtype=float))
    first, second = np.asarray(lat_a, dtype=float), np.asarray(lat_b, dtype=float)
    return np.radians(across), np.radians(second - first), np.radians(first), np.radians(second)


def below_great_circle(across: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Signed steradians between edges and the equator.

    Source: Napier's analogies for the quadrangle of an edge, two meridians and the equator.
    """
    half = np.radians(across) / 2.0
    middle, half_step = np.radians(start + end) / 2.0, np.radians(end - start) / 2.0
    tangent = np.sin(half) * np.sin(middle), np.cos(half) * np.cos(half_step)
    return np.asarray(2.0 * np.arctan2(*tangent))


def below_straight(across: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """The same for edges along which latitude grows evenly with longitude."""
    half_step = np.radians(end - start) / 2.0
    squared = half_step**2
    series = 1.0 - squared / 6.0 + squared**2 / 120.0
    long = np.abs(half_step) > _SHORT
    evenness = np.where(long, np.sin(half_step) / np.where(long, half_step, 1.0), series)
    return np.asarray(np.radians(across) * np.sin(np.radians(start + end) / 2.0) * evenness)
