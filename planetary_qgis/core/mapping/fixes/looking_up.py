"""Features of a map by their ids and places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent, Shapes
from planetary_qgis.core.mapping.map_layers import CONTACTS, LINEAR_FEATURES, MAP_BOUNDARY

_LINES = (CONTACTS, LINEAR_FEATURES, MAP_BOUNDARY)


def row_of(layer: LayerContent, one: int) -> int | None:
    """The row of the feature with that id; None where it is gone."""
    found = np.flatnonzero(layer.ids == one)
    return int(found[0]) if len(found) else None


def shape_of(layer: LayerContent, one: int) -> Any:
    """Its shape in two dimensions; None where it has none, or is gone."""
    row = row_of(layer, one)
    return None if row is None else shapely.force_2d(layer.shapes[row])


def around(content: MapContent, place: Any, reach_m: float) -> MapContent:
    """The map with those lines and boundaries only whose boxes are that near to a place."""
    x, y = xy_of(place)
    reach = reach_m * float(content.ground.units_per_metre([x], [y])[0])
    near = {name: _near(content.layer(name), x, y, reach) for name in _LINES}
    return replace(content, layers={**content.layers, **near})


def at_place(places: FloatArray, place: Any, reach: float) -> NDArray[np.intp]:
    """Which of (n, 2) places are no farther from a place than the reach, the nearest first."""
    away = np.hypot(*(places.reshape(-1, 2) - xy_of(place)).T)
    order = np.argsort(away, kind="stable")
    return np.asarray(order[away[order] <= reach])


def xy_of(place: Any) -> tuple[float, float]:
    left, bottom, right, top = place.bounds
    return (left + right) / 2.0, (bottom + top) / 2.0


def like(old: Any, parts: Sequence[Any]) -> Any:
    """Lines as one geometry: a MultiLineString where the old one was, or there are several."""
    is_multi = shapely.get_type_id(old) == _MULTI_LINE
    return shapely.MultiLineString(list(parts)) if is_multi or len(parts) > 1 else parts[0]


_MULTI_LINE = 5


def _near(layer: LayerContent, x: float, y: float, reach: float) -> LayerContent:
    left, bottom, right, top = layer.bounds.T
    beside = (left > x + reach) | (right < x - reach) | (bottom > y + reach) | (top < y - reach)
    near = np.flatnonzero(~beside & ~np.isnan(left))
    shapes: Shapes = layer.shapes[near]
    return LayerContent(layer.name, layer.ids[near], shapes, layer.attributes.iloc[near])
