"""Fields of view cut at the limb of an ellipsoid.

In scaled space (see ellipsoid.py) the disc is a right circular cone of directions, and the sides of
a field of view are planes through the observer. Directions are held as (x, y, z), z toward the
target's centre and x, y in units of the disc's radius at z = 1: there the cone is x² + y² = z², and
each side of a field of view meets it at the roots of a quadratic equation; where round ones meet it
is found by bisection. Nothing is projected, so that any field of view before the camera will do,
from any distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.areas.limb_chains import (
    Crossed,
    Outlines,
    joined,
    linked,
    whole_discs,
)
from planetary_qgis.core.spice.areas.rims import Rim
from planetary_qgis.core.spice.views import Views

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.intp]
Flags = NDArray[np.bool_]

_HALVINGS = 45
_LEAST_CHORD = 1e-7
"""In radii of the disc: what reaches over the limb by less does not count."""


@dataclass(frozen=True)
class Discs:
    """The targets' discs as their observers see them.

    Attributes:
        bases: (n, 3, 3) rows x, y and toward the target, in scaled space.
        radii: (n,) tangents of the discs' angular radii in scaled space.
        scale: (3,) km, the target's radii.
    """

    bases: FloatArray
    radii: FloatArray
    scale: FloatArray

    @staticmethod
    def of(views: Views) -> Discs:
        up = views.origins / views.radii
        distance = np.linalg.norm(up, axis=1)
        up = up / distance[:, None]
        helper = np.where(np.abs(up[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
        east = np.cross(helper, up)
        east /= np.linalg.norm(east, axis=1)[:, None]
        # x × y = up: counter-clockwise about z in here is counter-clockwise seen from above.
        bases = np.stack([east, np.cross(up, east), -up], axis=1)
        return Discs(bases, 1.0 / np.sqrt((distance - 1.0) * (distance + 1.0)), views.radii)

    def local(self, directions: FloatArray) -> FloatArray:
        """(n, k, 3) unit vectors in the disc's axes of (n, k, 3) body-fixed directions."""
        turned = (directions / self.scale) @ self.bases.transpose(0, 2, 1)
        turned[..., :2] /= self.radii[:, None, None]
        return np.asarray(turned / np.linalg.norm(turned, axis=-1, keepdims=True))

    def body_fixed(self, local: FloatArray, owner: IntArray) -> FloatArray:
        """(m, 3) body-fixed directions of (m, 3) local ones of these views."""
        scaled = local.copy()
        scaled[:, :2] *= self.radii[owner, None]
        return np.asarray(np.einsum("mj,mji->mi", scaled, self.bases[owner]) * self.scale)


@dataclass(frozen=True)
class RimSides:
    """The rim of a round field of view in the discs' axes."""

    rim: Rim
    views: Views
    discs: Discs

    def local(self, owner: IntArray, angles: FloatArray) -> FloatArray:
        """(m, 3) directions to the rim of these views at angles around it."""
        lines = np.einsum("mij,mj->mi", self.views.turns[owner], self.rim.rays(angles))
        lines -= self.views.aberration[owner]
        turned = np.einsum("mij,mj->mi", self.discs.bases[owner], lines / self.discs.scale)
        turned[:, :2] /= self.discs.radii[owner, None]
        return np.asarray(turned / np.linalg.norm(turned, axis=1, keepdims=True))

    def crossings(self, owner: IntArray, inside: FloatArray, outside: FloatArray) -> FloatArray:
        """(m,) angles at which the rim crosses the limb, between two on either side of it."""
        for _ in range(_HALVINGS):
            middle = inside + half_turn(outside - inside) / 2.0
            is_inside = _inside(self.local(owner, middle))
            inside = np.where(is_inside, middle, inside)
            outside = np.where(is_inside, outside, middle)
        return inside


def cut_at_limb(views: Views, directions: FloatArray) -> tuple[Discs, Outlines]:
    """What (n, k, 3) directions around fields of view with straight sides enclose of the discs.

    Args:
        directions: Body-fixed, counter-clockwise as seen from above.
    """
    discs = Discs.of(views)
    crossed = _crossed(discs.local(directions))
    return discs, _outlines(views, directions, crossed)


def cut_rim_at_limb(views: Views, rim: Rim) -> tuple[RimSides, Outlines]:
    """The same for a round field of view."""
    sides = RimSides(rim, views, Discs.of(views))
    angles = rim.angles_beside(views)
    directions = views.directions(rim.rays(angles))
    crossed = _crossed_by_rim(sides, sides.discs.local(directions), angles)
    return sides, _outlines(views, directions, crossed)


def _outlines(views: Views, directions: FloatArray, crossed: Crossed) -> Outlines:
    untouched = np.flatnonzero(np.bincount(crossed.owner, minlength=len(views)) == 0)
    whole = untouched[_enclose_centre(directions[untouched], views.origins[untouched])]
    return joined([linked(crossed), whole_discs(whole)])


def _crossed(local: FloatArray) -> Crossed:
    """What runs within the discs along the sides of (n, k, 3) fields of view."""
    following = np.roll(local, -1, axis=1)
    inside = _inside(local)
    inside_next = np.roll(inside, -1, axis=1)
    first, second, found = _roots(local, following - local)
    through = ~inside & ~inside_next & found[0] & found[1]
    enters = (~inside & inside_next) | through
    leaves = (inside & ~inside_next) | through
    entry = np.where(found[0], first, np.where(found[1], second, 1.0))
    exit_ = np.where(found[1], second, np.where(found[0], first, 0.0))
    steps = following - local
    slots = np.stack(
        [local, local + entry[..., None] * steps, local + exit_[..., None] * steps], axis=2
    )
    used = np.stack([inside, enters, leaves], axis=2)
    kind = np.broadcast_to(np.arange(3), used.shape)[used]
    owner = np.broadcast_to(np.arange(len(local))[:, None, None], used.shape)[used]
    unknown = np.full(len(owner), np.nan)
    return Crossed(slots[used], owner, kind == 1, kind == 2, unknown)


def _crossed_by_rim(sides: RimSides, local: FloatArray, angles: FloatArray) -> Crossed:
    """The same of round fields of view with rays at these (n, k) angles."""
    inside = _inside(local)
    next_angles, inside_next = np.roll(angles, -1, axis=1), np.roll(inside, -1, axis=1)
    enters, leaves = ~inside & inside_next, inside & ~inside_next
    at = [angles, angles.copy(), angles.copy()]
    view, side = np.nonzero(enters)
    at[1][view, side] = sides.crossings(view, next_angles[view, side], angles[view, side])
    view, side = np.nonzero(leaves)
    at[2][view, side] = sides.crossings(view, angles[view, side], next_angles[view, side])
    used = np.stack([inside, enters, leaves], axis=2)
    kind = np.broadcast_to(np.arange(3), used.shape)[used]
    owner = np.broadcast_to(np.arange(len(local))[:, None, None], used.shape)[used]
    of_vertices = np.stack(at, axis=2)[used]
    return Crossed(sides.local(owner, of_vertices), owner, kind == 1, kind == 2, of_vertices)


def half_turn(angles: FloatArray) -> FloatArray:
    """Angles in radians in [-π, π)."""
    return np.asarray((angles + np.pi) % (2.0 * np.pi) - np.pi)


def _inside(local: FloatArray) -> Flags:
    return np.asarray((_form(local, local) >= 0.0) & (local[..., 2] > 0.0))


def _form(one: FloatArray, other: FloatArray) -> FloatArray:
    """z z' - x x' - y y': of a direction with itself, above zero within the cone."""
    return np.asarray(
        one[..., 2] * other[..., 2] - one[..., 0] * other[..., 0] - one[..., 1] * other[..., 1]
    )


def _roots(start: FloatArray, step: FloatArray) -> tuple[FloatArray, FloatArray, list[Flags]]:
    """The shares of a side, in order, at which it meets the cone, and which of them it does."""
    square, half, rest = _form(step, step), _form(start, step), _form(start, start)
    root = np.sqrt(np.maximum(half * half - square * rest, 0.0))
    meets = half * half > square * rest
    sum_ = -(half + np.where(half < 0.0, -root, root))
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = sum_ / square, rest / sum_
        first, second = np.fmin(one, other), np.fmax(one, other)
        found = [
            meets & (share >= 0.0) & (share <= 1.0) & (start[..., 2] + share * step[..., 2] > 0.0)
            for share in (first, second)
        ]
        chord = np.linalg.norm((second - first)[..., None] * step, axis=-1)
        height = start[..., 2] + first * step[..., 2]
    # A side that only touches the cone from outside crosses it not at all.
    touches = found[0] & found[1] & (chord < _LEAST_CHORD * np.abs(height))
    return first, second, [flags & ~touches for flags in found]


def _enclose_centre(directions: FloatArray, origins: FloatArray) -> Flags:
    """Where fields of view hold the direction to the target's centre, by an even-odd count."""
    if not len(directions):
        return np.zeros(0, dtype=bool)
    units = directions / np.linalg.norm(directions, axis=-1, keepdims=True)
    # Not the mean, which leans to where the directions are dense.
    axis = np.cross(units, np.roll(units, -1, axis=1)).sum(axis=1)
    axis *= np.sign((axis * units.mean(axis=1)).sum(axis=1, keepdims=True))
    axis /= np.linalg.norm(axis, axis=1, keepdims=True)
    helper = np.where(np.abs(axis[:, 2:]) < 0.9, [[0.0, 0.0, 1.0]], [[1.0, 0.0, 0.0]])
    first = np.cross(helper, axis)
    basis = np.stack([first, np.cross(axis, first), axis], axis=2)
    ring, centre = units @ basis, np.einsum("ni,nij->nj", -origins, basis)
    x, y = (ring[..., i] / ring[..., 2] - (centre[:, i] / centre[:, 2])[:, None] for i in (0, 1))
    next_x, next_y = np.roll(x, -1, axis=1), np.roll(y, -1, axis=1)
    passes = (y > 0.0) != (next_y > 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        right = x - y * (next_x - x) / (next_y - y) > 0.0
    return np.asarray(((passes & right).sum(axis=1) % 2 == 1) & (centre[:, 2] > 0.0))
