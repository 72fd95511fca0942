"""OPUS, the search of the PDS Ring-Moon Systems Node: images of the outer planets' moons.

Source: OPUS API guide and the table schemas of SETI/rms-opus.

The parameters of a data set are `instrument`, in OPUS's spelling, and `surface_target`, the body
whose surface is seen. OPUS knows bounds, never outlines; its longitudes are west-positive.
"""

from __future__ import annotations

from collections.abc import Sequence

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.asking import Page
from planetary_qgis.core.archives.services.opus_files import files_request, parse_files
from planetary_qgis.core.archives.services.opus_request import first_requests, next_request
from planetary_qgis.core.archives.services.opus_rows import (
    OWN_COLUMNS,
    record_of,
    rows_of,
    shapes_of,
)
from planetary_qgis.core.archives.services.records import products_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body
from planetary_qgis.core.http import Request, Response
from planetary_qgis.core.products import Schema
from planetary_qgis.core.query import Query

__all__ = ["files_request", "page", "parse_files", "requests", "schema"]


def schema(served: Served) -> Schema:
    """The columns of every answer."""
    return Schema(body=body(served.body), geometry="polygon", own_columns=OWN_COLUMNS)


def requests(served: Served, query: Query) -> Sequence[Request]:
    """First requests, one a box of the area."""
    return first_requests(served, query)


def page(
    served: Served,
    query: Query,  # noqa: ARG001 - the same for every service
    request: Request,
    response: Response,
    tally: Tally,
) -> Page:
    """What one answer says; a row that is broken loses what is broken."""
    rows = rows_of(response, served, tally)
    shapes = shapes_of(rows.observations, tally)
    records = [
        record_of(observation, served, shape is not None, tally)
        for observation, shape in zip(rows.observations, shapes)
    ]
    return Page(
        products=products_of(schema(served), records, shapes, tally),
        identities=[str(each["opusid"]) for each in rows.observations],
        following=next_request(request, rows.received, rows.total),
        total=rows.total,
    )
