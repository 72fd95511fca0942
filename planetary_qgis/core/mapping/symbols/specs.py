"""What a symbol consists of. Lengths are millimetres on paper, colours "red,green,blue"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BLACK = "0,0,0"

SymbolKind = Literal["line", "point", "area"]
Shape = Literal[
    "circle",
    "triangle",
    "square",
    "diamond",
    "star",
    "cross",
    "plus",
    "half_circle",
    "half_arc",
    "arrow_head",
    "segment",
]
Placement = Literal["interval", "centre", "start", "end"]


@dataclass(frozen=True)
class Stroke:
    """A line along the geometry.

    Attributes:
        dash: Lengths of dashes and gaps in turn; () is solid.
        offset: To the left of the line as it was drawn.
    """

    width: float
    colour: str = BLACK
    dash: tuple[float, ...] = ()
    offset: float = 0.0


@dataclass(frozen=True)
class Mark:
    """One figure of a point symbol or of an ornament.

    On a line x runs along it and y to its left; on a point x runs east and y north.

    Attributes:
        width, height: Of the figure's box before it is turned; for a segment the height is its
            length, for an arrow head that of the head, whose tip is at (x, y) and points along +x.
        x, y: Of the box's centre.
        angle: Degrees, clockwise.
        line: Weight of its outline; 0 has none.
        filled: With its colour; else it is open.
        fill: Another colour inside; "" for the same.
    """

    shape: Shape
    width: float
    height: float
    x: float = 0.0
    y: float = 0.0
    angle: float = 0.0
    line: float = 0.0
    filled: bool = True
    colour: str = BLACK
    fill: str = ""


@dataclass(frozen=True)
class Ornament:
    """Figures that are set on a line.

    Attributes:
        spacing: From one to the next, where they are placed at intervals.
        phase: Of the first from the line's start.
    """

    marks: tuple[Mark, ...]
    place: Placement = "interval"
    spacing: float = 10.0
    phase: float = 0.0


@dataclass(frozen=True)
class Pattern:
    """What covers an area: figures in rows, or parallel lines where there are no figures.

    Attributes:
        marks: Figures at every point of a grid, whose rows are shifted by half against each other.
        across, up: From one to the next; for lines only `up` counts.
        angle: Of lines, degrees counter-clockwise from east.
        line: Weight of lines.
    """

    marks: tuple[Mark, ...] = ()
    across: float = 3.0
    up: float = 3.0
    angle: float = 0.0
    line: float = 0.15
    colour: str = BLACK
    dash: tuple[float, ...] = ()


@dataclass(frozen=True)
class SymbolSpec:
    """A symbol.

    Attributes:
        code: As FGDC-STD-013-2006 numbers it, with leading zeros; the code of the certain form and
            the certainty where the standard has no such form; PQ… are this project's own.
        title: What it stands for.
        group: Under which it is listed.
        strokes: From the bottom up; of an area its outline.
        marks: Of a point.
        queried: Whether question marks stand along it.
        note: What is known of how well it agrees with the standard.
    """

    code: str
    title: str
    kind: SymbolKind
    group: str
    strokes: tuple[Stroke, ...] = ()
    ornaments: tuple[Ornament, ...] = ()
    marks: tuple[Mark, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    queried: bool = False
    note: str = ""
