"""What is wrong on a geologic map, and where."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class Severity(Enum):
    """How much a finding matters."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """One thing found at one place.

    Attributes:
        check: Key of what looked for it, as "dangle".
        layer: Of the template, where the features are.
        features: Their ids there.
        place: A shapely geometry in the map's CRS, mostly a point; None where there is no place.
        message: One sentence: what is wrong.
        hint: One sentence: what to do.
        fix: Key of the fix that is safe; "" where a mapper must decide.
        size: Metres or square metres that say how large it is; None where it has no size.
        subject: What else tells it from others at the same place, as a column or a unit.
        grain: Map units: places that are closer together are the same at the map's scale.
    """

    check: str
    severity: Severity
    layer: str
    features: tuple[int, ...]
    place: Any
    message: str
    hint: str = ""
    fix: str = ""
    size: float | None = None
    subject: str = ""
    grain: float = 0.0
