"""Conditions of ADQL 2.0 whose values cannot break out of their literals.

Source: IVOA Recommendation ADQL 2.0, section 2. It has no ESCAPE for LIKE; what would need one is
asked wider.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence

from planetary_qgis.core.errors import PlanetaryError

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")
_ANY_TEXT, _ANY_LETTER = "%", "_"


def select(table: str, conditions: Sequence[str], *, order_by: str, most: int) -> str:
    """A query for the first rows that fulfil all conditions."""
    parts = ("SELECT TOP", str(int(most)), "* FROM", _name(table), "WHERE", all_of(conditions))
    return " ".join((*parts, "ORDER BY", _name(order_by)))


def equals(column: str, text: str) -> str:
    return f"{_name(column)} = {literal(text)}"


def after(column: str, text: str) -> str:
    return f"{_name(column)} > {literal(text)}"


def at_least(column: str, number: float) -> str:
    return f"{_name(column)} >= {_number(number)}"


def at_most(column: str, number: float) -> str:
    return f"{_name(column)} <= {_number(number)}"


def sum_at_least(column: str, more: str, number: float) -> str:
    """The condition on a column with more than itself: another column, or an expression."""
    return f"{_name(column)} + {more} >= {_number(number)}"


def difference_at_most(column: str, less: str, number: float) -> str:
    return f"{_name(column)} - {less} <= {_number(number)}"


def squared_width(low: str, high: str, factor: float) -> str:
    """An expression: the square of what lies between two columns, times a factor."""
    width = f"({_name(high)} - {_name(low)})"
    return f"{_number(factor)} * {width} * {width}"


def exceeds(column: str, other: str) -> str:
    return f"{_name(column)} > {_name(other)}"


def is_unknown(column: str) -> str:
    return f"{_name(column)} IS NULL"


def is_known(column: str) -> str:
    return f"{_name(column)} IS NOT NULL"


def like(column: str, pattern: str) -> str:
    """At least what a name with * and ? stands for, whatever its case."""
    letters = (_letter(letter) for letter in pattern)
    return f"UPPER({_name(column)}) LIKE {literal(''.join(letters))}"


def contains(column: str, text: str) -> str:
    """At least what holds a text, whatever its case."""
    letters = "".join(_letter(letter) if letter not in "*?" else _ANY_LETTER for letter in text)
    return f"UPPER({_name(column)}) LIKE {literal(_ANY_TEXT + letters + _ANY_TEXT)}"


def all_of(conditions: Iterable[str]) -> str:
    return "(" + " AND ".join(conditions) + ")"


def any_of(conditions: Iterable[str]) -> str:
    return "(" + " OR ".join(conditions) + ")"


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _letter(letter: str) -> str:
    """What stands for a letter of a name in an upper-case pattern."""
    if letter == "*":
        return _ANY_TEXT
    # Into how many letters another alphabet's become in upper case, servers do not agree about.
    if not letter.isascii():
        return _ANY_TEXT
    # PostgreSQL, which answers behind many a service, takes backslashes for escapes.
    if letter in "?%_\\" or not letter.isprintable():
        return _ANY_LETTER
    return letter.upper()


def _number(number: float) -> str:
    if not math.isfinite(number):
        raise PlanetaryError(
            f"An archive cannot be asked for {number}.", hint="Give a finite number, or none."
        )
    return repr(float(number))


def _name(identifier: str) -> str:
    if not _IDENTIFIER.fullmatch(identifier):
        raise PlanetaryError(
            f"“{identifier}” is not the name of a column that an archive can be asked about.",
            hint="Check the data set's entry in the catalogue.",
        )
    return identifier
