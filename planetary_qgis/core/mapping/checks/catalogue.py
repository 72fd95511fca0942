"""The checks: what each is called, what it looks for, and how much it matters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from planetary_qgis.core.mapping.findings import Finding, Severity

if TYPE_CHECKING:
    from planetary_qgis.core.mapping.checks.context import CheckContext


@dataclass(frozen=True)
class Check:
    """One thing to look for.

    Attributes:
        key: As findings name it.
        title: As lists show it.
        explanation: What it finds, and why that matters.
        severity: Of most of its findings.
    """

    key: str
    title: str
    explanation: str
    severity: Severity

    def look(self, context: CheckContext) -> Iterable[Finding]:
        """What it finds on a map."""
        from planetary_qgis.core.mapping.checks.looking import LOOKS

        return LOOKS[self.key](context)


_E, _W, _N = Severity.ERROR, Severity.WARNING, Severity.NOTE

CHECKS: tuple[Check, ...] = (
    Check(
        "wrong-crs",
        "Wrong coordinate system",
        "All layers of a map lie in one coordinate reference system, on the body that is mapped,"
        " with coordinates that this system can have. Lengths and areas mean nothing otherwise.",
        _E,
    ),
    Check(
        "no-geometry",
        "Features without geometry",
        "A row without a shape, or with coordinates that are no numbers, is on no map.",
        _W,
    ),
    Check(
        "seam",
        "Lines at the ±180° meridian",
        "In a map in degrees, what goes over the ±180° meridian is cut there: a line that jumps"
        " from one side to the other runs across the whole map, and longitudes beyond ±180° or"
        " just short of it leave a gap.",
        _E,
    ),
    Check(
        "zero-length",
        "Lines without length",
        "A line whose vertices all lie at one place bounds nothing and cannot be seen.",
        _E,
    ),
    Check(
        "multipart-line",
        "Lines of several parts",
        "One row that holds several separate lines cannot be given a certainty or a direction for"
        " each of them.",
        _W,
    ),
    Check(
        "self-crossing",
        "Lines that cross themselves",
        "A contact that crosses itself makes a loop that is mostly a slip of the hand.",
        _E,
    ),
    Check(
        "crossing",
        "Lines that cross without a node",
        "Contacts end where they meet. Where two run across each other, neither side of either"
        " line is the same along its length.",
        _W,
    ),
    Check(
        "dangle",
        "Dangling contacts",
        "A contact that ends in the middle of nowhere does not part one unit from another.",
        _E,
    ),
    Check(
        "overshoot",
        "Overshoots",
        "A contact that runs a little beyond the line that it should end on.",
        _W,
    ),
    Check(
        "undershoot",
        "Undershoots",
        "A contact that ends a little before the line that it should end on. Units are closed"
        " across such gaps when they are built, but the lines themselves do not meet.",
        _W,
    ),
    Check(
        "duplicate-line",
        "Lines drawn twice",
        "Two lines with the same vertices, in either direction: one of them is too many.",
        _E,
    ),
    Check(
        "near-duplicate-line",
        "Lines drawn nearly twice",
        "A line that runs along another for its whole length, closer than the map's scale shows.",
        _W,
    ),
    Check(
        "overlapping-line",
        "Lines that run on each other",
        "Two lines that share a stretch: what is drawn there is drawn twice, perhaps with two"
        " certainties.",
        _W,
    ),
    Check(
        "short-line",
        "Short lines",
        "A contact that is shorter than a millimetre on the published map and no ring is mostly a"
        " left-over, or joins lines that could meet without it.",
        _W,
    ),
    Check(
        "repeated-vertex",
        "Repeated vertices",
        "Vertices at the same place one after the other have no use, and some programs stumble.",
        _W,
    ),
    Check(
        "dense-vertices",
        "Vertices closer than the scale shows",
        "Contacts that are drawn much finer than the published scale shows are slow to edit, and"
        " promise an accuracy that the map does not have.",
        _N,
    ),
    Check(
        "sparse-vertices",
        "Vertices far apart",
        "Contacts with long straight stretches look angular at the published scale. Straight"
        " structures are fine.",
        _N,
    ),
    Check(
        "fault-direction",
        "Structures that turn around",
        "Teeth and ticks stand on the left of a line. Where one line goes on as another that runs"
        " the other way, they change sides.",
        _W,
    ),
    Check(
        "invalid-polygon",
        "Invalid polygons",
        "A polygon whose outline crosses itself, or whose holes lie outside of it, has no clear"
        " inside.",
        _E,
    ),
    Check(
        "self-touching",
        "Outlines that touch themselves",
        "A polygon whose outline touches itself is two polygons, or a polygon with a hole, that"
        " are drawn as one outline.",
        _E,
    ),
    Check(
        "zero-area",
        "Polygons without area",
        "A polygon that is folded to a line or a point.",
        _E,
    ),
    Check(
        "multipart-polygon",
        "Polygons of several parts",
        "One row that holds several separate polygons has one unit point too few, and is counted"
        " once.",
        _W,
    ),
    Check(
        "small-polygon",
        "Small polygons",
        "A polygon of less than four square millimetres on the published map has no room for its"
        " label, and is mostly drawn as a surface feature.",
        _W,
    ),
    Check(
        "skinny-polygon",
        "Skinny polygons",
        "A polygon that is narrower on average than half a millimetre on the published map is"
        " mostly a sliver between two lines that should be one.",
        _W,
    ),
    Check(
        "gap",
        "Gaps between units",
        "Units cover the map: what lies within its boundary, or between units, and belongs to no"
        " unit is a gap.",
        _E,
    ),
    Check(
        "overlap",
        "Overlaps of units",
        "A place belongs to one unit.",
        _E,
    ),
    Check(
        "border-without-contact",
        "Borders of units without a contact",
        "Between two units lies a contact, which says of what kind and how certain the border is.",
        _E,
    ),
    Check(
        "contact-off-units",
        "Contacts that border no unit",
        "A contact with no unit on either side, though units are there: it lies outside of the"
        " map, or the units have not been built since it was drawn.",
        _W,
    ),
    Check(
        "contact-inside-unit",
        "Contacts inside one polygon",
        "A contact that runs through a polygon parts nothing: it ends within, or the units have"
        " not been built since it was drawn.",
        _W,
    ),
    Check(
        "same-unit",
        "Same unit on both sides",
        "A contact parts two units. Where the same unit lies on both sides, a unit point is wrong,"
        " or the contact is internal, or not needed.",
        _W,
    ),
    Check(
        "concealed-between-units",
        "Concealed contacts between two units",
        "What is concealed lies below one unit, which shows on both sides.",
        _N,
    ),
    Check(
        "polygon-without-point",
        "Polygons without a unit point",
        "Where a map names its units by points, each polygon has one.",
        _W,
    ),
    Check(
        "points-disagree",
        "Unit points that disagree",
        "Two points in one polygon name two units: a contact is missing or open, or a point is"
        " wrong.",
        _E,
    ),
    Check(
        "unit-not-of-point",
        "Units that are not those of their point",
        "A polygon says one unit, and the point in it another.",
        _E,
    ),
    Check(
        "point-in-no-unit",
        "Unit points in no polygon",
        "A unit point that lies in no polygon, or exactly on a border, names nothing.",
        _W,
    ),
    Check(
        "duplicate-point",
        "Points drawn twice",
        "Two points of one layer at the same place that say the same.",
        _W,
    ),
    Check(
        "outside-boundary",
        "Features outside the map",
        "What lies outside of the map's boundary is not on the map.",
        _E,
    ),
    Check(
        "crosses-boundary",
        "Features that cross the map's boundary",
        "What runs over the map's boundary by more than the scale hides is cut off in print.",
        _W,
    ),
    Check(
        "bad-code",
        "Values that no vocabulary knows",
        "Types and units are chosen from vocabularies, so that symbols and legends know them.",
        _E,
    ),
    Check(
        "unknown-certainty",
        "Certainty unknown",
        "Certainty is one of the vocabulary's words: it decides how a line is drawn.",
        _E,
    ),
    Check(
        "empty-attribute",
        "Empty attributes",
        "A finished map leaves none of the columns empty that its readers need.",
        _E,
    ),
    Check(
        "unit-not-described",
        "Units missing in the description",
        "Each unit on the map is explained in the description of map units.",
        _E,
    ),
    Check(
        "unit-unused",
        "Described units that are not on the map",
        "The description explains what is on the map, and nothing else.",
        _W,
    ),
    Check(
        "unit-described-twice",
        "Units described twice",
        "Each unit has one row in the description of map units.",
        _E,
    ),
    Check(
        "incomplete-description",
        "Incomplete descriptions",
        "Without a name, an age and a colour a unit cannot be shown in the legend or in the"
        " correlation of map units.",
        _W,
    ),
    Check(
        "similar-colours",
        "Units with similar colours",
        "Two units whose colours the eye can hardly tell apart.",
        _N,
    ),
)

_BY_KEY = {check.key: check for check in CHECKS}


def check_named(key: str) -> Check | None:
    """The check with that key; None where there is none."""
    return _BY_KEY.get(key)
