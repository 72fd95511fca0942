"""Random subdivisions, cut into lines as mappers draw them, come back as the cells they were."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from map_units_kit import boundary_of, built, contacts_of, outlines, points_of, vertices

from planetary_qgis.core.geos import shapely

SIDE = 1000.0
SQUARE = shapely.box(0.0, 0.0, SIDE, SIDE)
Rng = np.random.Generator

drawings = st.tuples(st.integers(0, 2**32 - 1), st.integers(3, 30))
some = settings(max_examples=40)


def voronoi(rng: Rng, count: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """Cells that fill a square, and the borders between them as vertices of lines."""
    sites = shapely.MultiPoint(rng.random((count, 2)) * SIDE)
    edges = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=SQUARE, only_edges=True))
    inside = shapely.get_parts(shapely.intersection(edges, SQUARE))
    lines = [each for each in inside if each.geom_type == "LineString" and each.length > 0.0]
    noded = shapely.union_all([*lines, SQUARE.exterior])
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return cells, [shapely.get_coordinates(each) for each in lines]


def in_pieces(rng: Rng, lines: list[np.ndarray]) -> list[np.ndarray]:
    """Lines with vertices between, split there, turned around and in another order."""
    pieces = []
    for xy in lines:
        shares = np.linspace(0.0, 1.0, int(rng.integers(2, 6)))[:, None]
        finer = xy[0] + shares * (xy[-1] - xy[0])
        finer[-1] = xy[-1]
        cut = int(rng.integers(0, len(finer) - 1))
        parts = [finer[: cut + 1], finer[cut:]] if cut else [finer]
        pieces += [part[:: rng.choice([-1, 1])] for part in parts]
    return [pieces[each] for each in rng.permutation(len(pieces))]


def stretched(xy: np.ndarray, by: float) -> np.ndarray:
    """A straight line with both ends so much farther out, or in where that is negative."""
    along = (xy[-1] - xy[0]) / np.hypot(*(xy[-1] - xy[0]))
    return np.array([xy[0] - by * along, *xy[1:-1], xy[-1] + by * along])


def lines_of(pieces: list[np.ndarray]) -> list[Any]:
    return [shapely.LineString(each) for each in pieces]


def points_in(cells: np.ndarray) -> Any:
    return points_of(*((p.x, p.y, f"u{i}") for i, p in enumerate(shapely.point_on_surface(cells))))


def names_by_cell(result: Any, cells: np.ndarray) -> list[Any]:
    """The unit of the polygon around a place inside each cell."""
    found, cell = shapely.STRtree(shapely.point_on_surface(cells)).query(result.shapes, "contains")
    units = np.full(len(cells), None, dtype=object)
    units[cell] = result.units[found]
    return list(units)


@some
@given(drawings)
def test_cells_come_back_and_fill_the_map(drawing: tuple[int, int]) -> None:
    rng = np.random.default_rng(drawing[0])
    cells, lines = voronoi(rng, drawing[1])
    contacts = contacts_of(*lines_of(in_pieces(rng, lines)))
    result = built(contacts, boundary_of(SQUARE), points_in(cells), scale=1e-9)
    assert len(result.shapes) == len(cells)
    assert shapely.is_valid(result.shapes).all()
    assert shapely.area(result.shapes).sum() == pytest.approx(SIDE**2, rel=1e-12)
    assert names_by_cell(result, cells) == [f"u{each}" for each in range(len(cells))]
    assert not result.findings


@some
@given(drawings)
def test_every_vertex_of_a_border_is_where_it_was_drawn(drawing: tuple[int, int]) -> None:
    rng = np.random.default_rng(drawing[0])
    _, lines = voronoi(rng, drawing[1])
    pieces = lines_of(in_pieces(rng, lines))
    result = built(contacts_of(*pieces), boundary_of(SQUARE))
    assert vertices([*pieces, SQUARE]) <= vertices(result.shapes)


@some
@given(drawings)
def test_lines_drawn_too_far_close_the_same_cells(drawing: tuple[int, int]) -> None:
    rng = np.random.default_rng(drawing[0])
    cells, lines = voronoi(rng, drawing[1])
    by = 1e-4
    pieces = [stretched(each, by) for each in lines]
    result = built(contacts_of(*lines_of(pieces)), boundary_of(SQUARE), points_in(cells))
    large = shapely.area(result.shapes) > 10.0 * by
    names = [name for name in names_by_cell(result, cells) if name]
    assert len(names) == len(set(names))
    assert large.sum() == (shapely.area(cells) > 10.0 * by).sum()
    assert shapely.area(result.shapes).sum() == pytest.approx(SIDE**2, rel=1e-12)
    inner = {tuple(each) for xy in pieces for each in xy[1:-1].tolist()}
    assert inner <= vertices(result.shapes)


@some
@given(st.integers(0, 2**32 - 1), st.integers(2, 6))
def test_lines_drawn_too_short_close_the_same_cells(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    # Lines across the map, in both directions, at least 20 apart: gaps of up to 2 are not missed.
    across = np.cumsum(rng.uniform(20.0, 100.0, count))
    up = np.cumsum(rng.uniform(20.0, 100.0, count))
    whole = [np.array([[x, 0.0], [x, SIDE]]) for x in across]
    parts = [
        np.array([[a, y], [b, y]]) for y in up for a, b in zip([0.0, *across], [*across, SIDE])
    ]
    short = [stretched(each, -rng.uniform(0.1, 0.9)) for each in [*whole, *parts]]
    order = rng.permutation(len(short))
    contacts = contacts_of(*lines_of([short[each] for each in order]))
    result = built(contacts, boundary_of(SQUARE), closing_distance_m=1.0)
    cells = [
        shapely.box(left, bottom, right, top)
        for left, right in zip([0.0, *across], [*across, SIDE])
        for bottom, top in zip([0.0, *up], [*up, SIDE])
    ]
    assert len(result.shapes) == len(cells)
    assert len(result.closings) == 2 * len(short)
    assert sorted(shapely.area(result.shapes)) == pytest.approx(
        sorted(shapely.area(cells)), rel=1e-9
    )
    assert {each.check for each in result.findings} == {"undershoot", "polygon-without-point"}


@some
@given(st.integers(0, 2**32 - 1), st.integers(2, 25))
def test_lines_across_each_other_part_what_geos_says(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    zigzags = [
        shapely.LineString(rng.random((int(rng.integers(2, 6)), 2)) * SIDE) for _ in range(count)
    ]
    result = built(contacts_of(*zigzags), boundary_of(SQUARE))
    noded = shapely.union_all([*zigzags, SQUARE.exterior])
    expected = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    assert len(result.shapes) == len(expected)
    assert sorted(shapely.area(result.shapes)) == pytest.approx(
        sorted(shapely.area(expected)), abs=1e-6
    )
    assert shapely.is_valid(result.shapes).all()


@some
@given(drawings, st.integers(1, 5))
def test_lines_drawn_twice_or_on_each_other_change_nothing(
    drawing: tuple[int, int], times: int
) -> None:
    rng = np.random.default_rng(drawing[0])
    _, lines = voronoi(rng, drawing[1])
    pieces = in_pieces(rng, lines)
    doubles = [pieces[int(each)][::-1] for each in rng.integers(0, len(pieces), times)]
    once = built(contacts_of(*lines_of(pieces)), boundary_of(SQUARE))
    twice = built(contacts_of(*lines_of([*pieces, *doubles])), boundary_of(SQUARE))
    assert outlines(twice.shapes) == outlines(once.shapes)
    assert len(twice.findings) == len(once.findings)
