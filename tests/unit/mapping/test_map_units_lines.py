"""Lines and boundaries of every kind close the polygons that a mapper sees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_units_kit import (
    IN_DEGREES,
    MARS_RADIUS_M,
    boundary_of,
    built,
    contacts_of,
    found,
    layer,
    outlines,
    points_of,
    vertices,
)

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.map_layers import CONTACT_CERTAINTY, CONTACT_TYPE
from planetary_qgis.core.mapping.units.bounding import bounding_contacts, every_contact
from planetary_qgis.core.mapping.units.network import network_of

SQUARE = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))"
FRAME = "LINESTRING (0 0, 10 0, 10 10, 0 10, 0 0)"
MIDDLE = "LINESTRING (5 0, 5 10)"


def areas(result: object) -> list[float]:
    return sorted(np.round(shapely.area(result.shapes), 9))


@pytest.mark.parametrize(
    "boundary",
    [
        [SQUARE],
        [f"MULTI{SQUARE.replace('((', '(((').replace('))', ')))')}"],
        [FRAME],
        ["LINESTRING (0 0, 10 0, 10 10)", "LINESTRING (0 0, 0 10, 10 10)"],
        ["LINESTRING (0 0, 10 0, 10 10)", "LINESTRING (0 0, 0 10, 9.8 10)"],
        [f"GEOMETRYCOLLECTION ({FRAME})"],
        ["POLYGON Z ((0 0 7, 10 0 7, 10 10 7, 0 10 7, 0 0 7))", None, "POLYGON EMPTY"],
    ],
)
def test_boundaries_may_be_polygons_or_lines_in_pieces(boundary: list[str]) -> None:
    outside = "LINESTRING (12 0, 14 0, 13 2, 12 0)"
    result = built(contacts_of(MIDDLE, outside), boundary_of(*boundary), closing_distance_m=0.3)
    assert areas(result) == [50.0, 50.0]


def test_without_a_boundary_lines_close_polygons_alone() -> None:
    assert areas(built(contacts_of(FRAME, MIDDLE))) == [50.0, 50.0]


def test_contacts_may_hold_the_boundary_too() -> None:
    assert areas(built(contacts_of(FRAME, MIDDLE), boundary_of(SQUARE))) == [50.0, 50.0]


def test_a_boundary_alone_is_one_polygon() -> None:
    assert areas(built(contacts_of(), boundary_of(SQUARE))) == [100.0]


def test_nothing_makes_nothing() -> None:
    result = built(contacts_of(), points=points_of((1, 1, "a")))
    assert len(result.shapes) == 0
    assert [each.check for each in result.findings] == ["point-in-no-unit"]


def test_holes_of_the_boundary_are_not_on_the_map_and_islands_are_holes() -> None:
    holed = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))"
    island = "LINESTRING (6 6, 8 6, 8 8, 6 8, 6 6)"
    lake = "LINESTRING (6.5 6.5, 7.5 6.5, 7.5 7.5, 6.5 7.5, 6.5 6.5)"
    result = built(contacts_of(island, lake), boundary_of(holed))
    assert areas(result) == [1.0, 3.0, 95.0]
    assert sorted(shapely.get_num_interior_rings(result.shapes)) == [0, 1, 2]


def test_several_boundaries_are_several_maps() -> None:
    other = "POLYGON ((20 0, 30 0, 30 10, 20 10, 20 0))"
    result = built(contacts_of("LINESTRING (-5 5, 40 5)"), boundary_of(SQUARE, other))
    assert areas(result) == [50.0] * 4


def test_a_boundary_that_crosses_itself_encloses_both_of_its_sides() -> None:
    bow_tie = "POLYGON ((0 0, 10 10, 10 0, 0 10, 0 0))"
    assert areas(built(contacts_of(), boundary_of(bow_tie))) == [25.0, 25.0]


def test_lines_that_are_none_are_no_problem() -> None:
    odd = contacts_of(
        None,
        "LINESTRING EMPTY",
        "LINESTRING (1 1, 1 1, 1 1)",
        "LINESTRING (nan nan, 1 1)",
        "LINESTRING (3 3, 3 3, 4 3, 4 3)",
        "MULTILINESTRING ((5 0, 5 6), (5 6, 5 10))",
        "LINESTRING Z (5 0 1, 5 5 2, 5 10 3)",
        "LINESTRING (2 0, 2 5, 2 0)",
        "POINT (7 7)",
    )
    assert areas(built(odd, boundary_of(SQUARE))) == [50.0, 50.0]


def test_lines_that_partly_run_on_each_other_are_one_there() -> None:
    contacts = contacts_of(
        "LINESTRING (5 -1, 5 6)", "LINESTRING (5 11, 5 3)", "LINESTRING (5 4, 8 10)"
    )
    assert areas(built(contacts, boundary_of(SQUARE))) == pytest.approx([9.0, 41.0, 50.0])


def test_a_line_that_crosses_itself_closes_its_loop() -> None:
    result = built(contacts_of("LINESTRING (2 0, 2 8, 8 8, 8 4, 0 4)"), boundary_of(SQUARE))
    assert areas(result) == [8.0, 24.0, 68.0]


def test_lines_through_one_place_make_no_crumbs_there() -> None:
    spokes = [
        shapely.LineString(
            [(5 + 9 * math.cos(a), 5 + 9 * math.sin(a)), (5 - 9 * math.cos(a), 5 - 9 * math.sin(a))]
        )
        for a in np.linspace(0.1, 3.0, 12)
    ]
    result = built(contacts_of(*spokes), boundary_of(SQUARE))
    assert len(result.shapes) == 24
    assert shapely.area(result.shapes).sum() == pytest.approx(100.0, rel=1e-12)


@settings(max_examples=60)
@given(st.floats(0.01, 0.99), st.floats(-1e7, 1e7), st.floats(0.1, 3.0))
def test_an_end_that_was_snapped_to_a_line_meets_it(share: float, far: float, slope: float) -> None:
    # A place on a segment is seldom a number that a computer knows; snapping gives the next one.
    wall = shapely.LineString([(far, far / 3), (far + 1000.0, far / 3 + 1000.0 * slope)])
    foot = shapely.line_interpolate_point(wall, share, normalized=True)
    ring = shapely.LineString([(foot.x, foot.y), (far + 2000, far / 3), *wall.coords[:1]])
    network = network_of(contacts_of(wall, ring), boundary_of(), Ground(), 0.0)
    assert len(network.dangles) == 1
    assert len(built(contacts_of(wall, ring)).shapes) == 1
    assert {(foot.x, foot.y), *wall.coords[:1]} <= vertices(network.edge_shapes)


def test_concealed_and_internal_contacts_bound_nothing_unless_asked() -> None:
    across = [
        "LINESTRING (0 2, 10 2)",
        "LINESTRING (0 4, 10 4)",
        "LINESTRING (0 6, 10 6)",
        "LINESTRING (0 8, 10 8)",
    ]
    contacts = contacts_of(
        *across,
        **{
            CONTACT_TYPE: ["01.01.01", "Internal contact", None, "01.01.01"],
            CONTACT_CERTAINTY: ["certain", "certain", "Concealed", None],
        },
    )
    assert bounding_contacts(contacts).tolist() == [True, False, False, True]
    assert areas(built(contacts, boundary_of(SQUARE))) == [20.0, 20.0, 60.0]
    assert areas(built(contacts, boundary_of(SQUARE), bounding=every_contact)) == [20.0] * 5


def test_a_map_in_degrees_keeps_both_sides_of_the_antimeridian() -> None:
    sides = shapely.MultiPolygon([shapely.box(170, 0, 180, 10), shapely.box(-180, 0, -170, 10)])
    contacts = contacts_of("LINESTRING (165 5, 180 5)", "LINESTRING (-180 5, -165 5)")
    points = points_of((175, 1, "a"), (175, 9, "b"), (-175, 1, "a"), (-175, 9, "b"))
    result = built(contacts, boundary_of(sides), points, IN_DEGREES, closing_distance_m=1000.0)
    assert sorted(result.units) == ["a", "a", "b", "b"]
    assert not result.findings


def test_a_projected_map_may_cross_the_antimeridian_and_hold_the_pole() -> None:
    def stereographic(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        distance = 2.0 * np.arctan2(np.hypot(x, y), 2.0 * MARS_RADIUS_M)
        return np.degrees(np.arctan2(x, -y)), 90.0 - np.degrees(distance)

    side = 500_000.0
    square = shapely.box(-side, -side, side, side)
    contacts = contacts_of(
        shapely.LineString([(0, -side), (0, side - 300.0)]),
        shapely.LineString([(-side, 0), (side, 0)]),
    )
    ground = Ground(MARS_RADIUS_M, stereographic)
    result = built(contacts, boundary_of(square), ground=ground, closing_distance_m=500.0)
    assert areas(result) == [side**2] * 4
    (note,) = found(result, "undershoot")
    assert note.size == pytest.approx(300.0, rel=0.02)


def test_new_polygons_take_over_those_that_they_overlap_most() -> None:
    old = layer(
        "geologic_units",
        [
            "MULTIPOLYGON (((0 0, 5 0, 5 10, 0 10, 0 0)))",
            "POLYGON ((5 0, 10 0, 10 10, 5 10, 5 0))",
            "POLYGON ((20 0, 30 0, 30 10, 20 10, 20 0))",
            None,
        ],
    )
    cut = contacts_of("LINESTRING (5 0, 5 10)", "LINESTRING (5 3, 10 3)")
    result = built(cut, boundary_of(SQUARE), previous=old)
    by_area = dict(zip(areas(result), result.previous[np.argsort(shapely.area(result.shapes))]))
    assert by_area == {15.0: -1, 35.0: 2, 50.0: 1}
    moved = built(contacts_of("LINESTRING (6 0, 6 10)"), boundary_of(SQUARE), previous=old)
    assert dict(zip(np.round(shapely.area(moved.shapes)), moved.previous)) == {60.0: 1, 40.0: 2}
    merged = built(contacts_of(), boundary_of(SQUARE), previous=old)
    assert merged.previous.tolist() == [1]


@settings(max_examples=30)
@given(st.lists(st.floats(0.5, 9.5), max_size=6), st.lists(st.floats(0.5, 9.5), max_size=6))
def test_no_old_polygon_is_taken_over_twice(before: list[float], after: list[float]) -> None:
    def strips(at: list[float]) -> object:
        lines = [shapely.LineString([(x, -1), (x, 11)]) for x in at]
        return built(contacts_of(*lines), boundary_of(SQUARE)), lines

    old, _ = strips(before)
    previous = layer("geologic_units", old.shapes)
    new = built(contacts_of(*strips(after)[1]), boundary_of(SQUARE), previous=previous)
    taken = new.previous[new.previous > 0]
    assert len(taken) == len(set(taken))
    again = built(contacts_of(*strips(before)[1]), boundary_of(SQUARE), previous=previous)
    assert outlines(again.shapes) == outlines(old.shapes)
    assert (again.previous > 0).all()


def test_networks_name_the_lines_that_cross_without_a_vertex() -> None:
    contacts = contacts_of(
        "LINESTRING (0 5, 10 5)", "LINESTRING (5 1, 5 9)", "LINESTRING (7 5, 7 9)"
    )
    network = network_of(contacts, boundary_of(), Ground(), 0.1)
    (crossing,) = network.crossings
    assert sorted(crossing.lines) == [1, 2]
    assert (crossing.place.x, crossing.place.y) == (5.0, 5.0)
    assert network.degrees.tolist().count(1) == len(network.dangles) == 5
    assert len(network.edge_shapes) == 6
