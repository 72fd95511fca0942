"""Requests to the Orbital Data Explorer.

Its `loc` is f for footprints that touch the box and o for those that lie wholly inside; its times
are those of an observation's middle; a box goes around neither a pole nor the whole body.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import numpy as np

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.narrowing import Name, WideBox, boxes_of, names_of
from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Request
from planetary_qgis.core.longitudes import wrap_360
from planetary_qgis.core.query import Query
from planetary_qgis.core.times import parse_utc, utc_text

TARGETS = {"MARS": "mars", "MOON": "moon", "MERCURY": "mercury", "VENUS": "venus"}

_PAGE_ROWS = 500
"""A page must stay under what `http.fetch` takes; tracks have up to 100 KB of footprints each."""
_FEWEST_ROWS = 100
_MOST_NAMES = 20
_MARGIN = np.timedelta64(1, "D")
"""How far an observation's middle may lie from its start and its end."""


def target_of(served: Served) -> str:
    """What ODE calls the body.

    Raises:
        PlanetaryError: ODE has nothing about it.
    """
    if served.body not in TARGETS:
        raise PlanetaryError(
            f"The Orbital Data Explorer has nothing about {body(served.body).title}.",
            hint=f"It knows {', '.join(body(name).title for name in TARGETS)}.",
        )
    return TARGETS[served.body]


def first_requests(served: Served, query: Query) -> list[Request]:
    """One request a box of the query's area and a piece of a product id."""
    common = {
        "query": "product",
        "target": target_of(served),
        **{name: served.parameters[name] for name in ("ihid", "iid", "pt")},
        "results": "fmpc",
        "output": "JSON",
        "order": "oba",
        "limit": str(_rows_asked(query)),
        "offset": "0",
        **_times(query),
    }
    boxes = [_box(box) for box in boxes_of(query.area)] or [{}]
    names = [_name(name) for name in _names(query)] or [{}]
    return [
        Request(with_parameters(served.url, {**common, **box, **name}))
        for box in boxes
        for name in names
    ]


def next_request(request: Request, received: int, total: int | None) -> Request | None:
    """The request for the next page; None where this one was empty or the last."""
    parts = urlsplit(request.url)
    asked = dict(parse_qsl(parts.query))
    offset = int(asked["offset"]) + received
    last = received < int(asked["limit"]) if total is None else offset >= total
    if received == 0 or last:
        return None
    base = urlunsplit(parts._replace(query=""))
    return Request(with_parameters(base, {**asked, "offset": str(offset)}))


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """The address with its parameters, all letters escaped that could mean something else."""
    return f"{url}?{urlencode(parameters, quote_via=quote, safe='')}"


def _rows_asked(query: Query) -> int:
    if query.limit is None or query.expression:
        return _PAGE_ROWS
    return min(max(query.limit, _FEWEST_ROWS), _PAGE_ROWS)


def _times(query: Query) -> dict[str, str]:
    asked = {}
    if query.start:
        asked["minobtime"] = utc_text(parse_utc(query.start) - _MARGIN).rstrip("Z")
    if query.stop:
        asked["maxobtime"] = utc_text(parse_utc(query.stop) + _MARGIN).rstrip("Z")
    return asked


def _box(box: WideBox) -> dict[str, str]:
    west, south, east, north = box
    western = float(wrap_360(west))
    eastern = float(wrap_360(east)) or 360.0
    return {
        "minlat": f"{south:.6f}",
        "maxlat": f"{north:.6f}",
        "westernlon": f"{western:.6f}",
        "easternlon": f"{eastern:.6f}",
        "loc": "f",
    }


def _names(query: Query) -> tuple[Name, ...]:
    """The names to ask for; many of them only where nothing else narrows the search."""
    names = names_of(query.patterns)
    narrowed = bool(query.area or query.start or query.stop)
    return () if narrowed and len(names) > _MOST_NAMES else names


def _name(name: Name) -> dict[str, str]:
    return {"productid": f"{'' if name.starts else '*'}{name.piece}{'' if name.ends else '*'}"}
