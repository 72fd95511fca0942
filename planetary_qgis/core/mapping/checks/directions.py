"""Structures whose ornaments change sides where one line goes on as the next."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import CheckContext, texts
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.map_layers import (
    CONTACT_TYPE,
    CONTACTS,
    FEATURE_TYPE,
    LINEAR_FEATURES,
)
from planetary_qgis.core.mapping.symbols import SymbolSpec, feature_type, symbol_specs

_EVEN_MM = 1e-6


def opposed_directions(context: CheckContext) -> Iterator[Finding]:
    """Places where two lines of a kind with a side both begin, or both end."""
    for layer, column in ((LINEAR_FEATURES, FEATURE_TYPE), (CONTACTS, CONTACT_TYPE)):
        lines = context.lines(layer)
        kinds = texts(context.layer(layer).column(column))[lines.row]
        sided = np.flatnonzero([has_side(kind) for kind in kinds])
        ends = lines.ends[sided].reshape(-1, 2)
        part, is_end = np.repeat(sided, 2), np.tile([False, True], len(sided))
        nodes, number = np.unique(ends, axis=0, return_inverse=True)
        order = np.argsort(number.ravel(), kind="stable")
        first = np.searchsorted(number.ravel()[order], np.arange(len(nodes)))
        pairs = np.flatnonzero(np.bincount(number.ravel(), minlength=len(nodes)) == 2)
        for node in pairs:
            a, b = order[first[node]], order[first[node] + 1]
            if part[a] == part[b] or is_end[a] != is_end[b] or kinds[part[a]] != kinds[part[b]]:
                continue
            ids = lines.ids[[part[a], part[b]]]
            yield finding(
                "fault-direction",
                layer,
                ids,
                shapely.Point(nodes[node]),
                f"{named(layer, ids)} both {'end' if is_end[a] else 'begin'} here, so that their"
                " ornaments lie on different sides.",
                "Turn one of them around, unless the structure itself changes sides here.",
            )


@lru_cache(maxsize=1024)
def has_side(kind: str) -> bool:
    """Whether features of that code or title look different on their left and on their right."""
    found = feature_type(kind)
    spec = symbol_specs().get(found.code) if found else None
    return spec is not None and spec.kind == "line" and _is_lopsided(spec)


def _is_lopsided(spec: SymbolSpec) -> bool:
    """Whether what stands on one side of the line is not balanced by the other."""
    strokes = sum(stroke.offset for stroke in spec.strokes)
    marks = (sum(mark.y for mark in each.marks) for each in spec.ornaments)
    return abs(strokes) > _EVEN_MM or any(abs(y) > _EVEN_MM for y in marks)
