"""Lengths, directions and areas on spheres; truth: geographiclib (pyproj) and closed formulas."""

from __future__ import annotations

import math

import numpy as np
import pyproj
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from planetary_qgis.core import sphere_measures

UNIT = pyproj.Geod(a=1.0, b=1.0)
longitudes = st.floats(-180.0, 179.999)
latitudes = st.floats(-90.0, 90.0)


@given(longitudes, latitudes, longitudes, latitudes)
def test_distances_and_azimuths_are_geographiclibs(lon_a, lat_a, lon_b, lat_b):
    forward, _, truth = UNIT.inv(lon_a, lat_a, lon_b, lat_b)
    found = float(sphere_measures.distances(lon_a, lat_a, lon_b, lat_b))
    assert found == pytest.approx(truth, rel=1e-12, abs=1e-15)
    assume(1e-6 < truth < math.pi - 1e-6)
    assume(max(abs(lat_a), abs(lat_b)) < 89.999)
    turned = float(sphere_measures.azimuths(lon_a, lat_a, lon_b, lat_b)) - forward
    assert abs((turned + 180.0) % 360.0 - 180.0) < 1e-8


@given(longitudes, st.floats(-89.0, 89.0), st.floats(1e-9, 1e-4))
def test_neighbours_keep_their_digits(lon, lat, step):
    """By haversines, which lose none of them; inputs are rounded to 1e-14 degrees."""
    step_lon, step_lat = (lon + step) - lon, (lat + step) - lat
    half = math.sin(math.radians(step_lat) / 2) ** 2 + math.cos(math.radians(lat)) * math.cos(
        math.radians(lat + step)
    ) * (math.sin(math.radians(step_lon) / 2) ** 2)
    found = float(sphere_measures.distances(lon, lat, lon + step, lat + step))
    assert found == pytest.approx(2 * math.asin(math.sqrt(half)), rel=1e-9)


@given(longitudes, latitudes, st.floats(0.0, 360.0), st.floats(0.0, 3.0))
def test_destinations_are_geographiclibs(lon, lat, azimuth, length):
    truth_lon, truth_lat, _ = UNIT.fwd(lon, lat, azimuth, length)
    found = sphere_measures.destinations(lon, lat, azimuth, length)
    assert float(sphere_measures.distances(*found, truth_lon, truth_lat)) < 1e-12


def test_points_along_a_line_are_as_far_as_asked():
    lon, lat = np.array([170.0, -170.0, -170.0]), np.array([0.0, 0.0, 80.0])
    whole = sphere_measures.running_lengths(lon, lat)[-1]
    assert whole == pytest.approx(math.radians(100.0), rel=1e-14)
    found_lon, found_lat = sphere_measures.points_along(lon, lat, np.radians([0, 5, 20, 60, 100]))
    np.testing.assert_allclose(found_lon, [170, 175, -170, -170, -170], atol=1e-9)
    np.testing.assert_allclose(found_lat, [0, 0, 0, 40, 80], atol=1e-9)


def star(lon_0: float, lat_0: float, spread: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """A ring around a place, at so many degrees in evenly turning directions."""
    turns = np.arange(len(spread)) * 360.0 / len(spread)
    lon, lat, _ = UNIT.fwd(
        np.full(len(spread), lon_0), np.full(len(spread), lat_0), turns, np.radians(spread)
    )
    return np.asarray(lon), np.asarray(lat)


spreads = st.lists(st.floats(0.01, 60.0), min_size=3, max_size=12)


@given(longitudes, latitudes, spreads)
def test_areas_between_great_circles_are_geographiclibs_anywhere(lon_0, lat_0, spread):
    """Also over the antimeridian and around poles."""
    lon, lat = star(lon_0, lat_0, spread)
    truth, _ = UNIT.polygon_area_perimeter(lon, lat)
    truth = min(abs(truth), 4.0 * math.pi - abs(truth))
    assert sphere_measures.ring_area(lon, lat) == pytest.approx(truth, rel=1e-9, abs=1e-13)


def test_an_octant_is_an_eighth():
    found = sphere_measures.ring_area([0.0, 90.0, 0.0], [0.0, 0.0, 90.0])
    assert found == pytest.approx(math.pi / 2, rel=1e-14)


@given(st.floats(-180, 170), st.floats(0.001, 200), st.floats(-90, 89), st.floats(0.001, 90))
def test_drawn_boxes_have_the_area_of_zones(west, width, south, height):
    east, north = min(west + width, 180.0), min(south + height, 90.0)
    lon, lat = [west, east, east, west], [south, south, north, north]
    share = math.radians(east - west)
    # sin b - sin a as a product, which loses no digits
    middle, half = math.radians(south + north) / 2, math.radians(north - south) / 2
    truth = share * 2 * math.cos(middle) * math.sin(half)
    assert sphere_measures.ring_area(lon, lat, "drawn") == pytest.approx(truth, rel=1e-9, abs=1e-13)


def test_drawn_diagonals_are_integrated():
    """A triangle under the straight line from (0, 0) to (60, 60), by Simpson's rule."""
    x = np.linspace(0.0, 60.0, 20001)
    weights = np.ones_like(x)
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    truth = (weights * np.sin(np.radians(x))).sum() * math.radians(x[1] - x[0]) / 3
    found = sphere_measures.ring_area([0.0, 60.0, 60.0], [0.0, 0.0, 60.0], "drawn")
    assert found == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize("edges", ["great circles", "drawn"])
def test_shapes_as_wide_as_the_map_are_whole_caps_and_zones(edges):
    cap = sphere_measures.ring_area([-180, 180, 180, -180], [60, 60, 90, 90], edges)
    assert cap == pytest.approx(2 * math.pi * (1 - math.sin(math.radians(60))), rel=1e-12)
    zone = sphere_measures.ring_area([-180, 180, 180, -180], [-10, -10, 30, 30], edges)
    truth = 2 * math.pi * (math.sin(math.radians(30)) + math.sin(math.radians(10)))
    assert zone == pytest.approx(truth, rel=1e-12)
    whole = sphere_measures.ring_area([-180, 180, 180, -180], [-90, -90, 90, 90], edges)
    assert whole == pytest.approx(4 * math.pi, rel=1e-12)


def test_a_pole_in_a_footprint_that_reaches_it_is_held():
    """A ring around the pole, cut at the antimeridian and closed over the pole."""
    ring_lon, ring_lat = star(40.0, 88.0, [5.0] * 24)
    truth, _ = UNIT.polygon_area_perimeter(ring_lon, ring_lat)
    order = np.argsort((ring_lon + 180.0) % 360.0)
    lon, lat = ((ring_lon + 180.0) % 360.0 - 180.0)[order], ring_lat[order]
    # where the great circle from the last vertex to the first meets the antimeridian
    seam = np.interp(180.0, [lon[-1], lon[0] + 360.0], [lat[-1], lat[0]])
    closed_lon = np.concatenate([[-180.0], lon, [180.0, 180.0, -180.0]])
    closed_lat = np.concatenate([[seam], lat, [seam, 90.0, 90.0]])
    assert sphere_measures.ring_area(closed_lon, closed_lat) == pytest.approx(abs(truth), rel=1e-3)


def test_outlines_leave_out_what_a_cut_made():
    lon, lat = [170, 180, 180, 170, 170], [0, 0, 10, 10, 0]
    cut = sphere_measures.outline_length(lon, lat, seam_counts=False)
    whole = sphere_measures.outline_length(lon, lat, seam_counts=True)
    assert whole - cut == pytest.approx(math.radians(10.0), rel=1e-12)
    around = sphere_measures.outline_length(
        [-180, 180, 180, -180, -180], [60, 60, 90, 90, 60], seam_counts=False
    )
    assert around == pytest.approx(2 * math.pi * math.cos(math.radians(60)), rel=1e-12)
