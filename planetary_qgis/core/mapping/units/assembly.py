"""Faces, points and old polygons together: the units of a map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_content import LayerContent, Shapes
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.core.mapping.units import unit_findings
from planetary_qgis.core.mapping.units.built_units import BuiltUnits
from planetary_qgis.core.mapping.units.faces import is_inside, map_area
from planetary_qgis.core.mapping.units.lines import Indices, Mask
from planetary_qgis.core.mapping.units.network import LooseEnd, Network
from planetary_qgis.core.mapping.units.previous import OldPolygons, Overlaps
from planetary_qgis.core.mapping.units.slivers import slivers
from planetary_qgis.core.mapping.units.unit_points import LocatedPoints


@dataclass(frozen=True)
class FaceTable:
    """Polygons with what is dear to find out about each.

    Attributes:
        shapes: (n,) Polygons.
        places: (n,) a Point inside each.
        widths_m: (n,) metres of those that are narrower than the map shows; NaN of others.
    """

    shapes: Shapes
    places: Shapes
    widths_m: FloatArray

    @classmethod
    def of(cls, shapes: Shapes, ground: Ground, scale: float) -> FaceTable:
        places = unit_findings.places_inside(shapes)
        widths = np.full(len(shapes), np.nan)
        which, narrow = slivers(shapes, shapely.get_coordinates(places), ground, scale)
        widths[which] = narrow
        return cls(shapes, places, widths)

    def only(self, wanted: Mask) -> FaceTable:
        return FaceTable(self.shapes[wanted], self.places[wanted], self.widths_m[wanted])

    def joined(self, other: FaceTable) -> FaceTable:
        """These, and then the others."""
        return FaceTable(
            np.concatenate([self.shapes, other.shapes]),
            np.concatenate([self.places, other.places]),
            np.concatenate([self.widths_m, other.widths_m]),
        )


def assembled(
    network: Network,
    faces: FaceTable,
    boundary: LayerContent,
    located: LocatedPoints,
    old: OldPolygons,
    overlaps: Overlaps,
    areas_of: Callable[[Indices], FloatArray],
) -> tuple[BuiltUnits, Mask]:
    """The units of a map, and which faces they are.

    Args:
        faces: All of them, those outside of the map too.
        located: Points among all faces.
        overlaps: Of old polygons with all faces.
        areas_of: Says the square metres of some faces.
    """
    areas = map_area(boundary, network)
    wanted = is_inside(areas, faces.places)
    rows = np.flatnonzero(wanted)
    faces = faces.only(wanted)
    taken = old.taken_over(overlaps.only(wanted), shapely.get_coordinates(faces.places))
    located = located.among(wanted)
    units, ids, apart = located.units_inside(len(rows))
    empty = np.flatnonzero([not each for each in ids])
    narrow = np.flatnonzero(~np.isnan(faces.widths_m))
    findings = [
        *unit_findings.disagreements(located, apart, faces.places),
        *unit_findings.polygons_without_points(empty, faces.places, areas_of(rows[empty]), taken),
        *unit_findings.misplaced_points(located),
        *unit_findings.silent_points(located.points),
        *unit_findings.dangling_ends(_inside(network.dangles, areas)),
        *unit_findings.narrow_polygons(narrow, faces.widths_m[narrow], faces.places, taken),
        *unit_findings.closed_gaps(_inside(network.undershoots, areas)),
    ]
    built = BuiltUnits(faces.shapes, units, ids, taken, network.closings, tuple(findings))
    return built, wanted


def _inside(ends: tuple[LooseEnd, ...], areas: Shapes) -> Iterator[LooseEnd]:
    """Ends that lie on the map; ends of its boundary always do."""
    if not ends:
        return
    kept = is_inside(areas, np.array([end.place for end in ends], dtype=object))
    yield from (end for end, is_kept in zip(ends, kept) if is_kept or end.layer != CONTACTS)
