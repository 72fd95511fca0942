"""Areas of shapes as drawn in a map's plane, against closed formulas on the sphere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planetary_qgis.core.geos import shapely
from planetary_qgis.core.longitudes import ocentric_from_ographic, wrap_180
from planetary_qgis.core.mapping.ground import FloatArray, Ground

R = 3_396_190.0
WHOLE = 4.0 * np.pi * R**2


def cylindrical(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    return wrap_180(np.degrees(x / R)), np.degrees(y / R)


def stereographic(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    angle = 2.0 * np.arctan2(np.hypot(x, y), 2.0 * R)
    return np.degrees(np.arctan2(x, -y)), 90.0 - np.degrees(angle)


def southern(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    lon, lat = stereographic(x, -y)
    return lon, -lat


def mirrored(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    return stereographic(-x, y)


def equal_area(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Lambert's, with a place on the equator in its middle."""
    angle = 2.0 * np.arcsin(np.hypot(x, y) / (2.0 * R))
    turn = np.arctan2(x, y)
    lat = np.degrees(np.arcsin(np.sin(angle) * np.cos(turn)))
    return np.degrees(np.arctan2(np.sin(angle) * np.sin(turn), np.cos(angle))), lat


def gall_orthographic(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The cylinder that keeps areas: one unit squared is R²."""
    return wrap_180(np.degrees(x / R)), np.degrees(np.arcsin(np.clip(y / R, -1.0, 1.0)))


DEGREES = Ground(R, lambda lon, lat: (wrap_180(lon), lat), is_in_degrees=True)
PLANES = {
    "cylindrical": (Ground(R, cylindrical), 0.0, 0.3e6),
    "over the seam": (Ground(R, cylindrical), np.pi * R, 2.0e6),
    "pole inside": (Ground(R, stereographic), 0.0, 0.0),
    "south pole inside": (Ground(R, southern), 0.0, 0.0),
    "mirrored": (Ground(R, mirrored), 0.0, 0.0),
    "near the pole": (Ground(R, stereographic), 1e5, 3e5),
}


def area(ground: Ground, shape: object) -> float:
    return float(ground.areas(np.array([shape], dtype=object))[0])


@pytest.mark.parametrize("width", [1e2, 1e4, 1e6, 3e6])
@pytest.mark.parametrize("name", PLANES)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**31))
def test_units_add_up_to_what_they_divide(name: str, width: float, seed: int) -> None:
    """Straight lines across a box put vertices on its edges that the box does not have."""
    ground, x, y = PLANES[name]
    assert_adds_up(ground, x, y, width, seed)


@settings(max_examples=25, deadline=None)
@given(
    x=st.floats(-170, 170),
    y=st.floats(-80, 80),
    width=st.floats(0.001, 9.0),
    seed=st.integers(0, 2**31),
)
def test_units_add_up_in_degrees(x: float, y: float, width: float, seed: int) -> None:
    assert_adds_up(DEGREES, x, y, width, seed)


def assert_adds_up(ground: Ground, x: float, y: float, width: float, seed: int) -> None:
    box = shapely.box(x - width, y - width, x + 0.9 * width, y + 0.8 * width)
    ends = np.random.default_rng(seed).uniform(-3.0, 3.0, (6, 2, 2)) * width + [x, y]
    lines = [*shapely.linestrings(ends), box.exterior]
    noded = shapely.union_all(np.array(lines, dtype=object))
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    units = faces[shapely.contains(box, shapely.point_on_surface(faces))]
    assert ground.areas(units).sum() == pytest.approx(area(ground, box), rel=1e-9)


@pytest.mark.parametrize("width", [10.0, 1e4, 1e6, 2.5e6])
def test_cylinders_that_keep_areas_say_them(width: float) -> None:
    box = shapely.box(-width, 0.1 * R, width, 0.1 * R + width / 10.0)
    assert area(Ground(R, gall_orthographic), box) == pytest.approx(box.area, rel=1e-9)
    tilted = shapely.Polygon([(0, 0), (width, 0.3 * width), (0.5 * width, 0.9 * width)])
    assert area(Ground(R, gall_orthographic), tilted) == pytest.approx(tilted.area, rel=1e-9)


@pytest.mark.parametrize("turns", [0.0, 40.0, 77.0])
def test_discs_that_keep_areas_say_them(turns: float) -> None:
    star = shapely.Polygon([(0, 0), (1.1 * R, 0.2 * R), (0.1 * R, 0.4 * R), (-0.6 * R, 1.2 * R)])
    turned = shapely.transform(
        star, lambda xy: xy @ np.array(shapely_rotation(turns)) + [0.0, 0.05 * R]
    )
    assert area(Ground(R, equal_area), turned) == pytest.approx(star.area, rel=1e-9)
    nearly_all = shapely.Point(0, 0).buffer(1.98 * R, 256)
    assert area(Ground(R, equal_area), nearly_all) == pytest.approx(nearly_all.area, rel=1e-6)


def shapely_rotation(degrees: float) -> list[list[float]]:
    turn = np.radians(degrees)
    return [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]


def test_zones_and_whole_globes_are_right_in_degrees_and_in_metres() -> None:
    for shape, share in [
        ((-180, -90, 180, 90), 1.0),
        ((-180, 60, 180, 90), (1.0 - np.sin(np.radians(60))) / 2.0),
        ((-180, -10, 180, 30), (np.sin(np.radians(30)) + np.sin(np.radians(10))) / 2.0),
        ((170, -10, 190, 10), np.sin(np.radians(10)) * 20.0 / 360.0),
    ]:
        box = shapely.box(*shape)
        assert area(DEGREES, box) == pytest.approx(share * WHOLE, rel=1e-12)
        metres = shapely.transform(box, lambda xy: np.radians(xy) * R)
        assert area(Ground(R, cylindrical), metres) == pytest.approx(share * WHOLE, rel=1e-9)


@pytest.mark.parametrize("project", [stereographic, southern, mirrored])
@pytest.mark.parametrize("lat", [80.0, 10.0, -50.0])
@pytest.mark.parametrize("ccw", [True, False])
def test_caps_hold_their_pole_however_far_they_reach(project, lat: float, ccw: bool) -> None:
    radius = 2.0 * R * np.tan(np.radians(90.0 - lat) / 2.0)
    turn = np.linspace(0.0, 2.0 * np.pi, 7201)[:: 1 if ccw else -1]
    cap = shapely.Polygon(np.column_stack([np.cos(turn), np.sin(turn)]) * radius)
    expected = 2.0 * np.pi * R**2 * (1.0 - np.sin(np.radians(lat)))
    assert area(Ground(R, project), cap) == pytest.approx(expected, rel=2e-6)


def test_planetographic_latitudes_are_straight_where_they_are_drawn() -> None:
    equatorial, polar = 3_396_190.0, 3_376_200.0

    def ographic(lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        return lon, ocentric_from_ographic(lat, equatorial=equatorial, polar=polar)

    ground = Ground(R, ographic, is_in_degrees=True)
    north = float(ocentric_from_ographic(50.0, equatorial=equatorial, polar=polar))
    expected = np.radians(30.0) * np.sin(np.radians(north)) * R**2
    assert area(ground, shapely.box(0, 0, 30, 50)) == pytest.approx(expected, rel=1e-12)
    box, x = shapely.box(0, 0, 30, 50), 13.7
    halves = (
        shapely.Polygon([(0, 0), (x, 0), (30, 50), (0, 50)]),
        shapely.Polygon([(x, 0), (30, 0), (30, 50)]),
    )
    assert sum(area(ground, each) for each in halves) == pytest.approx(area(ground, box), rel=1e-9)


def test_holes_parts_and_nothing_count_as_what_they_are() -> None:
    holed = shapely.box(0, 0, 10, 10).difference(shapely.box(2, 2, 3, 3))
    both = shapely.MultiPolygon([holed, shapely.box(2, 2, 3, 3)])
    line = shapely.LineString([(0, 0), (1, 1)])
    for ground in (DEGREES, Ground(R, cylindrical)):
        whole = area(ground, shapely.box(0, 0, 10, 10))
        found = ground.areas(np.array([both, None, line, shapely.Polygon()], dtype=object))
        assert found.tolist() == pytest.approx([whole, 0.0, 0.0, 0.0], rel=1e-9)
    assert ground.areas(np.array([], dtype=object)).tolist() == []
    assert ground.areas(np.array([None], dtype=object)).tolist() == [0.0]


def test_crossed_and_flat_rings_have_no_more_than_is_drawn() -> None:
    bow = shapely.Polygon([(0, 0), (1e4, 1e4), (1e4, 0), (0, 1e4)])
    flat = shapely.Polygon([(0, 0), (1e4, 1e4), (2e4, 2e4)])
    for ground in (Ground(R, cylindrical), Ground(R, stereographic), DEGREES):
        assert area(ground, shapely.transform(bow, lambda xy: xy / 1e3)) < 1e-5 * WHOLE
        assert area(ground, flat if ground is not DEGREES else None) < 1.0
