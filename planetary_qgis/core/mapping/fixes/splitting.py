"""Lines and polygons split into several features with the same attributes."""

from __future__ import annotations

from typing import Any

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.limits import limits_of
from planetary_qgis.core.mapping.checks.line_meetings import runs_of_contacts, runs_of_structures
from planetary_qgis.core.mapping.checks.told import named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.fixes.edits import Edit, Fix
from planetary_qgis.core.mapping.fixes.line_parts import pieces
from planetary_qgis.core.mapping.fixes.looking_up import (
    around,
    at_place,
    like,
    shape_of,
    xy_of,
)
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_content import MapContent
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.core.mapping.units.lines import epsilon_of

_ON_IT = 16.0


def split(finding: Finding, content: MapContent) -> Fix | None:
    """Both lines, or the one that crosses itself, are split at the crossing."""
    context = CheckContext(around(content, finding.place, content.closing_distance_m))
    run = runs_of_contacts(context) if finding.layer == CONTACTS else runs_of_structures(context)
    x, y = xy_of(finding.place)
    reach = limits_of(content).nothing_m * float(content.ground.units_per_metre([x], [y])[0])
    places = np.array([place for place, _, _ in run.crossings]).reshape(-1, 2)
    found = at_place(places, finding.place, reach)
    if not len(found):
        return None
    place, a, b = run.crossings[found[0]]
    near = _ON_IT * epsilon_of(run.lines.xy)
    ids = sorted({int(run.lines.feature[a]), int(run.lines.feature[b])})
    edits = [edit for one in ids for edit in _in_pieces(content, finding.layer, one, place, near)]
    title = f"Split {named(finding.layer, ids)} where they meet"
    return Fix(title if len(ids) > 1 else f"Split {named(finding.layer, ids)}", tuple(edits))


def split_parts(finding: Finding, content: MapContent) -> Fix | None:
    """Each part becomes a feature; the first stays the old one."""
    layer = content.layer(finding.layer)
    one = finding.features[0]
    shape = shape_of(layer, one)
    parts = shapely.get_parts(shape) if shape is not None else []
    parts = [part for part in parts if not shapely.is_empty(part)]
    if len(parts) < 2:
        return None
    added = tuple(Edit(finding.layer, None, part, like=one) for part in parts[1:])
    title = f"Split {named(finding.layer, [one])} into its parts"
    return Fix(title, (Edit(finding.layer, one, parts[0]), *added))


def _in_pieces(
    content: MapContent, layer: str, one: int, place: FloatArray, near: float
) -> list[Edit]:
    shape = shape_of(content.layer(layer), one)
    kept: list[Any] = []
    added: list[Any] = []
    for part in shapely.get_parts(shape):
        first, *rest = pieces(part, place, near)
        kept.append(first)
        added += rest
    if not added:
        return []
    return [
        Edit(layer, one, like(shape, kept)),
        *(Edit(layer, None, piece, like=one) for piece in added),
    ]
