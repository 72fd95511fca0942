"""Features that are too many taken away."""

from __future__ import annotations

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.drawn import DrawnLines, DrawnPolygons
from planetary_qgis.core.mapping.checks.limits import limits_of
from planetary_qgis.core.mapping.checks.same_rows import say_the_same
from planetary_qgis.core.mapping.checks.told import named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.fixes.edits import Edit, Fix
from planetary_qgis.core.mapping.fixes.looking_up import like, row_of, shape_of
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent


def remove_line(finding: Finding, content: MapContent) -> Fix | None:
    """A line without length is deleted; of several parts, those that have none."""
    one = finding.features[0]
    row = row_of(content.layer(finding.layer), one)
    if row is None:
        return None
    layer = _only(content.layer(finding.layer), [row])
    lines = DrawnLines.of(layer, content.ground)
    whole = lines.lengths_m >= limits_of(content).nothing_m
    if whole.all():
        return None
    if not whole.any():
        return Fix(f"Delete {named(finding.layer, [one])}", (Edit(finding.layer, one),))
    kept = like(layer.shapes[0], list(lines.parts[whole]))
    title = f"Delete what has no length of {named(finding.layer, [one])}"
    return Fix(title, (Edit(finding.layer, one, kept),))


def remove_polygon(finding: Finding, content: MapContent) -> Fix | None:
    """A polygon without area is deleted."""
    one = finding.features[0]
    row = row_of(content.layer(finding.layer), one)
    if row is None:
        return None
    polygons = DrawnPolygons.of(_only(content.layer(finding.layer), [row]), content.ground)
    if not len(polygons.shapes) or not polygons.is_flat[0]:
        return None
    return Fix(f"Delete {named(finding.layer, [one])}", (Edit(finding.layer, one),))


def merge_lines(finding: Finding, content: MapContent) -> Fix | None:
    """The later of two equal lines is deleted, where both say the same."""
    return _without_the_later(finding, content, 0.0)


def merge_points(finding: Finding, content: MapContent) -> Fix | None:
    """The later of two points at one place is deleted, where both say the same."""
    return _without_the_later(finding, content, limits_of(content).nothing_m)


def _without_the_later(finding: Finding, content: MapContent, near_m: float) -> Fix | None:
    layer = content.layer(finding.layer)
    rows = [row_of(layer, one) for one in finding.features]
    if len(rows) != 2 or rows[0] is None or rows[1] is None:
        return None
    if not say_the_same(layer, rows[0], rows[1]):
        return None
    shapes = [shape_of(layer, one) for one in finding.features]
    if any(each is None or shapely.get_num_geometries(each) > 1 for each in shapes):
        return None
    if not _are_same(content, shapes[0], shapes[1], near_m):
        return None
    first, later = finding.features
    title = f"Delete {named(finding.layer, [later])}, the same as {first}"
    return Fix(title, (Edit(finding.layer, later),))


def _are_same(
    content: MapContent, one: shapely.Geometry, other: shapely.Geometry, near_m: float
) -> bool:
    a, b = (shapely.get_parts(shapely.normalize(each))[0] for each in (one, other))
    if near_m == 0.0:
        return bool(shapely.equals_exact(a, b, 0.0))
    (x_a, y_a), (x_b, y_b) = a.coords[0], b.coords[0]
    return bool(content.ground.distances(x_a, y_a, x_b, y_b)[0] < near_m)


def _only(layer: LayerContent, rows: list[int]) -> LayerContent:
    which = np.array(rows, dtype=np.intp)
    return LayerContent(
        layer.name, layer.ids[which], layer.shapes[which], layer.attributes.iloc[which]
    )
