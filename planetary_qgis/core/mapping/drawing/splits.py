"""A unit that a drawn line cuts in two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.drawing.meetings import between, meetings
from planetary_qgis.core.mapping.drawing.vertices import shape_with_vertices


@dataclass(frozen=True)
class Split:
    """What a drawn line cuts.

    Attributes:
        contact: The drawn line from where it enters the first polygon to where it leaves the last;
            all of a closed one inside a polygon.
        nodes: (n, 2) where it meets the polygons' edges: all shapes along them need vertices there.
        pieces: By the number of each polygon that falls apart, its pieces, the largest first.
    """

    contact: Any
    nodes: NDArray[np.float64]
    pieces: dict[int, tuple[Any, ...]]


def split_of(polygons: Sequence[Any], drawn: Any, reach: float = 0.0) -> Split | None:
    """What a drawn line makes of polygons that it crosses or rings; None where none falls apart.

    Args:
        reach: How near to an edge the line's ends must be, in map units, to be taken as on it.
    """
    crossed = [n for n, each in enumerate(polygons) if shapely.intersects(each, drawn)]
    if not crossed:
        return None
    edges = shapely.union_all([shapely.boundary(polygons[n]) for n in crossed])
    met = meetings(drawn, edges, reach)
    if len(met) < 2 and not drawn.is_ring:
        return None
    nodes = np.array([meeting.place for meeting in met]).reshape(-1, 2)
    contact = (
        shape_with_vertices(drawn, nodes)
        if drawn.is_ring
        else shapely.LineString(between(drawn, met))
    )
    pieces = {n: _pieces(shape_with_vertices(polygons[n], nodes), contact) for n in crossed}
    divided = {n: found for n, found in pieces.items() if len(found) > 1}
    return Split(contact, nodes, divided) if divided else None


def _pieces(polygon: Any, contact: Any) -> tuple[Any, ...]:
    """The parts that the line leaves of a polygon, the largest first."""
    lines = shapely.union_all([shapely.boundary(polygon), contact])
    faces: NDArray[np.object_] = shapely.get_parts(shapely.polygonize([lines]))
    within = faces[shapely.intersects(polygon, shapely.point_on_surface(faces))]
    return tuple(within[np.argsort(-shapely.area(within), kind="stable")])
