"""Where Mars and the invented orbiter are: two-body motion, with the secular drift of Mars's J2."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import spiceypy as spice

from sample import constants as c


def coverage() -> tuple[float, float]:
    """First and last epoch of the orbiter; leap seconds must be loaded."""
    start, stop = (spice.str2et(text) for text in c.COVERAGE_UTC)
    return start, stop


def mars_states(epochs: np.ndarray) -> np.ndarray:
    """(n, 6) km, km/s: Mars relative to the Sun in J2000, on one ellipse for all epochs.

    The elements are those of the middle epoch; leap seconds must be loaded.
    """
    middle = 0.5 * (epochs[0] + epochs[-1])
    elements = _mars_elements(middle)
    to_j2000 = spice.pxform("ECLIPJ2000", "J2000", middle)
    states = [spice.conics(elements, et).reshape(2, 3) @ to_j2000.T for et in epochs]
    return np.reshape(states, (len(epochs), 6))


def _mars_elements(et: float) -> np.ndarray:
    """The ellipse of Mars as CSPICE's conics takes it."""
    centuries = et / spice.jyear() / 100.0
    now = {name: at + rate * centuries for name, (at, rate) in c.MARS_ELEMENTS.items()}
    node = now["longitude_of_node"]
    perihelion = now["longitude_of_perihelion"]
    angles = np.radians(
        [now["inclination"], node, perihelion - node, now["mean_longitude"] - perihelion]
    )
    periapsis = now["a_au"] * c.AU_KM * (1.0 - now["e"])
    return np.array([periapsis, now["e"], *angles, et, c.GM_SUN + c.GM_MARS])


@dataclass(frozen=True)
class Orbit:
    """Elements at an epoch in the frame of Mars's equator of that epoch, and their drift.

    Angles are in radians, rates in radians a second.
    """

    epoch: float
    to_j2000: np.ndarray
    inclination: float
    node: float
    node_rate: float
    periapsis: float
    periapsis_rate: float
    anomaly: float
    anomaly_rate: float
    mean_motion: float

    def states(self, epochs: np.ndarray) -> np.ndarray:
        """(n, 6) km, km/s: the orbiter relative to Mars in J2000."""
        return np.array([self._state(et) for et in epochs])

    def _state(self, et: float) -> np.ndarray:
        elapsed = et - self.epoch
        angles = (
            self.inclination,
            self.node + self.node_rate * elapsed,
            self.periapsis + self.periapsis_rate * elapsed,
            self.anomaly + self.anomaly_rate * elapsed,
        )
        size = (c.ORBIT_A_KM * (1.0 - c.ORBIT_E), c.ORBIT_E)
        kepler = spice.conics(np.array([*size, *angles, et, c.GM_MARS]), et)
        position, velocity = kepler[:3], kepler[3:]
        normal = spice.ucrss(position, velocity)
        # A drifting ellipse: its own motion, turned by the drift of node and periapsis.
        velocity = (
            velocity * (self.anomaly_rate / self.mean_motion)
            + self.node_rate * np.cross([0.0, 0.0, 1.0], position)
            + self.periapsis_rate * np.cross(normal, position)
        )
        return np.concatenate([self.to_j2000 @ position, self.to_j2000 @ velocity])


def sun_synchronous_orbit(epoch: float) -> Orbit:
    """The orbit whose node keeps pace with the Sun; leap seconds and Mars's rotation loaded.

    Source: Kaula, Theory of Satellite Geodesy (1966), secular rates due to J2.
    """
    mean_motion = math.sqrt(c.GM_MARS / c.ORBIT_A_KM**3)
    roundness = 1.0 - c.ORBIT_E**2
    drift = 1.5 * c.J2_MARS * mean_motion
    drift *= (c.MARS_RADII_KM[0] / (c.ORBIT_A_KM * roundness)) ** 2
    node_rate = math.radians(c.ORBIT_NODE_DEG_PER_S)
    inclination = math.acos(-node_rate / drift)
    sin2 = math.sin(inclination) ** 2
    to_j2000 = _mars_equator(epoch)
    return Orbit(
        epoch=epoch,
        to_j2000=to_j2000,
        inclination=inclination,
        node=_node_at_local_time(epoch, to_j2000),
        node_rate=node_rate,
        periapsis=math.radians(c.ORBIT_ARGUMENT_OF_PERIAPSIS_DEG),
        periapsis_rate=drift * (2.0 - 2.5 * sin2),
        anomaly=math.radians(c.ORBIT_MEAN_ANOMALY_DEG),
        anomaly_rate=mean_motion + drift * math.sqrt(roundness) * (1.0 - 1.5 * sin2),
        mean_motion=mean_motion,
    )


def _mars_equator(et: float) -> np.ndarray:
    """Turns vectors from the frame of Mars's equator (x where it cuts Earth's) into J2000."""
    pole = spice.pxform("IAU_MARS", "J2000", et) @ np.array([0.0, 0.0, 1.0])
    node = spice.ucrss(np.array([0.0, 0.0, 1.0]), pole)
    return np.column_stack([node, np.cross(pole, node), pole])


def _node_at_local_time(et: float, to_j2000: np.ndarray) -> float:
    """Ascending node, in radians, that lies at the orbit's true solar time."""
    sun = -mars_states(np.array([et, et]))[0, :3] @ to_j2000
    hours_past_noon = c.ORBIT_LOCAL_TIME_OF_NODE_H - 12.0
    return math.atan2(sun[1], sun[0]) + math.radians(15.0 * hours_past_noon)
