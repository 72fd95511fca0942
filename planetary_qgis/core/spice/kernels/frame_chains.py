"""Which link of the chain of frames from an instrument or a body to J2000 is missing, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import spiceypy
from numpy.typing import NDArray
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.spice.kernels.binary_times import attitudes_in
from planetary_qgis.core.spice.kernels.coverage import utc_of
from planetary_qgis.core.spice.kernels.daf import segments_of
from planetary_qgis.core.spice.kernels.intervals import Intervals, union
from planetary_qgis.core.spice.kernels.kernel_files import KernelFile, kernel_file
from planetary_qgis.core.spice.kernels.missing import Missing, Window, gaps_told
from planetary_qgis.core.spice.scene import pool_numbers, pool_texts
from planetary_qgis.core.spice.session import short_message

_INERTIAL, _PCK, _CK, _FIXED = 1, 2, 3, 4
_J2000 = 1


def missing_of_frame(frame: str, files: Sequence[Path], window: Window | None) -> Iterator[Missing]:
    """What lacks between a frame and J2000; the kernels are furnished."""
    chain = _Chain(frame, tuple(map(kernel_file, files)), window)
    yield from chain.missing(frame, ())


@dataclass(frozen=True)
class _Chain:
    """The way from one frame to J2000.

    Attributes:
        asked: The frame at its beginning.
    """

    asked: str
    files: tuple[KernelFile, ...]
    window: Window | None

    def missing(self, frame: str, trail: tuple[str, ...]) -> Iterator[Missing]:
        if frame in trail:
            yield Missing(
                "frame",
                f"The frame {frame} is defined by itself: {' → '.join((*trail, frame))}.",
                "Correct the frames kernel (.tf) that says so.",
            )
            return
        frame_id = int(spiceypy.namfrm(frame))
        facts = _facts(frame_id)
        if facts is None:
            yield self._undefined(frame, trail)
            return
        frame_class, class_id = facts
        following = (*trail, frame)
        if frame_class == _FIXED:
            yield from self._of_fixed(frame, frame_id, class_id, following)
        elif frame_class == _CK:
            yield from self._of_ck(frame, class_id, following)
        elif frame_class == _PCK:
            yield from self._of_pck(frame, class_id)
        elif frame_class != _INERTIAL:
            yield from self._said_by_cspice(frame)

    def _undefined(self, frame: str, trail: tuple[str, ...]) -> Missing:
        whose = f", to which {trail[-1]} is fixed or relative," if trail else ""
        return Missing(
            "frame",
            f"The frame {frame}{whose} is not defined by the kernels.",
            "Add the frames kernel (.tf) that defines it.",
        )

    def _of_fixed(
        self, frame: str, frame_id: int, class_id: int, trail: tuple[str, ...]
    ) -> Iterator[Missing]:
        """Source: NAIF FRAMES required reading, "TK frames"; by id or by name."""
        spelled = (f"TKFRAME_{key}_RELATIVE" for key in (frame_id, class_id, frame))
        relative = next((text for name in spelled for text in pool_texts(name)), "")
        if relative:
            yield from self.missing(relative.strip().upper(), trail)
            return
        yield Missing(
            "frame",
            f"The kernels do not say what the frame {frame} is fixed to "
            f"(TKFRAME_{class_id}_RELATIVE).",
            "Add the frames kernel (.tf) that defines it.",
        )

    def _of_ck(self, frame: str, structure: int, trail: tuple[str, ...]) -> Iterator[Missing]:
        cks = [file.path for file in self.files if file.is_binary and file.kind == "CK"]
        segments = {ck: segments_of(ck).ids for ck in cks}
        holding = [ck for ck, ids in segments.items() if structure in ids[:, 0]]
        clock = int(spiceypy.ckmeta(structure, "SCLK"))
        if holding and not pool_numbers(f"SCLK_DATA_TYPE_{-clock}"):
            yield Missing(
                "clock",
                f"No clock kernel for the spacecraft clock {clock}, by which the attitude of "
                f"{frame} ({structure}) is dated.",
                "Add the spacecraft's clock kernel (.tsc).",
            )
            return
        known = union(*(attitudes_in(ck, structure) for ck in holding))
        yield from gaps_told(
            "attitude", self._no_ck(frame, structure), _ck_hint(known), known, self.window
        )
        relative = {int(i) for ck in holding for i in _references(segments[ck], structure)}
        for frame_id in sorted(relative - {_J2000}):
            yield from self.missing(spiceypy.frmnam(frame_id) or str(frame_id), trail)

    def _no_ck(self, frame: str, structure: int) -> str:
        if frame == self.asked:
            return f"No CK for the frame {frame} ({structure})"
        asked_id = int(spiceypy.namfrm(self.asked))
        source = f"{structure}, {frame}"
        return f"No CK for the frame {self.asked} ({asked_id}; its attitude comes from {source})"

    def _of_pck(self, frame: str, class_id: int) -> Iterator[Missing]:
        if pool_numbers(f"BODY{class_id}_POLE_RA") and pool_numbers(f"BODY{class_id}_PM"):
            return
        pcks = [file.path for file in self.files if file.is_binary and file.kind == "PCK"]
        known = union(*(_orientation_in(pck, class_id) for pck in pcks))
        sentence = f"No PCK tells how the frame {frame} ({class_id}) is turned"
        hint = "Add the binary PCK (.bpc) of that frame, or a text PCK such as pck00011.tpc."
        yield from gaps_told("orientation", sentence, _held(known) + hint, known, self.window)

    def _said_by_cspice(self, frame: str) -> Iterator[Missing]:
        """Of dynamic and switch frames CSPICE itself has to say what they lack."""
        if self.window is None:
            return
        try:
            for et in (self.window.start, self.window.stop):
                spiceypy.pxform(frame, "J2000", et)
        except SpiceyError as error:
            yield Missing(
                "frame",
                f"The frame {frame} cannot be computed {self.window.text}: {short_message(error)}",
                "Add the kernels that its definition needs.",
                self.window.utc_start,
                self.window.utc_stop,
            )


def _facts(frame_id: int) -> tuple[int, int] | None:
    """Class and class id of a frame; None where it is not known."""
    if not frame_id:
        return None
    try:
        _, frame_class, class_id = spiceypy.frinfo(frame_id)
    except SpiceyError:
        return None
    return int(frame_class), int(class_id)


def _references(ids: NDArray[np.int64], structure: int) -> NDArray[np.int64]:
    """The frames that a CK's attitudes of a structure are relative to."""
    return np.asarray(np.unique(ids[ids[:, 0] == structure, 1]))


def _orientation_in(pck: Path, class_id: int) -> Intervals:
    segments = segments_of(pck)
    return np.asarray(segments.times[segments.ids[:, 0] == class_id])


def _ck_hint(known: Intervals) -> str:
    return f"{_held(known)}Choose other times, or add the CK (.bc) that covers these."


def _held(known: Intervals) -> str:
    if not len(known):
        return ""
    return f"They hold it from {utc_of(known[0, 0])} to {utc_of(known[-1, 1])}. "
