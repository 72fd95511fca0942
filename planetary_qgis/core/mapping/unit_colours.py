"""Colours for units, after the habits of USGS's planetary maps.

What a unit consists of gives the hue: craters yellow, volcanic material red to pink, plains tan to
lilac, channels blue, ice pale blue, highlands brown. The older a unit, the darker. Lunar and
mercurian units without a telling name take the hue of their age, as the quadrangle maps do.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.mapping.ages import Age

Rgb = tuple[int, int, int]
FloatArray = NDArray[np.float64]

_NEAREST = 12.0
"""Of CIE 1976 colour difference: what is nearer than that looks alike on a printed map."""
_LIGHTEST, _DARKEST = 0.82, 0.5
_PLAIN = "212,205,190"
_XYZ_OF_RGB = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
_WHITE = _XYZ_OF_RGB.sum(axis=1)


@dataclass(frozen=True)
class _Family:
    """Words of units that are alike, and their hue (degrees) and saturation."""

    words: str
    hue: float
    saturation: float


_LETTERS = re.compile(r"^[^A-Za-z]*(?:[a-z]{0,2}[A-Z])*([a-z]+)")
_OF_LETTER = {
    "a": "apron",
    "b": "basin",
    "c": "crater",
    "ch": "channel",
    "ct": "chaos",
    "d": "dune",
    "f": "flow",
    "h": "highland",
    "i": "impact",
    "k": "knob",
    "l": "lowland",
    "p": "plain",
    "pc": "polar",
    "pl": "polar",
    "s": "smooth",
    "t": "transition",
    "to": "outflow",
    "v": "volcan",
}
"""What the letters behind the age in a unit's symbol mostly stand for."""

_FAMILIES = (
    _Family(r"crater|impact|ejecta|ray|secondar", 54.0, 0.95),
    _Family(r"polar|\bice|\bicy|frost|layered deposit", 200.0, 0.35),
    _Family(r"channel|fluvial|outflow|alluvi|delta|lacustrine|lake|valley|fan\b", 205.0, 0.62),
    _Family(r"mantl|dark|pyroclast|ash\b", 330.0, 0.28),
    _Family(r"volcan|lava|shield|edifice|flow|caldera|dome|corona|mare\b|maria", 4.0, 0.68),
    _Family(r"dune|eolian|aeolian|wind|sand|erg\b", 36.0, 0.62),
    _Family(r"slide|slump|talus|apron|mass.wasting|debris|landslide", 140.0, 0.38),
    _Family(r"chao|knob|transition|fretted", 16.0, 0.48),
    _Family(r"basin|rim|massif|mountain|montes", 265.0, 0.30),
    _Family(r"highland|upland|terra\b|cratered|plateau|tessera|hummock", 28.0, 0.42),
    _Family(r"lowland|smooth|plain|planitia|planum|basement|ridged", 285.0, 0.26),
)


def suggested_rgb(
    *,
    age: Age | None = None,
    kind: str = "",
    group: str = "",
    name: str = "",
    taken: Collection[str] = (),
) -> str:
    """A colour for a unit, as "red,green,blue", that is told apart from those taken.

    Args:
        kind, group, name: What is known of the unit in words, the most telling one first; its
            symbol where nothing else is: eHv is taken as volcanic.
        taken: Colours of the map's other units; what is no colour is left out.
    """
    others = [rgb for rgb in map(rgb_of, taken) if rgb is not None]
    candidates = list(_candidates(_basis(age, (kind, group, name))))
    if not others:
        return rgb_text(candidates[0])
    differences = _lab(candidates)[:, None, :] - _lab(others)[None, :, :]
    nearest = np.sqrt((differences**2).sum(axis=2)).min(axis=1)
    apart = np.flatnonzero(nearest >= _NEAREST)
    return rgb_text(candidates[int(apart[0] if len(apart) else np.argmax(nearest))])


def rgb_of(text: str | None) -> Rgb | None:
    """The colour that a column's value names: "255,255,0", "255;255;0" or "#ffff00"; else None."""
    value = (text or "").strip()
    if re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        return (int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16))
    parts = [part.strip() for part in re.split(r"[,;\s]+", value)]
    if len(parts) < 3 or not all(part.isdigit() and int(part) <= 255 for part in parts[:3]):
        return None
    return (int(parts[0]), int(parts[1]), int(parts[2]))


def rgb_text(rgb: Rgb) -> str:
    """The same as the template's columns hold it."""
    return ",".join(str(part) for part in rgb)


def colour_difference(one: str, other: str) -> float:
    """How different two colours look: CIE 1976, 0 for the same, 100 from black to white."""
    first, second = rgb_of(one), rgb_of(other)
    if first is None or second is None:
        raise ValueError(f"{one!r} or {other!r} is no colour.")
    lab = _lab([first, second])
    return float(np.linalg.norm(lab[0] - lab[1]))


def _basis(age: Age | None, words: tuple[str, ...]) -> tuple[float, float, float]:
    """Hue, lightness and saturation that convention asks for."""
    lightness = _lightness_of(age)
    for text in (*words, *(_spelled_out(each) for each in words)):
        for family in _FAMILIES:
            if re.search(family.words, text.lower()):
                return family.hue / 360.0, lightness, family.saturation
    rgb = rgb_of(age.colour) if age else rgb_of(_PLAIN)
    red, green, blue = (part / 255.0 for part in rgb or (0, 0, 0))
    return colorsys.rgb_to_hls(red, green, blue)


def _spelled_out(symbol: str) -> str:
    """A word for the letters of a unit's symbol; "" for what is none."""
    found = _LETTERS.match(symbol)
    if found is None or " " in symbol:
        return ""
    letters = found.group(1)
    return _OF_LETTER.get(letters[:2], _OF_LETTER.get(letters[:1], ""))


def _lightness_of(age: Age | None) -> float:
    """From the youngest to the oldest age of the body's time scale."""
    if age is None:
        return (_LIGHTEST + _DARKEST) / 2.0
    share = (age.rank - 1) / max(age.count - 1, 1)
    return _LIGHTEST - share * (_LIGHTEST - _DARKEST)


def _candidates(basis: tuple[float, float, float]) -> Iterator[Rgb]:
    """Colours ever farther from the first: lighter and darker, then of neighbouring hues."""
    hue, lightness, saturation = basis
    for turn in (0.0, 0.03, -0.03, 0.06, -0.06, 0.1, -0.1, 0.2, -0.2, 0.33, -0.33, 0.5):
        for lighter in (0.0, -0.08, 0.07, -0.16, -0.24, -0.32):
            for duller in (1.0, 0.6, 1.4, 0.35):
                level = min(max(lightness + lighter, 0.35), 0.93)
                red, green, blue = colorsys.hls_to_rgb(
                    (hue + turn) % 1.0, level, min(saturation * duller, 1.0)
                )
                yield (round(red * 255), round(green * 255), round(blue * 255))


def _lab(colours: Sequence[Rgb]) -> FloatArray:
    """(n, 3) CIE L*a*b* of sRGB colours, white being D65. Source: IEC 61966-2-1, CIE 15."""
    part = np.asarray(colours, dtype=float) / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _XYZ_OF_RGB.T / _WHITE
    bent = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16.0 / 116.0)
    x, y, z = bent.T
    return np.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=1)
