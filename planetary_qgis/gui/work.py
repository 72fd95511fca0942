"""What docks have done in tasks: plain data in, plain data out.

The libraries behind are imported by the functions, as docks open without waiting for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from string import punctuation
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import numpy as np
from qgis.core import QgsFeedback

from planetary_qgis.core.archive_search import ArchiveSearch
from planetary_qgis.core.archives.sources import Source
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.indexes import facts_of_table
from planetary_qgis.qgis_bridge.journals import journal_as_it_is
from planetary_qgis.qgis_bridge.places import Places
from planetary_qgis.qgis_bridge.search import Found
from planetary_qgis.qgis_bridge.search import search as search_table
from planetary_qgis.qgis_bridge.tasks import tell

if TYPE_CHECKING:
    from planetary_qgis.core.products import Answer
    from planetary_qgis.qgis_bridge.rasters.opening import OpenRaster

_TABLE_HASH = "Table SHA-256"
_TITLES_SHOWN = 2
_LONGEST_SUBSET = 200_000
"""A longer filter would be kept in every project with the layer; the rows are copied then."""
_NOT_IN_NAMES = str.maketrans('"|', "__", "\0")


@dataclass(frozen=True)
class Written:
    """A table that was written, and sentences about rows that had problems."""

    path: Path
    table: str
    rows: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Finding:
    """What a search found, and what to tell of it.

    Attributes:
        sources: How many were asked.
        facts: For the metadata of the layer that shows it, where its table does not tell them.
    """

    found: Found
    title: str
    sources: int
    facts: dict[str, str]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Downloaded:
    """How many of the wanted products came into a folder, and why others did not."""

    folder: Path
    count: int
    wanted: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class WantedRaster:
    """A raster that is to be opened.

    Attributes:
        address: A path, or an address on the web.
        label_address: Where an archive says that its label is.
        image: Which one, where a file holds several.
    """

    address: str
    label_address: str = ""
    image: int = 0


@dataclass(frozen=True)
class OpenedRasters:
    """Rasters that can be shown, and why others cannot."""

    rasters: tuple[OpenRaster, ...]
    problems: tuple[str, ...]


def import_index(
    label: Path, dataset: str | None, body: str | None, path: Path, feedback: QgsFeedback
) -> Written:
    """Read an index into its table of the store, in place of an older import of the same."""
    from planetary_qgis.core.archives.pds3.index import open_index
    from planetary_qgis.core.archives.pds4.folder import is_pds4, open_pds4

    if is_pds4(label):
        return _imported(open_pds4(label, body=body), label, path, feedback)
    return _imported(open_index(label, dataset=dataset, body=body), label, path, feedback)


def bring_in(
    key: str, places: Places, feedback: QgsFeedback, *, body: str | None = None
) -> Written | None:
    """Download an index and import it; None where the store has the very same table already."""
    from planetary_qgis.qgis_bridge.archives import downloaded_index

    answer, label = downloaded_index(key, places, feedback, body=body)
    table = _index_name(label, answer)
    if table in store.table_names(places.store):
        known = facts_of_table(places.store, table)
        if known.get(_TABLE_HASH) == answer.provenance[_TABLE_HASH]:
            return None
    tell(feedback, f"Importing {table}")
    return _imported(answer, label, places.store, feedback)


def search(
    asked: ArchiveSearch, sources: Sequence[Source], places: Places, feedback: QgsFeedback
) -> Finding:
    """What answers a search: rows of the one index that was asked, or a table made of all."""
    from planetary_qgis.qgis_bridge.archives import answer_of_all, search_facts
    from planetary_qgis.qgis_bridge.stored import stored_answer

    if len(sources) > 1 or not sources[0].table:
        return _gathered(answer_of_all(asked, sources, places, feedback), sources, places, feedback)
    with journal_as_it_is():
        found = search_table(places.store, sources[0].table, asked.query)
    if len(found.subset) < _LONGEST_SUBSET:
        return Finding(found, sources[0].title, 1, search_facts(asked), ())
    answer = stored_answer(places.store, found.table, found.ids)
    answer.provenance.update(search_facts(asked))
    return _gathered(answer, sources, places, feedback)


def remove_source(source: Source, places: Places) -> None:
    """Take an index's table out of the store, and its files out of the cache."""
    from planetary_qgis.core.archives import cache, catalog

    if source.table:
        store.remove_table(places.store, source.table)
    if source.kind == "index" and "#" not in source.key:
        cache.remove(catalog.find(source.key), places.cache)


def download_products(
    products: Sequence[tuple[str, str]], folder: Path, feedback: QgsFeedback
) -> Downloaded:
    """Download the products' files into a folder; what cannot be had is told, the rest comes."""
    from planetary_qgis.core.downloads import download, safe_path
    from planetary_qgis.qgis_bridge.archives import archive_transport

    transport, count, problems = archive_transport(feedback), 0, []
    for number, (product_id, url) in enumerate(products):
        tell(feedback, f"Downloading {product_id} ({number + 1} of {len(products)})")
        name = unquote(PurePosixPath(urlsplit(url).path).name) or product_id
        try:
            download(transport, url, safe_path(folder, name))
            count += 1
        except store.RunCancelledError:
            raise
        except PlanetaryError as error:
            problems.append(f"{product_id}: {error}")
        feedback.setProgress(100.0 * (number + 1) / len(products))
    return Downloaded(folder, count, len(products), tuple(problems))


def open_rasters(wanted: Sequence[WantedRaster], feedback: QgsFeedback) -> OpenedRasters:
    """What GDAL can open of these; the rest is told."""
    from planetary_qgis.qgis_bridge.rasters.opening import open_raster

    rasters, problems = [], []
    for number, each in enumerate(wanted):
        tell(feedback, f"Opening {each.address} ({number + 1} of {len(wanted)})")
        try:
            rasters.append(
                open_raster(
                    each.address, feedback, label_address=each.label_address, image=each.image
                )
            )
        except store.RunCancelledError:
            raise
        except PlanetaryError as error:
            problems.append(f"{error} {error.details}".strip())
        if feedback.isCanceled():
            raise store.RunCancelledError
        feedback.setProgress(100.0 * (number + 1) / len(wanted))
    return OpenedRasters(tuple(rasters), tuple(problems))


def _gathered(
    answer: Answer, sources: Sequence[Source], places: Places, feedback: QgsFeedback
) -> Finding:
    """What was found, written into a table of its own beside the store."""
    title = " + ".join(source.title for source in sources[:_TITLES_SHOWN])
    if len(sources) > _TITLES_SHOWN:
        title = f"{title} + …"
    path = places.results
    table = unused_name(path, title)
    written = written_into(path, table, answer, feedback, title=title)
    found = Found(path, table, np.arange(1, written.rows + 1), subset="")
    if not written.rows:
        store.remove_table(path, table)
    return Finding(found, title, len(sources), {}, written.problems)


def unused_name(path: Path, wanted: str) -> str:
    """The wanted table name, with a number where the file has such a table already."""
    wanted = _as_table(wanted)
    taken = {name.lower() for name in store.table_names(path)}
    name, number = wanted, 2
    while name.lower() in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


def written_into(
    path: Path, table: str, answer: Answer, feedback: QgsFeedback, *, title: str = ""
) -> Written:
    """Write an answer into a table of a GeoPackage, whose folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = store.write_table(path, table, answer, feedback=feedback, title=title)
    return Written(path, table, rows, tuple(answer.report.sentences()))


def _imported(answer: Answer, label: Path, path: Path, feedback: QgsFeedback) -> Written:
    from planetary_qgis.core.archives.contents import noting_ranges

    return written_into(path, _index_name(label, answer), noting_ranges(answer), feedback)


def _index_name(label: Path, answer: Answer) -> str:
    """Tells indexes apart: data set, volume, the label's own name, and the body where it varies."""
    from planetary_qgis.core.archives import catalog

    facts = answer.provenance
    key, is_known, _title = facts.get("Dataset", "").partition(": ")
    data_set = key if is_known else facts.get("DATA_SET_ID", "").partition(",")[0]
    volume = facts.get("VOLUME_ID", "").partition(",")[0]
    about_many = bool(is_known) and not catalog.find(key).body
    body = answer.schema.body.title if about_many else ""
    name = " ".join(part for part in (data_set, volume, label.stem, body) if part)
    return _as_table(name)


def _as_table(name: str) -> str:
    """A name as GeoPackage takes it; GDAL refuses one that begins with a special character."""
    return name.translate(_NOT_IN_NAMES).lstrip(punctuation + " ") or "table"
