"""Fields of view of cameras whose kernels tell focal length and detector, not a field of view.

Pinholes: optical distortion is left out. Everything here asks the kernel pool: call it inside
`session.furnished`.
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
from planetary_qgis.core.spice.instruments.focal_planes import (
    FocalPlane,
    focal_length_mm,
    focal_plane_of,
    pixel_mm,
)
from planetary_qgis.core.spice.instruments.instrument_facts import (
    PublishedCamera,
    facts_of,
    ids_with_published_camera,
)
from planetary_qgis.core.spice.scene import name_of, pool_names, pool_numbers, pool_texts

FloatArray = NDArray[np.float64]
Pair = tuple[float, float]

_SIZES = (
    ("FILTER_SAMPLES", "FILTER_LINES"),
    ("PIXEL_SAMPLES", "PIXEL_LINES"),
    ("DETECTOR_SAMPLES", "DETECTOR_LINES"),
)
"""Keywords of a detector's size; a filter's part of it goes before the whole."""
_MOST_ELONGATED = 5.0
_MOST_MISFIT = 1.3
_RADIANS = ("", "RADIANS", "RADIANS/PIXEL")


@dataclass(frozen=True)
class Camera:
    """A field of view by its pixels.

    Attributes:
        corners: (4, 3) directions in the frame.
        scanned: (4, 3) those of the part that takes scans or framelets, None where all of it does.
        boresight: (3,) the optical axis.
        pixel_angles: Radians that a pixel subtends along samples and along lines.
        source: Where the numbers come from.
    """

    frame: str
    corners: FloatArray
    scanned: FloatArray | None
    boresight: FloatArray
    pixel_angles: Pair
    source: str


def ids_with_camera() -> list[int]:
    """Instruments whose kernels, with what is published, tell focal length, detector and frame."""
    found = (
        re.fullmatch(r"INS(-?\d+)_FOCAL_LENGTH", name) for name in pool_names("INS*_FOCAL_LENGTH")
    )
    candidates = {int(match[1]) for match in found if match} | set(ids_with_published_camera())
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
    plane = focal_plane_of(ids, focal, pitch)
    axis_pixel, first = _placed(ids, size, published)
    rows = published.scanned if published else None
    return Camera(
        frame=_frame(ids),
        corners=_corners(plane, axis_pixel, first, size),
        scanned=rows and _corners(plane, axis_pixel, (first[0], rows[0]), (size[0], rows[1])),
        boresight=plane.axis,
        pixel_angles=plane.pixel_angles,
        source=_source(ids, published),
    )


def pixel_angles_of(naif_id: int, length: float, width: float) -> Pair | None:
    """Radians a pixel along samples and along lines, None where the kernels do not tell.

    Pitch over focal length where the field of view agrees with it: fields of view may leave out a
    detector's rim. Else the field of view over its pixels, else the IFOV.

    Args:
        length, width: Of the field of view, in radians.
    """
    by_view = _angles_by_view(naif_id, length, width)
    by_pitch = _angles_by_pitch(naif_id)
    if by_pitch and (
        by_view is None or 1.0 / _MOST_MISFIT < by_pitch[0] / by_view[0] < _MOST_MISFIT
    ):
        return by_pitch
    return by_view or _ifov(naif_id)


def has_one_pixel(naif_id: int) -> bool:
    """Whether the kernels count a single pixel."""
    return _size([naif_id]) == (1.0, 1.0)


def family(naif_id: int) -> list[int]:
    """An instrument's id and those of the instruments it may be a part or a filter of.

    Missions number parts within tens and hundreds: CaSSIS's filters -143421… of -143400. Thousands
    are the spacecraft themselves.
    """
    sign, size = (-1 if naif_id < 0 else 1), abs(naif_id)
    parents = [sign * (size // unit * unit) for unit in (10, 100) if size >= 10_000]
    return list(dict.fromkeys([naif_id, *(parent for parent in parents if parent % 1000)]))


def _angles_by_view(naif_id: int, length: float, width: float) -> Pair | None:
    size = _size([naif_id])
    if size is None or max(size) <= 1.0 or min(size) < 1.0:
        return None
    sides = (length, width) if size[0] >= size[1] else (width, length)
    along = sides[0] / size[0], sides[1] / size[1]
    # Line scanners' kernels may count the lines of a detector that reads only one of them.
    longest = along[0] if size[0] >= size[1] else along[1]
    return along if max(along) < _MOST_ELONGATED * min(along) else (longest, longest)


def _angles_by_pitch(naif_id: int) -> Pair | None:
    size, pitch = _size([naif_id]) or (1.0, 1.0), pixel_mm([naif_id])
    if pitch is None or not min(pitch) > 0.0:
        return None
    focal = focal_length_mm([naif_id], size, pitch)
    return (pitch[0] / focal, pitch[1] / focal) if focal and focal > 0.0 else None


def _ifov(naif_id: int) -> Pair | None:
    ifov = pool_numbers(f"INS{naif_id}_IFOV")
    units = "".join(pool_texts(f"INS{naif_id}_IFOV_UNITS")).upper()
    if not ifov or not 0.0 < min(ifov) <= max(ifov) < 0.1 or units not in _RADIANS:
        return None
    return ifov[0], ifov[-1]


def _tells_enough(naif_id: int) -> bool:
    ids = family(naif_id)
    if not _frame(ids):
        return False
    if facts_of(naif_id).camera:
        return True
    has_focal_length = bool(pool_numbers(f"INS{naif_id}_FOCAL_LENGTH"))
    return has_focal_length and pixel_mm(ids) is not None and _size(ids) is not None


def _frame(ids: Sequence[int]) -> str:
    """The frame that the kernels name, else the one with the instrument's or a parent's id."""
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
    BORESIGHT_SAMPLE and _LINE say, or begins after FILTER_OFFSET lines. Source: the ISIS camera
    addendum kernel of CaSSIS.
    """
    middle = ((size[0] + 1.0) / 2.0, (size[1] + 1.0) / 2.0)
    own = _pixel(ids[0], "BORESIGHT_SAMPLE", "BORESIGHT_LINE") or _centre(ids[0])
    detector = next((pixel for i in ids[1:] if (pixel := _axis_pixel(i))), None)
    if pool_numbers(f"INS{ids[0]}_FILTER_LINES") and detector:
        offset = pool_numbers(f"INS{ids[0]}_FILTER_OFFSET")
        if own:
            return detector, (own[0] - middle[0] + 1.0, own[1] - middle[1] + 1.0)
        return detector, (1.0, 1.0 + (offset[0] if offset else 0.0))
    return own or (published.boresight if published else middle), (1.0, 1.0)


def _axis_pixel(naif_id: int) -> Pair | None:
    return _pixel(naif_id, "BORESIGHT_SAMPLE", "BORESIGHT_LINE") or _centre(naif_id)


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


def _corners(plane: FocalPlane, axis_pixel: Pair, first: Pair, size: Pair) -> FloatArray:
    """(4, 3) directions of the outer edges of a rectangle of pixels."""
    left, top = first[0] - 0.5 - axis_pixel[0], first[1] - 0.5 - axis_pixel[1]
    right, bottom = left + size[0], top + size[1]
    return plane.directions(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]))


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
