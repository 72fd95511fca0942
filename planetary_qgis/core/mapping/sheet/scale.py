"""How large a map is on paper: scale, where it is true, and scale bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.sheet.drawing import BLACK, Drawing
from planetary_qgis.core.mapping.sheet.options import Look

FloatArray = NDArray[np.float64]

_SAMPLES = 181
_STEP = 1e-6
_TRUE_ENOUGH = 2e-4
_VARIES = 0.02
_MOST_BARS = 5
_AT_POLE_DEG = 89.75
_FARTHEST_BAR_DEG = 85.0
"""Nearer to poles, cylinders have no scale any more."""
_ROUND = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)
_BAR_ROUND = (1.0, 2.0, 5.0)
_BAR_PARTS = 4


@dataclass(frozen=True)
class TruePlace:
    """Where a map's scale is stated.

    Attributes:
        lat: Planetocentric; None on a plane that is on no body.
        units_per_metre: Of the map, along parallels, there.
        profile: (n, 2) latitudes from the foot to the head of the map with units per metre.
    """

    lat: float | None
    units_per_metre: float
    profile: FloatArray

    @property
    def varies(self) -> bool:
        """Whether lengths from one latitude to another differ by more than a fiftieth."""
        along = self.profile[:, 1]
        return bool(along.size and along.max() / along.min() - 1.0 > _VARIES)


def true_place(ground: Ground, x: float, south_y: float, north_y: float) -> TruePlace:
    """Where the scale of a map is stated: where a unit is a metre, else in the map's middle.

    Args:
        x: The map's middle; latitudes are looked at along it.
        south_y, north_y: The map's foot and head.
    """
    ys = np.linspace(south_y, north_y, _SAMPLES)
    xs = np.full_like(ys, x)
    if ground.to_sphere is None:
        return TruePlace(None, 1.0, np.zeros((0, 2)))
    _, lat = ground.to_sphere(xs, ys)
    step = max(abs(south_y), abs(north_y), abs(x), north_y - south_y) * _STEP
    along = 2.0 * step / ground.distances(xs - step, ys, xs + step, ys)
    lat_true, units = _nearest_true(np.asarray(lat), along)
    return TruePlace(lat_true, units, np.column_stack([lat, along]))


def _nearest_true(lat: FloatArray, along: FloatArray) -> tuple[float, float]:
    """The latitude nearest to the middle where a unit is a metre; else the middle itself."""
    middle = len(lat) // 2
    true = np.flatnonzero(np.abs(along - 1.0) < _TRUE_ENOUGH)
    if len(true):
        chosen = int(true[np.argmin(np.abs(true - middle))])
        return float(lat[chosen]), float(along[chosen])
    before = np.flatnonzero(np.diff(np.sign(along - 1.0)))
    if not len(before):
        return float(lat[middle]), float(along[middle])
    at = int(before[np.argmin(np.abs(before - middle))])
    share = (1.0 - along[at]) / (along[at + 1] - along[at])
    return float(lat[at] + share * (lat[at + 1] - lat[at])), 1.0


def scale_text(scale: float, place: TruePlace) -> str:
    """SCALE 1:1,000,000 at 30° N (1 mm = 1 km)."""
    where = "" if place.lat is None else f" at {_where(place.lat)}"
    return f"Scale 1:{scale:,.0f}{where} (1 mm = {_length_text(scale / 1000.0)})"


def _where(lat: float) -> str:
    if abs(lat) > _AT_POLE_DEG:
        return "the north pole" if lat > 0.0 else "the south pole"
    return "the equator" if round(lat, 1) == 0.0 else f"latitude {latitude_text(lat)}"


def latitude_text(lat: float) -> str:
    """A latitude such as 30° N, 4.5° S, 0°."""
    shown = round(abs(lat), 1)
    letter = "" if shown == 0.0 else " N" if lat > 0.0 else " S"
    return f"{shown:g}°{letter}"


def round_scale(at_least: float) -> float:
    """The next round denominator."""
    power = 10.0 ** math.floor(math.log10(at_least))
    return next(
        (step * power for step in _ROUND if step * power >= at_least * (1.0 - 1e-9)), 10.0 * power
    )


def bar_latitudes(place: TruePlace) -> list[float]:
    """Latitudes of which each needs a bar of its own: one, where the scale hardly varies."""
    if place.lat is None or not place.varies:
        return [] if place.lat is None else [place.lat]
    lats = np.clip(place.profile[:, 0], -_FARTHEST_BAR_DEG, _FARTHEST_BAR_DEG)
    low, high = float(lats.min()), float(lats.max())
    for step in (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0):
        found = [float(lat) for lat in np.arange(math.ceil(low / step), high / step + 1e-9) * step]
        if len(found) <= _MOST_BARS and found:
            return sorted(found, reverse=True) if len(found) > 1 else [low, high][::-1]
    return [high, low]


def bars_height(place: TruePlace, look: Look) -> float:
    return look.size * (1.8 * max(1, len(bar_latitudes(place))) + 2.0)


def draw_bars(
    drawing: Drawing,
    left: float,
    top: float,
    widest: float,
    scale: float,
    place: TruePlace,
    look: Look,
) -> None:
    """Bars of one length on the ground, as long as they are on the map at each latitude."""
    lats: Sequence[float | None] = bar_latitudes(place) or [None]
    ratios = [_ratio(lat, place) for lat in lats]
    names = ["" if len(lats) == 1 else latitude_text(lat or 0.0) for lat in lats]
    room = max(look.sizes.width(name, look.size) for name in names)
    left += room + look.size * 0.6 if room else look.sizes.width("0", look.size)
    free = widest - (room + look.size * 6.0)
    length = bar_length(free / max(ratios) * scale / 1000.0)
    y = top + look.size * 1.5
    for number, (name, ratio) in enumerate(zip(names, ratios)):
        wide = length / scale * 1000.0 * ratio
        _draw_bar(drawing, left, y, wide, look)
        if name:
            drawing.text(
                name, left - look.size * 0.6, y + look.size * 0.85, look.size, anchor="end"
            )
        if number == 0:
            _draw_numbers(drawing, left, y, wide, length, look)
        y += look.size * 1.8


def bar_length(most_m: float) -> float:
    """The longest round length that is no longer."""
    power = 10.0 ** math.floor(math.log10(most_m))
    return max(step * power for step in _BAR_ROUND if step * power <= most_m * (1.0 + 1e-9))


def _ratio(lat: float | None, place: TruePlace) -> float:
    """How much longer than where the scale is stated a length is at a latitude."""
    if lat is None:
        return 1.0
    order = np.argsort(place.profile[:, 0])
    along = np.interp(lat, place.profile[order, 0], place.profile[order, 1])
    return float(along / place.units_per_metre)


def _draw_bar(drawing: Drawing, left: float, y: float, width: float, look: Look) -> None:
    part, height = width / _BAR_PARTS, look.size * 0.8
    for number in range(_BAR_PARTS):
        fill = BLACK if number % 2 == 0 else (255, 255, 255)
        drawing.box(left + part * number, y, part, height, fill=fill, line=0.12)


def _draw_numbers(
    drawing: Drawing, left: float, y: float, width: float, length: float, look: Look
) -> None:
    unit, name = (1000.0, "km") if length >= 1000.0 else (1.0, "m")
    for share in (0.0, 0.5, 1.0):
        text = f"{length * share / unit:,.10g}" + (f" {name}" if share == 1.0 else "")
        drawing.text(text, left + width * share, y - look.size * 0.45, look.size, anchor="middle")


def _length_text(metres: float) -> str:
    return f"{metres / 1000.0:,.6g} km" if metres >= 1000.0 else f"{metres:,.6g} m"
