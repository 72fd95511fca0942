"""The words that a map's columns may hold."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from planetary_qgis.core.data_files import read_toml

_FILE = Path(__file__).with_name("vocabularies.toml")


@dataclass(frozen=True)
class Term:
    """A value, and what it is called and means."""

    code: str
    label: str
    definition: str = ""


@lru_cache(maxsize=1)
def vocabularies() -> dict[str, tuple[Term, ...]]:
    """All of them by name, each in the order of its menus."""
    found = read_toml(_FILE)
    return {name: tuple(Term(**entry) for entry in entries) for name, entries in found.items()}
