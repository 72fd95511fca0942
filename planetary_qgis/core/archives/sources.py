"""What can be searched, and where it lies: the catalogue joined with what is on disk.

Imports no library that is slow to load, so that docks can list sources at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Union

from planetary_qgis.core.archives.catalog import Dataset, Served
from planetary_qgis.core.bodies import known_bodies

SourceKind = Literal["index", "service", "imported"]
SourceState = Literal["imported", "cached", "remote"]


@dataclass(frozen=True)
class Imported:
    """A table of the store.

    Attributes:
        dataset: Catalogue key of the index that it was made from; "" where that is not known.
        body: NAIF name of the body that its shapes lie on.
        ranges: Shared columns with ranges that some row has a value for.
        note: What else to say, e.g. "12.3 MB, fetched 2026-01-02".
    """

    table: str
    rows: int
    dataset: str = ""
    title: str = ""
    body: str = ""
    ranges: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Source:
    """Something that can be searched, or could be once it is downloaded.

    Attributes:
        key: The catalogue's; of further tables of the same index, and of tables that the catalogue
            does not know, the table's name stands in it.
        kind: "imported" is a table of the store that the catalogue does not know.
        body: NAIF name; "" where rows are about several bodies.
        url: Where the index's label is published or the service listens; "" where nobody knows.
        ranges: Shared columns with ranges that it has values for.
        table: Its table in the store; "" without one.
        rows: How many the table has.
        state: A service is always remote.
    """

    key: str
    kind: SourceKind
    title: str
    body: str = ""
    mission: str = ""
    instrument: str = ""
    archive: str = ""
    verified: str = ""
    url: str = ""
    ranges: tuple[str, ...] = ()
    table: str = ""
    rows: int = 0
    state: SourceState = "remote"
    note: str = ""

    @property
    def searchable(self) -> bool:
        """Whether it can be searched as it is; other indexes are to be downloaded first."""
        return self.kind == "service" or bool(self.table)


ByInstrument = dict[str, list[Source]]
ByMission = dict[str, ByInstrument]
Grouped = dict[str, ByMission]


def sources_of(
    datasets: Iterable[Dataset],
    services: Iterable[Served],
    imported: Sequence[Imported] = (),
    cached: Mapping[str, str] | None = None,
) -> list[Source]:
    """Indexes, then services, then tables that the catalogue does not know.

    What can be neither searched nor fetched, an index without URL and table, is left out.

    Args:
        cached: By catalogue key, what to say about the copy in the cache.
    """
    known = list(datasets)
    keys = {dataset.key for dataset in known}
    in_cache = cached or {}
    found = [source for dataset in known for source in _of_index(dataset, imported, in_cache)]
    found += [_of_service(served) for served in services]
    found += [_of_table(table) for table in imported if table.dataset not in keys]
    return found


def grouped(sources: Iterable[Source]) -> Grouped:
    """Sources by body, mission and instrument, each in the order in which one looks for it.

    Bodies come in NAIF's order of planets, several bodies ("") last; names are sorted with their
    numbers as numbers. Names that differ by case alone are one.
    """
    tree: Grouped = {}
    spelled: dict[tuple[str, ...], str] = {}
    for source in sorted(sources, key=_place):
        mission = spelled.setdefault(("mission", source.mission.casefold()), source.mission)
        instrument = spelled.setdefault(
            ("instrument", mission, source.instrument.casefold()), source.instrument
        )
        missions = tree.setdefault(source.body, {})
        missions.setdefault(mission, {}).setdefault(instrument, []).append(source)
    return tree


def _of_index(
    dataset: Dataset, imported: Sequence[Imported], cached: Mapping[str, str]
) -> Iterator[Source]:
    """A source for each of the index's tables, or one that can be downloaded."""
    tables = [table for table in imported if table.dataset == dataset.key]
    for number, table in enumerate(tables):
        yield _index(
            dataset,
            key=f"{dataset.key}#{table.table}" if number else dataset.key,
            title=f"{dataset.title} ({table.table})" if len(tables) > 1 else dataset.title,
            body=table.body,
            ranges=table.ranges,
            table=table.table,
            rows=table.rows,
            state="imported",
            note=table.note or cached.get(dataset.key, ""),
        )
    if not tables and dataset.key in cached:
        yield _index(dataset, state="cached", note=cached[dataset.key])
    elif not tables and dataset.label_url:
        yield _index(dataset)


def _index(
    dataset: Dataset,
    *,
    key: str = "",
    title: str = "",
    body: str = "",
    ranges: tuple[str, ...] = (),
    table: str = "",
    rows: int = 0,
    state: SourceState = "remote",
    note: str = "",
) -> Source:
    return Source(
        key=key or dataset.key,
        kind="index",
        title=title or dataset.title,
        # A table lies on one body, whatever else its index is about.
        body=dataset.body or body,
        mission=dataset.mission,
        instrument=dataset.instrument,
        archive=dataset.archive,
        verified=dataset.verified,
        url=dataset.label_url,
        ranges=ranges,
        table=table,
        rows=rows,
        state=state,
        note=note,
    )


def _of_service(served: Served) -> Source:
    return Source(
        key=served.key,
        kind="service",
        title=served.title,
        body=served.body,
        mission=served.mission,
        instrument=served.instrument,
        archive=served.archive,
        verified=served.verified,
        url=served.url,
        ranges=served.ranges,
    )


def _of_table(table: Imported) -> Source:
    return Source(
        key=f"table:{table.table}",
        kind="imported",
        title=table.title or table.table,
        body=table.body,
        ranges=table.ranges,
        table=table.table,
        rows=table.rows,
        state="imported",
        note=table.note,
    )


Part = tuple[int, Union[int, str]]


def _place(source: Source) -> tuple[object, ...]:
    order = {body.name: number for number, body in enumerate(known_bodies())}
    rank = len(order) if source.body else len(order) + 1
    return (
        order.get(source.body, rank),
        source.body,
        # What names no mission hangs on the body itself, below those that do.
        not source.mission,
        _natural(source.mission),
        _natural(source.instrument),
        _natural(source.title),
        source.key,
    )


def _natural(name: str) -> list[Part]:
    """Sorts "Voyager 2" before "Voyager 10"; numbers come before words."""
    parts = re.findall(r"\d+|\D+", name.casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]
