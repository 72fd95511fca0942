"""How sure a mapper is of a line, and what that does to it."""

from __future__ import annotations

import re

LOCATIONS = ("certain", "approximate", "inferred", "concealed")
"""How well a line's place is known, the best first."""

QUERIED = "queried"
CERTAINTIES = (*LOCATIONS, QUERIED, *(f"{each}, {QUERIED}" for each in LOCATIONS[1:]))
"""All that certainty columns may hold: a queried line may not exist, or be something else."""

LOCATION_WORDS = {
    "concealed": r"\b(buried|conceal|cover|hidden)",
    "inferred": r"\b(infer|possib)",
    "approximate": r"\b(approx|probab|uncertain|indefin)",
}
"""Regular expressions for words that published maps use, to be tried in this order; what matches
none counts as certain. Lower case; Python's and QGIS's expressions read them alike."""
QUERY_WORDS = r"quer|quest|[?]"
_CERTAIN_WORDS = r"\b(certain|accurate|definite|known|observed)"
_ANY_WORD = re.compile("|".join((_CERTAIN_WORDS, QUERY_WORDS, *LOCATION_WORDS.values())))

_DASHES = {"approximate": (3.5, 0.75), "inferred": (1.5, 0.75), "concealed": (0.5, 0.75)}
_WIDER_GAPS = {"approximate": 2.0, "inferred": 3.0}


def certainty_called(words: str | None) -> str:
    """The certainty that a column's value means, one of CERTAINTIES; "certain" for an empty one."""
    location = location_of(words)
    if not is_queried(words):
        return location
    return QUERIED if location == "certain" else f"{location}, {QUERIED}"


def says_certainty(words: str) -> bool:
    """Whether a text has any word that says how sure somebody was."""
    return bool(_ANY_WORD.search(words.lower()))


def location_of(words: str | None) -> str:
    """How well the place is known, one of LOCATIONS; the worst where words say several."""
    lower = (words or "").lower()
    found = (each for each, pattern in LOCATION_WORDS.items() if re.search(pattern, lower))
    return next(found, "certain")


def is_queried(words: str | None) -> bool:
    """Whether identity or existence is in doubt."""
    return bool(re.search(QUERY_WORDS, (words or "").lower()))


def dash_of(dash: tuple[float, ...], location: str) -> tuple[float, ...]:
    """The dashes of a line that is known so well, from those of its certain form.

    Solid lines become long dashes, short dashes and dots. A line that is dashed anyhow gets wider
    gaps.

    Source: the dashes of FGDC-STD-013-2006, 25.5 to 25.8.
    """
    if location == "certain":
        return dash
    if not dash or location == "concealed":
        return _DASHES[location]
    wider = _WIDER_GAPS[location]
    return tuple(each * wider if place % 2 else each for place, each in enumerate(dash))
