"""Polar stereographic footprints against PROJ."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.archives.services.polar import agreement, shape_of_polar_wkt
from planetary_qgis.core.archives.services.wkt_shapes import NO_AREA, NO_POSITIONS, UNREADABLE

pyproj = pytest.importorskip("pyproj")
RADIUS = 3396190.0
POLES = [("north", 90.0), ("south", -90.0)]


def drawn_from_above(ring, pole_lat: float) -> shapely.Polygon:
    """A ring of lon/lat as PROJ draws it in metres."""
    plane = pyproj.Proj(proj="stere", lat_0=pole_lat, lon_0=0, k=1, R=RADIUS)
    return shapely.Polygon(np.column_stack(plane(*np.asarray(ring, dtype=float).T)))


@pytest.mark.parametrize(("pole", "pole_lat"), POLES)
def test_corners_come_back_where_proj_had_them(pole, pole_lat):
    ring = [(100.0, 80.0), (110.0, 80.5), (112.0, 84.0), (95.0, 83.0)]
    ring = [(lon, lat * np.sign(pole_lat)) for lon, lat in ring]
    shape, reason = shape_of_polar_wkt(drawn_from_above(ring, pole_lat).wkt, pole, RADIUS)
    assert reason == ""
    theirs = shapely.get_coordinates(shape)
    gaps = np.abs(theirs[:, None] - np.array(ring)[None]).max(axis=2).min(axis=0)
    assert gaps.max() < 1e-9
    assert shape.is_valid


@pytest.mark.parametrize(("pole", "pole_lat"), POLES)
def test_what_holds_the_pole_reaches_it(pole, pole_lat):
    ring = [(lon, np.sign(pole_lat) * 85.0) for lon in range(0, 360, 5)]
    shape, _ = shape_of_polar_wkt(drawn_from_above(ring, pole_lat).wkt, pole, RADIUS)
    assert shape.is_valid
    assert shape.area == pytest.approx(360.0 * 5.0, rel=2e-3)
    for lon in (-179.9, -90.0, 0.0, 45.0, 179.9):
        assert shape.intersects(shapely.Point(lon, pole_lat))


@pytest.mark.parametrize(("pole", "pole_lat"), POLES)
@given(lon=st.floats(-180, 180), away=st.floats(0.5, 20), size=st.floats(0.05, 8))
def test_points_inside_there_are_inside_here(pole, pole_lat, lon, away, size):
    """Squares anywhere near a pole, over it and over the seam, against PROJ's inverse."""
    plane = pyproj.Proj(proj="stere", lat_0=pole_lat, lon_0=0, k=1, R=RADIUS)
    x, y = plane(lon, np.sign(pole_lat) * (90.0 - away))
    half = RADIUS * np.radians(size) / 2.0
    square = shapely.box(x - half, y - half, x + half, y + half)
    shape, _ = shape_of_polar_wkt(square.wkt, pole, RADIUS)
    assert shape.is_valid
    steps = np.array([-1.3, -0.8, -0.3, 0.3, 0.8, 1.3]) * half
    xs, ys = (grid.ravel() for grid in np.meshgrid(x + steps, y + steps))
    inside = (np.abs(xs - x) < half) & (np.abs(ys - y) < half)
    points = shapely.points(np.column_stack(plane(xs, ys, inverse=True)))
    assert (shapely.intersects(shape, points) == inside).all()


def test_holes_stay_open():
    outer = [(lon, 80.0) for lon in range(0, 360, 10)]
    inner = [(lon, 87.0) for lon in range(0, 360, 10)]
    ring = shapely.difference(drawn_from_above(outer, 90.0), drawn_from_above(inner, 90.0))
    shape, _ = shape_of_polar_wkt(ring.wkt, "north", RADIUS)
    assert shape.is_valid
    assert not shape.intersects(shapely.Point(30.0, 89.0))
    assert shape.intersects(shapely.Point(30.0, 83.0))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", ""),
        ("MULTIPOLYGON EMPTY", ""),
        ("POLYGON ((1 2, 3", UNREADABLE),
        ("POLYGON ((0 0, 1e12 0, 1e12 1e12, 0 0))", NO_POSITIONS),
        ("LINESTRING (0 0, 1000 1000)", NO_AREA),
    ],
)
def test_what_cannot_be_drawn_says_why(text, reason):
    assert shape_of_polar_wkt(text, "north", RADIUS) == (None, reason)


def test_agreement_is_that_of_areas_on_the_sphere():
    cap = shapely.box(-180, 80, 180, 90)
    assert agreement(cap, cap, "north") == pytest.approx(1.0)
    assert agreement(cap, shapely.box(-180, 80, 0, 90), "north") == pytest.approx(0.5, rel=1e-3)
    assert agreement(shapely.box(0, 80, 90, 85), shapely.box(90, 80, 180, 85), "north") < 1e-6
