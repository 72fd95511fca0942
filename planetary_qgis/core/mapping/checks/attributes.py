"""What columns hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planetary_qgis.core.mapping.ages import age_said
from planetary_qgis.core.mapping.checks.context import CheckContext, places, texts
from planetary_qgis.core.mapping.checks.known_words import (
    CERTAINTY,
    fields_with_words,
    has_column,
    known_words,
    respelled,
)
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_content import LayerContent
from planetary_qgis.core.mapping.map_layers import (
    DESCRIPTION,
    MAP_LAYERS,
    UNIT,
    VOCABULARIES,
    MapField,
    MapLayerSpec,
)
from planetary_qgis.core.mapping.vocabularies import AGE
from planetary_qgis.core.mapping.wording import list_text

_SHOWN = 60


def bad_codes(context: CheckContext) -> Iterator[Finding]:
    """Values that are in no vocabulary, those of certainty excepted."""
    return _strangers(context, "bad-code", of_certainty=False)


def unknown_certainty(context: CheckContext) -> Iterator[Finding]:
    """Certainties that are none of the vocabulary's."""
    return _strangers(context, "unknown-certainty", of_certainty=True)


def empty_attributes(context: CheckContext) -> Iterator[Finding]:
    """Features that lack what a finished map says of them, one finding a feature."""
    for spec in MAP_LAYERS:
        layer = context.layer(spec.name)
        required = _required(spec)
        if spec.name == VOCABULARIES or not len(layer.ids) or not required:
            continue
        there = [field for field in required if has_column(layer, field.name)]
        yield from (_no_column(spec, field) for field in required if field not in there)
        yield from _empty(layer, there)


def quoted(value: str) -> str:
    """A value in quotation marks, cut where it is long."""
    shown = " ".join(value[: _SHOWN + 1].split())
    return f"“{shown[:_SHOWN]}…”" if len(value) > _SHOWN else f"“{shown}”"


def _required(spec: MapLayerSpec) -> list[MapField]:
    # Names in the description are `incomplete-description`'s.
    wanted = [field for field in spec.fields if field.required]
    return [field for field in wanted if spec.name != DESCRIPTION or field.name == UNIT]


def _empty(layer: LayerContent, fields: list[MapField]) -> Iterator[Finding]:
    blank = np.array([texts(layer.column(field.name)) == "" for field in fields], dtype=bool)
    rows = np.flatnonzero(blank.any(axis=0)) if len(fields) else np.zeros(0, np.intp)
    for row, place in zip(rows, places(layer, rows)):
        missing = [field for field, empty in zip(fields, blank[:, row]) if empty]
        yield finding(
            "empty-attribute",
            layer.name,
            [layer.ids[row]],
            place,
            f"{named(layer.name, [layer.ids[row]])} says nothing in"
            f" {list_text([f'“{field.title}” ({field.name})' for field in missing])}.",
            "Fill it in.",
            subject=",".join(field.name for field in missing),
        )


def _no_column(spec: MapLayerSpec, field: MapField) -> Finding:
    return finding(
        "empty-attribute",
        spec.name,
        [],
        None,
        f"The layer {spec.name} has no column {field.name} ({field.title}).",
        "Add the column, or import the layer into a map of this template.",
        subject=field.name,
    )


def _is_age(context: CheckContext, field: MapField, value: str) -> bool:
    """Whether a value is an age of the body: abbreviated, or with a question mark behind."""
    return field.vocabulary == AGE and age_said(context.content.body, value) is not None


def _strangers(context: CheckContext, check: str, *, of_certainty: bool) -> Iterator[Finding]:
    words = known_words(context.content)
    for layer, field in fields_with_words(context.content):
        if (field.vocabulary == CERTAINTY) is not of_certainty or field.vocabulary not in words:
            continue
        codes, spellings = words[field.vocabulary]
        values = texts(layer.column(field.name))
        unknown = {
            value
            for value in set(values)
            if value and value not in codes and not _is_age(context, field, value)
        }
        rows = np.flatnonzero([value in unknown for value in values])
        for row, place in zip(rows, places(layer, rows)):
            meant = respelled(values[row], spellings)
            yield finding(
                check,
                layer.name,
                [layer.ids[row]],
                place,
                f"{named(layer.name, [layer.ids[row]])} says {quoted(values[row])} in"
                f" “{field.title}” ({field.name}), which the vocabulary does not know.",
                f"Write “{meant}”." if meant else "Choose one of its values.",
                fix="recode" if meant else "",
                subject=f"{field.name}={values[row][:_SHOWN]}",
            )
