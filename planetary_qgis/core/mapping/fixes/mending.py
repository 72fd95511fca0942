"""The function of each fix, by its key in findings."""

from __future__ import annotations

from collections.abc import Callable

from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.fixes import joining, removing, rewriting, splitting
from planetary_qgis.core.mapping.fixes.edits import Fix
from planetary_qgis.core.mapping.map_content import MapContent

MENDS: dict[str, Callable[[Finding, MapContent], Fix | None]] = {
    "snap": joining.snap,
    "trim": joining.trim,
    "split": splitting.split,
    "split-parts": splitting.split_parts,
    "merge-lines": removing.merge_lines,
    "merge-points": removing.merge_points,
    "remove-line": removing.remove_line,
    "remove-polygon": removing.remove_polygon,
    "clean-vertices": rewriting.clean_vertices,
    "recode": rewriting.recode,
}
