"""What came out of contacts and unit points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_content import Shapes


@dataclass(frozen=True)
class BuiltUnits:
    """The polygons of a map.

    Attributes:
        shapes: (n,) Polygons.
        units: (n,) the unit of the points inside; None where there is none or they disagree.
        points: n tuples of the ids of unit points inside.
        previous: (n,) ids of the old polygons whose attributes they take over; -1 where new.
        closings: (k,) LineStrings that bridge ends of lines that nearly met.
        findings: What a mapper must decide, and what was done without being asked.
    """

    shapes: Shapes
    units: NDArray[np.object_]
    points: tuple[tuple[int, ...], ...]
    previous: NDArray[np.int64]
    closings: Shapes
    findings: tuple[Finding, ...]

    @classmethod
    def nothing(cls) -> BuiltUnits:
        none = np.zeros(0, dtype=object)
        return cls(none, none, (), np.zeros(0, dtype=np.int64), none, ())
