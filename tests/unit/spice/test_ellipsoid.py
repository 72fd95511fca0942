"""Rays and angles on an ellipsoid; CSPICE's SURFPT, EDLIMB and closed formulas are the truth."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from hypothesis import assume, given
from hypothesis import strategies as st

from planetary_qgis.core.spice.surfaces import ellipsoid

# Rounded: with axes 1e-294 apart CSPICE's own ellipses lose their digits.
coordinate = st.floats(-1.0, 1.0).map(lambda value: round(value, 6))
directions = st.tuples(coordinate, coordinate, coordinate).filter(
    lambda v: sum(c * c for c in v) > 1e-3
)
bodies = st.sampled_from([(3396.19, 3396.19, 3376.2), (13.0, 11.4, 9.1), (1829.4, 1819.4, 1815.7)])


@given(bodies, directions, st.floats(1.01, 1e4), directions)
def test_intercepts_are_those_of_surfpt(radii, toward, distance, ray):
    radii = np.array(radii)
    origin = np.array(toward) / np.linalg.norm(np.array(toward) / radii) * distance
    with spiceypy.no_found_check():
        point, found = spiceypy.surfpt(origin, np.array(ray), *radii)
    ours = ellipsoid.intercept(origin[None], np.array(ray)[None], radii)[0]
    scaled = np.linalg.norm(
        np.cross(origin / radii, np.array(ray) / radii) / np.linalg.norm(np.array(ray) / radii)
    )
    assume(abs(scaled - 1.0) > 1e-9)  # within rounding of the limb either answer is right
    assert np.isfinite(ours).all() == bool(found)
    if found:
        grazing = 1.0 / np.sqrt(abs(1.0 - scaled**2))
        assert ours == pytest.approx(point, abs=1e-12 * np.linalg.norm(origin) * grazing + 1e-9)


def test_a_ray_away_from_the_body_misses():
    radii = np.array([1.0, 1.0, 1.0])
    origin, away = np.array([[2.0, 0.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])
    assert np.isnan(ellipsoid.intercept(origin, away, radii)).all()


@given(bodies, directions, st.floats(1.01, 1e4), directions)
def test_limb_points_lie_on_cspices_limb(radii, toward, distance, ray):
    radii = np.array(radii)
    origin = np.array(toward) / np.linalg.norm(np.array(toward) / radii) * distance
    straight = np.linalg.norm(np.cross(origin / radii, np.array(ray) / radii))
    assume(straight > 1e-3 * np.linalg.norm(origin / radii) * np.linalg.norm(np.array(ray) / radii))
    point = ellipsoid.limb_point_beside(origin[None], np.array(ray)[None], radii)[0]
    limb = spiceypy.edlimb(*radii, origin)
    centre, major, minor = spiceypy.el2cgv(limb)
    normal = np.cross(major, minor)
    normal /= np.linalg.norm(normal)
    assert normal @ (point - centre) == pytest.approx(0.0, abs=1e-7 * radii[0])
    across = point - centre
    on_ellipse = (across @ major / (major @ major)) ** 2 + (across @ minor / (minor @ minor)) ** 2
    assert on_ellipse == pytest.approx(1.0, abs=1e-7)


@given(directions)
def test_longitude_and_latitude_are_those_of_reclat(vector):
    assume(np.hypot(vector[0], vector[1]) > 0.0)  # at the poles any longitude is right
    _, lon, lat = spiceypy.reclat(vector)
    ours = ellipsoid.lon_lat(np.array(vector))
    assert np.degrees([lon, lat]) == pytest.approx(ours, abs=1e-9)


@given(directions, directions)
def test_angles_are_those_of_vsep(one, other):
    expected = np.degrees(spiceypy.vsep(one, other))
    assert ellipsoid.angle_between(np.array(one), np.array(other)) == pytest.approx(
        expected, abs=1e-7
    )


def test_normals_are_those_of_surfnm():
    radii = np.array([13.0, 11.4, 9.1])
    point = ellipsoid.intercept(
        np.array([[30.0, 20.0, 10.0]]), np.array([[-3.0, -2.1, -0.9]]), radii
    )
    expected = spiceypy.surfnm(*radii, point[0])
    assert ellipsoid.outward_normals(point, radii)[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((0.0, 0.0), (0.0, 10.0), 0.0),
        ((0.0, 0.0), (10.0, 0.0), 90.0),
        ((0.0, 0.0), (-10.0, 0.0), 270.0),
        ((179.0, 0.0), (-179.0, 0.0), 90.0),
        ((0.0, 45.0), (0.0, -45.0), 180.0),
        # A quarter of a turn away on the equator: the great circle starts out due east.
        ((0.0, 60.0), (90.0, 0.0), 90.0),
    ],
)
def test_azimuths_turn_clockwise_from_north(start, end, expected):
    angle = ellipsoid.azimuth(*(np.array(value) for value in (*start, *end)))
    assert angle == pytest.approx(expected, abs=1e-9)
