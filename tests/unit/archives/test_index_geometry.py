"""Shapes: corners in any order, bounds in either direction, centres, and what is no shape."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.archives.pds3.conventions import Conventions
from planetary_qgis.core.archives.pds3.geometry import Locator
from planetary_qgis.core.archives.pds3.roles import roles_of
from planetary_qgis.core.archives.tally import Tally
from planetary_qgis.core.bodies import body
from planetary_qgis.core.reports import Report

CORNERS = [
    f"{tag}_{what}"
    for tag in ("UPPER_LEFT", "UPPER_RIGHT", "LOWER_RIGHT", "LOWER_LEFT")
    for what in ("LONGITUDE", "LATITUDE")
]
NUMBERED = ["MINIMUM_LONGITUDE", "MAXIMUM_LONGITUDE", "MINIMUM_LATITUDE", "MAXIMUM_LATITUDE"]
COMPASS = ["WESTERNMOST_LONGITUDE", "EASTERNMOST_LONGITUDE", *NUMBERED[2:]]
CENTRE = ["CENTER_LONGITUDE", "CENTER_LATITUDE"]

NOWHERE = "1 rows have no known position and no geometry."


def locate(names, *rows, direction="east", kind="ocentric", on_body=None):
    """Where rows of numbers lie, and the sentences of what went wrong."""
    locator = Locator(roles_of(names, None), Conventions(direction, kind, "", ""), body("MARS"))
    values = {name: np.array([row[i] for row in rows], float) for i, name in enumerate(names)}
    tally, report = Tally(), Report()
    mask = np.ones(len(rows), bool) if on_body is None else np.array(on_body)
    where = locator.locate(values, mask, tally)
    tally.tell(report)
    return where, report.sentences()


def corners(*points):
    return [number for point in points for number in point]


def ocentric(lat_ographic):
    """tan φc = (b/a)² tan φg, with Mars's radii."""
    return math.degrees(math.atan((3376.2 / 3396.19) ** 2 * math.tan(math.radians(lat_ographic))))


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_corners_in_any_order_make_the_same_shape(order):
    points = [(10.0, 2.0), (11.0, 2.1), (11.2, 0.1), (10.2, 0.0)]
    where, sentences = locate(CORNERS, corners(*(points[i] for i in order)))
    assert where.shapes[0].equals(shapely.Polygon(points))
    assert where.sources.tolist() == ["index corners"]
    assert sentences == []


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_corners_over_the_antimeridian_in_any_order(order):
    points = [(179.5, 1.0), (180.5, 1.0), (180.5, -1.0), (179.5, -1.0)]
    where, _ = locate(CORNERS, corners(*(points[i] for i in order)))
    assert where.shapes[0].is_valid
    assert where.shapes[0].area == pytest.approx(2.0, rel=1e-3)
    assert where.shapes[0].geom_type == "MultiPolygon"


def test_corners_around_a_pole_reach_it():
    where, _ = locate(CORNERS, corners((0, 85), (90, 85), (180, 85), (270, 85)))
    assert where.shapes[0].bounds[3] == 90.0
    assert where.shapes[0].bounds[0] == -180.0


@given(
    lon_w=st.floats(0.0, 359.0),
    lat=st.floats(-75.0, 75.0),
    width=st.floats(0.1, 3.0),
    height=st.floats(0.1, 3.0),
)
def test_west_planetographic_corners(lon_w, lat, width, height):
    lons, lats = (lon_w + width, lon_w), (lat + height, lat)
    row = corners(*((lons[i], lats[j]) for i, j in ((0, 0), (1, 0), (1, 1), (0, 1))))
    where, _ = locate(CORNERS, row, direction="west", kind="ographic")
    found = shapely.get_coordinates(where.shapes[0])
    for lon, latitude in itertools.product(lons, lats):
        east = (-lon + 180.0) % 360.0 - 180.0
        distance = np.abs((found[:, 0] - east + 180.0) % 360.0 - 180.0)
        distance = np.hypot(distance, found[:, 1] - ocentric(latitude))
        assert distance.min() < 1e-6


@pytest.mark.parametrize(
    ("names", "direction", "row", "expected"),
    [
        (NUMBERED, "east", (10, 20, -5, 5), [(10, -5, 20, 5)]),
        (NUMBERED, "west", (10, 20, -5, 5), [(-20, -5, -10, 5)]),
        (COMPASS, "east", (10, 20, -5, 5), [(10, -5, 20, 5)]),
        (COMPASS, "west", (20, 10, -5, 5), [(-20, -5, -10, 5)]),
        (NUMBERED, "east", (350, 10, 0, 1), [(-10, 0, 10, 1)]),
        (NUMBERED, "west", (350, 10, 0, 1), [(-10, 0, 10, 1)]),
        (COMPASS, "west", (10, 350, 0, 1), [(-10, 0, 10, 1)]),
        (NUMBERED, "east", (170, 190, 0, 1), [(170, 0, 180, 1), (-180, 0, -170, 1)]),
        (NUMBERED, "west", (170, 190, 0, 1), [(170, 0, 180, 1), (-180, 0, -170, 1)]),
        (NUMBERED, "east", (-170, -160, 0, 1), [(-170, 0, -160, 1)]),
        (NUMBERED, "east", (0, 360, 80, 90), [(-180, 80, 180, 90)]),
        (NUMBERED, "west", (-180, 180, 80, 90), [(-180, 80, 180, 90)]),
        (NUMBERED, "east", (10, 300, 0, 1), [(10, 0, 180, 1), (-180, 0, -60, 1)]),
        (NUMBERED, "east", (10, 20, 5, -5), [(10, -5, 20, 5)]),
    ],
)
def test_bounds(names, direction, row, expected):
    where, sentences = locate(names, row, direction=direction)
    assert (
        where.shapes[0].normalize().equals(shapely.union_all([shapely.box(*b) for b in expected]))
    )
    assert where.sources.tolist() == ["index bounds"]
    assert sentences == []


def test_bounds_where_a_corner_is_unknown():
    row = [*corners((10, 2), (11, 2), (11, 0), (math.nan, 0)), 10, 11, 0, 2]
    where, _ = locate([*CORNERS, *NUMBERED], row)
    assert where.sources.tolist() == ["index bounds"]
    assert where.shapes[0].equals(shapely.box(10, 0, 11, 2))


def test_centre_alone_makes_points():
    where, _ = locate(CENTRE, (350.0, 10.0), (math.nan, 1.0))
    assert where.shapes[0].equals(shapely.Point(-10.0, 10.0))
    assert where.shapes[1] is None
    assert where.sources.tolist() == ["index centre", None]


def test_centre_makes_no_shape_among_polygons():
    row = [*corners(*[(math.nan, math.nan)] * 4), 350.0, 10.0]
    where, _ = locate([*CORNERS, *CENTRE], row)
    assert where.shapes.tolist() == [None]
    assert where.sources.tolist() == [None]
    assert (where.center_lon_e[0], where.center_lat[0]) == (-10.0, 10.0)


@pytest.mark.parametrize(
    "points",
    [[(10, 2)] * 4, [(10, 2), (10, 2), (11, 2), (11, 2)], [(0, 0)] * 4],
    ids=["one point", "a line", "zeros"],
)
def test_corners_without_area(points):
    where, sentences = locate(CORNERS, corners(*points))
    assert where.shapes.tolist() == [None]
    assert sentences == ["1 rows have corners that enclose no area.", NOWHERE]


@pytest.mark.parametrize("row", [(10, 10, 0, 1), (10, 20, 3, 3)])
def test_bounds_without_area(row):
    where, sentences = locate(NUMBERED, row)
    assert where.shapes.tolist() == [None]
    assert sentences == ["1 rows have bounds that enclose no area.", NOWHERE]


@pytest.mark.parametrize("wrong", [(999.9, 999.9), (10.0, -99.99), (-9999.0, 0.0)])
def test_numbers_that_are_no_position(wrong):
    where, sentences = locate(CORNERS, corners((10, 2), (11, 2), (11, 0), wrong))
    assert where.shapes.tolist() == [None]
    assert sentences == ["1 rows have corners that are no positions.", NOWHERE]


def test_centre_of_a_map_projection_is_not_the_images():
    where, sentences = locate([*NUMBERED, *CENTRE], (234.1, 234.5, 67.9, 68.6, 0.0, 90.0))
    assert np.isnan([where.center_lon_e[0], where.center_lat[0]]).all()
    assert "outside of their own bounds" in sentences[0]


def test_rows_about_another_body_lie_nowhere():
    row = [*corners((10, 2), (11, 2), (11, 0), (10, 0)), 10.5, 1.0]
    where, _ = locate([*CORNERS, *CENTRE], row, row, on_body=[True, False])
    assert where.shapes[0] is not None
    assert where.shapes[1] is None
    assert np.isnan(where.center_lat[1])


@pytest.mark.parametrize(
    "names",
    [
        [f"CORNER{i}_{what}" for i in range(1, 5) for what in ("LONGITUDE", "LATITUDE")],
        [name.lower() for name in CORNERS],
        [name.replace("ITUDE", "").replace("LONG", "LON") for name in CORNERS],
    ],
    ids=["numbered", "lower case", "short"],
)
def test_other_spellings_of_corners(names):
    where, _ = locate(names, corners((10, 2), (11, 2), (11, 0), (10, 0)))
    assert where.sources.tolist() == ["index corners"]
