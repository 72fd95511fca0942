"""What an entry of the catalogue says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from planetary_qgis.core.longitudes import Direction, LatitudeKind


@dataclass(frozen=True)
class Dataset:
    """One known index.

    Attributes:
        key: planetarypy's spelling where it has one, e.g. mro.ctx.edr.
        body: NAIF name of the body that all rows are about; empty where rows differ.
        usual_body: The body to take where neither label nor rows name one.
        data_set_ids: Shell patterns of the DATA_SET_IDs that the index goes with.
        volume_ids: Shell patterns of the VOLUME_IDs, for labels that give nothing else.
        label_names: Shell patterns of the label's or its table's name without the ending, for
            indexes that share their DATA_SET_IDs or VOLUME_IDs with others.
        label_url: Where the index's label is published; {newest} stands for the newest volume.
        volumes_url: The listing that shows which volume is the newest.
        volume_pattern: What a volume is called in that listing; its one group is {newest}.
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
    label_names: tuple[str, ...] = ()
    label_url: str = ""
    volumes_url: str = ""
    volume_pattern: str = ""
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
        service: Which module of `core.archives.services.asking` speaks with it.
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


@dataclass(frozen=True)
class Politeness:
    """How a server wants to be asked.

    Attributes:
        gap_s: Seconds between the beginnings of two requests, at least.
        at_once: How many requests may be under way.
        back_off_s: Seconds to leave the server alone after it has refused.
        back_off_statuses: The HTTP statuses that are such a refusal.
    """

    gap_s: float
    at_once: int
    back_off_s: float
    back_off_statuses: tuple[int, ...]


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


@dataclass(frozen=True)
class Catalog:
    """Every entry there is, a user's own before those that ship.

    Attributes:
        hosts: By lower-case name of the server; “default” holds for all others.
    """

    datasets: tuple[Dataset, ...]
    services: tuple[Served, ...]
    hosts: Mapping[str, Politeness]
