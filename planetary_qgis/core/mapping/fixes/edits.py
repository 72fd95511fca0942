"""Changes to a map, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Edit:
    """One feature changed, added or deleted.

    Attributes:
        feature: Its id; None adds one.
        shape: The shapely geometry it gets. None deletes the feature, unless `attributes` are
            changed: then it keeps its shape.
        like: Id of the feature of the same layer whose attributes a new one takes.
        attributes: New values by column; columns that are not named stay as they are.
    """

    layer: str
    feature: int | None
    shape: Any = None
    like: int | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def deletes(self) -> bool:
        return self.feature is not None and self.shape is None and not self.attributes


@dataclass(frozen=True)
class Fix:
    """What mends a finding, in one undo step.

    Attributes:
        title: As the undo history names it.
    """

    title: str
    edits: tuple[Edit, ...]
