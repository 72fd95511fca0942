"""What else the Orbital Data Explorer has: its list of data sets, as data sets to ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from planetary_qgis.core.archives.catalog import Served
from planetary_qgis.core.archives.services.ode_answer import content_of
from planetary_qgis.core.archives.services.ode_request import target_of, with_parameters
from planetary_qgis.core.archives.services.values import list_of, text_of
from planetary_qgis.core.http import Request, Response

_VALID = {
    "incidence_angle": "ValidIncidenceAngles",
    "emission_angle": "ValidEmissionAngles",
    "phase_angle": "ValidPhaseAngles",
    "solar_longitude": "ValidSolarLongitudes",
}


def catalog_request(served: Served) -> Request:
    """What to ask for all data sets about the body of any of them."""
    asked = {"query": "iipt", "odemetadb": target_of(served), "output": "JSON"}
    return Request(with_parameters(served.url, asked))


def offered(served: Served, response: Response) -> list[Served]:
    """The data sets about the body of `served` that have products, by title.

    ODE lists a product type once for each of its archive volumes' data sets; here it is once.

    Raises:
        NetworkError: The answer is not such a list.
    """
    listed = content_of(response).get("IIPTSets")
    entries = list_of(listed.get("IIPTSet")) if isinstance(listed, Mapping) else []
    found: dict[str, Served] = {}
    for entry in entries:
        if isinstance(entry, Mapping) and _is_about(entry, served.body):
            one = _served(entry, served)
            found.setdefault(one.key, one)
    return sorted(found.values(), key=lambda each: each.title.casefold())


def _is_about(entry: Mapping[str, Any], body: str) -> bool:
    if not all(text_of(entry, name) for name in ("IHID", "IID", "PT")):
        return False
    held = entry.get("ValidTargets")
    targets = list_of(held.get("ValidTarget")) if isinstance(held, Mapping) else []
    named = {str(target).strip().upper() for target in targets}
    base = (text_of(entry, "ODEMetaDB") or body).upper()
    return base == body and (not named or body in named) and text_of(entry, "NumberProducts") != "0"


def _served(entry: Mapping[str, Any], example: Served) -> Served:
    ihid, iid, pt = (text_of(entry, name) or "" for name in ("IHID", "IID", "PT"))
    host, instrument = text_of(entry, "IHName") or ihid, text_of(entry, "IName") or iid
    return replace(
        example,
        key=f"ode.{example.body}.{ihid}.{iid}.{pt}".lower(),
        title=f"{ihid} {iid}, {text_of(entry, 'PTName') or pt}",
        mission=host,
        instrument=instrument,
        parameters={"ihid": ihid, "iid": iid, "pt": pt},
        ranges=tuple(n for n in example.ranges if text_of(entry, _VALID.get(n, "")) != "F"),
        verified=_verified(entry),
    )


def _verified(entry: Mapping[str, Any]) -> str:
    products = text_of(entry, "NumberProducts")
    said = ["As the Orbital Data Explorer's own list says."]
    if products:
        said.append(f"{products} products, those about other bodies among them.")
    if text_of(entry, "ValidFootprints") == "F":
        said.append("It has no footprints of them.")
    return " ".join(said)
