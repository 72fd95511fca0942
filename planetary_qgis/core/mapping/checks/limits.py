"""What a published map can show, by its scale."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.mapping.map_content import MapContent

_SHORT_LINE_AT_SCALE_M = 0.001
_SMALL_SIDE_AT_SCALE_M = 0.002
_NARROW_AT_SCALE_M = 0.0005
_SPACING_AT_SCALE_M = 0.00025
_DENSE, _SPARSE = 0.2, 20.0
_NOTHING_M = 0.001
"""Places on the ground that are closer than a millimetre are one."""


@dataclass(frozen=True)
class Limits:
    """Metres and square metres on the ground.

    Attributes:
        closing_m: Up to where lines that nearly meet are meant to meet.
        grain: Map units: places that are closer together are the same.
    """

    scale: float
    closing_m: float
    grain: float

    nothing_m = _NOTHING_M

    @property
    def short_line_m(self) -> float:
        return self.scale * _SHORT_LINE_AT_SCALE_M

    @property
    def small_area_m2(self) -> float:
        return (self.scale * _SMALL_SIDE_AT_SCALE_M) ** 2

    @property
    def narrow_m(self) -> float:
        return self.scale * _NARROW_AT_SCALE_M

    @property
    def dense_m(self) -> float:
        return self.scale * _SPACING_AT_SCALE_M * _DENSE

    @property
    def sparse_m(self) -> float:
        return self.scale * _SPACING_AT_SCALE_M * _SPARSE


def limits_of(content: MapContent) -> Limits:
    """Those of a map."""
    return Limits(content.scale, content.closing_distance_m, _grain(content))


def _grain(content: MapContent) -> float:
    """What the scale shows, in map units at the middle of the map's plane.

    There, and as a power of two, because it must not change when the map grows.
    """
    units = content.ground.units_per_metre_in_the_middle
    per_metre = units if np.isfinite(units) and units > 0.0 else 1.0
    size = max(content.closing_distance_m, _NOTHING_M) * per_metre
    return float(2.0 ** round(math.log2(size)))
