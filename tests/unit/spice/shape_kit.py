"""Kernels written for a test: a body with a shape of plates, a spacecraft before it, a camera."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import spiceypy

from planetary_qgis.core.spice.observations import Observation, Times

SPACECRAFT, CAMERA, BODY = -999, -999001, 401
EPOCH = np.datetime64("2020-03-01T00:00:00", "us")
_AU = 1.496e8
_LSK = """KPL/LSK
\\begindata
DELTET/DELTA_T_A = 32.184
DELTET/K = 1.657D-3
DELTET/EB = 1.671D-2
DELTET/M = ( 6.239996 1.99096871D-7 )
DELTET/DELTA_AT = ( 37, @2017-JAN-1 )
\\begintext
"""


@dataclass(frozen=True)
class World:
    """What was written, and how it is to be asked for."""

    folder: Path
    kernels: tuple[Path, ...]

    def observation(self, **options) -> Observation:
        asked = {"target": str(BODY), "observer": str(SPACECRAFT), "instrument": str(CAMERA)}
        return Observation(kernels=self.kernels, **{**asked, **options})


def instants(count: int = 1, step_s: float = 10.0) -> Times:
    start = EPOCH + np.arange(count) * np.timedelta64(int(step_s * 1e6), "us")
    return Times(start, np.full(count, np.datetime64("NaT"), dtype="datetime64[us]"))


def world(
    folder: Path,
    *,
    position=(60.0, 20.0, 10.0),
    velocity=(0.0, 0.0, 0.0),
    look_at=(0.0, 0.0, 0.0),
    half_angles_deg=(5.0, 5.0),
    radii=(13.0, 11.4, 9.1),
    spin_deg_day=1128.8,
    shape: tuple[Path, ...] = (),
) -> World:
    """A camera at a place before Phobos that looks at a point near it, both in J2000's axes, km."""
    folder.mkdir(parents=True, exist_ok=True)
    text = folder / "world.tk"
    text.write_text(_text(np.subtract(look_at, position), half_angles_deg, radii, spin_deg_day))
    lsk = folder / "leap.tls"
    lsk.write_text(_LSK)
    spk = folder / "world.bsp"
    spk.unlink(missing_ok=True)
    _write_positions(spk, np.array(position), np.array(velocity))
    return World(folder, (lsk, text, spk, *shape))


def plates_of_sphere(steps: int) -> tuple[np.ndarray, np.ndarray]:
    """(v, 3) unit vectors and (p, 3) vertex numbers from 1, along parallels and meridians."""
    lat = np.linspace(-np.pi / 2, np.pi / 2, steps + 1)[1:-1]
    lon = np.linspace(0.0, 2.0 * np.pi, 2 * steps, endpoint=False)
    lons, lats = np.meshgrid(lon, lat)
    ring = np.stack([np.cos(lats) * np.cos(lons), np.cos(lats) * np.sin(lons), np.sin(lats)], -1)
    vertices = np.concatenate([[[0, 0, -1.0]], ring.reshape(-1, 3), [[0, 0, 1.0]]])
    row, column = np.meshgrid(np.arange(steps - 2), np.arange(2 * steps), indexing="ij")
    here, east = 1 + row * 2 * steps + column, 1 + row * 2 * steps + (column + 1) % (2 * steps)
    north, both = here + 2 * steps, east + 2 * steps
    around = np.arange(2 * steps)
    beside = (around + 1) % (2 * steps)
    last = len(vertices) - 1
    first_of_top = last - 2 * steps
    plates = np.concatenate(
        [
            np.stack([here, east, both], -1).reshape(-1, 3),
            np.stack([here, both, north], -1).reshape(-1, 3),
            np.stack([np.zeros_like(around), 1 + beside, 1 + around], -1),
            np.stack(
                [np.full_like(around, last), first_of_top + around, first_of_top + beside], -1
            ),
        ]
    )
    return vertices, plates + 1


def lumpy(units: np.ndarray, depth: float = 0.1) -> np.ndarray:
    """Radii, km, of a body of hills and valleys that every ray from its centre meets once."""
    x, y, z = units.T
    return 11.0 * (
        1.0 + depth * np.sin(5 * x + 1.0) * np.cos(4 * y + z) + 0.03 * np.sin(17 * z * x)
    )


def write_dsk(
    path: Path,
    vertices: np.ndarray,
    plates: np.ndarray,
    *,
    body: int = BODY,
    frame: str = "IAU_PHOBOS",
    span: tuple[float, float] = (-1e10, 1e10),
) -> Path:
    """A DSK of one type 2 segment, written by CSPICE."""
    path.unlink(missing_ok=True)
    doubles, integers = spiceypy.dskmi2(
        vertices, plates, 3.0, 4, 400_000, 200_000, 1_000_000, True, 4_000_000
    )
    # The insides of plates lie lower than their corners.
    radii = np.linalg.norm(vertices, axis=1)
    handle = spiceypy.dskopn(str(path), "test", 0)
    spiceypy.dskw02(
        handle, body, 1, 1, frame, 1, np.zeros(10), -np.pi, np.pi, -np.pi / 2, np.pi / 2,
        0.9 * radii.min(), radii.max(), *span, vertices, plates, doubles, integers,
    )  # fmt: skip
    spiceypy.dskcls(handle, True)
    return path


def _text(forward: np.ndarray, half_angles_deg, radii, spin_deg_day: float) -> str:
    z = forward / np.linalg.norm(forward)
    x = np.cross([0.0, 0.0, 1.0] if abs(z[2]) < 0.9 else [1.0, 0.0, 0.0], z)
    x /= np.linalg.norm(x)
    # Columns: the camera's axes in J2000; SPICE reads matrices column by column.
    numbers = "\n".join(f"{value:.17g}" for value in [*x, *np.cross(z, x), *z])
    return f"""KPL/FK
\\begindata
NAIF_BODY_NAME += ( 'TESTCRAFT', 'TESTCAM' )
NAIF_BODY_CODE += ( {SPACECRAFT}, {CAMERA} )
FRAME_TESTCAM = {CAMERA}
FRAME_{CAMERA}_NAME = 'TESTCAM'
FRAME_{CAMERA}_CLASS = 4
FRAME_{CAMERA}_CLASS_ID = {CAMERA}
FRAME_{CAMERA}_CENTER = {SPACECRAFT}
TKFRAME_{CAMERA}_RELATIVE = 'J2000'
TKFRAME_{CAMERA}_SPEC = 'MATRIX'
TKFRAME_{CAMERA}_MATRIX = ( {numbers} )
INS{CAMERA}_FOV_CLASS_SPEC = 'ANGLES'
INS{CAMERA}_FOV_SHAPE = 'RECTANGLE'
INS{CAMERA}_FOV_FRAME = 'TESTCAM'
INS{CAMERA}_BORESIGHT = ( 0 0 1 )
INS{CAMERA}_FOV_REF_VECTOR = ( 1 0 0 )
INS{CAMERA}_FOV_REF_ANGLE = {half_angles_deg[0]}
INS{CAMERA}_FOV_CROSS_ANGLE = {half_angles_deg[1]}
INS{CAMERA}_FOV_ANGLE_UNITS = 'DEGREES'
BODY{BODY}_RADII = ( {radii[0]} {radii[1]} {radii[2]} )
BODY{BODY}_POLE_RA = ( -90 0 0 )
BODY{BODY}_POLE_DEC = ( 90 0 0 )
BODY{BODY}_PM = ( 0 {spin_deg_day} 0 )
\\begintext
"""


def _write_positions(path: Path, position: np.ndarray, velocity: np.ndarray) -> None:
    """The Sun at rest, the body passing it, the spacecraft by its side: all on straight lines."""
    begin, step, count = 6.3e8, 1.0e6, 20
    seconds = np.arange(count) * step
    middle = (EPOCH - np.datetime64("2000-01-01T12:00:00")) / np.timedelta64(1, "s") + 69.18
    from_middle = (begin + seconds - middle)[:, None]
    handle = spiceypy.spkopn(str(path), "test", 0)
    for body, centre, at, moving in (
        (10, 0, np.zeros(3), np.zeros(3)),
        (BODY, 0, np.array([_AU, 0.3 * _AU, 0.1 * _AU]), np.array([-5.0, 20.0, 3.0])),
        (SPACECRAFT, BODY, position, velocity),
    ):
        states = np.column_stack([at + from_middle * moving, np.tile(moving, (count, 1))])
        last = begin + (count - 1) * step
        spiceypy.spkw08(
            handle, body, centre, "J2000", begin, last, "x", 1, count, states, begin, step
        )
    spiceypy.spkcls(handle)
