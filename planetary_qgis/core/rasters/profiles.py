"""Profiles: what rasters say along a line on a body, as numbers, slopes and text."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.rasters.tracks import Track

FloatArray = NDArray[np.float64]

_METRES = ("m", "metre", "metres", "meter", "meters")
_KILOMETRES = ("km", "kilometre", "kilometres", "kilometer", "kilometers")
_FEWEST_FOR_A_SLOPE = 2


@dataclass(frozen=True)
class Curve:
    """One raster along the line.

    Attributes:
        unit: As the raster says; "" where it says none.
        values: (n,) at the track's places; NaN where the raster knows none.
        metres: How many a unit of it is; None where the values are no heights.
    """

    name: str
    unit: str
    values: FloatArray
    metres: float | None = 1.0


@dataclass(frozen=True)
class Profile:
    """Rasters along a line.

    Attributes:
        body: The body's name.
        radius_m: Of the sphere on which distances are measured.
        edges: What the line is between its vertices, in words.
        spacing_m: From place to place, at most.
        notes: What to know of it.
    """

    body: str
    radius_m: float
    track: Track
    curves: tuple[Curve, ...]
    edges: str
    spacing_m: float
    notes: tuple[str, ...] = ()

    @property
    def length_m(self) -> float:
        return float(self.track.distance_m[-1])

    def nearest(self, distance_m: float) -> int:
        """The number of the place nearest to that distance along the line."""
        return int(np.argmin(np.abs(self.track.distance_m - distance_m)))


def metres_in(unit: str) -> float | None:
    """How many metres a unit of height is; None of others. No unit is taken to mean metres."""
    word = unit.strip().lower()
    if word in _KILOMETRES:
        return 1000.0
    return 1.0 if not word or word in _METRES else None


def slopes_deg(track: Track, curve: Curve) -> FloatArray:
    """(n,) slopes along the line, rising ones positive, by central differences.

    NaN beside gaps, and all along where the curve is no height.
    """
    slopes = np.full(len(curve.values), np.nan)
    if curve.metres is None:
        return slopes
    for places in places_of_parts(track):
        if len(places) >= _FEWEST_FOR_A_SLOPE:
            heights = curve.values[places] * curve.metres
            slopes[places] = np.gradient(heights, track.distance_m[places])
    return np.asarray(np.degrees(np.arctan(slopes)))


def places_of_parts(track: Track) -> list[NDArray[np.intp]]:
    """The numbers of the places of each line."""
    begins = np.flatnonzero(np.diff(track.part)) + 1
    return np.split(np.arange(len(track.part)), begins)


def column_names(wanted: Sequence[str], taken: Sequence[str]) -> list[str]:
    """A name a raster that no other column has; case does not tell names apart."""
    used, names = {name.lower() for name in taken}, []
    for each in wanted:
        own = each.strip() or "raster"
        name, number = own, 2
        while name.lower() in used:
            name, number = f"{own} {number}", number + 1
        used.add(name.lower())
        names.append(name)
    return names


def write_csv(profile: Profile, path: Path) -> None:
    """Write the profile as a table, whole or not at all; what is unknown stays empty.

    Raises:
        PlanetaryError: The file cannot be written.
    """
    unfinished = path.with_name(path.name + ".part")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(_rows(profile))
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise PlanetaryError(
            f"The profile cannot be written to {path}.",
            details=str(error),
            hint="Choose a folder that may be written to, and close the file elsewhere.",
        ) from error


def csv_text(profile: Profile) -> str:
    """The same table as text, parted by tabs, as spreadsheets paste it."""
    text = io.StringIO()
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(_rows(profile))
    return text.getvalue()


def _rows(profile: Profile) -> Iterator[list[str]]:
    track = profile.track
    several = bool(track.part[-1])
    fixed = ["part"] * several + ["distance_m", "lon_e", "lat"]
    yield fixed + column_names([curve.name for curve in profile.curves], fixed)
    columns = [[str(part) for part in track.part + 1]] if several else []
    columns += [_texts(track.distance_m, ".4f"), _texts(track.lon_e, ".9f")]
    columns += [_texts(track.lat, ".9f"), *(_texts(c.values, ".10g") for c in profile.curves)]
    yield from (list(row) for row in zip(*columns))


def _texts(values: FloatArray, form: str) -> list[str]:
    return [format(value, form) if value == value else "" for value in values.tolist()]
