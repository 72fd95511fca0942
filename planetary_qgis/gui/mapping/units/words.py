"""What the tab Units says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from qgis.core import QgsVectorLayer
from qgis.PyQt.QtCore import QCoreApplication

from planetary_qgis.core.mapping.findings import Finding, Severity

if TYPE_CHECKING:
    from planetary_qgis.qgis_bridge.mapping.units.writing import UnitsWritten


def build_title() -> str:
    """Of the undo step of a build."""
    return _tr("Build units")


def rebuild_title() -> str:
    """Of the undo step of live mode."""
    return _tr("Rebuild units")


def result_sentence(units: Sequence[str | None], findings: Sequence[Finding]) -> str:
    """26 units of 9 kinds, 3 problems."""
    kinds = len({unit for unit in units if unit is not None})
    return _tr("{units}, {problems}.").format(
        units=_tr("{count} of {kinds}").format(
            count=_counted(len(units), _tr("unit"), _tr("units")),
            kinds=_counted(kinds, _tr("kind"), _tr("kinds")),
        ),
        problems=problems_title(findings),
    )


def written_sentence(written: UnitsWritten) -> str:
    """What a build changed."""
    if not written.did_something:
        return _tr("The map has them already: nothing was changed.")
    parts = (
        (written.added, _tr("{count} added")),
        (written.changed, _tr("{count} changed")),
        (written.removed, _tr("{count} removed")),
    )
    return _capital(", ".join(text.format(count=f"{n:,}") for n, text in parts if n)) + "."


def problems_title(findings: Sequence[Finding]) -> str:
    """3 problems, 1 note."""
    notes = sum(finding.severity is Severity.NOTE for finding in findings)
    problems = len(findings) - notes
    text = _counted(problems, _tr("problem"), _tr("problems")) if problems else _tr("no problems")
    return f"{text}, {_counted(notes, _tr('note'), _tr('notes'))}" if notes else text


def describe_title(count: int) -> str:
    """Of the button that describes what is missing."""
    if count == 1:
        return _tr("Describe the Missing Unit")
    return _tr("Describe {count} Missing Units").format(count=f"{count:,}")


def unsaved_sentence(units: QgsVectorLayer | None) -> str:
    """What there is to say of edits of the units that are not saved; "" where there are none."""
    if units is None or not units.isModified():
        return ""
    if _has_edits_by_hand(units):
        return _tr(
            "“{layer}” has edits of yours that are not saved; a build goes on top of them as an "
            "undo step of its own."
        ).format(layer=units.name())
    return _tr("The units are not saved yet. Undo takes a build back, Save keeps it.")


def stale_sentence() -> str:
    return _tr("The map was edited since.")


def no_map_sentence() -> str:
    return _tr("The project holds no geologic map. Make or open one in the tab Map.")


def not_built_sentence() -> str:
    return _tr(
        "Draw contacts, set a point in each unit and build: the map's polygons are made from them."
    )


def busy_sentence() -> str:
    return _tr("Another job of this dock is running.")


def gone_sentence() -> str:
    return _tr("The map is gone: the units that were built for it are not kept.")


def build_tip() -> str:
    return _tr(
        "Make polygons from contacts, map boundary and unit points. It is one undo step of the "
        "units; contacts and points stay as they are."
    )


def live_tip() -> str:
    return _tr("Rebuild what an edit of contacts, boundary or points touched, at once.")


def live_off_sentence() -> str:
    return _tr("Live building of units is off: the map, or its settings, are others now.")


def _has_edits_by_hand(units: QgsVectorLayer) -> bool:
    stack, ours = units.undoStack(), {build_title(), rebuild_title()}
    return any(stack.text(place) not in ours for place in range(stack.index()))


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _tr(text: str) -> str:
    return QCoreApplication.translate("UnitsTab", text)
