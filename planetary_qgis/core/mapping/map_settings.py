"""What a mapper decides once for a map."""

from __future__ import annotations

import math
from dataclasses import dataclass

from planetary_qgis.core.errors import PlanetaryError

_CLOSE_AT_SCALE_M = 0.0005
_VERTICES_AT_SCALE_M = 0.00025
_DIGITISE_CLOSER = 4.0
LEAST_SCALE, LARGEST_SCALE = 100.0, 1e9
USUAL_SCALES = (
    *(5_000.0, 10_000.0, 24_000.0, 25_000.0, 50_000.0, 75_000.0, 100_000.0, 200_000.0),
    *(250_000.0, 500_000.0, 1_000_000.0, 1_500_000.0, 2_000_000.0, 2_500_000.0, 3_000_000.0),
    *(4_000_000.0, 5_000_000.0, 10_000_000.0, 15_000_000.0, 20_000_000.0, 25_000_000.0),
)
"""Denominators that planetary maps are published at."""
_SHEET_M = 1.0
"""What the longer side of a map takes on its sheet, about."""


@dataclass(frozen=True)
class MapSettings:
    """Title, body and scale of a map, and what follows from the scale.

    Lines are drawn four times closer than they are published, with a vertex every quarter of a
    millimetre of the sheet, and meet within half a millimetre: what print can tell apart. They are
    conventions of this plugin, for a map at 1:20,000,000 1:5,000,000, 5 km and 10 km.

    Attributes:
        body: NAIF name.
        scale: The denominator of the published map: 1,000,000 for 1:1 M.
        authors: As the credit line names them.
        tolerance_m: Up to where lines that nearly meet are meant to meet; 0 where the scale says.
    """

    title: str
    body: str
    scale: float
    authors: str = ""
    tolerance_m: float = 0.0

    @property
    def closing_distance_m(self) -> float:
        """Metres on the ground up to which ends of lines are taken to meet a line."""
        return self.tolerance_m or self.scale * _CLOSE_AT_SCALE_M

    @property
    def vertex_spacing_m(self) -> float:
        """Metres on the ground from vertex to vertex that the published scale can show."""
        return self.scale * _VERTICES_AT_SCALE_M

    @property
    def digitising_scale(self) -> float:
        """The scale's denominator to draw at: four times closer than the map is published."""
        return self.scale / _DIGITISE_CLOSER


def usual_scale(longer_side_m: float) -> float:
    """The denominator at which an area that long is usually mapped: it fills a sheet."""
    wanted = longer_side_m / _SHEET_M
    if not (math.isfinite(wanted) and wanted > 0.0):
        return 1_000_000.0
    return next((scale for scale in USUAL_SCALES if scale >= wanted), USUAL_SCALES[-1])


def check_settings(settings: MapSettings) -> None:
    """Refuse what no map can have.

    Raises:
        PlanetaryError: The title is blank, or scale or tolerance are no such numbers.
    """
    if not settings.title.strip():
        raise PlanetaryError("The map has no title.", hint="Give it one, as “Jezero crater”.")
    if not LEAST_SCALE <= settings.scale <= LARGEST_SCALE:
        raise PlanetaryError(
            f"No map has the scale 1:{settings.scale:g}.",
            hint=f"Give a denominator from {LEAST_SCALE:,.0f} to {LARGEST_SCALE:,.0f}.",
        )
    if not 0.0 <= settings.tolerance_m < math.inf:
        raise PlanetaryError(
            f"{settings.tolerance_m:g} m is no tolerance.",
            hint="Give metres on the ground, or 0 to let the scale say.",
        )
