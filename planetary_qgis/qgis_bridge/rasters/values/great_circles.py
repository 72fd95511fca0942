"""Lines on a body as lines on a map."""

from __future__ import annotations

import numpy as np
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsLineString, QgsMultiLineString

from planetary_qgis.core.longitudes import wrap_180
from planetary_qgis.core.rasters.tracks import FloatArray, placed_on_body, track_along
from planetary_qgis.qgis_bridge.rasters.values.on_body import placing
from planetary_qgis.qgis_bridge.spheres import Sphere, sphere_of

_STEP_RAD = 0.01
_MOST_OF_A_LEG = 200
_HALF_TURN_DEG = 180.0
_JUMP = 10.0
"""A step on the map so many times as long as usual leads over the map's seam."""


def great_circles_on_map(vertices: FloatArray, crs: QgsCoordinateReferenceSystem) -> QgsGeometry:
    """The great circles between places of a map, as the map shows them; for the main thread.

    Raises:
        PlanetaryError: The map shows no body, or a place lies beside it.
    """
    sphere = sphere_of(crs)
    line = placed_on_body(vertices, placing(crs, sphere).degrees)
    legs = [leg for leg in zip(line[:-1], line[1:]) if (leg[0] != leg[1]).any()]
    if not legs:
        return QgsGeometry()
    tracks = [
        track_along([np.stack(leg)], radius_m=1.0, spacing_m=_STEP_RAD, most=_MOST_OF_A_LEG)
        for leg in legs
    ]
    degrees = np.concatenate([np.stack([each.lon_e, each.lat], axis=1) for each in tracks])
    return on_map(degrees, np.zeros(len(degrees)), sphere, crs)


def on_map(
    degrees: FloatArray, part: np.ndarray, sphere: Sphere, crs: QgsCoordinateReferenceSystem
) -> QgsGeometry:
    """Lines through places on the body in a CRS of it, apart where its map is cut.

    Args:
        degrees: (n, 2) longitudes and latitudes.
        part: (n,) which line each belongs to.
    """
    how = placing(crs, sphere)
    places = how.places(degrees)
    known = np.isfinite(places).all(axis=1)
    around = wrap_180(degrees[:, 0] - how.middle_lon_e)
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    usual = float(np.median(steps[np.isfinite(steps)])) if np.isfinite(steps).any() else 0.0
    over_seam = (np.abs(np.diff(around)) > _HALF_TURN_DEG) & (steps > _JUMP * usual)
    apart = over_seam | (np.diff(part) != 0) | ~known[1:] | ~known[:-1]
    lines = QgsMultiLineString()
    for piece in np.split(places, np.flatnonzero(apart) + 1):
        if len(piece) > 1:
            lines.addGeometry(QgsLineString(*(column.tolist() for column in piece.T)))
    return QgsGeometry(lines)
