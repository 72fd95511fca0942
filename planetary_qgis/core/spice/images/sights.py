"""Where pixels of an image look, at any grid of them: frames, scans and framelets.

Grids are (columns,) and (rows,) in GDAL's pixel coordinates: 0 is the first pixel's outer edge.
Everything here asks CSPICE: call it inside `session.furnished`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.spice.instruments.detectors import Detector
from planetary_qgis.core.spice.views import Views, look

FloatArray = NDArray[np.float64]

_RAYS_AT_ONCE = 200_000


class Sight(Protocol):
    """What pixels of an image see."""

    def points(self, columns: FloatArray, rows: FloatArray) -> FloatArray:
        """(rows, columns, 3) km, body-fixed; NaN where they miss the target or nothing is known."""


@dataclass(frozen=True)
class FrameSight:
    """A frame, all of it exposed at one epoch; or one framelet.

    Attributes:
        views: Of that epoch alone.
    """

    image: RawImage
    detector: Detector
    views: Views

    def points(self, columns: FloatArray, rows: FloatArray) -> FloatArray:
        samples = np.tile(self.image.detector_samples(columns), len(rows))
        lines = np.repeat(self.image.detector_lines(rows), len(columns))
        rays = _units(self.detector.directions(samples, lines))
        parts = [
            look(self.views, rays[begin : begin + _RAYS_AT_ONCE]).points[0]
            for begin in range(0, len(rays), _RAYS_AT_ONCE)
        ]
        return np.asarray(np.concatenate(parts).reshape(len(rows), len(columns), 3))


@dataclass(frozen=True)
class ScanSight:
    """A scan, every line with an epoch of its own.

    Attributes:
        views: At the edges of the lines: those of row 0, 1, … and the last.
    """

    image: RawImage
    detector: Detector
    views: Views

    def points(self, columns: FloatArray, rows: FloatArray) -> FloatArray:
        """The same, of whole rows alone."""
        samples = self.image.detector_samples(columns)
        rays = _units(self.detector.directions(samples, np.full(len(columns), self._line)))
        asked = np.rint(rows).astype(np.intp)
        step = max(1, _RAYS_AT_ONCE // len(columns))
        return np.concatenate(
            [
                look(self.views[asked[begin : begin + step]], rays).points
                for begin in range(0, len(asked), step)
            ]
        )

    @property
    def _line(self) -> float:
        """The detector's line that took all of the image's: of summed ones the middle."""
        only = self.detector.scan_line
        return self.image.first_line if only is None else only


def _units(rays: FloatArray) -> FloatArray:
    return np.asarray(rays / np.linalg.norm(rays, axis=1, keepdims=True))
