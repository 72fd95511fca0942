"""Gradients, shades and curvatures; truth: closed forms of surfaces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.rasters import relief
from planetary_qgis.core.rasters.chebyshev import NODES, Places, between, nodes
from planetary_qgis.core.rasters.relief import Bends, Gradient, Steps

numbers = st.floats(-2.0, 2.0)


def steps(east_c=1.0, north_c=0.0, east_r=0.0, north_r=-1.0):
    return Steps(*(np.full((1, 1), value) for value in (east_c, north_c, east_r, north_r)))


NO_BENDS = Bends(*(np.zeros((1, 1)) for _ in range(6)))


@given(up_east=numbers, up_north=numbers, turn=st.floats(0.0, 360.0), size=st.floats(0.1, 900.0))
def test_a_plane_has_its_slope_whatever_way_its_pixels_run(up_east, up_north, turn, size):
    angle = np.radians(turn)
    column = size * np.array([np.cos(angle), np.sin(angle)])
    row = 1.7 * size * np.array([np.sin(angle), -np.cos(angle)])
    c, r = np.meshgrid(np.arange(6.0), np.arange(5.0))
    east, north = (c * column[axis] + r * row[axis] for axis in (0, 1))
    near = relief.around(up_east * east + up_north * north)
    found = relief.horn_gradient(near, steps(*column, *row))
    assert found.east == pytest.approx(np.full((3, 4), up_east), abs=1e-9)
    assert found.north == pytest.approx(np.full((3, 4), up_north), abs=1e-9)


def test_unknown_neighbours_do_not_change_a_plane():
    c, r = np.meshgrid(np.arange(7.0), np.arange(7.0))
    heights = 3.0 * c - 2.0 * r
    heights[0] = heights[:, -1] = np.nan
    heights[3, 3] = np.nan
    found = relief.horn_gradient(relief.around(heights), steps())
    known = np.isfinite(found.east)
    assert known.sum() == 24  # all but the hole
    assert found.east[known] == pytest.approx(3.0)
    assert found.north[known] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("east", "north", "downhill"),
    [(0, 1, 180), (0, -1, 0), (1, 0, 270), (-1, 0, 90), (-1, -1, 45), (1, -1, 315)],
)
def test_aspect_is_downhill_clockwise_from_north(east, north, downhill):
    up = Gradient(np.array([float(east)]), np.array([float(north)]))
    assert relief.aspect_degrees(up) == pytest.approx(downhill)


def test_level_ground_looks_nowhere():
    assert np.isnan(relief.aspect_degrees(Gradient(np.zeros(1), np.zeros(1)))).all()


@given(up_east=numbers, up_north=numbers, azimuth=st.floats(0, 360), altitude=st.floats(1, 90))
def test_shades_are_the_cosine_between_light_and_normal(up_east, up_north, azimuth, altitude):
    normal = np.array([-up_east, -up_north, 1.0])
    normal /= np.linalg.norm(normal)
    a, h = np.radians([azimuth, altitude])
    light = np.array([np.sin(a) * np.cos(h), np.cos(a) * np.cos(h), np.sin(h)])
    up = Gradient(np.array([up_east]), np.array([up_north]))
    expected = 1.0 + 254.0 * max(0.0, normal @ light)
    assert relief.shade(up, azimuth, altitude)[0] == pytest.approx(expected, abs=1e-6)


def test_a_dome_bends_by_one_over_its_radius():
    radius, step = 5000.0, 10.0
    c, r = np.meshgrid(np.arange(-60.0, 61.0), np.arange(-60.0, 61.0))
    dome = np.sqrt(radius**2 - (c * step) ** 2 - (r * step) ** 2)
    found = relief.curvatures(relief.around(dome), steps(step, 0, 0, -step), NO_BENDS)
    off_top = np.hypot(c, r)[1:-1, 1:-1] > 2.0
    assert found.mean == pytest.approx(1.0 / radius, rel=1e-3)
    for kind in (found.profile, found.tangential):
        assert kind[off_top] == pytest.approx(1.0 / radius, rel=1e-2)


def test_a_cone_bends_only_across_its_slope():
    c, r = np.meshgrid(np.arange(200.0, 260.0), np.arange(-30.0, 30.0))
    distance = np.hypot(c, r)
    found = relief.curvatures(relief.around(-0.5 * distance), steps(), NO_BENDS)
    inner = distance[1:-1, 1:-1]
    assert found.tangential == pytest.approx(0.5 / inner / np.sqrt(1.25), rel=1e-3)
    assert np.abs(found.profile).max() < 1e-6


def test_roughness_of_one_step_of_a_stair():
    heights = np.zeros((3, 3))
    heights[:, 2] = 8.0
    near = relief.around(heights)
    assert relief.ruggedness(near)[0, 0] == pytest.approx(np.sqrt(3 * 64))
    assert relief.mean_difference(near)[0, 0] == pytest.approx(3.0)
    assert relief.position(near)[0, 0] == pytest.approx(-3.0)
    assert relief.height_range(near)[0, 0] == pytest.approx(8.0)


def test_polynomials_follow_a_wave_and_its_derivatives():
    ends = (40.0, 300.0)
    rows, columns = np.meshgrid(nodes(ends[0]), nodes(ends[1]), indexing="ij")
    assert rows.shape == (NODES, NODES)
    values = np.stack([np.sin(columns / 100.0) * np.cos(rows / 30.0)])
    at = Places(0.5, 1.0, 40), Places(0.5, 1.0, 300)
    r, c = np.meshgrid(np.arange(40) + 0.5, np.arange(300) + 0.5, indexing="ij")
    wave, slope = np.sin(c / 100.0) * np.cos(r / 30.0), np.cos(c / 100.0) * np.cos(r / 30.0)
    assert between(values, ends, *at, (0, 0))[0] == pytest.approx(wave, abs=1e-9)
    assert between(values, ends, *at, (0, 1))[0] == pytest.approx(slope / 100.0, abs=1e-9)
    assert between(values, ends, *at, (2, 0))[0] == pytest.approx(-wave / 900.0, abs=1e-8)
