"""Profiles as layers: points with values, and lines in three dimensions."""

from __future__ import annotations

import numpy as np
from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFields,
    QgsGeometry,
    QgsLineString,
    QgsMultiLineString,
    QgsPointXY,
    QgsVectorLayer,
)

from planetary_qgis.core.rasters.profiles import (
    Curve,
    Profile,
    column_names,
    slopes_deg,
)
from planetary_qgis.core.rasters.tracks import FloatArray
from planetary_qgis.qgis_bridge.compat import field
from planetary_qgis.qgis_bridge.layers import Dress, dress

PLACE_FIELDS = ("part", "distance_m", "lon_e", "lat")
_TAKEN = (*PLACE_FIELDS, "line_id", "fid", "geom")
_LINE_FIELDS = ("raster", "length_m", "minimum", "maximum", "mean")
_HALF_TURN = 180.0


def point_fields(names: list[str], *, slopes: bool) -> QgsFields:
    """The fields of a profile's points after those that say whose they are."""
    fields = QgsFields()
    own = column_names(names, _TAKEN)
    of_slopes = column_names([f"{name} slope_deg" for name in own], [*_TAKEN, *own])
    wanted = [*PLACE_FIELDS, *own, *(of_slopes if slopes else ())]
    for name in wanted:
        fields.append(field(name, "integer" if name == "part" else "real"))
    return fields


def point_rows(profile: Profile, *, slopes: bool) -> list[tuple]:
    """Values for these fields, a row a place."""
    track = profile.track
    values = [curve.values for curve in profile.curves]
    if slopes:
        values += [slopes_deg(track, curve) for curve in profile.curves]
    columns = [(track.part + 1).tolist(), track.distance_m.tolist()]
    columns += [track.lon_e.tolist(), track.lat.tolist()]
    columns += [[NULL if value != value else value for value in each.tolist()] for each in values]
    return list(zip(*columns))


def points_layer(profile: Profile, crs: QgsCoordinateReferenceSystem, title: str) -> QgsVectorLayer:
    """A memory layer with a point a place; for the main thread.

    Args:
        crs: Longitudes and latitudes on the body's sphere.
    """
    names = [curve.name for curve in profile.curves]
    layer = _layer("Point", crs, point_fields(names, slopes=True))
    features = []
    for row in point_rows(profile, slopes=True):
        feature = QgsFeature(layer.fields())
        feature.setAttributes(list(row))
        feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(row[2], row[3])))
        features.append(feature)
    return _filled(layer, features, profile, title)


def lines_layer(profile: Profile, crs: QgsCoordinateReferenceSystem, title: str) -> QgsVectorLayer:
    """A memory layer with a line a raster, its heights in metres as Z; gaps are left open."""
    fields = QgsFields()
    for name in _LINE_FIELDS:
        fields.append(field(name, "text" if name == "raster" else "real"))
    layer = _layer("MultiLineStringZ", crs, fields)
    features = []
    for curve in profile.curves:
        known = curve.values[np.isfinite(curve.values)]
        feature = QgsFeature(layer.fields())
        figures = [known.min(), known.max(), known.mean()] if len(known) else []
        row = [curve.name, profile.length_m, *map(float, figures)]
        feature.setAttributes(row + [NULL] * (len(_LINE_FIELDS) - len(row)))
        feature.setGeometry(_line_of(profile, curve))
        features.append(feature)
    return _filled(layer, features, profile, title)


def _line_of(profile: Profile, curve: Curve) -> QgsGeometry:
    track = profile.track
    heights = curve.values * (curve.metres or 1.0)
    rows = np.stack([track.lon_e, track.lat, heights], axis=1)
    whole = QgsMultiLineString()
    gap = ~np.isfinite(heights)
    apart = np.flatnonzero((np.diff(track.part) != 0) | gap[1:] | gap[:-1]) + 1
    for piece in np.split(rows, apart):
        for part in _split_at_seam(piece):
            if len(part) > 1:
                whole.addGeometry(QgsLineString(*(column.tolist() for column in part.T)))
    return QgsGeometry(whole)


def _split_at_seam(rows: FloatArray) -> list[FloatArray]:
    """Parts of a line up to the antimeridian, and on from its other side."""
    steps = np.diff(rows[:, 0])
    parts, begin = [], 0
    arriving: list[FloatArray] = []
    for after in np.flatnonzero(np.abs(steps) > _HALF_TURN) + 1:
        before, beyond = rows[after - 1], rows[after].copy()
        side = np.copysign(_HALF_TURN, before[0])
        beyond[0] += 2.0 * side
        share = (side - before[0]) / (beyond[0] - before[0])
        crossing = before + share * (beyond - before)
        parts.append(np.concatenate([*arriving, rows[begin:after], crossing[None]]))
        arriving, begin = [crossing[None] * (-1.0, 1.0, 1.0)], after
    return [*parts, np.concatenate([*arriving, rows[begin:]])]


def _layer(kind: str, crs: QgsCoordinateReferenceSystem, fields: QgsFields) -> QgsVectorLayer:
    layer = QgsVectorLayer(kind, "", "memory")
    layer.setCrs(crs)
    layer.dataProvider().addAttributes(fields.toList())
    layer.updateFields()
    return layer


def _filled(
    layer: QgsVectorLayer, features: list[QgsFeature], profile: Profile, title: str
) -> QgsVectorLayer:
    layer.dataProvider().addFeatures(features)
    layer.updateExtents()
    facts = {
        "Rasters": ", ".join(curve.name for curve in profile.curves),
        "Between vertices": profile.edges,
        "Length": f"{profile.length_m:.3f} m on a sphere of {profile.radius_m:.10g} m",
        "Spacing": f"{profile.spacing_m:.6g} m at most",
    }
    dress(layer, Dress(title, facts, profile.notes))
    return layer
