"""Focal planes: from samples and lines to directions, as instrument kernels tell it.

Everything here asks the kernel pool: call it inside `session.furnished`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.scene import pool_numbers, pool_texts

FloatArray = NDArray[np.float64]
Pair = tuple[float, float]

_UNITS_MM = {
    **dict.fromkeys(("MM", "MILLIMETER", "MILLIMETERS", "MILLIMETRES"), 1.0),
    **dict.fromkeys(("M", "METER", "METERS", "METRES"), 1000.0),
    **dict.fromkeys(("CM", "CENTIMETER", "CENTIMETERS"), 10.0),
    **dict.fromkeys(("UM", "MICRON", "MICRONS", "MICROMETER", "MICROMETERS"), 1e-3),
}
_LEAST_MICROMETRES = 2.0
"""Where no units are told, pitches above are in micrometres: no pixel is two millimetres wide."""
_MOST_METRES = 2e-4
_WIDEST = 4.0
"""Detector over focal length. Wider than 127° in millimetres, the focal length is in metres."""
_LARGEST_IFOV_RADIANS = 0.1


@dataclass(frozen=True)
class FocalPlane:
    """A pinhole's focal plane in an instrument's frame.

    Attributes:
        to_plane: (2, 3) mm, rows X and Y: constant, a sample, a line.
        basis: (3, 3) unit rows in the frame: X and Y of the plane, and the optical axis.
    """

    focal_length_mm: float
    to_plane: FloatArray
    basis: FloatArray

    @property
    def axis(self) -> FloatArray:
        return np.asarray(self.basis[2])

    @property
    def pixel_angles(self) -> Pair:
        """Radians that a pixel subtends along samples and along lines."""
        sample, line = np.linalg.norm(self.to_plane[:, 1:], axis=0) / self.focal_length_mm
        return float(sample), float(line)

    def directions(self, pixels: FloatArray) -> FloatArray:
        """(n, 3) directions in the frame of (n, 2) samples and lines from the axis pixel."""
        return self.rays(self.places(pixels))

    def places(self, pixels: FloatArray) -> FloatArray:
        """(n, 2) mm on the plane of samples and lines from the axis pixel."""
        return np.asarray(np.column_stack([np.ones(len(pixels)), pixels]) @ self.to_plane.T)

    def rays(self, places: FloatArray) -> FloatArray:
        """(n, 3) directions in the frame of (n, 2) places on the plane, mm."""
        depth = np.full(len(places), self.focal_length_mm)
        return np.asarray(np.column_stack([places, depth]) @ self.basis)


def focal_plane_of(ids: Sequence[int], focal_mm: float, pitch_mm: Pair) -> FocalPlane:
    """The focal plane of an instrument, whose parents' keywords stand in for its own.

    Source: ISIS's addendum kernels: TRANSX and TRANSY lead from samples and lines to millimetres
    along the frame's X and Y, and the camera looks along +Z or -Z.
    """
    rows = _told_rows(ids, pitch_mm)
    boresight = numbers(ids, "BORESIGHT")
    along = np.array(boresight if len(boresight) == 3 else [0.0, 0.0, 1.0])
    if rows is not None:
        sign = -1.0 if along[2] < 0.0 else 1.0
        return FocalPlane(focal_mm, _without_flat_pixels(rows), np.diag([1.0, 1.0, sign]))
    plain = np.array([[0.0, pitch_mm[0], 0.0], [0.0, 0.0, pitch_mm[1]]])
    length = float(np.linalg.norm(along))
    axis = along / length if length > 0.0 else np.full(3, np.nan)
    return FocalPlane(focal_mm, plain, _basis_about(axis))


def tells_axes(ids: Sequence[int]) -> bool:
    """Whether the kernels say which way samples and lines run."""
    return _told_rows(ids, (1.0, 1.0)) is not None


def pixel_mm(ids: Sequence[int]) -> Pair | None:
    """Pixel pitch along samples and along lines, None where the kernels do not tell."""
    for key in ("PIXEL_PITCH", "PIXEL_SIZE"):
        found = numbers(ids, key)
        if found:
            unit = _unit_mm(ids, key) or _likely_pitch_unit_mm(found[0])
            return found[0] * unit, found[-1] * unit
    rows = np.array([numbers(ids, "TRANSX"), numbers(ids, "TRANSY")], dtype=object)
    if rows.shape != (2, 3):
        return None
    sample, line = np.linalg.norm(_without_flat_pixels(rows.astype(float))[:, 1:], axis=0)
    return float(sample), float(line)


def focal_length_mm(ids: Sequence[int], size: Pair, pitch_mm: Pair) -> float | None:
    """The focal length, None where the kernels do not tell.

    Most kernels mean millimetres, some metres, and few say so.
    """
    found = numbers(ids, "FOCAL_LENGTH")
    if not found:
        return None
    unit = _unit_mm(ids, "FOCAL_LENGTH")
    if unit is None:
        unit = _likely_focal_unit_mm(ids, found[0], max(size) * max(pitch_mm), pitch_mm[0])
    return found[0] * unit


def numbers(ids: Sequence[int], key: str) -> list[float]:
    """The numbers of a keyword, the instrument's own before its parents'."""
    return next((found for i in ids if (found := pool_numbers(f"INS{i}_{key}"))), [])


def _told_rows(ids: Sequence[int], pitch_mm: Pair) -> FloatArray | None:
    """(2, 3) mm, X and Y of the frame by samples and lines; None where the kernels do not tell.

    Source: ISIS's addendum kernels; and, where samples run without TRANSX and TRANSY, the recipes
    in the instrument kernels of Kaguya's line scanners and of JunoCam.
    """
    rows = [numbers(ids, key) for key in ("TRANSX", "TRANSY")]
    if all(len(row) == 3 for row in rows):
        return np.array(rows)
    across, along = pitch_mm
    if numbers(ids[:1], "DISTORTION_COEF_Y"):
        return np.array([[0.0, 0.0, -along], [0.0, -across, 0.0]])
    if numbers(ids[:1], "DISTORTION_X"):
        return np.array([[0.0, across, 0.0], [0.0, 0.0, along]])
    return None


def _unit_mm(ids: Sequence[int], key: str) -> float | None:
    for naif_id in ids:
        for text in pool_texts(f"INS{naif_id}_{key}_UNITS"):
            return _UNITS_MM.get(text.strip().upper())
    return None


def _likely_pitch_unit_mm(pitch: float) -> float:
    if pitch >= _LEAST_MICROMETRES:
        return 1e-3
    return 1000.0 if pitch < _MOST_METRES else 1.0


def _likely_focal_unit_mm(
    ids: Sequence[int], focal: float, detector_mm: float, pitch_mm: float
) -> float:
    """Millimetres or metres: what agrees with the angle of a pixel, else what can be a camera."""
    ifov = numbers(ids, "IFOV")
    if focal > 0.0 and ifov and 0.0 < ifov[0] < _LARGEST_IFOV_RADIANS:
        misfits = {unit: abs(np.log(pitch_mm / (focal * unit) / ifov[0])) for unit in (1.0, 1000.0)}
        best = min(misfits, key=lambda unit: misfits[unit])
        if misfits[best] < np.log(3.0):
            return best
    return 1000.0 if detector_mm > _WIDEST * focal else 1.0


def _without_flat_pixels(to_plane: FloatArray) -> FloatArray:
    """Line scanners' kernels may leave a direction zero: square pixels stand in for it."""
    sample, line = to_plane[:, 1], to_plane[:, 2]
    if not sample.any():
        sample = np.array([line[1], -line[0]])
    if not line.any():
        line = np.array([-sample[1], sample[0]])
    return np.column_stack([to_plane[:, 0], sample, line])


def _basis_about(axis: FloatArray) -> FloatArray:
    """Unit rows: the two frame axes that follow the one along the boresight, made square to it."""
    nearest = int(np.argmax(np.abs(axis)))
    first = np.eye(3)[(nearest + 1) % 3]
    first = first - (first @ axis) * axis
    first /= np.linalg.norm(first)
    return np.stack([first, np.cross(axis, first), axis])
