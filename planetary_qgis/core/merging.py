"""Answers of several sources as one: one set of columns, each product once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.products import (
    SHARED_COLUMNS,
    Answer,
    ColumnKind,
    Products,
    Schema,
    table_of,
)

_SAME_START = np.timedelta64(1, "s")
_NOT_IN_NAMES = re.compile(r"[^0-9A-Z]+")

_Known = dict[str, list[tuple[int, np.datetime64]]]
"""By bare product id: from which source it came and when it started."""


def merged(answers: Sequence[Answer]) -> Answer:
    """One answer with the rows of all, the first source's first; read once, as its parts are.

    The shared columns come first, then every source's own ones; where two sources have a column of
    the same name (in any case) it is one column, as text where they disagree on its kind. A product
    that an earlier source has is left out: the same id but for punctuation and case, and times that
    do not contradict it. Where kinds of geometry differ, polygons are kept, and rows that are only
    a point or a line keep their attributes alone; the report counts them.

    Raises:
        PlanetaryError: The answers lie on different bodies.
    """
    if len(answers) == 1:
        return answers[0]
    joined = Answer(schema=_joined_schema([answer.schema for answer in answers]), chunks=iter(()))
    if all(answer.total is not None for answer in answers):
        joined.total = sum(answer.total or 0 for answer in answers)
    joined.chunks = _chunks(answers, joined)
    return joined


def _joined_schema(schemas: Sequence[Schema]) -> Schema:
    bodies = {schema.body.name: schema.body for schema in schemas}
    if len(bodies) > 1:
        raise PlanetaryError(
            f"The sources lie on different bodies: {', '.join(b.title for b in bodies.values())}.",
            hint="Search one body at a time.",
        )
    kinds = {schema.geometry for schema in schemas}
    own: dict[str, tuple[str, ColumnKind]] = {}
    for schema in schemas:
        for name, kind in schema.own_columns.items():
            spelled, known = own.get(name.upper(), (name, kind))
            own[name.upper()] = spelled, kind if kind == known else "text"
    return Schema(
        next(iter(bodies.values())),
        kinds.pop() if len(kinds) == 1 else "polygon",
        dict(own.values()),
    )


def _chunks(answers: Sequence[Answer], joined: Answer) -> Iterator[Products]:
    known: _Known = {}
    repeated, tally = 0, Tally()
    try:
        for source, answer in enumerate(answers):
            for chunk in answer.chunks:
                kept = _new_rows(chunk, source, known)
                repeated += int((~kept).sum())
                yield _in_columns(chunk.where(kept), answer.schema, joined.schema, tally)
    finally:
        for answer in answers:
            answer.close()
            joined.report.merge(answer.report)
        tally.tell(joined.report)
        _join_provenance(answers, joined, repeated)


def _new_rows(chunk: Products, source: int, known: _Known) -> NDArray[np.bool_]:
    """Where a chunk's products are not those of an earlier source."""
    starts = chunk.table["start_time"].to_numpy(dtype="datetime64[us]")
    kept = np.ones(len(chunk), dtype=bool)
    for row, (name, start) in enumerate(zip(chunk.table["product_id"], starts)):
        if not isinstance(name, str):
            continue
        bare = _NOT_IN_NAMES.sub("", name.upper())
        others = known.setdefault(bare, [])
        kept[row] = not any(_are_same(start, then) for who, then in others if who != source)
        if kept[row]:
            others.append((source, start))
    return kept


def _are_same(start: np.datetime64, other: np.datetime64) -> bool:
    return bool(np.isnat(start) or np.isnat(other) or abs(start - other) <= _SAME_START)


def _in_columns(chunk: Products, schema: Schema, wanted: Schema, tally: Tally) -> Products:
    """The chunk in the joined schema's columns, and shapes of its kind."""
    mine = {name.upper(): name for name in schema.own_columns}
    values = {name: chunk.table[name] for name in SHARED_COLUMNS}
    for name, kind in wanted.own_columns.items():
        own = mine.get(name.upper())
        if own is not None:
            values[name] = _as_kind(chunk.table[own], schema.own_columns[own], kind)
    shapes = chunk.geometry
    if schema.geometry != wanted.geometry:
        has_shape = shapes != None  # noqa: E711 - elementwise
        problem = (
            f"products are {schema.geometry}s, which a layer of {wanted.geometry}s cannot show"
        )
        tally.add(problem, int(has_shape.sum()), chunk.table["product_id"][has_shape])
        shapes = np.full(len(chunk), None, dtype=object)
    return Products(table_of(wanted, values, len(chunk)), shapes)


def _as_kind(column: pd.Series, kind: ColumnKind, wanted: ColumnKind) -> pd.Series:
    if kind == wanted:
        return column
    texts = column.astype(object).where(column.notna(), None)
    return texts.map(lambda value: None if value is None else str(value))


def _join_provenance(answers: Sequence[Answer], joined: Answer, repeated: int) -> None:
    for number, answer in enumerate(answers, start=1):
        for name, fact in answer.provenance.items():
            joined.provenance[f"Source {number}, {name}"] = fact
    if repeated:
        joined.provenance["Products that several sources had"] = str(repeated)
