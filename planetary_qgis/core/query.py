"""What is asked of an index or an archive: the same question, whoever answers.

Imports no library, so that docks can hold queries before anything is loaded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from planetary_qgis.core.errors import PlanetaryError

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees; west <= east, within [-180, 180]."""

RANGED_COLUMNS = (
    "incidence_angle",
    "emission_angle",
    "phase_angle",
    "resolution",
    "solar_longitude",
    "local_time",
)
"""The shared columns that a range can be asked of."""
CIRCULAR_COLUMNS = ("solar_longitude", "local_time")
"""Those where a lower end greater than the upper one goes through 360° or midnight."""


@dataclass(frozen=True)
class Range:
    """From `low` to `high`, both included; None is open."""

    low: float | None = None
    high: float | None = None

    @property
    def wraps(self) -> bool:
        """Whether the lower end is the greater one; only circular columns mean something then."""
        return self.low is not None and self.high is not None and self.low > self.high


@dataclass(frozen=True)
class Query:
    """What is asked; what is empty is not asked.

    Attributes:
        body: NAIF name. Rows that name another target are not found; rows that name none are.
        area: WKT of a valid polygon or multipolygon in the house's degrees (east-positive
            -180..180, planetocentric; cut at the antimeridian). Rows without geometry are found
            only without it; touching counts.
        start: UTC text; nothing that ended earlier. A row without stop_time is an instant, a row
            without start_time is found only where no time is asked.
        stop: UTC text; nothing that began later.
        ranges: By shared column; a row whose value is unknown is not found.
        product_id: Names, parted by blanks or commas, any of which may match, whatever the case;
            * is any text, ? any character.
        expression: A QGIS expression on the columns of the answer.
        limit: At most so many rows.
    """

    body: str = ""
    area: str = ""
    start: str = ""
    stop: str = ""
    ranges: Mapping[str, Range] = field(default_factory=dict)
    product_id: str = ""
    expression: str = ""
    limit: int | None = None

    def __post_init__(self) -> None:
        for name, asked in self.ranges.items():
            if name not in RANGED_COLUMNS:
                raise PlanetaryError(
                    f"A range cannot be asked of “{name}”.",
                    hint=f"Ask it of {', '.join(RANGED_COLUMNS)}.",
                )
            if asked.wraps and name not in CIRCULAR_COLUMNS:
                raise PlanetaryError(
                    f"The range of {name} runs from {asked.low:g} down to {asked.high:g}: "
                    "nothing lies in it.",
                    hint="Exchange the two ends.",
                )

    @property
    def patterns(self) -> tuple[str, ...]:
        """The product ids that may match, each with its wildcards."""
        return (
            tuple(re.split(r"[\s,;]+", self.product_id.strip())) if self.product_id.strip() else ()
        )

    def to_json(self) -> str:
        """The query as text that `query_from_json` reads back; what is not asked is left out."""
        asked: dict[str, Any] = {
            name: value for name, value in asdict(self).items() if value not in ("", None, {})
        }
        if "ranges" in asked:
            asked["ranges"] = {name: [r.low, r.high] for name, r in self.ranges.items()}
        return json.dumps(asked, ensure_ascii=False)


def query_from_json(text: str) -> Query:
    """The query that `Query.to_json` wrote.

    Raises:
        PlanetaryError: The text is not one.
    """
    try:
        asked = json.loads(text)
        ranges = {name: Range(*ends) for name, ends in asked.pop("ranges", {}).items()}
        known = {each.name for each in fields(Query)}
        return Query(ranges=ranges, **{k: v for k, v in asked.items() if k in known})
    except (ValueError, TypeError, AttributeError) as error:
        raise PlanetaryError(
            "This is not a search that Planetary QGIS has written.",
            details=text[:1000],
            hint="Fill in the search by hand.",
        ) from error


def pattern_expression(pattern: str) -> re.Pattern[str]:
    """The regular expression of one name with wildcards, for `fullmatch`."""
    parts = {"*": ".*", "?": "."}
    return re.compile(
        "".join(parts.get(letter, re.escape(letter)) for letter in pattern),
        re.IGNORECASE | re.ASCII | re.DOTALL,
    )
