"""Rows of EPN-TAP as products.

EPN-TAP tells the least and the greatest value of each angle in a product. The shared column, which
every other archive fills with one value, holds the middle between the two; own columns hold both.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.julian import time_of
from planetary_qgis.core.archives.services.psa_shapes import located
from planetary_qgis.core.archives.services.records import products_of
from planetary_qgis.core.archives.services.targets import is_elsewhere, target_among
from planetary_qgis.core.archives.services.values import (
    number_of,
    text_of,
    url_of,
    without_impossible,
)
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body
from planetary_qgis.core.products import ColumnKind, Products, Schema
from planetary_qgis.core.times import utc_text

Row = Mapping[str, Any]

_TEXTS = (
    "granule_uid",
    "granule_gid",
    "obs_id",
    "dataproduct_type",
    "processing_level",
    "measurement_type",
    "target_class",
    "spatial_frame_type",
    "access_format",
    "release_date",
    "modification_date",
    "file_name",
)
_ANGLES = {"incidence_angle": "incidence", "emission_angle": "emergence", "phase_angle": "phase"}
_CIRCULAR = {"solar_longitude": ("solar_longitude", 360.0), "local_time": ("local_time", 24.0)}
_PAIRS = (*_ANGLES.values(), *(name for name, _ in _CIRCULAR.values()))
_REALS = (
    "access_estsize",
    "c1min",
    "c1max",
    "c2min",
    "c2max",
    "c1_resol_min",
    "c1_resol_max",
    "c2_resol_min",
    "c2_resol_max",
    *(f"{name}_{end}" for name in _PAIRS for end in ("min", "max")),
)
_KINDS: dict[str, ColumnKind] = {
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(_REALS, "real"),
}


def schema_of(served: Served) -> Schema:
    return Schema(body(served.body), "polygon", dict(_KINDS))


def identity_of(row: Row) -> str:
    """The key of the table; all of a row that has none."""
    return text_of(row, "granule_uid") or json.dumps(list(row.values()), default=str)


def products_of_rows(served: Served, rows: Sequence[Row], tally: Tally) -> Products:
    """Products of rows that are keyed by the table's columns."""
    records = [_record(served, row, tally) for row in rows]
    here = [not is_elsewhere(record["target"], served.body) for record in records]
    shapes, sources = located(rows, here, tally)
    for record, source in zip(records, sources):
        record["geometry_source"] = source
    return products_of(schema_of(served), records, shapes, tally)


def product_id(granule_uid: str | None) -> str | None:
    """What stands between dataset and version: DATA_SET_ID:DATA:PRODUCT_ID::1.0."""
    if granule_uid is None:
        return None
    return granule_uid.partition("::")[0].rpartition(":")[2] or granule_uid


def _record(served: Served, row: Row, tally: Tally) -> dict[str, Any]:
    targets = re.split(r"[#;,]", text_of(row, "target_name") or "")
    record: dict[str, Any] = {name: text_of(row, name) for name in _TEXTS}
    record.update({name: row.get(name) for name in _REALS})
    record.update(
        product_id=product_id(text_of(row, "granule_uid")),
        target=target_among(targets, served.body),
        instrument_host=text_of(row, "instrument_host_name"),
        instrument_id=text_of(row, "instrument_name"),
        start_time=_time(row, "time_min"),
        stop_time=_time(row, "time_max"),
        label_url=url_of(row, "label_url"),
        product_url=url_of(row, "access_url"),
        browse_url=url_of(row, "thumbnail_url"),
        source=f"{served.archive}, {served.title}",
    )
    record.update({column: _middle(row, name) for column, name in _ANGLES.items()})
    for column, (name, turn) in _CIRCULAR.items():
        record[column] = _middle(row, name, turn)
    return without_impossible(record, tally)


def _time(row: Row, name: str) -> str | None:
    """UTC text; what is no Julian day stays as it is, so that it is counted as no time."""
    day = number_of(row, name)
    time = None if math.isnan(day) else time_of(day)
    return text_of(row, name) if time is None else utc_text(time)


def _middle(row: Row, name: str, turn: float | None = None) -> float | None:
    """The middle of the least and the greatest value, or the one that is known.

    Args:
        turn: Of a circular quantity, whose least value is the greater number where it goes
            through the end of its circle.
    """
    low, high = number_of(row, f"{name}_min"), number_of(row, f"{name}_max")
    if math.isnan(low) or math.isnan(high):
        known = [value for value in (low, high) if not math.isnan(value)]
        return known[0] if known else None
    if turn is not None and low > high:
        return ((low + high + turn) / 2.0) % turn
    return (low + high) / 2.0
