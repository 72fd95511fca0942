"""A small clean map, drawn in metres, that can be laid down anywhere on Mars."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.fixes import Edit, Fix
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import LayerContent, LayerSystem, MapContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    MAP_BOUNDARY,
    MAP_LAYERS,
    SURFACE_FEATURES,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.vocabularies import vocabularies

RADIUS_M = 3_396_190.0
SCALE = 1_000_000.0
CLOSING_M = 500.0
SIDE_M = 40_000.0
STEP_M = 2_000.0
LON, NORTH = 30.0, 70.0

COLOURS = ("250,200,150", "120,200,120", "120,150,250", "200,90,200")
NAMES = ("Aa", "Bb", "Cc", "Dd")
CENTRES = ((10_000, 10_000), (30_000, 10_000), (10_000, 30_000), (30_000, 30_000))


@dataclass(frozen=True)
class Stage:
    """Where a map lies: its coordinates are metres times `scale`, plus `origin`."""

    name: str
    ground: Ground
    origin: tuple[float, float]
    scale: tuple[float, float]
    in_degrees: bool

    def laid(self, shape: Any) -> Any:
        """A shape in metres, on this stage."""
        if shape is None:
            return None
        return shapely.transform(
            shape, lambda xy: np.asarray(self.origin) + xy * np.asarray(self.scale)
        )


def _degrees(name: str, lat: float, lon: float = LON) -> Stage:
    per_metre = 1.0 / np.radians(RADIUS_M)
    return Stage(
        name,
        Ground(RADIUS_M, lambda x, y: (x, y), is_in_degrees=True),
        (lon, lat),
        (per_metre / np.cos(np.radians(lat)), per_metre),
        True,
    )


def _on_equator(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Simple cylindrical metres as degrees."""
    return np.degrees(x / RADIUS_M), np.degrees(y / RADIUS_M)


def _from_pole(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """North polar stereographic metres, true at the pole, as degrees."""
    lat = 90.0 - np.degrees(2.0 * np.arctan(np.hypot(x, y) / (2.0 * RADIUS_M)))
    return np.degrees(np.arctan2(x, -y)), lat


def _polar() -> Stage:
    colatitude = np.radians(90.0 - NORTH)
    away = 2.0 * RADIUS_M * np.tan(colatitude / 2.0)
    larger = 1.0 / np.cos(colatitude / 2.0) ** 2
    return Stage(
        "plane, 70° N", Ground(RADIUS_M, _from_pole), (0.0, -away), (larger, larger), False
    )


EQUATOR_DEGREES = _degrees("degrees, equator", 0.0)
STAGES = (
    EQUATOR_DEGREES,
    _degrees("degrees, 70° N", NORTH),
    Stage("plane, equator", Ground(RADIUS_M, _on_equator), (1e6, 0.0), (1.0, 1.0), False),
    _polar(),
)


@dataclass
class Row:
    """A feature in metres."""

    id: int
    shape: Any
    attributes: dict[str, Any]


class Draft:
    """A map's features, to be changed before it is laid down."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Row]] = {spec.name: [] for spec in MAP_LAYERS}
        self.scale = SCALE
        self.body = "MARS"
        self.systems: dict[str, LayerSystem] = {}
        self.notes: tuple[str, ...] = ()

    def add(self, layer: str, shape: Any = None, **attributes: Any) -> int:
        """A new feature's id."""
        new = max((row.id for row in self.rows[layer]), default=0) + 1
        self.rows[layer].append(Row(new, shape, attributes))
        return new

    def contact(self, *points: tuple[float, float], **attributes: Any) -> int:
        """A contact through these places, with vertices as dense as the scale asks."""
        given = {"Contact_ty": "01.01.01", "TYPE": "certain", **attributes}
        return self.add(CONTACTS, dense(points), **given)

    def row(self, layer: str, one: int) -> Row:
        return next(row for row in self.rows[layer] if row.id == one)

    def drop(self, layer: str, one: int) -> None:
        self.rows[layer] = [row for row in self.rows[layer] if row.id != one]

    def copy(self) -> Draft:
        return deepcopy(self)

    def content(self, stage: Stage) -> MapContent:
        """The map on a stage."""
        system = LayerSystem("Mars", "MARS", stage.in_degrees)
        placed = [spec.name for spec in MAP_LAYERS if spec.geometry != "none"]
        return MapContent(
            {name: _layer(name, rows, stage) for name, rows in self.rows.items()},
            stage.ground,
            self.scale,
            CLOSING_M,
            self.notes,
            self.body,
            {**dict.fromkeys(placed, system), **self.systems},
        )


def clean_map() -> Draft:
    """Four square units in a square boundary, in which no check finds anything."""
    draft = Draft()
    half, side = SIDE_M / 2, SIDE_M
    draft.add(MAP_BOUNDARY, square(0, 0, side))
    for far in ((half, 0), (side, half), (half, side), (0, half)):
        draft.contact(far, (half, half))
    words = {name: terms[0].code for name, terms in vocabularies().items()}
    for (x, y), name, colour in zip(CENTRES, NAMES, COLOURS):
        draft.add(UNITS, square(x - half / 2, y - half / 2, half), Unit=name)
        draft.add(UNIT_POINTS, shapely.Point(x, y), Unit=name)
        draft.add(DESCRIPTION, Unit=name, UnitName=f"Unit {name}", AgeOldest="Noachian", RGB=colour)
    ridge = dense([(4_000, 4_000), (16_000, 6_000)])
    draft.add(LINEAR_FEATURES, ridge, TYPE=words["linear_type"], Certainty="certain")
    draft.add(SURFACE_FEATURES, square(24_000, 24_000, 8_000), TYPE=words["surface_type"])
    draft.add(
        LOCATION_FEATURES,
        shapely.Point(6_000, 34_000),
        TYPE=words["location_type"],
        Certainty="certain",
    )
    return draft


def dense(points: Sequence[tuple[float, float]]) -> shapely.LineString:
    """A line through places, with a vertex every two kilometres of each straight part."""
    found: list[np.ndarray] = []
    for start, end in zip(points[:-1], points[1:]):
        a, b = np.array(start, float), np.array(end, float)
        count = max(1, int(np.hypot(*(b - a)) // STEP_M))
        found += [a + (b - a) * (step / count) for step in range(count)]
    return shapely.LineString([*found, np.array(points[-1], float)])


def ring(points: Sequence[tuple[float, float]]) -> shapely.Polygon:
    return shapely.Polygon(dense([*points, points[0]]))


def square(x: float, y: float, side: float) -> shapely.Polygon:
    return ring([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])


def with_shape(draft: Draft, layer: str, one: int, shape: Any) -> None:
    draft.row(layer, one).shape = shape


def applied(content: MapContent, fix: Fix) -> MapContent:
    """The map after a fix; what is added gets ids of its own."""
    layers = dict(content.layers)
    for edit in fix.edits:
        layers[edit.layer] = _edited(layers[edit.layer], edit)
    return replace(content, layers=layers)


def _edited(layer: LayerContent, edit: Edit) -> LayerContent:
    source = edit.like if edit.feature is None else edit.feature
    (row,) = np.flatnonzero(layer.ids == source)
    if edit.deletes:
        stays = layer.ids != edit.feature
        return LayerContent(
            layer.name, layer.ids[stays], layer.shapes[stays], layer.attributes[stays]
        )
    ids, shapes, table = layer.ids.copy(), layer.shapes.copy(), layer.attributes.copy()
    table = table.reset_index(drop=True)
    if edit.feature is None:
        ids, shapes = np.append(ids, ids.max() + 1), np.append(shapes, [None])
        table = pd.concat([table, table.iloc[[row]]], ignore_index=True)
        row = len(ids) - 1
    if edit.shape is not None:
        shapes[row] = edit.shape
    for name, value in edit.attributes.items():
        table.loc[row, name] = value
    return LayerContent(layer.name, ids, shapes, table)


def _layer(name: str, rows: list[Row], stage: Stage) -> LayerContent:
    empty = LayerContent.empty(name)
    columns = list(empty.attributes.columns)
    table = pd.DataFrame(
        {each: [row.attributes.get(each) for row in rows] for each in columns}, dtype=object
    )
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [stage.laid(row.shape) for row in rows]
    return LayerContent(name, np.array([row.id for row in rows], np.int64), shapes, table)
