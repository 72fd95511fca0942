"""How much of a map each unit takes, and how much of its contacts is certain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_CERTAINTY,
    CONTACT_TYPE,
    CONTACTS,
    DESCRIPTION,
    FEATURE_CERTAINTY,
    FEATURE_TYPE,
    LINEAR_FEATURES,
    UNIT,
    UNIT_NAME,
    UNITS,
)


@dataclass(frozen=True)
class UnitStatistics:
    """All polygons of a unit.

    Attributes:
        unit: "" for polygons without one.
        area_m2: On the body, as drawn.
        perimeter_m: Around all polygons, their holes included, along great circles.
        largest_m2: The area of its largest polygon.
        share: Of the area of all units.
    """

    unit: str
    name: str
    polygons: int
    area_m2: float
    perimeter_m: float
    largest_m2: float
    share: float


@dataclass(frozen=True)
class LineStatistics:
    """All lines of one type and certainty in a layer."""

    layer: str
    type: str
    certainty: str
    lines: int
    length_m: float


def unit_statistics(content: MapContent) -> list[UnitStatistics]:
    """One row a unit, the largest first."""
    units = content.layer(UNITS)
    areas = content.ground.areas(units.shapes)
    perimeters = content.ground.lengths(units.shapes)
    names = _names(content)
    values, of_value = _grouped(units.column(UNIT))
    whole = float(areas.sum())
    rows = []
    for number, unit in enumerate(values):
        own = of_value == number
        area = float(areas[own].sum())
        rows.append(
            UnitStatistics(
                unit=unit,
                name=names.get(unit, ""),
                polygons=int(own.sum()),
                area_m2=area,
                perimeter_m=float(perimeters[own].sum()),
                largest_m2=float(areas[own].max()),
                share=area / whole if whole > 0.0 else 0.0,
            )
        )
    return sorted(rows, key=lambda row: -row.area_m2)


def line_statistics(content: MapContent) -> list[LineStatistics]:
    """Lengths of contacts and linear features by type and certainty, the longest first."""
    return [
        *_of_lines(content, content.layer(CONTACTS), CONTACT_TYPE, CONTACT_CERTAINTY),
        *_of_lines(content, content.layer(LINEAR_FEATURES), FEATURE_TYPE, FEATURE_CERTAINTY),
    ]


def _of_lines(
    content: MapContent, layer: LayerContent, type_column: str, certainty_column: str
) -> list[LineStatistics]:
    lengths = content.ground.lengths(layer.shapes)
    types, certainties = layer.column(type_column), layer.column(certainty_column)
    sums: dict[tuple[str, str], list[float]] = {}
    for length, kind, certainty in zip(lengths, types, certainties):
        sums.setdefault((_text(kind), _text(certainty)), []).append(float(length))
    rows = [
        LineStatistics(layer.name, kind, certainty, len(own), sum(own))
        for (kind, certainty), own in sums.items()
    ]
    return sorted(rows, key=lambda row: -row.length_m)


def _names(content: MapContent) -> dict[str, str]:
    """What units are called: by the description, else by the polygons themselves."""
    names: dict[str, str] = {}
    for layer in (content.layer(DESCRIPTION), content.layer(UNITS)):
        for unit, name in zip(layer.column(UNIT), layer.column(UNIT_NAME)):
            if _text(name):
                names.setdefault(_text(unit), _text(name))
    return names


def _grouped(column: NDArray[np.object_]) -> tuple[list[str], NDArray[np.int64]]:
    """The values as text, each once, and which of them each row has."""
    texts = [_text(value) for value in column]
    values = list(dict.fromkeys(texts))
    number = {value: place for place, value in enumerate(values)}
    return values, np.array([number[text] for text in texts], dtype=np.int64)


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()
