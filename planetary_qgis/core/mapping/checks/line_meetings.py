"""Lines that cross, and lines that run on each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.checks.context import CheckContext
from planetary_qgis.core.mapping.checks.runs import Runs
from planetary_qgis.core.mapping.checks.told import finding, named
from planetary_qgis.core.mapping.findings import Finding, Severity
from planetary_qgis.core.mapping.map_layers import CONTACTS, LINEAR_FEATURES
from planetary_qgis.core.mapping.units.lines import Lines, Source, epsilon_of
from planetary_qgis.core.mapping.units.meetings import meetings_with
from planetary_qgis.core.mapping.wording import length_text


def crossings(context: CheckContext) -> Iterator[Finding]:
    """Contacts that bound units and run through each other."""
    run = runs_of_contacts(context)
    for place, a, b in run.crossings:
        ids = sorted((int(run.lines.feature[a]), int(run.lines.feature[b])))
        if ids[0] == ids[1]:
            continue
        yield finding(
            "crossing",
            CONTACTS,
            ids,
            shapely.Point(place),
            f"{named(CONTACTS, ids)} run through each other.",
            "Split both where they meet.",
            fix="split",
        )


def self_crossings(context: CheckContext) -> Iterator[Finding]:
    """Lines that run through themselves."""
    for layer, run in _runs(context):
        severity = None if layer == CONTACTS else Severity.WARNING
        for place, a, b in run.crossings:
            if run.lines.feature[a] != run.lines.feature[b]:
                continue
            one = int(run.lines.feature[a])
            yield finding(
                "self-crossing",
                layer,
                [one],
                shapely.Point(place),
                f"{named(layer, [one])} crosses itself.",
                "Redraw the loop, or split the line there.",
                severity=severity,
                fix="split",
            )


def overlapping_lines(context: CheckContext) -> Iterator[Finding]:
    """Lines that share a stretch, but are not the same."""
    for layer, run in _runs(context):
        for (a, b), stretch in run.shared.items():
            if run.sameness[a] == run.sameness[b]:
                continue
            ids = [int(run.lines.feature[a]), int(run.lines.feature[b])]
            length = float(context.ground.lengths(np.array([stretch], dtype=object))[0])
            if length < context.limits.nothing_m:
                continue
            yield finding(
                "overlapping-line",
                layer,
                ids,
                stretch,
                f"{named(layer, ids)} run on each other for {length_text(length)}.",
                "Cut one of them back to where they part.",
                size=length,
            )


def runs_of_contacts(context: CheckContext) -> Runs:
    """The contacts that bound units: their meetings are known from the network."""

    def made() -> Runs:
        lines, meetings = context.network.lines, context.network.meetings
        is_contact = lines.source == Source.CONTACT
        wanted = is_contact[lines.line[meetings.at]] & is_contact[meetings.other]
        return Runs(lines, meetings.only(wanted))

    return context.once("runs of contacts", made)


def runs_of_structures(context: CheckContext) -> Runs:
    """The linear features."""

    def made() -> Runs:
        content = context.layer(LINEAR_FEATURES)
        lines = Lines.of(content.shapes, content.ids, Source.CONTACT)
        everything = np.ones(len(lines.feature), dtype=bool)
        return Runs(lines, meetings_with(lines, everything, epsilon_of(lines.xy)))

    return context.once("runs of structures", made)


def _runs(context: CheckContext) -> Iterator[tuple[str, Runs]]:
    yield CONTACTS, runs_of_contacts(context)
    yield LINEAR_FEATURES, runs_of_structures(context)
