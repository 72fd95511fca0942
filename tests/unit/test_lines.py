"""Tracks on a sphere as lon/lat lines."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from planetary_qgis.core.great_circles import unit_vectors
from planetary_qgis.core.lines import lines_along

TOLERANCE_DEG = 3e-3


def parts_of(shape) -> list[np.ndarray]:
    return [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]


def on_sphere(vertices: np.ndarray) -> np.ndarray:
    return unit_vectors(vertices[:, 0], vertices[:, 1])


def length_deg(vertices: np.ndarray) -> float:
    """Of the great circles from vertex to vertex."""
    points = on_sphere(vertices)
    chords = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return float(np.degrees(2.0 * np.arcsin(np.minimum(chords / 2.0, 1.0))).sum())


def dense(vertices: np.ndarray) -> np.ndarray:
    """What a map draws: straight lon/lat lines between the vertices, many points of them."""
    shares = np.linspace(0.0, 1.0, 8)[:, None, None]
    between = vertices[None, :-1] * (1.0 - shares) + vertices[None, 1:] * shares
    return between.reshape(-1, 2)


def arcs_off(points: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> float:
    """Degrees by which the worst of some points lies off the nearest of some great circles."""
    normals = np.cross(begins, ends)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    across = np.abs(points @ normals.T)
    return float(np.degrees(np.arcsin(np.clip(across.min(axis=1), 0.0, 1.0))).max())


vertex = st.tuples(st.floats(-180.0, 179.9), st.floats(-89.9, 89.9))


@given(track=st.lists(vertex, min_size=3, max_size=6, unique=True), closed=st.booleans())
def test_lines_are_the_great_circles_between_the_vertices(track, closed):
    vertices = np.array(track)
    points = on_sphere(vertices)
    begins, ends = points[:-1], points[1:]
    if closed:
        begins, ends = points, np.roll(points, -1, axis=0)
    angles = np.degrees(np.arccos(np.clip((begins * ends).sum(axis=1), -1.0, 1.0)))
    if (angles > 170.0).any() or (angles < 0.01).any():
        return  # opposite points have no great circle of their own
    (line,) = lines_along(vertices[None, :, 0], vertices[None, :, 1], closed=closed)
    assert shapely.is_valid(line)
    west, south, east, north = shapely.bounds(line)
    assert west >= -180.0
    assert east <= 180.0
    assert -90.0 <= south <= north <= 90.0
    parts = parts_of(line)
    # What a track runs over twice, a cut at the antimeridian may keep once.
    assert sum(map(length_deg, parts)) <= angles.sum() + 0.02
    drawn = np.concatenate([dense(part) for part in parts])
    middles = (begins + ends) / np.linalg.norm(begins + ends, axis=1, keepdims=True)
    for point in (*points, *middles):
        assert np.linalg.norm(on_sphere(drawn) - point, axis=1).min() < np.radians(1.3)
    near_pole = np.abs(drawn[:, 1]) > 89.9  # there a straight edge is a tiny step, however turned
    assert arcs_off(on_sphere(drawn[~near_pole]), begins, ends) < TOLERANCE_DEG


def test_unknown_vertices_part_a_line():
    nan = np.nan
    lons = [[0, 1, nan, 2, 3, 4], [0, nan, 1, nan, 2, nan], [nan] * 6, [5, 6, 7, nan, nan, 8]]
    lats = [[0, 0, 0, 0, 0, nan], [0] * 6, [0] * 6, [1] * 6]
    shapes = lines_along(lons, lats)
    assert shapes[0].wkt == "MULTILINESTRING ((0 0, 1 0), (2 0, 3 0))"
    assert shapes[1] is None
    assert shapes[2] is None
    assert shapes[3].geom_type == "LineString"
    assert (shapely.bounds(shapes[3])[[0, 2]] == [5, 7]).all()


def test_points_that_stay_make_no_line_and_no_vertices():
    shapes = lines_along([[10, 10, 10], [10, 10, 11]], [[5, 5, 5], [0, 0, 0]])
    assert shapes[0] is None
    assert shapes[1].wkt == "LINESTRING (10 0, 11 0)"


def test_lines_go_on_at_the_other_side_of_the_antimeridian():
    (line,) = lines_along([[178.0, -178.0]], [[0.0, 0.0]])
    assert line.equals(shapely.from_wkt("MULTILINESTRING ((178 0, 180 0), (-180 0, -178 0))"))


def test_a_line_along_the_antimeridian_is_drawn_once():
    (line,) = lines_along([[179.0, -180.0, -180.0, -178.0]], [[0.0, 0.0, 5.0, 5.0]])
    assert sum(map(length_deg, parts_of(line))) == pytest.approx(1.0 + 5.0 + 2.0, abs=0.01)


@pytest.mark.parametrize("sign", [1, -1])
def test_lines_over_a_pole_keep_to_their_meridians(sign):
    (line,) = lines_along([[20.0, 33.0, 140.0]], [[80.0 * sign, 90.0 * sign, 80.0 * sign]])
    vertices = shapely.get_coordinates(line)
    assert set(vertices[np.abs(vertices[:, 1]) < 90.0][:, 0]) == {20.0, 140.0}
    assert (np.abs(vertices[:, 1]) == 90.0).sum() == 2


def test_a_closed_line_comes_back():
    (line,) = lines_along([[0.0, 10.0, 10.0]], [[0.0, 0.0, 10.0]], closed=True)
    assert line.is_closed
