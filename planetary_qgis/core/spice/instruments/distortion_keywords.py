"""How an instrument's lens distorts, as its kernels or published values say.

Everything here asks the kernel pool: call it inside `session.furnished`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.spice.instruments.distortion import (
    AlongY,
    Distortion,
    NoDistortion,
    Radial,
    RadialFromIdeal,
    Rational,
    ShiftsByY,
    Taylor,
    Tilted,
)
from planetary_qgis.core.spice.instruments.focal_planes import FocalPlane, numbers
from planetary_qgis.core.spice.scene import pool_names

_MOST_OF_ISIS = 3
"""Factors that ISIS's cameras have as a rule."""
_IGNORED_HINTS = ("DIST", "_OD_", "SIP_", "DECENTER")
"""In names of keywords that tell of a distortion in a way not known here."""


@dataclass(frozen=True)
class KnownDistortion:
    """A distortion and where it comes from.

    Attributes:
        note: What is left out, a sentence; "" where nothing is.
    """

    distortion: Distortion
    source: str
    note: str = ""


def distortion_of(
    ids: Sequence[int], plane: FocalPlane, axis_pixel: tuple[float, float]
) -> KnownDistortion:
    """The distortion of an instrument, whose parents' keywords stand in for its own.

    Args:
        plane, axis_pixel: Where its pixels lie, for kernels that count in them.
    """
    for keyword, reading in _READINGS.items():
        found = numbers(ids, keyword)
        distortion = reading(_Told(ids, found, plane, axis_pixel)) if found else None
        if distortion is not None:
            return KnownDistortion(distortion, f"{keyword} of the instrument kernel")
    return _published(ids) or _none(ids)


@dataclass(frozen=True)
class _Told:
    """What kernels say under one keyword, and where to look for more."""

    ids: Sequence[int]
    values: list[float]
    plane: FocalPlane
    axis_pixel: tuple[float, float]

    def others(self, keyword: str) -> list[float]:
        return numbers(self.ids, keyword)

    @property
    def pitch_mm(self) -> float:
        return float(np.linalg.norm(self.plane.to_plane[:, 1]))


def _even_powers(told: _Told) -> Distortion | None:
    """u = d (1 + k1 r² + k2 r⁴ + …): ISIS's RadialDistortionMap, of Cassini, Galileo, NEAR."""
    return Radial(_of_squares([1.0, *told.values]))


def _od_k(told: _Told) -> Distortion | None:
    """ISIS's CameraDistortionMap takes u = d (1 - k0 - k1 r² - k2 r⁴), unless listed otherwise."""
    form = _form(told.ids)
    if form == "unknown" or told.others("DECENTER"):  # Apollo's metric cameras mean other powers
        return None
    if form == "along y":
        return AlongY(told.values[0])
    if form == "even powers":
        return _even_powers(told)
    if len(told.values) > _MOST_OF_ISIS:
        return _about_centre(told, "OD_CENTER")
    first, *others = told.values
    return Radial(_of_squares([1.0 - first, *(-factor for factor in others)]))


def _od_k_pan(told: _Told) -> Distortion | None:
    """The clear filter's."""
    return _about_centre(told, "OD_CENTER_PAN")


def _about_centre(told: _Told, keyword: str) -> Distortion | None:
    """d = u + (u - c) (k0 + k1 r + k2 r² + …), r from the centre: OSIRIS-REx OCAMS.

    Source: its instrument kernel, and ISIS's OsirisRexDistortionMap, which takes millimetres.
    """
    centre = told.others(keyword)
    if len(centre) != 2:
        return None
    pixels = np.array([centre]) - np.array(told.axis_pixel)
    x, y = told.plane.places(pixels)[0].tolist()
    first, *others = told.values
    return RadialFromIdeal((1.0 + first, *others), (x, y))


def _rad_dist_coeff(told: _Told) -> Distortion | None:
    """d = u (1 + k r²): Dawn's framing cameras, by their instrument kernel."""
    return RadialFromIdeal((1.0, 0.0, told.values[0]))


def _taylor(told: _Told) -> Distortion | None:
    """d = T(u), third degree: MESSENGER MDIS, by its instrument kernel."""
    x, y = told.values, told.others("OD_T_Y")
    return Taylor(tuple(x), tuple(y)) if len(x) == len(y) == 10 else None


def _rational(told: _Told) -> Distortion | None:
    """u = A(d): CaSSIS, by its instrument kernel and ISIS's addendum."""
    x, y, below = told.values, told.others("OD_A2_CORR"), told.others("OD_A3_CORR")
    if not len(x) == len(y) == len(below) == 6:
        return None
    return Rational(tuple(x), tuple(y), tuple(below))


def _by_place_on_line(told: _Told) -> Distortion | None:
    """v = BORESIGHT + (a(r), r + b(r)), r along the line: Kaguya, by its instrument kernels."""
    y, boresight = told.others("DISTORTION_COEF_Y"), told.others("BORESIGHT")
    if not y or len(boresight) != 3:
        return None
    return ShiftsByY(tuple(told.values), tuple(y), (boresight[0], boresight[1]))


def _lorri(told: _Told) -> Distortion | None:
    """New Horizons LORRI's e2, e5, e6, with the signs of ISIS's NewHorizonsLorriDistortionMap."""
    return Tilted(*told.values) if len(told.values) == 3 else None


def _in_pixels_from_ideal(told: _Told) -> Distortion | None:
    """d = u (1 + k1 r² + k2 r⁴), r in pixels: JunoCam, by its instrument kernel."""
    factors = [1.0, told.values[0], *told.others("DISTORTION_K2")[:1]]
    scaled = [factor / told.pitch_mm ** (2 * power) for power, factor in enumerate(factors)]
    return RadialFromIdeal(_of_squares(scaled))


_READINGS: dict[str, Callable[[_Told], Distortion | None]] = {
    "OD_A1_CORR": _rational,
    "OD_T_X": _taylor,
    "DISTORTION_COEF_X": _by_place_on_line,
    "OOC_EM": _lorri,
    "RAD_DIST_COEFF": _rad_dist_coeff,
    "DISTORTION_K1": _in_pixels_from_ideal,
    "K1": _even_powers,
    "OD_K": _od_k,
    "OD_K_PAN": _od_k_pan,
}
"""Keywords in the order in which they are looked for."""


def _of_squares(factors: Sequence[float]) -> tuple[float, ...]:
    """Factors of r's powers 0, 1, 2, … from those of 0, 2, 4, …"""
    every = [0.0] * (2 * len(factors) - 1)
    every[::2] = factors
    return tuple(every)


def _published(ids: Sequence[int]) -> KnownDistortion | None:
    for entry in _listed()["published"]:
        if ids[0] in entry["naif_ids"]:
            return KnownDistortion(Taylor(tuple(entry["x"]), tuple(entry["y"])), entry["source"])
    return None


def _none(ids: Sequence[int]) -> KnownDistortion:
    if any(ids[0] in entry["naif_ids"] for entry in _listed()["marks"]):
        note = (
            "The distortion of this vidicon is left out, up to several pixels: only the marks "
            "(reseaus) in each image tell it."
        )
        return KnownDistortion(NoDistortion(), "none", note)
    unread = [
        name
        for naif_id in ids
        for name in pool_names(f"INS{naif_id}_*")
        if any(hint in name for hint in _IGNORED_HINTS)
    ]
    if unread:
        note = f"Lens distortion is left out: how {unread[0]} is meant is not known here."
    else:
        note = "Lens distortion is left out: the kernels do not tell of any."
    return KnownDistortion(NoDistortion(), "none", note)


def _form(ids: Sequence[int]) -> str:
    return next((str(e["form"]) for e in _listed()["form"] if ids[0] in e["naif_ids"]), "")


@lru_cache(maxsize=1)
def _listed() -> dict[str, Any]:
    return read_toml(Path(__file__).with_name("distortions.toml"))
