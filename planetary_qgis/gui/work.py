"""What docks have done in tasks: plain data in, plain data out.

The libraries behind are imported by the functions, as docks open without waiting for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from string import punctuation
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import numpy as np
from qgis.core import QgsFeatureRequest, QgsFeedback, QgsVectorLayerFeatureSource

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
    from planetary_qgis.core.bodies import Body
    from planetary_qgis.core.products import Answer
    from planetary_qgis.core.query import Range
    from planetary_qgis.core.reports import Report
    from planetary_qgis.core.spice.observations import Observation, Times
    from planetary_qgis.qgis_bridge.rasters import OpenRaster
    from planetary_qgis.qgis_bridge.terrain import DemSource

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
class OpenedRasters:
    """Rasters that can be shown, and why others cannot."""

    rasters: tuple[OpenRaster, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True)
class RunOfTimes:
    """Start and stop as typed; without a step one observation, without a stop an instant."""

    start: str
    stop: str
    step_s: float | None


@dataclass(frozen=True)
class TableOfTimes:
    """Fields of a layer that hold the times; "" is no field.

    Attributes:
        system: What times are that do not say it, of `epochs.TIME_SYSTEMS`.
    """

    source: QgsVectorLayerFeatureSource
    start_field: str
    stop_field: str
    system: str = "UTC"


@dataclass(frozen=True)
class Track:
    """A ground track that is wanted; the arguments of compute_ground_track."""

    kernels: tuple[Path, ...]
    target: str
    observer: str
    start: str
    stop: str
    step_s: float
    abcorr: str


@dataclass(frozen=True)
class Opportunities:
    """Windows of time that are wanted; the arguments of find_opportunities.

    Attributes:
        area: WKT in the house's degrees; "" for the whole body.
        start, stop: As typed.
    """

    observation: Observation
    area: str
    start: str
    stop: str
    limits: dict[str, Range]
    sight: str
    step_s: float


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


def open_rasters(addresses: Sequence[str], feedback: QgsFeedback) -> OpenedRasters:
    """What GDAL can open of these; the rest is told."""
    from planetary_qgis.qgis_bridge.rasters import open_raster

    rasters, problems = [], []
    for number, address in enumerate(addresses):
        if feedback.isCanceled():
            raise store.RunCancelledError
        try:
            rasters.append(open_raster(address))
        except PlanetaryError as error:
            problems.append(f"{error} {error.details}".strip())
        feedback.setProgress(100.0 * (number + 1) / len(addresses))
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
    written = _written(answer, path, table, feedback, title=title)
    found = Found(path, table, np.arange(1, written.rows + 1), subset="")
    if not written.rows:
        store.remove_table(path, table)
    return Finding(found, title, len(sources), {}, written.problems)


def write_footprints(
    observation: Observation,
    when: RunOfTimes | TableOfTimes,
    path: Path,
    feedback: QgsFeedback,
    *,
    dem: DemSource | None = None,
) -> Written:
    """Compute footprints into a new table of a GeoPackage."""
    from planetary_qgis.core.spice.footprints import compute_footprints

    times, problems = _times(when, observation)
    if dem is not None:
        from planetary_qgis.qgis_bridge.terrain import observed_on

        tell(feedback, f"Reading {dem.name}")
        observation = observed_on(dem, observation, times)
    answer = compute_footprints(observation, times)
    name = f"{observation.instrument} footprints on {answer.schema.body.title}"
    written = _written(answer, path, unused_name(path, name), feedback, title=name)
    return replace(written, problems=(*problems, *written.problems))


def write_track(track: Track, path: Path, feedback: QgsFeedback) -> Written:
    """Compute a ground track into a new table of a GeoPackage."""
    from planetary_qgis.core.spice.curves.tracks import compute_ground_track
    from planetary_qgis.core.spice.epochs import read_span

    start, stop = read_span(track.start, track.stop, track.kernels, track.observer)
    answer = compute_ground_track(
        track.kernels,
        track.target,
        track.observer,
        start,
        start if stop is None else stop,
        track.step_s,
        abcorr=track.abcorr,
    )
    name = f"{track.observer} ground track on {answer.schema.body.title}"
    return _written(answer, path, unused_name(path, name), feedback, title=name)


def body_of_target(observation: Observation) -> Body:
    from planetary_qgis.core.spice.opportunities.finding import body_of_target

    return body_of_target(observation)


def write_opportunities(wanted: Opportunities, path: Path, feedback: QgsFeedback) -> Written:
    """Find windows of time into a new table of a GeoPackage."""
    from planetary_qgis.core.geos import shapely
    from planetary_qgis.core.reports import Report
    from planetary_qgis.core.spice.epochs import read_span
    from planetary_qgis.core.spice.opportunities.finding import WHOLE_BODY, find_opportunities

    observation, report = wanted.observation, Report()
    start, stop = read_span(
        wanted.start, wanted.stop, observation.kernels, observation.observer, report
    )
    answer = find_opportunities(
        observation,
        shapely.from_wkt(wanted.area) if wanted.area else WHOLE_BODY,
        start,
        start if stop is None else stop,
        limits=wanted.limits,
        sight=wanted.sight,
        step_s=wanted.step_s,
    )
    answer.report.merge(report)
    who = observation.instrument or observation.observer
    name = f"{who} opportunities on {answer.schema.body.title}"
    return _written(answer, path, unused_name(path, name), feedback, title=name)


def unused_name(path: Path, wanted: str) -> str:
    """The wanted table name, with a number where the file has such a table already."""
    wanted = _as_table(wanted)
    taken = {name.lower() for name in store.table_names(path)}
    name, number = wanted, 2
    while name.lower() in taken:
        name, number = f"{wanted} {number}", number + 1
    return name


def _written(
    answer: Answer, path: Path, table: str, feedback: QgsFeedback, *, title: str = ""
) -> Written:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = store.write_table(path, table, answer, feedback=feedback, title=title)
    return Written(path, table, rows, tuple(answer.report.sentences()))


def _times(when: RunOfTimes | TableOfTimes, observation: Observation) -> tuple[Times, list[str]]:
    """The times, and sentences about what was left out or is not quite as it was given."""
    from planetary_qgis.core.reports import Report
    from planetary_qgis.core.spice.epochs import read_run

    report, kernels, observer = Report(), observation.kernels, observation.observer
    if isinstance(when, TableOfTimes):
        times, skipped = _times_of_table(when, observation, report)
        missing = [f"{skipped} rows have no start time and were left out."] if skipped else []
        return times, [*missing, *report.sentences()]
    times = read_run(when.start, when.stop, when.step_s, kernels, observer, report)
    return times, report.sentences()


def _times_of_table(
    when: TableOfTimes, observation: Observation, report: Report
) -> tuple[Times, int]:
    from planetary_qgis.qgis_bridge.observed import times_of_features

    return times_of_features(
        when.source.getFeatures(QgsFeatureRequest()),
        when.source.fields(),
        when.start_field,
        when.stop_field,
        kernels=observation.kernels,
        observer=observation.observer,
        system=when.system,
        report=report,
    )


def _imported(answer: Answer, label: Path, path: Path, feedback: QgsFeedback) -> Written:
    from planetary_qgis.core.archives.contents import noting_ranges

    return _written(noting_ranges(answer), path, _index_name(label, answer), feedback)


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
