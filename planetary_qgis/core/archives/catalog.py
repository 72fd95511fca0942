"""The catalogue of known indexes: what cannot be read from their labels."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol, cast

from planetary_qgis.core.errors import MissingLibraryError, PlanetaryError
from planetary_qgis.core.longitudes import Direction, LatitudeKind

_FILE = Path(__file__).with_name("catalog.toml")


@dataclass(frozen=True)
class Dataset:
    """One known index.

    Attributes:
        key: planetarypy's spelling where it has one, e.g. mro.ctx.edr.
        body: NAIF name of the body that all rows are about; empty where rows differ.
        usual_body: The body to take where neither label nor rows name one.
        data_set_ids: Shell patterns of the DATA_SET_IDs that the index goes with.
        volume_ids: Shell patterns of the VOLUME_IDs, for labels that give nothing else.
        label_url: Where the index's label is published.
        product_url: Template of a row's product, with {volume}, {file}, {stem} and the like.
        product_label_url: Template of a row's label.
        longitude_direction: None where nobody has measured or read it.
        latitude_kind: None where nobody has measured or read it.
        roles: Columns that play a role, where the generic spellings would mislead.
        units: Unit of a role's column where the label does not say it, e.g. km.
        verified: What is known for certain, and what is not.
    """

    key: str
    title: str
    archive: str
    mission: str
    instrument: str
    verified: str
    body: str = ""
    usual_body: str = ""
    data_set_ids: tuple[str, ...] = ()
    volume_ids: tuple[str, ...] = ()
    label_url: str = ""
    product_url: str = ""
    product_label_url: str = ""
    longitude_direction: Direction | None = None
    latitude_kind: LatitudeKind | None = None
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Served:
    """A data set that a service can be asked about.

    Attributes:
        key: Begins with the service, e.g. ode.mars.mro.ctx.edr.
        body: NAIF name.
        service: Which module of `core.archives.services` speaks with it.
        url: Where the service listens.
        parameters: What the service calls the data set, in words of its own.
        ranges: Shared columns that its rows may have a value for, of those with ranges.
        verified: What is known for certain, and what is not.
    """

    key: str
    title: str
    archive: str
    mission: str
    instrument: str
    body: str
    service: str
    url: str
    verified: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    ranges: tuple[str, ...] = ()


class Described(Protocol):
    """Anything that can be asked for the values of a PDS keyword."""

    def texts(self, keyword: str) -> list[str]: ...


@dataclass(frozen=True)
class PointColumns:
    """The two columns of a position."""

    longitude: str
    latitude: str


@dataclass(frozen=True)
class BoundsColumns:
    """The four columns of a box.

    Attributes:
        by_compass: True where the first two are the western and the eastern bound; False where
            they are the smaller and the greater number in the index's own direction.
    """

    first: str
    second: str
    south: str
    north: str
    by_compass: bool


@dataclass(frozen=True)
class Spellings:
    """How indexes spell the columns that matter, each list in the order to try."""

    roles: Mapping[str, tuple[str, ...]]
    corners: tuple[tuple[PointColumns, ...], ...]
    bounds: tuple[BoundsColumns, ...]
    centres: tuple[PointColumns, ...]


def datasets() -> tuple[Dataset, ...]:
    """Every known index, in the catalogue's order."""
    return tuple(_dataset(key, entry) for key, entry in _content()["datasets"].items())


def services() -> tuple[Served, ...]:
    """Every data set that a service can be asked about, in the catalogue's order."""
    endpoints = _content()["endpoints"]
    return tuple(
        _served(key, entry, endpoints[entry["service"]])
        for key, entry in _content()["services"].items()
    )


def find(key: str) -> Dataset:
    """The known index of that key.

    Raises:
        PlanetaryError: The catalogue has no such key.
    """
    wanted = key.strip().lower()
    for dataset in datasets():
        if dataset.key == wanted:
            return dataset
    raise PlanetaryError(
        f"The catalogue has no dataset “{key}”.",
        details="Known keys: " + ", ".join(dataset.key for dataset in datasets()),
        hint="Leave the dataset empty to recognise it by the label's DATA_SET_ID.",
    )


def recognise(label: Described, rows: Described | None = None) -> Dataset | None:
    """The known index that goes with a label, by its DATA_SET_ID or else by its VOLUME_ID.

    Args:
        label: What the label says.
        rows: What the table's own columns say, for labels that leave it to them.
    """
    sources = [source for source in (label, rows) if source is not None]
    data_set_ids = [name for source in sources for name in source.texts("DATA_SET_ID")]
    volume_ids = [name for source in sources for name in source.texts("VOLUME_ID")]
    known = datasets()
    by_data_set = (d for d in known if _any_matches(data_set_ids, d.data_set_ids))
    by_volume = (d for d in known if _any_matches(volume_ids, d.volume_ids))
    return next(by_data_set, None) or next(by_volume, None)


@lru_cache(maxsize=1)
def spellings() -> Spellings:
    """The spellings that hold wherever a dataset says nothing else."""
    content = _content()
    return Spellings(
        roles={role: tuple(names) for role, names in content["roles"].items()},
        corners=tuple(_corners(entry) for entry in content["corners"]),
        bounds=tuple(_bounds(entry) for entry in content["bounds"]),
        centres=tuple(PointColumns(e["longitude"], e["latitude"]) for e in content["centres"]),
    )


def _any_matches(names: Iterable[str], patterns: Iterable[str]) -> bool:
    wanted = [pattern.upper() for pattern in patterns]
    return any(fnmatchcase(name.upper(), pattern) for name in names for pattern in wanted)


def _dataset(key: str, entry: Mapping[str, Any]) -> Dataset:
    values = dict(entry)
    values["data_set_ids"] = tuple(values.get("data_set_ids", ()))
    values["volume_ids"] = tuple(values.get("volume_ids", ()))
    values["roles"] = {role: tuple(names) for role, names in values.get("roles", {}).items()}
    return Dataset(key=key, **values)


def _served(key: str, entry: Mapping[str, Any], endpoint: Mapping[str, Any]) -> Served:
    values = {**endpoint, **entry}
    values["ranges"] = tuple(values.get("ranges", ()))
    values["verified"] = " ".join(
        each["verified"] for each in (endpoint, entry) if each.get("verified")
    )
    return Served(key=key, **values)


def _corners(entry: Mapping[str, Any]) -> tuple[PointColumns, ...]:
    return tuple(
        PointColumns(entry["longitude"].format(tag), entry["latitude"].format(tag))
        for tag in entry["tags"]
    )


def _bounds(entry: Mapping[str, str]) -> BoundsColumns:
    by_compass = "west" in entry
    first, second = ("west", "east") if by_compass else ("minimum", "maximum")
    return BoundsColumns(entry[first], entry[second], entry["south"], entry["north"], by_compass)


@lru_cache(maxsize=1)
def _content() -> Mapping[str, Any]:
    text = _FILE.read_text(encoding="utf-8")
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        try:
            import tomli as tomllib
        except ImportError as error:
            raise MissingLibraryError(
                "The catalogue of indexes cannot be read without the Python library tomli.",
                hint="Install tomli into the Python that runs QGIS.",
            ) from error
    return cast("Mapping[str, Any]", tomllib.loads(text))
