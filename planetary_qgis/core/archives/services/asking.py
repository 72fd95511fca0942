"""Archives that answer questions: one module a service, one way to ask them all.

A service is a module with three functions: `schema`, `requests` and `page`. It builds requests and
parses answers; a transport carries them. Whatever a service cannot be asked is filtered here, so
that an answer never depends on who gave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Protocol, cast

import numpy as np

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.matching import matching
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body as known_body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.http import Request, Response, Transport, fetch
from planetary_qgis.core.products import Answer, Products, Schema
from planetary_qgis.core.query import Query

MODULES = {
    "ode": "planetary_qgis.core.archives.services.ode",
    "psa": "planetary_qgis.core.archives.services.psa",
    "registry": "planetary_qgis.core.archives.services.registry",
    "stac": "planetary_qgis.core.archives.services.stac",
    "opus": "planetary_qgis.core.archives.services.opus",
}
_MOST_REQUESTS = 10_000
_REQUESTS_TOLD = 20


@dataclass(frozen=True)
class Page:
    """One parsed answer.

    Attributes:
        products: In the schema's columns; whether they match the query need not be checked.
        identities: (n,) what tells the service's rows apart, for rows that come twice because two
            requests of one search overlap; texts.
        following: The request for the next page, if there is one.
        total: How many rows the service says it has for this request, where it says so.
    """

    products: Products
    identities: Sequence[str]
    following: Request | None = None
    total: int | None = None


class Service(Protocol):
    """What a service's module offers."""

    def schema(self, served: Served) -> Schema:
        """The columns of every answer."""

    def requests(self, served: Served, query: Query) -> Sequence[Request]:
        """First requests that together find at least all that matches, as far as can be asked."""

    def page(
        self, served: Served, query: Query, request: Request, response: Response, tally: Tally
    ) -> Page:
        """What an answer to a request says; problems of single rows are counted in the tally."""


def ask(served: Served, query: Query, transport: Transport) -> Answer:
    """What a service has that answers a query; requests go out while the chunks are read.

    The query's expression and limit are left to the caller, who need not read to the end.

    Raises:
        PlanetaryError: The service is not about the query's body.
    """
    if query.body and query.body != served.body:
        raise PlanetaryError(
            f"{served.title} is about {known_body(served.body).title}, "
            f"not about {known_body(query.body).title}.",
            hint="Choose a source of that body.",
        )
    answer = Answer(
        schema=service_of(served).schema(served),
        chunks=iter(()),
        provenance={
            "Archive": served.archive,
            "Dataset": f"{served.key}: {served.title}",
            "Service": served.url,
            "Verified": served.verified,
        },
    )
    answer.chunks = _chunks(served, replace(query, expression="", limit=None), transport, answer)
    return answer


def service_of(served: Served) -> Service:
    """The module that speaks a service's language."""
    return cast("Service", import_module(MODULES[served.service]))


def _chunks(
    served: Served, query: Query, transport: Transport, answer: Answer
) -> Iterator[Products]:
    service, tally, seen = service_of(served), Tally(), set[str]()
    asked = 0
    try:
        for first in service.requests(served, query):
            request: Request | None = first
            while request is not None:
                asked += 1
                _note(request, asked, answer)
                page = service.page(served, query, request, fetch(transport, request), tally)
                products = matching(_unseen(page, seen), query)
                if len(products):
                    yield products
                request = page.following
    finally:
        tally.tell(answer.report)


def _note(request: Request, number: int, answer: Answer) -> None:
    if number > _MOST_REQUESTS:
        raise PlanetaryError(
            f"The archive did not come to an end after {_MOST_REQUESTS} pages.",
            hint="Ask for a smaller area or a shorter time.",
        )
    if number <= _REQUESTS_TOLD:
        body = request.body.decode("utf-8", "replace")
        answer.provenance[f"Request {number}"] = f"{request.url} {body}".strip()
    else:
        answer.provenance["Further requests"] = str(number - _REQUESTS_TOLD)


def _unseen(page: Page, seen: set[str]) -> Products:
    new = []
    for identity in page.identities:
        new.append(identity not in seen)
        seen.add(identity)
    return page.products.where(np.array(new, dtype=bool))
