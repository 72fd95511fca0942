"""Bodies recognised by what coordinate reference systems, labels and people call them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from planetary_qgis.core.bodies import Body, find_body, known_bodies
from planetary_qgis.qgis_bridge.crs_doctor.definitions import spatial_reference
from planetary_qgis.qgis_bridge.iau_list import listed_bodies

_WORD = re.compile(r"[A-Z]+|\d+")
_EARTH_RADII_M = (6_330_000.0, 6_420_000.0)
_SLACK = 0.002
_NAMES_TOO_COMMON = frozenset({"IO", "PAN", "SUN", "EARTH", "ATLAS", "IDA", "LEDA", "EUROPA"})
"""In free text these are as often something else."""
_SAYS_BODY = {
    "LUNAR": "MOON", "LUNA": "MOON", "LOLA": "MOON", "LROC": "MOON", "KAGUYA": "MOON",
    "SELENE": "MOON", "LDEM": "MOON", "MARTIAN": "MARS", "MOLA": "MARS", "HIRISE": "MARS",
    "HRSC": "MARS", "THEMIS": "MARS", "CRISM": "MARS", "CTX": "MARS", "CASSIS": "MARS",
    "MEGDR": "MARS", "MDIS": "MERCURY", "MAGELLAN": "VENUS",
}  # fmt: skip
_OLD_RADII_M = {
    "MARS": (3393400.0, 3397000.0, 3396000.0),
    "MOON": (1738000.0, 1738100.0, 1738140.0),
    "MERCURY": (2439700.0, 2440000.0, 2439400.0),
    "VENUS": (6051000.0, 6051400.0),
    "TITAN": (2575000.0,),
    "CERES": (470000.0, 476200.0),
    "VESTA": (255000.0, 265000.0),
    "PLUTO": (1195000.0, 1187000.0),
    "IO": (1821490.0, 1821600.0),
    "EUROPA": (1565000.0, 1562090.0),
}
"""Reference radii of earlier reports and missions, which data at hand still carry."""


@dataclass(frozen=True)
class ByRadius:
    """The bodies that a radius may belong to."""

    bodies: tuple[Body, ...]

    @property
    def only(self) -> Body | None:
        return self.bodies[0] if len(self.bodies) == 1 else None


def body_named(*names: str) -> Body | None:
    """The body that datum, ellipsoid or target names tell: D_MARS, GCS_Moon_2000, 1_CERES…"""
    words = [word for name in names for word in _words(name)]
    known = next(filter(None, map(find_body, (w for w in words if not w.isdigit()))), None)
    if known is not None or not words:
        return known
    return next((_iau_body(name) for name in map(_bare, names) if name in _iau_ids()), None)


def body_told_of(text: str) -> Body | None:
    """The one body that free text (a layer's name, a title) tells of; None where none or several.

    Names that are also something else do not count.
    """
    told = set()
    for word in _words(text):
        name = _SAYS_BODY.get(word, word)
        if name not in _NAMES_TOO_COMMON and not name.isdigit() and find_body(name):
            told.add(name)
    return find_body(told.pop()) if len(told) == 1 else None


def body_of_code(code: int) -> Body | None:
    """The body of an IAU code, NAIF id × 100 + offset."""
    naif_id = code // 100
    return find_body(naif_id) or next(
        (_iau_body(name) for name, known in _iau_ids().items() if known == naif_id), None
    )


def bodies_of_radius(semi_major_m: float) -> ByRadius:
    """The known bodies whose radius, at some latitude or by some report, this is within 0.2 %."""
    return ByRadius(tuple(body for body in known_bodies() if _may_be(body, semi_major_m)))


def is_earth_like(semi_major_m: float) -> bool:
    """Whether only Earth, and what was called Earth, has such a radius."""
    return _EARTH_RADII_M[0] < semi_major_m < _EARTH_RADII_M[1]


def _may_be(body: Body, radius: float) -> bool:
    lowest, highest = min(body.radii_km) * 1000.0, max(body.radii_km) * 1000.0
    if lowest * (1 - _SLACK) <= radius <= highest * (1 + _SLACK):
        return True
    return any(abs(radius - old) <= 1.0 for old in _OLD_RADII_M.get(body.name, ()))


def _words(name: str) -> list[str]:
    """Words of a name: D_Mars_2000 and MARS_localRadius and GCS_Moon_2000 alike."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name)
    return _WORD.findall(spaced.upper())


def _bare(name: str) -> str:
    """A name without what surrounds the body's: D_, GCS_, numbers, years."""
    words = (w for w in _words(name) if not w.isdigit() and w not in ("D", "GCS", "SPHERE", "IAU"))
    return " ".join(words)


@lru_cache(maxsize=1)
def _iau_ids() -> dict[str, int]:
    """NAIF ids of the bodies that PROJ's database knows under IAU_2015, by bare name."""
    return {_bare(listed.title): listed.naif_id for listed in listed_bodies()}


@cache
def _iau_body(name: str) -> Body | None:
    """A body of PROJ's database that does not ship with the project, as its sphere."""
    naif_id = _iau_ids()[name]
    radius = spatial_reference(f"IAU_2015:{naif_id * 100}").GetSemiMajor() / 1000.0
    return Body(naif_id, name, (radius, radius, radius))
