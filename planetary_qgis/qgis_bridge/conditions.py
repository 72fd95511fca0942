"""What a query asks of a row's values, as SQL that SQLite and layer filters read.

Layer filters take no bound values, so every text is quoted and every number spelled here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.geopackage import ID_COLUMN, quoted
from planetary_qgis.core.query import Query, Range
from planetary_qgis.qgis_bridge.map_tips import NAME_FIELD, START_FIELD, STOP_FIELD

_TARGET_FIELD = "target"
_WILDCARDS = {"*": "%", "?": "_"}
_ESCAPE = "!"
_BACKSLASH, _SPELLED_BACKSLASH = "\\", "'||char(92)||'"
_FEW = 3


def row_conditions(names: Sequence[str], query: Query) -> list[str]:
    """The conditions that all have to hold; `core.archives.matching` says what they mean.

    Args:
        names: The table's columns.
        query: Its times spelled as tables keep them.

    Raises:
        PlanetaryError: The table lacks a column that is asked about.
    """
    conditions = []
    if query.body and _TARGET_FIELD in names:
        target = quoted(_TARGET_FIELD)
        conditions.append(f"{target} IS NULL OR {target} = {quoted_text(query.body)}")
    if query.start or query.stop:
        conditions += _time_conditions(names, query)
    for name, asked in query.ranges.items():
        _check(name, names)
        conditions += _range_conditions(quoted(name), asked)
    if query.patterns:
        _check(NAME_FIELD, names)
        likes = (f"{quoted(NAME_FIELD)} LIKE {_like(pattern)}" for pattern in query.patterns)
        conditions.append(" OR ".join(likes))
    return conditions


def quoted_text(text: str) -> str:
    """A text as SQL wants it, and as QGIS does, to which a backslash would hide a quote's end."""
    spelled = "'" + text.replace("'", "''").replace("\0", "") + "'"
    return f"({spelled.replace(_BACKSLASH, _SPELLED_BACKSLASH)})" if "\\" in text else spelled


def listed(ids: Iterable[int]) -> str:
    """The condition that a row is one of these; ids are sorted, neighbours become a span."""
    singles, spans = [], []
    for first, last in _runs(ids):
        if last - first < _FEW:
            singles += range(first, last + 1)
        else:
            spans.append(f"{quoted(ID_COLUMN)} BETWEEN {first} AND {last}")
    if singles or not spans:
        spans.append(f"{quoted(ID_COLUMN)} IN ({','.join(map(str, singles))})")
    return any_of(spans)


def any_of(conditions: list[str]) -> str:
    """One condition or another, in a shallow tree: SQLite refuses deep ones."""
    while len(conditions) > 1:
        pairs = zip(conditions[::2], [*conditions[1::2], ""])
        conditions = [f"({one} OR {other})" if other else one for one, other in pairs]
    return conditions[0]


def _runs(ids: Iterable[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for each in ids:
        if runs and each == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], each)
        else:
            runs.append((each, each))
    return runs


def _time_conditions(names: Sequence[str], query: Query) -> list[str]:
    """Overlap of a row's times with the asked ones."""
    _check(START_FIELD, names)
    begin = quoted(START_FIELD)
    end = f"coalesce({quoted(STOP_FIELD)}, {begin})" if STOP_FIELD in names else begin
    conditions = [f"{begin} IS NOT NULL"]
    if query.start:
        conditions.append(f"{end} >= {quoted_text(query.start)}")
    if query.stop:
        conditions.append(f"{begin} <= {quoted_text(query.stop)}")
    return conditions


def _range_conditions(column: str, asked: Range) -> list[str]:
    ends = []
    if asked.low is not None:
        ends.append(f"{column} >= {float(asked.low)!r}")
    if asked.high is not None:
        ends.append(f"{column} <= {float(asked.high)!r}")
    if not ends:
        return [f"{column} IS NOT NULL"]
    return [" OR ".join(ends)] if asked.wraps else ends


def _like(pattern: str) -> str:
    letters = (
        _WILDCARDS.get(letter) or (f"{_ESCAPE}{letter}" if letter in f"%_{_ESCAPE}" else letter)
        for letter in pattern
    )
    return f"{quoted_text(''.join(letters))} ESCAPE '{_ESCAPE}'"


def _check(name: str, names: Sequence[str]) -> None:
    if name not in names:
        raise PlanetaryError(
            f"The table has no field “{name}”, so it cannot be searched by it.",
            hint="Leave that part of the search empty, or import the index again.",
        )
