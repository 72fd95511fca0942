"""Which words the columns of a map may hold."""

from __future__ import annotations

from collections.abc import Iterator

from planetary_qgis.core.mapping.checks.context import texts
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent
from planetary_qgis.core.mapping.map_layers import (
    MAP_LAYERS,
    UNIT_VOCABULARY,
    VOCABULARIES,
    MapField,
)
from planetary_qgis.core.mapping.vocabularies import vocabularies

CERTAINTY = "certainty"
Words = dict[str, str]
"""Codes by themselves and by what they are called, both in small letters."""


def known_words(content: MapContent) -> dict[str, tuple[frozenset[str], Words]]:
    """Codes of each vocabulary, and their spellings: of the map's own table before the plugin's."""
    terms: dict[str, dict[str, str]] = {
        name: {term.code: term.label for term in each} for name, each in vocabularies().items()
    }
    terms.update(_own_terms(content.layer(VOCABULARIES)))
    return {name: (frozenset(each), _spellings(each)) for name, each in terms.items()}


def fields_with_words(content: MapContent) -> Iterator[tuple[LayerContent, MapField]]:
    """Layers of the map and their columns that take words from a vocabulary."""
    for spec in MAP_LAYERS:
        for field in spec.fields:
            if field.vocabulary and field.vocabulary != UNIT_VOCABULARY:
                yield content.layer(spec.name), field


def respelled(value: str, words: Words) -> str | None:
    """The code that is meant by another casing, or by its label; None where none is."""
    return words.get(value.strip().casefold())


def has_column(layer: LayerContent, name: str) -> bool:
    return name.lower() in {str(each).lower() for each in layer.attributes.columns}


def _own_terms(table: LayerContent) -> dict[str, dict[str, str]]:
    columns = (texts(table.column(name)) for name in ("Vocabulary", "Code", "Label"))
    found: dict[str, dict[str, str]] = {}
    for vocabulary, code, label in zip(*columns):
        if vocabulary and code:
            found.setdefault(vocabulary, {})[code] = label
    return found


def _spellings(labels: dict[str, str]) -> Words:
    """Labels first: where one is spelled as another's code, the code is meant."""
    by_label = {label.casefold(): code for code, label in labels.items() if label}
    return {**by_label, **{code.casefold(): code for code in labels}}
