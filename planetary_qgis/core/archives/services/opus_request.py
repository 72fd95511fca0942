"""Requests to OPUS. What a range is asked of matches wherever the two ranges overlap."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.narrowing import Name, WideBox, boxes_of, names_of
from planetary_qgis.core.http import Request
from planetary_qgis.core.longitudes import wrap_360
from planetary_qgis.core.query import Query, Range
from planetary_qgis.core.times import parse_utc, utc_text

_PAGE_ROWS = 1000
_FEWEST_ROWS = 100
_MOST_NAMES = 20

SURFACE_COLUMNS = {
    "south": "planetocentriclatitude1",
    "north": "planetocentriclatitude2",
    "lon_w_min": "IAUwestlongitude1",
    "lon_w_max": "IAUwestlongitude2",
    "incidence_min": "incidence1",
    "incidence_max": "incidence2",
    "emission_min": "emission1",
    "emission_max": "emission2",
    "center_phase_min": "centerphaseangle1",
    "center_phase_max": "centerphaseangle2",
    "center_resolution_min": "centerresolution1",
    "center_resolution_max": "centerresolution2",
    "hour_angle_min": "solarhourangle1",
    "hour_angle_max": "solarhourangle2",
}
"""What this project calls the fields of a surface, and what OPUS calls them."""
GENERAL_COLUMNS = {
    "opusid": "opusid",
    "productid": "productid",
    "instrument": "instrument",
    "mission": "mission",
    "intended_target": "target",
    "time1": "time1",
    "time2": "time2",
    "bundleid": "bundleid",
    "datasetid": "datasetid",
    "primaryfilespec": "primaryfilespec",
}
_ASKED_OF = {
    "incidence_angle": ("incidence", 1.0),
    "emission_angle": ("emission", 1.0),
    "phase_angle": ("centerphaseangle", 1.0),
    "resolution": ("centerresolution", 1e-3),
}
"""By shared column: OPUS's field, and the factor from our unit to its own (kilometres)."""


def surface_field(served: Served, field: str) -> str:
    """OPUS's name of a field of the surface: SURFACEGEOenceladus_…"""
    target = re.sub(r"[^a-z0-9]", "", served.parameters["surface_target"].lower())
    return f"SURFACEGEO{target}_{field}"


def fields_asked(served: Served) -> list[str]:
    """What an answer's columns are, in their order: the general fields, then the surface's."""
    surface = [surface_field(served, field) for field in SURFACE_COLUMNS.values()]
    return [*GENERAL_COLUMNS.values(), *surface]


def api_url(served: Served, call: str) -> str:
    """The address of a call such as data.json."""
    return f"{served.url.rstrip('/').removesuffix('/data.json')}/{call}"


def first_requests(served: Served, query: Query) -> list[Request]:
    """One request a box of the query's area."""
    common = {
        "instrument": served.parameters["instrument"],
        "surfacegeometrytargetname": served.parameters["surface_target"],
        **_times(query),
        **_names(query),
        **_ranges(served, query),
        "order": "time1,opusid",
        "cols": ",".join(fields_asked(served)),
        "limit": str(_rows_asked(query)),
        "startobs": "1",
    }
    boxes = [_box(served, box) for box in boxes_of(query.area)] or [{}]
    return [
        Request(f"{api_url(served, 'data.json')}?{_encoded({**box, **common})}") for box in boxes
    ]


def next_request(request: Request, received: int, total: int | None) -> Request | None:
    """The request for the next page; None where this one was empty or the last."""
    parts = urlsplit(request.url)
    asked = dict(parse_qsl(parts.query))
    start = int(asked["startobs"]) + received
    last = received < int(asked["limit"]) if total is None else start > total
    if received == 0 or last:
        return None
    following = _encoded({**asked, "startobs": str(start)})
    return Request(urlunsplit(parts._replace(query=following)))


def _encoded(parameters: dict[str, str]) -> str:
    return urlencode(parameters, quote_via=quote, safe="")


def _rows_asked(query: Query) -> int:
    if query.limit is None or query.expression:
        return _PAGE_ROWS
    return min(max(query.limit, _FEWEST_ROWS), _PAGE_ROWS)


def _times(query: Query) -> dict[str, str]:
    asked = {"time1": query.start, "time2": query.stop}
    return {name: utc_text(parse_utc(time)).rstrip("Z") for name, time in asked.items() if time}


def _names(query: Query) -> dict[str, str]:
    """The names to ask for, any of which may match; too many are not asked for."""
    names = names_of(query.patterns)
    if len(names) > _MOST_NAMES:
        return {}
    asked = {}
    for number, name in enumerate(names, start=1):
        asked[f"productid_{number}"] = name.piece
        asked[f"qtype-productid_{number}"] = _qtype(name)
    return asked


def _qtype(name: Name) -> str:
    if name.starts:
        return "matches" if name.ends else "begins"
    return "ends" if name.ends else "contains"


def _ranges(served: Served, query: Query) -> dict[str, str]:
    asked = {}
    for column, ends in query.ranges.items():
        if column in _ASKED_OF:
            field, factor = _ASKED_OF[column]
            asked.update(_range(surface_field(served, field), ends, factor))
    return asked


def _range(field: str, ends: Range, factor: float) -> dict[str, str]:
    asked = {f"{field}1": ends.low, f"{field}2": ends.high}
    return {name: f"{end * factor:.9g}" for name, end in asked.items() if end is not None}


def _box(served: Served, box: WideBox) -> dict[str, str]:
    """The box's latitudes and, from its eastern to its western side, west longitudes."""
    west, south, east, north = box
    asked = {
        "planetocentriclatitude1": south,
        "planetocentriclatitude2": north,
        "IAUwestlongitude1": float(wrap_360(-east)),
        "IAUwestlongitude2": float(wrap_360(-west)),
    }
    return {surface_field(served, field): f"{end:.6f}" for field, end in asked.items()}
