"""Which features published maps mean by their own words."""

from __future__ import annotations

from planetary_qgis.core.mapping.symbols.catalogue import (
    MapFeatureType,
    feature_type,
    feature_types,
    kind_in,
)
from planetary_qgis.core.mapping.symbols.certainties import certainty_called, says_certainty


def feature_meant(layer: str, words: str | None) -> tuple[str, str]:
    """The code of a type and a certainty that words of a map mean: "wrinkle ridge, approx.".

    Args:
        layer: Name of the layer in the template that the feature is to go to.

    Returns:
        "" for a type that is not known, and "" where the words say no certainty.
    """
    text = " ".join((words or "").casefold().split())
    whole = _type_called(layer, text)
    if whole is not None:
        return whole.code, ""
    head, _, tail = text.rpartition(",")
    if not head or not says_certainty(tail):
        return "", ""
    code, earlier = feature_meant(layer, head)
    return code, certainty_called(f"{earlier} {tail}") if code else ""


def _type_called(layer: str, text: str) -> MapFeatureType | None:
    """By code or title, or by another name; those that the layer's menu offers come first."""
    found = feature_type(text)
    if found is not None and found.kind == kind_in(layer):
        return found
    names = ((each, (each.title, *each.also)) for each in feature_types(layer))
    return next(
        (each for each, called in names if text in (name.casefold() for name in called)), None
    )
