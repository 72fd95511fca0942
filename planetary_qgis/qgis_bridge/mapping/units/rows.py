"""What polygons of a map are to have in their columns: from unit points and the description."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import RGB, UNIT, UNIT_LABEL, UNIT_NAME

NEW = -1
"""The id of no feature: QGIS gives unsaved ones ids from -2 downwards."""
BUILT_COLUMNS = (UNIT, UNIT_NAME, UNIT_LABEL, RGB)
_DESCRIBED_COLUMNS = (UNIT_NAME, UNIT_LABEL, RGB)

Described = Mapping[str, Mapping[str, Any]]
"""By unit: its name, label and colour as the description has them; None where it has none."""


@dataclass(frozen=True)
class UnitRow:
    """A polygon as it is to be.

    Attributes:
        shape: A shapely Polygon in the map's CRS.
        previous: Id of the feature that becomes it; NEW where none does.
        unit: What its points say; None where they say nothing, or disagree.
        keeps_unit: Whether, without a word from points, the feature's own unit stays.
    """

    shape: Any
    previous: int
    unit: str | None
    keeps_unit: bool

    def columns(self, before: Mapping[str, Any], described: Described) -> dict[str, Any]:
        """The template's columns that a build fills in.

        What the description does not say of a unit stays as long as the polygon is of that unit.

        Args:
            before: The same columns of the feature that becomes it; empty where it is new.
        """
        was = _text(before.get(UNIT))
        unit = was if self.unit is None and self.keeps_unit else self.unit
        told = described.get(unit, {}) if unit is not None else {}
        stays = before if unit == was else {}
        return {
            UNIT: unit,
            **{
                name: stays.get(name) if told.get(name) is None else told[name]
                for name in _DESCRIBED_COLUMNS
            },
        }


def described_in(description: LayerContent) -> dict[str, dict[str, Any]]:
    """What a description says of its units; the first row of a unit counts."""
    described: dict[str, dict[str, Any]] = {}
    columns = [description.column(name) for name in _DESCRIBED_COLUMNS]
    for unit, *values in zip(description.column(UNIT), *columns):
        name = _text(unit)
        if name is not None:
            given = [None if value is None or value == "" else str(value) for value in values]
            described.setdefault(name, dict(zip(_DESCRIBED_COLUMNS, given)))
    return described


def said_by_points(points: LayerContent) -> dict[int, str]:
    """The unit that each point names; points that name none are not there."""
    named = {int(fid): _text(unit) for fid, unit in zip(points.ids, points.column(UNIT))}
    return {fid: unit for fid, unit in named.items() if unit is not None}


def row_of(shape: Any, previous: int, unit: Any, points: tuple[int, ...], said: Any) -> UnitRow:
    """A built polygon as a row.

    Args:
        points: Ids of the points inside.
        said: By point, the unit that it names.
    """
    is_silent = not any(each in said for each in points)
    return UnitRow(shape, int(previous), _text(unit), keeps_unit=is_silent)


def _text(value: Any) -> str | None:
    """A value as text without spaces around; None where there is none."""
    return (str(value).strip() or None) if value is not None else None
