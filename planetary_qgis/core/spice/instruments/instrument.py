"""Fields of view and ways of imaging, from instrument kernels and a small data file."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.instruments.cameras import (
    Camera,
    camera_of,
    has_one_pixel,
    ids_with_camera,
)
from planetary_qgis.core.spice.instruments.instrument_facts import facts_of
from planetary_qgis.core.spice.instruments.pixel_angles import pixel_angles_of
from planetary_qgis.core.spice.instruments.view_planes import (
    axes_of,
    in_order,
    principal_axes,
    tangent_plane,
    units,
)
from planetary_qgis.core.spice.observations import Imaging
from planetary_qgis.core.spice.scene import name_of, pool_names, pool_texts
from planetary_qgis.core.spice.session import short_message

FloatArray = NDArray[np.float64]

OUTLINE_RAYS = 40
"""About how many rays go round a field of view."""
LINE_ASPECT = 50.0
"""Longer than that many times its width, a field of view is a line that needs sweeping."""
LARGEST_SPOT = 0.02
"""Radians across: smaller round fields of view are those of spectrometers and altimeters."""
FROM_KEYWORDS = "field of view of the instrument kernel"
_MOST_BOUNDARY_VECTORS = 1000


@dataclass(frozen=True)
class Instrument:
    """An instrument's field of view, in its own frame.

    Attributes:
        boresight: (3,) unit vector.
        corners: (c, 3) unit vectors around the field of view, counter-clockwise on the ground.
        pixel_angles: Radians that a pixel subtends along samples and along lines, None where the
            kernels do not say.
        fov_source: Where the field of view comes from, in words.
        scanned: (c, 3) corners of the part that takes scans or framelets, None where all does.
    """

    naif_id: int
    name: str
    frame: str
    shape: str
    boresight: FloatArray
    corners: FloatArray
    pixel_angles: tuple[float, float] | None
    fov_source: str = FROM_KEYWORDS
    scanned: FloatArray | None = None

    @property
    def pixel_angle(self) -> float | None:
        """Radians that a pixel subtends along samples."""
        return None if self.pixel_angles is None else self.pixel_angles[0]

    @property
    def is_convex(self) -> bool:
        """Whether the field of view has no notch."""
        flat, _, _ = tangent_plane(self.corners)
        steps = np.roll(flat, -1, axis=0) - flat
        following = np.roll(steps, -1, axis=0)
        turns = steps[:, 0] * following[:, 1] - steps[:, 1] * following[:, 0]
        slack = 1e-9 * np.abs(turns).max()
        return bool((turns >= -slack).all() or (turns <= slack).all())

    def scanning(self) -> Instrument:
        """The same with only the part of the field that takes scans or framelets."""
        return self if self.scanned is None else replace(self, corners=self.scanned, scanned=None)

    def outline(self) -> FloatArray:
        """(k, 3) unit vectors around the field of view, all corners among them."""
        per_side = max(1, round(OUTLINE_RAYS / len(self.corners)))
        steps = np.arange(per_side)[:, None] / per_side
        following = np.roll(self.corners, -1, axis=0)
        sides = [a + steps * (b - a) for a, b in zip(self.corners, following)]
        return units(np.concatenate(sides))

    def rays_on_line(self, shares: FloatArray) -> FloatArray:
        """(…, 3) unit vectors along the middle of a long, thin field of view.

        Args:
            shares: (…,) of the way from one end (0) to the other (1).
        """
        first, last = self._line_ends
        return units(first + shares[..., None] * (last - first))

    @cached_property
    def _line_ends(self) -> FloatArray:
        """(2, 3) the middles of the short sides, on the plane that touches the view's middle."""
        flat, basis, axis = tangent_plane(self.corners)
        along, across = principal_axes(flat)
        middle = (across.max() + across.min()) / 2.0
        ends = np.array([[along.min(), middle], [along.max(), middle]])
        return np.asarray(ends @ axes_of(flat) @ basis + axis)

    @property
    def aspect(self) -> float:
        """Length over width of the field of view."""
        length, width = self.extent
        return length / max(width, 1e-12)

    @property
    def extent(self) -> tuple[float, float]:
        """Length and width of the field of view in its tangent plane, about radians if small."""
        along, across = principal_axes(tangent_plane(self.corners)[0])
        return float(np.ptp(along)), float(np.ptp(across))


def instrument_of(naif_id: int) -> Instrument:
    """The instrument with its field of view, as the loaded kernels define it.

    By the keywords of a field of view; else by focal length and detector.

    Raises:
        KernelError: They define none, or not its frame, or one that no plane can hold.
    """
    if pool_texts(f"INS{naif_id}_FOV_SHAPE"):
        return _by_keywords(naif_id)
    camera = camera_of(naif_id)
    if camera is None:
        raise _no_field_of_view(naif_id)
    return Instrument(
        naif_id=naif_id,
        name=name_of(naif_id),
        frame=camera.frame,
        shape="RECTANGLE",
        boresight=camera.boresight,
        corners=_checked_corners(naif_id, camera.corners),
        pixel_angles=camera.pixel_angles,
        fov_source=camera.source,
        scanned=_scanned(camera),
    )


def ids_with_field_of_view() -> list[int]:
    """NAIF ids of the instruments whose field of view the loaded kernels define."""
    found = (re.fullmatch(r"INS(-?\d+)_FOV_SHAPE", name) for name in pool_names("INS*_FOV_SHAPE"))
    by_keywords = {int(match[1]) for match in found if match}
    return sorted(by_keywords | set(ids_with_camera()), reverse=True)


def imaging_of(instrument: Instrument, asked: Imaging) -> Imaging:
    """How it takes images: as asked; else as the data file says, else by the shape of the view."""
    if asked != "auto":
        return asked
    listed = facts_of(instrument.naif_id).imaging
    if listed:
        return listed
    if instrument.aspect >= LINE_ASPECT:
        return "line scan"
    is_round = instrument.shape in ("CIRCLE", "ELLIPSE")
    if is_round and instrument.extent[0] < LARGEST_SPOT:
        return "spot"
    return "spot" if has_one_pixel(instrument.naif_id) else "frame"


def _by_keywords(naif_id: int) -> Instrument:
    """The instrument by what GETFOV gives."""
    try:
        shape, frame, boresight, _, bounds = spiceypy.getfov(naif_id, _MOST_BOUNDARY_VECTORS)
    except SpiceyError as error:
        raise _no_field_of_view(naif_id, short_message(error)) from error
    axis = units(np.asarray(boresight, dtype=float))
    corners = _checked_corners(naif_id, _corners(shape, axis, np.asarray(bounds, dtype=float)))
    has_part = facts_of(naif_id).camera is not None
    return Instrument(
        naif_id=naif_id,
        name=name_of(naif_id),
        frame=frame,
        shape=shape,
        boresight=axis,
        corners=corners,
        pixel_angles=pixel_angles_of(naif_id, *_sides(corners)),
        scanned=_scanned(camera_of(naif_id)) if has_part else None,
    )


def _scanned(camera: Camera | None) -> FloatArray | None:
    if camera is None or camera.scanned is None:
        return None
    return in_order(units(camera.scanned))


def _no_field_of_view(naif_id: int, details: str = "") -> KernelError:
    others = ", ".join(f"{name_of(other)} ({other})" for other in ids_with_field_of_view()[:12])
    has = f"They tell of {others}." if others else "They tell of none at all."
    return KernelError(
        f"The loaded kernels define no field of view for the instrument {name_of(naif_id)} "
        f"({naif_id}).",
        details=details,
        hint=f"{has} Add the instrument kernel (.ti) and the frames kernel (.tf) of this one.",
    )


def _corners(shape: str, axis: FloatArray, bounds: FloatArray) -> FloatArray:
    """Unit vectors around a field of view as GETFOV gives it.

    Source: NAIF GETFOV: CIRCLE gives one vector of the rim, ELLIPSE the tips of both semi-axes.
    """
    if shape not in ("CIRCLE", "ELLIPSE"):
        return units(bounds)
    tips = bounds / (bounds @ axis)[:, None] - axis
    first = tips[0]
    second = tips[1] if shape == "ELLIPSE" else np.cross(axis, first)
    turns = np.arange(OUTLINE_RAYS)[:, None] * (2.0 * np.pi / OUTLINE_RAYS)
    return units(axis + np.cos(turns) * first + np.sin(turns) * second)


def _checked_corners(naif_id: int, corners: FloatArray) -> FloatArray:
    """Unit vectors around a field of view, in order; refused where no plane can hold them."""
    rim = units(corners)
    if not np.isfinite(rim).all() or (rim @ units(rim.mean(axis=0)) <= 1e-3).any():
        raise KernelError(
            f"The field of view of {name_of(naif_id)} ({naif_id}) spans a hemisphere or more, or "
            "its boresight has no direction.",
            hint="Footprints are computed for fields of view that fit in front of a camera.",
        )
    return in_order(rim)


def _sides(corners: FloatArray) -> tuple[float, float]:
    """Length and width of a field of view in its tangent plane: a rectangle's sides, or extents."""
    flat, _, _ = tangent_plane(corners)
    if len(corners) == 4:
        sides = np.linalg.norm(np.roll(flat, -1, axis=0) - flat, axis=1)
        pairs = float(sides[0] + sides[2]) / 2.0, float(sides[1] + sides[3]) / 2.0
        return max(pairs), min(pairs)
    along, across = principal_axes(flat)
    return float(np.ptp(along)), float(np.ptp(across))
