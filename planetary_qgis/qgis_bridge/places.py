"""What there is to search, and where it is kept. Imports no library that is slow to load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.cache import state_of
from planetary_qgis.core.archives.catalog import Dataset
from planetary_qgis.core.archives.neighbours import planetarypy_index
from planetary_qgis.core.archives.sources import Source, sources_of
from planetary_qgis.core.bodies import body as known_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import settings
from planetary_qgis.qgis_bridge.indexes import imported_indexes


@dataclass(frozen=True)
class Places:
    """Where things are kept.

    Attributes:
        store: The GeoPackage of imported indexes.
        results: The GeoPackage of what services answered.
        cache: The folder of downloads.
    """

    store: Path
    results: Path
    cache: Path


def places_in_use() -> Places:
    """Where this user keeps things."""
    chosen = settings.load()
    return Places(chosen.store_path, chosen.results_path, chosen.cache_path)


def use_own_catalog() -> None:
    """From now on, the catalogue knows what the user has written beside what ships.

    Raises:
        PlanetaryError: The user's file cannot be used; the catalogue stays as it was.
    """
    path = settings.own_catalog_path()
    catalog.use_own(path if path.is_file() else None)


def all_sources(places: Places) -> list[Source]:
    """Everything that can be searched or downloaded, by what is on disk now."""
    known = catalog.datasets()
    cached = {key: note for key, note in ((d.key, _cached(d, places)) for d in known) if note}
    return sources_of(known, catalog.services(), imported_indexes(places.store), cached)


def known_sources(keys: Sequence[str], places: Places) -> list[Source]:
    """The sources of these keys, in their order.

    Raises:
        PlanetaryError: A key is not known.
    """
    by_key = {source.key: source for source in all_sources(places)}
    unknown = [key for key in keys if key not in by_key]
    if unknown:
        raise PlanetaryError(
            f"The catalogue has no archive “{', '.join(unknown)}”.",
            details="Known keys: " + ", ".join(by_key),
            hint="Choose one of the known archives, such as ode.mars.mro.ctx.edr.",
        )
    return [by_key[key] for key in keys]


def body_of_sources(sources: Sequence[Source], named: str = "") -> str:
    """NAIF name of the body that a search is about: the one named, else that of all sources.

    Raises:
        PlanetaryError: It is not known, sources lie on different bodies, or nothing says which.
    """
    bodies = list(dict.fromkeys(source.body for source in sources if source.body))
    if named:
        bodies = list(dict.fromkeys([known_body(named).name, *bodies]))
    if len(bodies) > 1:
        raise PlanetaryError(
            f"The sources lie on different bodies: {', '.join(map(str.title, bodies))}.",
            hint="Search one body at a time.",
        )
    if not bodies:
        raise PlanetaryError(
            f"{sources[0].title} is about several bodies.", hint="Say which body is meant."
        )
    return bodies[0]


def _cached(dataset: Dataset, places: Places) -> str:
    """What to say of an index's files on this computer; empty where there are none."""
    state = state_of(dataset, places.cache)
    if state.label is not None:
        return f"{state.size / 1e6:.1f} MB, fetched {state.fetched[:10]}"
    return "in planetarypy's cache" if planetarypy_index(dataset.key) is not None else ""
