"""One search over indexes and services, answered as one. Imports pandas: import it late."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

from qgis.core import QgsFeedback

from planetary_qgis.about import about
from planetary_qgis.core.archive_search import PROVENANCE_NAME, ArchiveSearch
from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.cache import state_of
from planetary_qgis.core.archives.index_download import IndexFiles, download_index
from planetary_qgis.core.archives.matching import matching
from planetary_qgis.core.archives.neighbours import planetarypy_index
from planetary_qgis.core.archives.pds3.index import open_index
from planetary_qgis.core.archives.services.asking import ask
from planetary_qgis.core.archives.sources import Source
from planetary_qgis.core.http import NetworkError, Transport
from planetary_qgis.core.merging import merged
from planetary_qgis.core.products import Answer, Products
from planetary_qgis.core.query import Query
from planetary_qgis.core.reports import Report
from planetary_qgis.qgis_bridge.answers import narrowed
from planetary_qgis.qgis_bridge.network import polite_transport, progress_of
from planetary_qgis.qgis_bridge.places import Places
from planetary_qgis.qgis_bridge.search import search
from planetary_qgis.qgis_bridge.stored import stored_answer
from planetary_qgis.qgis_bridge.tasks import tell


def answer_of_all(
    asked: ArchiveSearch,
    sources: Sequence[Source],
    places: Places,
    feedback: QgsFeedback,
) -> Answer:
    """What all sources have that answers the query, each product once.

    Imported indexes are asked in the store; others are read from the cache, or downloaded into it.
    Where several sources are asked, a service that fails is named in the report, and the others
    answer all the same.

    Raises:
        PlanetaryError: The only source cannot be asked, or the expression cannot be read.
    """
    # The expression may ask for columns of another source, and the limit counts what it left.
    query = replace(asked.query, expression="", limit=None)
    parts = [_answer(source, query, places, feedback) for source in sources]
    for source, part in zip(sources, parts):
        if source.kind == "service":
            part.chunks = _asked(source, part, part.chunks, feedback, may_fail=len(sources) > 1)
    answer = narrowed(merged(parts), asked.query)
    answer.provenance.update(search_facts(asked))
    return answer


def downloaded_index(
    key: str, places: Places, feedback: QgsFeedback, *, body: str | None = None
) -> tuple[Answer, Path]:
    """An index's rows and its label, brought up to date first.

    Where the cache does not hold it but planetarypy's does, that one is read and left as it is.

    Raises:
        PlanetaryError: It cannot be downloaded or read.
    """
    dataset = catalog.find(key)
    neighbour = planetarypy_index(key) if state_of(dataset, places.cache).label is None else None
    if neighbour is not None:
        answer = open_index(neighbour, dataset=key, body=body)
        answer.provenance["Found in"] = "the cache of planetarypy"
        return answer, neighbour
    report = Report()
    files = download_index(
        dataset,
        places.cache,
        archive_transport(feedback),
        progress=progress_of(feedback),
        report=report,
    )
    answer = open_index(files.label, dataset=key, body=body)
    answer.report.merge(report)
    answer.provenance.update(_download_facts(files))
    return answer, files.label


def archive_transport(feedback: QgsFeedback) -> Transport:
    """The network for archives; what they ask of us is told to the feedback."""
    return polite_transport(feedback, tell=lambda sentence: tell(feedback, sentence))


def _download_facts(files: IndexFiles) -> dict[str, str]:
    table = files.saved[-1]
    return {
        "Label URL": files.saved[0].url,
        "Table URL": table.url,
        "Fetched": table.fetched,
        "Last modified": table.last_modified,
    }


def search_facts(asked: ArchiveSearch) -> dict[str, str]:
    """What a layer's metadata tell of the search that found it."""
    now = datetime.now(timezone.utc)
    return {
        PROVENANCE_NAME: asked.to_json(),
        "Searched": now.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "Made by": f"{about().name} {about().version}",
    }


def _answer(
    source: Source,
    query: Query,
    places: Places,
    feedback: QgsFeedback,
) -> Answer:
    """One source's rows that answer the query."""
    if source.table:
        found = search(places.store, source.table, query)
        return stored_answer(places.store, source.table, found.ids)
    if source.kind == "service":
        return ask(catalog.find_service(source.key), query, archive_transport(feedback))
    answer, _label = downloaded_index(source.key, places, feedback, body=query.body or None)
    answer.chunks = _matching(answer.chunks, query)
    answer.total = None
    return answer


def _matching(chunks: Iterator[Products], query: Query) -> Iterator[Products]:
    for chunk in chunks:
        yield matching(chunk, query)


def _asked(
    source: Source,
    answer: Answer,
    chunks: Iterator[Products],
    feedback: QgsFeedback,
    *,
    may_fail: bool,
) -> Iterator[Products]:
    """What a service answers, and while it is asked, a sentence that says so."""
    found = 0
    tell(feedback, f"Asking {source.archive}: {source.title}")
    try:
        for chunk in chunks:
            found += len(chunk)
            tell(feedback, f"Asking {source.archive}: {source.title}, {found:,} found so far")
            yield chunk
    except NetworkError as error:
        if not may_fail:
            raise
        answer.report.add(f"{source.title} did not answer to the end. {error}")
