"""What a label says, by name, whatever the format and the spelling of its keywords.

TARGET_NAME, TargetName and target_name are one name here; MESS:EXPOSURE is found with its
namespace and without.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from planetary_qgis.core.archives.pds4.xml import Element

_NOT_IN_NAMES = re.compile(r"[^a-z0-9:^]")
_UNTOLD = frozenset(
    [
        *("", "-", "n/a", "na", "unk", "unknown", "null", "none", "tbd", "nan"),
        *("not applicable", "unavailable", "not available"),
    ]
)
_NULL_NUMBERS_FROM = 1e30
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[EeDd][-+]?\d+)?")
_BASED = re.compile(r"([-+]?)(\d{1,2})#([-+]?)([0-9A-Fa-f]+)#")
_HEX = re.compile(r"0[xX]([0-9A-Fa-f]+)")


class Words:
    """A label's keywords and their values, in the label's order; the first of equals counts."""

    def __init__(self, pairs: Iterable[tuple[str, Any]]) -> None:
        self._values: dict[str, Any] = {}
        for key, value in pairs:
            name = _name(key)
            for spelled in (name, name.rpartition(":")[2]):
                if spelled not in self._values or not is_told(self._values[spelled]):
                    self._values[spelled] = value

    def value(self, *names: str) -> Any:
        """The value of the first of the names that the label tells; None where it tells none."""
        values = (self._values.get(_name(name)) for name in names)
        return next((value for value in values if is_told(value)), None)

    def text(self, *names: str) -> str:
        """The same as people read it, with its unit; empty where there is none."""
        return spelled(self.value(*names))

    def word(self, *names: str) -> str:
        """The same in capitals, blanks as underscores, for comparing."""
        return "_".join(str(bare(self.value(*names)) or "").upper().split())

    def number(self, *names: str) -> float | None:
        """The same as a number, whatever its unit; the first of several."""
        return next(iter(self.numbers(*names)), None)

    def numbers(self, *names: str) -> list[float]:
        """The same as numbers; those that are none are left out."""
        values = listed(self.value(*names))
        found = (number_in(value) for value in values)
        return [number for number in found if number is not None]

    def whole(self, *names: str) -> int | None:
        """The same as a whole number."""
        number = self.number(*names)
        return int(number) if number is not None and number == math.floor(number) else None

    def pairs(self) -> Iterator[tuple[str, Any]]:
        """Every name, in small letters without underscores, with its value."""
        return iter(self._values.items())

    def __bool__(self) -> bool:
        return bool(self._values)


def words_of_pvl(content: Any) -> Words:
    """The keywords of a PVL label, object or group, and of those within."""
    return Words(_nested(content))


def words_around(content: Any) -> Iterator[tuple[str, Any]]:
    """The keywords of an object alone."""
    return ((str(key), value) for key, value in content.items() if not isinstance(value, Mapping))


def words_of_xml(root: Element) -> Words:
    """The elements of a PDS4 label that hold text, and all attributes but units."""
    return Words(_told_by_xml(root))


def is_told(value: Any) -> bool:
    """Whether a value says something: not N/A, UNK, NULL and the like."""
    if value is None:
        return False
    value = bare(value)
    if isinstance(value, str):
        return value.strip().lower() not in _UNTOLD
    if isinstance(value, (list, set, frozenset)):
        return any(is_told(item) for item in value)
    return not (isinstance(value, float) and abs(value) >= _NULL_NUMBERS_FROM)


def bare(value: Any) -> Any:
    """A value without its unit."""
    return value.value if _is_quantity(value) else value


def unit_of(value: Any) -> str:
    """A value's unit as the label spells it; that of a list's first item."""
    if isinstance(value, list) and value:
        return unit_of(value[0])
    return str(value.units).strip() if _is_quantity(value) else ""


def listed(value: Any) -> list[Any]:
    """A value's items, or the value alone; none of None."""
    value = bare(value)
    if value is None:
        return []
    if isinstance(value, (list, set, frozenset)):
        return [bare(item) for item in value]
    return [value]


def measured(value: Any) -> list[tuple[Any, str]]:
    """A value's items, each with its unit."""
    inside = bare(value)
    if isinstance(inside, list):
        return [(bare(item), unit_of(item) or unit_of(value)) for item in inside]
    return [(item, unit_of(value)) for item in listed(value)]


def number_in(value: Any) -> float | None:
    """A number, or the one that a text spells: 0.5, 1.E3, 16#FF7FFFFB# (its bits), 0xFF."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return _finite(value)
    text = str(value).strip()
    bits = bits_in(text)
    if bits is not None:
        return float(bits)
    return _finite(text.lower().replace("d", "e")) if _NUMBER.fullmatch(text) else None


def bits_in(text: str) -> int | None:
    """The whole number that 16#FF7FFFFB#, 2#1010# or 0xFF7FFFFB spells; None for others."""
    based, hexadecimal = _BASED.fullmatch(text.strip()), _HEX.fullmatch(text.strip())
    if hexadecimal is not None:
        return int(hexadecimal[1], 16)
    if based is None:
        return None
    before, radix, after, digits = based.groups()
    try:
        number = int(digits, int(radix))
    except ValueError:
        return None
    return -number if "-" in (before, after) else number


def spelled(value: Any) -> str:
    """A value as people read it, lists with commas; empty for what says nothing."""
    if not is_told(value):
        return ""
    if isinstance(bare(value), (list, set, frozenset)):
        items = listed(value) if isinstance(bare(value), list) else sorted(map(str, bare(value)))
        text = ", ".join(filter(None, (spelled(item) for item in items)))
    else:
        text = _spelled_alone(bare(value))
    return f"{text} {unit_of(value)}".strip()


def _spelled_alone(value: Any) -> str:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return " ".join(str(value).split())


def _name(key: str) -> str:
    return _NOT_IN_NAMES.sub("", key.lower())


def _nested(content: Any) -> Iterator[tuple[str, Any]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _nested(value)
        else:
            yield str(key), value


def _told_by_xml(root: Element) -> Iterator[tuple[str, Any]]:
    for element in root.walked:
        if not element.children and element.text:
            yield element.name, _with_unit(element)
        yield from ((key, value) for key, value in element.attributes.items() if key != "unit")


def _with_unit(element: Element) -> Any:
    return Measured(str(element.text), element.unit) if element.unit else element.text


class Measured:
    """A value with its unit, as PVL's are."""

    def __init__(self, value: Any, units: str) -> None:
        self.value, self.units = value, units


def _is_quantity(value: Any) -> bool:
    """Whether a value is one with a unit; pvl is not imported for labels of other formats."""
    return isinstance(value, Measured) or type(value).__name__ == "Quantity"


def _finite(value: Any) -> float | None:
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and abs(number) < _NULL_NUMBERS_FROM else None
