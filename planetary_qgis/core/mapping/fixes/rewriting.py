"""Features that stay, with other vertices or attributes."""

from __future__ import annotations

from typing import Any

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import texts
from planetary_qgis.core.mapping.checks.known_words import known_words, respelled
from planetary_qgis.core.mapping.checks.limits import limits_of
from planetary_qgis.core.mapping.checks.told import named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.fixes.edits import Edit, Fix
from planetary_qgis.core.mapping.fixes.looking_up import like, row_of, shape_of
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_content import MapContent
from planetary_qgis.core.mapping.map_layers import map_layer


def clean_vertices(finding: Finding, content: MapContent) -> Fix | None:
    """Vertices at the place of the one before are removed; ends stay."""
    one = finding.features[0]
    shape = shape_of(content.layer(finding.layer), one)
    if shape is None:
        return None
    nothing_m = limits_of(content).nothing_m
    old = list(shapely.get_parts(shape))
    parts = [_cleaned(part, content.ground, nothing_m) for part in old]
    if all(new is part for new, part in zip(parts, old)):
        return None
    title = f"Remove repeated vertices of {named(finding.layer, [one])}"
    return Fix(title, (Edit(finding.layer, one, like(shape, parts)),))


def recode(finding: Finding, content: MapContent) -> Fix | None:
    """A value that is a code in another spelling becomes that code."""
    layer = content.layer(finding.layer)
    row, name = row_of(layer, finding.features[0]), finding.subject.partition("=")[0]
    field = map_layer(finding.layer).field(name)
    if row is None or field is None:
        return None
    codes, spellings = known_words(content).get(field.vocabulary, (frozenset(), {}))
    value = str(texts(layer.column(name)[[row]])[0])
    meant = respelled(value, spellings)
    if value in codes or meant is None:
        return None
    column = next(each for each in layer.attributes.columns if str(each).lower() == name.lower())
    title = f"Write “{meant}” in {name} of {named(finding.layer, finding.features[:1])}"
    edit = Edit(finding.layer, finding.features[0], attributes={str(column): meant})
    return Fix(title, (edit,))


def _cleaned(line: Any, ground: Ground, nothing_m: float) -> Any:
    """The line without vertices that are where the one before them is; itself if it has none."""
    points = shapely.get_coordinates(line)
    steps = ground.distances(*points[:-1].T, *points[1:].T)
    kept, way = [0], 0.0
    for vertex, step in enumerate(steps.tolist(), start=1):
        way += step
        if way >= nothing_m:
            kept.append(vertex)
            way = 0.0
    if len(kept) == len(points) or len(kept) < 2:
        return line
    kept[-1] = len(points) - 1
    return shapely.LineString(points[kept])
