"""A search as the user set it: the question, and who was asked. Imports no library."""

from __future__ import annotations

import json
from dataclasses import dataclass

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.query import Query, query_from_json

PROVENANCE_NAME = "Search"
"""Under this name a layer's history keeps the search that found it."""


@dataclass(frozen=True)
class ArchiveSearch:
    """A query and the keys of the sources that were asked."""

    query: Query
    sources: tuple[str, ...]

    def to_json(self) -> str:
        """The search as text that `search_from_json` reads back."""
        return json.dumps(
            {"sources": list(self.sources), "query": json.loads(self.query.to_json())},
            ensure_ascii=False,
        )


def search_from_json(text: str) -> ArchiveSearch:
    """The search that `ArchiveSearch.to_json` wrote.

    Raises:
        PlanetaryError: The text is not one.
    """
    try:
        kept = json.loads(text)
        query, sources = kept["query"], tuple(str(key) for key in kept["sources"])
    except (ValueError, TypeError, KeyError) as error:
        raise PlanetaryError(
            "The layer's search cannot be read.",
            details=text[:1000],
            hint="Fill in the search by hand.",
        ) from error
    return ArchiveSearch(query_from_json(json.dumps(query)), sources)
