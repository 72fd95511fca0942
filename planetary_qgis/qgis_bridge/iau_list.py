"""What PROJ's database knows of IAU_2015: the bodies, and the projections of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from osgeo import osr
from qgis.core import QgsCoordinateReferenceSystem

from planetary_qgis.core.bodies import Body, find_body, known_bodies
from planetary_qgis.qgis_bridge.crs import crs_of

_OF_SPHERES = "Sphere / Ocentric"
"""The others count longitudes west, or QGIS mixes up their axes."""
_CODES_A_BODY = 100


@dataclass(frozen=True)
class ListedBody:
    """A body that a project can be set to."""

    naif_id: int
    title: str

    @property
    def known(self) -> Body | None:
        return find_body(self.naif_id)

    def crs(self) -> QgsCoordinateReferenceSystem:
        """Longitudes and latitudes on its sphere."""
        known = self.known
        if known is not None:
            return crs_of(known)
        return QgsCoordinateReferenceSystem(f"IAU_2015:{self.naif_id * _CODES_A_BODY}")

    def projections(self) -> Mapping[str, str]:
        """Names of the sphere's projections by their codes, IAU_2015:…"""
        return _projections().get(self.naif_id, {})


@lru_cache(maxsize=1)
def listed_bodies() -> tuple[ListedBody, ...]:
    """Planets and moons from the Sun outwards, then small bodies by name."""
    named = {body.naif_id: ListedBody(body.naif_id, body.title) for body in known_bodies()}
    for code, name in _spheres().items():
        if code % _CODES_A_BODY == 0:
            naif_id = code // _CODES_A_BODY
            named.setdefault(naif_id, ListedBody(naif_id, name.split(" (")[0]))
    return tuple(sorted(named.values(), key=_place))


def _place(body: ListedBody) -> tuple[float, int, str]:
    """By planet, the planet before its moons; small bodies come last."""
    naif_id = body.naif_id
    if naif_id >= 1000:
        return 1000, 0, body.title
    is_planet = naif_id % 100 == 99
    return naif_id // 100, -1 if is_planet else naif_id, body.title


@lru_cache(maxsize=1)
def _spheres() -> dict[int, str]:
    """Names by code of all that stands on spheres."""
    listed = osr.GetCRSInfoListFromDatabase("IAU_2015")
    return {int(each.code): each.name for each in listed if _OF_SPHERES in each.name}


@lru_cache(maxsize=1)
def _projections() -> dict[int, dict[str, str]]:
    found: dict[int, dict[str, str]] = defaultdict(dict)
    for code, name in sorted(_spheres().items()):
        naif_id, offset = divmod(code, _CODES_A_BODY)
        if offset:
            title = name.split(f"{_OF_SPHERES} / ")[-1].replace("Tranverse", "Transverse")
            found[naif_id][f"IAU_2015:{code}"] = title
    return found
