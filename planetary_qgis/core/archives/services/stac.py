"""USGS Astrogeology's catalogue of analysis-ready data: a STAC API.

Items are searched by POST. Sources: STAC API 1.0.0, item search; RFC 7946 for its boxes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urljoin

import numpy as np

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.answers import unexpected
from planetary_qgis.core.archives.services.asking import Page
from planetary_qgis.core.archives.services.narrowing import WideBox, boxes_of
from planetary_qgis.core.archives.services.stac_items import (
    identity_of,
    products_of_items,
    schema_of,
)
from planetary_qgis.core.archives.services.values import list_of, text_of, url_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Request, Response
from planetary_qgis.core.products import Schema
from planetary_qgis.core.query import Query
from planetary_qgis.core.times import parse_utc, utc_text

ITEMS_OF_A_PAGE = 250
_MARGIN = np.timedelta64(1, "D")
"""Some servers compare with an item's nominal time alone, which need not be when it began."""
_HEADERS = {"Content-Type": "application/json", "Accept": "application/geo+json, application/json"}
_WILDCARDS = frozenset("*?")


def schema(served: Served) -> Schema:
    return schema_of(served)


def requests(served: Served, query: Query) -> Sequence[Request]:
    """One request a box, or one for whole ids.

    Servers tell ids that differ by case apart, and we do not: `page` goes on with a search where an
    id is not found as it is spelled.
    """
    if _asks_for_ids(query):
        ids = {"ids": list(query.patterns)}
        return [_post(served, {**_common(served), **ids})]
    return _searches(served, query)


def page(served: Served, query: Query, request: Request, response: Response, tally: Tally) -> Page:
    answer = response.json()
    features = answer.get("features") if isinstance(answer, dict) else None
    if not isinstance(features, list):
        raise unexpected(response, "a collection of items")
    items = [item for item in features if isinstance(item, dict)]
    tally.add("entries of the answer are no items and were left out", len(features) - len(items))
    return Page(
        products=products_of_items(served, items, tally),
        identities=[identity_of(item) for item in items],
        following=_following(served, query, request, answer, items),
        total=_total(answer),
    )


def _asks_for_ids(query: Query) -> bool:
    plain = all(_WILDCARDS.isdisjoint(pattern) for pattern in query.patterns)
    return plain and 0 < len(query.patterns) <= ITEMS_OF_A_PAGE


def _searches(served: Served, query: Query) -> list[Request]:
    common = {**_common(served), **_of_time(query)}
    boxes = [_within_world(box) for box in boxes_of(query.area)]
    if not boxes:
        return [_post(served, common)]
    return [_post(served, {**common, "bbox": box}) for box in boxes]


def _common(served: Served) -> dict[str, Any]:
    collection = served.parameters.get("collection")
    if not collection or len(served.parameters) != 1:
        raise PlanetaryError(
            f"The catalogue's entry {served.key} does not say which collection it is.",
            hint="An entry of this service has the one parameter “collection”.",
        )
    return {"collections": [collection], "limit": ITEMS_OF_A_PAGE}


def _of_time(query: Query) -> dict[str, str]:
    if not (query.start or query.stop):
        return {}
    start = utc_text(parse_utc(query.start) - _MARGIN) if query.start else ".."
    stop = utc_text(parse_utc(query.stop) + _MARGIN) if query.stop else ".."
    return {"datetime": f"{start}/{stop}"}


def _within_world(box: WideBox) -> list[float]:
    """The box without what its margin adds beyond ±180°, which servers turn down."""
    west, south, east, north = box
    return [max(west, -180.0), south, min(east, 180.0), north]


def _post(served: Served, asked: Mapping[str, Any]) -> Request:
    body = json.dumps(asked, allow_nan=False).encode()
    return Request(f"{served.url.rstrip('/')}/search", "POST", _HEADERS, body)


def _following(
    served: Served,
    query: Query,
    request: Request,
    answer: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
) -> Request | None:
    asked = json.loads(request.body) if request.body else {}
    if "ids" in asked:
        found = {text_of(item, "id") for item in items}
        return None if found.issuperset(asked["ids"]) else _instead_of_ids(served, query)
    links = [link for link in list_of(answer.get("links")) if isinstance(link, Mapping)]
    link = next((link for link in links if text_of(link, "rel") == "next"), None)
    if link is None or not items:
        return None
    following = _linked(request, asked, link)
    return None if following == request else following


def _instead_of_ids(served: Served, query: Query) -> Request:
    searches = _searches(served, query)
    if len(searches) == 1:
        return searches[0]
    return _post(served, {**_common(served), **_of_time(query)})


def _linked(request: Request, asked: Mapping[str, Any], link: Mapping[str, Any]) -> Request | None:
    """The request that a link stands for: a plain address, or one with a body of its own."""
    url = url_of({"url": urljoin(request.url, text_of(link, "href") or "")}, "url")
    if url is None:
        return None
    if (text_of(link, "method") or "GET").upper() != "POST":
        return Request(url, headers={"Accept": _HEADERS["Accept"]})
    said = link.get("body")
    body = dict(said) if isinstance(said, Mapping) else dict(asked)
    if link.get("merge"):
        body = {**asked, **body}
    return Request(url, "POST", _HEADERS, json.dumps(body).encode())


def _total(answer: Mapping[str, Any]) -> int | None:
    context = answer.get("context")
    matched = context.get("matched") if isinstance(context, Mapping) else None
    for count in (answer.get("numberMatched"), matched):
        if isinstance(count, int):
            return count
    return None
