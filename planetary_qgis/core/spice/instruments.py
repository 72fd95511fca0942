"""Fields of view and ways of imaging, from instrument kernels and a small data file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.observations import Imaging
from planetary_qgis.core.spice.scene import name_of, pool_names, pool_numbers, pool_texts
from planetary_qgis.core.spice.session import short_message

FloatArray = NDArray[np.float64]

OUTLINE_RAYS = 40
"""About how many rays go round a field of view."""
LINE_ASPECT = 50.0
"""Longer than that many times its width, a field of view is a line that needs sweeping."""
_MOST_BOUNDARY_VECTORS = 1000


@dataclass(frozen=True)
class Instrument:
    """An instrument's field of view, in its own frame.

    Attributes:
        boresight: (3,) unit vector.
        corners: (c, 3) unit vectors around the field of view, counter-clockwise on the ground.
        pixel_angle: Radians a pixel subtends, None where the kernels do not say.
    """

    naif_id: int
    name: str
    frame: str
    shape: str
    boresight: FloatArray
    corners: FloatArray
    pixel_angle: float | None

    def outline(self) -> FloatArray:
        """(k, 3) unit vectors around the field of view, all corners among them."""
        per_side = max(1, round(OUTLINE_RAYS / len(self.corners)))
        steps = np.arange(per_side)[:, None] / per_side
        following = np.roll(self.corners, -1, axis=0)
        sides = [a + steps * (b - a) for a, b in zip(self.corners, following)]
        return _units(np.concatenate(sides))

    def rays_on_line(self, shares: FloatArray) -> FloatArray:
        """(…, 3) unit vectors along the middle of a long, thin field of view.

        Args:
            shares: (…,) of the way from one end (0) to the other (1).
        """
        first, last = self._line_ends
        return _units(first + shares[..., None] * (last - first))

    @cached_property
    def _line_ends(self) -> FloatArray:
        """(2, 3) the middles of the short sides, in the tangent plane."""
        flat, basis, axis = _tangent_plane(self.corners)
        along, across = _principal_axes(flat)
        middle = (across.max() + across.min()) / 2.0
        ends = np.array([[along.min(), middle], [along.max(), middle]])
        return np.asarray(ends @ _axes_of(flat) @ basis + axis)

    @property
    def aspect(self) -> float:
        """Length over width of the field of view."""
        along, across = _principal_axes(_tangent_plane(self.corners)[0])
        width = max(float(np.ptp(across)), 1e-12)
        return float(np.ptp(along)) / width


def instrument_of(naif_id: int) -> Instrument:
    """The instrument with its field of view, as the loaded kernels define it.

    Raises:
        KernelError: They define none, or not its frame, or one that no plane can hold.
    """
    try:
        shape, frame, boresight, _, bounds = spiceypy.getfov(naif_id, _MOST_BOUNDARY_VECTORS)
    except SpiceyError as error:
        raise _no_field_of_view(naif_id, short_message(error)) from error
    axis = _units(np.asarray(boresight, dtype=float))
    corners = _corners(shape, axis, np.asarray(bounds, dtype=float))
    if (corners @ _units(corners.mean(axis=0)) <= 1e-3).any():
        raise KernelError(
            f"The field of view of {name_of(naif_id)} spans a hemisphere or more.",
            hint="Footprints are computed for fields of view that fit in front of a camera.",
        )
    corners = _counter_clockwise_on_ground(corners)
    return Instrument(
        naif_id=naif_id,
        name=name_of(naif_id),
        frame=frame,
        shape=shape,
        boresight=axis,
        corners=corners,
        pixel_angle=_pixel_angle(naif_id, corners),
    )


def ids_with_field_of_view() -> list[int]:
    """NAIF ids of the instruments whose field of view the loaded kernels define."""
    found = (re.fullmatch(r"INS(-?\d+)_FOV_SHAPE", name) for name in pool_names("INS*_FOV_SHAPE"))
    return sorted((int(match[1]) for match in found if match), reverse=True)


def imaging_of(instrument: Instrument, asked: Imaging) -> Imaging:
    """Frame or line scan: as asked; else as the data file says, else by the shape of the view."""
    if asked != "auto":
        return asked
    listed = _listed_modes().get(instrument.naif_id)
    if listed:
        return listed
    return "line scan" if instrument.aspect >= LINE_ASPECT else "frame"


@lru_cache(maxsize=1)
def _listed_modes() -> dict[int, Imaging]:
    """Way of imaging by instrument id, from instruments.toml."""
    entries = read_toml(Path(__file__).with_name("instruments.toml"))["instrument"]
    return {naif_id: entry["imaging"] for entry in entries for naif_id in entry["naif_ids"]}


def _no_field_of_view(naif_id: int, details: str) -> KernelError:
    others = ", ".join(f"{name_of(other)} ({other})" for other in ids_with_field_of_view()[:12])
    has = f"They define one for {others}." if others else "They define none at all."
    return KernelError(
        f"The loaded kernels define no field of view for the instrument {name_of(naif_id)} "
        f"({naif_id}).",
        details=details,
        hint=f"{has} Add the instrument kernel (.ti) and the frames kernel (.tf) that define it.",
    )


def _corners(shape: str, axis: FloatArray, bounds: FloatArray) -> FloatArray:
    """Unit vectors around a field of view as GETFOV gives it.

    Source: NAIF GETFOV: CIRCLE gives one vector of the rim, ELLIPSE the tips of both semi-axes.
    """
    if shape not in ("CIRCLE", "ELLIPSE"):
        return _units(bounds)
    tips = bounds / (bounds @ axis)[:, None] - axis
    first = tips[0]
    second = tips[1] if shape == "ELLIPSE" else np.cross(axis, first)
    turns = np.arange(OUTLINE_RAYS)[:, None] * (2.0 * np.pi / OUTLINE_RAYS)
    return _units(axis + np.cos(turns) * first + np.sin(turns) * second)


def _counter_clockwise_on_ground(corners: FloatArray) -> FloatArray:
    """Corners in the order that has the footprint on the left, seen from above the ground.

    The camera looks down along its axis, so that is clockwise about the axis.
    """
    area_vector = np.cross(corners, np.roll(corners, -1, axis=0)).sum(axis=0)
    return corners[::-1] if area_vector @ corners.mean(axis=0) > 0.0 else corners


def _pixel_angle(naif_id: int, corners: FloatArray) -> float | None:
    """Radians a pixel: the field of view over its pixels, else the kernel's own IFOV."""
    samples = pool_numbers(f"INS{naif_id}_PIXEL_SAMPLES")
    lines = pool_numbers(f"INS{naif_id}_PIXEL_LINES")
    longest = max(samples[:1] + lines[:1], default=0.0)
    if longest > 1.0:
        return _length_of(corners) / longest
    ifov = pool_numbers(f"INS{naif_id}_IFOV")
    units = "".join(pool_texts(f"INS{naif_id}_IFOV_UNITS")).upper()
    if not ifov or not 0.0 < ifov[0] < 0.1 or units not in ("", "RADIANS", "RADIANS/PIXEL"):
        return None
    return ifov[0]


def _length_of(corners: FloatArray) -> float:
    """Length of a field of view in its tangent plane: a rectangle's long side, else its extent."""
    flat, _, _ = _tangent_plane(corners)
    if len(corners) == 4:
        return float(np.linalg.norm(np.roll(flat, -1, axis=0) - flat, axis=1).max())
    return float(np.ptp(_principal_axes(flat)[0]))


def _principal_axes(flat: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Coordinates of plane points along and across their longest direction."""
    turned = flat @ _axes_of(flat).T
    return turned[:, 0], turned[:, 1]


def _axes_of(flat: FloatArray) -> FloatArray:
    """(2, 2) unit rows: the longest direction of plane points, and the one across it."""
    return np.asarray(np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)[2])


def _tangent_plane(corners: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Corners in the plane that touches the unit sphere at their middle; its basis; that middle.

    The boresight does not serve: it may lie outside the field of view.
    """
    axis = _units(corners.mean(axis=0))
    first = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    first /= np.linalg.norm(first)
    basis = np.stack([first, np.cross(axis, first)])
    return (corners / (corners @ axis)[:, None]) @ basis.T, basis, axis


def _units(vectors: FloatArray) -> FloatArray:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True))
