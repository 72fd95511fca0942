"""Bodies: NAIF id, name, radii and the IAU code of their sphere.

Radii are those of Archinal et al. 2018 (Report of the IAU Working Group on Cartographic
Coordinates and Rotational Elements: 2015), as NAIF's pck00011.tpc gives them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from planetary_qgis.core.errors import PlanetaryError


@dataclass(frozen=True)
class Body:
    """A planet, moon or small body.

    Attributes:
        naif_id: SPICE id, e.g. 499 for Mars.
        name: NAIF's name, upper case.
        radii_km: Semi-axes a, b, c; c is along the spin axis.
    """

    naif_id: int
    name: str
    radii_km: tuple[float, float, float]

    @property
    def title(self) -> str:
        """The name as a mapper writes it: Mars, 67P/…"""
        return self.name.title()

    @property
    def sphere_code(self) -> str:
        """IAU_2015 code of the body's sphere; not every body has one in PROJ's database."""
        return f"IAU_2015:{self.naif_id * 100}"

    @property
    def sphere_radius_m(self) -> float:
        """Radius of the sphere that coordinates are stored on.

        As in IAU_2015's sphere codes: the equatorial radius of spheroids (3396190 m for Mars), the
        mean one of triaxial bodies.
        """
        a, b, c = self.radii_km
        return (a if a == b else (a + b + c) / 3.0) * 1000.0

    @property
    def sphere_wkt(self) -> str:
        """WKT 2 of that sphere with planetocentric latitudes, for bodies without a code."""
        title = self.title.replace('"', "'")
        return _SPHERE_WKT.format(title=title, radius=self.sphere_radius_m)


_SPHERE_WKT = (
    'GEOGCRS["{title} - Sphere / Ocentric",'
    'DATUM["{title}",ELLIPSOID["{title}",{radius!r},0,LENGTHUNIT["metre",1]]],'
    'PRIMEM["Reference Meridian",0,ANGLEUNIT["degree",0.0174532925199433]],'
    "CS[ellipsoidal,2],"
    'AXIS["geodetic latitude (Lat)",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],'
    'AXIS["geodetic longitude (Lon)",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]]]'
)

_KNOWN = (
    Body(10, "SUN", (695700.0, 695700.0, 695700.0)),
    Body(199, "MERCURY", (2440.53, 2440.53, 2438.26)),
    Body(299, "VENUS", (6051.8, 6051.8, 6051.8)),
    Body(399, "EARTH", (6378.1366, 6378.1366, 6356.7519)),
    Body(301, "MOON", (1737.4, 1737.4, 1737.4)),
    Body(499, "MARS", (3396.19, 3396.19, 3376.2)),
    Body(401, "PHOBOS", (13.0, 11.4, 9.1)),
    Body(402, "DEIMOS", (7.8, 6.0, 5.1)),
    Body(599, "JUPITER", (71492.0, 71492.0, 66854.0)),
    Body(501, "IO", (1829.4, 1819.4, 1815.7)),
    Body(502, "EUROPA", (1562.6, 1560.3, 1559.5)),
    Body(503, "GANYMEDE", (2631.2, 2631.2, 2631.2)),
    Body(504, "CALLISTO", (2410.3, 2410.3, 2410.3)),
    Body(505, "AMALTHEA", (125.0, 73.0, 64.0)),
    Body(514, "THEBE", (58.0, 49.0, 42.0)),
    Body(699, "SATURN", (60268.0, 60268.0, 54364.0)),
    Body(601, "MIMAS", (207.8, 196.7, 190.6)),
    Body(602, "ENCELADUS", (256.6, 251.4, 248.3)),
    Body(603, "TETHYS", (538.4, 528.3, 526.3)),
    Body(604, "DIONE", (563.4, 561.3, 559.6)),
    Body(605, "RHEA", (765.0, 763.1, 762.4)),
    Body(606, "TITAN", (2575.15, 2574.78, 2574.47)),
    Body(607, "HYPERION", (180.1, 133.0, 102.7)),
    Body(608, "IAPETUS", (745.7, 745.7, 712.1)),
    Body(609, "PHOEBE", (109.4, 108.5, 101.8)),
    Body(799, "URANUS", (25559.0, 25559.0, 24973.0)),
    Body(701, "ARIEL", (581.1, 577.9, 577.7)),
    Body(702, "UMBRIEL", (584.7, 584.7, 584.7)),
    Body(703, "TITANIA", (788.9, 788.9, 788.9)),
    Body(704, "OBERON", (761.4, 761.4, 761.4)),
    Body(705, "MIRANDA", (240.4, 234.2, 232.9)),
    Body(899, "NEPTUNE", (24764.0, 24764.0, 24341.0)),
    Body(801, "TRITON", (1352.6, 1352.6, 1352.6)),
    Body(999, "PLUTO", (1188.3, 1188.3, 1188.3)),
    Body(901, "CHARON", (606.0, 606.0, 606.0)),
    Body(2000001, "CERES", (487.3, 487.3, 446.0)),
    Body(2000004, "VESTA", (289.0, 280.0, 229.0)),
    Body(2000021, "LUTETIA", (62.0, 50.5, 46.5)),
)

_LEADING_NUMBER = re.compile(r"^\(?\d+\)?\s+(?=[A-Z])")
_BY_ID = {body.naif_id: body for body in _KNOWN}
_BY_NAME = {body.name: body for body in _KNOWN}


def known_bodies() -> tuple[Body, ...]:
    """Every body whose radii ship with the project, in NAIF's order of planets."""
    return _KNOWN


def find_body(name_or_id: str | int) -> Body | None:
    """The known body of that name (any case) or NAIF id, or None."""
    text = str(name_or_id).strip().upper()
    if text.lstrip("-").isdigit():
        return _BY_ID.get(int(text))
    return _BY_NAME.get(text)


def naif_name(text: str) -> str:
    """The upper-case NAIF name of a known body, whatever the spelling; else the text itself."""
    upper = text.strip().upper()
    for candidate in (upper, _LEADING_NUMBER.sub("", upper)):
        found = find_body(candidate) if not candidate.isdigit() else None
        if found is not None:
            return found.name
    return text.strip()


def body(name_or_id: str | int) -> Body:
    """The known body of that name (any case) or NAIF id.

    Raises:
        PlanetaryError: No such body is known.
    """
    found = find_body(name_or_id)
    if found is None:
        raise PlanetaryError(
            f"The body “{name_or_id}” is not known.",
            hint="Give a NAIF name such as MARS or MOON, or a NAIF id such as 499.",
        )
    return found
