"""Any view of any body: points are in a footprint exactly when CSPICE sees them.

CSPICE's FOVRAY says whether a point's apparent direction lies in the field of view; a point of an
ellipsoid is visible where its normal turns toward the observer.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
import spiceypy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_views import BODIES, CAMERA, EPOCH, OBSERVER, MadeView, write_kernels

from planetary_qgis.core.polygons import unit_vectors
from planetary_qgis.core.spice.footprints import compute_footprints
from planetary_qgis.core.spice.observations import Observation, Times
from planetary_qgis.core.spice.session import furnished
from planetary_qgis.core.spice.vectorised import utc_from_et

NEAR = 1e-3
"""Shares of its extent within which of an outline either answer is right."""


def row_of(view: MadeView, kernels, *, named: bool = False):
    """The footprint's attributes and shape; None where the run left it out."""
    with furnished(kernels):
        start = utc_from_et(np.array([EPOCH]))
    times = Times(
        start,
        np.array(["NaT"], dtype="datetime64[us]"),
        product_ids=["image"] if named else None,
    )
    observation = Observation(
        kernels=kernels,
        target=view.body.name,
        observer=str(OBSERVER),
        instrument=str(CAMERA),
        abcorr=view.abcorr,
        imaging="frame",
    )
    answer = compute_footprints(observation, times)
    chunks = list(answer.chunks)
    if not chunks:
        return None, None, answer.report
    return chunks[0].table.iloc[0], chunks[0].geometry[0], answer.report


class Truth:
    """What CSPICE says of points on the target, its kernels being furnished."""

    def __init__(self, view: MadeView) -> None:
        self.view, self.target = view, str(view.body.naif_id)
        self.et = spiceypy.str2et(str(utc_from_et(np.array([EPOCH]))[0]))
        # CSPICE's LT stops after one step, by 1e-8 of the distance: kilometres from far away.
        self.apparent = view.abcorr.replace("LT", "CN")
        self.geometric = self.apparent.replace("+S", "")

    def __call__(self, point: np.ndarray) -> bool:
        seen_from = (self.view.body.frame, self.et)
        to_point = spiceypy.spkcpt(
            point,
            self.target,
            *seen_from,
            self.view.body.frame,
            "TARGET",
            self.geometric,
            str(OBSERVER),
        )[0][:3]
        if to_point @ spiceypy.surfnm(*self.view.body.radii, point) >= 0.0:
            return False
        apparent = spiceypy.spkcpt(
            point, self.target, *seen_from, "J2000", "OBSERVER", self.apparent, str(OBSERVER)
        )[0][:3]
        return bool(spiceypy.fovray(str(CAMERA), apparent, "J2000", "NONE", str(OBSERVER), self.et))

    def changes_near(self, point: np.ndarray, radius: float) -> bool:
        """Whether the answer changes within so many radians, seen from the centre."""
        axis = point / np.linalg.norm(point)
        first = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
        first /= np.linalg.norm(first)
        second = np.cross(axis, first)
        here = self(point)
        for share in (1.0, 0.5):
            for turn in np.arange(16) * np.pi / 8.0:
                beside = axis + share * radius * (np.cos(turn) * first + np.sin(turn) * second)
                if self(spiceypy.surfpt(np.zeros(3), beside, *self.view.body.radii)) != here:
                    return True
        return False


def points_on(view: MadeView, random: np.random.Generator) -> np.ndarray:
    """(n, 3) km: all over the body, and where the camera looks, and a little beside it."""
    everywhere = random.normal(size=(60, 3)) * view.body.radii
    found = [spiceypy.surfpt(np.zeros(3), ray, *view.body.radii) for ray in everywhere]
    target, frame = str(view.body.naif_id), view.body.frame
    et = spiceypy.str2et(str(utc_from_et(np.array([EPOCH]))[0]))
    plane = view.corners[:, :2] / view.corners[:, 2:]
    if view.shape in ("CIRCLE", "ELLIPSE"):
        plane = np.concatenate([plane, -plane]) * 1.5
    low, high = plane.min(axis=0), plane.max(axis=0)
    margin = 0.1 * (high - low)
    for place in random.uniform(low - margin, high + margin, size=(120, 2)):
        ray = np.array([*place, 1.0])
        try:
            point = spiceypy.sincpt(
                "ELLIPSOID", target, et, frame, view.abcorr, str(OBSERVER), "MADE_CAMERA", ray
            )[0]
        except spiceypy.utils.exceptions.NotFoundError:
            continue
        found.append(point)
    return np.array(found)


def extent_of(shape) -> float:
    """Radians across, about."""
    vertices = shapely.get_coordinates(shape)
    sphere = unit_vectors(vertices[:, 0], vertices[:, 1])
    middle = sphere.mean(axis=0)
    away = np.linalg.norm(sphere - middle, axis=1).max()
    return float(2.0 * np.arcsin(min(away, 1.0)))


def disagreements(view: MadeView, kernels, seed: int) -> tuple[list[str], int, int]:
    """Points on which CSPICE and the footprint differ, how many were asked, how many seen."""
    _, shape, _ = row_of(view, kernels)
    with furnished(kernels):
        truth = Truth(view)
        points = points_on(view, np.random.default_rng(seed))
        seen = np.array([truth(point) for point in points])
        lon, lat = (
            np.degrees(np.arctan2(points[:, 1], points[:, 0])),
            np.degrees(np.arctan2(points[:, 2], np.hypot(points[:, 0], points[:, 1]))),
        )
        inside = np.zeros(len(points), dtype=bool)
        if shape is not None:
            assert shape.is_valid
            inside = shapely.contains_xy(shape, lon, lat)
        different = np.flatnonzero(seen != inside)
        radius = NEAR * (extent_of(shape) if shape is not None else 0.01)
        found = [
            f"{lon[row]:.4f} {lat[row]:.4f}: CSPICE {seen[row]}, footprint {inside[row]}"
            for row in different
            if not truth.changes_near(points[row], radius)
        ]
    return found, len(points), int(seen.sum())


@st.composite
def views(draw) -> MadeView:
    """Views from just above the ground to a million radii away, at the target or beside it."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    body = draw(st.sampled_from(BODIES))
    up = random.normal(size=3)
    up /= np.linalg.norm(up)
    height = 10.0 ** draw(st.floats(-3.5, 6.0))
    distance = 1.0 + height
    disc = float(np.arcsin(1.0 / distance))
    half = min(disc * 10.0 ** draw(st.floats(-1.5, 1.0)), np.radians(draw(st.floats(1.0, 75.0))))
    half = max(half, 1e-7)
    aside = draw(st.floats(0.0, 1.3)) * (disc + half)
    turn = _pointed(-up, aside, random)
    shape, corners = _field_of_view(draw, half, random)
    abcorr = draw(st.sampled_from(["NONE", "LT", "LT+S", "CN", "CN+S"]))
    return MadeView(body, up * distance, turn, shape, corners, abcorr)


def _pointed(toward: np.ndarray, aside: float, random: np.random.Generator) -> np.ndarray:
    """A camera that looks so many radians beside a direction, turned about its axis anyhow."""
    across = np.cross(toward, random.normal(size=3))
    across /= np.linalg.norm(across)
    axis = np.cos(aside) * toward + np.sin(aside) * across
    right = np.cross(axis, random.normal(size=3))
    right /= np.linalg.norm(right)
    return np.column_stack([right, np.cross(axis, right), axis])


def _field_of_view(draw, half: float, random) -> tuple[str, np.ndarray]:
    shape = draw(st.sampled_from(["RECTANGLE", "CIRCLE", "ELLIPSE", "POLYGON"]))
    size = np.tan(half)
    if shape == "CIRCLE":
        return shape, np.array([[size, 0.0, 1.0]])
    if shape == "ELLIPSE":
        return shape, np.array([[size, 0.0, 1.0], [0.0, size * random.uniform(0.2, 0.9), 1.0]])
    aside = random.uniform(-1.0, 1.0, 2) * size * draw(st.sampled_from([0.0, 0.3, 1.5]))
    if shape == "RECTANGLE":
        x, y = size, size * random.uniform(0.05, 1.0)
        plane = np.array([[x, y], [x, -y], [-x, -y], [-x, y]])
    else:
        count = int(random.integers(3, 9))
        turns = np.sort((np.arange(count) + random.uniform(0.1, 0.9, count)) * 2 * np.pi / count)
        reach = size * random.uniform(0.4, 1.0, count)
        plane = np.column_stack([reach * np.cos(turns), reach * np.sin(turns)])
    return shape, np.column_stack([plane + aside, np.ones(len(plane))])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("views")


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(views(), st.integers(0, 1000))
def test_points_are_in_a_footprint_exactly_when_cspice_sees_them(folder, view, seed):
    kernels = write_kernels(view, folder, f"view{len(list(folder.iterdir()))}")
    different, asked, seen = disagreements(view, kernels, seed)
    assert len(different) <= 0.001 * asked, (
        f"{len(different)} of {asked} points differ ({seen} seen):\n" + "\n".join(different)
    )


def camera_at(distance: float, half: float, aside: float = 0.0, toward=(0.3, -0.5, 0.8)):
    """Where a square camera stands and how it looks: above, turn, corners."""
    up = np.array(toward) / np.linalg.norm(toward)
    turn = _pointed(-up, aside, np.random.default_rng(4))
    size = np.tan(half)
    plane = [(size, size), (size, -size), (-size, -size), (-size, size)]
    return up * distance, turn, np.array([(*corner, 1.0) for corner in plane])


def square_view(body, *arguments, **options) -> MadeView:
    above, turn, corners = camera_at(*arguments, **options)
    return MadeView(body, above, turn, "RECTANGLE", corners)


MARS, AMALTHEA = BODIES[0], BODIES[5]


@pytest.mark.parametrize(
    ("view", "word"),
    [
        pytest.param(square_view(MARS, 20.0, 0.2), "over the limb", id="whole disc"),
        pytest.param(
            replace(
                square_view(MARS, 2.0, 1.1), shape="CIRCLE", corners=np.array([[2.05, 0.0, 1.0]])
            ),
            "over the limb",
            id="whole disc in a wide circle",
        ),
        pytest.param(square_view(MARS, 3.0, 0.2, 0.3), "over the limb", id="over the limb"),
        pytest.param(square_view(MARS, 3.0, 0.2, 0.45), "over the limb", id="a corner on it"),
        pytest.param(square_view(MARS, 1.2, 0.02), "surface", id="all on it"),
        pytest.param(square_view(MARS, 1.0003, 1.3), "surface", id="wide and low"),
        pytest.param(square_view(MARS, 1.0003, 1.3, 1.2), "over the limb", id="horizon"),
        pytest.param(square_view(MARS, 1e6, 1e-4), "smaller than a pixel", id="point"),
        pytest.param(
            square_view(MARS, 1.5, 0.5, toward=(0.44, -0.4, 0.81)), "surface", id="over a pole"
        ),
    ],
)
def test_views_have_their_word(folder, view, word):
    kernels = write_kernels(view, folder, f"view{len(list(folder.iterdir()))}")
    row, shape, _ = row_of(view, kernels)
    assert row["view"] == word
    different, _, seen = disagreements(view, kernels, 1)
    assert seen > 10
    assert not different, different
    if word == "smaller than a pixel":
        assert extent_of(shape) > 3.0  # it stays the visible side


def test_shapes_over_a_pole_and_the_antimeridian_reach_both(folder):
    spun = np.array(spiceypy.latrec(1.0, np.radians(MARS.pole[0]), np.radians(MARS.pole[1])))
    view = square_view(MARS, 1.5, 0.5, toward=tuple(spun))
    kernels = write_kernels(view, folder, f"view{len(list(folder.iterdir()))}")
    _, shape, _ = row_of(view, kernels)
    assert shape.bounds[0] == -180.0
    assert shape.bounds[2] == 180.0
    assert shape.bounds[3] == 90.0
    different, _, seen = disagreements(view, kernels, 1)
    assert seen > 20
    assert not different


def test_an_observer_may_be_nearer_than_the_mean_radius_of_a_long_body(folder):
    """Above the short axis of a cigar, 70 km from its centre; its mean radius is 137 km."""
    _, _, corners = camera_at(1.0, 0.8)
    pole = np.array(spiceypy.latrec(1.0, *np.radians(AMALTHEA.pole)))
    above = pole * 70.0 / max(AMALTHEA.radii)
    turn = _pointed(-pole, 0.1, np.random.default_rng(4))
    view = MadeView(AMALTHEA, above, turn, "RECTANGLE", corners)
    kernels = write_kernels(view, folder, f"view{len(list(folder.iterdir()))}")
    different, _, seen = disagreements(view, kernels, 1)
    assert seen > 50
    assert not different, different


def test_nothing_is_seen_from_inside(folder):
    view = square_view(MARS, 0.99, 0.3)
    kernels = write_kernels(view, folder, f"view{len(list(folder.iterdir()))}")
    row, shape, report = row_of(view, kernels, named=True)
    assert shape is None
    assert row["view"] == "inside the target"
    assert np.isnan(row["center_lat"])
    assert "within the target" in " ".join(report.sentences())


def test_off_target_rows_say_how_far_from_the_limb(folder):
    view = square_view(AMALTHEA, 5.0, 0.01, 0.4)
    kernels = write_kernels(view, folder, f"view{len(list(folder.iterdir()))}")
    row, shape, _ = row_of(view, kernels, named=True)
    assert shape is None
    assert row["view"] == "off target"
    with furnished(kernels):
        et = spiceypy.str2et(str(utc_from_et(np.array([EPOCH]))[0]))
        _, altitude, _, below, *_ = spiceypy.tangpt(
            "ELLIPSOID",
            "AMALTHEA",
            et,
            AMALTHEA.frame,
            "LT+S",
            "TANGENT POINT",
            str(OBSERVER),
            "MADE_CAMERA",
            np.array([0.0, 0.0, 1.0]),
        )
    assert row["limb_distance_km"] == pytest.approx(altitude, rel=1e-4)
    _, lon, lat = spiceypy.reclat(below)
    assert row["tangent_lon_e"] == pytest.approx(np.degrees(lon), abs=0.01)
    assert row["tangent_lat"] == pytest.approx(np.degrees(lat), abs=0.01)
