"""Profiles of several rasters along a line on their body."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from qgis.core import (
    QgsFeedback,
    QgsGeometry,
    QgsWkbTypes,
)

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.profiles import Curve, Profile
from planetary_qgis.core.rasters.tracks import (
    FloatArray,
    followed,
    joined,
    length_m,
    placed_on_body,
    track_along,
)
from planetary_qgis.qgis_bridge.rasters.values.bands import OpenBand
from planetary_qgis.qgis_bridge.rasters.values.chosen import Rasters
from planetary_qgis.qgis_bridge.rasters.values.on_body import Placing
from planetary_qgis.qgis_bridge.rasters.values.sampling import pixel_size_m, sampled
from planetary_qgis.qgis_bridge.tasks import tell

GREAT_CIRCLES, AS_DRAWN = "great circles", "straight on the map"
MOST_PLACES = 20_000
_TOLERANCE_RAD = 1e-8
"""How far great circles may run from a line drawn on a map: 3 cm on Mars."""
_PLACES_LOOKED_AT = 100
_SLIGHTLY = 1.01


@dataclass(frozen=True)
class Options:
    """How to make profiles.

    Attributes:
        edges: What a line is between its vertices: GREAT_CIRCLES or AS_DRAWN.
        spacing_m: From place to place; None for the side of the finest raster's pixels.
        bilinear: Between pixels; else the value of the pixel in which a place lies.
        most: Of how many places a profile may consist.
    """

    edges: str = GREAT_CIRCLES
    spacing_m: float | None = None
    bilinear: bool = True
    most: int = MOST_PLACES


def lines_of(geometry: QgsGeometry) -> list[FloatArray]:
    """(k, 2) vertices of each line of a geometry, arcs as chords; none of other shapes."""
    if geometry.isEmpty():
        return []
    straight = QgsGeometry(geometry.constGet().segmentize())
    parts = straight.asGeometryCollection() if straight.isMultipart() else [straight]
    lines = [
        np.array([(p.x(), p.y()) for p in part.vertices()]) for part in parts if _is_line(part)
    ]
    return [line for line in lines if len(line) > 1]


def open_bands(rasters: Rasters) -> list[OpenBand]:
    """The rasters' bands, open for this thread.

    Raises:
        PlanetaryError: One cannot be opened.
    """
    return [OpenBand(source) for source in rasters.sources]


def profile_along(
    lines: Sequence[FloatArray],
    rasters: Rasters,
    options: Options,
    feedback: QgsFeedback,
    bands: Sequence[OpenBand] = (),
) -> Profile:
    """What the rasters say along lines, one after the other; for a task.

    Args:
        lines: (k, 2) vertices of each in the lines' CRS.
        bands: The rasters' own, where they are open already.

    Raises:
        PlanetaryError: There is no line, one leads beside the body, a raster cannot be read, or
            the user cancelled.
    """
    if not lines:
        raise PlanetaryError("There is no line.", hint="Draw one, or choose a layer of lines.")
    on_body = joined([_on_body(line, rasters.shapes, options.edges) for line in lines])
    bands = bands or open_bands(rasters)
    wanted = options.spacing_m or _finest(bands, rasters, on_body)
    track = track_along(
        on_body, radius_m=rasters.sphere.radius_m, spacing_m=wanted, most=max(options.most, 2)
    )
    degrees = np.stack([track.lon_e, track.lat], axis=1)
    notes, curves = [], []
    for band, each in zip(bands, rasters.placings):
        tell(feedback, f"Reading {band.name}")
        found = sampled(band, each, degrees, bilinear=options.bilinear, feedback=feedback)
        curves.append(Curve(band.name, band.unit, found.values, band.metres))
        notes += _notes(band.name, found.values, found.thinning)
    spacing = float(np.diff(track.distance_m).max())
    if spacing > wanted * _SLIGHTLY:
        notes.insert(0, _bounded(spacing, wanted, options.most))
    return Profile(
        rasters.body,
        rasters.sphere.radius_m,
        track,
        tuple(curves),
        options.edges,
        spacing,
        tuple(notes),
    )


def _on_body(line: FloatArray, line_placing: Placing, edges: str) -> FloatArray:
    if edges == AS_DRAWN:
        return followed(line, line_placing.degrees, _TOLERANCE_RAD)
    return placed_on_body(line, line_placing.degrees)


def _finest(bands: Sequence[OpenBand], rasters: Rasters, lines: Sequence[FloatArray]) -> float:
    """The side of the smallest pixel along the lines; a hundredth of them where there is none."""
    radius_m = rasters.sphere.radius_m
    whole = length_m(lines, radius_m)
    along = track_along(
        lines, radius_m=radius_m, spacing_m=whole / _PLACES_LOOKED_AT, most=2 * _PLACES_LOOKED_AT
    )
    degrees = np.stack([along.lon_e, along.lat], axis=1)
    sizes = [
        pixel_size_m(band, each, rasters.sphere, degrees)
        for band, each in zip(bands, rasters.placings)
    ]
    known = [size for size in sizes if np.isfinite(size)]
    return min(known, default=whole / _PLACES_LOOKED_AT)


def _notes(name: str, values: FloatArray, thinning: float) -> list[str]:
    notes = []
    if not np.isfinite(values).any():
        notes.append(f"{name} knows nothing along the line.")
    if thinning > 1.0:
        notes.append(f"{name} is read from its copy of 1:{thinning:.4g} pixels.")
    return notes


def _bounded(spacing: float, wanted: float, most: int) -> str:
    return (
        f"Places are {spacing:.4g} m apart instead of {wanted:.4g} m, as there would be more than "
        f"{most}."
    )


def _is_line(part: QgsGeometry) -> bool:
    return part.type() == QgsWkbTypes.GeometryType.LineGeometry
