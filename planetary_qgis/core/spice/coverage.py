"""When a set of kernels knows positions and attitudes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import spiceypy
from spiceypy.utils.exceptions import SpiceyError

from planetary_qgis.core.errors import KernelError
from planetary_qgis.core.spice.session import short_message
from planetary_qgis.core.spice.vectorised import utc_from_et
from planetary_qgis.core.times import utc_text

Window = list[tuple[float, float]]
_MOST_INTERVALS = 100_000


@dataclass(frozen=True)
class Coverage:
    """TDB intervals by NAIF id.

    Attributes:
        positions: Of bodies and spacecraft, from SPKs.
        attitudes: Of structures and instruments, from CKs.
        span: UTC texts between which spacecraft positions are known, None where there are none.
    """

    positions: dict[int, Window]
    attitudes: dict[int, Window]
    span: tuple[str, str] | None

    def sentence(self, naif_id: int, name: str) -> str:
        """From when to when the position of a body is known, as a sentence."""
        window = self.positions.get(naif_id)
        if not window:
            return f"They hold no positions of {name} at all."
        begin, end = _utc(window[0][0]), _utc(max(stop for _, stop in window))
        return f"They hold positions of {name} from {begin} to {end}."


def coverage_of(kernels: Sequence[Path]) -> Coverage:
    """What the loaded kernels cover; text kernels cover nothing by themselves.

    Args:
        kernels: Furnished already: CKs need their clock kernel.
    """
    positions: dict[int, Any] = {}
    attitudes: dict[int, Any] = {}
    for kernel in map(str, kernels):
        kind = spiceypy.getfat(kernel)[1]
        if kind == "SPK":
            for naif_id in spiceypy.spkobj(kernel):
                spiceypy.spkcov(kernel, naif_id, _cell(positions, int(naif_id)))
        elif kind == "CK":
            for naif_id in spiceypy.ckobj(kernel):
                _add_attitudes(kernel, int(naif_id), _cell(attitudes, int(naif_id)))
    known = {naif_id: _intervals(cell) for naif_id, cell in positions.items()}
    turned = {naif_id: _intervals(cell) for naif_id, cell in attitudes.items()}
    return Coverage(known, turned, _span(known))


def _cell(cells: dict[int, Any], naif_id: int) -> Any:
    return cells.setdefault(naif_id, spiceypy.cell_double(2 * _MOST_INTERVALS))


def _add_attitudes(kernel: str, naif_id: int, cell: Any) -> None:
    try:
        spiceypy.ckcov(kernel, naif_id, False, "INTERVAL", 0.0, "TDB", cell)
    except SpiceyError as error:
        raise KernelError(
            f"The times in {Path(kernel).name} cannot be read.",
            details=short_message(error),
            hint=f"Add the spacecraft clock kernel (.tsc) for {naif_id} before it.",
        ) from error


def _intervals(cell: Any) -> Window:
    return [tuple(spiceypy.wnfetd(cell, index)) for index in range(spiceypy.wncard(cell))]


def _span(positions: dict[int, Window]) -> tuple[str, str] | None:
    """First and last moment, in UTC, of what is known of spacecraft."""
    moments = [t for naif_id, window in positions.items() if naif_id < 0 for i in window for t in i]
    if not moments:
        return None
    return _utc(min(moments)), _utc(max(moments))


def _utc(et: float) -> str:
    return utc_text(utc_from_et(np.array([et]))[0])
