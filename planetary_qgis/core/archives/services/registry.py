"""The PDS4 Registry's search API.

Its query language has no way to quote and no exponents, and in a release of registry-api the
clauses of an `or` became filters that all had to hold. So questions are clauses joined by `and`,
and what would need more is asked wider; names are not asked at all, since `like` is documented not
to work. Sources: NASA-PDS/registry-api, Search.g4 and Antlr4SearchListener; the API's user guide.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from urllib.parse import urlencode

import numpy as np

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.answers import unexpected
from planetary_qgis.core.archives.services.asking import Page
from planetary_qgis.core.archives.services.narrowing import boxes_of
from planetary_qgis.core.archives.services.registry_rows import (
    FIELDS,
    lidvid_of,
    products_of_data,
    schema_of,
)
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Request, Response
from planetary_qgis.core.products import Schema
from planetary_qgis.core.query import Query
from planetary_qgis.core.times import parse_utc, utc_text

ROWS_OF_A_PAGE = 500
_KEY = "lidvid"
_PROPERTIES = {
    "target": "ref_lid_target",
    "instrument": "ref_lid_instrument",
    "instrument_host": "ref_lid_instrument_host",
    "processing_level": "pds:Primary_Result_Summary.pds:processing_level",
    "collection": "ops:Provenance.ops:parent_collection_identifier",
}
_START = "pds:Time_Coordinates.pds:start_date_time"
_STOP = "pds:Time_Coordinates.pds:stop_date_time"
_SOUTH = "cart:Bounding_Coordinates.cart:south_bounding_coordinate"
_NORTH = "cart:Bounding_Coordinates.cart:north_bounding_coordinate"
_AFTER_FILL_TIMES = "1965-01-02T00:00:00.000Z"
"""The registry writes 1965-01-01 where a label does not know a time."""
_MARGIN = np.timedelta64(2, "ms")
_QUOTABLE = re.compile(r'[^"\r\n]*')


def schema(served: Served) -> Schema:
    return schema_of(served)


def requests(served: Served, query: Query) -> Sequence[Request]:
    return [_request(served, query)]


def page(served: Served, query: Query, request: Request, response: Response, tally: Tally) -> Page:
    answer = response.json()
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise unexpected(response, "a list of products")
    whole = [each for each in data if isinstance(each, dict)]
    tally.add("entries of the answer are no products and were left out", len(data) - len(whole))
    identities = [lidvid_of(each) for each in whole]
    summary = answer.get("summary")
    hits = summary.get("hits") if isinstance(summary, dict) else None
    return Page(
        products=products_of_data(served, whole, tally),
        identities=identities,
        following=_following(served, query, request, identities, len(data)),
        total=hits if isinstance(hits, int) else None,
    )


def _following(
    served: Served, query: Query, request: Request, identities: Sequence[str], count: int
) -> Request | None:
    """The request for what comes after the last product, in the order of identifiers."""
    if count < ROWS_OF_A_PAGE or not identities:
        return None
    following = _request(served, query, after=identities[-1])
    return None if following.url == request.url else following


def _request(served: Served, query: Query, after: str = "") -> Request:
    asked = {
        "q": _expression(served, query),
        "fields": ",".join(FIELDS),
        "limit": str(ROWS_OF_A_PAGE),
        "sort": _KEY,
    }
    if after:
        asked["search-after"] = after
    return Request(f"{served.url}?{urlencode(asked)}", headers={"Accept": "application/json"})


def _expression(served: Served, query: Query) -> str:
    """All clauses; the parentheses around them are demanded."""
    clauses = [_equals("product_class", "Product_Observational"), *_of_data_set(served)]
    clauses += [*_of_time(query), *_of_area(served, query.area)]
    return f"({' and '.join(clauses)})"


def _of_data_set(served: Served) -> list[str]:
    unknown = [name for name in served.parameters if name not in _PROPERTIES]
    if unknown or not served.parameters:
        raise PlanetaryError(
            f"The catalogue's entry {served.key} cannot be asked of {served.archive}: "
            f"{', '.join(unknown) or 'it has no parameters'}.",
            hint=f"An entry may have the parameters {', '.join(_PROPERTIES)}.",
        )
    return [_equals(_PROPERTIES[name], value) for name, value in served.parameters.items()]


def _of_time(query: Query) -> list[str]:
    clauses = []
    if query.start:
        start = utc_text(parse_utc(query.start) - _MARGIN)
        # Said this way around, it holds for products without an end, too.
        clauses.append(f'not ({_STOP} lt "{start}" and {_STOP} gt "{_AFTER_FILL_TIMES}")')
    if query.stop:
        stop = utc_text(parse_utc(query.stop) + _MARGIN)
        clauses.append(f'({_START} le "{stop}")')
    return clauses


def _of_area(served: Served, area: str) -> list[str]:
    """Latitudes only: a box that goes through the seam cannot be told from one that does not.

    Products without bounds have no shape and lie in no area, so that they need not come.
    """
    boxes = boxes_of(area)
    if not boxes:
        return []
    margin = _most_between_latitudes(served.body)
    south = max(min(box[1] for box in boxes) - margin, -90.0)
    north = min(max(box[3] for box in boxes) + margin, 90.0)
    return [f"({_SOUTH} le {north:.6f})", f"({_NORTH} ge {south:.6f})"]


def _most_between_latitudes(name: str) -> float:
    """How far, in degrees, planetographic latitudes lie from planetocentric ones at most."""
    equatorial, _, polar = body(name).radii_km
    return abs(math.degrees(math.atan((equatorial**2 - polar**2) / (2.0 * equatorial * polar))))


def _equals(name: str, text: str) -> str:
    if not _QUOTABLE.fullmatch(text):
        raise PlanetaryError(
            f"The registry cannot be asked for “{text}”: its questions cannot hold quotation marks "
            "or line breaks.",
            hint="Check the data set's entry in the catalogue.",
        )
    return f'({name} eq "{text}")'
