"""Well-known text as valid shapes of the house."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.archives.services.wkt_shapes import (
    NO_AREA,
    NO_POSITIONS,
    UNREADABLE,
    shape_of_unsplit_wkt,
    shape_of_wkt,
)


@pytest.mark.parametrize("text", [None, "", "  ", "POLYGON EMPTY", "MULTIPOLYGON EMPTY"])
def test_nothing_said_is_nothing_wrong(text):
    assert shape_of_wkt(text) == (None, "")
    assert shape_of_unsplit_wkt(text) == (None, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("POLYGON ((0 0, 1 0, 1", UNREADABLE),
        ("<html>", UNREADABLE),
        ("POLYGON ((0 0, 1 1, 2 2))", UNREADABLE),
        ("POLYGON ((100000 2, 100001 3, 100000 5, 100000 2))", NO_POSITIONS),
        ("POLYGON ((0 95, 1 95, 1 96, 0 95))", NO_POSITIONS),
        ("POLYGON ((0 0, 1 1, 2 2, 0 0))", NO_AREA),
        ("LINESTRING (0 0, 1 1)", "hold no polygon"),
    ],
)
def test_what_cannot_be_drawn_says_why(text, reason):
    assert shape_of_wkt(text) == (None, reason)


def test_broken_text_warns_nobody(recwarn):
    shape, reason = shape_of_wkt("POLYGON ((nan 0, 1 1, 2 2, nan 0))")
    assert shape is None
    assert reason
    assert not recwarn


def test_straight_edges_stay_as_they_are_drawn():
    shape, _ = shape_of_wkt("POLYGON ((-170 60, 170 60, 170 70, -170 70, -170 60))")
    assert shape.bounds == (-170.0, 60.0, 170.0, 70.0)
    assert shape.area == pytest.approx(3400.0)


def test_longitudes_to_360_are_cut_at_180():
    shape, _ = shape_of_wkt("POLYGON ((170 0, 190 0, 190 10, 170 10, 170 0))")
    assert shape.equals(shapely.union(shapely.box(170, 0, 180, 10), shapely.box(-180, 0, -170, 10)))


def test_collections_keep_their_polygons():
    shape, reason = shape_of_wkt(
        "GEOMETRYCOLLECTION (POLYGON ((360 -0.342, 359.82 -0.3657, 359.74 0.3558, 360 0.385, "
        "360 -0.342)), POLYGON ((0.18 0.4052, 0.27 -0.3064, 0 -0.342, 0.18 0.4052)), "
        "LINESTRING (0 0, 9 9))"
    )
    assert reason == ""
    assert shape.bounds == pytest.approx((-0.26, -0.3657, 0.27, 0.4052))
    line, _ = shape_of_wkt("GEOMETRYCOLLECTION (POINT (1 1), LINESTRING (0 0, 9 9))", "line")
    assert line.equals(shapely.LineString([(0, 0), (9, 9)]))


def test_bow_ties_and_overlapping_parts_become_valid():
    bow, _ = shape_of_wkt("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))")
    assert bow.is_valid
    assert bow.area == pytest.approx(0.5)
    twice, _ = shape_of_wkt(
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 1, 0 0)), ((0 0, 1 0, 1 1, 0 1, 0 0)))"
    )
    assert twice.is_valid
    assert twice.area == pytest.approx(1.0)


def test_a_whole_world_in_halves_is_one_world():
    shape, _ = shape_of_wkt(
        "MULTIPOLYGON (((0 -90, 180 -90, 180 90, 0 90, 0 -90)), "
        "((180 -90, 360 -90, 360 90, 180 90, 180 -90)))"
    )
    assert shape.is_valid
    assert shape.area == pytest.approx(360.0 * 180.0)


@given(lon=st.floats(0.0, 359.0), lat=st.floats(-80.0, 70.0), width=st.floats(0.1, 40.0))
def test_both_spellings_of_longitude_draw_the_same(lon, lat, width):
    drawn, _ = shape_of_wkt(shapely.box(lon, lat, lon + width, lat + 5.0).wkt)
    turned, _ = shape_of_wkt(shapely.box(lon - 360.0, lat, lon + width - 360.0, lat + 5.0).wkt)
    assert drawn.is_valid
    assert drawn.area == pytest.approx(width * 5.0, rel=1e-9)
    assert shapely.symmetric_difference(drawn, turned).area < 1e-6
    inside = shapely.Point((lon + width / 2.0 + 180.0) % 360.0 - 180.0, lat + 2.5)
    assert drawn.intersects(inside)


class TestUnsplit:
    def test_edges_go_the_short_way_around(self):
        shape, _ = shape_of_unsplit_wkt(
            "POLYGON ((0.18 0.4052, 0.27 -0.3064, 359.82 -0.3657, 359.74 0.3558, 0.18 0.4052))"
        )
        assert shape.bounds == pytest.approx((-0.26, -0.3657, 0.27, 0.4052))

    @given(lon=st.floats(0.0, 359.9), width=st.floats(0.1, 80.0), turned=st.booleans())
    def test_boxes_come_back_whichever_way_they_turn(self, lon, width, turned):
        ring = [(lon, 0), (lon + width, 0), (lon + width, 5), (lon, 5), (lon, 0)]
        ring = [(x % 360.0, y) for x, y in (ring[::-1] if turned else ring)]
        shape, _ = shape_of_unsplit_wkt(shapely.Polygon(ring).wkt)
        assert shape.is_valid
        assert shape.area == pytest.approx(width * 5.0, rel=1e-6)

    @pytest.mark.parametrize("pole", [90.0, -90.0])
    @pytest.mark.parametrize("turned", [False, True])
    def test_rings_around_a_pole_reach_it(self, pole, turned):
        lons = np.arange(0.0, 361.0, 30.0)[:: -1 if turned else 1]
        ring = [(lon % 360.0, np.sign(pole) * 80.0) for lon in lons]
        shape, _ = shape_of_unsplit_wkt(shapely.Polygon(ring).wkt)
        assert shape.is_valid
        assert shape.area == pytest.approx(3600.0)
        assert shape.intersects(shapely.Point(45.0, pole))
