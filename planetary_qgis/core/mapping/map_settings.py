"""What a mapper decides once for a map."""

from __future__ import annotations

from dataclasses import dataclass

_CLOSE_AT_SCALE_M = 0.0005
_VERTICES_AT_SCALE_M = 0.00025
_DIGITISE_CLOSER = 4.0


@dataclass(frozen=True)
class MapSettings:
    """Title, body and scale of a map, and what follows from the scale.

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
