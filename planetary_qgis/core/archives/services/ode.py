"""PDS Orbital Data Explorer: Mars, the Moon, Mercury and Venus.

Source: ODE REST manual 2.1 (oderest.rsl.wustl.edu) and stored answers.

The parameters of a data set are `ihid`, `iid` and `pt`, and where its footprints are tracks,
`geometry = "line"`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.asking import Page
from planetary_qgis.core.archives.services.ode_answer import results_of
from planetary_qgis.core.archives.services.ode_request import first_requests, next_request
from planetary_qgis.core.archives.services.ode_rows import OWN_COLUMNS, identity_of, record_of
from planetary_qgis.core.archives.services.ode_shapes import footprint
from planetary_qgis.core.archives.services.records import products_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body
from planetary_qgis.core.http import Request, Response
from planetary_qgis.core.products import GeometryKind, Schema
from planetary_qgis.core.query import Query


def schema(served: Served) -> Schema:
    """The columns of every answer."""
    kind = cast("GeometryKind", served.parameters.get("geometry", "polygon"))
    return Schema(body=body(served.body), geometry=kind, own_columns=OWN_COLUMNS)


def requests(served: Served, query: Query) -> Sequence[Request]:
    """First requests, one a box of the area and a piece of a name."""
    return first_requests(served, query)


def page(
    served: Served,
    query: Query,  # noqa: ARG001 - the same for every service
    request: Request,
    response: Response,
    tally: Tally,
) -> Page:
    """What one answer says; a product that is broken loses what is broken."""
    results = results_of(response, tally)
    columns = schema(served)
    records, shapes = [], []
    for product in results.products:
        shape, source = footprint(product, columns.body, columns.geometry, tally)
        records.append(record_of(product, served, source, tally))
        shapes.append(shape)
    return Page(
        products=products_of(columns, records, shapes, tally),
        identities=[
            identity_of(product, f"{request.url}#{row}")
            for row, product in enumerate(results.products)
        ],
        following=next_request(request, results.received, results.total),
        total=results.total,
    )
