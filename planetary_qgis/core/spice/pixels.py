"""How large pixels are on the ground, and how near to it a line of sight passes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.instruments.instrument import Instrument
from planetary_qgis.core.spice.surfaces.ellipsoid import lon_lat
from planetary_qgis.core.spice.views import Views, look

FloatArray = NDArray[np.float64]

_HALVINGS = 60


class PixelSizes(NamedTuple):
    """(n,) metres on the ground where the boresight meets the target, NaN where it does not.

    Attributes:
        across: In the direction of samples: that of a scanner's line, a camera's longer side.
        along: In the direction of lines.
    """

    across: FloatArray
    along: FloatArray


def pixel_sizes(views: Views, instrument: Instrument) -> PixelSizes:
    """The ground sizes of a pixel, foreshortened as the ground lies."""
    if instrument.pixel_angles is None:
        return PixelSizes(np.full(len(views), np.nan), np.full(len(views), np.nan))
    looks = look(views, instrument.boresight[None])
    points, line = looks.points[:, 0], looks.directions[:, 0]
    ranges_m = np.linalg.norm(points - looks.origins[:, 0], axis=1) * 1000.0
    line = line / np.linalg.norm(line, axis=1, keepdims=True)
    normals = views.surface.outward_normals(points, views.emitted)
    toward = np.einsum("ni,ni->n", line, normals)
    sizes = []
    for side, angle in zip(_sides(instrument), instrument.pixel_angles):
        turned = views.turns @ side
        turned -= np.einsum("ni,ni->n", turned, line)[:, None] * line
        turned /= np.linalg.norm(turned, axis=1, keepdims=True)
        # A step across the line of sight slides along it until it is back on the ground.
        slide = np.einsum("ni,ni->n", turned, normals) / toward
        sizes.append(ranges_m * angle * np.sqrt(1.0 + slide * slide))
    return PixelSizes(*sizes)


def _sides(instrument: Instrument) -> FloatArray:
    """(2, 3) directions of samples and of lines in the instrument's frame."""
    corners, axis = instrument.corners, instrument.boresight
    if len(corners) == 4:
        steps = np.roll(corners, -1, axis=0) - corners
        across = steps[np.argmax(np.linalg.norm(steps, axis=1).round(9))]
    else:
        across = instrument.rays_on_line(np.array([1.0])) - instrument.rays_on_line(np.array([0.0]))
        across = across[0]
    across = across - (across @ axis) * axis
    return np.stack([across, np.cross(axis, across)])


class Misses(NamedTuple):
    """(n,) how boresights pass a target that they miss; NaN where they meet it or look away.

    Attributes:
        distance_km: From the limb, at the nearest.
        lon_e, lat: The point of the ellipsoid that they pass there.
    """

    distance_km: FloatArray
    lon_e: FloatArray
    lat: FloatArray


def misses(views: Views, boresight: FloatArray) -> Misses:
    """How boresights pass the ellipsoid that they miss.

    Source: NAIF NPEDLN: seen along the line, the ellipsoid is an ellipse and the line a point.
    """
    found = np.full((3, len(views)), np.nan)
    looks = look(views, boresight[None])
    passing = np.flatnonzero(~looks.hit[:, 0] & views.known & ~views.inside)
    if len(passing):
        origins, lines = looks.origins[passing, 0], looks.directions[passing, 0]
        points, distances = _nearest_points(origins, lines, views.radii)
        ahead = np.einsum("ni,ni->n", points - origins, lines) > 0.0
        lon, lat = lon_lat(points)
        found[:, passing] = np.where(ahead, [distances, lon, lat], np.nan)
    return Misses(*found)


def _nearest_points(
    origins: FloatArray, lines: FloatArray, radii: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(n, 3) km: the points of the ellipsoid nearest to lines that miss it; (n,) how near."""
    along = lines / np.linalg.norm(lines, axis=1, keepdims=True)
    helper = np.where(np.abs(along[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    first = np.cross(helper, along)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    plane = np.stack([first, np.cross(along, first)], axis=1)
    # A point s of the unit sphere is seen at P R s: together an ellipse of matrix P R² Pᵀ.
    shadow = plane * radii**2 @ plane.transpose(0, 2, 1)
    squares, axes = np.linalg.eigh(shadow)
    place = np.einsum("nij,nj->ni", plane, origins)
    turned = np.einsum("nji,nj->ni", axes, place)
    nearest = _nearest_on_ellipses(turned, squares)
    distances = np.linalg.norm(turned - nearest, axis=1)
    on_shadow = np.einsum("nij,nj->ni", axes, nearest / squares)
    return np.einsum("nji,nj->ni", plane, on_shadow) * radii**2, distances


def _nearest_on_ellipses(places: FloatArray, squares: FloatArray) -> FloatArray:
    """(n, 2) the nearest points of ellipses with these squared semi-axes to places outside them.

    Source: Eberly, "Distance from a Point to an Ellipse, an Ellipsoid, or a Hyperellipsoid", 2013:
    q = a² p / (t + a²), where the t that puts q on the ellipse is found by bisection.
    """
    low = np.zeros(len(places))
    high = np.sqrt(squares.max(axis=1)) * np.linalg.norm(places, axis=1)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        reach = (squares * places**2 / (middle[:, None] + squares) ** 2).sum(axis=1)
        low, high = np.where(reach > 1.0, middle, low), np.where(reach > 1.0, high, middle)
    return np.asarray(squares * places / (((low + high) / 2.0)[:, None] + squares))
