"""Areas of maps in QGIS: what the tab Map says is what the units add up to."""

from __future__ import annotations

import numpy as np
import pytest
from map_kit import add, map_session
from qgis.core import QgsCoordinateReferenceSystem, QgsGeometry, QgsProject, QgsRectangle

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.map_layers import MAP_BOUNDARY
from planetary_qgis.qgis_bridge.mapping.map_facts import facts_of
from planetary_qgis.qgis_bridge.mapping.map_reading import ground_of
from planetary_qgis.qgis_bridge.spheres import sphere_of

BOX = "POLYGON((-40 50, 60 50, 60 60, -40 60, -40 50))"
RADIUS_M = 11_080.0
SPHERE = (
    'GEOGCRS["Rock",DATUM["Rock",ELLIPSOID["Rock",11080,0,LENGTHUNIT["metre",1]]],'
    'PRIMEM["Reference Meridian",0,ANGLEUNIT["degree",0.0174532925199433]],'
    "CS[ellipsoidal,2],"
    'AXIS["latitude",north,ORDER[1],ANGLEUNIT["degree",0.0174532925199433]],'
    'AXIS["longitude",east,ORDER[2],ANGLEUNIT["degree",0.0174532925199433]]]'
)


def zone_m2(radius_m: float) -> float:
    sines = np.sin(np.radians([50.0, 60.0]))
    return float(np.radians(100.0) * (sines[1] - sines[0]) * radius_m**2)


def test_degrees_without_a_code_are_degrees(qgis_app) -> None:
    crs = QgsCoordinateReferenceSystem.fromWkt(SPHERE)
    box = QgsGeometry.fromWkt(BOX)
    assert sphere_of(crs).area(box, "drawn") == pytest.approx(zone_m2(RADIUS_M), rel=1e-9)
    ground = ground_of(crs, QgsRectangle(-40, 50, 60, 60))
    shapes = np.array([shapely.from_wkt(BOX)], dtype=object)
    assert ground.areas(shapes) == pytest.approx([zone_m2(RADIUS_M)], rel=1e-9)


def test_a_map_is_as_large_as_its_boundary_is_drawn(qgis_new_project, tmp_path) -> None:
    session = map_session(QgsProject.instance(), tmp_path)
    assert facts_of(session).area_km2 is None
    add(session.layer(MAP_BOUNDARY), BOX)
    assert facts_of(session).area_km2 == pytest.approx(zone_m2(3_396_190.0) / 1e6, rel=1e-9)
