"""Areas on the ground as instruments see them: directions, horizon, distance and light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.spice.instruments.instrument import Instrument
from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.vectorised import (
    LIGHT_SPEED_KM_S,
    Gaps,
    apparent_positions,
    solar_longitudes,
)
from planetary_qgis.core.spice.views import Views

FloatArray = NDArray[np.float64]

_POINTS_ON_OUTLINE = 240
_POINTS_ACROSS = 8
_MOST_POINTS = 1500


@dataclass(frozen=True)
class Area:
    """An area of a target, and points that stand for it.

    Attributes:
        shape: Valid, in the house's degrees.
        points: (k, 3) km, body-fixed, on the surface: vertices, others along the outline, and a
            grid within.
        half_spacing: km; no point of the outline is farther than that from one of these.
        middle: (3,) unit vector, in scaled space, to the middle of the points.
        extent: Radians, in scaled space, from there to the farthest.
    """

    shape: shapely.Geometry
    points: FloatArray
    half_spacing: float
    middle: FloatArray
    extent: float

    @property
    def is_point(self) -> bool:
        return bool(shapely.get_dimensions(self.shape) == 0)


def area_of(shape: shapely.Geometry, scene: Scene) -> Area:
    """The area of a shape on the scene's target.

    Raises:
        PlanetaryError: The shape is empty.
    """
    if shape is None or shapely.is_empty(shape):
        raise PlanetaryError("The area is empty.", hint="Give a point, a line or a polygon.")
    shape = shapely.make_valid(shape)
    outline, part = _outline(shape)
    places = np.concatenate([outline, _grid(shape)])
    points = on_surface(places, scene)
    scaled = points / scene.radii
    scaled /= np.linalg.norm(scaled, axis=1, keepdims=True)
    middle = scaled.mean(axis=0)
    length = float(np.linalg.norm(middle))
    middle = middle / length if length > 1e-3 else np.array([0.0, 0.0, 1.0])
    extent = float(np.arccos(np.clip(scaled @ middle, -1.0, 1.0)).max())
    steps = np.linalg.norm(np.diff(points[: len(outline)], axis=0), axis=1)[np.diff(part) == 0]
    half_spacing = float(steps.max(initial=0.0)) / 2.0
    # Between the points the outline bulges out a little, by no more than half their spacing.
    bulge = 2.0 * half_spacing / float(scene.radii.min())
    return Area(shape, points, half_spacing, middle, extent + bulge)


def _outline(shape: shapely.Geometry) -> tuple[FloatArray, NDArray[np.intp]]:
    """(k, 2) vertices along the outline, others between them, and each one's part of it."""
    lines = shapely.boundary(shape) if shapely.get_dimensions(shape) == 2 else shape
    parts = shapely.get_parts(lines)
    if shapely.get_num_coordinates(lines) > _MOST_POINTS:
        parts = shapely.simplify(parts, float(shapely.length(lines)) / _POINTS_ON_OUTLINE)
    places, part = shapely.get_coordinates(parts, return_index=True)
    chords = np.linalg.norm(np.diff(unit_vectors(*places.T), axis=0), axis=1)
    chords[np.diff(part) != 0] = 0.0
    longest = max(float(chords.sum()) / _POINTS_ON_OUTLINE, 1e-12)
    pieces = np.append(np.maximum(np.ceil(chords / longest), 1.0), 1.0).astype(np.intp)
    edge = np.repeat(np.arange(len(places)), pieces)
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    step = np.diff(places, axis=0, append=places[-1:])
    return places[edge] + (nth / pieces[edge])[:, None] * step[edge], part[edge]


def _grid(shape: shapely.Geometry) -> FloatArray:
    """(k, 2) places within a polygon's parts, about as many to a side as to the other."""
    grids = [np.empty((0, 2))]
    parts = shapely.get_parts(shapely.get_parts(shape))
    for part in parts[shapely.get_dimensions(parts) == 2][:50]:
        west, south, east, north = shapely.bounds(part)
        across = (np.arange(_POINTS_ACROSS) + 0.5) / _POINTS_ACROSS
        lon, lat = np.meshgrid(west + across * (east - west), south + across * (north - south))
        within = shapely.contains_xy(part, lon.ravel(), lat.ravel())
        grids.append(np.column_stack([lon.ravel(), lat.ravel()])[within])
    return np.concatenate(grids)


def on_surface(places: FloatArray, scene: Scene) -> FloatArray:
    """(k, 3) km: where rays from the centre through longitudes and latitudes leave the surface."""
    outward = unit_vectors(places[:, 0], places[:, 1])
    outside = outward * float(np.max(scene.radii)) * 3.0
    points = scene.surface.intercept(outside, -outward)
    on_ellipsoid = ellipsoid.intercept(outside, -outward, scene.radii)
    return np.where(np.isfinite(points), points, on_ellipsoid)


def below_horizon(views: Views, points: FloatArray) -> FloatArray:
    """(n, k) radians by which points must turn toward the observer to come over the horizon.

    In scaled space the target is the unit sphere, and x is in view of s where x·s > 1. Negative
    where the point is in view; nothing is in view from inside the target.

    Args:
        points: (k, 3) km, body-fixed.
    """
    standing = views.origins / views.radii
    distance = np.linalg.norm(standing, axis=1)
    scaled = points / views.radii
    scaled = scaled / np.linalg.norm(scaled, axis=1, keepdims=True)
    cosines = np.clip((standing / distance[:, None]) @ scaled.T, -1.0, 1.0)
    with np.errstate(invalid="ignore"):
        horizon = np.arccos(1.0 / distance)
    return np.asarray(np.arccos(cosines) - np.where(distance > 1.0, horizon, -1.0)[:, None])


@dataclass(frozen=True)
class Sight:
    """Lines of sight from n views to k points each.

    Attributes:
        apparent: (n, k, 3) unit vectors, body-fixed, in which the points appear.
        range_km: (n, k)
    """

    apparent: FloatArray
    range_km: FloatArray

    def in_instrument(self, views: Views) -> FloatArray:
        """(n, k, 3) the same in the instrument's frame."""
        return np.asarray(self.apparent @ views.turns)


def sight_of(views: Views, points: FloatArray) -> Sight:
    """Where points appear from views, each at its own light time: `look_along` the other way.

    Args:
        points: (k, 3) or (n, k, 3) km, body-fixed.
    """
    origins = views.origins[:, None, :]
    geometric = points - origins
    if views.corrects_light_time:
        gained = np.linalg.norm(geometric, axis=-1) / LIGHT_SPEED_KM_S - views.light_time[:, None]
        later = gained[..., None]
        geometric = geometric - later * views.origin_rate[:, None, :]
        geometric = geometric - later * np.cross(views.spin, geometric)
    ranges = np.linalg.norm(geometric, axis=-1)
    apparent = geometric / ranges[..., None] + views.aberration[:, None, :]
    return Sight(apparent / np.linalg.norm(apparent, axis=-1, keepdims=True), ranges)


class FieldOfView:
    """The convex cone around a field of view."""

    def __init__(self, instrument: Instrument) -> None:
        axis = instrument.corners.mean(axis=0)
        self._axis = axis / np.linalg.norm(axis)
        hull = _hull(instrument.corners, self._axis)
        self._radius = float(np.arccos(np.clip(hull @ self._axis, -1.0, 1.0)).max())
        normals = np.cross(hull, np.roll(hull, -1, axis=0))
        normals /= np.linalg.norm(normals, axis=1, keepdims=True)
        self._outward = normals * -np.sign(normals @ self._axis)[:, None]

    def clearance(self, directions: FloatArray) -> FloatArray:
        """(…,) radians by which directions lie outside at least; negative inside.

        Args:
            directions: (…, 3) unit vectors in the instrument's frame.
        """
        beside = np.arcsin(np.clip((directions @ self._outward.T).max(axis=-1), -1.0, 1.0))
        from_axis = np.arccos(np.clip(directions @ self._axis, -1.0, 1.0))
        return np.asarray(np.maximum(beside, from_axis - self._radius))


def _hull(corners: FloatArray, axis: FloatArray) -> FloatArray:
    """The corners of the convex hull in the plane that touches the unit sphere at the axis."""
    first = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    first /= np.linalg.norm(first)
    basis = np.stack([first, np.cross(axis, first)])
    flat = (corners / (corners @ axis)[:, None]) @ basis.T
    ring = shapely.get_coordinates(shapely.convex_hull(shapely.multipoints(flat)))[:-1]
    hull = ring @ basis + axis
    return np.asarray(hull / np.linalg.norm(hull, axis=1, keepdims=True))


def light_at(
    scene: Scene,
    views: Views,
    points: FloatArray,
    pixel_angle: float | None,
    gaps: Gaps,
) -> dict[str, FloatArray]:
    """(n, k) values of the columns that a search can be limited by, at points.

    Args:
        points: (k, 3) or (n, k, 3) km, body-fixed, on the surface.

    Source: NAIF ILUMIN, as in illumination.py.
    """
    points = np.broadcast_to(points, (len(views), *points.shape[-2:]))
    sight = sight_of(views, points)
    inertial = apparent_positions(
        "SUN", views.et - views.light_time, scene.abcorr, scene.target_id, gaps
    )
    sun = np.einsum("nij,nj->ni", views.to_fixed, inertial)
    normals = views.surface.outward_normals(points)
    to_sun, to_observer = sun[:, None, :] - points, -sight.apparent
    lon_e, sun_lon_e = ellipsoid.lon_lat(points)[0], ellipsoid.lon_lat(sun)[0][:, None]
    sense = -1.0 if views.spin[2] < 0.0 else 1.0
    season = solar_longitudes(scene.target_id, views.et, scene.abcorr, gaps)
    values: dict[str, Any] = {
        "incidence_angle": ellipsoid.angle_between(normals, to_sun),
        "emission_angle": ellipsoid.angle_between(normals, to_observer),
        "phase_angle": ellipsoid.angle_between(to_sun, to_observer),
        "range_km": sight.range_km,
        "resolution": sight.range_km * (np.nan if pixel_angle is None else pixel_angle * 1000.0),
        "solar_longitude": np.broadcast_to(season[:, None], sight.range_km.shape),
        "local_time": (12.0 + sense * (lon_e - sun_lon_e) / 15.0) % 24.0,
    }
    return values
