"""Bodies as coordinate reference systems that QGIS measures on and reads back."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsEllipsoidUtils,
)

from planetary_qgis.core.bodies import Body, find_body
from planetary_qgis.core.errors import PlanetaryError

_NAMES_OF_ANY_BODY = ("", "Non-Earth body")
"""What PROJ calls every body that it does not know."""
_IAU_DATUM = re.compile(r'DATUM\["([^"(]+) \(2015\)')


def crs_of(body: Body) -> QgsCoordinateReferenceSystem:
    """The geographic CRS of the body's sphere: east-positive, planetocentric, degrees."""
    crs = _cached_crs_of(body)
    if is_hollow(crs):
        QgsCoordinateReferenceSystem.invalidateCache()
        crs = _cached_crs_of(body)
    if not crs.isValid():
        raise PlanetaryError(
            f"QGIS cannot make a coordinate reference system for {body.title}.",
            details=body.sphere_wkt,
            hint="Check the body's name and radii in the kernels.",
        )
    return crs


def _cached_crs_of(body: Body) -> QgsCoordinateReferenceSystem:
    known = QgsCoordinateReferenceSystem(body.sphere_code)
    # By WKT, as a CRS made from a PROJ string forgets its body.
    return known if known.isValid() else QgsCoordinateReferenceSystem.fromWkt(body.sphere_wkt)


def is_hollow(crs: QgsCoordinateReferenceSystem) -> bool:
    """Whether a CRS calls itself valid and yet has no definition.

    What a task's thread was the first to ask for stays in QGIS 3.22's cache when that thread ends,
    half a minute after its last task, but without what PROJ knew of it: files written with it have
    no CRS at all. `QgsCoordinateReferenceSystem.invalidateCache()` helps.
    """
    return crs.isValid() and not crs.toWkt()


def measuring_ellipsoid(crs: QgsCoordinateReferenceSystem) -> str:
    """The CRS's ellipsoid by its axes.

    QGIS before 4.2 measures NaN on a sphere given by its code (qgis/QGIS#66467), but measures
    right on the same sphere given by its axes.
    """
    axes = QgsEllipsoidUtils.ellipsoidParameters(crs.ellipsoidAcronym())
    if not axes.valid:
        raise PlanetaryError(
            f"The ellipsoid of “{crs.description()}” is not known to QGIS.",
            details=crs.toWkt(),
            hint="Choose a coordinate reference system of the body from the IAU_2015 list.",
        )
    minor = axes.semiMinor if axes.semiMinor > 0 else axes.semiMajor
    return f"PARAMETER:{axes.semiMajor!r}:{minor!r}"


def body_of(crs: QgsCoordinateReferenceSystem) -> Body | None:
    """The known body that a CRS lies on."""
    return find_body(body_name(crs))


def body_name(crs: QgsCoordinateReferenceSystem) -> str:
    """What PROJ calls the body, or the IAU_2015 datum does.

    PROJ before 9.4 knows no body by name whose radius another one has, too, such as Rhea.
    """
    name = crs.celestialBodyName()
    if name not in _NAMES_OF_ANY_BODY:
        return name
    wkt = crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT2_2019)
    datum = _IAU_DATUM.search(wkt)
    return datum[1] if datum else name


def same_body(a: QgsCoordinateReferenceSystem, b: QgsCoordinateReferenceSystem) -> bool:
    """Whether coordinates can go from one CRS to the other.

    Between bodies QGIS hands back the input without a word; its transform only says isValid False.
    """
    if body_name(a) != body_name(b):
        return False
    if body_name(a) in _NAMES_OF_ANY_BODY and _radius(a) != _radius(b):
        return False
    return QgsCoordinateTransform(a, b, QgsCoordinateTransformContext()).isValid()


def transform_between(
    source: QgsCoordinateReferenceSystem,
    target: QgsCoordinateReferenceSystem,
    context: QgsCoordinateTransformContext | None = None,
) -> QgsCoordinateTransform:
    """The transform from one CRS to another of the same body.

    Raises:
        PlanetaryError: They lie on different bodies.
    """
    if not same_body(source, target):
        raise PlanetaryError(
            f"“{source.description()}” lies on {_body_title(source)} and "
            f"“{target.description()}” on {_body_title(target)}: "
            "coordinates of one body mean nothing on another.",
            hint="Choose both on the same body.",
        )
    return QgsCoordinateTransform(source, target, context or QgsCoordinateTransformContext())


def repair_geopackage(path: Path) -> int:
    """How many CRS definitions of a GeoPackage were mended, so that QGIS reads them back.

    GDAL writes IAU codes under the authority IAU, which QGIS before 3.44 does not know
    (qgis/QGIS#61390).
    """
    with closing(sqlite3.connect(path, timeout=30.0)) as connection, connection:
        return mend_definitions(connection)


def mend_definitions(connection: sqlite3.Connection) -> int:
    """The same on an open GeoPackage, within the caller's transaction."""
    changed = connection.execute(
        "UPDATE gpkg_spatial_ref_sys "
        "SET definition = replace(definition, 'AUTHORITY[\"IAU\",', 'AUTHORITY[\"IAU_2015\",') "
        "WHERE instr(definition, 'AUTHORITY[\"IAU\",') > 0"
    )
    return changed.rowcount


def _radius(crs: QgsCoordinateReferenceSystem) -> float:
    return QgsEllipsoidUtils.ellipsoidParameters(crs.ellipsoidAcronym()).semiMajor


def _body_title(crs: QgsCoordinateReferenceSystem) -> str:
    return body_name(crs) or "an unknown body"
