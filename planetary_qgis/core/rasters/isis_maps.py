"""Map files of ISIS: the group Mapping that cam2map projects by, from the terms of a CRS.

Source: ISIS workshop “Learning About Map Projections”, and the templates that come with ISIS.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.longitudes import wrap_180, wrap_360

_HINT = (
    "Choose an equirectangular, sinusoidal, Mercator, transverse Mercator, polar stereographic, "
    "Lambert conformal, Lambert azimuthal or orthographic CRS in metres, without false origin."
)
_NAMES = {
    "eqc": "Equirectangular",
    "sinu": "Sinusoidal",
    "merc": "Mercator",
    "tmerc": "TransverseMercator",
    "stere": "PolarStereographic",
    "lcc": "LambertConformal",
    "laea": "LambertAzimuthalEqualArea",
    "ortho": "Orthographic",
}


@dataclass(frozen=True)
class Bounds:
    """Degrees, planetocentric; east beyond 180 where the area lies over the antimeridian."""

    west_e: float
    east_e: float
    south: float
    north: float


def map_file(
    terms: Mapping[str, str],
    *,
    target: str,
    equatorial_m: float,
    polar_m: float,
    resolution_m: float | None = None,
    bounds: Bounds | None = None,
) -> str:
    """The text of a map file.

    Args:
        terms: Of a PROJ string, without the plus signs: {"proj": "eqc", "lon_0": "180", …}.
        equatorial_m, polar_m: Radii of the CRS's figure.

    Raises:
        PlanetaryError: ISIS has no such map.
    """
    domain = 360 if bounds is not None and bounds.east_e > 180.0 else 180
    lines = [
        ("ProjectionName", _name(terms)),
        *_centre(terms, domain),
        ("TargetName", target.title()),
        ("EquatorialRadius", f"{equatorial_m!r} <meters>"),
        ("PolarRadius", f"{polar_m!r} <meters>"),
        ("LatitudeType", "Planetocentric"),
        ("LongitudeDirection", "PositiveEast"),
        ("LongitudeDomain", str(domain)),
    ]
    if bounds is not None:
        lines += [
            ("MinimumLatitude", f"{bounds.south!r}"),
            ("MaximumLatitude", f"{bounds.north!r}"),
            ("MinimumLongitude", f"{bounds.west_e!r}"),
            ("MaximumLongitude", f"{bounds.east_e!r}"),
        ]
    if resolution_m is not None:
        lines.append(("PixelResolution", f"{resolution_m!r} <meters/pixel>"))
    body = "".join(f"  {name:<22} = {value}\n" for name, value in lines)
    return f"Group = Mapping\n{body}End_Group\nEnd\n"


def _name(terms: Mapping[str, str]) -> str:
    kind = terms.get("proj", "")
    moved = any(_number(terms, name) != 0.0 for name in ("x_0", "y_0"))
    oblique = kind == "stere" and abs(_number(terms, "lat_0")) != 90.0
    shifted = kind in ("eqc", "sinu", "merc") and _number(terms, "lat_0") != 0.0
    scaled = kind != "tmerc" and _scale(terms) != 1.0
    if kind not in _NAMES or moved or oblique or shifted or scaled:
        raise PlanetaryError(
            "ISIS has no map like this coordinate reference system.",
            details=" ".join(f"+{name}={value}" for name, value in terms.items()),
            hint=_HINT,
        )
    return _NAMES[kind]


def _centre(terms: Mapping[str, str], domain: int) -> list[tuple[str, str]]:
    """Where the projection is centred, and its parallels."""
    kind, lon = terms["proj"], _number(terms, "lon_0")
    wrapped = float(wrap_360(lon) if domain == 360 else wrap_180(lon))
    found = [("CenterLongitude", repr(wrapped))]
    if kind in ("eqc", "merc"):
        found.append(("CenterLatitude", repr(_number(terms, "lat_ts"))))
    elif kind == "stere":
        true = _number(terms, "lat_ts") if "lat_ts" in terms else _number(terms, "lat_0")
        found.append(("CenterLatitude", repr(true)))
    elif kind != "sinu":
        found.append(("CenterLatitude", repr(_number(terms, "lat_0"))))
    if kind == "lcc":
        first = _number(terms, "lat_1")
        second = _number(terms, "lat_2") if "lat_2" in terms else first
        found += [("FirstStandardParallel", repr(first)), ("SecondStandardParallel", repr(second))]
    if kind == "tmerc":
        found.append(("ScaleFactor", repr(_scale(terms))))
    return found


def _number(terms: Mapping[str, str], name: str) -> float:
    return float(terms.get(name, 0.0))


def _scale(terms: Mapping[str, str]) -> float:
    return float(terms.get("k_0", terms.get("k", 1.0)))
