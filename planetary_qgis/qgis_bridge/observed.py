"""Times of observations from the features of a layer. Imports pandas: import it late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from qgis.core import NULL, QgsFeature, QgsFields
from qgis.PyQt.QtCore import QDate, QDateTime

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.geopackages.geopackage import GEOMETRY_COLUMN, ID_COLUMN
from planetary_qgis.core.reports import Report
from planetary_qgis.core.spice.epochs import TimeSystem, read_epochs
from planetary_qgis.core.spice.observations import Times
from planetary_qgis.core.times import TimeArray, parse_utc_column
from planetary_qgis.qgis_bridge.compat import kind_of, utc_text
from planetary_qgis.qgis_bridge.layers import NAME_FIELD


def times_of_features(
    features: Iterable[QgsFeature],
    fields: QgsFields,
    start_field: str,
    stop_field: str = "",
    *,
    kernels: Sequence[Path] = (),
    observer: str = "",
    system: TimeSystem = "UTC",
    report: Report | None = None,
) -> tuple[Times, int]:
    """When each feature was observed with what else it knows, and how many have no start.

    Times may be datetimes, or texts and numbers as `epochs.parse_epochs` reads them. Without a stop
    an observation is an instant. The field product_id names the observations.

    Args:
        kernels, observer: For times that are more than UTC.
        system: What times are that do not say it.
        report: Gets the rows whose times cannot be read.

    Raises:
        PlanetaryError: A field is not there, or no feature has a start.
        KernelError: The kernels cannot tell what the times mean.
    """
    report = Report() if report is None else report
    names = fields.names()
    for name in filter(None, (start_field, stop_field)):
        _check_field(name, names)
    if not start_field:
        raise PlanetaryError(
            "It is not said which field holds the start times.", hint="Choose the start field."
        )
    rows = [[_plain(value) for value in feature.attributes()] for feature in features]
    table = pd.DataFrame(rows, columns=names, dtype=object)
    starts, stops = (
        read_epochs(table[name].tolist(), kernels, observer, system=system, report=report)
        if name
        else np.full(len(table), _UNKNOWN)
        for name in (start_field, stop_field)
    )
    known = ~np.isnat(starts)
    if not known.any():
        raise PlanetaryError(
            f"No row has a start time in the field “{start_field}”.",
            details="\n".join(report.sentences()),
            hint="Choose a field with UTC times such as 2007-01-02T22:55:54.959, or say that its "
            "times are ET or SCLK.",
        )
    times = _with_carried(starts[known], stops[known], table[known].reset_index(drop=True), fields)
    return times, int((~known).sum())


_UNKNOWN = np.datetime64("NaT", "us")


def _with_carried(
    start: TimeArray, stop: TimeArray, table: pd.DataFrame, fields: QgsFields
) -> Times:
    kinds = {
        field.name(): kind_of(field)
        for field in fields
        if field.name().lower() not in (ID_COLUMN, GEOMETRY_COLUMN, NAME_FIELD)
    }
    carried = {name: _typed(table[name], kind) for name, kind in kinds.items()}
    named = next((name for name in table.columns if name.lower() == NAME_FIELD), None)
    product_ids = [_name(value) for value in table[named]] if named else None
    return Times(
        start=start,
        stop=stop,
        product_ids=product_ids,
        carried=pd.DataFrame(carried, index=table.index),
        carried_kinds=kinds,
    )


def _typed(column: pd.Series, kind: str) -> pd.Series:
    if kind == "datetime":
        return pd.Series(_times(column))
    if kind == "real":
        return pd.to_numeric(column).astype("float64")
    if kind == "integer":
        return column.astype("Int64")
    return column.map(lambda value: None if value is None else str(value)).astype(object)


def _times(column: pd.Series) -> TimeArray:
    return parse_utc_column("" if value is None else str(value) for value in column)


def _plain(value: Any) -> Any:
    """An attribute without Qt's types: None for NULL, times as UTC text."""
    if value is None or value == NULL:
        return None
    if isinstance(value, QDateTime):
        return utc_text(value) if value.isValid() else None
    if isinstance(value, QDate):
        return value.toString("yyyy-MM-dd")
    return value


def _name(value: Any) -> str:
    return "" if value is None else str(value)


def _check_field(name: str, names: list[str]) -> None:
    if name not in names:
        raise PlanetaryError(
            f"The layer has no field “{name}”.",
            details=f"Its fields are: {', '.join(names)}.",
            hint="Choose one of the layer's fields.",
        )
