"""Lines that are odd in themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import LINE_LAYERS, CheckContext
from planetary_qgis.core.mapping.checks.drawn import DrawnLines, Indices
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.ground import FloatArray
from planetary_qgis.core.mapping.map_layers import CONTACTS
from planetary_qgis.core.mapping.wording import length_text, paper_text


def zero_length(context: CheckContext) -> Iterator[Finding]:
    """Lines whose vertices are all at one place."""
    for lines in map(context.lines, LINE_LAYERS):
        for each in np.flatnonzero(lines.lengths_m < context.limits.nothing_m):
            yield finding(
                "zero-length",
                lines.layer,
                [lines.ids[each]],
                shapely.Point(lines.ends[each, 0]),
                f"{named(lines.layer, [lines.ids[each]])} has no length.",
                "Delete it.",
                fix="remove-line",
                size=0.0,
            )


def multipart_lines(context: CheckContext) -> Iterator[Finding]:
    """Features of several lines that do not make one."""
    for lines in map(context.lines, LINE_LAYERS):
        rows, first, count = np.unique(lines.row, return_index=True, return_counts=True)
        for row, part, parts in zip(rows[count > 1], first[count > 1], count[count > 1]):
            one = context.layer(lines.layer).ids[row]
            yield finding(
                "multipart-line",
                lines.layer,
                [one],
                shapely.Point(lines.ends[part, 0]),
                f"{named(lines.layer, [one])} has {parts} parts.",
                "Split it into one feature a part.",
                fix="split-parts",
            )


def short_lines(context: CheckContext) -> Iterator[Finding]:
    """Contacts shorter than the scale shows, rings and what `zero_length` finds excepted."""
    lines, limits = context.contacts, context.limits
    short = (lines.lengths_m < limits.short_line_m) & (lines.lengths_m >= limits.nothing_m)
    for each in np.flatnonzero(short & ~lines.is_closed):
        length = lines.lengths_m[each]
        yield finding(
            "short-line",
            lines.layer,
            [lines.ids[each]],
            shapely.line_interpolate_point(lines.parts[each], 0.5, normalized=True),
            f"{named(lines.layer, [lines.ids[each]])} is {length_text(length)} long,"
            f" {_on_paper(length, limits.scale)} on the map.",
            "Delete it, or merge it with the contact that it goes on from.",
            size=length,
        )


def repeated_vertices(context: CheckContext) -> Iterator[Finding]:
    """Lines with vertices at the same place one after the other, one finding a line."""
    for lines in map(context.lines, LINE_LAYERS):
        whole = lines.lengths_m >= context.limits.nothing_m
        repeated = lines.step_lengths_m < context.limits.nothing_m
        repeated &= whole[lines.part_of_step]
        for part, step, count in _by_part(lines, repeated):
            times = "a vertex twice" if count == 1 else f"{count} vertices repeated"
            yield finding(
                "repeated-vertex",
                lines.layer,
                [lines.ids[part]],
                shapely.Point(lines.points[lines.steps[step]]),
                f"{named(lines.layer, [lines.ids[part]])} has {times} at the same place.",
                "Remove what is repeated; the line keeps its shape.",
                fix="clean-vertices",
            )


def dense_vertices(context: CheckContext) -> Iterator[Finding]:
    """Contacts whose vertices stand much closer than the scale shows."""
    lines, limits = context.contacts, context.limits
    steps = np.bincount(lines.part_of_step, minlength=len(lines.parts))
    spacing = lines.lengths_m / np.maximum(steps, 1)
    dense = (spacing < limits.dense_m) & (lines.lengths_m >= limits.short_line_m)
    for part in np.flatnonzero(dense):
        yield finding(
            "dense-vertices",
            lines.layer,
            [lines.ids[part]],
            shapely.line_interpolate_point(lines.parts[part], 0.5, normalized=True),
            f"{named(lines.layer, [lines.ids[part]])} has a vertex every"
            f" {length_text(spacing[part])}, {_on_paper(spacing[part], limits.scale)} on the map.",
            "Simplify it to what the published scale shows, if it is slow to work with.",
            size=spacing[part],
        )


def sparse_vertices(context: CheckContext) -> Iterator[Finding]:
    """Contacts with straight stretches that look angular at the map's scale, one a line."""
    lines, limits = context.contacts, context.limits
    for part, step, _ in _by_part(lines, lines.step_lengths_m > limits.sparse_m, _longest):
        length = lines.step_lengths_m[step]
        yield finding(
            "sparse-vertices",
            CONTACTS,
            [lines.ids[part]],
            lines.segments[step],
            f"{named(CONTACTS, [lines.ids[part]])} is straight for {length_text(length)},"
            f" {_on_paper(length, limits.scale)} on the map.",
            "Add vertices where the contact bends, unless it is straight on the ground.",
            size=length,
        )


_Choice = Callable[[FloatArray], int]


def _first(_: FloatArray) -> int:
    return 0


def _longest(lengths: FloatArray) -> int:
    return int(np.argmax(lengths))


def _by_part(
    lines: DrawnLines, found: NDArray[np.bool_], choice: _Choice = _first
) -> Iterator[tuple[int, int, int]]:
    """Each line with such steps: line, the step that stands for them, how many there are."""
    steps: Indices = np.flatnonzero(found)
    parts, start, count = np.unique(
        lines.part_of_step[steps], return_index=True, return_counts=True
    )
    for part, first, many in zip(parts, start, count):
        of_part = steps[first : first + many]
        yield int(part), int(of_part[choice(lines.step_lengths_m[of_part])]), int(many)


def _on_paper(metres: float, scale: float) -> str:
    return paper_text(1000.0 * metres / scale)
