"""Swaths of line scanners that turn, fold, spin and pass poles: a point is in one exactly when some
line saw it, by CSPICE's SINCPT."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
import spiceypy
from hypothesis import given, settings
from hypothesis import strategies as st
from scenarios import CAMERA, EPOCH, Motion, intercept, kernels_of, lasting, observation

from planetary_qgis.core.polygons import unit_vectors
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.kernels.kernel_sets import expand
from planetary_qgis.core.spice.session import furnished

LINE = """
FOV_FRAME = 'MOVER_CAMERA'
FOV_SHAPE = 'RECTANGLE'
BORESIGHT = ( 0 0 1 )
FOV_CLASS_SPEC = 'ANGLES'
FOV_REF_VECTOR = ( 0 1 0 )
FOV_REF_ANGLE = 4.0
FOV_CROSS_ANGLE = 0.001
FOV_ANGLE_UNITS = 'DEGREES'
PIXEL_SAMPLES = 4000
PIXEL_LINES = 1
"""
MOTIONS = {
    "nadir": (Motion(), 20.0),
    "turn about the nadir": (Motion(yaw=(0.0, 9.0)), 20.0),
    "spin": (Motion(yaw=(0.0, 40.0)), 30.0),
    "there and back": (Motion(pitch=(0.0, 2.0, -0.1)), 20.0),
    "along the line": (Motion(yaw=(90.0,)), 30.0),
    "nearly along the line": (Motion(yaw=(85.0, 0.5)), 30.0),
    "over the pole": (Motion(along=86.0, node=30.0), 160.0),
    "over the pole, turning": (Motion(along=86.0, yaw=(0.0, 2.0)), 160.0),
    "over the antimeridian": (Motion(inclination=20.0, node=100.0, along=75.0), 120.0),
    "sweeping to and fro": (Motion(roll=(0.0, 3.0, -0.15), yaw=(80.0,)), 20.0),
    "quick roll and back": (Motion(roll=(-5.0, 4.0, -0.4)), 10.0),
    "from the limb": (Motion(pitch=(67.0, -1.5)), 20.0),
    "along the limb": (Motion(roll=(62.0,)), 60.0),
    "rolling off the limb": (Motion(roll=(55.0, 1.0)), 20.0),
}


def seen_points(kernels, seconds: float, epochs: int = 70, rays: int = 17) -> np.ndarray:
    """(n, rays, 3) unit vectors to what lines saw, from end to end; NaN where they missed.

    At so many epochs, and more of them where the target comes into view or leaves it.
    """
    with furnished(expand(kernels)):
        start = spiceypy.str2et(str(EPOCH))
        first, last = ends_of_line()
        parts = {et: seen_part(et, first, last) for et in start + np.linspace(0.0, seconds, epochs)}
        for before, after in zip(list(parts), list(parts)[1:]):
            while (parts[before] is None) != (parts[after] is None) and after - before > 1e-4:
                middle = (before + after) / 2.0
                parts[middle] = seen_part(middle, first, last)
                same = (parts[middle] is None) == (parts[before] is None)
                before, after = (middle, after) if same else (before, middle)
        cosines = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, rays))
        points = np.full((len(parts), rays, 3), np.nan)
        for i, et in enumerate(sorted(parts)):
            if parts[et] is None:
                continue
            begin, end = parts[et]
            for j, share in enumerate(begin + cosines * (end - begin)):
                found = intercept(et, first + share * (last - first))
                points[i, j] = found / np.linalg.norm(found)
    return points


def ends_of_line() -> tuple[np.ndarray, np.ndarray]:
    corners = np.array(spiceypy.getfov(CAMERA, 10)[4])
    middles = (corners + np.roll(corners, -1, axis=0)) / 2.0
    apart = np.linalg.norm(middles - np.roll(middles, -2, axis=0), axis=1)
    return middles[apart.argmax()], middles[(apart.argmax() + 2) % 4]


def seen_part(et: float, first: np.ndarray, last: np.ndarray) -> tuple[float, float] | None:
    """The shares of the line between which it meets the target, found by halving."""

    def hits(share: float) -> bool:
        return intercept(et, first + share * (last - first)) is not None

    inside = next((share for share in np.linspace(0.0, 1.0, 21) if hits(share)), None)
    if inside is None:
        return None
    return halved(hits, inside, 0.0), halved(hits, inside, 1.0)


def halved(hits, inside: float, outside: float) -> float:
    if hits(outside):
        return outside
    for _ in range(30):
        middle = (inside + outside) / 2.0
        inside, outside = (middle, outside) if hits(middle) else (inside, middle)
    return inside


def disagreement(shape, points: np.ndarray) -> tuple[float, float]:
    """Radians: how far what was seen lies outside the shape, and what lies inside from what was."""
    flat = points.reshape(-1, 3)
    flat = flat[np.isfinite(flat[:, 0])]
    lon, lat = np.degrees(np.arctan2(flat[:, 1], flat[:, 0])), np.degrees(np.arcsin(flat[:, 2]))
    outside = ~shapely.contains_xy(shape, lon, lat)
    missed = distances_from_rim(flat[outside], shape).max() if outside.any() else 0.0
    west, south, east, north = shape.bounds
    random = np.random.default_rng(5)
    x = random.uniform(west, east, 4000)
    y = np.degrees(np.arcsin(random.uniform(*np.sin(np.radians([south, north])), 4000)))
    inside = shapely.contains_xy(shape, x, y)
    invented = nearest(unit_vectors(x[inside], y[inside]), flat) if inside.any() else np.zeros(1)
    return missed, float(invented.max())


def distances_from_rim(points: np.ndarray, shape) -> np.ndarray:
    """(n,) chords from unit vectors to the nearest edge of a shape."""
    found = np.full(len(points), np.inf)
    for line in shapely.get_parts(shapely.boundary(shape)):
        rim = shapely.get_coordinates(shapely.segmentize(line, 0.2))
        begins = unit_vectors(rim[:-1, 0], rim[:-1, 1])
        edges = unit_vectors(rim[1:, 0], rim[1:, 1]) - begins
        for row, point in enumerate(points):
            along = ((point - begins) * edges).sum(axis=1) / np.maximum(
                (edges**2).sum(axis=1), 1e-30
            )
            off = point - begins - np.clip(along, 0.0, 1.0)[:, None] * edges
            found[row] = min(found[row], np.linalg.norm(off, axis=1).min())
    return found


def nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Chords from each point to the nearest of the others."""
    found = [
        np.sqrt(np.maximum(2.0 - 2.0 * (part @ others.T).max(axis=1), 0.0))
        for part in np.array_split(points, max(1, len(points) // 200))
    ]
    return np.concatenate(found)


def spacing(points: np.ndarray) -> float:
    """The widest step between neighbours of the grid of seen points."""
    down = np.linalg.norm(np.diff(points, axis=0), axis=-1)
    across = np.linalg.norm(np.diff(points, axis=1), axis=-1)
    return float(max(np.nanmax(down), np.nanmax(across)))


def swath(kernels, times):
    answer = compute_footprints(observation(kernels), times)
    products = list(answer.chunks)
    return products[0].geometry[0], products[0].table.iloc[0], answer


def check(shape, points: np.ndarray, over_limb: bool = False) -> None:
    """What lines saw is in the swath, and nothing is that they did not see."""
    assert shape.is_valid
    width = np.nanmax(np.linalg.norm(points[:, 0] - points[:, -1], axis=-1), initial=0.005)
    missed, invented = disagreement(shape, points)
    # At the limb a metre across the line of sight is kilometres on the ground.
    at_limb = np.isnan(points).any() or over_limb
    assert missed < (1.2e-3 if at_limb else 1e-3 * width)
    assert invented < 1.1 * spacing(points)


@pytest.mark.parametrize("name", MOTIONS)
def test_a_point_is_in_the_swath_when_a_line_saw_it(name, sample_kernels, tmp_path):
    motion, seconds = MOTIONS[name]
    kernels = kernels_of(motion, LINE, tmp_path, sample_kernels)
    shape, row, _ = swath(kernels, lasting(seconds))
    assert (row["view"] == "over the limb") == ("limb" in name)
    assert ("pole" in name) == (shape.bounds[3] == 90.0)
    assert ("over the antimeridian" in name) <= (shape.bounds[2] - shape.bounds[0] == 360.0)
    check(shape, seen_points(kernels, seconds), "limb" in name)


def polynomials(largest: float):
    """Angles that change by at most so much in ten seconds, with turns and returns."""
    parts = [st.floats(-largest, largest).map(lambda x, p=p: round(x / 10.0**p, 6)) for p in (1, 2)]
    return st.tuples(st.floats(-180.0, 180.0).map(lambda x: round(x, 3)), *parts)


@settings(max_examples=6)
@given(
    yaw=polynomials(120.0),
    roll=polynomials(10.0).map(lambda p: (p[0] / 30.0, *p[1:])),
    pitch=polynomials(10.0).map(lambda p: (p[0] / 30.0, *p[1:])),
    along=st.floats(0.0, 360.0),
    inclination=st.floats(0.0, 180.0),
)
def test_any_turn(sample_kernels, tmp_path_factory, yaw, roll, pitch, along, inclination):
    motion = Motion(inclination=inclination, along=along, yaw=yaw, roll=roll, pitch=pitch)
    folder = tmp_path_factory.mktemp("turn")
    kernels = kernels_of(motion, LINE, folder, sample_kernels)
    shape, _, _ = swath(kernels, lasting(10.0))
    check(shape, seen_points(kernels, 10.0))


def test_more_than_a_revolution(sample_kernels, tmp_path):
    kernels = kernels_of(Motion(inclination=87.0), LINE, tmp_path, sample_kernels)
    seconds = 9_000.0
    shape, _, _ = swath(kernels, lasting(seconds))
    assert shape.is_valid
    points = seen_points(kernels, seconds, epochs=300, rays=3)
    missed, invented = disagreement(shape, points)
    assert missed < 1e-5
    assert invented < spacing(points)
    # A band of that width, once and a quarter round; what it passes twice counts once.
    width = np.linalg.norm(points[:, 0] - points[:, -1], axis=-1).mean()
    around = 2.0 * np.pi * seconds / 7_100.0
    cells = unit_area(shape)
    assert cells == pytest.approx(width * around, rel=0.15)
    assert cells < width * around


def unit_area(shape) -> float:
    """The area of a lon/lat shape on the unit sphere, by counting even points."""
    random = np.random.default_rng(1)
    lon, z = random.uniform(-180.0, 180.0, 400_000), random.uniform(-1.0, 1.0, 400_000)
    return float(shapely.contains_xy(shape, lon, np.degrees(np.arcsin(z))).mean() * 4.0 * np.pi)


@pytest.mark.parametrize("half_line", [3.0, 8.0])
def test_a_disc_scanned_from_afar(half_line, sample_kernels, tmp_path):
    """Mars is 4.5 degrees in radius from there: the line cuts caps off, or covers all of it."""
    motion = Motion(altitude_km=40_000.0, pitch=(-6.0, 0.6))
    view = LINE.replace("REF_ANGLE = 4.0", f"REF_ANGLE = {half_line}")
    kernels = kernels_of(motion, view, tmp_path, sample_kernels)
    shape, row, _ = swath(kernels, lasting(20.0))
    assert row["view"] == "over the limb"
    check(shape, seen_points(kernels, 20.0, epochs=60, rays=31))


def test_what_the_kernels_tell_of_a_scan_is_kept(sample_kernels, tmp_path):
    kernels = kernels_of(Motion(), LINE, tmp_path, sample_kernels)
    end = 39 * 3600.0
    shape, _, answer = swath(kernels, lasting(100.0, end - 30.0))
    known, _, _ = swath(kernels, lasting(29.999, end - 30.0))
    assert shape.symmetric_difference(known).area < 1e-3 * known.area
    told = " ".join(answer.report.sentences())
    assert "only a part of the scan" in told
    assert "the position of MOVER" in told


def test_a_line_that_stands_still_covers_its_own_width(sample_kernels, tmp_path):
    kernels = kernels_of(Motion(), LINE, tmp_path, sample_kernels)
    shape, row, _ = swath(kernels, lasting(1e-6))
    assert shape.area > 0.0
    assert row["view"] == "surface"


def test_a_line_beside_the_target_covers_nothing(sample_kernels, tmp_path):
    kernels = kernels_of(Motion(pitch=(120.0,)), LINE, tmp_path, sample_kernels)
    answer = compute_footprints(observation(kernels), lasting(20.0))
    assert not list(answer.chunks)
    assert "misses the target" in " ".join(answer.report.sentences())
