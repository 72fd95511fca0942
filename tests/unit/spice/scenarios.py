"""Observers that move and turn as a test wants them to, as kernels written for it.

The orbit is a two-body one (SPK type 5); the camera turns against the nadir by angles that are
polynomials of time (an EULER dynamic frame).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import spiceypy

from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.session import furnished

OBSERVER, CAMERA, NADIR = -998, -998001, -998100
EPOCH = np.datetime64("2019-09-01T05:00:00", "us")
RADIUS_KM, GM = 3396.0, 42828.37

_FRAMES = f"""KPL/FK
\\begindata
NAIF_BODY_NAME += ( 'MOVER', 'MOVER_CAMERA' )
NAIF_BODY_CODE += ( {OBSERVER}, {CAMERA} )
FRAME_MOVER_NADIR = {NADIR}
FRAME_{NADIR}_NAME = 'MOVER_NADIR'
FRAME_{NADIR}_CLASS = 5
FRAME_{NADIR}_CLASS_ID = {NADIR}
FRAME_{NADIR}_CENTER = {OBSERVER}
FRAME_{NADIR}_RELATIVE = 'J2000'
FRAME_{NADIR}_DEF_STYLE = 'PARAMETERIZED'
FRAME_{NADIR}_FAMILY = 'TWO-VECTOR'
FRAME_{NADIR}_PRI_AXIS = 'Z'
FRAME_{NADIR}_PRI_VECTOR_DEF = 'OBSERVER_TARGET_POSITION'
FRAME_{NADIR}_PRI_OBSERVER = {OBSERVER}
FRAME_{NADIR}_PRI_TARGET = 499
FRAME_{NADIR}_PRI_ABCORR = 'NONE'
FRAME_{NADIR}_SEC_AXIS = '-X'
FRAME_{NADIR}_SEC_VECTOR_DEF = 'OBSERVER_TARGET_VELOCITY'
FRAME_{NADIR}_SEC_OBSERVER = {OBSERVER}
FRAME_{NADIR}_SEC_TARGET = 499
FRAME_{NADIR}_SEC_ABCORR = 'NONE'
FRAME_{NADIR}_SEC_FRAME = 'J2000'
FRAME_MOVER_CAMERA = {CAMERA}
FRAME_{CAMERA}_NAME = 'MOVER_CAMERA'
FRAME_{CAMERA}_CLASS = 5
FRAME_{CAMERA}_CLASS_ID = {CAMERA}
FRAME_{CAMERA}_CENTER = {OBSERVER}
FRAME_{CAMERA}_RELATIVE = 'MOVER_NADIR'
FRAME_{CAMERA}_DEF_STYLE = 'PARAMETERIZED'
FRAME_{CAMERA}_FAMILY = 'EULER'
FRAME_{CAMERA}_AXES = ( 3 1 2 )
FRAME_{CAMERA}_UNITS = 'DEGREES'
"""


@dataclass(frozen=True)
class Motion:
    """Where the observer moves and how its camera turns.

    Attributes:
        altitude_km, inclination, node, along: Of the circular orbit, degrees, at EPOCH, against
            Mars as it was turned then: the node's longitude, the way from there.
        yaw, roll, pitch: Polynomials in seconds since EPOCH, degrees, lowest power first.
    """

    altitude_km: float = 400.0
    inclination: float = 90.0
    node: float = 0.0
    along: float = 0.0
    yaw: tuple[float, ...] = (0.0,)
    roll: tuple[float, ...] = (0.0,)
    pitch: tuple[float, ...] = (0.0,)


def kernels_of(
    motion: Motion, field_of_view: str, folder: Path, sample: tuple[Path, ...]
) -> tuple[Path, ...]:
    """Kernels of this motion and a camera, after the sample's own.

    Args:
        field_of_view: What follows INS…_ in an instrument kernel, a line a keyword.
    """
    with furnished(expand(sample)):
        start = spiceypy.str2et("2019-09-01T01:00:00")
        stop = spiceypy.str2et("2019-09-02T20:00:00")
        moment = spiceypy.str2et(str(EPOCH))
    text = folder / "mover.tf"
    angles = {1: motion.yaw, 2: motion.roll, 3: motion.pitch}
    entries = [
        f"FRAME_{CAMERA}_ANGLE_{axis}_COEFFS = ( {' '.join(map(repr, coefficients))} )"
        for axis, coefficients in angles.items()
    ]
    entries += [f"FRAME_{CAMERA}_EPOCH = {moment!r}"]
    entries += [f"INS{CAMERA}_{line.strip()}" for line in field_of_view.strip().splitlines()]
    text.write_text(_FRAMES + "\n".join(entries) + "\n")
    orbit = folder / "mover.bsp"
    orbit.unlink(missing_ok=True)
    with furnished(expand(sample)):
        handle = spiceypy.spkopn(str(orbit), "mover", 0)
        to_inertial = spiceypy.pxform("IAU_MARS", "J2000", moment)
        states = np.array([np.kron(np.eye(2), to_inertial) @ _state(motion)])
        spiceypy.spkw05(
            handle, OBSERVER, 499, "J2000", start, stop, "mover", GM, 1, states, [moment]
        )
        spiceypy.spkcls(handle)
    return (*sample, orbit, text)


def _state(motion: Motion) -> np.ndarray:
    """(6,) km, km/s, along the axes of Mars at EPOCH."""
    distance = RADIUS_KM + motion.altitude_km
    speed = np.sqrt(GM / distance)
    turn = spiceypy.rotate(np.radians(-motion.node), 3) @ spiceypy.rotate(
        np.radians(-motion.inclination), 1
    )
    along = np.radians(motion.along)
    place = np.array([np.cos(along), np.sin(along), 0.0])
    heading = np.array([-np.sin(along), np.cos(along), 0.0])
    return np.concatenate([turn @ place * distance, turn @ heading * speed])


def observation(kernels: tuple[Path, ...], **options) -> Observation:
    return Observation(kernels, "MARS", str(OBSERVER), str(CAMERA), **options)


def lasting(seconds: float, begin_s: float = 0.0) -> Times:
    """One observation from so many seconds after EPOCH, that long."""
    start = EPOCH + np.timedelta64(round(begin_s * 1e6), "us")
    return Times(np.array([start]), np.array([start + np.timedelta64(round(seconds * 1e6), "us")]))


def intercept(et: float, ray) -> np.ndarray | None:
    """(3,) km where a ray of the camera meets Mars, by CSPICE alone."""
    try:
        return spiceypy.sincpt(
            "ELLIPSOID", "MARS", et, "IAU_MARS", "LT+S", str(OBSERVER), "MOVER_CAMERA", ray
        )[0]
    except spiceypy.utils.exceptions.NotFoundError:
        return None
