"""Cameras: where each pixel looks, as kernels tell focal length, detector and lens.

Everything here asks the kernel pool: call it inside `session.furnished`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import spiceypy
from numpy.typing import NDArray

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.instruments.distortion_keywords import (
    KnownDistortion,
    distortion_of,
)
from planetary_qgis.core.spice.instruments.focal_planes import (
    FocalPlane,
    focal_length_mm,
    focal_plane_of,
    numbers,
    pixel_mm,
    tells_axes,
)
from planetary_qgis.core.spice.instruments.instrument_facts import (
    PublishedCamera,
    facts_of,
    ids_with_listed_camera,
)
from planetary_qgis.core.spice.scene import name_of, pool_names, pool_numbers, pool_texts

FloatArray = NDArray[np.float64]
Pair = tuple[float, float]

_SIZES = (
    ("FILTER_SAMPLES", "FILTER_LINES"),
    ("PIXEL_SAMPLES", "PIXEL_LINES"),
    ("DETECTOR_SAMPLES", "DETECTOR_LINES"),
    ("FRAME_SAMPLES", "FRAME_LINES"),
)
"""Keywords of a detector's size; a filter's part of it goes before the whole."""


@dataclass(frozen=True)
class Camera:
    """A detector behind a lens.

    Attributes:
        plane: The focal plane; its axis is the optical axis.
        lens: How it distorts.
        axis_pixel: Sample and line on the optical axis; the middle of the detector's first is 1.
        first: Sample and line of the field of view's first pixel.
        size: Samples and lines of the field of view.
        scanned_lines: First and number of those that take scans or framelets, None for all.
        source: Where the numbers come from.
        tells_axes: Whether kernels or published values say which way samples and lines run.
    """

    frame: str
    plane: FocalPlane
    lens: KnownDistortion
    axis_pixel: Pair
    first: Pair
    size: Pair
    scanned_lines: tuple[int, int] | None
    source: str
    tells_axes: bool

    def directions(self, samples: FloatArray, lines: FloatArray) -> FloatArray:
        """(n, 3) directions in the frame of (n,) pixels of the detector, any length.

        NaN where no light falls through the lens.
        """
        pixels = np.column_stack([samples, lines]) - np.array(self.axis_pixel)
        return self.plane.rays(self.lens.distortion.undistorted(self.plane.places(pixels)))

    @property
    def boresight(self) -> FloatArray:
        """(3,) the optical axis."""
        return self.plane.axis

    @property
    def pixel_angles(self) -> Pair:
        """Radians that a pixel subtends along samples and along lines."""
        return self.plane.pixel_angles

    @property
    def corners(self) -> FloatArray:
        """(4, 3) directions of the field of view's corners."""
        return self._corners(self.first[1], self.size[1])

    @property
    def scanned(self) -> FloatArray | None:
        """(4, 3) those of the part that takes scans or framelets, None where all of it does."""
        return self._corners(*self.scanned_lines) if self.scanned_lines else None

    def _corners(self, first_line: float, lines: float) -> FloatArray:
        left, top = self.first[0] - 0.5, first_line - 0.5
        right, bottom = left + self.size[0], top + lines
        samples, rows = np.array([left, right, right, left]), np.array([top, top, bottom, bottom])
        through_lens = self.directions(samples, rows)
        if np.isfinite(through_lens).all():
            return through_lens
        # Formulas may not hold in the corners, where images are dark then.
        return self.plane.directions(np.column_stack([samples, rows]) - np.array(self.axis_pixel))


def ids_with_camera() -> list[int]:
    """Instruments whose kernels, with what is published, tell focal length, detector and frame."""
    found = (
        re.fullmatch(r"INS(-?\d+)_FOCAL_LENGTH", name) for name in pool_names("INS*_FOCAL_LENGTH")
    )
    candidates = {int(match[1]) for match in found if match} | set(ids_with_listed_camera())
    return [naif_id for naif_id in candidates if _tells_enough(naif_id)]


def camera_of(naif_id: int) -> Camera | None:
    """The camera as kernels and published values describe it, None where they do not suffice.

    Raises:
        KernelError: They tell what cannot be right.
    """
    if not _tells_enough(naif_id):
        return None
    ids, published = family(naif_id), facts_of(naif_id).camera
    size = _size(ids) or _published(published).size
    pitch = published.pixel_mm if published else _pitch(ids)
    focal = focal_length_mm(ids, size, pitch)
    if focal is None:
        focal = _published(published).focal_length_mm
    _check(naif_id, {"focal length": focal, "pixel pitch": min(map(abs, pitch)), "size": min(size)})
    axis_pixel, first = _placed(ids, size, published)
    plane = focal_plane_of(ids, focal, pitch)
    return Camera(
        frame=_frame(ids),
        plane=plane,
        lens=distortion_of(ids, plane, axis_pixel),
        axis_pixel=axis_pixel,
        first=first,
        size=size,
        scanned_lines=published.scanned if published else None,
        source=_source(ids, published),
        tells_axes=published is not None or tells_axes(ids),
    )


def has_one_pixel(naif_id: int) -> bool:
    """Whether the kernels count a single pixel."""
    return detector_size(naif_id) == (1.0, 1.0)


def detector_size(naif_id: int) -> Pair | None:
    """Samples and lines, None where the kernels do not count them."""
    return _size([naif_id])


def focal_length_at(naif_id: int, temperature_c: float | None) -> float | None:
    """Millimetres at a temperature of the focal plane, None where nothing tells.

    Source: MESSENGER's MDIS instrument kernel: a polynomial of degrees Celsius.
    """
    found = numbers([naif_id], "FL_TEMP_COEFFS")
    if not found or temperature_c is None:
        return None
    return float(np.polyval(found[::-1], temperature_c))


def family(naif_id: int) -> list[int]:
    """An instrument's id and those of the instruments it may be a part or a filter of.

    Missions number parts within tens and hundreds: CaSSIS's filters -143421… of -143400. Thousands
    are the spacecraft themselves.
    """
    whole = facts_of(naif_id).whole
    if whole:
        return [naif_id, whole]
    sign, size = (-1 if naif_id < 0 else 1), abs(naif_id)
    parents = [sign * (size // unit * unit) for unit in (10, 100) if size >= 10_000]
    return list(dict.fromkeys([naif_id, *(parent for parent in parents if parent % 1000)]))


def _tells_enough(naif_id: int) -> bool:
    ids = family(naif_id)
    if not _frame(ids):
        return False
    if facts_of(naif_id).camera:
        return True
    has_focal_length = bool(numbers(ids[: 2 if facts_of(naif_id).whole else 1], "FOCAL_LENGTH"))
    return has_focal_length and pixel_mm(ids) is not None and _size(ids) is not None


def _frame(ids: Sequence[int]) -> str:
    """The frame that the kernels name, else the one with the instrument's or a parent's id."""
    listed = facts_of(ids[0]).frame
    if listed:
        return listed if int(spiceypy.namfrm(listed)) else ""
    for naif_id in ids:
        named = [*pool_texts(f"INS{naif_id}_FOV_FRAME"), *pool_texts(f"INS{naif_id}_FRAME")]
        for frame in (*named, str(spiceypy.frmnam(naif_id))):
            if frame.strip() and int(spiceypy.namfrm(frame)):
                return frame
    return ""


def _size(ids: Sequence[int]) -> Pair | None:
    """Samples and lines, the instrument's own before its parents'."""
    for naif_id in ids:
        for samples_key, lines_key in _SIZES:
            samples = pool_numbers(f"INS{naif_id}_{samples_key}")
            lines = pool_numbers(f"INS{naif_id}_{lines_key}")
            if samples and lines:
                return samples[0], lines[0]
    return None


def _placed(ids: Sequence[int], size: Pair, published: PublishedCamera | None) -> tuple[Pair, Pair]:
    """The pixel on the optical axis and the first pixel of the field of view; 1 counts as first.

    A filter (with lines of its own before its parent's detector) has its middle where its own
    BORESIGHT_SAMPLE and _LINE say, or begins after FILTER_OFFSET lines, or counts within itself.
    Source: the ISIS camera addendum kernel of CaSSIS; the instrument kernel of JunoCam.
    """
    middle = ((size[0] + 1.0) / 2.0, (size[1] + 1.0) / 2.0)
    own = _axis_pixel(ids[0], size)
    detector = next((pixel for i in ids[1:] if (pixel := _axis_pixel(i, size))), None)
    if pool_numbers(f"INS{ids[0]}_FILTER_LINES") and detector:
        offset = pool_numbers(f"INS{ids[0]}_FILTER_OFFSET")
        if own and _in_framelet(ids[0]):
            return own, (1.0, 1.0)
        if own:
            return detector, (own[0] - middle[0] + 1.0, own[1] - middle[1] + 1.0)
        return detector, (1.0, 1.0 + (offset[0] if offset else 0.0))
    return own or (published.boresight if published else middle), (1.0, 1.0)


def _axis_pixel(naif_id: int, size: Pair) -> Pair | None:
    if pool_numbers(f"INS{naif_id}_DISTORTION_COEF_Y"):  # Kaguya's distortion is about its CENTER
        return _centre(naif_id)
    pixel = _pixel(naif_id, "BORESIGHT_SAMPLE", "BORESIGHT_LINE")
    return pixel or _in_framelet(naif_id) or _from_one(_centre(naif_id), size)


def _in_framelet(naif_id: int) -> Pair | None:
    """JunoCam's, within its framelets. Source: juno_junocam_v03.ti: pixels' middles are at 0.5."""
    edges = _pixel(naif_id, "DISTORTION_X", "DISTORTION_Y")
    return (edges[0] + 0.5, edges[1] + 0.5) if edges else None


def _from_one(centre: Pair | None, size: Pair) -> Pair | None:
    """A centre, the first pixel being 1: one at (n - 1) / 2 is the middle by counting from 0."""
    if centre and min(size) > 1.0 and all(c == (n - 1.0) / 2.0 for c, n in zip(centre, size)):
        return centre[0] + 1.0, centre[1] + 1.0
    return centre


def _pixel(naif_id: int, sample_key: str, line_key: str) -> Pair | None:
    sample = pool_numbers(f"INS{naif_id}_{sample_key}")
    line = pool_numbers(f"INS{naif_id}_{line_key}")
    return (sample[0], line[0]) if sample and line else None


def _centre(naif_id: int) -> Pair | None:
    for key in ("CCD_CENTER", "CENTER"):
        found = pool_numbers(f"INS{naif_id}_{key}")
        if len(found) == 2:
            return found[0], found[1]
    return None


def _check(naif_id: int, values: dict[str, float]) -> None:
    for what, value in values.items():
        if not 0.0 < value < np.inf:
            raise KernelError(
                f"The kernels give {name_of(naif_id)} ({naif_id}) a {what} of {value:g}.",
                hint=f"Correct the keywords INS{naif_id}_… of its instrument kernel (.ti).",
            )


def _pitch(ids: Sequence[int]) -> Pair:
    return pixel_mm(ids) or (math.nan, math.nan)


def _published(camera: PublishedCamera | None) -> PublishedCamera:
    if camera is None:  # _tells_enough has seen that there is one where kernels lack a value
        raise KernelError("The kernels hold too little of the camera.")
    return camera


def _source(ids: Sequence[int], published: PublishedCamera | None) -> str:
    if published and not pool_numbers(f"INS{ids[0]}_FOCAL_LENGTH"):
        return f"focal length and detector from {published.source}"
    return f"focal length and detector of INS{ids[0]}"
