"""Projected CRSs of spheres as WKT 2, and places as their titles spell them."""

from __future__ import annotations

from collections.abc import Mapping

Parameter = tuple[int, str]
"""EPSG's code and name."""

LAT_ORIGIN: Parameter = (8801, "Latitude of natural origin")
LON_ORIGIN: Parameter = (8802, "Longitude of natural origin")
SCALE: Parameter = (8805, "Scale factor at natural origin")
EASTING: Parameter = (8806, "False easting")
NORTHING: Parameter = (8807, "False northing")
LAT_FALSE: Parameter = (8821, "Latitude of false origin")
LON_FALSE: Parameter = (8822, "Longitude of false origin")
FIRST: Parameter = (8823, "Latitude of 1st standard parallel")
SECOND: Parameter = (8824, "Latitude of 2nd standard parallel")
EASTING_AT: Parameter = (8826, "Easting at false origin")
NORTHING_AT: Parameter = (8827, "Northing at false origin")

_METRES = (EASTING, NORTHING, EASTING_AT, NORTHING_AT)
_DEGREE = 'ANGLEUNIT["degree",0.0174532925199433]'


def conversion_wkt(
    title: str, method: tuple[str, int | None], parameters: Mapping[Parameter, float]
) -> str:
    """The part of a projected CRS that says how it is projected."""
    name, code = method
    parts = [f'METHOD["{name}"{_id(code)}]', *(_parameter(*each) for each in parameters.items())]
    return f"CONVERSION[{_quoted(title)},{','.join(parts)}]"


def projected_wkt(name: str, conversion: str, *, base: str, radius_m: float) -> str:
    """A projected CRS on a body's sphere, metres east and north.

    Args:
        base: What the geographic CRS of the sphere is called; the datum gets its first part, by
            which PROJ knows the body.
    """
    datum = _quoted(base.split(" / ")[0])
    return (
        f"PROJCRS[{_quoted(name)},BASEGEOGCRS[{_quoted(base)},"
        f'DATUM[{datum},ELLIPSOID[{datum},{radius_m!r},0,LENGTHUNIT["metre",1]]],'
        f'PRIMEM["Reference Meridian",0,{_DEGREE}]],{conversion},CS[Cartesian,2],'
        'AXIS["(E)",east,ORDER[1],LENGTHUNIT["metre",1]],'
        'AXIS["(N)",north,ORDER[2],LENGTHUNIT["metre",1]]]'
    )


def latitude_text(lat: float) -> str:
    """A latitude as maps say it: 20° N, 5.5° S, 0°."""
    return f"{abs(lat):g}°" + ("" if lat == 0 else " N" if lat > 0 else " S")


def longitude_text(lon_e: float) -> str:
    """An east-positive longitude in -180..180 as maps say it: 137° E, 20° W, 0°."""
    return f"{abs(lon_e):g}°" + ("" if abs(lon_e) in (0, 180) else " E" if lon_e > 0 else " W")


def _parameter(key: Parameter, value: float) -> str:
    code, name = key
    unit = _DEGREE
    if key in _METRES:
        unit = 'LENGTHUNIT["metre",1]'
    elif key == SCALE:
        unit = 'SCALEUNIT["unity",1]'
    return f'PARAMETER["{name}",{value!r},{unit}{_id(code)}]'


def _id(code: int | None) -> str:
    return "" if code is None else f',ID["EPSG",{code}]'


def _quoted(text: str) -> str:
    return '"' + text.replace('"', "'") + '"'
