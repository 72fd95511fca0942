"""Unit points that know which polygon they are in, while polygons come and go."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from planetary_qgis.core.mapping.units.live_faces import LiveFaces
from planetary_qgis.core.mapping.units.unit_points import LocatedPoints, UnitPoints

_NO = -1


class LivePoints:
    """Unit points, each with the number of the polygon around it."""

    def __init__(self, points: UnitPoints) -> None:
        self._points = points
        self._face = np.full(len(points.ids), _NO, dtype=np.int64)

    def change(self, new: UnitPoints, gone: Collection[int]) -> None:
        """Take new points for those of some ids."""
        stays = ~np.isin(self._points.ids, np.array(list(gone), dtype=np.int64))
        self._points = self._points.only(stays).joined(new)
        unknown = np.full(len(new.ids), _NO, dtype=np.int64)
        self._face = np.concatenate([self._face[stays], unknown])

    def among(self, faces: LiveFaces) -> LocatedPoints:
        """Where they lie now; only points whose polygon is gone, or that had none, are looked for.

        A polygon of the same number has the same shape.
        """
        order = np.argsort(faces.uids)
        place = np.searchsorted(faces.uids[order], self._face)
        place = np.minimum(place, max(len(order) - 1, 0))
        row = order[place] if len(order) else np.full(len(self._face), _NO)
        is_known = (faces.uids[row] == self._face) if len(order) else row != _NO
        row = np.where(is_known, row, _NO)
        is_on_border = np.zeros(len(row), dtype=bool)
        found = self._points.only(~is_known).located(faces.table.shapes, faces.epsilon)
        row[~is_known], is_on_border[~is_known] = found.face, found.is_on_border
        self._face = np.where(row == _NO, _NO, faces.uids[row]) if len(order) else row
        return LocatedPoints(self._points, row, is_on_border)
