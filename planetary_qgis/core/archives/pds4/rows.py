"""Rows of products, each from a PDS4 label or, where that is absent, from an inventory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from planetary_qgis.core.archives.pds4.inventory import Member
from planetary_qgis.core.archives.pds4.label import identity_of, record_of, source_of, targets_of
from planetary_qgis.core.archives.pds4.places import Place, place_of, shapes_of
from planetary_qgis.core.archives.pds4.xml import COLLECTIONS, Element, is_product, read_label
from planetary_qgis.core.archives.services.records import products_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.errors import LabelError
from planetary_qgis.core.products import Products, Schema
from planetary_qgis.core.reports import Report


@dataclass(frozen=True)
class Item:
    """A row to be: its label, if there is one, and what an inventory says of it."""

    label: Path | None
    member: Member | None = None


@dataclass
class _Row:
    record: dict[str, Any]
    place: Place | None = None


def chunks_of(
    items: Iterable[Item], schema: Schema, rows: int, tally: Tally, report: Report
) -> Iterator[Products]:
    """The items' products, so many at a time; what went wrong is told at the end."""
    read = (_row(item, schema, tally) for item in items)
    known = (row for row in read if row is not None)
    try:
        while some := list(islice(known, rows)):
            yield _products(some, schema, tally)
    finally:
        tally.tell(report)


def _row(item: Item, schema: Schema, tally: Tally) -> _Row | None:
    """None where there is nothing to make a row of."""
    if item.member is None:
        return _from_label(item.label, schema, tally) if item.label else None
    row = _Row(_bare_record(item.member))
    if item.label is None:
        what = "members have no label under the folder; they have an identifier and no geometry"
        tally.add(what, 1, [item.member.identity])
        return row
    found = _from_label(item.label, schema, tally)
    return _Row({**row.record, **found.record}, found.place) if found else row


def _from_label(path: Path, schema: Schema, tally: Tally) -> _Row | None:
    try:
        root = read_label(path)
    except LabelError as error:
        tally.add("labels cannot be read", 1, [error.message.rstrip(".")])
        return None
    if root.name in COLLECTIONS:
        tally.add("labels describe collections or bundles and are no rows", 1, [path.name])
        return None
    if not is_product(root):
        tally.add("XML files are no PDS4 labels and were left out", 1, [path.name])
        return None
    if identity_of(root) is None:
        what = "labels have no logical identifier; the file's name stands for it"
        tally.add(what, 1, [path.name])
    return _Row(record_of(root, path, schema.body), _place(root, path, schema, tally))


def _place(root: Element, path: Path, schema: Schema, tally: Tally) -> Place | None:
    targets = targets_of(root)
    if targets and schema.body.name not in targets:
        what = f"rows are about other bodies than {schema.body.name} and have no geometry"
        tally.add(what, 1, [f"{targets[0]} in {path.name}"])
        return None
    place = place_of(root, schema.body)
    if place.outline is None and place.bounds is None:
        what = "labels have neither vertices nor bounds; their rows have no geometry"
        tally.add(what, 1, [path.name])
    elif place.assumed:
        what = (
            "labels say neither which way longitudes increase nor what latitudes are; "
            "east and planetocentric were assumed"
        )
        tally.add(what, 1, [path.name])
    return place


def _bare_record(member: Member) -> dict[str, Any]:
    identity = member.identity
    return {
        "product_id": identity.product_id,
        "source": source_of(identity),
        "logical_identifier": identity.lid,
        "version_id": identity.version,
        "member_status": member.status,
    }


def _products(rows: list[_Row], schema: Schema, tally: Tally) -> Products:
    shapes, sources = shapes_of([row.place for row in rows], tally)
    for row, source in zip(rows, sources):
        row.record["geometry_source"] = source
        if row.place is not None and not math.isnan(row.place.centre[0]):
            row.record["center_lon_e"], row.record["center_lat"] = row.place.centre
    return products_of(schema, [row.record for row in rows], list(shapes), tally)
