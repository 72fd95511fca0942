"""What drawn lines do to lines and polygons of a map, against areas in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.drawing.courses import course_of, with_course
from planetary_qgis.core.mapping.drawing.splits import split_of
from planetary_qgis.core.mapping.drawing.vertices import shape_with_vertices

WEST = shapely.Polygon([(0, 0), (5, 0), (5, 3), (5, 10), (0, 10)])
EAST = shapely.Polygon([(5, 0), (10, 0), (10, 10), (5, 10), (5, 3)])
SHARED = shapely.LineString([(5, 0), (5, 3), (5, 10)])
REACH = 0.05


def line(*points):
    return shapely.LineString(points)


def vertices(shape):
    return {tuple(point) for point in shapely.get_coordinates(shape)}


def test_a_new_course_replaces_what_lies_between_the_crossings():
    drawn = line((4, 2), (6, 4), (6, 6), (4, 8))
    changed = with_course(SHARED, course_of(SHARED, drawn))
    assert changed.equals(line((5, 0), (5, 3), (6, 4), (6, 6), (5, 7), (5, 10)))


def test_what_is_drawn_backwards_does_the_same():
    drawn = line((4, 2), (6, 4), (6, 6), (4, 8))
    changed = with_course(SHARED, course_of(SHARED, shapely.reverse(drawn)))
    assert changed.equals(with_course(SHARED, course_of(SHARED, drawn)))


@given(
    st.floats(0.1, 4.4),
    st.floats(5.0, 9.9),
    st.lists(st.tuples(st.floats(5.5, 9.5), st.floats(0.5, 9.5)), min_size=1, max_size=5),
    st.booleans(),
)
def test_polygons_along_a_new_course_keep_their_whole_area_and_share_the_border(
    low, high, points, backwards
):
    inner = sorted(points, key=lambda point: point[1])
    drawn = line((4.5, low), *inner, (4.5, high))
    course = course_of(SHARED, shapely.reverse(drawn) if backwards else drawn)
    if course is None or not shapely.LineString(course.new).is_simple:
        return
    west, east = with_course(WEST, course), with_course(EAST, course)
    assert west.area + east.area == pytest.approx(100.0, rel=1e-9)
    assert vertices(shapely.LineString(course.new)) <= vertices(west)
    assert vertices(shapely.LineString(course.new)) <= vertices(east)
    assert vertices(WEST) - vertices(shapely.LineString(course.old)) <= vertices(west)


def test_of_a_ring_the_shorter_way_is_replaced_and_the_hole_around_it_follows():
    ring = shapely.Point(5, 5).buffer(2).exterior
    closed = line(*shapely.get_coordinates(ring))
    outside = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [ring])
    drawn = line((6, 4), (8, 5), (6, 6))
    course = course_of(closed, drawn)
    crater, plain = with_course(shapely.Polygon(ring), course), with_course(outside, course)
    assert crater.area + plain.area == pytest.approx(100.0)
    assert crater.contains(shapely.Point(7.5, 5))
    assert not plain.contains(shapely.Point(7.5, 5))
    changed = with_course(closed, course)
    assert changed.is_closed
    assert shapely.Polygon(changed).equals(crater)


def test_ends_snapped_beside_a_segment_meet_it():
    slanted = line((0, 0), (7.3, 2.9))
    start = slanted.interpolate(1.234567)
    end = slanted.interpolate(5.7654321)
    course = course_of(slanted, line((start.x, start.y), (3, 5), (end.x, end.y)))
    changed = with_course(slanted, course)
    assert len(shapely.get_coordinates(changed)) == 5
    assert vertices(slanted) <= vertices(changed)


@pytest.mark.parametrize("drawn", [line((4, 2), (6, 4)), line((7, 2), (8, 4))])
def test_a_line_met_once_or_never_has_no_new_course(drawn):
    assert course_of(SHARED, drawn) is None


def test_shapes_elsewhere_or_along_only_a_part_do_not_change():
    course = course_of(SHARED, line((5, 2), (6, 4), (5, 8)))
    assert with_course(line((0, 0), (0, 9)), course) is None
    assert with_course(line((5, 3), (5, 5)), course) is None


def test_parts_of_several_change_alone():
    both = shapely.MultiPolygon([WEST, shapely.box(20, 20, 21, 21)])
    changed = with_course(both, course_of(SHARED, line((5, 2), (6, 4), (5, 8))))
    assert shapely.get_num_geometries(changed) == 2
    assert changed.area == pytest.approx(51.0 + 3.0)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(-3.0, 3.0))
def test_pieces_of_a_unit_have_its_area_and_the_contact_between_them(low, high, bulge):
    unit = shapely.box(0, 0, 10, 10)
    drawn = line((-1, 10 * low), (5, 5 + bulge), (11, 10 * high))
    split = split_of([unit], drawn)
    if split is None:
        return
    pieces = split.pieces[0]
    assert sum(piece.area for piece in pieces) == pytest.approx(100.0)
    assert all(a.area >= b.area for a, b in zip(pieces, pieces[1:]))
    shared = shapely.intersection(pieces[0], pieces[1])
    assert shared.length > 0.0
    assert shapely.covers(shapely.buffer(split.contact, 1e-6), shared)


def test_a_split_over_two_units_has_a_vertex_on_their_border_and_no_tails():
    split = split_of([WEST, EAST], line((-1, 5), (11, 5)))
    assert shapely.equals(split.contact, line((0, 5), (10, 5)))
    assert (5.0, 5.0) in vertices(split.contact)
    assert {n: [p.area for p in found] for n, found in split.pieces.items()} == {
        0: [25.0, 25.0],
        1: [25.0, 25.0],
    }


def test_only_units_that_fall_apart_are_split():
    split = split_of([WEST, EAST], line((-1, 5), (7, 5)))
    assert list(split.pieces) == [0]
    assert shapely.equals(split.contact, line((0, 5), (5, 5)))


def test_ends_within_reach_of_the_edge_are_on_it_and_others_split_nothing():
    almost = line((0.01, 5), (4.99, 6))
    assert split_of([WEST], almost) is None
    split = split_of([WEST], almost, REACH)
    assert len(split.pieces[0]) == 2
    assert vertices(almost) - vertices(split.contact) <= vertices(almost)


def test_a_loop_inside_a_unit_makes_an_island():
    loop = line((2, 2), (3, 2), (3, 3), (2, 3), (2, 2))
    split = split_of([WEST], loop)
    assert [piece.area for piece in split.pieces[0]] == [49.0, 1.0]


def test_holes_of_a_unit_belong_to_no_piece():
    holed = shapely.Polygon(shapely.box(0, 0, 10, 10).exterior, [shapely.box(4, 4, 6, 6).exterior])
    split = split_of([holed], line((-1, 5), (11, 5)))
    assert sum(piece.area for piece in split.pieces[0]) == pytest.approx(96.0)
    assert len(split.pieces[0]) == 2


def test_vertices_are_put_where_lines_meet_and_nothing_else_moves():
    places = np.array([[5.0, 7.0], [2.0, 2.0]])
    changed = shape_with_vertices(WEST, places)
    assert changed.equals(WEST)
    assert vertices(changed) == vertices(WEST) | {(5.0, 7.0)}
    assert shape_with_vertices(WEST, np.array([[2.0, 2.0]])) is WEST
