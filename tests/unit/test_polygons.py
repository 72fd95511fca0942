"""Rings and boxes on the sphere as lon/lat shapes: containment is the truth."""

from __future__ import annotations

import antimeridian
import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from planetary_qgis.core.polygons import (
    CHORD_TOLERANCE_DEG,
    lines_from_tracks,
    points_from,
    polygons_from_boxes,
    polygons_from_rings,
    unit_vectors,
)
from planetary_qgis.core.seams import polygons_of_oriented_rings

longitudes = st.floats(-180.0, 179.999)
latitudes = st.floats(-90.0, 90.0)


def ring_around(lon: float, lat: float, radius_deg: float, points: int = 72):
    """A small circle, counter-clockwise seen from above, as arrays of lon and lat."""
    centre = unit_vectors(np.float64(lon), np.float64(lat))
    helper = np.eye(3)[np.argmin(np.abs(centre))]
    first = np.cross(helper, centre)
    first /= np.linalg.norm(first)
    second = np.cross(centre, first)
    turns = np.arange(points) * 2 * np.pi / points
    radius = np.radians(radius_deg)
    rim = (
        np.cos(radius) * centre
        + np.sin(radius) * np.cos(turns)[:, None] * first
        + np.sin(radius) * np.sin(turns)[:, None] * second
    )
    return np.degrees(np.arctan2(rim[:, 1], rim[:, 0])), np.degrees(np.arcsin(rim[:, 2]))


def random_points(count: int):
    random = np.random.default_rng(7)
    return random.uniform(-180, 180, count), np.degrees(np.arcsin(random.uniform(-1, 1, count)))


PROBE_LON, PROBE_LAT = random_points(4000)
PROBES = shapely.points(PROBE_LON, PROBE_LAT)


def distances_deg(lon: float, lat: float):
    dot = unit_vectors(PROBE_LON, PROBE_LAT) @ unit_vectors(np.float64(lon), np.float64(lat))
    return np.degrees(np.arccos(np.clip(dot, -1, 1)))


@settings(max_examples=150)
@given(longitudes, latitudes, st.floats(0.5, 89.0), st.booleans())
def test_small_circles_hold_what_lies_within_them_wherever_they_are(lon, lat, radius, oriented):
    ring_lon, ring_lat = ring_around(lon, lat, radius)
    shape = polygons_from_rings(ring_lon[None], ring_lat[None], interior_on_left=oriented)[0]
    assert shape.is_valid
    assert shape.bounds[0] >= -180.0
    assert shape.bounds[2] <= 180.0
    inside = shapely.contains(shape, PROBES)
    distance = distances_deg(lon, lat)
    assert inside[distance < radius * 0.99].all()
    assert not inside[distance > radius].any()


@settings(max_examples=60)
@given(longitudes, latitudes, st.floats(0.5, 80.0))
def test_order_does_not_matter_where_it_is_unknown(lon, lat, radius):
    ring_lon, ring_lat = ring_around(lon, lat, radius)
    forward = polygons_from_rings(ring_lon[None], ring_lat[None])[0]
    backward = polygons_from_rings(ring_lon[None, ::-1], ring_lat[None, ::-1])[0]
    assert forward.symmetric_difference(backward).area < 1e-3


@settings(max_examples=100)
@given(longitudes, st.floats(-89.0, 89.0), st.floats(2.0, 60.0))
def test_splits_are_those_of_the_antimeridian_library(lon, lat, radius):
    ring_lon, ring_lat = ring_around(lon, lat, radius, points=720)
    assume(abs(90.0 - abs(lat) - radius) > 0.5)  # an edge over the pole itself is nobody's business
    ours = polygons_from_rings(ring_lon[None], ring_lat[None], interior_on_left=True)[0]
    ring = shapely.Polygon(np.column_stack([ring_lon, ring_lat]))
    theirs = antimeridian.fix_polygon(ring, fix_winding=False, great_circle=False)
    assert ours.symmetric_difference(theirs.buffer(0)).area < 0.005 * ours.area


@pytest.mark.parametrize("radius", [95.0, 120.0, 170.0])
def test_an_oriented_ring_may_hold_more_than_a_hemisphere(radius):
    ring_lon, ring_lat = ring_around(30.0, 50.0, radius)
    shape = polygons_from_rings(ring_lon[None], ring_lat[None], interior_on_left=True)[0]
    inside = shapely.contains(shape, PROBES)
    distance = distances_deg(30.0, 50.0)
    assert inside[distance < radius * 0.99].all()
    assert not inside[distance > radius * 1.01].any()  # chords of a wide ring bulge outward


def test_given_vertices_stay():
    lon, lat = np.array([[10.0, 20.0, 20.0, 10.0]]), np.array([[0.0, 0.0, 10.0, 10.0]])
    shape = polygons_from_rings(lon, lat)[0]
    vertices = {tuple(vertex) for vertex in shapely.get_coordinates(shape)}
    assert set(zip(lon[0], lat[0])) <= vertices


def test_long_edges_follow_great_circles():
    shape = polygons_from_rings([[0.0, 90.0, 90.0, 0.0]], [[60.0, 60.0, 0.0, 0.0]])[0]
    # The great circle between two points on the parallel of 60°, 90° apart, peaks at
    # atan(tan 60° / cos 45°) = 67.79°.
    assert shape.bounds[3] == pytest.approx(
        np.degrees(np.arctan(np.tan(np.pi / 3) * 2**0.5)), abs=0.01
    )


def test_a_ring_with_a_vertex_on_the_pole():
    shape = polygons_from_rings([[0.0, 40.0, 0.0]], [[80.0, 80.0, 90.0]])[0]
    assert shape.is_valid
    assert shape.contains(shapely.Point(20.0, 89.0))
    assert not shape.intersects(shapely.Point(100.0, 89.0))


def test_rings_with_too_few_known_points_are_none():
    shapes = polygons_from_rings(
        [[0.0, 1.0, np.nan, np.nan], [0.0, 1.0, 1.0, np.nan], [np.nan] * 4],
        [[0.0, 0.0, np.nan, np.nan], [0.0, 0.0, 1.0, np.nan], [np.nan] * 4],
    )
    assert shapes[0] is None
    assert shapes[1].area == pytest.approx(0.5, rel=1e-3)
    assert shapes[2] is None


def test_longitudes_in_any_range_mean_the_same():
    narrow = polygons_from_rings([[350.0, 10.0, 10.0, 350.0]], [[0.0, 0.0, 5.0, 5.0]])[0]
    signed = polygons_from_rings([[-10.0, 10.0, 10.0, -10.0]], [[0.0, 0.0, 5.0, 5.0]])[0]
    assert narrow.equals(signed)


@given(longitudes, st.floats(0.1, 359.0), latitudes, latitudes)
def test_boxes_hold_their_middle_and_have_their_area(west, width, one, other):
    shape = polygons_from_boxes([west], [west + width], [one], [other])[0]
    assert shape.area == pytest.approx(width * abs(one - other), rel=1e-9, abs=1e-9)
    if abs(one - other) > 1e-6:
        middle = (west + width / 2 + 180.0) % 360.0 - 180.0
        assert shape.intersects(shapely.Point(middle, (one + other) / 2))


def test_boxes_all_around_and_unknown():
    around, unknown = polygons_from_boxes([0.0, 0.0], [360.0, np.nan], [80.0, 0.0], [90.0, 1.0])
    assert around.bounds == (-180.0, 80.0, 180.0, 90.0)
    assert unknown is None


def test_tracks_are_split_at_the_antimeridian():
    line, short = lines_from_tracks([[170.0, -170.0], [1.0, np.nan]], [[10.0, 12.0], [0.0, np.nan]])
    assert line.geom_type == "MultiLineString"
    assert line.bounds == (-180.0, 10.0, 180.0, 12.0)
    assert sum(part.length for part in line.geoms) == pytest.approx(np.hypot(20.0, 2.0), abs=0.01)
    assert short is None


def test_points_wrap_and_may_be_unknown():
    east, unknown = points_from([270.0, np.nan], [5.0, 0.0])
    assert (east.x, east.y) == (-90.0, 5.0)
    assert unknown is None


near = st.floats(-0.05, 0.05).map(lambda number: round(number, 4))


@settings(max_examples=300)
@given(
    st.lists(st.tuples(near, near), min_size=3, max_size=5, unique=True),
    st.sampled_from([0.0, 35.0, -60.0]),
)
def test_small_rings_are_what_geos_makes_of_them(offsets, lat):
    """Convex or not, crossing themselves or flat: so small that their edges are straight."""
    points = np.add(offsets, (20.0, lat))
    shape = polygons_from_rings(points[None, :, 0], points[None, :, 1])[0]
    expected = shapely.make_valid(shapely.Polygon(points))
    assert shapely.is_valid(shape) or shape is None
    assert shapely.area(shape) == pytest.approx(expected.area, abs=1e-9) or shape is None
    if shape is None:
        assert expected.area == 0.0
    else:
        assert shape.symmetric_difference(expected).area < 1e-9


@settings(max_examples=300)
@given(
    st.floats(-150.0, 150.0),
    st.floats(-81.0, 81.0),
    st.sampled_from([1.0, 3.0, 8.0]),
    st.lists(st.tuples(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0)), min_size=3, max_size=3),
)
def test_every_edge_stays_near_its_great_circle(lon, lat, size, offsets):
    """Straight lon/lat edges are half way near one of the great circles between the corners."""
    corners = np.multiply(offsets, size) + (lon, lat)  # noqa: RUF005 - a sum
    points = unit_vectors(corners[:, 0], corners[:, 1])
    normals = np.cross(points, np.roll(points, -1, axis=0))
    lengths = np.linalg.norm(normals, axis=1)
    assume(lengths.min() > 1e-3)
    assume(abs(np.linalg.det(points)) > 1e-5)
    ring = shapely.get_coordinates(polygons_from_rings(corners[None, :, 0], corners[None, :, 1])[0])
    middles = (ring[:-1] + ring[1:]) / 2.0
    sines = unit_vectors(middles[:, 0], middles[:, 1]) @ (normals / lengths[:, None]).T
    off_deg = np.degrees(np.arcsin(np.abs(sines).min(axis=1)))
    given_ones = {tuple(corner) for corner in corners}
    uncut = [tuple(a) in given_ones and tuple(b) in given_ones for a, b in zip(ring[:-1], ring[1:])]
    assert off_deg[uncut].max(initial=0.0) <= CHORD_TOLERANCE_DEG * 1.0001
    # The parts of an edge are equally long, but near a pole it does not bend equally in all.
    assert off_deg.max() <= CHORD_TOLERANCE_DEG * 4.0


def test_an_edge_over_the_equator_swings_to_both_sides():
    """Half way it meets the straight line; at a quarter tan(lat) = tan 30° sin 15° / sin 30°."""
    shape = polygons_from_rings([[-30.0, 30.0, 30.0]], [[-30.0, 30.0, -30.0]])[0]
    at_quarter = shape.intersection(shapely.LineString([(15.0, -40.0), (15.0, 40.0)]))
    expected = np.degrees(np.arctan(np.tan(np.pi / 6) * np.sin(np.pi / 12) / 0.5))
    assert at_quarter.bounds[3] == pytest.approx(expected, abs=0.003)


def test_rings_are_not_changed_for_the_caller():
    lon, lat = np.array([[0.0, 0.0, 1.0, 1.0]]), np.array([[0.0, 1.0, 1.0, 0.0]])
    polygons_from_rings(lon, lat)
    assert lon.tolist() == [[0.0, 0.0, 1.0, 1.0]]
    assert lat.tolist() == [[0.0, 1.0, 1.0, 0.0]]


@pytest.mark.parametrize("pole", [1.0, -1.0])
@pytest.mark.parametrize("first", range(0, 640, 40))
def test_a_ring_that_folds_before_the_pole_is_the_same_wherever_it_begins(first, pole):
    # A square around the pole, in degrees from it, with a slot between its upper bar and the pole.
    corners = [(-20, -20), (20, -20), (20, 10), (-15, 10), (-15, 14), (20, 14), (20, 20), (-20, 20)]
    drawn = shapely.Polygon(corners)
    fine = np.concatenate(
        [np.linspace(a, b, 80, endpoint=False) for a, b in zip(corners, [*corners[1:], corners[0]])]
    )
    ring = np.roll(fine if pole > 0 else fine[::-1], first, axis=0)
    lon = np.degrees(np.arctan2(ring[:, 0], -ring[:, 1]))
    lat = pole * (90.0 - np.hypot(ring[:, 0], ring[:, 1]))
    owner = np.zeros(len(ring), dtype=np.intp)
    shape = polygons_of_oriented_rings(lon, lat, owner)[0]
    distance = 90.0 - pole * PROBE_LAT
    plane = np.column_stack(
        [
            distance * np.sin(np.radians(PROBE_LON)),
            -distance * np.cos(np.radians(PROBE_LON)),
        ]
    )
    probes = shapely.points(plane)
    sure = shapely.distance(drawn.exterior, probes) > 0.1
    inside = shapely.contains(drawn, probes)
    assert inside[sure].sum() > 50
    assert (shapely.contains(shape, PROBES)[sure] == inside[sure]).all()
