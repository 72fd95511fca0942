"""The Orbital Data Explorer's own list of what it has."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from ode_samples import CTX

from planetary_qgis.core.archives.services import ode
from planetary_qgis.core.archives.services.ode_catalog import catalog_request, offered
from planetary_qgis.core.http import Head, NetworkError, Response
from planetary_qgis.core.query import Query

HIRISE: dict[str, Any] = {
    "ODEMetaDB": "Mars",
    "IHID": "MRO",
    "IHName": "MARS RECONNAISSANCE ORBITER",
    "IID": "HIRISE",
    "IName": "HIGH RESOLUTION IMAGING SCIENCE EXPERIMENT",
    "PT": "RDRV11",
    "PTName": "Reduced Data Record with Embedded Map Projection",
    "DataSetId": "MRO-M-HIRISE-3-RDR-V1.1",
    "NumberProducts": "122345",
    "ValidTargets": {"ValidTarget": ["MARS", "PHOBOS"]},
    "ValidFootprints": "T",
    "ValidIncidenceAngles": "T",
    "ValidPhaseAngles": "F",
}


def response(*entries: Any, **changes: Any) -> Response:
    listed = list(entries) if len(entries) != 1 else entries[0]
    content = {"IIPTSets": {"IIPTSet": listed}, "Status": "Success", **changes}
    body = json.dumps({"ODEResults": content}).encode()
    return Response(Head(CTX.url, 200, {}), body)


def test_the_list_is_asked_by_body():
    query = parse_qs(urlsplit(catalog_request(CTX).url).query)
    assert query == {"query": ["iipt"], "odemetadb": ["mars"], "output": ["JSON"]}


def test_an_entry_can_be_asked_at_once():
    (hirise,) = offered(CTX, response(HIRISE))
    assert hirise.key == "ode.mars.mro.hirise.rdrv11"
    assert (hirise.url, hirise.archive, hirise.body) == (CTX.url, CTX.archive, "MARS")
    assert hirise.title == "MRO HIRISE, Reduced Data Record with Embedded Map Projection"
    assert hirise.ranges == ("incidence_angle", "emission_angle", "resolution", "solar_longitude")
    assert "122345" in hirise.verified
    (request,) = ode.requests(hirise, Query())
    assert parse_qs(urlsplit(request.url).query)["pt"] == ["RDRV11"]


def test_what_is_listed_twice_comes_once():
    assert len(offered(CTX, response(HIRISE, {**HIRISE, "DataSetId": "MRO-M-HIRISE-X"}))) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"ValidTargets": {"ValidTarget": "PHOBOS"}},
        {"ODEMetaDB": "Moon"},
        {"NumberProducts": "0"},
        {"PT": ""},
    ],
)
def test_what_has_nothing_of_the_body_is_left_out(changes):
    assert offered(CTX, response({**HIRISE, **changes})) == []


def test_missing_footprints_are_told():
    (one,) = offered(CTX, response({**HIRISE, "ValidFootprints": "F"}))
    assert "no footprints" in one.verified


def test_odd_answers_are_empty_or_errors():
    assert offered(CTX, response()) == []
    assert offered(CTX, response("odd")) == []
    assert offered(CTX, response(IIPTSets="")) == []
    with pytest.raises(NetworkError, match="Invalid database"):
        offered(CTX, response(Status="ERROR", Error="Invalid database"))
