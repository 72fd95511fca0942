"""Where the pixels of an unprojected image look."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.bodies import Body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.images.grids import Grid, pixel_km
from planetary_qgis.core.spice.images.raw_images import RawImage
from planetary_qgis.core.spice.images.shots import Shot, shot_of
from planetary_qgis.core.spice.kernels.kernel_sets import completed
from planetary_qgis.core.spice.observations import Observation
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.surfaces import ellipsoid

FloatArray = NDArray[np.float64]
Progress = Callable[[float], None]

_AS_KERNELS_TELL = (
    "Trajectory and attitude are those of the kernels: no bundle adjustment, no jitter that they "
    "do not hold."
)
_LEFT_AFTER_A_STEP = 0.6


@dataclass(frozen=True, eq=False)
class Geolocation:
    """Where an image's pixels look, at the nodes of a grid.

    Attributes:
        pixel: (columns,) nodes along lines in GDAL's pixel coordinates: 0 is the outer edge of the
            first pixel, 0.5 its middle. Not evenly spaced.
        line: (rows,) nodes from line to line, in the same way. Two the same are the edges of
            framelets that touch in the image, not on the ground.
        lon_e, lat: (rows, columns) degrees, east-positive and planetocentric; NaN where they miss.
        points: (rows, columns, 3) km, the same places in the body-fixed frame.
        resolution_m: Of the image's pixels on the ground, typically.
        notes: What is left out or not known, a sentence each.
        error_pixels: How far what is interpolated between nodes was off what is seen, at most.
    """

    pixel: FloatArray
    line: FloatArray
    lon_e: FloatArray
    lat: FloatArray
    points: FloatArray
    resolution_m: float
    body: Body
    provenance: dict[str, str]
    notes: tuple[str, ...]
    error_pixels: float = 0.0

    def parts(self) -> Iterator[Geolocation]:
        """What is one piece on the ground: each framelet, else all of it."""
        cuts = np.flatnonzero(np.diff(self.line) == 0.0) + 1
        for begin, end in zip([0, *cuts], [*cuts, len(self.line)]):
            rows = slice(begin, end)
            yield replace(
                self,
                line=self.line[rows],
                lon_e=self.lon_e[rows],
                lat=self.lat[rows],
                points=self.points[rows],
            )


def geolocate(
    observation: Observation,
    image: RawImage,
    *,
    within_pixels: float = 0.1,
    progress: Progress | None = None,
) -> Geolocation:
    """Where the image's pixels look.

    A frame is taken at the middle of its exposure, as footprints are; each line of a scanner and
    each framelet at its own.

    Args:
        within_pixels: What interpolation between nodes may be off.
        progress: Told the share that is done; what it raises ends the work.

    Raises:
        KernelError: The kernels lack something that no image can do without.
        CoverageError: They tell of none of its time.
        PlanetaryError: It does not see the target.
    """
    step = _steps(progress)
    files = completed(observation.kernels).files
    with furnished(files):
        shot = shot_of(observation, image, files)
        grid = shot.grid(within_pixels, step)
    _check_seen(shot, grid)
    return _geolocation(shot, grid, within_pixels)


def _steps(progress: Progress | None) -> Callable[[], None]:
    """What to call at each of an unknown number of steps; the share told nears 1."""
    left = 1.0

    def step() -> None:
        nonlocal left
        left *= _LEFT_AFTER_A_STEP
        if progress is not None:
            progress(1.0 - left)

    return step


def _check_seen(shot: Shot, grid: Grid) -> None:
    body = shot.job.scene.body.title
    if not np.isfinite(grid.points).any():
        raise PlanetaryError(
            f"The image does not see {body}.",
            hint="Check target, instrument and times, and that the kernels are those of the image.",
        )
    if not np.isfinite(pixel_km(grid)).any():
        raise PlanetaryError(
            f"{body} is not larger than a pixel of the image.",
            hint="Choose an image from nearer to it.",
        )


def _geolocation(shot: Shot, grid: Grid, within_pixels: float) -> Geolocation:
    lon_e, lat = ellipsoid.lon_lat(grid.points)
    return Geolocation(
        pixel=grid.columns,
        line=grid.rows,
        lon_e=lon_e,
        lat=lat,
        points=grid.points,
        resolution_m=1000.0 * float(np.nanmedian(pixel_km(grid))),
        body=shot.job.scene.body,
        provenance=_provenance(shot, grid),
        notes=(*shot.notes, *_notes(grid, within_pixels), _AS_KERNELS_TELL),
        error_pixels=grid.error_pixels,
    )


def _provenance(shot: Shot, grid: Grid) -> dict[str, str]:
    image, nodes = shot.image, f"{len(grid.columns)} × {len(grid.rows)}"
    own = {
        "Image": f"{image.samples} × {image.lines} pixels from {image.start}",
        "Directions of pixels": shot.detector.source,
        "Geolocation": f"{nodes} nodes, between them within {grid.error_pixels:.3f} pixels",
    }
    return {**shot.job.provenance, **own}


def _notes(grid: Grid, within_pixels: float) -> list[str]:
    if grid.error_pixels <= within_pixels:
        return []
    return [
        f"Between the nodes of its grid the image may be {grid.error_pixels:.2f} pixels off: the "
        "ground, or how it was looked at, changes faster than so many nodes can follow."
    ]
