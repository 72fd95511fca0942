"""What a mapper chooses for a map sheet, and how its page looks."""

from __future__ import annotations

from dataclasses import dataclass

from planetary_qgis.core.longitudes import LongitudeStyle
from planetary_qgis.core.mapping.sheet.drawing import TextSizes

AUTO_PAGE = "auto"
_MM_A_POINT = 25.4 / 72.0


@dataclass(frozen=True)
class Paper:
    """A size of paper, upright, with what suits it; lengths in millimetres.

    Attributes:
        points: Size of the text.
        column: Width of a column of text.
    """

    name: str
    width: float
    height: float
    points: float
    column: float
    margin: float = 10.0


PAPERS: tuple[Paper, ...] = (
    Paper("A4", 210.0, 297.0, 7.0, 59.0, 9.0),
    Paper("A3", 297.0, 420.0, 7.5, 78.0),
    Paper("A2", 420.0, 594.0, 8.5, 92.0, 12.0),
    Paper("A1", 594.0, 841.0, 9.5, 105.0, 15.0),
    Paper("A0", 841.0, 1189.0, 11.0, 125.0, 18.0),
)


@dataclass(frozen=True)
class SheetOptions:
    """What goes onto a sheet, and how large.

    Attributes:
        page: A paper's name; AUTO_PAGE takes the smallest that holds the map.
        scale: The denominator; None is the map's own.
        fits_page: Whether the scale follows from the page instead: the largest round one.
        longitudes: How they are written; None as the user has them for the body.
        rasters: Whether visible rasters of the project lie below the map.
    """

    page: str = AUTO_PAGE
    scale: float | None = None
    fits_page: bool = False
    longitudes: LongitudeStyle | None = None
    units: bool = True
    symbols: bool = True
    correlation: bool = True
    description: bool = True
    graticule: bool = True
    inset: bool = True
    rasters: bool = True


@dataclass(frozen=True)
class Look:
    """How texts look on a page.

    Attributes:
        size: Height of the font in millimetres.
        column: Width of a column.
        family: Of the font.
    """

    size: float
    column: float
    margin: float
    family: str
    sizes: TextSizes

    @classmethod
    def on(cls, paper: Paper, family: str, sizes: TextSizes) -> Look:
        return cls(paper.points * _MM_A_POINT, paper.column, paper.margin, family, sizes)

    @property
    def points(self) -> float:
        return self.size / _MM_A_POINT

    @property
    def heading(self) -> float:
        """Font of headings."""
        return self.size * 1.3

    @property
    def gap(self) -> float:
        """Between columns."""
        return self.size * 2.4

    @property
    def label_room(self) -> float:
        """Around the map, for the graticule's labels."""
        return self.size * 1.9
