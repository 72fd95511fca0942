"""In which direction an index counts longitudes and what kind its latitudes are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Callable, TypeVar

from planetary_qgis.core.archives.catalog import Dataset
from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.pds3.label import Label
from planetary_qgis.core.archives.pds3.roles import Roles
from planetary_qgis.core.longitudes import Direction, LatitudeKind
from planetary_qgis.core.reports import Report

_WEST = re.compile(r"\bwest(?:ward|-positive)?\b", re.IGNORECASE)
_EAST = re.compile(r"\beast(?:ward|-positive)?\b|\bright-hand", re.IGNORECASE)
_OGRAPHIC = re.compile(r"(?:planeto|areo|seleno|\b)graphic|geodetic", re.IGNORECASE)
_OCENTRIC = re.compile(r"(?:planeto|areo|seleno|\b)centric", re.IGNORECASE)
_DIRECTION_KEYWORDS = ("POSITIVE_LONGITUDE_DIRECTION", "LONGITUDE_DIRECTION")
_KIND_KEYWORDS = ("COORDINATE_SYSTEM_NAME", "LATITUDE_TYPE")

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Conventions:
    """Direction and kind, and who says so."""

    direction: Direction
    latitude_kind: LatitudeKind
    direction_from: str
    latitude_kind_from: str

    def sentences(self) -> tuple[str, str]:
        return (
            f"{self.direction}-positive, from {self.direction_from}",
            f"planet{self.latitude_kind}, from {self.latitude_kind_from}",
        )


def conventions_of(
    label: Label, dataset: Dataset | None, roles: Roles, report: Report
) -> Conventions:
    """What holds for the geometry's columns; an assumption is reported.

    The columns' own names come first, then the catalogue, the label's keywords, the columns'
    descriptions, the descriptions of the table's other positions, and the house's convention.
    """
    direction, direction_from = _direction(label, dataset, roles)
    kind, kind_from = _latitude_kind(label, dataset, roles)
    if not roles.longitudes():
        return Conventions(direction or "east", kind or "ocentric", direction_from, kind_from)
    if direction is None:
        direction_from = _assumed(report, "longitudes increase", "east", "longitude_direction")
    if kind is None:
        kind_from = _assumed(report, "latitudes are", "planetocentric", "latitude_kind")
    return Conventions(direction or "east", kind or "ocentric", direction_from, kind_from)


def _assumed(report: Report, what: str, value: str, key: str) -> str:
    report.add(
        f"Neither the catalogue nor the label says which way {what}; {value} was assumed. "
        f"If that is wrong, name the dataset, or set {key} for it in your own catalogue."
    )
    return "an assumption"


def _direction(label: Label, dataset: Dataset | None, roles: Roles) -> tuple[Direction | None, str]:
    if dataset and dataset.longitude_direction:
        return dataset.longitude_direction, f"the catalogue's {dataset.key}"
    words = [text for keyword in _DIRECTION_KEYWORDS for text in label.texts(keyword)]
    own = _descriptions(label.columns, roles.longitudes())
    others = _descriptions(label.columns, _named(label.columns, "LONGITUDE"))
    return _first_said(_direction_in, words, own, others)


def _latitude_kind(
    label: Label, dataset: Dataset | None, roles: Roles
) -> tuple[LatitudeKind | None, str]:
    by_name = _kind_in(roles.latitudes())
    if by_name:
        return by_name, "the columns' names"
    if dataset and dataset.latitude_kind:
        return dataset.latitude_kind, f"the catalogue's {dataset.key}"
    words = [text for keyword in _KIND_KEYWORDS for text in label.texts(keyword)]
    own = _descriptions(label.columns, roles.latitudes())
    others = _descriptions(label.columns, _named(label.columns, "LATITUDE"))
    return _first_said(_kind_in, words, own, others)


def _first_said(
    read: Callable[[Iterable[str]], _Answer | None],
    keywords: list[str],
    own: list[str],
    others: list[str],
) -> tuple[_Answer | None, str]:
    places = (
        (keywords, "the label's keywords"),
        (own, "the columns' descriptions"),
        (others, "the descriptions of other columns"),
    )
    for texts, place in places:
        answer = read(texts)
        if answer is not None:
            return answer, place
    return None, "nowhere"


def _direction_in(texts: Iterable[str]) -> Direction | None:
    """The one direction that texts name; None where they name none or both."""
    west, east = _any_says(_WEST, _EAST, texts)
    return None if west == east else "west" if west else "east"


def _kind_in(texts: Iterable[str]) -> LatitudeKind | None:
    """The one kind that texts name; None where they name none or both."""
    ographic, ocentric = _any_says(_OGRAPHIC, _OCENTRIC, texts)
    return None if ographic == ocentric else "ographic" if ographic else "ocentric"


def _any_says(one: re.Pattern[str], other: re.Pattern[str], texts: Iterable[str]) -> list[bool]:
    """Whether one or the other is named; a text that names both says nothing."""
    said = [(bool(one.search(text)), bool(other.search(text))) for text in texts]
    clear = [pair for pair in said if pair != (True, True)]
    return [any(first for first, _ in clear), any(second for _, second in clear)]


def _descriptions(columns: Sequence[Column], names: Iterable[str]) -> list[str]:
    wanted = set(names)
    return [column.description for column in columns if column.name in wanted]


def _named(columns: Sequence[Column], what: str) -> list[str]:
    """Columns of positions; the solar longitude is a season, not a position."""
    names = [column.name for column in columns if what in column.name.upper()]
    return [name for name in names if not name.upper().startswith("SOLAR_")]
