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
from planetary_qgis.core.spice.smooth import Smooth
from planetary_qgis.core.spice.surfaces.ellipsoid import axes_apart
from planetary_qgis.core.spice.surfaces.surface import Ellipsoid, Surface
from planetary_qgis.core.spice.vectorised import (
    LIGHT_SPEED_KM_S,
    Gaps,
    relative_states,
    rotations,
    ssb_states,
)

FloatArray = NDArray[np.float64]

_SHIFT_LET_PASS = 1e-4
"""Kilometres by which a target may seem to have moved on until light comes from its relief."""
_TARGET_TOLERANCE = 1e-5
"""Kilometres, and kilometres a second, to which targets' states are interpolated."""
_MOST_LIGHT_TIMES = 5
_SHORT_S = 0.1


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

    def without_attitude(self, rows: NDArray[np.intp]) -> Views:
        """The views of these rows, of which many may be the same, for known lines of sight."""
        unknown = np.broadcast_to(np.nan, (len(rows), 3, 3))
        return replace(
            self,
            et=self.et[rows],
            light_time=self.light_time[rows],
            origins=self.origins[rows],
            turns=unknown,
            to_fixed=unknown,
            aberration=self.aberration[rows],
            drift=self.drift[rows],
        )

    @property
    def known(self) -> NDArray[np.bool_]:
        """(n,) where both place and attitude are known."""
        return np.asarray(np.isfinite(self.origins[:, 0]) & np.isfinite(self.turns[:, 0, 0]))

    @property
    def emitted(self) -> FloatArray:
        """(n,) epochs at which the light left the target."""
        return np.asarray(self.et - self.light_time)

    @property
    def inside(self) -> NDArray[np.bool_]:
        """(n,) where the observer is within or on the target's surface."""
        if isinstance(self.surface, Ellipsoid):
            scaled = self.origins / self.radii
            return np.asarray((scaled * scaled).sum(axis=1) <= 1.0)
        above = self.surface.intercept(self.origins, self.origins, self.emitted)
        normals = self.surface.outward_normals(above, self.emitted)
        return np.asarray((normals * self.origins).sum(axis=1) > 0.0)

    @property
    def angular_diameter(self) -> FloatArray:
        """(n,) radians across the target where it is longest, from afar."""
        distance = np.linalg.norm(self.origins, axis=1)
        return np.asarray(2.0 * np.arcsin(np.minimum(self.radii.max() / distance, 1.0)))

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
        if rays.ndim == 2:
            lines = self.turns.transpose(1, 0, 2) @ rays.T
        else:
            lines = np.einsum("nij,nkj->ink", self.turns, rays)
        lines -= self.aberration.T[:, :, None]
        return np.moveaxis(lines, 0, -1)


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
    if not views.corrects_light_time:
        points = views.surface.intercept(origins, directions, views.emitted)
        return Looks(points, np.broadcast_to(origins, directions.shape), directions)
    guess = Ellipsoid(views.radii).intercept(origins, directions)
    later = _light_time_gained(views, _distances(guess, origins))
    looks = _look_later(views, directions, later)
    if isinstance(views.surface, Ellipsoid):
        return looks
    return _at_own_light_times(views, directions, looks, later)


def _look_later(views: Views, directions: FloatArray, later: FloatArray) -> Looks:
    """Looks with the light under way for (n, k) s longer than from the limb.

    Over these few milliseconds the target moves and turns uniformly.
    """
    rate, spin = views.origin_rate, views.spin
    moved, turned = axes_apart(directions.shape[:-1]), axes_apart(directions.shape[:-1])
    for x, y, z in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        moved[..., x] = views.origins[:, None, x] + later * rate[:, None, x]
        across = spin[y] * directions[..., z] - spin[z] * directions[..., y]
        turned[..., x] = directions[..., x] + later * across
    return Looks(views.surface.intercept(moved, turned, views.emitted), moved, turned)


def _at_own_light_times(
    views: Views, directions: FloatArray, looks: Looks, later: FloatArray
) -> Looks:
    """The looks, again where relief has a light time so far from the ellipsoid's that it shows."""
    own = _light_time_gained(views, _distances(looks.points, looks.origins))
    off = np.abs(own - later) * np.linalg.norm(views.origin_rate, axis=1)[:, None]
    rows = np.flatnonzero((off * looks.hit > _SHIFT_LET_PASS).any(axis=1))
    if len(rows):
        again = _look_later(views[rows], directions[rows], own[rows])
        looks.points[rows], looks.origins[rows] = again.points, again.origins
        looks.directions[rows] = again.directions
    return looks


def sub_spacecraft_points(views: Views) -> tuple[FloatArray, FloatArray]:
    """(n, 3) km: where the line from the observer to the target's centre meets it, and whence.

    Source: NAIF SUBPNT, "INTERCEPT/ELLIPSOID": the surface below, not the centre, is what appears
    displaced by stellar aberration.
    """
    emitted = views.emitted
    below = views.surface.intercept(views.origins, -views.origins, emitted)
    if not views.corrects_light_time:
        return below, views.origins
    ranges = np.linalg.norm(below - views.origins, axis=1, keepdims=True)
    moved = views.origins + _light_time_gained(views, ranges) * views.origin_rate
    with np.errstate(invalid="ignore"):  # below an observer in the centre is no direction: NaN
        apparent = -moved / np.linalg.norm(moved, axis=1, keepdims=True) + views.aberration
    apparent /= np.linalg.norm(apparent, axis=1, keepdims=True)
    origins = views.surface.intercept(moved, -moved, emitted) - ranges * apparent
    return views.surface.intercept(origins, -origins, emitted), origins


def _distances(points: FloatArray, origins: FloatArray) -> FloatArray:
    x, y, z = (points[..., axis] - origins[..., axis] for axis in range(3))
    return np.asarray(np.sqrt(x * x + y * y + z * z))


def _light_time_gained(views: Views, ranges: FloatArray) -> FloatArray:
    """(n, k) s by which light from these (n, k) ranges takes longer than from the limb."""
    gained = ranges / LIGHT_SPEED_KM_S - views.light_time[:, None]
    return np.where(np.isfinite(gained), gained, 0.0)


def _target_as_seen(
    scene: Scene, et: FloatArray, observer: FloatArray, gaps: Gaps
) -> tuple[FloatArray, FloatArray]:
    """Light times from the limb, and the target's barycentric states that long before."""
    states = _target_states(scene, et, observer)
    radius = float(np.mean(scene.radii))
    target, light_time = states(et, gaps), np.zeros(len(et))
    for _ in range(_MOST_LIGHT_TIMES):  # each turn gains a factor v/c: 1e-4 of at most a few hours
        gained = _light_time_to_limb(target, observer, radius) - light_time
        light_time = light_time + gained
        if np.nanmax(np.abs(gained), initial=0.0) < _SHORT_S:
            break
        target = states(et - light_time, gaps)
    else:
        gained = np.zeros(len(et))
    # Over a second at most the target moves uniformly.
    target[:, :3] -= target[:, 3:] * gained[:, None]
    return light_time, target


def _light_time_to_limb(target: FloatArray, observer: FloatArray, radius: float) -> FloatArray:
    distance = np.linalg.norm(target[:, :3] - observer[:, :3], axis=1)
    return np.asarray(np.sqrt(np.maximum(distance**2 - radius**2, 0.0)) / LIGHT_SPEED_KM_S)


def _target_states(scene: Scene, et: FloatArray, observer: FloatArray) -> Smooth:
    """The target's barycentric states at these epochs and a light time before them."""

    def ask(epochs: FloatArray, gaps: Gaps) -> FloatArray:
        return ssb_states(scene.target_id, epochs, gaps)

    known = np.flatnonzero(np.isfinite(observer[:, 0]))
    ends = known[[0, -1]] if len(known) else known
    offsets = ask(et[ends], Gaps())[:, :3] - observer[ends, :3]
    light_time = np.linalg.norm(offsets, axis=1).max(initial=0.0) / LIGHT_SPEED_KM_S
    lead = 1.5 * light_time + 1.0 if np.isfinite(light_time) else 0.0
    return Smooth.over(ask, et[known], _TARGET_TOLERANCE, lead=lead)


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
