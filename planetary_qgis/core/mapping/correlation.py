"""The correlation of map units: boxes on a time axis, the youngest on top.

Pure geometry: one row a division of the body's time scale, one lane the width of a box. Divisions
are equally high, as on USGS's maps: the chart tells order, not duration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planetary_qgis.core.mapping.ages import QUERY
from planetary_qgis.core.mapping.description import MapUnit, age_code, grouped

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.ages import Age


@dataclass(frozen=True)
class Box:
    """A unit's box.

    Attributes:
        left: In lanes; a box is one lane wide.
        top, bottom: In rows.
        top_queried, bottom_queried: Whether its youngest, or oldest, age is not certain.
    """

    unit: MapUnit
    left: int
    top: float
    bottom: float
    top_queried: bool = False
    bottom_queried: bool = False


@dataclass(frozen=True)
class Column:
    """The lanes of a group of units."""

    title: str
    left: int
    width: int


@dataclass(frozen=True)
class Division:
    """A stretch of the time axis; level 0 is the coarsest."""

    label: str
    level: int
    top: float
    bottom: float
    colour: str = ""


@dataclass(frozen=True)
class Chart:
    """A correlation of map units.

    Attributes:
        undated: Units whose age the description does not tell, or the time scale does not know.
        width: In lanes.
        height: In rows.
    """

    boxes: tuple[Box, ...]
    columns: tuple[Column, ...]
    axis: tuple[Division, ...]
    undated: tuple[MapUnit, ...]
    width: int
    height: float

    @property
    def levels(self) -> int:
        """How many levels of the time scale the axis shows."""
        return 1 + max((each.level for each in self.axis), default=-1)


@dataclass(frozen=True)
class _Scale:
    """The rows of a time scale: first and last row of each age, by its code."""

    rows: dict[str, tuple[int, int]]
    parents: dict[str, str]
    abbreviated: dict[str, str]

    @classmethod
    def of(cls, ages: Sequence[Age]) -> _Scale:
        by_code = {age.code.casefold(): age for age in ages}
        parents = {code: _key(age.parent) for code, age in by_code.items()}
        leaves = [code for code in by_code if code not in parents.values()]
        leaves.sort(key=lambda code: by_code[code].rank)
        rows: dict[str, tuple[int, int]] = {}
        for row, leaf in enumerate(leaves):
            code = leaf
            while code in by_code:
                first, last = rows.get(code, (row, row))
                rows[code] = min(first, row), max(last, row)
                code = parents[code]
        short = {age.abbreviation: age.code.casefold() for age in ages}
        return cls(rows, parents, short)

    def find(self, text: str) -> tuple[int, int] | None:
        """First and last row of an age by its name, or its abbreviation."""
        wanted = age_code(text)
        return self.rows.get(_key(wanted), self.rows.get(self.abbreviated.get(wanted, "")))

    def level(self, code: str) -> int:
        parent = self.parents[code]
        return 1 + self.level(parent) if parent in self.parents else 0

    def root(self, code: str) -> str:
        parent = self.parents[code]
        return self.root(parent) if parent in self.parents else code


def correlation_chart(units: Sequence[MapUnit], ages: Sequence[Age]) -> Chart:
    """The chart of units in their order, on the part of a body's time scale that they need.

    Boxes whose times overlap lie side by side, groups of units in columns of their own.
    """
    scale = _Scale.of(ages)
    spans = {unit: _span(unit, scale) for unit in units}
    dated = [unit for unit in units if spans[unit] is not None]
    undated = tuple(unit for unit in units if spans[unit] is None)
    if not dated:
        return Chart((), (), (), undated, 0, 0.0)
    first, last = _rows_needed([span for span in spans.values() if span], scale)
    boxes: list[Box] = []
    columns: list[Column] = []
    left = 0
    for group in grouped(dated):
        placed = _side_by_side(
            [(unit, span) for unit in group.units if (span := spans[unit])], left, first
        )
        width = 1 + max(box.left for box in placed) - left
        boxes.extend(placed)
        columns.append(Column(group.title, left, width))
        left += width
    axis = _axis(ages, scale, first, last)
    return Chart(tuple(boxes), tuple(columns), axis, undated, left, float(last - first + 1))


def _span(unit: MapUnit, scale: _Scale) -> tuple[int, int] | None:
    """First and last row of a unit; None where its ages are not known."""
    young, old = unit.youngest or unit.oldest, unit.oldest or unit.youngest
    first, last = scale.find(young), scale.find(old)
    if first is None or last is None:
        return None
    # Somebody who mixes up oldest and youngest means the same stretch of time.
    return min(first[0], last[0]), max(first[1], last[1])


def _rows_needed(spans: Sequence[tuple[int, int]], scale: _Scale) -> tuple[int, int]:
    """The rows from the youngest to the oldest unit, periods shown whole."""
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    whole = [scale.rows[code] for code in scale.rows if scale.root(code) == code]
    held = [rows for rows in whole if rows[0] <= last and rows[1] >= first]
    return min(rows[0] for rows in held), max(rows[1] for rows in held)


def _side_by_side(
    units: Sequence[tuple[MapUnit, tuple[int, int]]], left: int, first_row: int
) -> list[Box]:
    """Boxes in as few lanes as their overlaps allow, the lanes filled from the left."""
    lanes: list[list[tuple[int, int]]] = []
    boxes = []
    for unit, (top, last) in units:
        span = (top, last + 1)
        free = (n for n, lane in enumerate(lanes) if not any(_overlap(span, o) for o in lane))
        lane = next(free, len(lanes))
        if lane == len(lanes):
            lanes.append([])
        lanes[lane].append(span)
        boxes.append(
            Box(
                unit,
                left + lane,
                float(span[0] - first_row),
                float(span[1] - first_row),
                QUERY in (unit.youngest or unit.oldest),
                QUERY in (unit.oldest or unit.youngest),
            )
        )
    return boxes


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _axis(ages: Sequence[Age], scale: _Scale, first: int, last: int) -> tuple[Division, ...]:
    found = []
    for age in ages:
        top, bottom = scale.rows[_key(age.code)]
        if top > last or bottom < first:
            continue
        found.append(
            Division(
                age.label,
                scale.level(_key(age.code)),
                float(max(top, first) - first),
                float(min(bottom, last) - first + 1),
                age.colour,
            )
        )
    return tuple(sorted(found, key=lambda each: (each.level, each.top)))


def _key(code: str) -> str:
    return code.casefold()
