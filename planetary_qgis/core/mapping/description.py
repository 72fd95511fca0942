"""The units that a map's description lists: as rows, in stratigraphic order, by groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from planetary_qgis.core.mapping.ages import QUERY
from planetary_qgis.core.mapping.unit_colours import Rgb as Rgb
from planetary_qgis.core.mapping.unit_colours import rgb_of as rgb_of
from planetary_qgis.core.reports import Report

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.ages import Age
    from planetary_qgis.core.mapping.map_content import LayerContent

_LAST = math.inf


@dataclass(frozen=True)
class MapUnit:
    """A row of the description; texts are "" where the row has none.

    Attributes:
        fid: The row's id.
        oldest, youngest: Codes of ages, maybe with a question mark behind.
        order: 1 is the youngest; None where nobody put the unit in order.
        rgb: None where the row holds no colour that can be read.
    """

    fid: int
    unit: str
    label: str = ""
    name: str = ""
    group: str = ""
    oldest: str = ""
    youngest: str = ""
    order: int | None = None
    description: str = ""
    interpretation: str = ""
    type_area: str = ""
    rgb: Rgb | None = None

    @property
    def sign(self) -> str:
        """What stands in the unit's box: its label, else the unit itself."""
        return self.label or self.unit

    @property
    def title(self) -> str:
        """What the unit is called: its name, else the unit itself."""
        return self.name or self.unit


@dataclass(frozen=True)
class UnitGroup:
    """Units under a heading; the heading is "" for those in no group."""

    title: str
    units: tuple[MapUnit, ...]


def units_in(content: LayerContent) -> tuple[MapUnit, ...]:
    """The rows of the layer description_of_map_units, as they lie there."""
    columns = {name: content.column(column) for name, column in _TEXTS.items()}
    orders, colours = content.column("StratOrder"), content.column("RGB")
    return tuple(
        MapUnit(
            fid=int(fid),
            order=_whole_number(orders[row]),
            rgb=rgb_of(_text(colours[row])),
            **{name: _text(values[row]) for name, values in columns.items()},
        )
        for row, fid in enumerate(content.ids)
    )


def with_undescribed(units: Sequence[MapUnit], drawn: LayerContent) -> tuple[MapUnit, ...]:
    """Units of the description, then those of the layer geologic_units that it does not list.

    These have no colour: colours are what the description gives.
    """
    known = {unit.unit for unit in units}
    found: dict[str, MapUnit] = {}
    for unit in units_in(drawn):
        if unit.unit and unit.unit not in known:
            found.setdefault(unit.unit, replace(unit, fid=-1, rgb=None))
    return (*units, *sorted(found.values(), key=lambda unit: unit.title.casefold()))


def in_order(units: Sequence[MapUnit], ages: Sequence[Age]) -> tuple[MapUnit, ...]:
    """Units the youngest first: by StratOrder, then by age, then by name."""
    ranks = {name: float(age.rank) for age in ages for name in _names_of(age)}

    def place(unit: MapUnit) -> tuple[float, float, float, str]:
        young, old = (ranks.get(age_code(each).casefold()) for each in _ages_of(unit))
        return (
            _LAST if unit.order is None else float(unit.order),
            _LAST if young is None else young,
            _LAST if old is None else old,
            unit.title.casefold(),
        )

    return tuple(sorted(units, key=place))


def grouped(units: Sequence[MapUnit]) -> tuple[UnitGroup, ...]:
    """Units by groups, each where its first unit stands; those of a group stay in order."""
    found: dict[str, tuple[str, list[MapUnit]]] = {}
    for unit in units:
        found.setdefault(unit.group.casefold(), (unit.group, []))[1].append(unit)
    return tuple(UnitGroup(title, tuple(members)) for title, members in found.values())


def problems_of(units: Sequence[MapUnit], ages: Sequence[Age]) -> Report:
    """What a description lacks before it can be printed, with the units that lack it."""
    report, seen = Report(), set()
    codes = {name for age in ages for name in _names_of(age)}
    for unit in units:
        what = unit.unit or f"row {unit.fid}"
        if not unit.unit:
            report.add("Rows of the description name no unit", what)
        if unit.unit and unit.unit in seen:
            report.add("Units are described twice", what)
        seen.add(unit.unit)
        if not unit.name:
            report.add("Units have no name", what)
        if unit.rgb is None:
            report.add("Units have no colour (red,green,blue)", what)
        for code in {age_code(each) for each in (unit.oldest, unit.youngest)} - {""}:
            if codes and code.casefold() not in codes:
                report.add("Ages are not of the body's time scale", f"{code} of {what}")
    return report


def age_code(text: str) -> str:
    """An age without the question mark of what is not certain."""
    return text.replace(QUERY, "").strip()


def _names_of(age: Age) -> tuple[str, str]:
    return age.code.casefold(), age.abbreviation.casefold()


def _ages_of(unit: MapUnit) -> tuple[str, str]:
    """The youngest and the oldest age; the other one where only one is known."""
    return unit.youngest or unit.oldest, unit.oldest or unit.youngest


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    return str(value).replace("\0", "").strip()


def _whole_number(value: Any) -> int | None:
    try:
        return int(float(value))
    except (TypeError, ValueError, OverflowError):
        return None


_TEXTS = {
    "unit": "Unit",
    "label": "UnitLabel",
    "name": "UnitName",
    "group": "UnitGroup",
    "oldest": "AgeOldest",
    "youngest": "AgeYoungest",
    "description": "Description",
    "interpretation": "Interpretation",
    "type_area": "TypeArea",
}
