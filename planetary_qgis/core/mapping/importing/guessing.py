"""Which layer of the template a layer is, which column which, and which value which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.mapping.importing.mappings import LayerMapping, without_missing
from planetary_qgis.core.mapping.importing.sources import SourceLayer
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    MAP_LAYERS,
    UNIT,
    UNIT_POINTS,
    UNITS,
    VOCABULARIES,
    MapField,
    MapLayerSpec,
    map_layer,
)
from planetary_qgis.core.mapping.symbols.certainties import certainty_called, says_certainty
from planetary_qgis.core.mapping.symbols.meanings import feature_meant
from planetary_qgis.core.mapping.vocabularies import LAYER_OF_TYPES, Term

_NAMES = Path(__file__).with_name("names.toml")
_LIKE_ENOUGH = 0.75
_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_SECTION_CODE = re.compile(r"^\d{1,2}(\.\d{1,2})+$")
_WORDS_KNOWN = 0.5
"""The share of a column's different values that must be words of a vocabulary to be its column."""
_USUAL = {"line": CONTACTS, "polygon": UNITS, "point": UNIT_POINTS}
_CERTAINTY = "certainty"

Vocabularies = Mapping[str, Sequence[Term]]


def guessed(sources: Sequence[SourceLayer], vocabularies: Vocabularies) -> dict[str, LayerMapping]:
    """A mapping for each layer, by its name; each layer of the template is taken once.

    Layers that are like none of the template's are not imported.
    """
    ranked = sorted(
        (
            (likeness(source, spec), source.name, spec.name)
            for source in sources
            for spec in MAP_LAYERS
            if spec.geometry == source.geometry and spec.name != VOCABULARIES
        ),
        key=lambda each: -each[0],
    )
    targets: dict[str, str] = {}
    for like, source_name, target in ranked:
        enough = like >= _LIKE_ENOUGH
        if enough and source_name not in targets and target not in targets.values():
            targets[source_name] = target
    for source in sorted(sources, key=_names_no_unit):
        usual = _USUAL.get(source.geometry)
        if source.name not in targets and usual and usual not in targets.values():
            targets[source.name] = usual
    return {
        source.name: mapping_to(targets.get(source.name, ""), source, vocabularies)
        for source in sources
    }


def proposed(
    sources: Sequence[SourceLayer],
    vocabularies: Vocabularies,
    kept: Mapping[str, LayerMapping],
) -> dict[str, LayerMapping]:
    """What was used before for layers of the same names, and guesses for the others."""
    known = {
        source.name: without_missing(kept[source.name], source.columns)
        for source in sources
        if source.name in kept
    }
    return {**guessed(sources, vocabularies), **known}


def mapping_to(target: str, source: SourceLayer, vocabularies: Vocabularies) -> LayerMapping:
    """The likeliest columns and values for a layer that goes to a layer of the template."""
    if not target:
        return LayerMapping()
    spec = map_layer(target)
    columns: dict[str, str] = {}
    for field in _most_telling_first(spec):
        found = _column_for(field, source, set(columns.values()), vocabularies)
        if found:
            columns[field.name] = found
    ordered = {field.name: columns[field.name] for field in spec.fields if field.name in columns}
    values = {
        name: known
        for name, column in ordered.items()
        if (known := _values(spec.field(name), source.columns[column], vocabularies))
    }
    return LayerMapping(target, ordered, values)


def likeness(source: SourceLayer, spec: MapLayerSpec) -> float:
    """How much a layer's name is like what layers of that kind are called, 0 to 1."""
    named = plain(source.name)
    return max(
        (
            1.0 - place / 100.0 if name == named else _ratio(name, named) * _LIKE_ENOUGH * 1.2
            for place, name in enumerate(_names()["layers"].get(spec.name, ()))
        ),
        default=0.0,
    )


def code_for(text: str, vocabulary: str, terms: Iterable[Term]) -> str | None:
    """The code that a text means: spelled as the code, its label, or in words of other maps."""
    known = {plain(term.label): term.code for term in terms}
    known.update({plain(term.code): term.code for term in terms})
    if plain(text) in known:
        return known[plain(text)]
    if _SECTION_CODE.match(text.strip()):
        padded = ".".join(part.zfill(2) for part in text.strip().split("."))
        return known.get(plain(padded))
    if vocabulary == _CERTAINTY:
        return certainty_called(text) if says_certainty(text) else None
    layer = LAYER_OF_TYPES.get(vocabulary)
    return (feature_meant(layer, text)[0] or None) if layer else None


def _names_no_unit(source: SourceLayer) -> bool:
    """Whether no column is called as those are that name units."""
    return not {plain(column) for column in source.columns} & set(_names()["columns"][UNIT])


def plain(text: str) -> str:
    """Small letters and digits only: names are compared so."""
    return _NO_LETTERS.sub("", text.casefold())


def _most_telling_first(spec: MapLayerSpec) -> list[MapField]:
    """Columns of words before free ones: their values say more than any name."""
    return sorted(spec.fields, key=lambda field: not _has_words(field))


def _column_for(
    field: MapField, source: SourceLayer, taken: set[str], vocabularies: Vocabularies
) -> str:
    """The source's likeliest column; "" where none is like it."""
    if _has_words(field):
        return _column_of_words(field, source, vocabularies)
    names = _names()["columns"].get(field.name, ())
    free = {plain(column): column for column in source.columns if column not in taken}
    for name in names:
        if name in free:
            return free[name]
    only_texts = [column for column in source.columns if source.columns[column]]
    if field.name == UNIT and len(only_texts) == 1:
        return only_texts[0]
    return ""


def _column_of_words(field: MapField, source: SourceLayer, vocabularies: Vocabularies) -> str:
    """The column of most words of the field's vocabulary; of equals, the one named likelier."""
    names = list(_names()["columns"].get(field.name, ()))
    ranked = []
    for column, values in source.columns.items():
        known = _values(field, values, vocabularies, all_of_them=True)
        share = len(known) / len(values) if values else 0.0
        place = names.index(plain(column)) if plain(column) in names else len(names)
        if share >= _WORDS_KNOWN:
            ranked.append((-share, place, column))
    return min(ranked)[2] if ranked else ""


def _values(
    field: MapField | None,
    values: Iterable[str],
    vocabularies: Vocabularies,
    *,
    all_of_them: bool = False,
) -> dict[str, str]:
    """What becomes of a column's texts; those that are codes already only if asked for."""
    if field is None or not _has_words(field):
        return {}
    terms = vocabularies.get(field.vocabulary, ())
    found = {text: code_for(text, field.vocabulary, terms) for text in values}
    return {
        text: code
        for text, code in found.items()
        if code is not None and (all_of_them or code != text)
    }


def _has_words(field: MapField) -> bool:
    return bool(field.vocabulary) and field.vocabulary != "unit"


def _ratio(a: str, b: str) -> float:
    return SequenceMatcher(None, a, b).ratio()


@lru_cache(maxsize=1)
def _names() -> dict[str, Any]:
    return read_toml(_NAMES)
