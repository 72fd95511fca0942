"""By what a finding is known again in another run."""

from __future__ import annotations

from typing import Any

from planetary_qgis.core.mapping.findings import Finding

_DIGITS = 9


def finding_key(finding: Finding) -> str:
    """The same text for the same finding in another run, whatever ids its features have by then."""
    return "|".join(
        (finding.check, finding.layer, finding.subject, _spot(finding.place, finding.grain))
    )


def _spot(place: Any, grain: float) -> str:
    if place is None or place.is_empty:
        return ""
    left, bottom, right, top = place.bounds
    return ",".join(
        _rounded((low + high) / 2.0, grain) for low, high in ((left, right), (bottom, top))
    )


def _rounded(value: float, grain: float) -> str:
    if grain <= 0.0:
        return f"{value:.{_DIGITS}g}"
    return str(round(value / grain))
