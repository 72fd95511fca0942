"""Where each pixel of a detector looks: by the camera's keywords, else spread over its view.

Everything here asks the kernel pool: call it inside `session.furnished`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.instruments.cameras import (
    Camera,
    camera_of,
    detector_size,
    focal_length_at,
)
from planetary_qgis.core.spice.instruments.instrument import (
    FROM_KEYWORDS,
    LINE_ASPECT,
    Instrument,
)
from planetary_qgis.core.spice.instruments.view_planes import axes_of, tangent_plane, units

FloatArray = NDArray[np.float64]

_ABOUT_SQUARE = 1.1
_UNKNOWN_AXES = (
    "Nothing tells which way samples and lines run: they are taken along the frame's axes, so that "
    "the image may lie mirrored or turned."
)
_SPREAD = (
    "The kernels hold a field of view but no camera: pixels are spread evenly over it, without "
    "lens distortion."
)
_AT_ODDS = (
    "Focal plane and field of view of the kernels do not fit each other: pixels are spread evenly "
    "over the field of view, without lens distortion."
)
_MOST_ASIDE = 0.2


class Detector(Protocol):
    """The pixels of an instrument.

    Attributes:
        frame: In which its pixels' directions count.
        source: Where they come from, in words.
        notes: What is left out or not known, a sentence each.
        size: Its samples and lines, or those of the part that takes framelets.
        scan_line: The detector's only line, None where it has several.
    """

    @property
    def frame(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    @property
    def size(self) -> tuple[float, float]: ...

    @property
    def scan_line(self) -> float | None: ...

    def directions(self, samples: FloatArray, lines: FloatArray) -> FloatArray:
        """(n, 3) directions in the frame; the middle of the first sample and line is 1."""


def detector_of(
    instrument: Instrument, samples: float, lines: float, temperature_c: float | None = None
) -> Detector:
    """The pixels of an instrument.

    Args:
        samples, lines: Of its detector where the kernels do not tell, as images have them.
        temperature_c: Of the focal plane, None where it is not known.
    """
    camera = camera_of(instrument.naif_id)
    if camera is not None and _aside(camera, instrument) < _MOST_ASIDE:
        return _by_camera(instrument, camera, temperature_c)
    told = detector_size(instrument.naif_id) or (samples, lines)
    size = (max(told[0], samples), max(told[1], lines))
    note = _SPREAD if camera is None else _AT_ODDS
    return SpreadDetector(instrument, size, (note, _UNKNOWN_AXES))


@dataclass(frozen=True)
class CameraDetector:
    """Pixels behind a lens.

    Attributes:
        is_slit: Whether the field of view is a line: lines of the detector, if any, are wavelengths
            or not used.
    """

    camera: Camera
    notes: tuple[str, ...]
    is_slit: bool

    @property
    def frame(self) -> str:
        return self.camera.frame

    @property
    def source(self) -> str:
        return f"{self.camera.source}; lens distortion: {self.camera.lens.source}"

    @property
    def size(self) -> tuple[float, float]:
        scanned = self.camera.scanned_lines
        return self.camera.size[0], scanned[1] if scanned else self.camera.size[1]

    @property
    def scan_line(self) -> float | None:
        """ISIS's cameras have a scanner's one line on the axis, whatever it is numbered."""
        has_one = self.is_slit or self.camera.size[1] <= 1.0
        return self.camera.axis_pixel[1] if has_one else None

    def directions(self, samples: FloatArray, lines: FloatArray) -> FloatArray:
        return self.camera.directions(samples, lines)


@dataclass(frozen=True)
class SpreadDetector:
    """Pixels spread evenly over a field of view, in the plane that touches its middle.

    Attributes:
        size: Samples and lines.
    """

    instrument: Instrument
    size: tuple[float, float]
    notes: tuple[str, ...]

    @property
    def frame(self) -> str:
        return self.instrument.frame

    @property
    def source(self) -> str:
        return self.instrument.fov_source

    @property
    def scan_line(self) -> float | None:
        return (self.size[1] + 1.0) / 2.0 if _is_slit(self.instrument) else None

    def directions(self, samples: FloatArray, lines: FloatArray) -> FloatArray:
        middle, along, across = _spans(self.instrument.scanning(), self.size)
        share = np.stack([samples / self.size[0], lines / self.size[1]], axis=1)
        share -= (0.5 / np.array(self.size)) + 0.5
        return np.asarray(middle + share @ np.stack([along, across]))


def _by_camera(
    instrument: Instrument, camera: Camera, temperature_c: float | None
) -> CameraDetector:
    notes = [note for note in (camera.lens.note,) if note]
    if not camera.tells_axes:
        notes.append(_UNKNOWN_AXES)
        camera = _along_its_view(camera, instrument)
    focal = focal_length_at(instrument.naif_id, temperature_c)
    if focal is not None:
        camera = replace(camera, plane=replace(camera.plane, focal_length_mm=focal))
    elif focal_length_at(instrument.naif_id, 0.0) is not None:
        notes.append(
            "The focal length depends on the focal plane's temperature, which is not given: the "
            "kernel's single value is taken."
        )
    return CameraDetector(camera, tuple(notes), _is_slit(instrument))


def _is_slit(instrument: Instrument) -> bool:
    return instrument.fov_source == FROM_KEYWORDS and instrument.aspect >= LINE_ASPECT


def _aside(camera: Camera, instrument: Instrument) -> float:
    """How far the middle of the lines lies beside that of the field of view, in their lengths.

    Kernels may mean focal plane constants that count from another pixel than is told.
    """
    if instrument.fov_source != FROM_KEYWORDS:
        return 0.0
    if not camera.tells_axes:
        camera = _along_its_view(camera, instrument)
    ends = np.array([0.5, camera.size[0] + 0.5])
    first, last = units(camera.directions(ends, np.full(2, camera.axis_pixel[1])))
    middle = tangent_plane(instrument.corners)[2]
    line = last - first
    return float(abs((middle - (first + last) / 2.0) @ line) / (line @ line))


def _along_its_view(camera: Camera, instrument: Instrument) -> Camera:
    """The camera with samples and lines along the sides of the field of view."""
    _, along, _ = _spans(instrument, camera.size)
    axis = camera.plane.axis
    first = along - (along @ axis) * axis
    first /= np.linalg.norm(first)
    second = _with_axes(np.cross(axis, first))
    return replace(camera, plane=replace(camera.plane, basis=np.stack([first, second, axis])))


def _spans(
    view: Instrument, size: tuple[float, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The view's middle, and its extents along samples and lines, on the plane that touches it.

    Samples run along the longer side where there are more of them than of lines, and along the
    shorter where there are fewer; where they are as many, along the side nearest to the frame axis
    that follows the boresight's. Nothing in kernels tells which way: both run with the axes.
    """
    flat, basis, axis = tangent_plane(view.corners)
    sides = axes_of(flat) if view.aspect >= LINE_ASPECT else _frame_sides(view, flat, basis)
    turned = flat @ sides.T
    low, high = turned.min(axis=0), turned.max(axis=0)
    middle = axis + ((low + high) / 2.0) @ sides @ basis
    extents = (sides @ basis) * (high - low)[:, None]
    if _must_swap(high - low, size):
        extents = extents[::-1]
    return middle, _with_axes(extents[0]), _with_axes(extents[1])


def _must_swap(extents: FloatArray, size: tuple[float, float]) -> bool:
    """Whether the second extent is that of samples: neither view nor detector is about square."""
    is_wide = extents[0] > extents[1]
    lopsided = min(max(extents) / min(extents), max(size) / min(size)) > _ABOUT_SQUARE
    return bool(lopsided and is_wide != (size[0] > size[1]))


def _frame_sides(view: Instrument, flat: FloatArray, basis: FloatArray) -> FloatArray:
    """(2, 2) unit rows: along samples and along lines, on the plane."""
    nearest = int(np.argmax(np.abs(view.boresight)))
    following = np.eye(3)[(nearest + 1) % 3] @ basis.T
    if len(flat) == 4:
        steps = (np.roll(flat, -1, axis=0) - flat)[:2]
        steps /= np.linalg.norm(steps, axis=1, keepdims=True)
        first = steps[int(np.argmax(np.abs(steps @ following)))]
    else:
        first = following / np.linalg.norm(following)
    return np.array([first, [-first[1], first[0]]])


def _with_axes(side: FloatArray) -> FloatArray:
    """A vector or its opposite: the one whose largest component is positive."""
    return side if side[int(np.argmax(np.abs(side)))] > 0.0 else -side
