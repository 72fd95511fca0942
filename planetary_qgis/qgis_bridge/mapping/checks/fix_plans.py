"""What mends findings, worked out on a map's content before anything is touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from qgis.core import QgsFeedback

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.findings import Finding
from planetary_qgis.core.mapping.fixes import Edit, Fix, fix_for
from planetary_qgis.core.mapping.map_content import LayerContent, MapContent

Feature = tuple[str, int]
"""A layer's name and an id there."""


@dataclass
class FixPlan:
    """Edits in their order, and what they mend.

    Attributes:
        edits: Those that add a feature name it by an id that no other feature has.
        added: These features.
        left: Findings that no safe fix is known for, or that are gone already.
    """

    title: str = ""
    edits: list[Edit] = field(default_factory=list)
    added: set[Feature] = field(default_factory=set)
    fixed: list[Finding] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)

    @property
    def layers(self) -> list[str]:
        """Names of the layers that change."""
        return list(dict.fromkeys(edit.layer for edit in self.edits))


def plan_fixes(
    content: MapContent, findings: Iterable[Finding], feedback: QgsFeedback | None = None
) -> FixPlan:
    """What mends these findings together.

    Fixes that touch the same features are worked out one after the other, each on what the one
    before left; all others at once, on the same content.
    """
    feedback = feedback or QgsFeedback()
    plan, waiting = FixPlan(), list(findings)
    whole = len(waiting)
    while waiting and not feedback.isCanceled():
        edits, waiting = _round(content, waiting, plan, feedback)
        content = _after(content, edits, plan)
        feedback.setProgress(100.0 * (whole - len(waiting)) / whole)
    return plan


def _round(
    content: MapContent, findings: Sequence[Finding], plan: FixPlan, feedback: QgsFeedback
) -> tuple[list[Edit], list[Finding]]:
    """Edits that do not touch each other, and the findings that have to wait."""
    edits: list[Edit] = []
    taken: set[Feature] = set()
    waiting: list[Finding] = []
    for place, finding in enumerate(findings):
        own = {(finding.layer, each) for each in finding.features}
        if not own.isdisjoint(taken):
            waiting.append(finding)
            continue
        fix = _fix_of(finding, content)
        touched = own | _touched(fix)
        if fix is None or not fix.edits:
            plan.left.append(finding)
        elif feedback.isCanceled() or not touched.isdisjoint(taken):
            # Working out is dear: let the edits so far be done rather than try the others in vain.
            return edits, [*waiting, *findings[place:]]
        else:
            taken |= touched
            edits += fix.edits
            plan.fixed.append(finding)
            plan.title = plan.title or fix.title
    return edits, waiting


def _fix_of(finding: Finding, content: MapContent) -> Fix | None:
    """Its fix; None where a damaged shape does not let it be worked out."""
    try:
        return fix_for(finding, content)
    except (shapely.errors.ShapelyError, ValueError, ArithmeticError, LookupError):
        return None


def _touched(fix: Fix | None) -> set[Feature]:
    edits = fix.edits if fix else ()
    ids = ((edit.layer, each) for edit in edits for each in (edit.feature, edit.like))
    return {(layer, each) for layer, each in ids if each is not None}


def _after(content: MapContent, edits: Sequence[Edit], plan: FixPlan) -> MapContent:
    """The content once edits are done, which the plan takes up."""
    layers = dict(content.layers)
    for name in dict.fromkeys(edit.layer for edit in edits):
        layer = content.layer(name)
        numbered = _numbered([edit for edit in edits if edit.layer == name], layer, plan)
        plan.edits += numbered
        layers[name] = _edited(layer, numbered)
    return replace(content, layers=layers)


def _numbered(edits: Sequence[Edit], layer: LayerContent, plan: FixPlan) -> list[Edit]:
    """The edits, with ids for the features that they add."""
    lowest = min([0, *layer.ids.tolist(), *(each for _, each in plan.added)])
    numbered = []
    for edit in edits:
        if edit.feature is None:
            lowest -= 1
            plan.added.add((layer.name, lowest))
            numbered.append(replace(edit, feature=lowest))
        else:
            numbered.append(edit)
    return numbered


def _edited(layer: LayerContent, edits: Sequence[Edit]) -> LayerContent:
    at = {int(each): row for row, each in enumerate(layer.ids)}
    ids, shapes = layer.ids.tolist(), list(layer.shapes)
    rows: list[list[Any]] = layer.attributes.to_numpy(dtype=object).tolist()
    columns = {name.lower(): place for place, name in enumerate(layer.attributes.columns)}
    gone: set[int] = set()
    for edit in edits:
        if edit.deletes:
            gone.add(edit.feature)
            continue
        if edit.feature not in at:
            at[edit.feature] = len(ids)
            ids.append(edit.feature)
            shapes.append(edit.shape)
            rows.append(list(rows[at[edit.like]]) if edit.like in at else [None] * len(columns))
        if edit.shape is not None:
            shapes[at[edit.feature]] = edit.shape
        for name, value in edit.attributes.items():
            if name.lower() in columns:
                rows[at[edit.feature]][columns[name.lower()]] = value
    stays = [row for row, each in enumerate(ids) if each not in gone]
    return LayerContent(
        layer.name,
        np.array([ids[row] for row in stays], dtype=np.int64),
        np.array([*(shapes[row] for row in stays), None], dtype=object)[:-1],
        pd.DataFrame([rows[row] for row in stays], columns=layer.attributes.columns, dtype=object),
    )
