"""The SPK and CK: written through CSPICE, rounded so that every machine writes the same bytes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import spiceypy as spice

from sample import constants as c
from sample.attitude import Slew, angular_velocity, attitude
from sample.orbit import coverage, mars_states, sun_synchronous_orbit

PLANET_MARGIN_S = 86400.0
"""Light from the Sun takes minutes: what happens at Mars looks outside the orbiter's coverage."""
ORBIT_STEP_S = 240.0
ATTITUDE_STEP_S = 20.0
HERMITE_DEGREE = 7
COMMENT_ROOM = 1000

MILLIMETRES = 6
"""Decimals of a kilometre that positions keep."""
DECIMALS = 9
"""Decimals of velocities (km/s), quaternions and angular velocities (rad/s)."""


def write_spk(path: Path) -> None:
    """Writes Sun, Mars and orbiter; leap seconds and Mars's rotation must be loaded."""
    start, stop = coverage()
    wide = np.array([start - PLANET_MARGIN_S, stop + PLANET_MARGIN_S])
    epochs = _epochs(start, stop, ORBIT_STEP_S)
    handle = spice.spkopn(str(path), f"{c.NOTICE}: SPK", COMMENT_ROOM)
    spice.dafac(handle, _spk_comments())
    # The Sun rests at the barycentre: it moves by 12 m/s at most, and nobody will miss that here.
    spice.spkw09(handle, 10, 0, "J2000", *wide, f"{c.NOTICE}: Sun", 1, 2, np.zeros((2, 6)), wide)
    mars = _rounded(mars_states(wide))
    gm = c.GM_SUN + c.GM_MARS
    spice.spkw05(handle, 499, 10, "J2000", *wide, f"{c.NOTICE}: Mars", gm, 2, mars, wide)
    orbiter = _rounded(sun_synchronous_orbit(start).states(epochs))
    segment = (f"{c.NOTICE}: orbiter", HERMITE_DEGREE, len(epochs), orbiter, epochs)
    spice.spkw13(handle, c.SPACECRAFT_ID, 499, "J2000", start, stop, *segment)
    spice.spkcls(handle)


def write_ck(path: Path, slews: Sequence[Slew]) -> None:
    """Writes the bus's attitude; the text kernels and the SPK must be loaded."""
    window = coverage()
    epochs = _epochs(*window, ATTITUDE_STEP_S)
    clock = np.array([spice.sce2c(c.SPACECRAFT_ID, et) for et in epochs])
    quaternions = _continuous([spice.m2q(attitude(et, slews)) for et in epochs]).round(DECIMALS)
    rates = np.array([angular_velocity(et, slews, window) for et in epochs]).round(DECIMALS)
    handle = spice.ckopn(str(path), f"{c.NOTICE}: CK", COMMENT_ROOM)
    spice.dafac(handle, _ck_comments(slews))
    spice.ckw03(
        handle, clock[0], clock[-1], c.BUS_FRAME_ID, "J2000", True, f"{c.NOTICE}: bus",
        len(clock), clock, quaternions, rates, 1, clock[:1],
    )  # fmt: skip
    spice.ckcls(handle)


def _epochs(start: float, stop: float, step: float) -> np.ndarray:
    """Epochs from start to stop, evenly spaced, no further apart than the step."""
    return np.linspace(start, stop, math.ceil((stop - start) / step) + 1)


def _rounded(states: np.ndarray) -> np.ndarray:
    return np.hstack([states[:, :3].round(MILLIMETRES), states[:, 3:].round(DECIMALS)])


def _continuous(quaternions: list[np.ndarray]) -> np.ndarray:
    """The quaternions with signs such that neighbours lie on the same side."""
    table = np.array(quaternions)
    flips = np.sign(np.sum(table[1:] * table[:-1], axis=1))
    table[1:] *= np.cumprod(flips)[:, np.newaxis]
    return table


def _spk_comments() -> list[str]:
    return [
        f"{c.NOTICE}: SPK of {c.SPACECRAFT}, a spacecraft that never flew.",
        "",
        "Sun: at rest at the solar system barycentre.",
        "Mars: the ellipse of Standish, Approximate Positions of the Planets (JPL),",
        "  table 1, at the middle of the coverage; GM of Sun plus Mars from DE431.",
        f"Orbiter: a = {c.ORBIT_A_KM} km, e = {c.ORBIT_E}, sun-synchronous, true solar time",
        f"  {c.ORBIT_LOCAL_TIME_OF_NODE_H} h at the ascending node, with the secular drift of J2.",
    ]


def _ck_comments(slews: Sequence[Slew]) -> list[str]:
    return [
        f"{c.NOTICE}: CK of {c.SPACECRAFT}, a spacecraft that never flew.",
        "",
        "+Z to the nearest point of the ellipsoid, +X along the velocity, except while",
        "turned by these angles (degrees about X, then about Y):",
        *(
            f"  {spice.et2utc(slew.start, 'ISOC', 0)} to {spice.et2utc(slew.stop, 'ISOC', 0)}"
            f"  roll {slew.roll_deg:6.1f}  pitch {slew.pitch_deg:6.1f}"
            for slew in slews
        ),
    ]
