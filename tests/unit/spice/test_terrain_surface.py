"""Lines of sight on rasters of heights; truth: closed forms, and marching in steps too small."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shape_kit import instants, world

from planetary_qgis.core.errors import PlanetaryError
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.surfaces import ellipsoid
from planetary_qgis.core.spice.surfaces.grids import LonLatGrid, PolarGrid
from planetary_qgis.core.spice.surfaces.terrain import Terrain, TerrainSurface

RADIUS = 1000.0
SPHERE = np.full(3, RADIUS)


def global_grid(step: float) -> tuple[LonLatGrid, np.ndarray, np.ndarray]:
    """A grid of the whole sphere, and its pixels' longitudes and latitudes in degrees."""
    columns, rows = round(360.0 / step), round(180.0 / step)
    grid = LonLatGrid(-180.0 + step / 2, 90.0 - step / 2, step, step, columns, RADIUS, RADIUS)
    lon = grid.west_e + step * np.arange(columns)
    lat = grid.north - step * np.arange(rows)
    return (grid, *np.meshgrid(lon, lat))


def surface(heights: np.ndarray, grid, reference=SPHERE, radii=SPHERE) -> TerrainSurface:
    terrain = Terrain("test", np.asarray(heights, dtype=np.float32), grid, reference)
    return TerrainSurface(terrain, radii)


def fan(origin, count: int, spread: float, seed: int = 0) -> np.ndarray:
    """Rays around the direction to the centre."""
    random = np.random.default_rng(seed)
    return -np.array(origin) / np.linalg.norm(origin) + spread * random.normal(size=(count, 3))


def clearances(on: TerrainSurface, points: np.ndarray) -> np.ndarray:
    """km above the heights, by the definition."""
    lon, lat = ellipsoid.lon_lat(points)
    return np.linalg.norm(points, axis=-1) - RADIUS - on.terrain.at(lon, lat)[0]


def test_an_even_height_is_a_larger_sphere() -> None:
    grid, lon, _ = global_grid(1.0)
    on = surface(np.full(lon.shape, 8.0), grid)
    origin = np.array([1500.0, -300.0, 800.0])
    rays = fan(origin, 3000, 0.8)
    expected = ellipsoid.intercept(np.broadcast_to(origin, rays.shape), rays, SPHERE + 8.0)
    found = on.intercept(origin, rays)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    assert np.nanmax(np.linalg.norm(found - expected, axis=1)) < 1e-5  # a centimetre


def test_an_even_height_above_an_ellipsoid_counts_along_the_radius() -> None:
    grid, lon, _ = global_grid(1.0)
    radii = np.array([1000.0, 1000.0, 950.0])
    on = surface(np.full(lon.shape, 5.0), grid, radii, radii)
    origin = np.array([1500.0, -300.0, 800.0])
    found = on.intercept(origin, fan(origin, 500, 0.3))
    known = found[np.isfinite(found[:, 0])]
    units = known / np.linalg.norm(known, axis=1)[:, None]
    assert len(known) > 400
    assert np.linalg.norm(known, axis=1) == pytest.approx(
        1.0 / np.linalg.norm(units / radii, axis=1) + 5.0, abs=1e-6
    )


def test_a_cone_is_met_where_lines_meet_cones() -> None:
    """A peak at the pole, 40 km high and 10 degrees wide; rays in a plane through its axis."""
    grid, _, lat = global_grid(0.1)
    on = surface(40.0 * np.clip(1.0 - (90.0 - lat) / 10.0, 0.0, None), grid)
    for slant in (20.0, 50.0, 75.0):
        origin = np.array([3000.0 * np.sin(np.radians(slant)), 0.0, 3000.0])
        aim = np.array([0.0, 0.0, 1.0]) * np.linspace(985.0, 1035.0, 12)[:, None]
        rays = aim - origin
        found = on.intercept(origin, rays)
        steps = np.linspace(0.0, 2.0, 100_001)
        for ray, point in zip(rays, found):
            line = origin + steps[:, None] * ray
            from_pole = np.degrees(np.arctan2(np.abs(line[:, 0]), line[:, 2]))
            height = 40.0 * np.clip(1.0 - from_pole / 10.0, 0.0, None)
            below = np.linalg.norm(line, axis=1) < RADIUS + height
            if below.any():
                assert np.linalg.norm(point - line[below.argmax()]) < 0.2
            else:
                assert np.isnan(point).all()


@settings(max_examples=25)
@given(
    st.integers(0, 10_000),
    st.floats(1.03, 4.0),
    st.floats(0.05, 1.2),
    st.floats(1.0, 25.0),
)
def test_the_first_of_all_crossings_is_found(seed, distance, spread, relief) -> None:
    """Against marching in steps of a twentieth of a pixel: ridges hide what is behind them."""
    grid, lon, lat = global_grid(2.0)
    random = np.random.default_rng(seed)
    heights = np.zeros(lon.shape)
    for _ in range(6):
        waves = random.integers(1, 12, 2)
        phase = random.uniform(0.0, 6.3, 2)
        heights += np.sin(waves[0] * np.radians(lon) + phase[0]) * np.cos(
            waves[1] * np.radians(lat) + phase[1]
        )
    heights *= relief / np.abs(heights).max() * np.cos(np.radians(lat))
    on = surface(heights, grid)
    direction = random.normal(size=3)
    origin = direction / np.linalg.norm(direction) * RADIUS * distance
    if clearances(on, origin[None])[0] < 0.5:
        return
    rays = fan(origin, 40, spread, seed)
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    found = on.intercept(origin, rays)
    steps = np.arange(0.0, 2.0 * RADIUS * distance, 1.7)  # a pixel is 35 km
    for ray, point in zip(rays, found):
        line = origin + steps[:, None] * ray
        below = clearances(on, line) < 0.0
        if below.any():
            assert np.isfinite(point).all()
            crossing = steps[below.argmax()]
            assert np.linalg.norm(point - origin) == pytest.approx(crossing - 0.85, abs=0.9)
            assert abs(clearances(on, point[None])[0]) < 1e-5
        elif np.isfinite(point).all():  # it grazed what the march stepped over
            assert clearances(on, line).min() < 0.1


def test_where_nothing_is_known_the_ellipsoid_is_met() -> None:
    grid = LonLatGrid(-9.95, 9.95, 0.1, 0.1, 200, RADIUS, RADIUS)
    heights = np.full((200, 200), 3.0)
    heights[80:120, 80:120] = np.nan  # a hole of four degrees in the middle
    on = surface(heights, grid)
    origin = np.array([5000.0, 0.0, 0.0])
    for lon, expected in (
        (0.0, 0.0),
        (1.0, 0.0),
        (5.0, 3.0),
        (-8.0, 3.0),
        (12.0, 0.0),
        (40.0, 0.0),
    ):
        aim = RADIUS * np.array([np.cos(np.radians(lon)), np.sin(np.radians(lon)), 0.0])
        point = on.intercept(origin, (aim - origin)[None])[0]
        assert np.linalg.norm(point) - RADIUS == pytest.approx(expected, abs=1e-4), lon
    away = on.intercept(origin, np.array([[-5000.0, 2000.0, 0.0], [1.0, 0.0, 0.0]]))
    assert np.isnan(away).all()


def test_rays_from_between_the_peaks_meet_them() -> None:
    """From below the highest point, sideways: what a lander or a low orbiter sees."""
    grid, lon, lat = global_grid(0.5)
    ridge = np.where(np.abs(lon - 20.0) < 3.0, 30.0, 0.0) * (np.abs(lat) < 60.0)
    on = surface(ridge, grid)
    found = on.intercept(np.array([RADIUS + 10.0, 0.0, 0.0]), np.array([[-0.1, 1.0, 0.0]]))[0]
    lon_of_point = np.degrees(np.arctan2(found[1], found[0]))
    assert 16.5 < lon_of_point < 17.5
    assert 10.0 < np.linalg.norm(found) - RADIUS < 30.0


def test_a_polar_map_holds_the_same_heights_as_its_formula() -> None:
    """Snyder's polar stereographic on a sphere, rho = 2 R tan(colatitude / 2), north and south."""
    step, size = 5.0, 160
    edge = -step * (size - 1) / 2
    x, y = np.meshgrid(edge + step * np.arange(size), -edge - step * np.arange(size))
    for north in (True, False):
        colatitude = 2.0 * np.degrees(np.arctan(np.hypot(x, y) / (2.0 * RADIUS)))
        lon = np.degrees(np.arctan2(x, -y if north else y))
        heights = 0.2 * colatitude + 2.0 * np.cos(np.radians(lon)) * np.sin(np.radians(colatitude))
        grid = PolarGrid(north, edge, -edge, step, step, RADIUS, RADIUS)
        terrain = Terrain("pole", heights.astype(np.float32), grid, SPHERE)
        at_lon = np.array([0.0, 90.0, -90.0, 179.0, -135.0])
        away = np.array([5.0, 12.0, 4.0, 20.0, 18.0])
        lat = 90.0 - away if north else away - 90.0
        found, _ = terrain.at(at_lon, lat)
        expected = 0.2 * away + 2.0 * np.cos(np.radians(at_lon)) * np.sin(np.radians(away))
        assert found == pytest.approx(expected, abs=2e-3)
        beyond = -60.0 if north else 60.0
        assert np.isnan(terrain.at(np.array([0.0]), np.array([beyond]))[0]).all()


def test_terrain_without_any_height_is_refused() -> None:
    grid, lon, _ = global_grid(10.0)
    with pytest.raises(PlanetaryError, match="knows no height"):
        surface(np.full(lon.shape, np.nan), grid)
    with pytest.raises(PlanetaryError, match="too few pixels"):
        surface(np.zeros((1, 30)), grid)


def test_footprints_on_terrain_end_at_a_ridge_and_go_on_behind_it(tmp_path) -> None:
    """A wall 8 km high across an oblique view of a sphere: its shadow, for the eye, is not seen."""
    radius = 100.0
    step = 0.25
    grid = LonLatGrid(-180 + step / 2, 90 - step / 2, step, step, 1440, radius, radius)
    lon = grid.west_e + step * np.arange(1440)
    wall = np.where(np.abs(lon - 10.0) < 1.0, 8.0, 0.0) * np.ones((720, 1))
    terrain = Terrain("wall", wall.astype(np.float32), grid, np.full(3, radius))
    seen_from = (160.0 * np.cos(np.radians(-40.0)), 160.0 * np.sin(np.radians(-40.0)), 0.0)
    looking = (100.0 * np.cos(np.radians(8.0)), 100.0 * np.sin(np.radians(8.0)), 0.0)
    made = world(
        tmp_path,
        radii=(radius,) * 3,
        position=seen_from,
        look_at=looking,
        half_angles_deg=(12.0, 4.0),
        spin_deg_day=0.0,
    )
    answer = compute_footprints(made.observation(terrain=terrain, abcorr="NONE"), instants())
    (chunk,) = list(answer.chunks)
    shape = chunk.geometry[0]
    assert chunk.table["geometry_source"][0] == "SPICE, DEM wall"
    assert "heights above" in answer.provenance["Surface"]
    assert shape.is_valid
    seen = seen_along_the_equator(shape)
    hit = TerrainSurface(terrain, np.full(3, radius))
    eye = np.array(seen_from)
    # Truth: a place is seen when the line to it meets nothing before it.
    for place, is_seen in seen.items():
        height = 8.0 if abs(place - 10.0) < 0.8 else 0.0
        unit = np.array([np.cos(np.radians(place)), np.sin(np.radians(place)), 0.0])
        aim = unit * (radius + height)
        point = hit.intercept(eye, (aim - eye)[None])[0]
        angle = np.degrees(
            np.arccos(
                np.clip(np.dot(unit_of(aim - eye), unit_of(np.array(looking) - eye)), -1.0, 1.0)
            )
        )
        expected = angle < 12.0 and np.linalg.norm(point - aim) < 0.2
        assert is_seen == expected, place
    assert not all(seen[place] for place in seen if 12.0 <= place <= 20.0)


def seen_along_the_equator(shape) -> dict[float, bool]:
    import shapely

    # Not right at the edges of the wall, nor of the field of view.
    places = [-6.0, -2.0, 2.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0]
    return {place: bool(shapely.contains_xy(shape, place, 0.05)) for place in places}


def unit_of(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def test_a_dem_of_another_body_is_refused(tmp_path) -> None:
    grid, lon, _ = global_grid(10.0)
    made = world(tmp_path)
    wrong = Terrain("luna", np.zeros(lon.shape, np.float32), grid, np.full(3, 1737.4), body_id=301)
    with pytest.raises(PlanetaryError, match="luna lies on MOON, not on PHOBOS"):
        compute_footprints(made.observation(terrain=wrong), instants())
    nameless = Terrain("luna", np.zeros(lon.shape, np.float32), grid, np.full(3, 1737.4))
    with pytest.raises(PlanetaryError, match="luna lies on another body, not on PHOBOS"):
        compute_footprints(made.observation(terrain=nameless), instants())


def test_terrain_travels_to_other_processes() -> None:
    grid, lon, _ = global_grid(10.0)
    on = surface(np.full(lon.shape, 2.0), grid)
    again = pickle.loads(pickle.dumps(on))  # noqa: S301
    ray = np.array([[-1.0, 0.0, 0.0]])
    np.testing.assert_array_equal(
        again.intercept(np.array([3000.0, 0.0, 0.0]), ray),
        on.intercept(np.array([3000.0, 0, 0]), ray),
    )
