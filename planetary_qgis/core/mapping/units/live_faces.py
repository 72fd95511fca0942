"""Polygons that follow the edges around them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray, Ground
from planetary_qgis.core.mapping.map_content import Shapes
from planetary_qgis.core.mapping.units.assembly import FaceTable
from planetary_qgis.core.mapping.units.edges import Edges
from planetary_qgis.core.mapping.units.face_edges import bounded
from planetary_qgis.core.mapping.units.faces import faces_of
from planetary_qgis.core.mapping.units.lines import Indices, Mask, epsilon_of
from planetary_qgis.core.mapping.units.live_network import LiveNetwork
from planetary_qgis.core.mapping.units.previous import OldPolygons, Overlaps

_NO = -1


@dataclass(frozen=True)
class _EdgeNames:
    """By what edges are known again.

    Attributes:
        keys: (e,) complex: number of the line, and where on it the edge begins.
        places: (e, 5) where on it the edge ends, and both ends' coordinates.
        uids: (e,) a number that no other edge ever has.
    """

    keys: NDArray[np.complex128]
    places: FloatArray
    uids: Indices


class LiveFaces:
    """The polygons that edges close, while edges come and go.

    Attributes:
        table: The polygons now.
        uids: (n,) a number for each that no polygon of another shape ever has.
        overlaps: Of old polygons with these.
        epsilon: What counts as nothing among their coordinates.
    """

    def __init__(self, ground: Ground, scale: float, old: OldPolygons) -> None:
        self._ground, self._scale, self._old = ground, scale, old
        self._next_edge = self._next_face = 0
        none = np.zeros(0, np.int64)
        self._names = _EdgeNames(np.zeros(0, np.complex128), np.zeros((0, 5)), none)
        self._edge, self._face = none, none  # uids of edges, and of polygons that they bound
        self.uids = none
        self.table = FaceTable.of(np.zeros(0, dtype=object), ground, scale)
        self.overlaps = Overlaps.none()
        self.epsilon = 0.0
        self._areas = np.zeros(0)

    def areas_m2(self, rows: Indices) -> FloatArray:
        """Square metres of some of the polygons; measured once for each."""
        unknown = rows[np.isnan(self._areas[rows])]
        self._areas[unknown] = self._ground.areas(self.table.shapes[unknown])
        return np.asarray(self._areas[rows])

    def follow(self, live: LiveNetwork) -> None:
        """Close anew what lies between edges that have come or gone."""
        network = live.network
        self.epsilon = epsilon_of(network.lines.xy)
        before, self._names = self._names, self._named(live)
        edges, uids = network.edges, self._names.uids
        is_new = ~np.isin(uids, before.uids)
        lost = np.isin(self._edge, np.setdiff1d(before.uids, uids))
        touched = np.isin(self.uids, self._face[lost])
        entered, is_outside = self._entered(edges, is_new)
        touched |= entered
        gone = np.setdiff1d(before.uids, uids)
        opened = bool((self._sides(gone) == 1).any())
        local = self._around(uids, is_new, touched, is_outside or opened)
        shapes = faces_of(edges.shapes(local), self.epsilon)
        self._replace(touched, FaceTable.of(shapes, self._ground, self._scale), edges, local)

    def _named(self, live: LiveNetwork) -> _EdgeNames:
        """The edges now, those that were there before under the same numbers."""
        lines, edges, old = live.network.lines, live.network.edges, self._names
        begin, end = (
            edges.rank[each] - lines.first[edges.line] for each in (edges.start, edges.stop)
        )
        keys = live.uids[edges.line] + 1j * begin
        places = np.column_stack([end, edges.xy[edges.start], edges.xy[edges.stop]])
        uids = np.full(len(keys), _NO, dtype=np.int64)
        if len(old.keys):
            order = np.argsort(old.keys)
            found = order[np.minimum(np.searchsorted(old.keys[order], keys), len(order) - 1)]
            same = (old.keys[found] == keys) & (old.places[found] == places).all(axis=1)
            uids[same] = old.uids[found[same]]
        fresh = uids == _NO
        uids[fresh] = np.arange(self._next_edge, self._next_edge + fresh.sum())
        self._next_edge += int(fresh.sum())
        return _EdgeNames(keys, places, uids)

    def _entered(self, edges: Edges, is_new: Mask) -> tuple[Mask, bool]:
        """Polygons in which new edges lie, and whether one lies in none."""
        entered = np.zeros(len(self.uids), dtype=bool)
        new = np.flatnonzero(is_new)
        middles = (edges.xy[edges.start[new]] + edges.xy[edges.start[new] + 1]) / 2.0
        tree = shapely.STRtree(self.table.shapes)
        edge, face = tree.query(shapely.points(middles), "intersects")
        entered[face] = True
        return entered, len(np.unique(edge)) < len(new)

    def _sides(self, uids: Indices) -> Indices:
        """(e,) how many polygons edges bound."""
        count = np.bincount(self._edge, minlength=self._next_edge)
        return np.asarray(count[uids])

    def _around(self, uids: Indices, is_new: Mask, touched: Mask, outside: bool) -> Indices:
        """The edges between which all is closed anew.

        New ones, those around what is touched, those that bound nothing yet, and, where what lies
        around the map is touched, its outline.
        """
        beside = np.isin(uids, self._edge[np.isin(self._face, self.uids[touched])])
        sides = self._sides(uids)
        wanted = is_new | beside | (sides == 0)
        return np.flatnonzero(wanted | (sides == 1) if outside else wanted)

    def _replace(self, touched: Mask, found: FaceTable, edges: Edges, local: Indices) -> None:
        """Take new polygons for touched ones; those that fill what was not touched are none."""
        kept = self.table.only(~touched)
        filler, _ = shapely.STRtree(kept.shapes).query(found.places, "intersects")
        is_real = np.ones(len(found.shapes), dtype=bool)
        is_real[filler] = False
        new = found.only(is_real)
        uids = self._recognised(self.table.shapes[touched], self.uids[touched], new.shapes)
        stays = ~np.isin(self._face, self.uids[touched])
        edge, face = bounded(edges, local, new.shapes)
        self._edge = np.concatenate([self._edge[stays], self._names.uids[edge]])
        self._face = np.concatenate([self._face[stays], uids[face]])
        self.overlaps = self.overlaps.only(~touched).joined(
            self._old.overlaps(new.shapes), len(kept.shapes)
        )
        self.uids = np.concatenate([self.uids[~touched], uids])
        self._areas = np.concatenate([self._areas[~touched], np.full(len(uids), np.nan)])
        self.table = kept.joined(new)

    def _recognised(self, before: Shapes, uids: Indices, now: Shapes) -> Indices:
        """Numbers of polygons: of those that have come back as they were, the same as before."""
        known = dict(zip(_texts(before), uids))
        fresh = range(self._next_face, self._next_face + len(now))
        self._next_face += len(now)
        found = [known.get(text, number) for text, number in zip(_texts(now), fresh)]
        return np.array(found, dtype=np.int64)


def _texts(shapes: Shapes) -> list[bytes]:
    return list(shapely.to_wkb(shapely.normalize(shapes)))
