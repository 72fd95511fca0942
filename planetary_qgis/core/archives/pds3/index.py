"""A PDS3 index, label and table, as a stream of products."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from planetary_qgis.core.archives import catalog
from planetary_qgis.core.archives.catalog import Dataset
from planetary_qgis.core.archives.pds3.columns import Column
from planetary_qgis.core.archives.pds3.conventions import Conventions, conventions_of
from planetary_qgis.core.archives.pds3.geometry import Locator
from planetary_qgis.core.archives.pds3.label import Label, read_label
from planetary_qgis.core.archives.pds3.roles import Roles, roles_of
from planetary_qgis.core.archives.pds3.rows import RowReader, names_after_shared
from planetary_qgis.core.archives.pds3.shared import shared_columns
from planetary_qgis.core.archives.pds3.table import RawColumn, Table, open_table
from planetary_qgis.core.archives.pds3.values import real_kinds, with_times
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import Body, find_body, naif_name
from planetary_qgis.core.bodies import body as known_body
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.products import Answer, Products, Schema
from planetary_qgis.core.reports import Report
from planetary_qgis.core.times import utc_text

_TARGET_ROWS = 100_000


def open_index(
    label: Path, *, dataset: str | None = None, body: str | None = None, chunk_rows: int = 20_000
) -> Answer:
    """The products that an index lists; rows are read while the chunks are.

    The table is read through once beforehand, for its number of rows and its SHA-256.

    Args:
        label: The index's PDS3 label, detached from its table or attached to it.
        dataset: The index's key in the catalogue; recognised where not given.
        body: The body whose rows get geometry, for indexes about several bodies.
        chunk_rows: How many rows a chunk holds at most.

    Raises:
        LabelError: The label or its table cannot be read, or says of no known body.
        PlanetaryError: The catalogue has no such key, or the body is not known.
    """
    index = _index(Path(label), dataset)
    about = known_body(body) if body else _body(index)
    report = index.label.report
    conventions = conventions_of(index.label, index.dataset, index.roles, report)
    reader = _reader(index, about, conventions)
    _tell_what_lacks(index.roles, report)
    return Answer(
        schema=reader.schema,
        chunks=_chunks(index.table, reader, chunk_rows, report),
        total=index.table.rows,
        provenance=_provenance(index, about, conventions),
        report=report,
    )


@dataclass(frozen=True)
class _Index:
    """What is known of an index before its rows are read."""

    table: Table
    columns: Sequence[Column]
    dataset: Dataset | None
    roles: Roles
    data_set_ids: tuple[str, ...]

    @property
    def label(self) -> Label:
        return self.table.label


@dataclass(frozen=True)
class _RowFacts:
    """What the table's own columns say under a keyword's name."""

    columns: Sequence[Column]
    sample: Sequence[RawColumn]

    def texts(self, keyword: str) -> list[str]:
        for column, raw in zip(self.columns, self.sample):
            if column.name.upper() == keyword:
                texts = (text.decode("latin-1").strip('" ') for text in np.unique(raw).tolist())
                return [text for text in texts if text]
        return []


def _index(path: Path, key: str | None) -> _Index:
    label = read_label(path)
    table = open_table(label, label.report)
    sample = table.sample()
    columns = real_kinds(label.columns, sample, label.report)
    facts = _RowFacts(columns, sample)
    dataset = catalog.find(key) if key else catalog.recognise(label, facts)
    roles = roles_of([column.name for column in columns], dataset)
    times = [roles.by_role.get(role) for role in ("start_time", "stop_time")]
    data_set_ids = label.texts("DATA_SET_ID") or facts.texts("DATA_SET_ID")
    return _Index(table, with_times(columns, sample, times), dataset, roles, tuple(data_set_ids))


def _reader(index: _Index, body: Body, conventions: Conventions) -> RowReader:
    by_name = {column.name: column for column in index.columns}
    archive = index.dataset.archive if index.dataset else "PDS"
    what = index.data_set_ids or ([index.dataset.key] if index.dataset else [index.label.path.name])
    shared = shared_columns(
        index.label, by_name, index.roles, index.dataset, f"{archive}, {'; '.join(what)}"
    )
    own_names = names_after_shared(index.columns, shared.repeated)
    own_kinds = {own: by_name[name].kind for name, own in own_names.items()}
    schema = Schema(body, index.roles.geometry, own_kinds)
    return RowReader(
        index.columns, own_names, schema, shared, Locator(index.roles, conventions, body)
    )


def _chunks(table: Table, reader: RowReader, chunk_rows: int, report: Report) -> Iterator[Products]:
    tally = Tally()
    try:
        for raw in table.chunks(chunk_rows, tally):
            yield reader.products(raw, tally)
    finally:
        tally.tell(report)


def _body(index: _Index) -> Body:
    """The body that the rows' geometry lies on.

    Raises:
        LabelError: Neither catalogue nor label nor rows name a known body.
    """
    dataset, named = index.dataset, index.label.text("TARGET_NAME")
    found = find_body(dataset.body if dataset else "") or find_body(naif_name(named))
    found = found or _most_frequent(index)
    found = found or find_body(dataset.usual_body if dataset else "")
    if found is None:
        raise LabelError(
            f"Nothing says which body the index {index.label.path} is about: the label's "
            f"TARGET_NAME is {named or 'not given'}, and its rows name no known body.",
            hint="Choose the dataset that the index belongs to, or the body.",
        )
    return found


def _most_frequent(index: _Index) -> Body | None:
    """The known body that most rows are about; reads one column of the whole table."""
    name = index.roles.by_role.get("target")
    if name is None:
        return None
    number = [column.name for column in index.columns].index(name)
    counts: Counter[str] = Counter()
    for (raw,) in index.table.chunks(_TARGET_ROWS, Tally(), [number]):
        spelled, rows = np.unique(raw, return_counts=True)
        for text, count in zip(spelled.tolist(), rows.tolist()):
            counts[naif_name(text.decode("latin-1").strip('" '))] += count
    known = (find_body(target) for target, _ in counts.most_common())
    return next((body for body in known if body is not None), None)


def _tell_what_lacks(roles: Roles, report: Report) -> None:
    if not (roles.corners or roles.bounds or roles.centre):
        report.add("The index has no positions: its rows have no geometry.")
    if "product_id" not in roles.by_role:
        report.add("The index has no column that names its products.")


def _provenance(index: _Index, body: Body, conventions: Conventions) -> dict[str, str]:
    label, dataset = index.label, index.dataset
    file = label.place.path.stat()
    facts = {
        "Label": str(label.path),
        "Table": str(label.place.path),
        "Table size": f"{file.st_size} bytes",
        "Table date": utc_text(np.datetime64(round(file.st_mtime * 1000), "ms")),
        "Table SHA-256": index.table.bytes.sha256,
        "DATA_SET_ID": ", ".join(index.data_set_ids),
        "VOLUME_ID": ", ".join(label.texts("VOLUME_ID")),
        "Dataset": f"{dataset.key}: {dataset.title}" if dataset else "not in the catalogue",
        "Rows": str(index.table.rows),
        "Body": body.title,
    }
    names = dict.fromkeys([*index.roles.latitudes(), *index.roles.longitudes()])
    if names:
        facts["Geometry"] = f"from {', '.join(names)}"
        facts["Longitudes in the index"], facts["Latitudes in the index"] = conventions.sentences()
    facts["Verified"] = dataset.verified if dataset else ""
    return {name: fact for name, fact in facts.items() if fact}
