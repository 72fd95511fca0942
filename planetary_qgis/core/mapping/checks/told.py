"""Findings, in few words."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from planetary_qgis.core.mapping.checks.catalogue import check_named
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.map_layers import (
    CONTACTS,
    DESCRIPTION,
    LINEAR_FEATURES,
    LOCATION_FEATURES,
    MAP_BOUNDARY,
    SURFACE_FEATURES,
    UNIT_POINTS,
    UNITS,
)
from planetary_qgis.core.mapping.wording import features_text

_NOUNS = {
    CONTACTS: "contacts",
    LINEAR_FEATURES: "linear features",
    UNITS: "polygons",
    UNIT_POINTS: "unit points",
    SURFACE_FEATURES: "surface features",
    LOCATION_FEATURES: "location features",
    MAP_BOUNDARY: "map boundaries",
    DESCRIPTION: "rows",
}
_MAP_BOUNDARY_OF_ONE = "map boundary "


def named(layer: str, ids: Collection[int]) -> str:
    """“contact 4”, “polygons 1 and 2”."""
    if layer == MAP_BOUNDARY and len(ids) == 1:
        return _MAP_BOUNDARY_OF_ONE + str(next(iter(ids)))
    return features_text(_NOUNS.get(layer, "features"), ids)


def sentence_start(text: str) -> str:
    return text[:1].upper() + text[1:]


def finding(
    check: str,
    layer: str,
    ids: Collection[int],
    place: Any,
    message: str,
    hint: str = "",
    *,
    severity: Severity | None = None,
    fix: str = "",
    size: float | None = None,
    subject: str = "",
) -> Finding:
    """One of a check, with the check's severity where no other is given."""
    if severity is None:
        known = check_named(check)
        severity = known.severity if known else Severity.WARNING
    return Finding(
        check,
        severity,
        layer,
        tuple(int(each) for each in ids),
        place,
        sentence_start(message),
        hint,
        fix,
        None if size is None else float(size),
        subject,
    )
