"""Measuring on every body, in every CRS; truth: geographiclib (by pyproj) and closed formulas."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsDistanceArea,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsGeometry,
    QgsPointXY,
    QgsProject,
    QgsVectorLayer,
)

from planetary_qgis.core.bodies import Body, body, known_bodies
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge.crs import body_of, crs_of, measuring_ellipsoid
from planetary_qgis.qgis_bridge.iau_list import listed_bodies
from planetary_qgis.qgis_bridge.measuring import ellipsoid_for, measures_right
from planetary_qgis.qgis_bridge.project_body import set_project_body
from planetary_qgis.qgis_bridge.spheres import sphere_of

BENNU = Body(2101955, "BENNU", (0.2825, 0.2675, 0.254))
PROJECTED = ("IAU_2015:49910", "IAU_2015:49915", "IAU_2015:49930", "IAU_2015:49980", "ESRI:103885")
MARS_RADIUS = 3396190.0


def crs(code: str) -> QgsCoordinateReferenceSystem:
    return QgsCoordinateReferenceSystem(code)


def from_lon_lat(geometry: QgsGeometry, code: str) -> QgsGeometry:
    there = QgsCoordinateTransform(
        crs("IAU_2015:49900"), crs(code), QgsCoordinateTransformContext()
    )
    moved = QgsGeometry(geometry)
    moved.transform(there)
    return moved


def polygon(lon, lat) -> QgsGeometry:
    ring = [QgsPointXY(*each) for each in zip(lon, lat)]
    return QgsGeometry.fromPolygonXY([[*ring, ring[0]]])


def distance_area(of: QgsCoordinateReferenceSystem) -> QgsDistanceArea:
    """QGIS's own measuring on a sphere."""
    measuring = QgsDistanceArea()
    measuring.setSourceCrs(of, QgsCoordinateTransformContext())
    measuring.setEllipsoid(measuring_ellipsoid(of))
    return measuring


places = st.tuples(st.floats(-180, 180), st.floats(-89, 89))
directions = st.tuples(st.floats(0, 360), st.floats(0.001, 1.5))


@settings(max_examples=150)
@given(st.sampled_from([*known_bodies(), BENNU]), places, directions, directions)
def test_both_ways_to_measure_agree_with_the_sphere_on_every_body(of, a, to_b, to_c) -> None:
    """QGIS's own in degrees, and ours."""
    here = crs_of(of)
    sphere = sphere_of(here)
    radius = pyproj.CRS.from_wkt(
        here.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT2_2019)
    ).ellipsoid.semi_major_metre
    truth = pyproj.Geod(a=radius, b=radius)
    b, c = (truth.fwd(*a, turn, far * radius)[:2] for turn, far in (to_b, to_c))
    points = [QgsPointXY(*each) for each in (a, b, c)]
    length = truth.inv(*a, *b)[2]
    assert sphere.distance(points[0], points[1]) == pytest.approx(length, rel=1e-9)
    qgis_own = distance_area(here)
    assert qgis_own.measureLine(points[0], points[1]) == pytest.approx(length, rel=1e-9)
    area, around = truth.polygon_area_perimeter(*zip(a, b, c))
    area = min(abs(area), 4 * math.pi * radius**2 - abs(area))
    triangle = polygon(*zip(a, b, c))
    assert sphere.area(triangle) == pytest.approx(area, rel=1e-9, abs=1e-12 * radius**2)
    assert sphere.perimeter(triangle) == pytest.approx(around, rel=1e-9)


@pytest.mark.parametrize("code", PROJECTED)
@settings(max_examples=15)
@given(st.floats(-170, 170), st.floats(5, 80), st.floats(0.01, 5.0))
def test_projections_do_not_change_what_is_measured(code, lon, lat, size) -> None:
    geod = pyproj.Geod(a=MARS_RADIUS, b=MARS_RADIUS)
    ring_lon, ring_lat, _ = geod.fwd([lon] * 5, [lat] * 5, np.arange(5) * 72.0, [size * 5e4] * 5)
    truth, around = geod.polygon_area_perimeter(ring_lon, ring_lat)
    sphere = sphere_of(crs(code))
    shape = from_lon_lat(polygon(ring_lon, ring_lat), code)
    assert sphere.area(shape) == pytest.approx(abs(truth), rel=1e-7)
    assert sphere.perimeter(shape) == pytest.approx(around, rel=1e-8)


def test_distances_in_a_projection_keep_nine_digits() -> None:
    a, b = QgsPointXY(137.4, -4.6), QgsPointXY(-133.8, 18.65)
    truth = pyproj.Geod(a=MARS_RADIUS, b=MARS_RADIUS).inv(a.x(), a.y(), b.x(), b.y())[2]
    for code in PROJECTED:
        here = [from_lon_lat(QgsGeometry.fromPointXY(each), code).asPoint() for each in (a, b)]
        assert sphere_of(crs(code)).distance(*here) == pytest.approx(truth, rel=1e-9)


def test_polar_caps_and_split_footprints_are_whole() -> None:
    cap = QgsGeometry.fromWkt("Polygon((-180 60,180 60,180 90,-180 90,-180 60))")
    truth = 2 * math.pi * MARS_RADIUS**2 * (1 - math.sin(math.radians(60)))
    mars = sphere_of(crs("IAU_2015:49900"))
    assert mars.area(cap) == pytest.approx(truth, rel=1e-9)
    assert mars.area(cap, "drawn") == pytest.approx(truth, rel=1e-9)
    around = 2 * math.pi * MARS_RADIUS * math.cos(math.radians(60))
    assert mars.perimeter(cap) == pytest.approx(around, rel=1e-9)
    one = QgsGeometry.fromWkt("Polygon((170 0,190 0,190 10,170 10,170 0))")
    split = QgsGeometry.fromWkt(
        "MultiPolygon(((170 0,180 0,180 10,170 10,170 0)),((-180 0,-170 0,-170 10,-180 10,-180 0)))"
    )
    assert mars.area(split, "drawn") == pytest.approx(mars.area(one, "drawn"), rel=1e-12)
    lon, lat = mars.middle(split)
    assert abs(lon) == pytest.approx(180.0, abs=1e-9)
    assert 5.0 < lat < 5.1


def test_a_pole_inside_a_polar_map_is_held() -> None:
    lon = np.arange(0.0, 360.0, 15.0)
    ring = from_lon_lat(polygon(lon, np.full_like(lon, 80.0)), "IAU_2015:49930")
    geod = pyproj.Geod(a=MARS_RADIUS, b=MARS_RADIUS)
    truth, _ = geod.polygon_area_perimeter(lon, np.full_like(lon, 80.0))
    sphere = sphere_of(crs("IAU_2015:49930"))
    assert sphere.area(ring) == pytest.approx(abs(truth), rel=1e-9)
    assert sphere.middle(ring)[1] == pytest.approx(90.0, abs=1e-6)


def test_drawn_edges_of_a_projection_are_followed() -> None:
    """A box of the equirectangular map is a box of meridians and parallels."""
    box = QgsGeometry.fromWkt("Polygon((10 20,60 20,60 70,10 70,10 20))")
    corners = from_lon_lat(box, "IAU_2015:49910")
    share = math.radians(50) * (math.sin(math.radians(70)) - math.sin(math.radians(20)))
    found = sphere_of(crs("IAU_2015:49910")).area(corners, "drawn")
    assert found == pytest.approx(share * MARS_RADIUS**2, rel=1e-6)


def test_holes_are_left_out_and_curves_followed() -> None:
    ring = "Polygon((0 0,10 0,10 10,0 10,0 0),(2 2,4 2,4 4,2 4,2 2))"
    mars = sphere_of(crs("IAU_2015:49900"))
    outer, inner = (
        mars.area(QgsGeometry.fromWkt(f"Polygon(({part}))"))
        for part in ("0 0,10 0,10 10,0 10,0 0", "2 2,4 2,4 4,2 4,2 2")
    )
    assert mars.area(QgsGeometry.fromWkt(ring)) == pytest.approx(outer - inner, rel=1e-12)
    circle = QgsGeometry.fromWkt("CurvePolygon(CircularString(1 0,0 1,-1 0,0 -1,1 0))")
    truth = 2 * math.pi * MARS_RADIUS**2 * (1 - math.cos(math.radians(1)))
    assert mars.area(circle) == pytest.approx(truth, rel=1e-3)


def test_planetographic_latitudes_are_led_to_the_sphere() -> None:
    """ESRI:104905 is Mars's ellipsoid; 45° on it is 44.66° from the centre (Snyder, eq. 3-28)."""
    lon, lat = sphere_of(crs("ESRI:104905")).lon_lat(np.array([10.0]), np.array([45.0]))
    truth = math.degrees(math.atan((3376200.0 / 3396190.0) ** 2))
    assert (lon[0], lat[0]) == (10.0, pytest.approx(truth, abs=1e-9))


def test_no_crs_is_told() -> None:
    with pytest.raises(PlanetaryError, match="Nothing can be measured"):
        sphere_of(QgsCoordinateReferenceSystem())


def test_every_listed_body_is_known_by_name() -> None:
    for listed in listed_bodies():
        here = listed.crs()
        assert here.isGeographic()
        assert body_of(here) == listed.known
        if not here.celestialBodyName().startswith("Non"):
            assert here.celestialBodyName() == listed.title


@pytest.mark.parametrize("of", [*known_bodies(), BENNU], ids=lambda of: of.name)
def test_projects_measure_on_every_body(of) -> None:
    assert ellipsoid_for(crs_of(of)) == measuring_ellipsoid(crs_of(of))


def test_what_measures_wrong_is_seen() -> None:
    mars, mapped = crs("IAU_2015:49900"), crs("IAU_2015:49910")
    assert not measures_right(mars, "NONE")
    assert not measures_right(mars, "EPSG:7030")
    assert not measures_right(mars, "PARAMETER:1737400:1737400")
    assert not measures_right(mars, "no such ellipsoid")
    assert not measures_right(QgsCoordinateReferenceSystem(), "EPSG:7030")
    # Which versions of QGIS can is for them to show: what is chosen must hold.
    for here in (mapped, crs("IAU_2015:49930"), crs("EPSG:32633")):
        chosen = ellipsoid_for(here)
        assert chosen == "NONE" or measures_right(here, chosen)
    assert measures_right(crs("EPSG:32633"), "EPSG:7030")


@pytest.mark.parametrize("of", [body("MARS"), body("MOON"), body("RHEA")], ids=lambda of: of.name)
def test_length_and_area_of_layers_are_right_in_a_project_on_the_body(of, qgis_new_project) -> None:
    project = QgsProject.instance()
    set_project_body(project, of)
    layer = QgsVectorLayer("Polygon", "shapes", "memory")
    layer.setCrs(crs_of(of))
    project.addMapLayer(layer)
    lon, lat = [10.0, 12.0, 11.0], [60.0, 60.0, 61.5]
    radius = sphere_of(crs_of(of)).radius_m
    truth, around = pyproj.Geod(a=radius, b=radius).polygon_area_perimeter(lon, lat)
    feature = QgsFeature()
    feature.setGeometry(polygon(lon, lat))
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    context.setFeature(feature)
    calculator = QgsDistanceArea()
    calculator.setSourceCrs(layer.crs(), project.transformContext())
    assert calculator.setEllipsoid(project.ellipsoid())
    for text, value in (("$area", truth), ("$perimeter", around)):
        expression = QgsExpression(text)
        expression.setGeomCalculator(calculator)
        expression.prepare(context)
        assert expression.evaluate(context) == pytest.approx(value, rel=1e-9)
