"""An image resolved by its kernels: who took it, with which pixels, from where and when.

Everything here asks CSPICE: call it inside `session.furnished`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.areas.framelets import start_bias_s
from planetary_qgis.core.spice.gaps import nothing_covered
from planetary_qgis.core.spice.images.grids import Grid, Step, frame_grid, framelet_grid, scan_grid
from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.spice.images.sights import FrameSight, ScanSight
from planetary_qgis.core.spice.instruments.detectors import Detector, detector_of
from planetary_qgis.core.spice.jobs import Job, job_of
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.vectorised import Gaps, et_from_utc
from planetary_qgis.core.spice.views import Views, views_of

FloatArray = NDArray[np.float64]

_STRIDE = 16
_MUCH_TALLER = 1.5
_EDGE = 1.0
"""Kernels leave out the rim of some detectors, or count from 0."""


def _nothing() -> None:
    """Nobody follows how far it is."""


@dataclass(frozen=True)
class Shot:
    """An image with everything that the kernels resolved of it.

    Attributes:
        views: Of the frame, of each framelet, or of the edges of a scan's lines.
    """

    job: Job
    image: RawImage
    detector: Detector
    views: Views

    @property
    def notes(self) -> tuple[str, ...]:
        """What is left out or not known, a sentence each."""
        return (*self.detector.notes, *self._beyond_detector(), *self._unknown())

    def grid(self, within_pixels: float, step: Step = _nothing) -> Grid:
        """Where its pixels look, at nodes fine enough; what `step` raises ends the work."""
        image = self.image
        if image.is_scan:
            scan = ScanSight(image, self.detector, self.views)
            return scan_grid(scan, image.samples, image.lines, within_pixels, step)
        sights = [
            FrameSight(image, self.detector, self.views[row : row + 1])
            for row in range(len(self.views))
        ]
        if image.framelet_lines is None:
            return frame_grid(sights[0], image.samples, image.lines, within_pixels, step)
        return framelet_grid(
            sights, image.samples, image.lines, image.framelet_lines, within_pixels, step
        )

    def _beyond_detector(self) -> list[str]:
        ends = self.image.detector_samples(np.array([0.0, float(self.image.samples)]))
        if ends.min() > -_EDGE and ends.max() < self.detector.size[0] + 0.5 + _EDGE:
            return []
        return [
            f"The image reaches from sample {ends.min() + 0.5:g} to {ends.max() - 0.5:g} of a "
            f"detector of {self.detector.size[0]:g}: first sample or summing may be wrong."
        ]

    def _unknown(self) -> list[str]:
        unknown = int(np.count_nonzero(~self.views.known))
        if not unknown:
            return []
        what = "lines" if self.image.is_scan else "framelets"
        return [
            f"The kernels do not tell of {unknown} of {len(self.views)} {what}: nothing is seen "
            "there."
        ]


def shot_of(observation: Observation, image: RawImage, files: tuple[Path, ...]) -> Shot:
    """The image as these kernels, which are furnished, resolve it.

    Raises:
        KernelError: They lack something that no image can do without.
        CoverageError: They tell of none of its time.
    """
    job = job_of(observation, times_of_run(image.start, image.stop), files)
    _check_kind(job, image)
    detector = detector_of(
        job.instrument,
        image.samples * image.sample_summing,
        1.0 if image.is_scan else (image.framelet_lines or image.lines) * image.line_summing,
        image.temperature_c,
    )
    _check_framelets(job, image, detector)
    job = replace(job, scene=replace(job.scene, instrument_frame=detector.frame))
    return Shot(job, image, detector, _views(job, image))


def _check_kind(job: Job, image: RawImage) -> None:
    if job.imaging == "line scan" and image.lines > 1 and not image.is_scan:
        raise PlanetaryError(
            f"{job.instrument.name} takes images line by line, and nothing tells the time from one "
            "line to the next.",
            hint="Give it; labels call it LINE_EXPOSURE_DURATION, or SCAN_DURATION and the like.",
        )


def _check_framelets(job: Job, image: RawImage, detector: Detector) -> None:
    alone = job.imaging == "push frame" and image.framelet_lines is None and not image.is_scan
    if alone and image.lines * image.line_summing > _MUCH_TALLER * detector.size[1]:
        raise PlanetaryError(
            f"The image of {job.instrument.name} has {image.lines} lines, its detector "
            f"{detector.size[1]:g}: it is a stack of framelets.",
            hint="Give the lines of a framelet and the time from one to the next.",
        )


def _views(job: Job, image: RawImage) -> Views:
    gaps = Gaps()
    start = np.array([image.start], dtype="datetime64[us]")
    et = float(et_from_utc(start)[0]) + _seconds(job, image)
    views = views_of(job.scene, _where_known(job, et, gaps), gaps)
    if not views.known.any():
        stop = np.array([image.stop], dtype="datetime64[us]")
        raise nothing_covered(job.scene, job.files, start, stop, gaps)
    return views


def _where_known(job: Job, et: FloatArray, gaps: Gaps) -> FloatArray:
    """The epochs, NaN where the kernels tell neither of the sixteenth before nor of that after.

    Asking through a gap line by line takes long: 0.3 ms each.
    """
    if len(et) <= 2 * _STRIDE:
        return et
    spread = np.append(np.arange(0, len(et) - 1, _STRIDE), len(et) - 1)
    known = views_of(job.scene, et[spread], gaps).known
    number = np.minimum(np.arange(len(et)) // _STRIDE, len(spread) - 2)
    return np.where(known[number] | known[number + 1], et, np.nan)


def _seconds(job: Job, image: RawImage) -> FloatArray:
    """(n,) s from the start to the middle of the exposures."""
    if image.is_scan:
        return image.seconds_of_rows(np.arange(image.lines + 1.0))
    middles = image.exposure_s / 2.0 + (image.interframe_s or 0.0) * np.arange(image.framelets)
    bias_s = start_bias_s(job.instrument.naif_id) if image.framelet_lines else 0.0
    return np.asarray(middles + bias_s)
