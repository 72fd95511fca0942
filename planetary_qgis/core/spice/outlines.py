"""From fields of view to outlines on the ground, at the limb too.

In scaled space (see ellipsoid.py), projected from the observer onto the plane that faces it, the
disc is a circle around the origin and the sides of a field of view are straight. There the view is
cut by the disc as one planar polygon by another, and the outline is carried back to the surface.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import Shapes, polygons_from_rings, united
from planetary_qgis.core.spice import ellipsoid
from planetary_qgis.core.spice.views import Looks, Views, look_along

FloatArray = NDArray[np.float64]

LIMB_POINTS = 360
COARSE_STEP = 0.02
"""In radii of the body: outlines with longer steps get more vertices."""
PLANE_STEP = 0.02
"""In radii of the disc: the steps they then get."""
_JUST_IN_FRONT = 1e-3
"""Tangent of how far above the plane through the observer a line of sight still counts."""


@dataclass(frozen=True)
class Footprints:
    """What fields of view cover.

    Attributes:
        shapes: (n,) polygons, None where the target is not in view.
        over_limb: (n,) where the outline follows the limb at least in part.
        middles: (n, 3) km, a point in each shape: where the field of view misses at its centre,
            this still lies in what it sees. NaN where the target is not in view.
    """

    shapes: Shapes
    over_limb: NDArray[np.bool_]
    middles: FloatArray


def frame_footprints(views: Views, outline: FloatArray) -> Footprints:
    """Footprints of a field of view that sees all its area at once.

    Args:
        outline: (k, 3) unit vectors in the instrument's frame, counter-clockwise on the ground.
    """
    directions = views.directions(outline)
    looks = look_along(views, directions)
    inside = looks.hit.all(axis=1) & ~_is_coarse(looks.points, views.radii)
    shapes = np.full(len(views), None, dtype=object)
    middles = np.full((len(views), 3), np.nan)
    if inside.any():
        shapes[inside] = _polygons(looks.points[inside])
        middles[inside] = _on_surface(looks.points[inside].mean(axis=1), views.radii)
    others = np.flatnonzero(~inside & views.known)
    for row, rings in zip(others, _cut_at_limb(views[others], directions[others])):
        if rings:
            shapes[row] = united([_polygons(ring[None])[0] for ring in rings])
            middles[row] = _on_surface(max(rings, key=len).mean(axis=0), views.radii)
    over_limb = ~shapely.is_missing(shapes) & ~looks.hit.all(axis=1)
    return Footprints(shapes, over_limb, middles)


def _is_coarse(points: FloatArray, radii: FloatArray) -> NDArray[np.bool_]:
    """(n,) where neighbouring points of an outline lie so far apart that its sides bend between."""
    scaled = points / radii
    steps = np.roll(scaled, -1, axis=1) - scaled
    return np.asarray((np.einsum("...i,...i->...", steps, steps) > COARSE_STEP**2).any(axis=1))


def _cut_at_limb(views: Views, directions: FloatArray) -> list[list[FloatArray]]:
    """For each view the (k, 3) rings of what its lines of sight enclose of the disc."""
    bases, limb_radii = _facing_planes(views)
    local = (directions / views.radii) @ bases.transpose(0, 2, 1)
    seen = shapely.intersection(_planar_fields(local, limb_radii), _disc())
    seen = shapely.segmentize(seen, PLANE_STEP)
    rings = [_exteriors(shape) for shape in seen]
    return _to_surface(views, rings, bases, limb_radii)


def _facing_planes(views: Views) -> tuple[FloatArray, FloatArray]:
    """(n, 3, 3) rows east, north and toward the target of each view; the discs' radii."""
    up = views.origins / views.radii
    distance = np.linalg.norm(up, axis=1)
    up = up / distance[:, None]
    helper = np.where(np.abs(up[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    east = np.cross(helper, up)
    east /= np.linalg.norm(east, axis=1)[:, None]
    # East x north = up: counter-clockwise in the plane is counter-clockwise seen from above.
    bases = np.stack([east, np.cross(up, east), -up], axis=1)
    return bases, 1.0 / np.sqrt(np.maximum(distance**2 - 1.0, 1e-12))


def _planar_fields(local: FloatArray, limb_radii: FloatArray) -> Shapes:
    """Fields of view as plane polygons, in units of the disc's radius.

    Args:
        local: (n, k, 3) lines of sight in the axes of the facing planes.
    """
    fields = np.full(len(local), shapely.Polygon(), dtype=object)
    in_front = local[..., 2] > _JUST_IN_FRONT * np.linalg.norm(local, axis=-1)
    whole = in_front.all(axis=1)
    for row in np.flatnonzero(in_front.any(axis=1)):
        ring = local[row] if whole[row] else _before_the_observer(local[row])
        fields[row] = shapely.Polygon(ring[:, :2] / ring[:, 2:] / limb_radii[row])
    broken = ~shapely.is_valid(fields)
    fields[broken] = shapely.make_valid(fields[broken])
    return fields


def _before_the_observer(ring: FloatArray) -> FloatArray:
    """A ring of directions cut where it passes behind the observer (Sutherland-Hodgman)."""
    unit = ring / np.linalg.norm(ring, axis=1)[:, None]
    height = unit[:, 2] - 2.0 * _JUST_IN_FRONT
    kept = []
    for index in range(len(unit)):
        following = (index + 1) % len(unit)
        if height[index] >= 0.0:
            kept.append(unit[index])
        if height[index] * height[following] < 0.0:
            share = height[index] / (height[index] - height[following])
            kept.append(unit[index] + share * (unit[following] - unit[index]))
    return np.array(kept)


def _disc() -> shapely.Polygon:
    """A polygon around the unit circle: what comes from its edge misses the target for certain."""
    turns = np.arange(LIMB_POINTS) * (2.0 * np.pi / LIMB_POINTS)
    outside = 1.0 / np.cos(np.pi / LIMB_POINTS)
    return shapely.Polygon(np.column_stack([np.cos(turns), np.sin(turns)]) * outside)


def _exteriors(shape: shapely.Geometry) -> list[FloatArray]:
    """Open, counter-clockwise (k, 2) rings of a plane shape's polygons."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    areas = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    return [
        shapely.get_coordinates(shapely.geometry.polygon.orient(area).exterior)[:-1]
        for area in areas
    ]


def _to_surface(
    views: Views, rings: list[list[FloatArray]], bases: FloatArray, limb_radii: FloatArray
) -> list[list[FloatArray]]:
    """Plane rings carried to the surface; what misses it goes to the limb beside it."""
    owners = [row for row, of_view in enumerate(rings) for ring in of_view for _ in ring]
    if not owners:
        return [[] for _ in rings]
    owner = np.array(owners)
    plane = np.concatenate([ring for of_view in rings for ring in of_view])
    local = np.column_stack([plane * limb_radii[owner, None], np.ones(len(plane))])
    scaled = np.einsum("mj,mji->mi", local, bases[owner])
    looks = look_along(views[owner], (scaled * views.radii)[:, None, :])
    points = _at_surface_or_limb(looks, views.radii)[:, 0]
    return _regrouped(points, rings)


def _at_surface_or_limb(looks: Looks, radii: FloatArray) -> FloatArray:
    limb = ellipsoid.limb_point_beside(looks.origins, looks.directions, radii)
    return np.where(looks.hit[..., None], looks.points, limb)


def _regrouped(points: FloatArray, rings: list[list[FloatArray]]) -> list[list[FloatArray]]:
    grouped, begin = [], 0
    for of_view in rings:
        own = []
        for ring in of_view:
            own.append(points[begin : begin + len(ring)])
            begin += len(ring)
        grouped.append(own)
    return grouped


def _polygons(points: FloatArray) -> Shapes:
    lon, lat = ellipsoid.lon_lat(points)
    return polygons_from_rings(lon, lat, interior_on_left=True)


def _on_surface(points: FloatArray, radii: FloatArray) -> FloatArray:
    """Points below the surface, moved out to it along their own radius."""
    scaled = points / radii
    return np.asarray(scaled / np.linalg.norm(scaled, axis=-1, keepdims=True) * radii)
