"""What the kernels at hand lack for an observation, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.instruments.instrument import instrument_of
from planetary_qgis.core.spice.kernels.frame_chains import missing_of_frame
from planetary_qgis.core.spice.kernels.kernel_sets import completed
from planetary_qgis.core.spice.kernels.missing import Missing, Window, described, window_of
from planetary_qgis.core.spice.kernels.position_chains import missing_positions
from planetary_qgis.core.spice.scene import Scene, default_frame, naif_id, pool_texts, radii_of
from planetary_qgis.core.spice.session import furnished, short_message

__all__ = ["Missing", "missing_for", "missing_in_scene"]

_SUN = 10
_OWN_INSTEAD = "Add kernels such as naif0012.tls and pck00011.tpc to use those."


def missing_for(
    kernels: Sequence[Path],
    target: str,
    observer: str,
    instrument: str,
    start: np.datetime64 | None,
    stop: np.datetime64 | None,
    abcorr: str = "LT+S",
) -> tuple[Missing, ...]:
    """What these kernels lack for this observation; nothing where all is there.

    What ships with the plugin and is taken instead is named too, as not needed.

    Args:
        target, observer, instrument: Names or NAIF ids; an empty instrument is not looked at.
        start, stop: UTC; without a start, times are not looked at, without a stop only the start.
    """
    try:
        files = completed(kernels)
        with furnished(files.files):
            added = [
                Missing("generic", f"{sentence}.", _OWN_INSTEAD, is_needed=False)
                for sentence in files.sentences
            ]
            asked = _Names(target, observer, instrument)
            return (*added, *_missing(asked, files.files, window_of(start, stop), abcorr))
    except KernelError as error:
        return (Missing("kernel", error.message, error.hint),)


def missing_in_scene(
    scene: Scene,
    files: Sequence[Path],
    start: NDArray[np.datetime64],
    stop: NDArray[np.datetime64],
) -> tuple[Missing, ...]:
    """What the kernels, which are furnished, lack for a scene between the first and last time."""
    asked = np.concatenate([start, stop])
    asked = asked[~np.isnat(asked)]
    window = window_of(asked.min(), asked.max()) if len(asked) else None
    frames = [scene.instrument_frame] if scene.instrument_frame else []
    bodies = _Bodies(scene.target_id, scene.observer_id)
    return tuple(
        _missing_states(bodies, [*frames, scene.body_fixed_frame], files, window, scene.abcorr)
    )


@dataclass(frozen=True)
class _Names:
    target: str
    observer: str
    instrument: str


@dataclass(frozen=True)
class _Bodies:
    target: int
    observer: int


def _missing(
    names: _Names, files: Sequence[Path], window: Window | None, abcorr: str
) -> Iterator[Missing]:
    target, observer = (
        _id_or_missing(names.target, "target"),
        _id_or_missing(names.observer, "observer"),
    )
    yield from (each for each in (target, observer) if isinstance(each, Missing))
    frames: list[str] = []
    if names.instrument:
        yield from _missing_of_instrument(names.instrument, frames)
    bodies = None
    if isinstance(target, int):
        yield from _missing_of_target(target, frames)
        bodies = _Bodies(target, observer) if isinstance(observer, int) else None
    yield from _missing_states(bodies, frames, files, window, abcorr)


def _id_or_missing(name: str, role: str) -> int | Missing:
    try:
        return naif_id(name, role)
    except KernelError as error:
        return _of_error("name", error)


def _missing_of_instrument(instrument: str, frames: list[str]) -> Iterator[Missing]:
    """What lacks of the instrument itself; its frame, where it is known, is added to the frames."""
    try:
        instrument_id = naif_id(instrument, "instrument")
    except KernelError as error:
        yield _of_error("name", error)
        return
    try:
        frames.append(instrument_of(instrument_id).frame)
    except KernelError as error:
        yield _of_error("field of view", error)
        named = "".join(pool_texts(f"INS{instrument_id}_FOV_FRAME"))
        frame = named or spiceypy.frmnam(instrument_id)
        frames += [frame] if frame else []


def _missing_of_target(target: int, frames: list[str]) -> Iterator[Missing]:
    try:
        radii_of(target)
    except KernelError as error:
        yield _of_error("radii", error)
    try:
        frames.append(default_frame(target))
    except KernelError as error:
        yield _of_error("body frame", error)


def _missing_states(
    bodies: _Bodies | None,
    frames: Sequence[str],
    files: Sequence[Path],
    window: Window | None,
    abcorr: str,
) -> Iterator[Missing]:
    """What lacks of positions and attitudes; where nothing is found, what CSPICE itself says."""
    found = False
    if bodies is not None:
        for missing in missing_positions(bodies.observer, bodies.target, files, window, abcorr):
            found = True
            yield missing
    for frame in dict.fromkeys(frames):
        for missing in missing_of_frame(frame, files, window):
            found = True
            yield missing
    if not found and window is not None and bodies is not None:
        yield from _said_by_cspice(bodies, frames, window, abcorr)


def _said_by_cspice(
    bodies: _Bodies, frames: Sequence[str], window: Window, abcorr: str
) -> Iterator[Missing]:
    """What CSPICE cannot answer at the first or last moment although every link seems to be there.

    As where light left the target before its positions begin.
    """
    try:
        for et in (window.start, window.stop):
            for frame in frames:
                spiceypy.pxform(frame, "J2000", et)
            spiceypy.spkpos(str(bodies.target), et, "J2000", abcorr, str(bodies.observer))
    except SpiceyError as error:
        yield Missing(
            "positions",
            f"The kernels do not tell where {described(bodies.observer)} and "
            f"{described(bodies.target)} are, or how they are turned, at the first or last moment "
            f"({window.text}): {short_message(error)}",
            "Choose times further inside of what the kernels cover, or add the SPK and CK files "
            "before and after.",
            window.utc_start,
            window.utc_stop,
        )
        return
    try:
        spiceypy.spkpos(str(_SUN), window.start, "J2000", abcorr, str(bodies.target))
    except SpiceyError:
        yield Missing(
            "light",
            f"The kernels do not tell where the Sun is, seen from {described(bodies.target)}: "
            "angles of light stay unknown.",
            "Add a planetary ephemeris such as de440s.bsp.",
            window.utc_start,
            window.utc_stop,
            is_needed=False,
        )


def _of_error(what: str, error: KernelError) -> Missing:
    return Missing(what, error.message, error.hint)
