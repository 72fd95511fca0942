"""Conventions of longitude and latitude; CSPICE and closed formulas are the truth."""

from __future__ import annotations

import numpy as np
import pytest
import spiceypy
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.bodies import body
from planetary_qgis.core.longitudes import (
    east_from_west,
    in_style,
    ocentric_from_ographic,
    ographic_from_ocentric,
    to_house_convention,
    usual_style,
    wrap_180,
    wrap_360,
)

MARS = {"equatorial": 3396.19, "polar": 3376.2}


@given(st.floats(-1e4, 1e4))
def test_wrapping_keeps_the_direction(lon):
    for wrapped in (float(wrap_180(lon)), float(wrap_360(lon))):
        assert np.exp(1j * np.radians(wrapped)) == pytest.approx(np.exp(1j * np.radians(lon)))
    assert -180.0 <= wrap_180(lon) < 180.0
    assert 0.0 <= wrap_360(lon) < 360.0


@given(st.floats(-180.0, 179.999))
def test_what_lies_in_range_keeps_every_digit(lon):
    assert float(wrap_180(lon)) == lon


@given(st.floats(0.0, 360.0))
def test_west_is_minus_east(lon_w):
    assert np.exp(1j * np.radians(east_from_west(lon_w))) == pytest.approx(
        np.exp(-1j * np.radians(lon_w))
    )


@given(st.floats(-90.0, 90.0))
def test_ographic_latitudes_are_those_of_cspice(lat_ographic):
    flattening = (MARS["equatorial"] - MARS["polar"]) / MARS["equatorial"]
    point = spiceypy.georec(0.3, np.radians(lat_ographic), 0.0, MARS["equatorial"], flattening)
    expected = np.degrees(spiceypy.reclat(point)[2])
    assert ocentric_from_ographic(lat_ographic, **MARS) == pytest.approx(expected, abs=1e-9)


@given(st.floats(-90.0, 90.0))
def test_latitudes_go_back_and_forth(lat):
    there = ocentric_from_ographic(lat, **MARS)
    assert ographic_from_ocentric(there, **MARS) == pytest.approx(lat, abs=1e-9)


def test_ctx_convention_to_the_house():
    lon_e, lat = to_house_convention(
        [0.18, 359.73], [45.0, -45.0], direction="west", latitude_kind="ographic", body=body("MARS")
    )
    assert lon_e == pytest.approx([-0.18, 0.27])
    assert lat == pytest.approx([44.6617, -44.6617], abs=1e-3)


def test_on_a_sphere_the_kinds_of_latitude_agree():
    _, lat = to_house_convention(
        [0.0], [33.3], direction="east", latitude_kind="ographic", body=body(301)
    )
    assert lat == pytest.approx([33.3])


@given(st.floats(-180.0, 180.0, exclude_max=True))
def test_styles_show_the_same_meridian(lon_e):
    for style in ("east 180", "east 360", "west 360"):
        shown = float(in_style(lon_e, style))
        low, high = (-180.0, 180.0) if style == "east 180" else (0.0, 360.0)
        assert low <= shown < high
        back = -shown if style == "west 360" else shown
        assert abs((back - lon_e + 180.0) % 360.0 - 180.0) < 1e-12


@pytest.mark.parametrize(
    ("name", "style"),
    [
        ("MARS", "east 360"),
        ("MOON", "east 180"),
        ("IO", "west 360"),
        ("TITAN", "west 360"),
        ("TRITON", "east 360"),
        ("TITANIA", "east 360"),
        ("CERES", "east 360"),
        ("PHOBOS", "west 360"),
    ],
)
def test_maps_of_bodies_count_as_they_usually_do(name, style):
    assert usual_style(body(name).naif_id) == style
