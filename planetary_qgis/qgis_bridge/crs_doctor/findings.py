"""What can be wrong with a layer's or a project's coordinate reference system, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
"""The gravest first: what is drawn or measured wrong, what may be, what is good to know."""
PROJECT = ""
"""Instead of a layer's id: the project itself."""


@dataclass(frozen=True)
class Repair:
    """What would mend it, without touching any file.

    Attributes:
        title: As on a button: “Use IAU_2015:49900”.
        setting: What is to be set: a layer's CRS, the project's CRS, or its ellipsoid.
        value: A code or WKT; an ellipsoid's name.
        is_sure: Whether it may be done without asking; else somebody who knows the data decides.
    """

    title: str
    setting: Literal["layer crs", "project crs", "project ellipsoid"]
    value: str
    is_sure: bool = True


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong.

    Attributes:
        what: no-crs, hollow-crs, lost-code, no-body, earth-datum, two-bodies, conflict, old-code,
            west, ographic, code-mangles, scale, sphere, no-inverse, swapped-axes, extent-degrees,
            extent-beyond, extent-360, unreadable, ellipsoid, latitudes-lost.
        layer_id: PROJECT for the project.
        where: The layer's name, or what stands for the project.
    """

    what: str
    layer_id: str
    where: str
    severity: Severity
    sentence: str
    repair: Repair | None = None


def gravest(findings: tuple[Finding, ...]) -> Severity | None:
    """How bad it is altogether; None where nothing was found."""
    found = {finding.severity for finding in findings}
    return next((severity for severity in SEVERITIES if severity in found), None)
