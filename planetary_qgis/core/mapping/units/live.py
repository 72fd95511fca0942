"""Units that follow a mapper's edits.

What is kept between edits: where lines meet, what is near to loose ends, and the polygons with the
edges around them. An edit looks anew at the lines that it changed, and closes polygons anew only
from edges around those that it touched. The result is that of building everything again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import CONTACTS, MAP_BOUNDARY, UNIT_POINTS
from planetary_qgis.core.mapping.units.assembly import assembled
from planetary_qgis.core.mapping.units.bounding import Bounding, bounding_contacts
from planetary_qgis.core.mapping.units.built_units import BuiltUnits
from planetary_qgis.core.mapping.units.lines import Indices, Source, lines_of
from planetary_qgis.core.mapping.units.live_faces import LiveFaces
from planetary_qgis.core.mapping.units.live_network import LiveNetwork
from planetary_qgis.core.mapping.units.live_points import LivePoints
from planetary_qgis.core.mapping.units.previous import OldPolygons
from planetary_qgis.core.mapping.units.unit_points import UnitPoints


@dataclass(frozen=True)
class UnitsChange:
    """What an edit did to the units.

    Attributes:
        built: All units after it.
        was: (n,) which polygon before it each of these is, unchanged in shape; -1 for new ones.
        gone: (g,) polygons before it that are no more.
        renamed: (r,) polygons of `built` with the shape of before and another unit or other points.
    """

    built: BuiltUnits
    was: Indices
    gone: Indices
    renamed: Indices

    @property
    def added(self) -> Indices:
        """(a,) polygons of `built` that were not there before."""
        return np.flatnonzero(self.was < 0)

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.built.findings


class LiveUnits:
    """The units of a map, kept up to date.

    Args:
        previous: Polygons whose ids new ones take over, as long as this lives.
    """

    def __init__(
        self,
        contacts: LayerContent,
        boundary: LayerContent,
        points: LayerContent,
        ground: Ground,
        *,
        scale: float,
        closing_distance_m: float,
        previous: LayerContent | None = None,
        bounding: Bounding = bounding_contacts,
    ) -> None:
        self._bounding, self._boundary = bounding, boundary
        self._points = LivePoints(UnitPoints.of(points))
        self._old = OldPolygons.of(previous)
        lines = lines_of(contacts, boundary, bounding(contacts))
        self._network = LiveNetwork(lines, ground, closing_distance_m)
        self._faces = LiveFaces(ground, scale, self._old)
        self._uids = np.zeros(0, np.int64)
        self.built = self._build()

    def change(
        self,
        contacts: LayerContent | None,
        gone: Collection[int],
        points: LayerContent | None = None,
        points_gone: Collection[int] = (),
        boundary: LayerContent | None = None,
    ) -> UnitsChange:
        """Follow an edit, and tell what it did.

        Args:
            contacts: New and changed ones only.
            gone: Ids of deleted contacts.
            points: New and changed unit points only.
            points_gone: Ids of deleted unit points.
            boundary: All of it, where it changed.
        """
        contacts = LayerContent.empty(CONTACTS) if contacts is None else contacts
        points = LayerContent.empty(UNIT_POINTS) if points is None else points
        edited = np.array([*contacts.ids, *gone], dtype=np.int64)
        if boundary is not None or len(edited):
            self._follow(contacts, edited, boundary)
        self._points.change(UnitPoints.of(points), [*points.ids, *points_gone])
        before, uids = self.built, self._uids
        self.built = self._build()
        return _change(before, uids, self.built, self._uids)

    def _follow(
        self, contacts: LayerContent, edited: Indices, boundary: LayerContent | None
    ) -> None:
        lines = self._network.network.lines
        gone = (lines.source == Source.CONTACT) & np.isin(lines.feature, edited)
        if boundary is not None:
            self._boundary = boundary
            gone |= lines.source == Source.BOUNDARY
        new = lines_of(
            contacts,
            LayerContent.empty(MAP_BOUNDARY) if boundary is None else boundary,
            self._bounding(contacts),
        )
        self._network.change(gone[lines.source != Source.CLOSING], new)

    def _build(self) -> BuiltUnits:
        self._faces.follow(self._network)
        built, wanted = assembled(
            self._network.network,
            self._faces.table,
            self._boundary,
            self._points.among(self._faces),
            self._old,
            self._faces.overlaps,
            self._faces.areas_m2,
        )
        self._uids = self._faces.uids[wanted]
        return built


def _change(
    before: BuiltUnits, uids_before: Indices, built: BuiltUnits, uids: Indices
) -> UnitsChange:
    index = {uid: row for row, uid in enumerate(uids_before)}
    was = np.array([index.get(uid, -1) for uid in uids], dtype=np.int64)
    gone = np.setdiff1d(np.arange(len(uids_before)), was)
    renamed = [
        now
        for now, then in enumerate(was)
        if then >= 0
        and (
            built.units[now] != before.units[then]
            or built.points[now] != before.points[then]
            or built.previous[now] != before.previous[then]
        )
    ]
    return UnitsChange(built, was, gone, np.array(renamed, dtype=np.int64))
