"""How much of a map each unit takes, on the body. Imports shapely: import it late."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from qgis.core import NULL, QgsFeature, QgsFeatureRequest, QgsVectorLayer

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_layers import RGB, UNIT, UNIT_LABEL, UNIT_NAME
from planetary_qgis.qgis_bridge.mapping.units.writing import columns_at

_AT_ONCE = 200
"""So many polygons are measured faster than a task starts."""


@dataclass(frozen=True)
class UnitTotal:
    """The polygons of one unit.

    Attributes:
        unit: "" for polygons without a unit.
        label, name, rgb: As the first of them has it; "" where it has none.
        ids: Of the polygons.
        share: Of the area of all.
    """

    unit: str
    label: str
    name: str
    rgb: str
    ids: tuple[int, ...]
    area_m2: float
    share: float


class UnitTotals:
    """Sums up a layer of units, again and again: areas of polygons seen before are known.

    Many that are new wait to be measured in a task: see `unknown` and `learn`; areas and shares
    are NaN until then.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.unknown: list[bytes] = []
        self._areas: dict[bytes, float] = {}

    def learn(self, areas: Mapping[bytes, float]) -> None:
        """Take what was measured of the unknown polygons."""
        self._areas.update(areas)

    def of(self, layer: QgsVectorLayer, order: Sequence[str] = ()) -> tuple[UnitTotal, ...]:
        """The units of a layer: those in the order first, then by name, without unit last."""
        columns = columns_at(layer)
        request = QgsFeatureRequest()
        request.setSubsetOfAttributes(list(columns.values()))
        features = list(layer.getFeatures(request))
        areas = self._areas_of(features)
        members: dict[str, list[int]] = {}
        for row, feature in enumerate(features):
            members.setdefault(_text(feature, columns, UNIT), []).append(row)
        places = {unit: place for place, unit in enumerate(order)}
        units = sorted(
            members, key=lambda unit: (not unit, places.get(unit, len(places)), unit.casefold())
        )
        whole = float(areas.sum()) or 1.0
        return tuple(
            _total(
                [features[row] for row in members[unit]],
                columns,
                float(areas[members[unit]].sum()),
                whole,
            )
            for unit in units
        )

    def _areas_of(self, features: Iterable[QgsFeature]) -> Any:
        """(n,) square metres."""
        shapes = [
            bytes(each.geometry().asWkb()) if each.hasGeometry() else b"" for each in features
        ]
        known = {each: self._areas[each] for each in set(shapes) if each in self._areas}
        self.unknown = [each for each in dict.fromkeys(shapes) if each and each not in known]
        if len(self.unknown) <= _AT_ONCE:
            known.update(measured(self.unknown, self.ground))
            self.unknown = []
        self._areas = known
        return np.array([known.get(each, math.nan if each else 0.0) for each in shapes])


def measured(polygons: Sequence[bytes], ground: Ground) -> dict[bytes, float]:
    """Square metres of polygons by their WKB; NaN of those that lie nowhere on the body."""
    if not polygons:
        return {}
    shapes = shapely.from_wkb(np.array([*polygons, None], dtype=object)[:-1])
    try:
        areas = ground.areas(shapes)
    except PlanetaryError:
        areas = np.array([_area_or_nan(shapes[i : i + 1], ground) for i in range(len(shapes))])
    return dict(zip(polygons, areas.tolist()))


def _area_or_nan(shapes: Any, ground: Ground) -> float:
    try:
        return float(ground.areas(shapes)[0])
    except PlanetaryError:
        return math.nan


def _total(
    features: Sequence[QgsFeature], columns: Mapping[str, int], area: float, whole: float
) -> UnitTotal:
    unit, label, name, rgb = (
        _text(features[0], columns, column) for column in (UNIT, UNIT_LABEL, UNIT_NAME, RGB)
    )
    ids = tuple(feature.id() for feature in features)
    return UnitTotal(unit, label, name, rgb, ids, area, area / whole)


def _text(feature: QgsFeature, columns: Mapping[str, int], column: str) -> str:
    value = feature.attribute(columns[column]) if column in columns else None
    return "" if value is None or value == NULL else str(value)
