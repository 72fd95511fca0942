"""CSPICE asked for many epochs at once: spiceypy's compiled loops where it has them (8.0 on).

Each function takes (n,) epochs and returns (n, …) values. Epochs that the kernels say nothing about
come back as NaN, and `Gaps` says what CSPICE said of them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.scene import name_of
from planetary_qgis.core.spice.session import short_message


def _compiled_loops() -> Any:
    """spiceypy's compiled loops, None before spiceypy 8.0. They want numpy.typing loaded (8.3)."""
    try:
        return importlib.import_module("spiceypy.cyice")
    except ImportError:
        return None


cyice = _compiled_loops()
FloatArray = NDArray[np.float64]
LIGHT_SPEED_KM_S = 299792.458


@dataclass
class Gaps:
    """What the kernels do not tell, at which epochs, and CSPICE's words for the first of each."""

    epochs: dict[str, list[float]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, et: float, words: str) -> None:
        self.epochs.setdefault(what, []).append(et)
        self.words.setdefault(what, words)


def ssb_states(body: int, et: FloatArray, gaps: Gaps) -> FloatArray:
    """(n, 6) km, km/s: states from the solar system's barycentre, J2000."""

    def ask(epochs: FloatArray) -> object:
        if cyice is not None:
            return cyice.spkssb_v(body, epochs, "J2000")
        return _looped(lambda e: spiceypy.spkssb(body, e, "J2000"), epochs)

    return _filled(ask, et, (6,), f"the position of {name_of(body)}", gaps)


def relative_states(target: int, et: FloatArray, observer: int, gaps: Gaps) -> FloatArray:
    """(n, 6) km, km/s: geometric states of the target from the observer, J2000."""

    def ask(epochs: FloatArray) -> object:
        if cyice is not None:
            return cyice.spkgeo_v(target, epochs, "J2000", observer)[0]
        return _looped(lambda e: spiceypy.spkgeo(target, e, "J2000", observer)[0], epochs)

    what = f"the position of {name_of(target)} from {name_of(observer)}"
    return _filled(ask, et, (6,), what, gaps)


def rotations(source: str, destination: str, et: FloatArray, gaps: Gaps) -> FloatArray:
    """(n, 3, 3) matrices that turn vectors of the source frame into the destination frame."""

    def ask(epochs: FloatArray) -> object:
        if cyice is not None:
            return cyice.pxform_v(source, destination, epochs)
        return _looped(lambda e: spiceypy.pxform(source, destination, e), epochs)

    moving = source if destination == "J2000" else destination
    return _filled(ask, et, (3, 3), f"the attitude of the frame {moving}", gaps)


def apparent_positions(
    target: str, et: FloatArray, abcorr: str, observer: int, gaps: Gaps
) -> FloatArray:
    """(n, 3) km: positions as seen from the observer, J2000, corrected as asked."""

    def ask(epochs: FloatArray) -> object:
        if cyice is not None:
            return cyice.spkpos_v(target, epochs, "J2000", abcorr, str(observer))[0]
        return _looped(
            lambda e: spiceypy.spkpos(target, e, "J2000", abcorr, str(observer))[0], epochs
        )

    return _filled(
        ask, et, (3,), f"where the {target.title()} is, seen from {name_of(observer)}", gaps
    )


def solar_longitudes(body: int, et: FloatArray, abcorr: str, gaps: Gaps) -> FloatArray:
    """(n,) degrees: the planetocentric longitude of the Sun, L_s."""

    def ask(epochs: FloatArray) -> object:
        if cyice is not None:
            return cyice.lspcn_v(str(body), epochs, abcorr)
        return _looped(lambda e: spiceypy.lspcn(str(body), e, abcorr), epochs)

    return np.degrees(_filled(ask, et, (), f"the solar longitude at {name_of(body)}", gaps))


def et_from_utc(utc: NDArray[np.datetime64]) -> FloatArray:
    """TDB seconds past J2000 of UTC times, by the leap seconds of the loaded kernels; NaN for NaT.

    Raises:
        KernelError: No leap seconds kernel is loaded.
    """
    seconds = (utc - _J2000_NOON) / np.timedelta64(1, "us") * 1e-6
    return seconds + _delta_et(seconds, "UTC")


def utc_from_et(et: FloatArray) -> NDArray[np.datetime64]:
    """UTC times, to the microsecond, of TDB seconds past J2000."""
    seconds = et - _delta_et(et, "ET")
    since = np.rint(seconds * 1e6).astype("int64").astype("timedelta64[us]")
    return np.asarray(_J2000_NOON + since)


_GROWTH = 4
_HOUR_S = 3600.0
_NO_LEAP_S = 1e-3
_J2000_NOON = np.datetime64("2000-01-01T12:00:00", "us")


def _delta_et(seconds: FloatArray, kind: str) -> FloatArray:
    """TDB minus UTC, in seconds."""
    epochs = np.ascontiguousarray(seconds, dtype=float)
    known = np.isfinite(epochs)
    delta = np.full(len(epochs), np.nan)
    try:
        delta[known] = _interpolated_delta_et(epochs[known], kind)
    except SpiceyError as error:
        raise KernelError(
            "The loaded kernels have no leap seconds, so UTC times mean nothing to SPICE.",
            details=short_message(error),
            hint="Add a leap seconds kernel such as naif0012.tls.",
        ) from error
    return delta


def _interpolated_delta_et(epochs: FloatArray, kind: str) -> FloatArray:
    """TDB minus UTC: a sine of milliseconds over the year, straight over an hour, and leaps."""
    hours = np.floor(epochs / _HOUR_S)
    asked, which = np.unique(hours, return_inverse=True)
    if 2 * len(asked) >= len(epochs):
        return _asked_delta_et(epochs, kind)
    begin = _asked_delta_et(asked * _HOUR_S, kind)[which]
    end = _asked_delta_et((asked + 1.0) * _HOUR_S, kind)[which]
    delta = begin + (epochs / _HOUR_S - hours) * (end - begin)
    leaps = np.abs(end - begin) > _NO_LEAP_S
    delta[leaps] = _asked_delta_et(epochs[leaps], kind)
    return np.asarray(delta)


def _asked_delta_et(epochs: FloatArray, kind: str) -> FloatArray:
    if cyice is not None and len(epochs):
        return np.asarray(cyice.deltet_v(epochs, kind))
    return _looped(lambda e: spiceypy.deltet(e, kind), epochs)


def _looped(ask: Callable[[float], object], et: FloatArray) -> FloatArray:
    return np.array([ask(float(epoch)) for epoch in et], dtype=float)


def _filled(
    ask: Callable[[FloatArray], object],
    et: FloatArray,
    shape: tuple[int, ...],
    what: str,
    gaps: Gaps,
) -> FloatArray:
    """What `ask` says of each epoch, asked in runs as long as it goes well; gaps one by one."""
    epochs = np.ascontiguousarray(et, dtype=float)
    values = np.full((len(epochs), *shape), np.nan)
    known = np.flatnonzero(np.isfinite(epochs))
    begin, size = 0, len(known)
    while begin < len(known):
        rows = known[begin : begin + size]
        try:
            values[rows] = ask(np.ascontiguousarray(epochs[rows]))
            begin, size = begin + len(rows), size * _GROWTH
        except SpiceyError as error:
            size = len(rows) // 2
            if not size:
                gaps.add(what, float(epochs[rows[0]]), short_message(error))
                begin, size = begin + 1, 1
    return values
