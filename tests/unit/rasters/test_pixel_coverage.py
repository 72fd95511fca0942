"""Shares of pixels that polygons cover; truth: GEOS, which intersects each pixel on its own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, reject
from hypothesis import strategies as st

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.rasters.coverage import Edges, coverage

WIDTH, HEIGHT = 9, 7
PIXELS = shapely.box(
    *(each.ravel() for each in np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))),
    *(each.ravel() + 1 for each in np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))),
)
numbers = st.floats(-4.0, 13.0).map(lambda value: round(value, 3)) | st.integers(-4, 13).map(float)
points = st.tuples(numbers, numbers)


def edges_of(shape) -> Edges:
    parts = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    outlines = [shapely.get_coordinates(part.exterior) for part in parts]
    return Edges.of(
        outlines, [shapely.get_coordinates(hole) for part in parts for hole in part.interiors]
    )


def by_geos(shape) -> np.ndarray:
    """A part at a time: beside a sliver of 1e-17, GEOS 3.13 takes whole pixels for covered."""
    parts = shapely.get_parts(shape)
    areas = shapely.area(shapely.intersection(PIXELS, parts[:, np.newaxis]))
    return areas.sum(axis=0).reshape(HEIGHT, WIDTH)


def difference(one, other):
    """GEOS's, but for the shapes that it cannot tell apart and those that it makes invalid."""
    try:
        shape = shapely.difference(one, other)
    except shapely.errors.GEOSException:
        reject()
    assume(shape.is_valid)
    return shape


@given(st.lists(points, min_size=3, max_size=9), st.lists(points, min_size=3, max_size=5))
def test_any_polygon_with_holes_covers_what_geos_says(outline, hole):
    shape = shapely.make_valid(shapely.Polygon(outline))
    shape = difference(shape, shapely.make_valid(shapely.Polygon(hole)))
    found = coverage(edges_of(shape), 0, 0, WIDTH, HEIGHT)
    assert np.abs(found - by_geos(shape)).max() < 1e-9


@given(st.lists(points, min_size=3, max_size=9), st.integers(-3, 5), st.integers(-3, 5))
def test_a_window_shows_the_same_as_the_whole(outline, left, top):
    shape = shapely.make_valid(shapely.Polygon(outline))
    whole = coverage(edges_of(shape), -5, -5, 20, 20)
    part = coverage(edges_of(shape), left, top, 4, 6)
    assert np.abs(part - whole[top + 5 : top + 11, left + 5 : left + 9]).max() < 1e-9


def test_a_polygon_much_smaller_than_a_pixel():
    tiny = shapely.box(3.4, 2.2, 3.4 + 1e-5, 2.2 + 1e-5)
    found = coverage(edges_of(tiny), 0, 0, WIDTH, HEIGHT)
    assert found[2, 3] == pytest.approx(1e-10, rel=1e-5)
    assert np.count_nonzero(found > 1e-14) == 1


def test_the_area_in_pixels():
    ring = shapely.difference(shapely.box(1, 1, 6, 5), shapely.box(2, 2, 3, 4))
    assert edges_of(ring).area == pytest.approx(18.0)


def test_nothing_covers_nothing():
    assert not coverage(Edges.of([], []), 0, 0, 3, 2).any()
