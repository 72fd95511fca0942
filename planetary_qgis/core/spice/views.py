"""Where an observer stood and how its instrument was turned, for many epochs at once.

Follows CSPICE's SINCPT on an ellipsoid: the target is seen where it was one light time ago, that of
the point looked at; an instrument's ray is an apparent direction, from which stellar aberration is
taken away to get the line along which the light came.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import spiceypy
from numpy.typing import NDArray

from planetary_qgis.core.spice.scene import Scene
from planetary_qgis.core.spice.surfaces import Surface
from planetary_qgis.core.spice.vectorised import (
    LIGHT_SPEED_KM_S,
    Gaps,
    relative_states,
    rotations,
    ssb_states,
)

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Views:
    """Observers in the target's body-fixed frame, km, one row an epoch; NaN in the gaps.

    Attributes:
        et: (n,) epochs of observation.
        light_time: (n,) s, from about the limb; 0 where no correction is asked for.
        origins: (n, 3) observer, with the target as it was one light time before the epoch.
        turns: (n, 3, 3) from the instrument's frame to the body-fixed frame.
        to_fixed: (n, 3, 3) from J2000 to the body-fixed frame.
        aberration: (n, 3) the observer's velocity in units of the speed of light.
        drift: (n, 3) km/s, how the origin moves as the light time grows.
        spin: (3,) rad/s, the body-fixed frame's rotation.
        surface: What lines of sight meet.
        radii: (3,) km, of the target's ellipsoid.
    """

    et: FloatArray
    light_time: FloatArray
    origins: FloatArray
    turns: FloatArray
    to_fixed: FloatArray
    aberration: FloatArray
    drift: FloatArray
    spin: FloatArray
    surface: Surface
    radii: FloatArray
    corrects_light_time: bool

    def __len__(self) -> int:
        return len(self.et)

    def __getitem__(self, rows: NDArray[np.intp] | NDArray[np.bool_] | slice) -> Views:
        return Views(
            self.et[rows],
            self.light_time[rows],
            self.origins[rows],
            self.turns[rows],
            self.to_fixed[rows],
            self.aberration[rows],
            self.drift[rows],
            self.spin,
            self.surface,
            self.radii,
            self.corrects_light_time,
        )

    @property
    def known(self) -> NDArray[np.bool_]:
        """(n,) where both place and attitude are known."""
        return np.asarray(np.isfinite(self.origins[:, 0]) & np.isfinite(self.turns[:, 0, 0]))

    @property
    def origin_rate(self) -> FloatArray:
        """(n, 3) km/s, how the origin moves and turns as the light time grows."""
        return np.asarray(self.drift + np.cross(self.spin, self.origins))

    def directions(self, rays: FloatArray) -> FloatArray:
        """(n, k, 3) body-fixed lines of sight, free of stellar aberration.

        With unit vectors, apparent = geometric turned towards the velocity; solved for the
        geometric one this is just apparent - v/c (SPICE's STELAB, inverted without iteration).

        Args:
            rays: (k, 3) or (n, k, 3) apparent unit vectors in the instrument's frame.
        """
        return np.asarray(rays @ self.turns.transpose(0, 2, 1) - self.aberration[:, None, :])


@dataclass(frozen=True)
class Looks:
    """What lines of sight met.

    Attributes:
        points: (n, k, 3) km on the surface, NaN where a line misses.
        origins: (n, k, 3) km, the observer at each point's own light time.
        directions: (n, k, 3) lines of sight at that light time.
    """

    points: FloatArray
    origins: FloatArray
    directions: FloatArray

    @property
    def hit(self) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(self.points[..., 0]))


def views_of(scene: Scene, et: FloatArray, gaps: Gaps) -> Views:
    """The views at these epochs."""
    return with_attitude(places_of(scene, et, gaps), scene, gaps)


def places_of(scene: Scene, et: FloatArray, gaps: Gaps) -> Views:
    """The views at these epochs without the instrument's attitude (NaN)."""
    if scene.abcorr == "NONE":
        states = -relative_states(scene.target_id, et, scene.observer_id, gaps)
        light_time, velocity, drift = np.zeros(len(et)), np.zeros((len(et), 3)), None
        offsets = states[:, :3]
    else:
        observer = ssb_states(scene.observer_id, et, gaps)
        light_time, target = _target_as_seen(scene, et, observer, gaps)
        offsets, velocity, drift = observer[:, :3] - target[:, :3], observer[:, 3:], target[:, 3:]
    to_fixed = rotations("J2000", scene.body_fixed_frame, et - light_time, gaps)
    aberrates = scene.abcorr.endswith("+S")
    return Views(
        et=et,
        light_time=light_time,
        origins=_turned(to_fixed, offsets),
        turns=np.full((len(et), 3, 3), np.nan),
        to_fixed=to_fixed,
        aberration=_turned(to_fixed, velocity / LIGHT_SPEED_KM_S) * float(aberrates),
        drift=np.zeros((len(et), 3)) if drift is None else _turned(to_fixed, drift),
        spin=_spin(scene, et, to_fixed),
        surface=scene.surface,
        radii=scene.radii,
        corrects_light_time=scene.abcorr != "NONE",
    )


def with_attitude(places: Views, scene: Scene, gaps: Gaps) -> Views:
    """The same views with the instrument's attitude, asked for where the place is known."""
    et = np.where(np.isfinite(places.origins[:, 0]), places.et, np.nan)
    to_inertial = rotations(scene.instrument_frame, "J2000", et, gaps)
    turns = places.to_fixed @ to_inertial
    return replace(places, turns=turns)


def look(views: Views, rays: FloatArray) -> Looks:
    """Where apparent rays of the instrument's frame meet the target.

    Args:
        rays: (k, 3) or (n, k, 3) unit vectors in the instrument's frame.
    """
    return look_along(views, views.directions(rays))


def look_along(views: Views, directions: FloatArray) -> Looks:
    """Where body-fixed lines of sight meet the target, each at its own light time.

    Args:
        directions: (n, k, 3), as `Views.directions` gives them.
    """
    origins = views.origins[:, None, :]
    points = views.surface.intercept(origins, directions)
    if not views.corrects_light_time:
        return Looks(points, np.broadcast_to(origins, directions.shape), directions)
    # Over the few milliseconds between limb and point the target moves and turns uniformly.
    ranges = np.sqrt(np.einsum("...i,...i->...", points - origins, points - origins))
    later = _light_time_gained(views, ranges)
    moved = origins + later * views.origin_rate[:, None, :]
    turned = directions + later * np.cross(views.spin, directions)
    return Looks(views.surface.intercept(moved, turned), moved, turned)


def sub_spacecraft_points(views: Views) -> tuple[FloatArray, FloatArray]:
    """(n, 3) km: where the line from the observer to the target's centre meets it, and whence.

    Source: NAIF SUBPNT, "INTERCEPT/ELLIPSOID": the surface below, not the centre, is what appears
    displaced by stellar aberration.
    """
    below = views.surface.intercept(views.origins, -views.origins)
    if not views.corrects_light_time:
        return below, views.origins
    ranges = np.linalg.norm(below - views.origins, axis=1, keepdims=True)
    later = _light_time_gained(views, ranges)[:, 0]
    moved = views.origins + later * views.origin_rate
    apparent = -moved / np.linalg.norm(moved, axis=1, keepdims=True) + views.aberration
    apparent /= np.linalg.norm(apparent, axis=1, keepdims=True)
    origins = views.surface.intercept(moved, -moved) - ranges * apparent
    return views.surface.intercept(origins, -origins), origins


def _light_time_gained(views: Views, ranges: FloatArray) -> FloatArray:
    """(n, k, 1) s by which light from these (n, k) ranges takes longer than from the limb."""
    gained = ranges / LIGHT_SPEED_KM_S - views.light_time[:, None]
    return np.where(np.isfinite(gained), gained, 0.0)[..., None]


def _target_as_seen(
    scene: Scene, et: FloatArray, observer: FloatArray, gaps: Gaps
) -> tuple[FloatArray, FloatArray]:
    """Light times from the limb, and the target's barycentric states that long before."""
    target = ssb_states(scene.target_id, et, gaps)
    radius = float(np.mean(scene.radii))
    for _ in range(2):  # each turn gains a factor v/c: 1e-4 of at most a few hours
        distance = np.linalg.norm(target[:, :3] - observer[:, :3], axis=1)
        to_limb = np.sqrt(np.maximum(distance**2 - radius**2, 0.0))
        light_time = to_limb / LIGHT_SPEED_KM_S
        target = ssb_states(scene.target_id, et - light_time, gaps)
    return light_time, target


def _spin(scene: Scene, et: FloatArray, to_fixed: FloatArray) -> FloatArray:
    """The frame's angular velocity in its own axes, rad/s: one epoch speaks for a chunk."""
    known = np.flatnonzero(np.isfinite(to_fixed[:, 0, 0]))
    if not len(known):
        return np.full(3, np.nan)
    epoch = float(et[known[len(known) // 2]])
    transform = spiceypy.sxform("J2000", scene.body_fixed_frame, epoch)
    rotation, inertial_spin = spiceypy.xf2rav(transform)
    return np.asarray(rotation @ inertial_spin)


def _turned(matrices: FloatArray, vectors: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("nij,nj->ni", matrices, vectors))
