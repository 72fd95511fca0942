"""What an image covers on the ground, lens distortion and window on the detector counted in."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.polygons import united
from planetary_qgis.core.products import Answer, Products
from planetary_qgis.core.spice.areas.outlines import frame_footprints
from planetary_qgis.core.spice.areas.sweeps import strips
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.spice.images.shots import Shot, shot_of
from planetary_qgis.core.spice.instruments.view_planes import in_order, units
from planetary_qgis.core.spice.kernels.kernel_sets import completed
from planetary_qgis.core.spice.observations import Observation, times_of_run
from planetary_qgis.core.spice.session import furnished

FloatArray = NDArray[np.float64]

_PER_SIDE = 16
_WITHIN_PIXELS = 0.1


def image_footprint(observation: Observation, image: RawImage) -> shapely.Geometry | None:
    """The polygon that the image's pixels cover, as footprints are; None where it sees nothing.

    Raises:
        KernelError: The kernels lack something that no image can do without.
        CoverageError: They tell of none of its time.
    """
    files = completed(observation.kernels).files
    with furnished(files):
        shot = shot_of(observation, image, files)
        return _of_scan(shot) if image.is_scan else _of_frames(shot)


def footprint_answer(observation: Observation, image: RawImage, name: str) -> Answer:
    """A row like those of footprints, of that name, with the outline of the image's own pixels.

    Raises:
        KernelError: The kernels lack something that no image can do without.
        CoverageError: They tell of none of its time.
    """
    shape = image_footprint(observation, image)
    times = replace(times_of_run(image.start, image.stop), product_ids=[name])
    answer = compute_footprints(observation, times)
    return replace(answer, chunks=_with_outline(answer.chunks, shape))


def _with_outline(
    chunks: Iterator[Products], shape: shapely.Geometry | None
) -> Generator[Products, None, None]:
    for chunk in chunks:
        geometry = np.empty(len(chunk), dtype=object)
        geometry[:] = shape
        yield Products(chunk.table, geometry)


def _of_frames(shot: Shot) -> shapely.Geometry | None:
    """The frame's, or that of all framelets together."""
    image = shot.image
    height = min(image.framelet_lines or image.lines, image.lines)
    columns, rows = _around(image.samples, height)
    rays = shot.detector.directions(image.detector_samples(columns), image.detector_lines(rows))
    shapes = frame_footprints(shot.views, in_order(units(rays))).shapes
    return united([shape for shape in shapes if shape is not None])


def _of_scan(shot: Shot) -> shapely.Geometry | None:
    points = shot.grid(_WITHIN_PIXELS).points
    sees = np.isfinite(points[..., 0]).any(axis=1)
    runs = np.cumsum(sees & ~np.append(False, sees[:-1])) - 1
    shapes = strips(_without_holes(points[sees]), runs[sees])
    return united([shape for shape in shapes if shape is not None])


def _around(samples: float, lines: float) -> tuple[FloatArray, FloatArray]:
    """Columns and rows of points around a rectangle of pixels, corners among them."""
    share = np.arange(_PER_SIDE) / _PER_SIDE
    none, all_of_it = np.zeros(_PER_SIDE), np.ones(_PER_SIDE)
    columns = np.concatenate([share, all_of_it, 1.0 - share, none])
    rows = np.concatenate([none, share, all_of_it, 1.0 - share])
    return columns * samples, rows * lines


def _without_holes(points: FloatArray) -> FloatArray:
    """Lines' points, those that miss put where the nearest one of the line meets."""
    hit = np.isfinite(points[..., 0])
    columns = np.arange(points.shape[1])
    filled = points.copy()
    for row in np.flatnonzero(~hit.all(axis=1)):
        meeting = columns[hit[row]]
        filled[row] = points[row, meeting[np.abs(columns[:, None] - meeting).argmin(axis=1)]]
    return filled
