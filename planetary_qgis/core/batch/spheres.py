"""Bodies as coordinate reference systems that files and databases keep. Imports pyproj."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from planetary_qgis.core.bodies import Body


@dataclass(frozen=True)
class Sphere:
    """The CRS of a body's sphere: east-positive, planetocentric, degrees.

    Attributes:
        authority: IAU_2015, or empty for bodies that PROJ's database does not list.
        code: The authority's, or 0.
        wkt1: As GDAL spells it; axes are said, but data are x, y all the same.
    """

    name: str
    authority: str
    code: int
    wkt1: str
    projjson: dict[str, Any]
    proj4: str


def sphere_of(body: Body) -> Sphere:
    """The CRS in which a body's footprints are stored."""
    crs, authority, code = _crs_of(body)
    wkt1 = crs.to_wkt("WKT1_GDAL", output_axis_rule=True)
    return Sphere(
        name=crs.name,
        authority=authority,
        code=code,
        # PROJ drops the edition, and QGIS before 3.44 knows no authority IAU (qgis/QGIS#61390).
        wkt1=wkt1.replace('AUTHORITY["IAU",', 'AUTHORITY["IAU_2015",'),
        projjson=crs.to_json_dict(),
        proj4=f"+proj=longlat +R={body.sphere_radius_m!r} +no_defs",
    )


def _crs_of(body: Body) -> tuple[pyproj.CRS, str, int]:
    authority, _, code = body.sphere_code.partition(":")
    try:
        return pyproj.CRS.from_authority(authority, int(code)), authority, int(code)
    except CRSError:
        return pyproj.CRS.from_wkt(body.sphere_wkt), "", 0
