"""Layers of maps made elsewhere, as far as guessing needs to know them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from planetary_qgis.core.mapping.map_layers import LayerGeometry

MOST_VALUES = 200
"""Of so many different values of a column is thought; a column of more holds no words."""


@dataclass(frozen=True)
class SourceLayer:
    """A layer that may be imported.

    Attributes:
        name: As its file calls it.
        columns: By name, the different texts that a column holds, the most common first; () for
            one of more than MOST_VALUES, or of numbers with fractions.
    """

    name: str
    geometry: LayerGeometry
    count: int
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)


def different_values(values: Iterable[object]) -> tuple[str, ...]:
    """The texts in a column, the most common first; () where there are too many."""
    counts: dict[str, int] = {}
    for value in values:
        if value is None or (isinstance(value, float) and not value.is_integer()):
            continue
        text = str(value).strip()
        if text:
            counts[text] = counts.get(text, 0) + 1
        if len(counts) > MOST_VALUES:
            return ()
    return tuple(sorted(counts, key=lambda text: (-counts[text], text)))
