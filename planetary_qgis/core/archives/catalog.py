"""The catalogue of known indexes and services: what cannot be read from their labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, TypeVar

from planetary_qgis.core.archives.catalog_build import catalog_of, spellings_of
from planetary_qgis.core.archives.catalog_checks import (
    KINDS,
    problems_of,
    problems_of_shape,
    require_right,
)
from planetary_qgis.core.archives.catalog_entries import (
    BoundsColumns,
    Catalog,
    Dataset,
    PointColumns,
    Politeness,
    Served,
    Spellings,
)
from planetary_qgis.core.archives.catalog_files import Content, content_of_file
from planetary_qgis.core.errors import PlanetaryError

__all__ = [
    "BoundsColumns",
    "Dataset",
    "Described",
    "Labelled",
    "PointColumns",
    "Politeness",
    "Served",
    "Spellings",
    "check_own",
    "datasets",
    "find",
    "find_service",
    "politeness_of",
    "recognise",
    "services",
    "spellings",
    "use_own",
]

_FILE = Path(__file__).with_name("catalog.toml")
_Entry = TypeVar("_Entry", Dataset, Served)


class Described(Protocol):
    """Anything that can be asked for the values of a PDS keyword."""

    def texts(self, keyword: str) -> list[str]: ...


class Labelled(Described, Protocol):
    """A label: it also has names, its file's and its table's, without their endings."""

    def names(self) -> list[str]: ...


def datasets() -> tuple[Dataset, ...]:
    """Every known index: the user's own, then the catalogue's, in their order."""
    return _in_use().datasets


def services() -> tuple[Served, ...]:
    """Every data set that a service can be asked about: the user's own, then the catalogue's."""
    return _in_use().services


def find(key: str) -> Dataset:
    """The known index of that key.

    Raises:
        PlanetaryError: The catalogue has no such key.
    """
    return _of_key(
        key,
        datasets(),
        f"The catalogue has no dataset “{key}”.",
        "Leave the dataset empty to recognise it by the label's DATA_SET_ID.",
    )


def find_service(key: str) -> Served:
    """The data set of a service with that key.

    Raises:
        PlanetaryError: The catalogue has no such key.
    """
    return _of_key(
        key,
        services(),
        f"The catalogue has no archive “{key}”.",
        "Choose one of the known archives, such as ode.mars.mro.ctx.edr.",
    )


def recognise(label: Labelled, rows: Described | None = None) -> Dataset | None:
    """The known index that goes with a label, by its DATA_SET_ID or else by its VOLUME_ID.

    Several indexes can share these, such as a volume's index and its geometry summaries. Of those,
    one whose `label_names` fit goes before one that has none, and one whose `label_names` do not
    fit is not meant.

    Args:
        label: What the label says.
        rows: What the table's own columns say, for labels that leave it to them.
    """
    sources = [source for source in (label, rows) if source is not None]
    data_set_ids = [name for source in sources for name in source.texts("DATA_SET_ID")]
    volume_ids = [name for source in sources for name in source.texts("VOLUME_ID")]
    names = label.names()
    by_data_set = [d for d in datasets() if _any_matches(data_set_ids, d.data_set_ids)]
    by_volume = [d for d in datasets() if _any_matches(volume_ids, d.volume_ids)]
    for candidates in (by_data_set, by_volume):
        named = (d for d in candidates if _any_matches(names, d.label_names))
        nameless = (d for d in candidates if not d.label_names)
        found = next(named, None) or next(nameless, None)
        if found is not None:
            return found
    return None


def politeness_of(host: str) -> Politeness:
    """How the server of that name wants to be asked."""
    hosts = _in_use().hosts
    return hosts.get(host.strip().lower(), hosts["default"])


@lru_cache(maxsize=1)
def spellings() -> Spellings:
    """The spellings that hold wherever a dataset says nothing else."""
    return spellings_of(_shipped())


def use_own(path: Path | None) -> None:
    """From now on, lay the user's own entries over those that ship; None takes them away.

    Raises:
        PlanetaryError: The file cannot be used; the entries that were in use stay.
    """
    _state["own"] = None if path is None else _with_own(content_of_file(path), path)


def check_own(path: Path, content: Content | None = None) -> None:
    """Nothing where the user's own file, or what is to become its content, can be used.

    Raises:
        PlanetaryError: It cannot; the message names file, entry and field.
    """
    _with_own(content_of_file(path) if content is None else content, path)


_state: dict[str, Catalog | None] = {"own": None}


def _of_key(key: str, entries: Sequence[_Entry], unknown: str, hint: str) -> _Entry:
    wanted = key.strip().lower()
    for entry in entries:
        if entry.key == wanted:
            return entry
    known = ", ".join(entry.key for entry in entries)
    raise PlanetaryError(unknown, details=f"Known keys: {known}", hint=hint)


def _in_use() -> Catalog:
    return _state["own"] or _shipped_catalog()


@lru_cache(maxsize=1)
def _shipped() -> Content:
    return content_of_file(_FILE)


@lru_cache(maxsize=1)
def _shipped_catalog() -> Catalog:
    return catalog_of(_shipped())


def _with_own(own: Content, path: Path) -> Catalog:
    """The catalogue with the user's own entries before the others.

    An own entry of a shipped key changes the fields that it has.
    """
    require_right(problems_of_shape(own), path)
    content = {kind: _laid_over(_shipped()[kind], own.get(kind, {})) for kind in KINDS}
    require_right(problems_of(content, tuple(spellings().roles)), path)
    return catalog_of(content)


def _laid_over(shipped: Content, own: Content) -> dict[str, Any]:
    changed = {key: {**_without_other_body(shipped.get(key, {}), e), **e} for key, e in own.items()}
    return {**changed, **{key: entry for key, entry in shipped.items() if key not in own}}


def _without_other_body(shipped: Content, own: Content) -> dict[str, Any]:
    replaced = {"body", "usual_body"} if {"body", "usual_body"} & set(own) else set()
    return {name: value for name, value in shipped.items() if name not in replaced}


def _any_matches(names: Iterable[str], patterns: Iterable[str]) -> bool:
    wanted = [pattern.upper() for pattern in patterns]
    return any(fnmatchcase(name.upper(), pattern) for name in names for pattern in wanted)
