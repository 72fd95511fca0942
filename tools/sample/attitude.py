"""How the invented orbiter is turned: its camera deck down, with a few slews."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import spiceypy as spice

from sample import constants as c

SLEW_RAMP_S = 150.0


@dataclass(frozen=True)
class Slew:
    """A turn held from start to stop (epochs): roll about the velocity, pitch about the side.

    Positive roll looks to the left of the track, positive pitch looks ahead.
    """

    start: float
    stop: float
    roll_deg: float
    pitch_deg: float

    def share(self, et: float) -> float:
        """How far the turn is made at that epoch: 0 before and after, 1 while held."""
        outside = max(self.start - et, et - self.stop, 0.0)
        # Half a cosine: the wheels start and stop softly.
        return 0.5 + 0.5 * math.cos(math.pi * min(outside / SLEW_RAMP_S, 1.0))


def attitude(et: float, slews: Sequence[Slew]) -> np.ndarray:
    """Rotation from J2000 to the spacecraft bus; SPK and text kernels must be loaded."""
    roll = sum(slew.roll_deg * slew.share(et) for slew in slews)
    pitch = sum(slew.pitch_deg * slew.share(et) for slew in slews)
    turn = spice.eul2m(math.radians(roll), math.radians(pitch), 0.0, 1, 2, 3)
    return np.asarray(turn @ _nadir(et))


def angular_velocity(et: float, slews: Sequence[Slew], window: tuple[float, float]) -> np.ndarray:
    """(3,) rad/s in J2000, from the attitude half a second to either side within the window."""
    first, last = max(et - 0.5, window[0]), min(et + 0.5, window[1])
    turned = attitude(last, slews).T @ attitude(first, slews)
    axis, angle = spice.raxisa(np.ascontiguousarray(turned))
    return axis * (angle / (last - first))


def _nadir(et: float) -> np.ndarray:
    """Rotation from J2000: z to the nearest point of the ellipsoid, x along the velocity."""
    _, _, down = spice.subpnt("NEAR POINT/ELLIPSOID", "MARS", et, "IAU_MARS", "NONE", c.SPACECRAFT)
    state, _ = spice.spkezr(c.SPACECRAFT, et, "J2000", "NONE", "MARS")
    z_axis = spice.vhat(spice.pxform("IAU_MARS", "J2000", et) @ down)
    y_axis = spice.ucrss(z_axis, state[3:])
    return np.array([np.cross(y_axis, z_axis), y_axis, z_axis])
