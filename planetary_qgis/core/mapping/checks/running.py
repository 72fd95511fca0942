"""All checks of a map, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.mapping.checks.catalogue import CHECKS, Check
from planetary_qgis.core.mapping.findings import Finding, Severity

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.checks.context import CheckContext
    from planetary_qgis.core.mapping.map_content import MapContent

_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
UNREADABLE = "unreadable"
"""The check of findings about layers that could not be read as they should."""


def check_map(
    content: MapContent,
    *,
    keys: Collection[str] | None = None,
    progress: Callable[[float], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Finding]:
    """What is wrong on a map: errors first, then check by check, each from north to south.

    A check that cannot run says so in a finding, and the others go on. Where `cancelled`, what was
    found until then.

    Args:
        keys: Of the checks that are wanted; all of them by default.
        progress: Told the part that is done, from 0 to 1.
    """
    from planetary_qgis.core.mapping.checks.context import CheckContext

    wanted = [each for each in CHECKS if keys is None or each.key in keys]
    context = CheckContext(content)
    found = [_told(note) for note in content.notes]
    for done, check in enumerate(wanted):
        if cancelled():
            break
        progress(done / len(wanted))
        found += _looked(check, context)
    progress(1.0)
    return _in_order(replace(each, grain=context.limits.grain) for each in found)


def _looked(check: Check, context: CheckContext) -> list[Finding]:
    """What a check finds; where a damaged shape stops it, a finding that says so."""
    from planetary_qgis.core.geos import shapely

    stumbles = (shapely.errors.ShapelyError, ValueError, ArithmeticError, LookupError)
    found: list[Finding] = []
    try:
        found.extend(check.look(context))
    except (PlanetaryError, *stumbles) as error:
        message = f"The check “{check.title}” could not be finished: {error}"
        hint = "Mend what other checks find, then check again; please report this if it stays."
        found.append(Finding(check.key, Severity.WARNING, "", (), None, message, hint))
    return found


def _told(note: str) -> Finding:
    hint = "What is in that layer was not checked, or not all of it."
    return Finding(UNREADABLE, Severity.WARNING, "", (), None, note, hint, subject=note)


def _in_order(findings: Iterable[Finding]) -> list[Finding]:
    order = {check.key: place for place, check in enumerate(CHECKS)}
    return sorted(
        findings,
        key=lambda each: (_RANK[each.severity], order.get(each.check, -1), *_spot(each.place)),
    )


def _spot(place: Any) -> tuple[float, float]:
    if place is None or place.is_empty:
        return (0.0, 0.0)
    left, _, _, top = place.bounds
    return (-top, left)
