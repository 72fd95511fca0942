"""What an index turns out to hold, told with where it came from. Imports no library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from planetary_qgis.core.query import RANGED_COLUMNS

if TYPE_CHECKING:
    from planetary_qgis.core.products import Answer, Products

RANGES_FACT = "Can be searched by"


def noting_ranges(answer: Answer) -> Answer:
    """The same answer; once its chunks are read, its provenance says what has values."""
    answer.chunks = _noted(answer, answer.chunks)
    return answer


def ranges_in(facts: dict[str, str]) -> tuple[str, ...]:
    """The columns with ranges that some row has a value for; all where nobody has looked."""
    if RANGES_FACT not in facts:
        return RANGED_COLUMNS
    return tuple(name for name in RANGED_COLUMNS if name in facts[RANGES_FACT].split(", "))


def _noted(answer: Answer, chunks: Iterator[Products]) -> Iterator[Products]:
    seen: set[str] = set()
    for chunk in chunks:
        unseen = [name for name in RANGED_COLUMNS if name not in seen]
        seen.update(name for name in unseen if chunk.table[name].notna().any())
        yield chunk
    answer.provenance[RANGES_FACT] = ", ".join(n for n in RANGED_COLUMNS if n in seen) or "nothing"
