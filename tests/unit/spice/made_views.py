"""Made-up observers, bodies and cameras as kernels, for views that no mission has yet had."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import spiceypy

LIGHT_SPEED = 299792.458
OBSERVER, CAMERA = -998, -998001
EPOCH = 6.5e8
LEAP_SECONDS = (
    Path(__file__).resolve().parents[3]
    / "planetary_qgis"
    / "resources"
    / "sample"
    / "synthetic.tls"
)


@dataclass(frozen=True)
class MadeBody:
    """A body with radii in km and a spin in degrees a day."""

    naif_id: int
    name: str
    radii: tuple[float, float, float]
    spin: float
    pole: tuple[float, float] = (0.0, 90.0)

    @property
    def frame(self) -> str:
        return f"IAU_{self.name}"


BODIES = (
    MadeBody(499, "MARS", (3396.19, 3396.19, 3376.2), 350.891985307, (317.269, 54.433)),
    MadeBody(299, "VENUS", (6051.8, 6051.8, 6051.8), -1.4813688, (272.76, 67.16)),
    MadeBody(801, "TRITON", (1352.6, 1352.6, 1352.6), -61.2572637, (299.36, 41.17)),
    MadeBody(699, "SATURN", (60268.0, 60268.0, 54364.0), 810.7939024, (40.589, 83.537)),
    MadeBody(401, "PHOBOS", (13.0, 11.4, 9.1), 1128.8445850, (317.68, 52.90)),
    MadeBody(505, "AMALTHEA", (300.0, 60.0, 50.0), 722.6314560, (268.05, 64.49)),
    MadeBody(601, "MIMAS", (207.8, 196.7, 190.6), 20000.0, (40.66, 83.52)),
)


@dataclass(frozen=True)
class MadeView:
    """Where an observer stands and how its camera looks.

    Attributes:
        above: (3,) observer from the target's centre, along J2000, in units of its radii at the
            moment when the light left.
        turn: (3, 3) from the camera's frame to J2000.
        corners: FOV_BOUNDARY_CORNERS; of a circle one, of an ellipse two.
    """

    body: MadeBody
    above: np.ndarray
    turn: np.ndarray
    shape: str
    corners: np.ndarray
    abcorr: str = "LT+S"
    target_velocity: tuple[float, float, float] = (11.0, -19.0, 7.0)
    observer_velocity: tuple[float, float, float] = (3.0, 2.0, -4.0)

    @property
    def offset(self) -> np.ndarray:
        """(3,) km, J2000."""
        return self.above * max(self.body.radii)


def write_kernels(view: MadeView, folder: Path, name: str) -> tuple[Path, ...]:
    """A leap seconds kernel, a text kernel and an SPK that hold the view."""
    text, spk = folder / f"{name}.tk", folder / f"{name}.bsp"
    text.write_text(_text(view))
    _write_spk(view, spk)
    return (LEAP_SECONDS, text, spk)


def _text(view: MadeView) -> str:
    body = view.body
    matrix, corners = _lines(view.turn.T), _lines(view.corners)
    camera = f"INS{CAMERA}_"
    return f"""KPL/FK

\\begindata
BODY{body.naif_id}_RADII = ( {" ".join(str(radius) for radius in body.radii)} )
BODY{body.naif_id}_POLE_RA = ( {body.pole[0]} 0 0 )
BODY{body.naif_id}_POLE_DEC = ( {body.pole[1]} 0 0 )
BODY{body.naif_id}_PM = ( 30.0 {body.spin} 0 )
BODY10_RADII = ( 695700 695700 695700 )
NAIF_BODY_NAME += ( 'MADE_OBSERVER' 'MADE_CAMERA' )
NAIF_BODY_CODE += ( {OBSERVER} {CAMERA} )
FRAME_MADE_CAMERA = {CAMERA}
FRAME_{CAMERA}_NAME = 'MADE_CAMERA'
FRAME_{CAMERA}_CLASS = 4
FRAME_{CAMERA}_CLASS_ID = {CAMERA}
FRAME_{CAMERA}_CENTER = {OBSERVER}
TKFRAME_{CAMERA}_RELATIVE = 'J2000'
TKFRAME_{CAMERA}_SPEC = 'MATRIX'
TKFRAME_{CAMERA}_MATRIX = ( {matrix} )
{camera}FOV_FRAME = 'MADE_CAMERA'
{camera}FOV_SHAPE = '{view.shape}'
{camera}BORESIGHT = ( 0 0 1 )
{camera}FOV_BOUNDARY_CORNERS = ( {corners} )
{camera}IFOV = ( 1.0E-5 )
\\begintext
"""


def _lines(vectors: np.ndarray) -> str:
    """A vector a line: lines of text kernels are short."""
    return "\n".join(" ".join(f"{value!r}" for value in vector) for vector in vectors.tolist())


def _write_spk(view: MadeView, path: Path) -> None:
    """Everything moves in straight lines; the target is where it should be when the light left."""
    start = np.array([2.0e8, 5.0e7, -3.0e7])
    moving = np.array(view.target_velocity)
    light_time = np.linalg.norm(view.offset) / LIGHT_SPEED if view.abcorr != "NONE" else 0.0
    observed = start - moving * light_time + view.offset
    handle = spiceypy.spkopn(str(path), "made", 0)
    _write_line(handle, view.body.naif_id, start, moving)
    _write_line(handle, OBSERVER, observed, moving + view.observer_velocity)
    _write_line(handle, 10, np.array([1.0e3, 2.0e3, 0.0]), np.array([1e-3, 0.0, 0.0]))
    spiceypy.spkcls(handle)


def _write_line(handle: int, body: int, place: np.ndarray, velocity: np.ndarray) -> None:
    epochs = EPOCH + np.array([-1.0e7, 1.0e7])
    states = [np.concatenate([place + velocity * (et - EPOCH), velocity]) for et in epochs]
    spiceypy.spkw09(
        handle, body, 0, "J2000", epochs[0], epochs[1], "made", 1, 2, np.array(states), epochs
    )
