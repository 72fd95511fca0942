"""Ends of lines that nearly meet a line are joined to it, within a distance on the ground."""

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
    outlines,
    points_of,
    vertices,
)

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.mapping.ground import Ground
from planetary_qgis.core.mapping.units.network import network_of

SQUARE = "POLYGON ((0 0, 10 0, 10 10, 0 10, 0 0))"


def central_angle(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Radians between places, by the haversine formula."""
    a, b, c, d = map(math.radians, (lon_a, lat_a, lon_b, lat_b))
    root = math.sin((d - b) / 2) ** 2 + math.cos(b) * math.cos(d) * math.sin((c - a) / 2) ** 2
    return 2.0 * math.asin(math.sqrt(root))


def test_a_gap_is_closed_along_the_shortest_way() -> None:
    contacts = contacts_of("LINESTRING (5 0, 4 4, 5 9.6)")
    result = built(contacts, boundary_of(SQUARE), closing_distance_m=0.5)
    assert len(result.shapes) == 2
    assert list(shapely.to_wkt(result.closings, trim=True)) == ["LINESTRING (5 9.6, 5 10)"]
    (note,) = found(result, "undershoot")
    assert note.features == (1,)
    assert note.size == pytest.approx(0.4)
    assert note.message.startswith("Contact 1 ends 0.4 m before another line")


def test_a_gap_beyond_the_distance_stays_and_is_told_with_its_length() -> None:
    result = built(
        contacts_of("LINESTRING (5 0, 5 9)"), boundary_of(SQUARE), closing_distance_m=0.9
    )
    assert len(result.shapes) == 1
    assert not len(result.closings)
    (dangle,) = found(result, "dangle")
    assert dangle.size == pytest.approx(1.0)
    assert "the nearest line is 1 m away" in dangle.message
    assert shapely.to_wkt(dangle.place, trim=True) == "POINT (5 9)"


def test_two_ends_that_face_each_other_are_joined_once() -> None:
    contacts = contacts_of("LINESTRING (5 0, 5 4.9)", "LINESTRING (5 10, 5 5.1)")
    result = built(contacts, boundary_of(SQUARE), closing_distance_m=0.5)
    assert len(result.closings) == 1
    assert sorted(shapely.area(result.shapes)) == [50.0, 50.0]
    assert not found(result, "dangle")


def test_ends_that_pass_each_other_make_no_polygon_between_them() -> None:
    contacts = contacts_of("LINESTRING (5 0, 5 5.2)", "LINESTRING (5.1 10, 5.1 4.8)")
    result = built(contacts, boundary_of(SQUARE), closing_distance_m=0.5)
    assert len(result.closings) == 1
    assert len(result.shapes) == 2
    assert not found(result, "dangle")


def test_an_end_that_has_passed_a_line_is_an_overshoot_and_makes_no_sliver() -> None:
    contacts = contacts_of("LINESTRING (5 -1, 5 7.3)", "LINESTRING (0 7, 10 7)")
    result = built(contacts, boundary_of(SQUARE), closing_distance_m=0.5)
    assert len(result.shapes) == 3
    assert not len(result.closings)
    assert not found(result, "dangle")
    network = network_of(contacts, boundary_of(SQUARE), Ground(), 0.5)
    (overshoot,) = network.overshoots
    assert (overshoot.line, round(overshoot.overhang_m, 9)) == (1, 0.3)


def test_a_ring_that_nearly_closes_is_closed_by_itself() -> None:
    ring = "LINESTRING (4 4, 6 4, 6 6, 4 6, 4 4.2)"
    result = built(contacts_of(ring), boundary_of(SQUARE), closing_distance_m=0.5)
    assert sorted(np.round(shapely.area(result.shapes), 9)) == [4.0, 96.0]


def test_a_straight_end_is_not_joined_to_its_own_line() -> None:
    steps = shapely.LineString([(5.0, y) for y in np.linspace(0.0, 6.0, 61)])
    result = built(contacts_of(steps), boundary_of(SQUARE), closing_distance_m=0.5)
    assert not len(result.closings)
    assert len(found(result, "dangle")) == 1


def test_an_end_is_not_joined_to_the_same_line_drawn_again_or_drawn_on() -> None:
    steps = [(5.0, y) for y in np.linspace(0.0, 6.0, 61)]
    lines = [shapely.LineString(each) for each in (steps, steps[::-1], steps[:59], steps[58:])]
    result = built(contacts_of(*lines), boundary_of(SQUARE), closing_distance_m=0.5)
    assert not len(result.closings)
    assert len(result.shapes) == 1
    assert found(result, "dangle")


def test_roundings_of_coordinates_are_closed_without_a_word() -> None:
    contacts = contacts_of("LINESTRING (5 0, 5 9.9999999)")
    result = built(
        contacts, boundary_of(SQUARE), points_of((1, 1, "a"), (9, 9, "b")), closing_distance_m=0.5
    )
    assert list(result.units) in (["a", "b"], ["b", "a"])
    assert not result.findings


@settings(max_examples=60)
@given(
    st.floats(-179.0, 179.0),
    st.sampled_from([0.0, 45.0, 80.0, -85.0]),
    st.floats(0.0, 360.0),
    st.floats(0.5, 0.97) | st.floats(1.03, 1.5),
)
def test_distances_are_those_on_the_ground(
    lon: float, lat: float, azimuth: float, share: float
) -> None:
    closing_m = 500.0
    far = math.degrees(share * closing_m / MARS_RADIUS_M)
    step_lon = far * math.sin(math.radians(azimuth)) / math.cos(math.radians(lat))
    step_lat = far * math.cos(math.radians(azimuth))
    end, other = (lon, lat), (lon + step_lon, lat + step_lat)
    away = [(a + 20 * (a - b), c + 20 * (c - d)) for (a, c), (b, d) in ((end, other), (other, end))]
    contacts = contacts_of(shapely.LineString([away[0], end]), shapely.LineString([other, away[1]]))
    result = built(contacts, ground=IN_DEGREES, closing_distance_m=closing_m)
    gap_m = MARS_RADIUS_M * central_angle(*end, *other)
    if gap_m < closing_m:
        assert len(result.closings) == 1
        assert vertices(result.closings) == {end, other}
        (note,) = found(result, "undershoot")
        assert note.size == pytest.approx(gap_m, rel=1e-6)
    else:
        assert not len(result.closings)
        sizes = [each.size for each in found(result, "dangle") if each.size is not None]
        assert sizes == [pytest.approx(gap_m, rel=1e-6)] * 2


def test_near_a_pole_an_end_goes_to_what_is_nearest_on_the_ground() -> None:
    # In degrees the meridian of 12 is four times as far as the parallel; on the ground it is
    # nearer: a degree of longitude is less than a fifth of one of latitude.
    end, parallel, meridian = (10.0, 80.0), 80.5, 12.0
    contacts = contacts_of(
        shapely.LineString([(0.0, 79.0), end]),
        shapely.LineString([(0.0, parallel), (20.0, parallel)]),
        shapely.LineString([(meridian, 70.0), (meridian, 80.4)]),
    )
    assert central_angle(*end, meridian, 80.0) > central_angle(10.0, 80.0, 10.0, parallel) * 0.5
    network = network_of(contacts, boundary_of(), IN_DEGREES, 25_000.0)
    (closing,) = [each for each in network.closings if end in vertices(each)]
    assert vertices(closing) - {end} == {
        place for place in vertices(closing) if place[0] == meridian
    }


def test_the_line_that_is_met_keeps_its_vertices() -> None:
    wall = "LINESTRING (0 7, 3 7.1, 6 6.9, 10 7)"
    contacts = contacts_of(wall, "LINESTRING (5 0, 5 6.8)")
    result = built(contacts, boundary_of(SQUARE), closing_distance_m=0.5)
    assert len(result.shapes) == 3
    assert vertices(contacts.shapes) <= vertices(result.shapes)


def test_where_the_projection_shows_nothing_an_end_stays_as_it_is() -> None:
    def lon_lat(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        from planetary_qgis.core.errors import PlanetaryError

        if (np.abs(x) > 5.0).any():
            raise PlanetaryError("Beyond.")
        return x, y

    contacts = contacts_of(
        "LINESTRING (0 0, 0 1)", "LINESTRING (-1 1.001, 1 1.001)", "LINESTRING (9 0, 9 1)"
    )
    result = built(contacts, ground=Ground(MARS_RADIUS_M, lon_lat), closing_distance_m=100.0)
    assert len(result.closings) == 1
    assert {each.features for each in found(result, "dangle")} >= {(3,)}


def test_no_more_is_closed_when_lines_come_in_another_order() -> None:
    lines = ["LINESTRING (5 0, 5 4.9)", "LINESTRING (5.1 10, 5 5.1)", "LINESTRING (0 5, 4.8 5)"]
    forth, back = (
        built(contacts_of(*each), boundary_of(SQUARE), closing_distance_m=0.5)
        for each in (lines, lines[::-1])
    )
    assert outlines(forth.shapes) == outlines(back.shapes)
    assert outlines(forth.closings) == outlines(back.closings)
