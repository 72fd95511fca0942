"""Archives that answer questions: one module a service, one way to ask them all.

A service is a module with three functions: `schema`, `requests` and `page`. It builds requests and
parses answers; a transport carries them. Whatever a service cannot be asked is filtered here, so
that an answer never depends on who gave it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from planetary_qgis.core.reports import Report

MODULES = {
    "ode": "planetary_qgis.core.archives.ode",
    "psa": "planetary_qgis.core.archives.psa",
    "registry": "planetary_qgis.core.archives.registry",
    "stac": "planetary_qgis.core.archives.stac",
    "opus": "planetary_qgis.core.archives.opus",
}
_MOST_REQUESTS = 10_000


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
    """What a service has; requests go out while the chunks are read.

    Only the expression of the query is left to the caller, and the limit where there is one.

    Raises:
        PlanetaryError: The service is not about the query's body.
    """
    if query.body and query.body != served.body:
        raise PlanetaryError(
            f"{served.title} is about {known_body(served.body).title}, "
            f"not about {known_body(query.body).title}.",
            hint="Choose a source of that body.",
        )
    report = Report()
    asked: list[str] = []
    provenance = {
        "Archive": served.archive,
        "Dataset": f"{served.key}: {served.title}",
        "Service": served.url,
    }
    answer = Answer(
        schema=service_of(served).schema(served),
        chunks=iter(()),
        provenance=provenance,
        report=report,
    )
    answer.chunks = _chunks(served, query, transport, answer, asked)
    return answer


def service_of(served: Served) -> Service:
    """The module that speaks a service's language."""
    return cast("Service", import_module(MODULES[served.service]))


def _chunks(
    served: Served, query: Query, transport: Transport, answer: Answer, asked: list[str]
) -> Iterator[Products]:
    service, tally = service_of(served), Tally()
    seen: set[str] = set()
    found = 0
    try:
        for first in service.requests(served, query):
            following: Request | None = first
            while following is not None:
                request = following
                _note(request, asked, answer)
                page = service.page(served, query, request, fetch(transport, request), tally)
                following = page.following
                products = _unseen(page, seen)
                products = matching(products, query)
                if not query.expression and query.limit is not None:
                    products = products.first(query.limit - found)
                found += len(products)
                if len(products):
                    yield products
                if not query.expression and query.limit is not None and found >= query.limit:
                    return
    finally:
        tally.tell(answer.report)


def _note(request: Request, asked: list[str], answer: Answer) -> None:
    if len(asked) >= _MOST_REQUESTS:
        raise PlanetaryError(
            f"The archive did not come to an end after {_MOST_REQUESTS} pages.",
            hint="Ask for a smaller area or a shorter time.",
        )
    asked.append(request.url)
    answer.provenance[f"Request {len(asked)}"] = request.url


def _unseen(page: Page, seen: set[str]) -> Products:
    new = []
    for identity in page.identities:
        new.append(identity not in seen)
        seen.add(identity)
    return page.products.where(np.array(new, dtype=bool))
