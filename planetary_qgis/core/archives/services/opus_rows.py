"""Observations of OPUS as records of the shared columns and its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.opus_files import known_urls
from planetary_qgis.core.archives.services.opus_request import (
    GENERAL_COLUMNS,
    SURFACE_COLUMNS,
    fields_asked,
)
from planetary_qgis.core.archives.services.values import number_of, text_of, without_impossible
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.geos import shapely
from planetary_qgis.core.http import NetworkError, Response
from planetary_qgis.core.longitudes import east_from_west
from planetary_qgis.core.polygons import polygons_from_boxes
from planetary_qgis.core.products import ColumnKind

OWN_COLUMNS: dict[str, ColumnKind] = {
    "opusid": "text",
    "bundleid": "text",
    "datasetid": "text",
    "primaryfilespec": "text",
    "intended_target": "text",
    **dict.fromkeys(SURFACE_COLUMNS, "real"),
}
_METRES_PER_KM = 1000.0
_HOURS_PER_DEGREE = 24.0 / 360.0
_NOT_SAID = frozenset(("", "n/a", "none", "null"))


@dataclass(frozen=True)
class Rows:
    """What an answer holds.

    Attributes:
        observations: By this project's names of OPUS's fields.
        received: How many rows it has, readable or not; paging counts them all.
        total: How many match, where the answer says so.
    """

    observations: list[dict[str, Any]]
    received: int
    total: int | None


def rows_of(response: Response, served: Served, tally: Tally) -> Rows:
    """The observations of an answer.

    Raises:
        NetworkError: The answer is no JSON, or none of OPUS's to what was asked.
    """
    answer = response.json()
    listed = answer.get("page") if isinstance(answer, Mapping) else None
    labels = answer.get("labels", answer.get("columns")) if isinstance(answer, Mapping) else None
    names = [*GENERAL_COLUMNS, *SURFACE_COLUMNS]
    if not isinstance(listed, list) or (labels is not None and len(labels) != len(names)):
        raise NetworkError(
            f"{response.head.url} gave an answer that OPUS does not give to such a question.",
            details=f"{fields_asked(served)}\n{labels}",
            hint="The service may have changed; please report this.",
            status=response.head.status,
        )
    whole = [row for row in listed if isinstance(row, list) and len(row) == len(names)]
    observations = [{n: _said(v) for n, v in zip(names, row)} for row in whole]
    named = [each for each in observations if each["opusid"]]
    tally.add("rows of an answer are not whole and were left out", len(listed) - len(named))
    total = answer.get("available")
    return Rows(named, len(listed), total if isinstance(total, int) else None)


def shapes_of(observations: Sequence[Mapping[str, Any]], tally: Tally) -> list[Any | None]:
    """The boxes of what is seen of the surface, None where there is none."""
    south, north, lon_w_min, lon_w_max = (
        np.array([number_of(each, name) for each in observations], dtype=float)
        for name in ("south", "north", "lon_w_min", "lon_w_max")
    )
    known = np.isfinite(south) & np.isfinite(north) & np.isfinite(lon_w_min + lon_w_max)
    real = known & (np.abs(south) <= 90.0) & (np.abs(north) <= 90.0)
    for lon in (lon_w_min, lon_w_max):
        real &= (lon >= 0.0) & (lon <= 360.0)
    names = [each["opusid"] for each in observations]
    wrong = np.flatnonzero(known & ~real)
    tally.add("bounds are no positions", len(wrong), [names[row] for row in wrong])
    around = lon_w_max - lon_w_min >= 360.0
    # The greatest west longitude is the western side.
    west = np.where(around, -180.0, east_from_west(lon_w_max))
    east = np.where(around, 180.0, east_from_west(lon_w_min))
    west, east = (np.where(real, side, np.nan) for side in (west, east))
    shapes = polygons_from_boxes(west, east, south, north)
    shapes[~(shapely.area(shapes) > 0.0)] = None
    lost = [name for name, shape in zip(names, shapes) if shape is None]
    tally.add("observations have no bounds that could be drawn", len(lost), lost)
    return list(shapes)


def record_of(
    observation: Mapping[str, Any], served: Served, drawn: bool, tally: Tally
) -> dict[str, Any]:
    """Values by column; what OPUS does not say is None."""
    return without_impossible(
        {
            **observation,
            **known_urls(text_of(observation, "primaryfilespec"), served),
            "product_id": observation["productid"] or observation["opusid"],
            "target": served.body,
            "instrument_host": observation["mission"],
            "instrument_id": observation["instrument"],
            "start_time": observation["time1"],
            "stop_time": observation["time2"],
            "incidence_angle": _middle(observation, "incidence"),
            "emission_angle": _middle(observation, "emission"),
            "phase_angle": _middle(observation, "center_phase"),
            "resolution": _scaled(_middle(observation, "center_resolution"), _METRES_PER_KM),
            "local_time": _local_time(observation),
            "geometry_source": "service bounds" if drawn else None,
            "source": f"{served.archive}, {served.parameters['instrument']}",
        },
        tally,
    )


def _said(value: Any) -> Any | None:
    if isinstance(value, str):
        return None if value.strip().lower() in _NOT_SAID else value.strip()
    return None if isinstance(value, (list, dict)) else value


def _middle(observation: Mapping[str, Any], name: str) -> float | None:
    """The middle of a range; OPUS knows no value at the centre."""
    middle = (number_of(observation, f"{name}_min") + number_of(observation, f"{name}_max")) / 2.0
    return middle if np.isfinite(middle) else None


def _scaled(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _local_time(observation: Mapping[str, Any]) -> float | None:
    """Hours, in the middle of the range of hour angles; 180° are noon, less than 0 wraps."""
    first, last = number_of(observation, "hour_angle_min"), number_of(observation, "hour_angle_max")
    middle = (first + ((last - first) % 360.0) / 2.0) % 360.0
    return middle * _HOURS_PER_DEGREE if np.isfinite(middle) else None
