"""Shapes of plates, from the DSKs among the loaded kernels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import NotFoundError, SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.session import short_message

FloatArray = NDArray[np.float64]

RAYS_A_CALL = 20_000
_WHOLE = 4.0 * np.pi * (1.0 - 1e-6)
_SAME_TURN = 1e-12
_RECTANGULAR, _PLANETODETIC = 3, 4
"""Numbers of coordinate systems in DSK descriptors."""


@dataclass(frozen=True)
class Segment:
    """One shape of a body, as a DSK's descriptor tells of it.

    Attributes:
        start, stop: TDB between which it is the body's shape.
        radius: km, of a sphere around the body's centre that holds it.
        solid_angle: sr, of the body's directions that it says something of.
    """

    file: str
    frame: str
    start: float
    stop: float
    radius: float
    solid_angle: float


@dataclass(frozen=True)
class DskShape:
    """A target's shape as the loaded DSKs give it: all their segments together, as SINCPT does.

    Attributes:
        target: NAIF id, as text.
        frame: The body-fixed frame of everything that comes and goes.
    """

    target: str
    frame: str
    segments: tuple[Segment, ...]

    @property
    def title(self) -> str:
        return self.short_title

    @property
    def short_title(self) -> str:
        return f"DSK {', '.join(dict.fromkeys(segment.file for segment in self.segments))}"

    @property
    def bounding_radius(self) -> float:
        return max(segment.radius for segment in self.segments)

    @property
    def span(self) -> tuple[float, float]:
        """TDB from when to when some of the shape is known."""
        return (
            min(segment.start for segment in self.segments),
            max(segment.stop for segment in self.segments),
        )

    def is_there_at(self, et: FloatArray) -> bool:
        """Whether some of the body has a shape at each of these epochs; NaN is no epoch."""
        return bool((np.isnan(et) | (self._solid_angle_at(et) > 0.0)).all())

    def is_whole_at(self, et: FloatArray) -> bool:
        """Whether all of the body has one."""
        return bool((np.isnan(et) | (self._solid_angle_at(et) >= _WHOLE)).all())

    def _solid_angle_at(self, et: FloatArray) -> FloatArray:
        known = np.zeros(et.shape)
        for segment in self.segments:
            known += segment.solid_angle * ((et >= segment.start) & (et <= segment.stop))
        return known

    def intercept(
        self, origins: FloatArray, rays: FloatArray, epochs: FloatArray | None = None
    ) -> FloatArray:
        """Source: NAIF DSKXV, "unprioritized": the nearest plate of all segments."""
        shape = np.broadcast_shapes(origins.shape, rays.shape)
        starts = np.broadcast_to(origins, shape).reshape(-1, 3)
        directions = np.broadcast_to(rays, shape).reshape(-1, 3)
        points = np.full((len(starts), 3), np.nan)
        known = np.isfinite(starts).all(axis=1) & np.isfinite(directions).all(axis=1)
        for epoch, rows in self._calls(epochs, shape, np.flatnonzero(known)):
            with _shape_told_of(self):
                found, hit = spiceypy.dskxv(
                    False, self.target, [], epoch, self.frame, starts[rows], directions[rows]
                )
            points[rows] = np.where(np.asarray(hit, dtype=bool)[:, None], found, np.nan)
        return points.reshape(shape)

    def outward_normals(self, points: FloatArray, epochs: FloatArray | None = None) -> FloatArray:
        """Those of the plates.

        Source: NAIF SRFNRM.
        """
        flat = points.reshape(-1, 3)
        normals = np.full(flat.shape, np.nan)
        known = np.flatnonzero(np.isfinite(flat).all(axis=1))
        for epoch, rows in self._calls(epochs, points.shape, known):
            with _shape_told_of(self):
                normals[rows] = spiceypy.srfnrm(
                    "DSK/UNPRIORITIZED", self.target, epoch, self.frame, flat[rows]
                )
        return normals.reshape(points.shape)

    def _calls(
        self, epochs: FloatArray | None, shape: tuple[int, ...], rows: NDArray[np.intp]
    ) -> Iterator[tuple[float, NDArray[np.intp]]]:
        """Rows that one call can do, with the epoch that speaks for them."""
        if not len(rows):
            return
        if epochs is None:
            each = np.full(len(rows), np.mean(self.span))
        else:
            per_ray = epochs.reshape(-1, *[1] * (len(shape) - 2))
            each = np.broadcast_to(per_ray, shape[:-1]).reshape(-1)[rows]
        keys = each if self._turns_between(each.min(), each.max()) else self._era(each)
        order = np.argsort(keys, kind="stable")
        for same in np.split(order, np.flatnonzero(np.diff(keys[order])) + 1):
            for begin in range(0, len(same), RAYS_A_CALL):
                part = same[begin : begin + RAYS_A_CALL]
                yield float(each[part[0]]), rows[part]

    def _era(self, epochs: FloatArray) -> NDArray[np.intp]:
        """Numbers of the spans of time in which the same segments count."""
        edges = sorted({edge for part in self.segments for edge in (part.start, part.stop)})
        return np.searchsorted(edges, epochs)

    def _turns_between(self, first: float, last: float) -> bool:
        """Whether a segment's frame turns in the one asked for, as a comet's may."""
        others = {segment.frame for segment in self.segments} - {self.frame}
        with _shape_told_of(self):
            return any(
                not np.allclose(
                    spiceypy.pxform(self.frame, other, first),
                    spiceypy.pxform(self.frame, other, last),
                    rtol=0.0,
                    atol=_SAME_TURN,
                )
                for other in others
            )


def dsk_shape(target_id: int, frame: str, files: Sequence[Path]) -> DskShape | None:
    """The target's shape, where some of these kernels, which are furnished, have one.

    Raises:
        KernelError: A DSK is damaged.
    """
    segments: list[Segment] = []
    for file in files:
        with _read(file):
            if spiceypy.getfat(str(file)) == ("DAS", "DSK"):
                segments += _segments(file, target_id)
    return DskShape(str(target_id), frame, tuple(segments)) if segments else None


def _segments(file: Path, target_id: int) -> list[Segment]:
    """The target's segments in a DSK."""
    handle = spiceypy.dasopr(str(file))
    try:
        found = []
        label, more = _asked(spiceypy.dlabfs, handle)
        while more:
            descriptor = spiceypy.dskgd(handle, label)
            if descriptor.center == target_id:
                found.append(_segment(file, descriptor))
            label, more = _asked(spiceypy.dlafns, handle, label)
        return found
    finally:
        spiceypy.dascls(handle)


def _asked(ask: Callable[..., Any], *what: Any) -> tuple[Any, bool]:
    """A segment's label, and whether there was one; spiceypy raises or returns a flag."""
    try:
        answer = ask(*what)
    except NotFoundError:
        return None, False
    return answer if isinstance(answer, tuple) else (answer, True)


def _segment(file: Path, descriptor: Any) -> Segment:
    radius, solid_angle = _extent(descriptor)
    return Segment(
        file=file.name,
        frame=str(spiceypy.frmnam(descriptor.frmcde)),
        start=float(descriptor.start),
        stop=float(descriptor.stop),
        radius=radius,
        solid_angle=solid_angle,
    )


def _extent(descriptor: Any) -> tuple[float, float]:
    """km and sr; Source: NAIF DSK required reading, "Segment coverage"."""
    d = descriptor
    if d.corsys == _RECTANGULAR:
        far = [max(abs(d.co1min), abs(d.co1max)), max(abs(d.co2min), abs(d.co2max))]
        return float(np.linalg.norm([*far, max(abs(d.co3min), abs(d.co3max))])), 4.0 * np.pi
    solid_angle = (d.co1max - d.co1min) * (np.sin(d.co2max) - np.sin(d.co2min))
    equatorial = d.corpar[0] if d.corsys == _PLANETODETIC else 0.0  # there the third is a height
    return float(equatorial + d.co3max), float(solid_angle)


@contextmanager
def _read(file: Path) -> Iterator[None]:
    try:
        yield
    except SpiceyError as error:
        raise KernelError(
            f"The shape kernel {file.name} cannot be read.",
            details=f"{file}\n{short_message(error)}",
            hint="Fetch it again, or choose the ellipsoid as the surface.",
        ) from error


@contextmanager
def _shape_told_of(shape: DskShape) -> Iterator[None]:
    try:
        yield
    except SpiceyError as error:
        raise KernelError(
            f"The shape of {shape.target} cannot be had from {shape.short_title}.",
            details=short_message(error),
            hint="Fetch the file again, add the kernels of its frame, or choose the ellipsoid.",
        ) from error
