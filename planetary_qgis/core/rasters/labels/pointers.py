"""Where a PVL label says that an object begins: ^IMAGE = 5, ("A.IMG", 3), 901 <BYTES>, …"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from planetary_qgis.core.rasters.labels.words import bare, number_in, unit_of


@dataclass(frozen=True)
class Pointer:
    """A place in a file.

    Attributes:
        file_name: Empty for the label's own file.
        offset: Bytes before the object; None where records are counted and nobody says how long
            they are.
    """

    file_name: str
    offset: int | None


def pointer_in(value: Any, record_bytes: int | None) -> Pointer | None:
    """The place that a pointer's value means; None where it means none."""
    parts = list(value) if isinstance(value, list) else [value]
    file_name = ""
    if parts and isinstance(bare(parts[0]), str) and number_in(bare(parts[0])) is None:
        file_name = str(bare(parts.pop(0))).strip()
    place = parts[0] if parts else 1
    number = number_in(bare(place))
    if number is None or number < 1 or number != int(number):
        return None
    before = int(number) - 1
    if unit_of(place).upper().startswith("BYTE") or before == 0:
        return Pointer(file_name, before)
    return Pointer(file_name, before * record_bytes if record_bytes else None)
