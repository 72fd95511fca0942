"""The words that a map's columns may hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.mapping.ages import ages_of
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    SURFACE_FEATURES,
)
from planetary_qgis.core.mapping.symbols import feature_types

_FILE = Path(__file__).with_name("vocabularies.toml")
LAYER_OF_TYPES = {
    "contact_type": CONTACTS,
    "linear_type": LINEAR_FEATURES,
    "location_type": LOCATION_FEATURES,
    "surface_type": SURFACE_FEATURES,
}
AGE = "age"


@dataclass(frozen=True)
class Term:
    """A value, and what it is called and means."""

    code: str
    label: str
    definition: str = ""


@lru_cache(maxsize=1)
def vocabularies() -> dict[str, tuple[Term, ...]]:
    """All that do not depend on the body by name, each in the order of its menus.

    Types of features are those whose symbols the catalogue holds, by the codes of their certain
    forms.
    """
    found = read_toml(_FILE)
    written = {name: tuple(Term(**entry) for entry in entries) for name, entries in found.items()}
    return {**written, **{name: _types_of(layer) for name, layer in LAYER_OF_TYPES.items()}}


def vocabularies_for(body: str) -> dict[str, tuple[Term, ...]]:
    """All of them with "age", the time scale of a body by its NAIF name; () where it has none."""
    ages = tuple(Term(age.code, age.label, age.span) for age in ages_of(body))
    return {**vocabularies(), AGE: ages}


def _types_of(layer: str) -> tuple[Term, ...]:
    return tuple(Term(each.code, each.title, each.definition) for each in feature_types(layer))
