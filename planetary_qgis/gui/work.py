"""What docks have done in tasks: plain data in, plain data out.

The libraries behind are imported by the functions, as docks open without waiting for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from string import punctuation
from typing import TYPE_CHECKING

from qgis.core import QgsFeatureRequest, QgsFeedback, QgsVectorLayerFeatureSource

from planetary_qgis.qgis_bridge import store
from planetary_qgis.qgis_bridge.geopackage import journal_as_it_is

if TYPE_CHECKING:
    from planetary_qgis.core.products import Answer
    from planetary_qgis.core.spice.kernels import KernelSummary
    from planetary_qgis.core.spice.observations import Observation, Times

_NOT_IN_NAMES = str.maketrans('"|', "__", "\0")


@dataclass(frozen=True)
class Written:
    """A table that was written, and sentences about rows that had problems."""

    path: Path
    table: str
    rows: int
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The subset filter that finds what was searched, and how many rows that are."""

    table: str
    subset: str
    rows: int


@dataclass(frozen=True)
class RunOfTimes:
    """Start and stop as typed; without a step one observation, without a stop an instant."""

    start: str
    stop: str
    step_s: float | None


@dataclass(frozen=True)
class TableOfTimes:
    """Fields of a layer that hold the times; "" is no field."""

    source: QgsVectorLayerFeatureSource
    start_field: str
    stop_field: str


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


def import_index(label: Path, dataset: str | None, path: Path, feedback: QgsFeedback) -> Written:
    """Read an index into its table of the store, in place of an older import of the same."""
    from planetary_qgis.core.archives.pds3_index import open_index

    answer = open_index(label, dataset=dataset)
    return _written(answer, path, _index_name(label, answer), feedback)


def search(
    path: Path,
    table: str,
    *,
    extent: tuple[float, float, float, float] | None,
    start: datetime | None,
    stop: datetime | None,
    expression: str,
) -> Found:
    """Which rows of an index match; the layer made on the way is left behind in the task."""
    with journal_as_it_is():
        layer = store.search_layer(
            path, table, extent=extent, start=start, stop=stop, expression=expression
        )
        found = Found(table, layer.subsetString(), layer.featureCount())
        del layer  # closes the file while the journal is still left alone
    return found


def read_kernels(kernels: Sequence[Path]) -> KernelSummary:
    from planetary_qgis.core.spice.kernels import summarise

    return summarise(kernels)


def write_footprints(
    observation: Observation,
    when: RunOfTimes | TableOfTimes,
    path: Path,
    feedback: QgsFeedback,
) -> Written:
    """Compute footprints into a new table of a GeoPackage."""
    from planetary_qgis.core.spice.footprints import compute_footprints

    times, problems = _times(when)
    answer = compute_footprints(observation, times)
    name = f"{observation.instrument} footprints on {answer.schema.body.title}"
    written = _written(answer, path, unused_name(path, name), feedback, title=name)
    return replace(written, problems=(*problems, *written.problems))


def write_track(track: Track, path: Path, feedback: QgsFeedback) -> Written:
    """Compute a ground track into a new table of a GeoPackage."""
    from planetary_qgis.core.spice.tracks import compute_ground_track
    from planetary_qgis.core.times import parse_utc

    answer = compute_ground_track(
        track.kernels,
        track.target,
        track.observer,
        parse_utc(track.start),
        parse_utc(track.stop),
        track.step_s,
        abcorr=track.abcorr,
    )
    name = f"{track.observer} ground track on {answer.schema.body.title}"
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


def _times(when: RunOfTimes | TableOfTimes) -> tuple[Times, list[str]]:
    """The times, and sentences about what was left out."""
    if isinstance(when, TableOfTimes):
        return _times_of_table(when)
    from planetary_qgis.core.spice.observations import times_of_run
    from planetary_qgis.core.times import parse_utc

    stop = parse_utc(when.stop) if when.stop else None
    return times_of_run(parse_utc(when.start), stop, when.step_s), []


def _times_of_table(when: TableOfTimes) -> tuple[Times, list[str]]:
    from planetary_qgis.qgis_bridge.observed import times_of_features

    features = when.source.getFeatures(QgsFeatureRequest())
    times, skipped = times_of_features(
        features, when.source.fields(), when.start_field, when.stop_field
    )
    return times, [f"{skipped} rows have no start time and were left out."] if skipped else []


def _index_name(label: Path, answer: Answer) -> str:
    """Tells indexes apart: data set, volume, and the label's own name."""
    facts = answer.provenance
    key, is_known, _title = facts.get("Dataset", "").partition(": ")
    data_set = key if is_known else facts.get("DATA_SET_ID", "").partition(",")[0]
    volume = facts.get("VOLUME_ID", "").partition(",")[0]
    name = " ".join(part for part in (data_set, volume, label.stem) if part)
    return _as_table(name)


def _as_table(name: str) -> str:
    """A name as GeoPackage takes it; GDAL refuses one that begins with a special character."""
    return name.translate(_NOT_IN_NAMES).lstrip(punctuation + " ") or "table"
