"""What is asked of SPICE: who looked at what, with which instrument, when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.products import ColumnKind
from planetary_qgis.core.spice.surfaces.terrain import Terrain
from planetary_qgis.core.times import TimeArray, utc_text

Imaging = Literal["auto", "frame", "line scan", "push frame", "spot"]
IMAGING_MODES: tuple[Imaging, ...] = get_args(Imaging)
SurfaceChoice = Literal["auto", "ellipsoid", "DSK"]
SURFACES: tuple[SurfaceChoice, ...] = get_args(SurfaceChoice)
ABERRATION_CORRECTIONS = ("NONE", "LT", "LT+S", "CN", "CN+S")


@dataclass(frozen=True)
class Observation:
    """An instrument of an observer that looks at a target.

    Attributes:
        kernels: In load order; metakernels may be among them.
        target, observer, instrument: Names or NAIF ids.
        abcorr: CSPICE's aberration correction, reception only.
        imaging: How one observation fills its area; "auto" decides by instrument and field of view.
        body_fixed_frame: Frame of the answer's longitudes; "" for the one SPICE associates.
        interframe_s: From one framelet of a push frame camera to the next; None for what the
            kernels or instruments.toml say.
        surface: What lines of sight meet; "auto" takes a DSK where the kernels hold the target's.
        terrain: Heights that lines of sight meet instead of either.
    """

    kernels: tuple[Path, ...]
    target: str
    observer: str
    instrument: str
    abcorr: str = "LT+S"
    imaging: Imaging = "auto"
    body_fixed_frame: str = ""
    surface: SurfaceChoice = "auto"
    terrain: Terrain | None = None
    interframe_s: float | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "abcorr", checked_abcorr(self.abcorr))
        if self.imaging not in IMAGING_MODES:
            raise PlanetaryError(
                f"“{self.imaging}” is not a way of imaging.",
                hint=f"Choose one of {', '.join(IMAGING_MODES)}.",
            )
        if self.interframe_s is not None and not 0.0 < self.interframe_s < math.inf:
            raise PlanetaryError(
                f"Framelets cannot follow each other every {self.interframe_s} seconds.",
                hint="Give a time above zero, or none.",
            )
        if self.surface not in SURFACES:
            raise PlanetaryError(
                f"“{self.surface}” is not a surface.", hint=f"Choose one of {', '.join(SURFACES)}."
            )


@dataclass(frozen=True)
class Times:
    """When each observation began and ended.

    Attributes:
        start, stop: (n,) datetime64[us] UTC; a NaT stop makes the observation an instant.
        product_ids: The observations' own names; where there are any, every observation gets a row
            even if it saw nothing.
        carried: Columns of the table that the times came from, one row an observation.
        carried_kinds: Name and kind of those columns.
    """

    start: TimeArray
    stop: TimeArray
    product_ids: Sequence[str] | None = None
    carried: pd.DataFrame | None = None
    carried_kinds: dict[str, ColumnKind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        backwards = np.flatnonzero(self.stop < self.start)
        if len(backwards):
            row = backwards[0]
            raise PlanetaryError(
                f"An observation stops ({utc_text(self.stop[row])}) before it starts "
                f"({utc_text(self.start[row])}).",
                hint="Check the start and stop times.",
            )

    def __len__(self) -> int:
        return len(self.start)


def times_of_run(
    start: np.datetime64, stop: np.datetime64 | None, step_s: float | None = None
) -> Times:
    """One observation from start to stop, or, with a step, an instant every so many seconds.

    Without a stop: the one instant of the start.
    """
    first = np.datetime64(start, "us")
    if stop is None or np.isnat(stop):
        return Times(np.array([first]), np.array([np.datetime64("NaT", "us")]))
    last = np.datetime64(stop, "us")
    if step_s is None:
        return Times(np.array([first]), np.array([last]))
    if not step_s > 0.0:
        raise PlanetaryError(
            f"A step of {step_s} seconds leads nowhere.", hint="Give a step above zero, or none."
        )
    step = np.timedelta64(max(1, round(step_s * 1e6)), "us")
    instants: TimeArray = np.arange(first, last + np.timedelta64(1, "us"), step)
    if not len(instants):
        return Times(np.array([first]), np.array([last]))  # says that it runs backwards
    return Times(instants, np.full(len(instants), np.datetime64("NaT"), dtype="datetime64[us]"))


def checked_abcorr(abcorr: str) -> str:
    """CSPICE's spelling of an aberration correction.

    Raises:
        PlanetaryError: It is none of those for reception.
    """
    spelled = "".join(abcorr.split()).upper()
    if spelled not in ABERRATION_CORRECTIONS:
        raise PlanetaryError(
            f"“{abcorr}” is not an aberration correction.",
            hint=f"Choose one of {', '.join(ABERRATION_CORRECTIONS)}.",
        )
    return spelled
