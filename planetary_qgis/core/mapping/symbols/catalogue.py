"""All symbols, and which of them a feature wears."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from planetary_qgis.core.data_files import read_toml
from planetary_qgis.core.mapping.map_layers import map_layer
from planetary_qgis.core.mapping.symbols import reading
from planetary_qgis.core.mapping.symbols.certainties import (
    CERTAINTIES,
    QUERIED,
    certainty_called,
    dash_of,
    is_queried,
    location_of,
)
from planetary_qgis.core.mapping.symbols.specs import SymbolKind, SymbolSpec

_FOLDER = Path(__file__).parent
_FILES = ("contacts", "faults", "folds", "planetary_lines", "points", "areas")
_ORNAMENTS = "ornaments"
_KINDS: dict[str, SymbolKind | None] = {
    "line": "line",
    "point": "point",
    "polygon": "area",
    "none": None,
}

# The standard numbers the forms of a line in this order, without or with queried ones.
_FORMS = {
    1: ("certain",),
    4: ("certain", "approximate", "inferred", "concealed"),
    8: (
        *("certain", QUERIED, "approximate", f"approximate, {QUERIED}"),
        *("inferred", f"inferred, {QUERIED}", "concealed", f"concealed, {QUERIED}"),
    ),
}


@dataclass(frozen=True)
class MapFeatureType:
    """A kind of feature that maps show.

    Attributes:
        code: Of its certain form.
        layers: Of the template, whose menus offer it; () where only the library holds its symbol.
        definition: What it means and how to draw it.
        also: Other names that published maps give it.
        forms: Codes of its symbols by certainty; of points and areas only the certain one.
    """

    code: str
    title: str
    kind: SymbolKind
    group: str
    layers: tuple[str, ...]
    definition: str
    also: tuple[str, ...]
    forms: Mapping[str, str]


def symbol_specs() -> dict[str, SymbolSpec]:
    """All symbols by their codes, in the order of the groups."""
    return dict(_catalogue().specs)


def feature_types(layer: str | None = None) -> tuple[MapFeatureType, ...]:
    """All kinds of features, or those that a layer's menu offers, in its order."""
    every = _catalogue().types.values()
    return tuple(each for each in every if layer is None or layer in each.layers)


def feature_type(code: str) -> MapFeatureType | None:
    """The kind of feature that a code, of any form, or a title belongs to; None for others."""
    return _catalogue().types.get(_catalogue().owners.get(code.strip().casefold(), ""))


def symbol_code(layer: str, type_code: str, certainty: str | None) -> str:
    """The code of the symbol that a feature wears; "" where its type is unknown.

    Args:
        layer: Name of the layer in the template.
        type_code: What the column of the type holds: a code of any form, or a title.
        certainty: What the column of certainty holds; published maps' own words are understood.
    """
    found = feature_type(type_code or "")
    if found is None or found.kind != kind_in(layer):
        return ""
    words = certainty or _form_meant(found, type_code)
    return found.forms.get(certainty_called(words), found.code)


def kind_in(layer: str) -> SymbolKind | None:
    """What a layer of the template draws; None for tables without geometry."""
    return _KINDS[map_layer(layer).geometry]


def _form_meant(found: MapFeatureType, code: str) -> str:
    """The certainty that a code itself says, as 25.002 does."""
    return next((each for each, form in found.forms.items() if form == code), "certain")


@dataclass(frozen=True)
class _Catalogue:
    specs: dict[str, SymbolSpec]
    types: dict[str, MapFeatureType]
    owners: dict[str, str]


@lru_cache(maxsize=1)
def _catalogue() -> _Catalogue:
    named = read_toml(_FOLDER / f"{_ORNAMENTS}.toml")
    specs: dict[str, SymbolSpec] = {}
    types: dict[str, MapFeatureType] = {}
    owners: dict[str, str] = {}
    for name in _FILES:
        content = read_toml(_FOLDER / f"{name}.toml")
        for entry in content["feature"]:
            found = _type_of(entry, content["kind"])
            types[found.code] = found
            owners[found.title.casefold()] = found.code
            for spec in _specs_of(entry, found, named):
                specs[spec.code] = spec
                owners[spec.code.casefold()] = found.code
    return _Catalogue(specs, types, owners)


def _type_of(entry: Mapping[str, Any], kind: SymbolKind) -> MapFeatureType:
    code = entry["code"]
    forms = _forms_of(entry) if kind == "line" else {"certain": code}
    return MapFeatureType(
        code=code,
        title=entry["title"],
        kind=kind,
        group=entry["group"],
        layers=tuple(entry.get("layers", ())),
        definition=entry.get("definition", ""),
        also=tuple(entry.get("also", ())),
        forms=forms,
    )


def _forms_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Codes by certainty: the standard's where it has them, else the certain one's and a word."""
    code = entry["code"]
    head, _, last = code.rpartition(".")
    numbered = {
        certainty: f"{head}.{int(last) + step:0{len(last)}d}"
        for step, certainty in enumerate(_FORMS[entry.get("numbered", 1)])
    }
    named = {each: f"{code} {each}" for each in CERTAINTIES}
    return {**named, **numbered, **entry.get("forms", {})}


def _specs_of(
    entry: Mapping[str, Any], found: MapFeatureType, named: Mapping[str, Mapping[str, Any]]
) -> Iterator[SymbolSpec]:
    colour = entry.get("colour")
    certain = SymbolSpec(
        code=found.code,
        title=found.title,
        kind=found.kind,
        group=found.group,
        strokes=reading.strokes_of(entry),
        ornaments=reading.ornaments_of(entry, named),
        marks=reading.marks_of(entry.get("marks", ()), colour),
        patterns=reading.patterns_of(entry),
        note=entry.get("note", ""),
    )
    for certainty, code in found.forms.items():
        yield certain if certainty == "certain" else _form(certain, certainty, code)


def _form(certain: SymbolSpec, certainty: str, code: str) -> SymbolSpec:
    location = location_of(certainty)
    return replace(
        certain,
        code=code,
        title=f"{certain.title}, {certainty}",
        strokes=tuple(replace(each, dash=dash_of(each.dash, location)) for each in certain.strokes),
        queried=is_queried(certainty),
    )
