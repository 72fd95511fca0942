"""The time scales of bodies."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from planetary_qgis.core.data_files import read_toml

QUERY = "?"
"""Behind an age: it is not certain."""
_FILE = Path(__file__).with_name("ages.toml")


@dataclass(frozen=True)
class Age:
    """A period or epoch of a body's history.

    Attributes:
        code: What the columns of a map hold: its name in full.
        abbreviation: As labels of units begin: eH.
        rank: 1 is the youngest; a period stands before its epochs.
        count: Of the ages in the time scale.
        oldest_ma, youngest_ma: Millions of years before present; None where nobody has dated it,
            or where it began with the body.
        colour: "red,green,blue" for charts.
        parent: Code of the period that it is part of; "" where it is one itself.
        source: Who says so.
    """

    code: str
    abbreviation: str
    rank: int
    count: int
    oldest_ma: float | None
    youngest_ma: float | None
    colour: str
    parent: str
    source: str

    @property
    def label(self) -> str:
        """The name for readers."""
        return self.code

    @property
    def span(self) -> str:
        """From when to when, in words; "" where nobody has dated it."""
        if self.oldest_ma is not None and self.youngest_ma is not None:
            return f"{self.oldest_ma:g} to {self.youngest_ma:g} million years ago"
        if self.youngest_ma is not None:
            return f"more than {self.youngest_ma:g} million years ago"
        return ""


def ages_of(body: str) -> tuple[Age, ...]:
    """A body's time scale, the youngest first, by its NAIF name in any case; () for others."""
    return _scales().get(body.strip().upper(), ())


def age_called(body: str, name: str | None) -> Age | None:
    """The age of that name or abbreviation on a body; None where its time scale has none."""
    wanted = (name or "").strip()
    for each in ages_of(body):
        if wanted == each.abbreviation or wanted.casefold() == each.code.casefold():
            return each
    return None


def age_said(body: str, text: str) -> Age | None:
    """The same for what a column of ages says, be it certain or with a question mark behind."""
    return age_called(body, text.replace(QUERY, ""))


@lru_cache(maxsize=1)
def _scales() -> dict[str, tuple[Age, ...]]:
    return {each["name"]: _scale(each) for each in read_toml(_FILE)["body"]}


def _scale(body: dict[str, Any]) -> tuple[Age, ...]:
    names = {entry["abbreviation"]: entry["code"] for entry in body["ages"]}
    return tuple(
        Age(
            code=entry["code"],
            abbreviation=entry["abbreviation"],
            rank=rank,
            count=len(body["ages"]),
            oldest_ma=entry.get("oldest_ma"),
            youngest_ma=entry.get("youngest_ma"),
            colour=entry["colour"],
            parent=names.get(entry.get("parent", ""), ""),
            source=body["source"],
        )
        for rank, entry in enumerate(body["ages"], start=1)
    )
