"""ESA's Planetary Science Archive, asked through EPN-TAP (table psa.epn_core).

Only columns that EPN-TAP 2.0 makes mandatory are asked about: a column that a table lacks would
turn the whole question down. Sources: IVOA Recommendations EPN-TAP 2.0, TAP 1.1, ADQL 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services import adql
from planetary_qgis.core.archives.services.answers import unexpected
from planetary_qgis.core.archives.services.asking import Page
from planetary_qgis.core.archives.services.julian import julian_day
from planetary_qgis.core.archives.services.narrowing import WideBox, boxes_of
from planetary_qgis.core.archives.services.psa_rows import (
    Row,
    identity_of,
    products_of_rows,
    schema_of,
)
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import NetworkError, Request, Response
from planetary_qgis.core.products import Schema
from planetary_qgis.core.query import Query
from planetary_qgis.core.times import parse_utc

_TABLE = "psa.epn_core"
_KEY = "granule_uid"
ROWS_OF_A_PAGE = 2000
_NAMES_OF_A_REQUEST = 25
_PARAMETERS = (
    "instrument_host_name",
    "instrument_name",
    "processing_level",
    "dataproduct_type",
)
_ANGLES = {"incidence_angle": "incidence", "emission_angle": "emergence", "phase_angle": "phase"}
_BOUNDS = ("c1min", "c1max", "c2min", "c2max")
_MARGIN_DAYS = 0.002 / 86400.0
"""Times are compared to the millisecond; a Julian day is a little coarser than one."""
_BULGE = 0.003
"""A great circle between two places of one latitude that lie w degrees apart rises above it by up
to asin(tan²(w/4)), which is less than 0.003 w² degrees."""
_FAILURE = re.compile(
    rb'QUERY_STATUS"\s+value="ERROR"[^>]*>(.*?)</INFO>', re.DOTALL | re.IGNORECASE
)
_SHOWN = 500


def schema(served: Served) -> Schema:
    return schema_of(served)


def requests(served: Served, query: Query) -> Sequence[Request]:
    return [_request(served, conditions) for conditions in _batches(served, query)]


def page(served: Served, query: Query, request: Request, response: Response, tally: Tally) -> Page:
    rows, announced = _rows(response, tally)
    following = None
    if announced >= ROWS_OF_A_PAGE:
        following = _following(served, query, request, rows)
    return Page(
        products=products_of_rows(served, rows, tally),
        identities=[identity_of(row) for row in rows],
        following=following,
    )


def _request(served: Served, conditions: Sequence[str]) -> Request:
    asked = {
        "REQUEST": "doQuery",
        "LANG": "ADQL",
        "FORMAT": "json",
        "QUERY": adql.select(_TABLE, conditions, order_by=_KEY, most=ROWS_OF_A_PAGE),
    }
    return Request(f"{served.url}?{urlencode(asked)}", headers={"Accept": "application/json"})


def _following(
    served: Served, query: Query, request: Request, rows: Sequence[Row]
) -> Request | None:
    """The request for what comes after the last row, in the order of the table's key."""
    keys = [str(row[_KEY]) for row in rows if row.get(_KEY) is not None]
    if not keys:
        return None
    asked = parse_qs(urlsplit(request.url).query)["QUERY"][0]
    for conditions in _batches(served, query):
        if asked.partition(" WHERE ")[2].startswith(adql.all_of(conditions)[:-1]):
            following = _request(served, [*conditions, adql.after(_KEY, keys[-1])])
            return None if following.url == request.url else following
    return None


def _batches(served: Served, query: Query) -> list[list[str]]:
    """Conditions of each request: long lists of names are asked piece by piece."""
    conditions = [*_of_data_set(served), *_of_target(served, query), *_of_time(query)]
    conditions += _of_ranges(query) + _of_area(query.area)
    if not query.patterns:
        return [conditions]
    pieces = range(0, len(query.patterns), _NAMES_OF_A_REQUEST)
    return [
        [*conditions, _of_names(query.patterns[first : first + _NAMES_OF_A_REQUEST])]
        for first in pieces
    ]


def _of_data_set(served: Served) -> list[str]:
    unknown = [name for name in served.parameters if name not in _PARAMETERS]
    if unknown or not served.parameters:
        raise PlanetaryError(
            f"The catalogue's entry {served.key} cannot be asked of {served.archive}: "
            f"{', '.join(unknown) or 'it has no parameters'}.",
            hint=f"An entry may have the parameters {', '.join(_PARAMETERS)}.",
        )
    return [adql.equals(name, value) for name, value in served.parameters.items()]


def _of_target(served: Served, query: Query) -> list[str]:
    if not query.body:
        return []
    named = adql.contains("target_name", served.body)
    return [adql.any_of((adql.is_unknown("target_name"), named))]


def _of_time(query: Query) -> list[str]:
    conditions = []
    if query.start:
        start = julian_day(parse_utc(query.start)) - _MARGIN_DAYS
        # A row without an end is an instant.
        ends = (adql.at_least("time_max", start), adql.at_least("time_min", start))
        conditions.append(adql.any_of(ends))
    if query.stop:
        stop = julian_day(parse_utc(query.stop)) + _MARGIN_DAYS
        conditions.append(adql.at_most("time_min", stop))
    return conditions


def _of_ranges(query: Query) -> list[str]:
    """Conditions that hold wherever the middle of two angles, or the only one, is in the range."""
    conditions = []
    for column, asked in query.ranges.items():
        if column not in _ANGLES:
            continue
        angles = (f"{_ANGLES[column]}_min", f"{_ANGLES[column]}_max")
        if asked.low is not None:
            low = asked.low
            conditions.append(adql.any_of(adql.at_least(angle, low) for angle in angles))
        if asked.high is not None:
            high = asked.high
            conditions.append(adql.any_of(adql.at_most(angle, high) for angle in angles))
    return conditions


def _of_names(patterns: Sequence[str]) -> str:
    return adql.any_of(adql.like(_KEY, f"*{pattern}*") for pattern in patterns)


def _of_area(area: str) -> list[str]:
    """A condition that holds for every footprint in an area, and for more.

    Longitudes may be told from -180 to 180 or from 0 to 360; a row whose western bound is the
    greater number goes through the seam and is taken whatever its longitudes.
    """
    if not area:
        return []
    unknown = adql.any_of(adql.is_unknown(name) for name in _BOUNDS)
    without_bounds = adql.all_of((adql.is_known("s_region"), unknown))
    return [adql.any_of((without_bounds, *(_of_box(box) for box in boxes_of(area))))]


def _of_box(box: WideBox) -> str:
    west, south, east, north = box
    bulge = adql.squared_width("c1min", "c1max", _BULGE)
    turned = [
        adql.all_of((adql.at_most("c1min", east + turn), adql.at_least("c1max", west + turn)))
        for turn in (-360.0, 0.0, 360.0)
    ]
    return adql.all_of(
        (
            adql.difference_at_most("c2min", bulge, north),
            adql.sum_at_least("c2max", bulge, south),
            adql.any_of((adql.exceeds("c1min", "c1max"), *turned)),
        )
    )


def _rows(response: Response, tally: Tally) -> tuple[list[Row], int]:
    """The answer's rows by column, and how many it had with those that cannot be read."""
    _check_for_failure(response)
    answer = response.json()
    try:
        names = [str(column["name"]).lower() for column in answer["metadata"]]
        lines: list[Any] = list(answer["data"])
    except (KeyError, TypeError) as error:
        raise unexpected(response, "a table") from error
    whole = [line for line in lines if isinstance(line, list) and len(line) == len(names)]
    odd = [line for line in lines if not (isinstance(line, list) and len(line) == len(names))]
    tally.add(
        "rows do not have the columns that the archive announces and were left out",
        len(odd),
        (str(line)[:80] for line in odd),
    )
    return [dict(zip(names, line)) for line in whole], len(lines)


def _check_for_failure(response: Response) -> None:
    """Raise what a VOTable says that came in place of a table."""
    failure = _FAILURE.search(response.body[:20_000])
    if failure:
        said = " ".join(failure[1].decode("utf-8", "replace").split())
        raise NetworkError(
            f"{response.head.url.partition('?')[0]} could not answer: {said[:_SHOWN]}",
            details=response.head.url,
            hint="Ask for less, or try again later; if it stays, report it with your search.",
            status=response.head.status,
        )
