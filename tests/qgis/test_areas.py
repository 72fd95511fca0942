"""Areas of any CRS on the body: held to where single points go, one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsCoordinateTransformContext,
    QgsGeometry,
    QgsPointXY,
    QgsRectangle,
)

from planetary_qgis.core.bodies import body
from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.qgis_bridge import areas
from planetary_qgis.qgis_bridge.crs import crs_of

MARS_RADIUS_M = 3_396_190.0
NORTH_POLE, SOUTH_POLE = "IAU_2015:49930", "IAU_2015:49935"
PLATE_CARREE, LAMBERT, SINUSOIDAL = "IAU_2015:49910", "IAU_2015:49980", "IAU_2015:49920"
NEAR_M = 500.0
"""About ten times the tolerance along an edge."""


@pytest.fixture(scope="module")
def mars(qgis_app):
    return crs_of(body("MARS"))


def crs(authid: str) -> QgsCoordinateReferenceSystem:
    made = QgsCoordinateReferenceSystem(authid)
    assert made.isValid()
    return made


def polar_xy(lon: np.ndarray, lat: np.ndarray, pole: int) -> np.ndarray:
    """Snyder (USGS PP 1395), eq. 21-5 and following, sphere, true scale at the pole."""
    rho = 2 * MARS_RADIUS_M * np.tan(np.radians(90 - pole * lat) / 2)
    lam = np.radians(lon)
    return np.stack([rho * np.sin(lam), -pole * rho * np.cos(lam)], axis=1)


def places(seed: int, count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes evenly over the sphere."""
    random = np.random.default_rng(seed)
    return random.uniform(-180, 180, count), np.degrees(np.arcsin(random.uniform(-1, 1, count)))


def held_to_points(area: str, drawn: shapely.Geometry, xy: np.ndarray, lon, lat, near: float):
    """Inside on the map is inside on the body, but for points that lie on the edge."""
    shape = shapely.from_wkt(area) if area else shapely.box(-180, -90, 180, 90)
    assert shape.is_valid
    west, south, east, north = shape.bounds
    assert shapely.box(-180, -90, 180, 90).covers(shapely.box(west, south, east, north))
    points = shapely.points(xy)
    clear = shapely.distance(drawn.boundary, points) > near
    on_map = shapely.intersects(drawn, points)
    on_body = shapely.intersects(shape, shapely.points(lon, lat))
    assert (on_map == on_body)[clear].all()


@st.composite
def stars(draw: st.DrawFn) -> shapely.Polygon:
    """Simple rings of any shape around any place, now and then around the pole."""
    reach = draw(st.sampled_from([1e3, 3e5, 3e6]))
    x, y = (draw(st.floats(-1.2, 1.2)) * reach for _ in "xy")
    count = draw(st.integers(3, 12))
    radii = np.array(draw(st.lists(st.floats(0.1, 1.0), min_size=count, max_size=count)))
    angles = np.linspace(0, 2 * math.pi, count, endpoint=False)
    ring = np.stack([x + reach * radii * np.cos(angles), y + reach * radii * np.sin(angles)], 1)
    return shapely.Polygon(ring if draw(st.booleans()) else ring[::-1])


@pytest.mark.parametrize(("authid", "pole"), [(NORTH_POLE, 1), (SOUTH_POLE, -1)])
@given(drawn=stars(), seed=st.integers(0, 1000))
@settings(max_examples=60)
def test_what_is_drawn_on_a_polar_map_is_the_same_on_the_body(mars, authid, pole, drawn, seed):
    area = areas.area_of_geometries([QgsGeometry.fromWkt(drawn.wkt)], crs(authid), mars)
    lon, lat = places(seed)
    size = math.dist(drawn.bounds[:2], drawn.bounds[2:])
    # Points all over, and as many again around what was drawn.
    near_xy = np.random.default_rng(seed).uniform(drawn.bounds[:2], drawn.bounds[2:], (400, 2))
    rho, lam = np.hypot(*near_xy.T), np.arctan2(near_xy[:, 0], -pole * near_xy[:, 1])
    lon = np.append(lon, np.degrees(lam))
    lat = np.append(lat, pole * (90 - np.degrees(2 * np.arctan(rho / (2 * MARS_RADIUS_M)))))
    xy = polar_xy(lon, lat, pole)
    held_to_points(area, drawn, xy, lon, lat, NEAR_M if size > 1e5 else 0.02 * size)


@pytest.mark.parametrize("authid", [PLATE_CARREE, LAMBERT, SINUSOIDAL])
@given(
    x=st.floats(-4e6, 3e6),
    y=st.floats(-3e6, 2e6),
    size=st.floats(1e4, 2e6),
    seed=st.integers(0, 1000),
)
@settings(max_examples=25)
def test_what_is_drawn_on_other_maps_is_the_same_on_the_body(mars, authid, x, y, size, seed):
    drawn = shapely.Polygon([(x, y), (x + size, y + size / 3), (x + size / 2, y + size)])
    xy = np.random.default_rng(seed).uniform(drawn.bounds[:2], drawn.bounds[2:], (100, 2))
    transform = QgsCoordinateTransform(crs(authid), mars, QgsCoordinateTransformContext())
    area = areas.area_of_geometries([QgsGeometry.fromWkt(drawn.wkt)], crs(authid), mars)
    placed = np.array([[p.x(), p.y()] for p in (transform.transform(QgsPointXY(*v)) for v in xy)])
    held_to_points(area, drawn, xy, placed[:, 0], placed[:, 1], NEAR_M)


def test_a_hole_around_the_pole_stays_a_hole(mars):
    ring = shapely.Point(0, 0).buffer(1e6).difference(shapely.Point(1e4, 0).buffer(3e5))
    area = areas.area_of_geometries([QgsGeometry.fromWkt(ring.wkt)], crs(NORTH_POLE), mars)
    lon, lat = places(1, 4000)
    held_to_points(area, ring, polar_xy(lon, lat, 1), lon, lat, NEAR_M)
    assert not shapely.intersects(shapely.from_wkt(area), shapely.Point(30, 89.9))
    assert shapely.intersects(shapely.from_wkt(area), shapely.Point(30, 80))


@pytest.mark.parametrize("corner", [(0, 0), (1e6, 0), (0, -1e6), (5e5, 5e5)])
def test_a_corner_or_an_edge_on_the_pole_is_no_trap(mars, corner):
    x, y = corner
    drawn = shapely.Polygon([(0, 0), (1e6, -5e5), (1e6, 1e6), (-1e6 + x, y)])
    drawn = drawn if drawn.is_valid else shapely.make_valid(drawn)
    area = areas.area_of_geometries([QgsGeometry.fromWkt(drawn.wkt)], crs(NORTH_POLE), mars)
    lon, lat = places(2, 4000)
    held_to_points(area, drawn, polar_xy(lon, lat, 1), lon, lat, NEAR_M)


@pytest.mark.parametrize("first", range(9))
@pytest.mark.parametrize(("authid", "pole"), [(NORTH_POLE, 1), (SOUTH_POLE, -1)])
def test_a_ring_may_fold_between_its_first_vertex_and_the_pole(mars, authid, pole, first):
    x = np.array([0, 10, 10, -10, -10, 5, 5, -10, -10]) * 1e5
    y = np.array([-10, -10, 10, 10, -4, -4, -7, -7, -10]) * 1e5 * pole
    drawn = shapely.Polygon(np.roll(np.stack([x, y], axis=1), first, axis=0))
    area = areas.area_of_geometries([QgsGeometry.fromWkt(drawn.wkt)], crs(authid), mars)
    lon, lat = places(4, 4000)
    held_to_points(area, drawn, polar_xy(lon, lat, pole), lon, lat, NEAR_M)


def test_a_polar_view_is_seen_as_it_is(mars):
    view = QgsRectangle(-4e5, -7e5, 9e5, 3e5)
    area = areas.area_of_view(view, crs(SOUTH_POLE), mars)
    drawn = shapely.box(-4e5, -7e5, 9e5, 3e5)
    lon, lat = places(3, 20_000)
    held_to_points(area, drawn, polar_xy(lon, lat, -1), lon, lat, NEAR_M)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ((10, 20, 30, 40), shapely.box(10, 20, 30, 40)),
        ((170, -5, 190, 5), [shapely.box(170, -5, 180, 5), shapely.box(-180, -5, -170, 5)]),
        ((-190, -5, -170, 5), [shapely.box(170, -5, 180, 5), shapely.box(-180, -5, -170, 5)]),
        ((350, 80, 370, 100), shapely.box(-10, 80, 10, 90)),
        ((-300, -10, 300, 10), shapely.box(-180, -10, 180, 10)),
    ],
)
@pytest.mark.parametrize("authid", ["IAU_2015:49900", PLATE_CARREE])
def test_a_view_in_degrees_or_plate_carree_is_boxes(mars, authid, view, expected):
    per_degree = 1.0 if authid.endswith("00") else math.radians(1) * MARS_RADIUS_M
    rectangle = QgsRectangle(*(side * per_degree for side in view))
    shape = shapely.from_wkt(areas.area_of_view(rectangle, crs(authid), mars))
    wanted = shapely.union_all(expected)
    assert shape.is_valid
    assert shape.symmetric_difference(wanted).area < 1e-6
    assert shapely.hausdorff_distance(shape, wanted) < 1e-6


@pytest.mark.parametrize("authid", ["IAU_2015:49900", PLATE_CARREE])
def test_a_view_of_everything_asks_for_no_area(mars, authid):
    per_degree = 1.0 if authid.endswith("00") else math.radians(1) * MARS_RADIUS_M
    view = QgsRectangle(-250 * per_degree, -100 * per_degree, 250 * per_degree, 100 * per_degree)
    assert areas.area_of_view(view, crs(authid), mars) == ""


def test_a_view_beyond_the_limb_holds_all_that_it_shows(qgis_app):
    orthographic = QgsCoordinateReferenceSystem.fromProj(
        f"+proj=ortho +lat_0=0 +lon_0=100 +R={MARS_RADIUS_M} +type=crs"
    )
    degrees = QgsCoordinateReferenceSystem.fromProj(
        f"+proj=longlat +R={MARS_RADIUS_M} +no_defs +type=crs"
    )
    area = areas.area_of_view(QgsRectangle(2e6, -1e6, 5e6, 1e6), orthographic, degrees)
    shape = shapely.from_wkt(area)
    assert shapely.contains(shape, shapely.points([150, 170, -175], [0, 10, -10])).all()
    assert not shapely.intersects(shape, shapely.points([100, -80, 150], [0, 0, 60])).any()


def test_boxes_over_the_antimeridian_and_none_for_the_whole_body(qgis_app):
    crossing = shapely.from_wkt(areas.area_of_extent((170, -10, -160, 10)))
    assert crossing.equals(
        shapely.union_all([shapely.box(170, -10, 180, 10), shapely.box(-180, -10, -160, 10)])
    )
    assert areas.area_of_extent((-180, -90, 180, 90)) == ""
    assert shapely.from_wkt(areas.area_of_extent((5, 6, 5, 6))).equals(shapely.Point(5, 6))
    line = shapely.from_wkt(areas.area_of_extent((175, 6, -175, 6)))
    assert line.length == pytest.approx(10)
    assert line.bounds == (-180, 6, 180, 6)


def test_points_and_lines_stay_what_they_are(mars):
    north = crs(NORTH_POLE)
    lon, lat = np.array([15.0, -170.0]), np.array([70.0, 85.0])
    multi = shapely.MultiPoint(polar_xy(lon, lat, 1))
    area = shapely.from_wkt(areas.area_of_geometries([QgsGeometry.fromWkt(multi.wkt)], north, mars))
    assert shapely.hausdorff_distance(area, shapely.MultiPoint(np.c_[lon, lat])) < 1e-9
    (start,), (stop,) = polar_xy(lon[:1], lat[:1], 1), polar_xy(lon[1:], lat[1:], 1)
    line = shapely.LineString([start, stop])
    area = shapely.from_wkt(areas.area_of_geometries([QgsGeometry.fromWkt(line.wkt)], north, mars))
    for share in np.linspace(0.01, 0.99, 23):
        x, y = start + share * (stop - start)
        there = shapely.Point(
            math.degrees(math.atan2(x, -y)),
            90 - math.degrees(2 * math.atan(math.hypot(x, y) / (2 * MARS_RADIUS_M))),
        )
        assert area.distance(there) * math.cos(math.radians(there.y)) < 2 * 1e-4


def test_layers_from_0_to_360_and_west_positive_ones_land_where_they_belong(mars):
    drawn = [QgsGeometry.fromWkt("POLYGON((350 10, 370 10, 370 20, 350 20, 350 10))")]
    area = shapely.from_wkt(areas.area_of_geometries(drawn, mars, mars))
    assert area.symmetric_difference(shapely.box(-10, 10, 10, 20)).area < 1e-9


def test_a_mirrored_map_is_no_trap(qgis_app):
    degrees = QgsCoordinateReferenceSystem.fromProj("+proj=longlat +R=3396190 +no_defs +type=crs")
    mirrored = QgsCoordinateReferenceSystem.fromProj(
        "+proj=eqc +R=3396190 +axis=wnu +no_defs +type=crs"
    )
    side = math.radians(10) * MARS_RADIUS_M
    drawn = QgsGeometry.fromRect(QgsRectangle(side, side, 2 * side, 2 * side))
    transform = QgsCoordinateTransform(mirrored, degrees, QgsCoordinateTransformContext())
    corner = transform.transform(QgsPointXY(side, side))
    area = shapely.from_wkt(areas.area_of_geometries([drawn], mirrored, degrees))
    assert area.area == pytest.approx(100, rel=1e-6)
    assert area.distance(shapely.Point(corner.x(), corner.y())) < 1e-6


def test_several_shapes_are_one_area_and_crossed_rings_are_mended(mars):
    bow = QgsGeometry.fromWkt("POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))")
    box = QgsGeometry.fromRect(QgsRectangle(8, 0, 12, 10))
    area = shapely.from_wkt(areas.area_of_geometries([bow, box, QgsGeometry()], mars, mars))
    assert area.is_valid
    assert area.area == pytest.approx(50 + 40 - 16, rel=1e-6)


def test_arcs_and_heights_are_taken(mars):
    circle = QgsGeometry.fromWkt("CURVEPOLYGON(CIRCULARSTRING(0 0, 5 5, 10 0, 5 -5, 0 0))")
    raised = QgsGeometry.fromWkt("PolygonZ((20 0 7, 30 0 7, 30 10 7, 20 0 7))")
    area = shapely.from_wkt(areas.area_of_geometries([circle, raised], mars, mars))
    assert not area.has_z
    assert area.area == pytest.approx(math.pi * 25 + 50, rel=1e-3)


def test_beyond_the_edge_of_a_plate_carree_nothing_is_lost(mars):
    degree = math.radians(1) * MARS_RADIUS_M
    drawn = QgsGeometry.fromRect(
        QgsRectangle(170 * degree, 60 * degree, 200 * degree, 120 * degree)
    )
    area = shapely.from_wkt(areas.area_of_geometries([drawn], crs(PLATE_CARREE), mars))
    wanted = shapely.union_all([shapely.box(170, 60, 180, 90), shapely.box(-180, 60, -160, 90)])
    assert area.symmetric_difference(wanted).area < 1e-6


@pytest.mark.parametrize(
    ("wkt", "words"),
    [("POLYGON EMPTY", "empty"), ("POINT(0 1e30)", "beyond")],
)
def test_nothing_and_nowhere_are_told(mars, wkt, words):
    with pytest.raises(PlanetaryError, match=words) as told:
        areas.area_of_geometries([QgsGeometry.fromWkt(wkt)], crs(PLATE_CARREE), mars)
    assert told.value.hint


def test_another_body_is_refused(mars):
    square = QgsGeometry.fromRect(QgsRectangle(0, 0, 1, 1))
    for ask in (
        lambda: areas.area_of_geometries([square], crs("IAU_2015:30100"), mars),
        lambda: areas.area_of_view(square.boundingBox(), crs("IAU_2015:30110"), mars),
        lambda: areas.area_of_view(square.boundingBox(), crs("IAU_2015:30100"), mars),
    ):
        with pytest.raises(PlanetaryError, match=r"Moon.*Mars"):
            ask()
